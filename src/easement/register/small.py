"""The small-number rule of what is published: a count that could point at a person is hidden or rounded. Pure.

Where each thing counted may be one person (records that crossed, lookups, refusals), 1 to 7 are hidden and the rest go
to the nearest 5: the rule of the health service's hospital statistics, which agreements have by default too. Nothing
is published that was added up from what is hidden: totals are sums of what is shown, and say what they lack.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from easement.agreement.model import SmallNumbers
from easement.base.words import number

__all__ = ["RULE", "Shown", "exact", "guarded", "total"]

RULE = SmallNumbers()
"""What is hidden, and how the rest is rounded: 1 to 7 hidden, others to the nearest 5."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it is published: `count` is `None` where it is hidden, being 1 to `below - 1`.

    `rounded` says that it went to the nearest step. `hidden` is how many parts of a total were hidden.
    """

    count: int | None
    rounded: bool = False
    below: int = 0
    hidden: int = 0

    @property
    def words(self) -> str:
        """The count as a person reads it."""
        if self.count is None:
            return f"fewer than {self.below}"
        about = "about " if self.rounded and self.count else ""
        least = "at least " if self.hidden else ""
        return f"{least or about}{number(self.count)}"

    def as_dict(self) -> dict[str, Any]:
        """The count as data: `count` is null where it is hidden."""
        return {"count": self.count, "rounded": self.rounded, "below": self.below or None, "hidden": self.hidden}


def exact(count: int) -> Shown:
    """A count that points at nobody, as it is."""
    return Shown(count)


def guarded(count: int) -> Shown:
    """A count of what may be single people: none is told as none, 1 to 7 are hidden, others go to the nearest 5."""
    if count == 0:
        return Shown(0)
    if count < RULE.hide_below:
        return Shown(None, below=RULE.hide_below)
    step = RULE.round_to
    return Shown((count + step // 2) // step * step, rounded=True)


def total(parts: Iterable[Shown]) -> Shown:
    """The sum of what is shown, so that no part that is hidden can be worked out from it."""
    every = list(parts)
    hidden = sum(each.hidden + (each.count is None) for each in every)
    known = sum(each.count or 0 for each in every)
    return Shown(known, rounded=any(each.rounded for each in every), hidden=hidden)
