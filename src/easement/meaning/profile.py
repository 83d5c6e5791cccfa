"""What a table looks like, column by column: how full, how varied, what its values could be. No judgement yet.

Counts are of all rows. What a value could be is judged on a sample, whose size is told; the sample's values stay within
the organisation, and `hidden` leaves them out for whoever may not see them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from easement.meaning.identifiers import Kind

__all__ = ["ColumnProfile", "DateReading", "NameShape", "TableProfile", "TypeChange", "hidden"]


@dataclass(frozen=True, slots=True)
class DateReading:
    """One way in which a column's dates can be read: the format, and the share of values that are days by it."""

    format: str
    share: float
    earliest: str = ""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class NameShape:
    """How far values look like names: shares of values of one word, of several words, and with a comma."""

    single: float = 0.0
    full: float = 0.0
    comma: float = 0.0
    family_first: float = 0.0


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A column that holds one kind of value and, from about a row on, another."""

    row: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column. Shares are from 0 to 1, of the values judged; placeholders and blanks are not among these.

    `common` and `codes` hold values with their counts: `codes` every value of a column that has few, in all rows.
    `moments` is set where dates carry a time of day.
    """

    name: str
    type: str
    rows: int
    filled: int
    distinct: int
    shortest: int = 0
    longest: int = 0
    judged: int = 0
    judged_distinct: int = 0
    common: tuple[tuple[str, int], ...] = ()
    codes: tuple[tuple[str, int], ...] = ()
    patterns: tuple[tuple[str, float], ...] = ()
    types: Mapping[str, float] = field(default_factory=dict)
    dates: tuple[DateReading, ...] = ()
    moments: bool = False
    identifiers: Mapping[Kind, float] = field(default_factory=dict)
    tidy: Mapping[Kind, float] = field(default_factory=dict)
    formats: Mapping[str, float] = field(default_factory=dict)
    names: NameShape = NameShape()
    placeholders: tuple[tuple[str, int], ...] = ()
    change: TypeChange | None = None
    unique: bool = False
    checked_unique: bool = False

    @property
    def constant(self) -> bool:
        """Whether every row that is filled holds one and the same value."""
        return self.filled > 0 and self.distinct == 1

    @property
    def share_filled(self) -> float:
        """The share of rows that hold something."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def dates_undecided(self) -> tuple[str, ...]:
        """The formats between which the values do not decide, such as day first or month first; else none."""
        best = [reading.format for reading in self.dates if reading.share == self.dates[0].share]
        return tuple(best) if len(best) > 1 else ()

    def as_dict(self) -> dict[str, Any]:
        """The column as `--json` prints it."""
        said = asdict(self)
        derived = {
            "constant": self.constant,
            "share_filled": self.share_filled,
            "dates_undecided": list(self.dates_undecided),
        }
        pairs = {key: [{"value": value, "count": count} for value, count in said[key]] for key in _COUNTED}
        return said | derived | pairs


_COUNTED = ("common", "codes", "placeholders", "patterns")


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table: its columns in order, how many rows were judged out of how many, and notes of what was done to read it.

    `values` says whether values are shown.
    """

    dataset: str
    rows: int
    sampled: int
    columns: tuple[ColumnProfile, ...]
    notes: tuple[str, ...] = ()
    values: bool = True

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        """The profile as `--json` prints it."""
        return asdict(self) | {"columns": [column.as_dict() for column in self.columns]}


def hidden(profile: TableProfile) -> TableProfile:
    """The same without any value of the table, for those who may know its shape and not what stands in it."""
    bare = (
        replace(
            column,
            common=(),
            codes=(),
            placeholders=(),
            dates=tuple(replace(reading, earliest="", latest="") for reading in column.dates),
        )
        for column in profile.columns
    )
    return replace(profile, columns=tuple(bare), values=False)
