"""Forms in Python, held to the forms in the engine (R4.9): whatever the value, both say the same of it."""

import unicodedata
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

KEY = PseudonymKey(bytes(range(32)))
BOUND = {"pseudonym_inner": KEY.inner, "pseudonym_outer": KEY.outer}

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


def in_engine(form: Form, value: Any, kind: str, element: Element, subject: str) -> tuple[Any, str | None]:
    """The value in its form, and its token, as the engine makes both."""
    column = exp.column("v")
    sql = protect(form, column, element, subject=exp.convert(subject)).sql("duckdb")
    token = exp.cast(tokenised(exp.column("v"), element), "varchar").sql("duckdb")
    bound = {"value": value} | {name: secret for name, secret in BOUND.items() if f"${name}" in sql}
    (row,) = duckdb.execute(f"select {sql}, {token} from (select $value::{kind} as v)", bound).fetchall()
    return row


def agree(form: Any, value: Any, kind: str, element: Element, subject: str = "somebody") -> None:
    read = Form.read(form)
    engine, token = in_engine(read, value, kind, element, subject)
    assert formed(read, value, token, element.name, subject=subject, key=KEY) == engine


@pytest.fixture(scope="module")
def element(standard: Standard) -> dict[str, Element]:
    return standard.elements


@settings(deadline=None, max_examples=300)
@given(value=TEXTS, length=st.integers(1, 40))
@example("  ab  ", 3)
@example("\u00a0ab", 1)
@example("e\u0301a", 1)
@example("👨‍👩‍👧x", 2)
def test_truncate(element: dict[str, Element], value: str | None, length: int) -> None:
    agree({"truncate": length}, value, "VARCHAR", element["family_name"])


def test_what_is_trimmed_is_what_the_engine_trims(element: dict[str, Element]) -> None:
    zs = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Zs"]
    assert sorted(BLANKS) == zs
    for sign in (*zs, *"\t\n\r\v\f\x1c\x85\u200b\u2028\ufeff"):
        agree({"truncate": 1}, f"{sign}ab", "VARCHAR", element["family_name"])


@settings(deadline=None, max_examples=300)
@given(value=TEXTS)
@example("EC1A 1BB\n")
@example("nt1-1aa")
def test_outward(element: dict[str, Element], value: str | None) -> None:
    agree("outward", value, "VARCHAR", element["postcode"])


@settings(deadline=None, max_examples=200)
@given(value=TEXTS, name=st.sampled_from(["reference", "nino", "family_name", "given_name", "postcode", "award"]))
def test_pseudonyms_plain_text_and_presence(element: dict[str, Element], value: str | None, name: str) -> None:
    for form in ("pseudonym", "plain", "present"):
        agree(form, value, "VARCHAR", element[name])


@settings(deadline=None, max_examples=200)
@given(value=DATES, most=st.integers(1, 400), subject=st.text(max_size=20).filter(lambda text: "\0" not in text))
def test_days_months_years_and_shifts(element: dict[str, Element], value: date | None, most: int, subject: str) -> None:
    for form in ("year", "month", "plain", "present", "pseudonym"):
        agree(form, value, "DATE", element["date_of_birth"])
    if value is None or date(3, 1, 1) < value < date(9997, 1, 1):
        agree(
            {"shift": f"P{most}D"}, value, "DATE", element["date_of_birth"], subject.encode("utf-8", "replace").decode()
        )


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_shifted_beyond_the_calendar_is_told(day: date) -> None:
    form, over = Form.read({"shift": "P9D"}), 0
    for n in range(30):
        try:
            formed(form, day, "", "born", subject=str(n), key=KEY)
        except OverflowError:
            over += 1
    assert 5 < over < 25


@settings(deadline=None, max_examples=300)
@given(value=DOUBLES, edges=EDGES, data=st.data())
def test_bands_of_doubles(element: dict[str, Element], value: float | None, edges: list[float], data: Any) -> None:
    value = data.draw(st.sampled_from(edges) | st.just(value))
    for form in ({"band": edges}, "pseudonym", "plain"):
        agree(form, value, "DOUBLE", element["earnings"])


@settings(deadline=None, max_examples=200)
@given(value=st.none() | st.integers(-(2**53), 2**53), edges=EDGES, near=st.booleans())
def test_bands_of_whole_numbers(element: dict[str, Element], value: int | None, edges: list[float], near: bool) -> None:
    agree({"band": edges}, int(edges[0]) if near else value, "BIGINT", element["earnings"])


@settings(deadline=None, max_examples=300)
@given(value=st.decimals(-10_000, 10_000, places=2), edges=st.lists(st.decimals(-10_000, 10_000, places=2), min_size=1))
@example(Decimal("616.67"), [Decimal("616.67")])
def test_bands_of_exact_numbers(element: dict[str, Element], value: Decimal, edges: list[Decimal]) -> None:
    written = sorted({float(edge) for edge in edges})
    for each in (value, *edges):
        agree({"band": written}, each, "DECIMAL(18, 2)", element["earnings"])


@settings(deadline=None, max_examples=30)
@given(value=st.none() | st.booleans())
def test_truth(element: dict[str, Element], value: bool | None) -> None:
    flag = element["earnings"].model_copy(update={"type": "boolean"})
    for form in ("plain", "pseudonym", "present"):
        agree(form, value, "BOOLEAN", flag)
