"""ISO 8601 durations as agreements use them, and what they make of a date."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from easement.base.words import many

__all__ = ["Duration", "ReadDuration"]

_PATTERN = "^P(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T([0-9]{1,4})H)?$"
_READ = re.compile(_PATTERN.removesuffix("$") + r"\Z")


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration such as `P1Y`, `P12M`, `P30D` or `PT24H`; months and years are the calendar's."""

    months: int = 0
    days: int = 0
    hours: int = 0

    @classmethod
    def read(cls, text: Any) -> "Duration":
        """A duration from its ISO 8601 text; raises `ValueError` whose second line is the mend."""
        if isinstance(text, Duration):
            return text
        found = _READ.match(text) if isinstance(text, str) else None
        parts = [int(part or 0) for part in found.groups()] if found else []
        if not any(parts):
            raise ValueError(f"`{text}` is not a duration\nwrite `P1Y`, `P6M`, `P30D` or `PT24H`")
        years, months, weeks, days, hours = parts
        return cls(12 * years + months, 7 * weeks + days, hours)

    def after(self, start: date) -> date:
        """The date this long after `start`; the 31st of a shorter month is its last day. Hours count as begun days.

        Past the calendar's end (9999-12-31) it is that end.
        """
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        try:
            day = min(start.day, calendar.monthrange(year, month)[1])
            return date(year, month, day) + timedelta(days=self.days + -(-self.hours // 24))
        except (ValueError, OverflowError):
            return date.max

    @property
    def length(self) -> float:
        """The duration in hours, a month being 30.4375 days: for comparing two, never for reckoning a date."""
        return (self.months * 30.4375 + self.days) * 24 + self.hours

    @property
    def words(self) -> str:
        """The duration as people say it: `1 year`, `24 hours`."""
        years, months = divmod(self.months, 12)
        parts = [(years, "year"), (months, "month"), (self.days, "day"), (self.hours, "hour")]
        return " and ".join(many(n, unit) for n, unit in parts if n)

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        day = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (self.days, "D")) if n)
        return f"P{day}" + (f"T{self.hours}H" if self.hours else "")


ReadDuration = Annotated[
    Duration,
    BeforeValidator(Duration.read),
    PlainSerializer(str),
    WithJsonSchema(
        {"type": "string", "pattern": _PATTERN, "examples": ["P1Y", "PT24H"], "not": {"pattern": "^[^1-9]*$"}}
    ),
]
"""A duration as a field of a model: read from ISO 8601 text."""
