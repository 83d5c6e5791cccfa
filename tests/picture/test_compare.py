"""When two values contradict each other, and when they are only written differently or say less (R3.7)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.forms import Form
from easement.meaning.standards import standard
from easement.picture.compare import Reading, agree, apart, hint, reading

PERSON = standard("benefit-award/1")


def read(element: str, value: object, form: str = "plain") -> Reading | None:
    return reading(value, PERSON.elements[element], Form.from_written(form))


@pytest.mark.parametrize(
    ("element", "one", "other", "same"),
    [
        ("family_name", "ASH", "Ash", True),
        ("family_name", "O'Brien", "OBrien", True),
        ("family_name", "Müller", "Muller", True),
        ("family_name", "Ash", "Ashe", False),
        ("given_name", "Jo", "Jo Ann", True),
        ("given_name", "Jo", "Joanna", False),
        ("postcode", "nt1 1aa", "NT11AA", True),
        ("postcode", "NT1 1AA", "NT1 1AB", False),
        ("date_of_birth", "2015-02-01", "2015-02-01", True),
        ("date_of_birth", "2015-02-01", "2015-01-02", False),
        ("national_insurance_number", "AB 12 34 56 C", "ab123456c", True),
        ("award", "UC", "IS", False),
    ],
)
def test_spelling_is_no_difference_and_content_is(element: str, one: str, other: str, same: bool):
    left, right = read(element, one), read(element, other)
    assert left is not None
    assert right is not None
    assert agree(left, right) is same
    assert apart([[left], [right]]) is not same


@pytest.mark.parametrize(
    ("element", "fine", "coarse", "form", "same"),
    [
        ("date_of_birth", "2015-02-01", 2015, "year", True),
        ("date_of_birth", "2015-02-01", "2015-02", "month", True),
        ("date_of_birth", "2015-02-01", "2015-03", "month", False),
        ("postcode", "NT1 1AA", "NT1", "outward", True),
        ("postcode", "NT1 1AA", "NT11", "outward", False),
    ],
)
def test_what_says_less_is_compared_as_far_as_it_goes(element, fine, coarse, form, same):
    left, right = read(element, fine), read(element, coarse, form)
    assert agree(left, right) is agree(right, left) is same


@pytest.mark.parametrize("form", ["pseudonym", "present", "truncate 2"])
def test_what_cannot_be_compared_contradicts_nothing(form: str):
    assert read("family_name", "x", form) is None
    assert read("date_of_birth", "2015-02-01", "shift P30D") is None
    assert read("family_name", None) is None
    assert read("family_name", "") is None


def test_what_may_be_behind_a_difference_is_said():
    births = [[read("date_of_birth", "2015-02-01")], [read("date_of_birth", "2015-01-02")]]
    assert hint(births) == "day and month may be swapped"
    for one, other in (("Ash", "Ashe"), ("Ash", "Asj"), ("Ash", "Sah"), ("Ash", "As")):
        assert hint([[read("family_name", one)], [read("family_name", other)]]) == "they differ by one letter"
    assert hint([[read("family_name", "Ash")], [read("family_name", "Elm")]]) == ""


def test_one_source_that_says_several_things_is_not_apart_from_one_that_says_one_of_them():
    old, new = read("postcode", "NT1 1AA"), read("postcode", "NT2 2BB")
    assert apart([[old, new], [new]]), "the other does not have the old one"
    assert not apart([[old, new], [new, old]])
    assert not apart([[old, new]])
    assert not apart([[old], []])


readings = st.one_of(
    st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(lambda day: Reading("date", day.isoformat())),
    st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(lambda day: Reading("date", day.isoformat()[:7])),
    st.text("abc ", min_size=1).map(lambda text: Reading("given_name", text)),
    st.sampled_from(["NT11AA", "NT12BB", "E11AA"]).map(lambda text: Reading("postcode", text)),
    st.sampled_from(["NT1", "E1"]).map(lambda text: Reading("outward", text)),
)


@given(readings, readings)
def test_agreeing_is_mutual_and_everything_agrees_with_itself(one: Reading, other: Reading):
    assert agree(one, one)
    assert agree(one, other) is agree(other, one)


@given(st.lists(st.lists(readings, max_size=3), max_size=4))
def test_the_order_of_sources_makes_no_difference_and_one_source_is_never_apart(said):
    assert apart(said) is apart(said[::-1])
    assert not apart(said[:1])
    assert hint(said) == hint(said[::-1])
