"""Forms (R4.9): what each does to a value, in the source, against a plain statement of it in Python."""

import hmac
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from easement.agreement.forms import Form
from easement.gate.keys import PseudonymKey, pseudonym_key
from easement.gate.protect import protect
from easement.meaning.model import Element, Standard
from tests.often import often

KEY = PseudonymKey(bytes(range(32)))


def formed(form: Any, value: Any, element: Element, *, subject: str = "somebody", binary: bool = False) -> Any:
    """The value in its form, as the engine gives it."""
    kinds = {"date": "DATE", "number": "DOUBLE", "integer": "BIGINT"}
    column = exp.column("v")
    sql = protect(Form.read(form), column, element, subject=exp.convert(subject), binary=binary).sql("duckdb")
    kind = kinds.get(element.type, "VARCHAR")
    bound = {"value": value}
    if "$pseudonym" in sql:
        bound |= {"pseudonym_inner": KEY.inner, "pseudonym_outer": KEY.outer}
    (row,) = duckdb.execute(f"select {sql} from (select $value::{kind} as v)", bound).fetchall()
    return row[0]


@pytest.fixture
def element(standard: Standard) -> dict[str, Element]:
    return standard.elements


@pytest.mark.parametrize(
    ("form", "name", "value", "expected"),
    [
        ("plain", "family_name", "O'Brien", "O'Brien"),
        ("year", "date_of_birth", date(2015, 2, 28), 2015),
        ("month", "date_of_birth", date(2015, 2, 28), "2015-02"),
        ("outward", "postcode", "nt1 1aa", "NT1"),
        ("outward", "postcode", "EC1A1BB", "EC1A"),
        ("outward", "postcode", "not a postcode", None),
        ({"truncate": 3}, "family_name", "Ashworth", "Ash"),
        ("present", "family_name", "Ash", True),
        ("present", "family_name", None, False),
        ({"band": [0, 300, 616.67]}, "earnings", -1.0, "under 0"),
        ({"band": [0, 300, 616.67]}, "earnings", 0.0, "0 to under 300"),
        ({"band": [0, 300, 616.67]}, "earnings", 299.99, "0 to under 300"),
        ({"band": [0, 300, 616.67]}, "earnings", 616.67, "616.67 or more"),
        ({"band": [0, 300, 616.67]}, "earnings", None, None),
    ],
)
def test_each_form_says_less_than_the_value_did(
    element: dict[str, Element], form: Any, name: str, value: Any, expected: Any
) -> None:
    assert formed(form, value, element[name]) == expected


@pytest.mark.parametrize("form", ["year", "month", "outward", {"truncate": 2}, "pseudonym", {"shift": "P9D"}])
def test_an_absent_value_stays_absent_in_every_form(element: dict[str, Element], form: Any) -> None:
    name = "date_of_birth" if form in ("year", "month", {"shift": "P9D"}) else "postcode"
    assert formed(form, None, element[name]) is None


@settings(max_examples=often(60), deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20))
def test_a_pseudonym_is_the_keyed_hash_of_the_value_in_its_normal_form(text: str) -> None:
    element = Element(name="code_word", definition="x", sensitivity="direct")
    stripped = text.replace(" ", "")
    value = formed("pseudonym", text, element)
    if value is not None:
        assert len(value) == 32
        assert value == formed("pseudonym", f" {text} ", element)
    if stripped.isascii() and stripped.isalnum():
        assert value == KEY.pseudonym("code_word", stripped.upper())


def test_the_key_matches_the_standard_librarys_hmac() -> None:
    expected = hmac.new(bytes(range(32)), b"name\x1fASH", "sha256").hexdigest()[:32]
    assert KEY.pseudonym("name", "ASH") == expected


def test_a_pseudonym_as_bytes_is_the_same_pseudonym(element: dict[str, Element]) -> None:
    text = formed("pseudonym", "AB123456C", element["nino"])
    assert formed("pseudonym", "AB123456C", element["nino"], binary=True).hex() == text


def test_two_spellings_of_one_identifier_have_one_pseudonym(element: dict[str, Element]) -> None:
    assert formed("pseudonym", "ab 12 34 56 c", element["nino"]) == formed("pseudonym", "AB123456C", element["nino"])


def test_two_recipients_and_two_agreements_never_share_a_key() -> None:
    master = bytes(32)
    keys = {pseudonym_key(master, agreement, to).secret for agreement in ("a", "b") for to in ("x", "y")}
    assert len(keys) == 4


def test_a_key_is_never_shown() -> None:
    assert "secret" not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)


@settings(max_examples=often(40), deadline=None)
@given(
    day=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    gap=st.integers(0, 4000),
    who=st.text(alphabet="abcde ", max_size=8),
)
def test_a_shift_moves_all_dates_of_one_person_alike_and_no_further_than_agreed(day: date, gap: int, who: str) -> None:
    element = Element.model_validate({"name": "seen", "definition": "x", "type": "date", "sensitivity": "personal"})
    first = formed({"shift": "P30D"}, day, element, subject=who)
    second = formed({"shift": "P30D"}, day + timedelta(days=gap), element, subject=who)
    assert abs((first - day).days) <= 30
    assert (second - first).days == gap


def test_different_people_are_shifted_differently(element: dict[str, Element]) -> None:
    shifts = {formed({"shift": "P30D"}, date(2020, 1, 1), element["date_of_birth"], subject=str(n)) for n in range(40)}
    assert len(shifts) > 20
