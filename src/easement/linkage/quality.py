"""How good a linkage is: false links and missed links told apart, never as a bare number (R4.4).

What is estimated from people's decisions comes with the range in which the true figure lies (95%), and says how many
decisions it rests on; where those are too few, it says so and gives no figure. Proportions have Wilson's interval
(1927); sums of them over strata, and differences of two, join the intervals of their parts (MOVER: Zou and Donner,
2008; for a difference it is Newcombe's method 10, 1998). All of it is arithmetic: the same decisions
give the same range.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, NamedTuple

__all__ = [
    "BANDS",
    "COVERED",
    "ENOUGH",
    "Estimate",
    "Gap",
    "Quality",
    "Range",
    "Stratum",
    "band",
    "by_chance",
    "by_decisions",
    "gap",
    "wilson",
]

Z = 1.959964
"""The 97.5th percentile of the normal distribution: ranges hold the true figure some 95 times in 100."""

ENOUGH = 30
"""Fewest decisions that a figure may rest on: its range is then no wider than 0.35, and 0.12 where none was wrong."""

COVERED = 0.8
"""Least share of the links that must stand in strata in which somebody decided."""

BANDS = (0.5, 0.8, 0.95, 0.99, 0.995, 0.999)
"""Where strata of a model's links end, as chances of one person: around the usual thresholds errors change fastest."""


def band(rule: str, probability: float | None) -> str:
    """The stratum of a pair: what paired it where exact rules did, else the band of its chance, as `0.95–0.99`."""
    if probability is None:
        return rule
    ends = (0.0, *BANDS, 1.0)
    at = next((n for n, end in enumerate(ends[1:]) if probability < end), len(ends) - 2)
    return f"{ends[at]:g}–{ends[at + 1]:g}"


class Range(NamedTuple):
    """A figure with the range in which the true one lies, 95 times in 100."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """The figure as `--json` shows it."""
        return {"value": round(self.value, 5), "low": round(self.low, 5), "high": round(self.high, 5)}


def wilson(right: int, of: int) -> Range:
    """The proportion `right` of `of`, with Wilson's range; of nothing it is anything from 0 to 1."""
    if not of:
        return Range(0.5, 0.0, 1.0)
    share, more = right / of, Z * Z / of
    middle, half = (share + more / 2) / (1 + more), Z * sqrt(share * (1 - share) / of + more / of / 4) / (1 + more)
    return Range(share, 0.0 if right == 0 else middle - half, 1.0 if right == of else middle + half)


def _summed(parts: Iterable[tuple[float, Range]]) -> Range:
    """The sum of independent figures, each times a weight that is not negative."""
    value = below = above = 0.0
    for weight, each in parts:
        value += weight * each.value
        below += (weight * (each.value - each.low)) ** 2
        above += (weight * (each.high - each.value)) ** 2
    return Range(value, value - sqrt(below), value + sqrt(above))


@dataclass(frozen=True, slots=True)
class Stratum:
    """Pairs alike in how sure they are: how many, whether they were linked, and what people said of some of them.

    `expected` is how many of them are one person by the model's chances, where there is a model.
    """

    name: str
    linked: bool
    pairs: int
    same: int = 0
    different: int = 0
    expected: float | None = None

    @property
    def decided(self) -> int:
        """On how many somebody decided, one way or the other."""
        return self.same + self.different


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure where there are decisions enough, what it rests on, and which share of the pairs that covers."""

    range: Range | None
    decisions: int
    covered: float

    @property
    def words(self) -> str:
        """The figure in words: `0.993 (0.981 to 0.998), from 412 decisions`, or that there are too few."""
        if self.range is None:
            return f"too few decisions: {self.decisions:,}, for {self.covered:.0%} of the links"
        value, low, high = self.range
        return f"{value:.3f} ({low:.3f} to {high:.3f}), from {self.decisions:,} decisions"

    def as_dict(self) -> dict[str, Any]:
        """The estimate as `--json` shows it."""
        told = self.range.as_dict() if self.range else None
        return {"estimate": told, "decisions": self.decisions, "covered": round(self.covered, 3), "words": self.words}


@dataclass(frozen=True, slots=True)
class Quality:
    """How many links there are, how many of them are right, and how many of the people in both were found."""

    links: int
    held: int
    precision: Estimate
    recall: Estimate
    by_model: Mapping[str, float | None]
    strata: tuple[Stratum, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The figures as `--json` shows them: `precision` is of links, what it lacks to 1 are false links."""
        return {
            "links": self.links,
            "held": self.held,
            "precision": self.precision.as_dict(),
            "recall": self.recall.as_dict(),
            "expected_by_model": dict(self.by_model),
            "strata": [
                {"name": each.name, "linked": each.linked, "pairs": each.pairs, "same": each.same,
                 "different": each.different}
                for each in self.strata
            ],
        }  # fmt: skip


