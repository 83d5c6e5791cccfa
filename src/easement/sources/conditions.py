"""What a database may be asked to leave out before anything is sent: a small closed language over raw columns.

A condition is never what decides. Whatever it lets through is judged again by the one plan that runs over every kind
of source, so a condition may let too much through and must never hold anything back that the plan would take: each
of these is true, in every database, wherever the engine's own comparison is true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = ["All", "Compared", "Condition", "Either", "Holding", "OneOf", "Tidied", "joined"]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The column is one of these values as they stand: an index on it answers. `trimmed`: blanks around it aside."""

    column: str
    values: tuple[str | int | date, ...]
    trimmed: bool = False


@dataclass(frozen=True, slots=True)
class Tidied:
    """The column's text is `value` once the signs of `removed` are taken out of it and it is in capitals."""

    column: str
    value: str
    removed: str


@dataclass(frozen=True, slots=True)
class Holding:
    """The column's text has `part` somewhere in it."""

    column: str
    part: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A number or a day, against another."""

    column: str
    operator: Literal["=", "<", "<=", ">", ">="]
    value: int | float | date


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without any, nothing is left out."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple["Condition", ...]


Condition = OneOf | Tidied | Holding | Compared | All | Either
"""Everything that a database may be asked."""


def joined(parts: Sequence[Condition | None]) -> Condition | None:
    """What all of these ask, those that ask nothing (`None`) aside; `None` where none asks anything."""
    asked = tuple(part for part in parts if part is not None)
    return (asked[0] if len(asked) == 1 else All(asked)) if asked else None
