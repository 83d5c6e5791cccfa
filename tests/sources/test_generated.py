"""Any table, written as CSV in any way that RFC 4180 allows and any encoding that holds it, comes back the same."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.base.errors import BadData
from easement.sources.model import clean_names
from tests.often import often
from tests.sources.reading import put, rows

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"]


def values(encoding: str) -> st.SearchStrategy[str]:
    plain = st.characters(codec=encoding if encoding != "utf-8-sig" else "utf-8", exclude_characters="\0\ufeff")
    return st.text(st.one_of(plain, st.sampled_from(",;|\t\"\r\n '#\\")), max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    encoding = draw(st.sampled_from(ENCODINGS))
    width = draw(st.integers(1, 5))
    return encoding, draw(st.lists(st.lists(values(encoding), min_size=width, max_size=width), min_size=1, max_size=8))


def written(table: list[list[str]], delimiter: str, ending: str, always: bool, last: bool) -> str:
    def field(value: str, alone: bool) -> str:
        needs = always or (alone and not value) or any(sign in value for sign in f'"\r\n{delimiter}') or " " in value
        return '"' + value.replace('"', '""') + '"' if needs else value

    lines = [delimiter.join(field(value, len(record) == 1) for value in record) for record in table]
    return ending.join(lines) + ending * last


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, dict[str, Any], list[list[str]]]:
    """A file's bytes, how it is to be read, and the table it holds."""
    encoding, table = draw(tables())
    named, delimiter = draw(st.booleans()), draw(st.sampled_from(",;|\t~"))
    header = [[f"h{place}" for place in range(len(table[0]))]] if named else []
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = written(header + table, delimiter, ending, draw(st.booleans()), draw(st.booleans()))
    how = {"encoding": encoding, "delimiter": delimiter, "header": None if named else 0}
    return text.encode(encoding), how, table


def check_comes_back(data: bytes, how: dict[str, Any], table: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = rows(put(Path(folder), data), **how)
    assert found == [tuple(value or None for value in record) for record in table]


@settings(deadline=None, max_examples=often(40), suppress_health_check=[HealthCheck.too_slow])
@given(files())
def test_any_table_comes_back_the_same(made: tuple[bytes, dict[str, Any], list[list[str]]]) -> None:
    check_comes_back(*made)


@pytest.mark.torture
@settings(deadline=None, max_examples=often(2_000), suppress_health_check=[HealthCheck.too_slow])
@given(files())
def test_any_of_two_thousand_tables_comes_back_the_same(made: tuple[bytes, dict[str, Any], list[list[str]]]) -> None:
    check_comes_back(*made)


@settings(deadline=None, max_examples=often(100))
@given(st.lists(st.text(max_size=8), min_size=1, max_size=8))
def test_clean_names_are_apart_and_on_one_line(originals: list[str]) -> None:
    names = clean_names(originals)
    assert len({name.casefold() for name in names}) == len(originals)
    assert all(name and name.isprintable() and name == " ".join(name.split()) for name in names)
    assert clean_names(names) == names


@settings(deadline=None, max_examples=often(40), suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=200),
    st.sampled_from(["x.csv", "x.json", "x.jsonl", "x.parquet", "x.xlsx", "x.xls", "x.csv.gz"]),
)
def test_bytes_are_a_table_or_bad_data_and_nothing_else(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(BadData):
        assert all(isinstance(row, tuple) for row in rows(put(Path(folder), data, name)))