def by_chance(strata: Sequence[Stratum]) -> dict[str, float | None]:
    """Precision and recall as the model's chances alone have it; nothing where a stratum has none.

    Recall is of the pairs that were compared at all. It is as good as the model, which has seen no truth.
    """
    if not strata or any(each.expected is None for each in strata):
        return {"precision": None, "recall": None}
    linked = sum(each.expected or 0.0 for each in strata if each.linked)
    every, links = sum(each.expected or 0.0 for each in strata), sum(each.pairs for each in strata if each.linked)
    return {
        "precision": round(linked / links, 5) if links else None,
        "recall": round(linked / every, 5) if every else None,
    }


def by_decisions(strata: Sequence[Stratum]) -> Quality:
    """Precision and recall as people's decisions have it, stratum by stratum.

    Precision rests on decisions about links, and so on a sample of them; recall sets the links that are right against
    those and the held pairs that are one person. Pairs that nobody linked nor held are not in it.
    """
    linked = [each for each in strata if each.linked]
    held = [each for each in strata if not each.linked]
    precision, recall = _share(linked), _found(linked, held)
    links, doubts = sum(each.pairs for each in linked), sum(each.pairs for each in held)
    return Quality(links, doubts, precision, recall, by_chance(strata), tuple(strata))


def _covered(strata: Sequence[Stratum]) -> float:
    every = sum(each.pairs for each in strata)
    return sum(each.pairs for each in strata if each.decided) / every if every else 0.0


def _share(strata: Sequence[Stratum]) -> Estimate:
    decisions, covered = sum(each.decided for each in strata), _covered(strata)
    if decisions < ENOUGH or covered < COVERED:
        return Estimate(None, decisions, covered)
    return Estimate(_mean(strata), decisions, covered)


def _mean(strata: Sequence[Stratum]) -> Range:
    """The share that is one person, each stratum counting by its pairs; one in which nobody decided is anything."""
    every = sum(each.pairs for each in strata)
    found = _summed((each.pairs / every, wilson(each.same, each.decided)) for each in strata if each.pairs)
    return Range(*(min(max(value, 0.0), 1.0) for value in found))


def _found(linked: Sequence[Stratum], held: Sequence[Stratum]) -> Estimate:
    """Right links against those and what was held though it is one person; each end as bad as both could make it."""
    both = [*linked, *held]
    decisions, covered = sum(each.decided for each in both), _covered(both)
    short = any(sum(each.pairs for each in side) > 0 and _share(side).range is None for side in (linked, held))
    if short or not sum(each.pairs for each in linked):
        return Estimate(None, decisions, covered)
    right = _times(linked)
    missed = _times(held) if sum(each.pairs for each in held) else Range(0.0, 0.0, 0.0)
    ends = [(right.value, missed.value), (right.low, missed.high), (right.high, missed.low)]
    return Estimate(Range(*(have / (have + lack) if have + lack else 0.0 for have, lack in ends)), decisions, covered)


def _times(strata: Sequence[Stratum]) -> Range:
    every = sum(each.pairs for each in strata)
    return Range(*(every * value for value in _mean(strata)))


class Gap(NamedTuple):
    """By how much a group's share differs from that of everybody else, and whether that is more than chance."""

    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the range leaves out that there is no difference."""
        return self.low > 0 or self.high < 0

    def as_dict(self) -> dict[str, Any]:
        """The gap as `--json` shows it."""
        return {"value": round(self.value, 5), "low": round(self.low, 5), "high": round(self.high, 5),
                "certain": self.certain}  # fmt: skip


def gap(one: Range, other: Range) -> Gap:
    """The difference of two independent proportions with its range (Newcombe's method 10)."""
    difference = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Gap(difference, difference - below, difference + above)
