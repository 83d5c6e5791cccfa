"""Small numbers in tables of counts: the whole rule, short enough for a statistician to audit (R4.9).

Default: the health service's rule for hospital statistics since September 2018. Counts of 1 to 7 are hidden, all others
are rounded to the nearest 5. Nothing else leaves that a hidden count could be worked out from:

- a table has no totals, and is always by all the dimensions agreed, so no margin exists to subtract from;
- a cell's other measures are hidden with its count;
- a sum is rounded as the count is; a mean is the published sum over the published count, never the true one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from easement.agreement.model import SmallNumbers

__all__ = ["HIDDEN", "Cell", "protected", "rounded"]

HIDDEN = "*"
"""What stands where a small count is hidden."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One true cell: its place in the table, how many people it counts, and the sums over them."""

    place: tuple[object, ...]
    people: int
    sums: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Published:
    """One cell as it may leave: `None` is hidden. `sums` and `means` are by element."""

    place: tuple[object, ...]
    people: int | None
    sums: Mapping[str, int | None]
    means: Mapping[str, float | None]


def rounded(number: float, base: int) -> int:
    """The nearest multiple of `base`; halves go up."""
    return int((number + base / 2) // base) * base


def protected(cells: Iterable[Cell], rule: SmallNumbers) -> Iterator[Published]:
    """Cells as they may leave. A true zero is no cell at all; a count below `hide_below` is hidden."""
    for cell in cells:
        if 0 < cell.people < rule.hide_below:
            none = dict.fromkeys(cell.sums)
            yield Published(cell.place, None, none, none)
        elif cell.people:
            people = rounded(cell.people, rule.round_to)
            sums = {name: rounded(value, rule.round_to) for name, value in cell.sums.items()}
            means = {name: round(value / people, 2) for name, value in sums.items()}
            yield Published(cell.place, people, sums, means)
