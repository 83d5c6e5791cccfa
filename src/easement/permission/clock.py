"""By when a proposal is answered: working days, counted as days in UTC.

Saturdays and Sundays do not count, nor the days off that the proposal itself names. They differ from nation to nation,
so whoever asks says which (`permission.holidays`), and every party counts the same.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

__all__ = ["answer_by", "days_off", "working_days_after"]

_SATURDAY = 5


def working_days_after(start: date, many: int, off: Collection[date] = ()) -> date:
    """The working day that is `many` after a day, which itself does not count; `off` are weekdays that do not count."""
    day = start
    while many > 0:
        day += timedelta(days=1)
        many -= day.weekday() < _SATURDAY and day not in off
    return day


def answer_by(asked: datetime, days: int, off: Collection[date] = ()) -> date:
    """The last day, in UTC, on which an answer to what was asked at a moment is in time."""
    return working_days_after(asked.astimezone(UTC).date(), days, off)


def days_off(asked: datetime, days: int, holidays: Collection[date]) -> tuple[date, ...]:
    """The holidays that put off the answer to what is asked at a moment: weekdays up to the day that it is due."""
    last = answer_by(asked, days, holidays)
    first = asked.astimezone(UTC).date()
    return tuple(sorted(day for day in holidays if first < day < last and day.weekday() < _SATURDAY))
