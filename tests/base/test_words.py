"""Words for dates, numbers and lists, as every page and error writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.words import day, did_you_mean, listed, many, number


def test_a_date_is_written_as_people_write_it():
    assert day(date(2026, 9, 2)) == "2 September 2026"


@given(st.dates())
def test_every_date_is_written_with_an_english_month(moment: date):
    """ISO 8601 is the other way to say it; no machine's locale has a part in either."""
    told, month, year = day(moment).split()
    number_of = {"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6} | {
        "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12
    }  # fmt: skip
    assert f"{int(year):04}-{number_of[month[:3]]:02}-{int(told):02}" == moment.isoformat()


def test_numbers_have_their_thousands_set_apart():
    assert [number(n) for n in (20_000, 616.67, 300.0, -1_250.5)] == ["20,000", "616.67", "300", "-1,250.5"]


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings"), (1200, "1,200 findings")]
)
def test_a_thing_is_one_and_all_else_are_many(count: int, words: str):
    assert many(count, "finding") == words


def test_a_list_ends_in_a_word():
    assert [listed(items) for items in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert listed(["a", "b", "c"], "or") == "a, b or c"


@pytest.mark.parametrize(
    ("unknown", "mend"),
    [
        ("retian", "did you mean `retain`?"),
        ("dea", "did you mean `dea_2017_s35` or `dea_2017_s41`?"),
        ("zzz", "look it up"),
        ("", "look it up"),
    ],
)
def test_a_word_that_is_not_known_gets_those_that_are_near(unknown: str, mend: str):
    assert did_you_mean(unknown, ["retain", "dea_2017_s35", "dea_2017_s41"], "look it up") == mend
