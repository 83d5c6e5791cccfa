"""R1.5: the day to answer by: working days, counted in UTC, wherever the asker's clock is."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.permission.clock import answer_by, days_off, working_days_after
from easement.permission.holidays import calendar, holidays

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def test_weekends_do_not_count():
    friday = date(2026, 11, 20)
    assert [working_days_after(friday, n) for n in (1, 5, 6)] == [
        date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 30),
    ]  # fmt: skip
    assert working_days_after(date(2026, 11, 21), 1) == working_days_after(date(2026, 11, 22), 1) == date(2026, 11, 23)


def test_days_off_do_not_count():
    off = holidays("england-and-wales")
    assert working_days_after(date(2026, 12, 24), 1, off) == date(2026, 12, 29)
    assert working_days_after(date(2026, 12, 24), 1, holidays("none")) == date(2026, 12, 25)
    assert working_days_after(date(2026, 11, 27), 1, holidays("none", [date(2026, 11, 30)])) == date(2026, 12, 1)


def _easter(year: int) -> date:
    """Easter Sunday, by the computus of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    n = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + n - 7 * ((a + 11 * h + 22 * n) // 451) + 114, 31)
    return date(year, month, day + 1)


def _first_monday(year: int, month: int) -> date:
    return next(date(year, month, day) for day in range(1, 8) if date(year, month, day).weekday() == 0)


def _last_monday(year: int, month: int) -> date:
    return max(date(year, month, day) for day in range(25, 32) if date(year, month, day).weekday() == 0)


def _on_weekdays(wanted: list[date]) -> set[date]:
    """The days themselves, or where they fall on a weekend the next weekdays that are not taken."""
    given: set[date] = {day for day in wanted if day.weekday() < 5}
    for day in wanted:
        while day.weekday() > 4 or (day in given and day not in wanted):
            day += timedelta(days=1)
            while day in given:
                day += timedelta(days=1)
        given.add(day)
    return given


@pytest.mark.parametrize("year", range(2024, 2029))
def test_the_bank_holidays_of_england_and_wales_are_those_of_the_law(year: int):
    """Banking and Financial Dealings Act 1971, Schedule 1; New Year and the first Monday of May by proclamation."""
    easter = _easter(year)
    wanted = {
        easter - timedelta(days=2), easter + timedelta(days=1), _first_monday(year, 5), _last_monday(year, 5),
        _last_monday(year, 8),
    } | _on_weekdays([date(year, 1, 1)]) | _on_weekdays([date(year, 12, 25), date(year, 12, 26)])  # fmt: skip
    assert {day for day in calendar("england-and-wales").days if day.year == year} == wanted


def test_a_calendar_says_how_far_it_is_known_and_by_whom():
    known = calendar("england-and-wales")
    assert max(known.days) <= known.until == date(2028, 12, 31)
    assert "GOV.UK" in known.source
    assert all(day.weekday() < 5 for day in known.days)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC)), st.integers(1, 60))  # noqa: DTZ001
def test_the_days_off_that_a_proposal_names_lead_every_party_to_the_same_day(asked: datetime, many: int):
    known = holidays("england-and-wales")
    named = days_off(asked, many, known)
    assert answer_by(asked, many, named) == answer_by(asked, many, known)
    assert all(asked.date() < day < answer_by(asked, many, named) for day in named)


@given(DAYS, st.integers(1, 60))
def test_between_asking_and_the_day_lie_so_many_working_days(start: date, many: int):
    end = working_days_after(start, many)
    counted = sum((start + timedelta(n)).weekday() < 5 for n in range(1, (end - start).days + 1))
    assert (counted, end.weekday() < 5) == (many, True)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - the zone is drawn beside it
    st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    st.integers(1, 60),
)
def test_the_same_moment_has_the_same_day_in_every_time_zone(moment: datetime, zone: timezone, many: int):
    asked = moment.replace(tzinfo=zone)
    assert answer_by(asked, many) == answer_by(asked.astimezone(UTC), many)


def test_a_wish_late_in_the_evening_elsewhere_counts_from_the_day_in_utc():
    """Twenty past midnight in summer time is still the day before in UTC."""
    asked = datetime(2026, 7, 2, 0, 20, tzinfo=timezone(timedelta(hours=1)))
    assert answer_by(asked, 1) == date(2026, 7, 2)
