"""A table held against its mapping and its standard: what maps, what does not, and what is doubted, all counted.

Counting is one scan. A second finds where the faults stand, and is made only where there are any. Nothing is read out
but counts, row numbers, and (unless turned off) a few values to mend the mapping by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from easement.meaning.project import Column, Fault

__all__ = ["MAX_CODES", "MAX_EXAMPLES", "ElementReport", "Example", "Finding", "Had", "Measured", "Report"]

MAX_EXAMPLES = 3
"""Examples shown of each fault: enough to see what is wrong, too few to be a copy of the data."""

MAX_CODES = 20
"""Unlisted codes shown with their counts; a column with more is no column of codes."""


class Measured(Protocol):
    """What a report needs of a source: its columns, its name in SQL, and a way to count in it (DuckDB)."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns, in order."""

    @property
    def relation(self) -> str:
        """The quoted SQL expression that stands for it after FROM."""

    def measure(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer to a query that counts."""


class Had(StrEnum):
    """How an element is had."""

    MAPPED = "mapped"
    CONSTANT = "constant"
    ABSENT = "absent"
    NOT_MENTIONED = "not-mentioned"
    COLUMN_MISSING = "column-missing"


@dataclass(frozen=True, slots=True)
class Example:
    """Where a fault stands: the row, from 1 below the header, and the value as the table has it (`None`: not shown)."""

    row: int
    value: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one element: in how many rows, with examples, and for codes which ones and how often."""

    fault: Fault
    count: int
    examples: tuple[Example, ...] = ()
    codes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ElementReport:
    """One element of the standard: how it is had, in how many rows it is filled, and what is wrong with it.

    `detail` is the column, or the reason why it is absent.
    """

    name: str
    had: Had
    detail: str = ""
    filled: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of a dataset. `missing` is column to mend; counts are of rows; `warnings` stop nothing."""

    dataset: str
    standard: str
    rows: int
    elements: tuple[ElementReport, ...]
    unused: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    record_key: tuple[str, ...] = ()
    duplicate_keys: int = 0
    rows_with_duplicate_keys: int = 0
    rows_without_key: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it can be shared from at all: every column is there, and every record can be told from the others."""
        return not self.missing and not self.duplicate_keys and not self.rows_without_key

    @property
    def findings(self) -> int:
        """The number of values that do not map or are doubted, over all elements."""
        return sum(finding.count for element in self.elements for finding in element.findings)

    def as_dict(self) -> dict[str, Any]:
        """The report as `--json` prints it."""
        return asdict(self) | {"usable": self.usable, "findings": self.findings}
