"""R1.5: the day to answer by: working days, counted in UTC, wherever the asker's clock is."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from easement.permission.clock import answer_by, working_days_after

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def test_weekends_do_not_count():
    friday = date(2026, 11, 20)
    assert [working_days_after(friday, n) for n in (1, 5, 6)] == [
        date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 30),
    ]  # fmt: skip
    assert working_days_after(date(2026, 11, 21), 1) == working_days_after(date(2026, 11, 22), 1) == date(2026, 11, 23)


def test_bank_holidays_are_not_known_and_count():
    assert working_days_after(date(2026, 12, 24), 1) == date(2026, 12, 25)


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
