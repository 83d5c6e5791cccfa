"""How good one match is, for everybody and by group (R4.4, R7.4): what people decided apart from what a model expects.

By people's decisions a figure has a range, or is not told where they are too few. By the model's own chances there is
always a figure, which is as good as the model: it has seen no truth, and of a group it may be wrong as of no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from easement.linkage.quality import Estimate, Gap, Quality, by_decisions, gap
from easement.linkage.quality_tally import Decisions, Side, Tally

__all__ = ["GroupDecisions", "GroupQuality", "Report", "report"]

GroupDecisions = Mapping[tuple[str, str], Decisions]
"""What people decided by kind of group and group: of pairs whose values are still kept, for only they say who it is."""


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """How good the links of one group are, and by how much that differs from the other groups of its kind.

    A gap stands only where people's decisions give a figure for both.
    """

    quality: Quality
    precision_gap: Gap | None = None
    recall_gap: Gap | None = None

    def as_dict(self) -> dict[str, Any]:
        """The group as `--json` shows it: its strata are not told, for some hold few people."""
        said = self.quality.as_dict()
        del said["strata"]
        gaps = {"precision_gap": self.precision_gap, "recall_gap": self.recall_gap}
        return said | {name: each.as_dict() if each else None for name, each in gaps.items()}


@dataclass(frozen=True, slots=True)
class Report:
    """The quality of a match: the entry of its intent, by which model (its digest), for everybody and by group."""

    match: int
    model: str
    quality: Quality
    groups: Mapping[str, Mapping[str, GroupQuality]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The report as `--json` and the API show it."""
        groups = {kind: {name: each.as_dict() for name, each in of.items()} for kind, of in self.groups.items()}
        head = {"match": self.match, "model": self.model or None}
        return head | self.quality.as_dict() | {"groups": groups, "left_out": dict(self.left_out)}


def report(match: int, model: str, tally: Tally, decided: Decisions, by_group: GroupDecisions) -> Report:
    """The quality of a match, from its counts and from what people decided of pairs like its own."""
    groups = {
        kind: {name: _group(of, name, kind, by_group) for name in of}
        for kind, of in tally.groups.items()
    }  # fmt: skip
    return Report(match, model, by_decisions(tally.strata(decided)), groups, tally.left_out)


def _group(of: Mapping[str, Tally], name: str, kind: str, decided: GroupDecisions) -> GroupQuality:
    one = by_decisions(of[name].strata(decided.get((kind, name), {})))
    others = [other for other in of if other != name]
    said = _added([decided.get((kind, other), {}) for other in others])
    rest = by_decisions(Tally(_joined(of, others, "linked"), _joined(of, others, "held")).strata(said))
    return GroupQuality(one, _gap(one.precision, rest.precision), _gap(one.recall, rest.recall))


def _gap(one: Estimate, other: Estimate) -> Gap | None:
    return gap(one.range, other.range) if one.range and other.range else None


def _joined(of: Mapping[str, Tally], names: list[str], side: str) -> Side:
    """The counts of several groups together."""
    found: dict[str, tuple[int, float | None]] = {}
    for name in names:
        for stratum, (pairs, expected) in getattr(of[name], side).items():
            before, likely = found.get(stratum, (0, 0.0))
            both = None if expected is None or likely is None else likely + expected
            found[stratum] = (before + pairs, both)
    return found


def _added(several: list[Decisions]) -> Decisions:
    found: dict[tuple[bool, str], tuple[int, int]] = {}
    for each in several:
        for stratum, (same, different) in each.items():
            before = found.get(stratum, (0, 0))
            found[stratum] = (before[0] + same, before[1] + different)
    return found
