"""Forms in Python, held to the forms in the engine (R4.9): whatever the value, both say the same of it."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from easement.agreement.forms import Form
from easement.gate.forms import BLANKS, formed
from easement.gate.keys import PseudonymKey
from easement.gate.protect import protect, tokenised
from easement.meaning.model import Element, Standard
from tests.often import often

KEY = PseudonymKey(bytes(range(32)))
BOUND = {"pseudonym_inner": KEY.inner, "pseudonym_outer": KEY.outer}


def several(value: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """What one query is asked of: making it ready takes the engine far longer than one more value does."""
    return st.lists(value, min_size=4, max_size=8)


TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.text("aAbBzZ09 -'\u00a0\u2003\tßéİıſ李", max_size=12),
    st.from_regex(r"[A-Za-z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\n?", fullmatch=True),
)
DATES = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
DOUBLES = st.none() | st.floats(allow_nan=False, allow_infinity=False)
EDGES = st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0, 300, 616.67, 0.1, -0.0]), min_size=1, max_size=4).map(
    lambda edges: sorted(set(edges))
)
"""As close to each other as floats can be, and the ones that people write."""


ENGINE = duckdb.connect(config={"threads": 1})


def in_engine(forms: Sequence[Form], values: Sequence[Any], kind: str, element: Element, subject: str) -> list[Any]:
    """For each value its token, and the value in each form, as the engine makes them: all of it in one query."""
    column, person = exp.column("v"), exp.convert(subject)
    columns = [exp.cast(tokenised(column.copy(), element), "varchar")]
    columns += [protect(form, column.copy(), element, subject=person.copy()) for form in forms]
    sql = ", ".join(each.sql("duckdb") for each in columns)
    bound = {"v": list(values)} | {name: secret for name, secret in BOUND.items() if f"${name}" in sql}
    return ENGINE.execute(f"select {sql} from (select unnest($v::{kind}[]) as v)", bound).fetchall()


def agree(forms: Sequence[Any], values: Sequence[Any], kind: str, element: Element, subject: str = "somebody") -> None:
    read = [Form.read(form) for form in forms]
    rows = in_engine(read, values, kind, element, subject)
    for value, (token, *engine) in zip(values, rows, strict=True):
        assert [formed(form, value, token, element.name, subject=subject, key=KEY) for form in read] == engine


@pytest.fixture(scope="module")
def element(standard: Standard) -> dict[str, Element]:
    return standard.elements


@settings(deadline=None, max_examples=often(75))
@given(values=several(TEXTS), lengths=st.lists(st.integers(1, 40), min_size=1, max_size=4))
@example(["  ab  ", "\u00a0ab", "e\u0301a", "👨‍👩‍👧x"], [1, 2, 3])
def test_truncate(element: dict[str, Element], values: list[str | None], lengths: list[int]) -> None:
    agree([{"truncate": length} for length in lengths], values, "VARCHAR", element["family_name"])


def test_what_is_trimmed_is_what_the_engine_trims(element: dict[str, Element]) -> None:
    zs = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Zs"]
    assert sorted(BLANKS) == zs
    signs = (*zs, *"\t\n\r\v\f\x1c\x85\u200b\u2028\ufeff")
    agree([{"truncate": 1}], [f"{sign}ab" for sign in signs], "VARCHAR", element["family_name"])


@settings(deadline=None, max_examples=often(75))
@given(values=several(TEXTS))
@example(["EC1A 1BB\n", "nt1-1aa"])
def test_outward(element: dict[str, Element], values: list[str | None]) -> None:
    agree(["outward"], values, "VARCHAR", element["postcode"])


@settings(deadline=None, max_examples=often(50))
@given(
    values=several(TEXTS), name=st.sampled_from(["reference", "nino", "family_name", "given_name", "postcode", "award"])
)
def test_pseudonyms_plain_text_and_presence(element: dict[str, Element], values: list[str | None], name: str) -> None:
    agree(["pseudonym", "plain", "present"], values, "VARCHAR", element[name])


@settings(deadline=None, max_examples=often(50))
@given(values=several(DATES))
def test_days_months_and_years(element: dict[str, Element], values: list[date | None]) -> None:
    agree(["year", "month", "plain", "present", "pseudonym"], values, "DATE", element["date_of_birth"])


@settings(deadline=None, max_examples=often(200))
@given(
    values=several(st.none() | st.dates(date(3, 1, 2), date(9996, 12, 31))),
    most=st.integers(1, 400),
    subject=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)
def test_shifts(element: dict[str, Element], values: list[date | None], most: int, subject: str) -> None:
    agree([{"shift": f"P{most}D"}], values, "DATE", element["date_of_birth"], subject)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_shifted_beyond_the_calendar_is_told(day: date) -> None:
    form, over = Form.read({"shift": "P9D"}), 0
    for n in range(30):
        try:
            formed(form, day, "", "born", subject=str(n), key=KEY)
        except OverflowError:
            over += 1
    assert 5 < over < 25


@settings(deadline=None, max_examples=often(75))
@given(values=several(DOUBLES), edges=EDGES)
def test_bands_of_doubles(element: dict[str, Element], values: list[float | None], edges: list[float]) -> None:
    agree([{"band": edges}, "pseudonym", "plain"], [*values, *edges], "DOUBLE", element["earnings"])


@settings(deadline=None, max_examples=often(100))
@given(values=several(st.none() | st.integers(-(2**53), 2**53)), edges=EDGES)
def test_bands_of_whole_numbers(element: dict[str, Element], values: list[int | None], edges: list[float]) -> None:
    agree([{"band": edges}], [*values, *map(int, edges)], "BIGINT", element["earnings"])


@settings(deadline=None, max_examples=often(75))
@given(
    values=several(st.decimals(-10_000, 10_000, places=2)),
    edges=st.lists(st.decimals(-10_000, 10_000, places=2), min_size=1, max_size=8),
)
@example([Decimal("616.67")], [Decimal("616.67")])
def test_bands_of_exact_numbers(element: dict[str, Element], values: list[Decimal], edges: list[Decimal]) -> None:
    written = sorted({float(edge) for edge in edges})
    agree([{"band": written}], [*values, *edges], "DECIMAL(18, 2)", element["earnings"])


def test_truth(element: dict[str, Element]) -> None:
    flag = element["earnings"].model_copy(update={"type": "boolean"})
    agree(["plain", "pseudonym", "present"], [None, True, False], "BOOLEAN", flag)
