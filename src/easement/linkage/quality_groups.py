"""True error where the truth is known, and by group: who is linked wrongly or missed more than others (R7.4)."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from easement.linkage.quality import Gap, Range, gap, wilson

__all__ = ["FEWEST", "GroupErrors", "TrueErrors", "age_band", "postcode_area", "true_errors"]

FEWEST = 10
"""Fewest people of a group of whom errors are told: fewer would point at somebody."""

AGES = ((0, 4), (5, 15), (16, 24), (25, 44), (45, 64), (65, 84))
OLDEST = "85 and over"

_AREA = re.compile(r"\s*([A-Za-z]{1,2})[0-9]")

Pair = tuple[str, str]


def age_band(born: date, on: date) -> str:
    """The band of somebody's age on a day, as `16–24`."""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((f"{low}–{high}" for low, high in AGES if low <= age <= high), OLDEST if age > 0 else "not born yet")


def postcode_area(postcode: str) -> str:
    """The letters that a postcode begins with, which stand for some hundred thousand people; `unknown` for none."""
    found = _AREA.match(postcode)
    return found[1].upper() if found else "unknown"


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """Right links, false links and missed links of a group, or of everybody."""

    right: int
    false: int
    missed: int

    @property
    def precision(self) -> Range:
        """The share of links that are right."""
        return wilson(self.right, self.right + self.false)

    @property
    def recall(self) -> Range:
        """The share of those who are in both registers that were found."""
        return wilson(self.right, self.right + self.missed)

    @property
    def people(self) -> int:
        """How many links there are or should be."""
        return self.right + self.false + self.missed

    def less(self, other: "GroupErrors") -> "GroupErrors":
        """Everybody but another group."""
        return GroupErrors(self.right - other.right, self.false - other.false, self.missed - other.missed)

    def as_dict(self) -> dict[str, Any]:
        """The errors as `--json` shows them."""
        return {
            "right": self.right,
            "false_links": self.false,
            "missed_links": self.missed,
            "precision": self.precision.as_dict(),
            "recall": self.recall.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class TrueErrors:
    """The errors of everybody, and by kind of group (such as `sex`) those of each group; small ones are left out."""

    everybody: GroupErrors
    groups: Mapping[str, Mapping[str, GroupErrors]]
    left_out: Mapping[str, int]

    def gaps(self, kind: str, name: str) -> tuple[Gap, Gap]:
        """By how much precision and recall of a group differ from those of everybody else."""
        one = self.groups[kind][name]
        other = self.everybody.less(one)
        return gap(one.precision, other.precision), gap(one.recall, other.recall)

    def as_dict(self) -> dict[str, Any]:
        """The errors as `--json` shows them."""
        return {
            "everybody": self.everybody.as_dict(),
            "groups": {kind: {name: self._told(kind, name) for name in named} for kind, named in self.groups.items()},
            "left_out": dict(self.left_out),
        }

    def _told(self, kind: str, name: str) -> dict[str, Any]:
        precision, recall = self.gaps(kind, name)
        told = {"precision_gap": precision.as_dict(), "recall_gap": recall.as_dict()}
        return self.groups[kind][name].as_dict() | told


def true_errors(
    links: Collection[Pair], truth: Collection[Pair], groups: Mapping[str, Mapping[str, str]] | None = None
) -> TrueErrors:
    """Links held against the truth, both as pairs of the list's key and the holder's.

    `groups` says by kind of group in which somebody is, by the holder's key: a false link counts for whom it is of, and
    a missed one for whom it misses. Who is in no group is left out of that kind, as are groups of fewer than `FEWEST`.
    """
    linked, true = set(links), set(truth)
    found: dict[str, Mapping[str, GroupErrors]] = {}
    left_out: dict[str, int] = {}
    sides: Sequence[set[Pair]] = (linked & true, linked - true, true - linked)
    for kind, of in (groups or {}).items():
        counts = [Counter(of[held] for _, held in side if held in of) for side in sides]
        names = sorted(set().union(*counts))
        every = {name: GroupErrors(*(count[name] for count in counts)) for name in names}
        found[kind] = {name: each for name, each in every.items() if each.people >= FEWEST}
        left_out[kind] = len(every) - len(found[kind])
    return TrueErrors(GroupErrors(*map(len, sides)), found, left_out)
