"""What a match leaves behind for whoever says how good it is: its pairs counted by stratum, and by group of people.

Nobody is in it: groups of too few people are left out before anything is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from easement.linkage.quality import Stratum
from easement.linkage.quality_groups import FEWEST

__all__ = ["BY_PEOPLE", "Decisions", "Side", "Tally", "told_groups"]

BY_PEOPLE = "settled by people"
"""The stratum of links that no rule and no model made: people decided on each of them."""

Side = Mapping[str, tuple[int, float | None]]
"""By stratum how many pairs, and how many of them are one person by their chances, where a model gives any."""

Decisions = Mapping[tuple[bool, str], tuple[int, int]]
"""How often people decided same and different, by whether a pair is linked and its stratum."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A match's pairs counted by stratum, linked and held; and the same for each group, by kind of group.

    `left_out` counts, by kind, the groups of too few people, of which nothing is kept.
    """

    linked: Side = field(default_factory=dict)
    held: Side = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, "Tally"]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return sum(pairs for side in (self.linked, self.held) for pairs, _ in side.values())

    def as_dict(self) -> dict[str, Any]:
        """The counts as they are kept with a match."""
        told: dict[str, Any] = {
            "linked": {name: list(each) for name, each in self.linked.items()},
            "held": {name: list(each) for name, each in self.held.items()},
        }
        if self.groups:
            by_kind = {kind: {name: each.as_dict() for name, each in of.items()} for kind, of in self.groups.items()}
            told |= {"groups": by_kind, "left_out": dict(self.left_out)}
        return told

    @classmethod
    def of_dict(cls, said: Mapping[str, Any]) -> "Tally":
        """The counts as they were kept."""
        linked, held = (
            {name: (each[0], each[1]) for name, each in said.get(side, {}).items()} for side in ("linked", "held")
        )
        groups = {
            kind: {name: cls.of_dict(each) for name, each in of.items()} for kind, of in said.get("groups", {}).items()
        }
        return cls(linked, held, groups, said.get("left_out", {}))

    def strata(self, decided: Decisions) -> tuple[Stratum, ...]:
        """The strata with what people decided; of links that people made, every one was decided to be one person."""
        return tuple(
            Stratum(name, linked, pairs, *_said(linked, name, pairs, decided), expected)
            for linked, side in ((True, self.linked), (False, self.held))
            for name, (pairs, expected) in side.items()
        )


def _said(linked: bool, name: str, pairs: int, decided: Decisions) -> tuple[int, int]:
    return (pairs, 0) if name == BY_PEOPLE else decided.get((linked, name), (0, 0))


def told_groups(found: Mapping[str, Tally]) -> dict[str, Tally]:
    """The groups of one kind that may be told: those of enough people, and never all but a few people.

    What is left out must not follow from the rest: where its groups together are too few people too, the next smallest
    group is left out with them.
    """
    by_size = sorted(found.items(), key=lambda each: (each[1].pairs, each[0]))
    few = [each for each in by_size if each[1].pairs < FEWEST]
    kept = by_size[len(few) :]
    hidden = sum(each.pairs for _, each in few)
    while kept and few and hidden < FEWEST:
        few.append(kept.pop(0))
        hidden += few[-1][1].pairs
    return dict(sorted(kept))
