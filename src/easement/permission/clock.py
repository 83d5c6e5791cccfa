"""By when a proposal is answered: working days, counted as days in UTC.

Saturdays and Sundays do not count; bank holidays do, because they differ from nation to nation of the kingdom and a
node does not know them. Whoever asks for an answer over a holiday gives a day more.
"""

from datetime import UTC, date, datetime, timedelta

__all__ = ["answer_by", "working_days_after"]

_SATURDAY = 5


def working_days_after(start: date, many: int) -> date:
    """The working day that is `many` after a day, which itself does not count."""
    day = start
    while many > 0:
        day += timedelta(days=1)
        many -= day.weekday() < _SATURDAY
    return day


def answer_by(asked: datetime, days: int) -> date:
    """The last day, in UTC, on which an answer to what was asked at a moment is in time."""
    return working_days_after(asked.astimezone(UTC).date(), days)
