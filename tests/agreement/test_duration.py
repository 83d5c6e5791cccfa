"""Durations: how they are written, what they make of a date, how they compare."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.duration import Duration

DURATIONS = st.builds(
    Duration, months=st.integers(0, 1200), days=st.integers(0, 9_999), hours=st.integers(0, 9_999)
).filter(lambda duration: duration != Duration())


@pytest.mark.parametrize(
    ("text", "duration", "words"),
    [
        ("P1Y", Duration(months=12), "1 year"),
        ("P18M", Duration(months=18), "1 year and 6 months"),
        ("P2W", Duration(days=14), "14 days"),
        ("P30D", Duration(days=30), "30 days"),
        ("PT24H", Duration(hours=24), "24 hours"),
        ("P1Y2M3DT4H", Duration(14, 3, 4), "1 year and 2 months and 3 days and 4 hours"),
    ],
)
def test_a_duration_is_read_and_said(text: str, duration: Duration, words: str):
    assert Duration.read(text) == duration
    assert duration.words == words


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P0D", "PT0H", "P1YT", "1Y", "P-1D", "P1.5D", "P1D ", "p1d", "P1S", "P\u0661D", 12, None]
)
def test_what_is_no_duration_is_refused_with_the_mend(text: object):
    with pytest.raises(ValueError, match=r"is not a duration\nwrite `P1Y`"):
        Duration.read(text)


@pytest.mark.parametrize(
    ("start", "text", "after"),
    [
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2024, 2, 29), "P48M", date(2028, 2, 29)),
        (date(2026, 12, 31), "P1D", date(2027, 1, 1)),
        (date(2026, 9, 1), "PT1H", date(2026, 9, 2)),
        (date(2026, 9, 1), "PT24H", date(2026, 9, 2)),
        (date(2026, 9, 1), "PT25H", date(2026, 9, 3)),
    ],
)
def test_months_are_the_calendars_and_begun_days_count(start: date, text: str, after: date):
    assert Duration.read(text).after(start) == after


def test_past_the_calendars_end_is_its_end():
    assert Duration.read("P1Y").after(date(9999, 1, 1)) == date.max
    assert Duration.read("P99999D").after(date(9998, 1, 1)) == date.max


def test_a_duration_is_read_once():
    assert Duration.read(Duration(days=3)) == Duration(days=3)


@given(DURATIONS)
def test_a_duration_is_written_as_it_is_read(duration: Duration):
    assert Duration.read(str(duration)) == duration


@given(DURATIONS, st.dates())
def test_after_is_later_and_never_past_the_calendars_end(duration: Duration, start: date):
    after = duration.after(start)
    assert after > start or start == date.max
    assert after <= date.max


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 9_999))
def test_days_are_days(start: date, days: int):
    assert Duration(days=days).after(start) == start + timedelta(days=days)


@given(DURATIONS, DURATIONS)
def test_the_longer_of_two_ends_at_most_three_days_sooner(one: Duration, other: Duration):
    """`length` compares: it may be wrong by the difference of short and long months, and by nothing more."""
    start = date(2001, 1, 1)
    if one.length >= other.length:
        assert one.after(start) >= other.after(start) - timedelta(days=3)


@pytest.mark.parametrize(("one", "other"), [("P1Y", "P12M"), ("P1D", "PT24H"), ("P1W", "P7D"), ("P3Y", "P36M")])
def test_the_same_length_written_differently_is_the_same(one: str, other: str):
    assert Duration.read(one).length == Duration.read(other).length
