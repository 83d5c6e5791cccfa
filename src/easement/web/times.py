"""Moments as people in the United Kingdom read them, worked out here so that no machine's time zones matter."""

from datetime import UTC, date, datetime, timedelta

from easement.base.words import day

__all__ = ["minute_of_entry", "moment", "moment_typed", "today_in_words", "typed"]


def moment(instant: datetime) -> str:
    """A moment on a UK clock: `22 November 2026, 3:04pm`."""
    local = _on_the_clock(instant)
    return f"{day(local)}, {local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"


def today_in_words(instant: datetime) -> str:
    """The day of a moment on a UK calendar: `22 November 2026`."""
    return day(_on_the_clock(instant))


def moment_typed(text: str) -> datetime:
    """The moment that somebody typed who reads a UK clock, `2026-11-22T15:04`; raises `ValueError` for anything else.

    Of an hour that comes twice in autumn it is the first.
    """
    wall = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    for ahead in (timedelta(hours=1), timedelta()):
        if _on_the_clock(wall - ahead).replace(tzinfo=UTC) == wall:
            return wall - ahead
    raise ValueError(text)  # the hour that is left out in spring


def typed(instant: datetime) -> str:
    """A moment as somebody would type it who reads a UK clock: `2026-11-22T15:04`."""
    return _on_the_clock(instant).strftime("%Y-%m-%dT%H:%M")


def minute_of_entry(text: str) -> datetime:
    """The moment that a ledger entry says, `2026-11-22T15:04Z`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)


def _on_the_clock(instant: datetime) -> datetime:
    """UTC, or an hour ahead between the last Sundays of March and October at 01:00 UTC (SI 2002/262)."""
    utc = instant.astimezone(UTC)
    starts, ends = (_last_sunday(utc.year, month) for month in (3, 10))
    return utc + timedelta(hours=1) if starts <= utc < ends else utc


def _last_sunday(year: int, month: int) -> datetime:
    last = date(year, month, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    return datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=UTC)
