"""Why a pair was linked, held or let go: every part of its match weight, in words and as steps of a waterfall.

Where a third register ties two records, both steps of that way are explained as well (see `linkage.through`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from easement.linkage.comparisons import UNSURE, Comparison, Doubt
from easement.linkage.model import BY_NAME, LinkModel, bits, probability
from easement.linkage.splink_engine import gamma

__all__ = ["Explained", "Leg", "Part", "Way", "explained", "met_columns", "met_levels", "not_compared", "parted"]

GAMMA, COMMON = "gamma_", "common_"
"""How columns of what a model met begin: the level of a comparison, and the bits that its values being common add."""

FINE = 1_000
"""Bits are kept as whole thousandths."""


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the waterfall: what it is about, what was met in words, its bits, and where it begins and ends."""

    name: str
    words: str
    bits: float
    before: float
    after: float

    def as_dict(self) -> dict[str, Any]:
        """The part as `--json` and pages show it."""
        return {"name": self.name, "words": self.words, "bits": round(self.bits, 2),
                "before": round(self.before, 2), "after": round(self.after, 2)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explained:
    """A pair's weight, what it stands for, its parts in order, and what speaks against linking it, if anything.

    `doubt` is the share of strong pairs of which that is right; `None` where it is not known. `ways` are those by which
    third registers tie the two, and `tied` says that they made the pair what it is, not the two records by themselves.
    """

    weight: float
    parts: tuple[Part, ...]
    unsure: str = ""
    doubt: float | None = None
    ways: "tuple[Way, ...]" = ()
    tied: bool = False

    @property
    def probability(self) -> float:
        """The chance that the two records are of one person."""
        return min(probability(self.weight), 1 - (self.doubt or 0.0))

    @property
    def compared(self) -> bool:
        """Whether a rule of the model finds the two at all."""
        return len(self.parts) > 1

    @property
    def by_ways(self) -> float | None:
        """The chance that third registers give the two records of being one person; `None` where none ties them."""
        return 1 - prod(1 - way.chance for way in self.ways) if self.ways else None

    @property
    def words(self) -> str:
        """The explanation as one sentence, the strongest part first: `family names are the same and rare (+9.1); …`."""
        told = sorted((part for part in self.parts[1:] if part.bits), key=lambda part: -abs(part.bits))
        said = "; ".join(f"{part.words} ({part.bits:+.1f})" for part in told)
        return f"{said}; in doubt because {self.unsure}{self.seldom}" if self.unsure else said or self.parts[0].words

    @property
    def seldom(self) -> str:
        """How seldom the doubt is right, where that is known: `, which is right of some 3.1% of such pairs`."""
        return f", which is right of some {self.doubt:.1%} of such pairs" if self.doubt else ""

    def as_dict(self) -> dict[str, Any]:
        """The explanation as `--json` shows it."""
        return {
            "weight": round(self.weight, 2),
            "probability": round(self.probability, 6),
            "words": self.words,
            "unsure": self.unsure,
            "doubt": self.doubt,
            "parts": [part.as_dict() for part in self.parts],
            "tied": self.tied,
            "by_ways": None if self.by_ways is None else round(self.by_ways, 6),
            "ways": [way.as_dict() for way in self.ways],
        }


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a way: by which signed model (`ID/VERSION`) a record is taken for one of a third register, and why.

    `chance` is what the step counts for: less than by the records alone where others there are as likely.
    """

    model: str
    why: Explained
    chance: float

    def as_dict(self) -> dict[str, Any]:
        """The step as `--json` shows it; what ties records is not tied in turn."""
        told = self.why.as_dict()
        return {"model": self.model, "chance": round(self.chance, 6)} | {
            name: told[name] for name in ("weight", "probability", "words", "unsure", "doubt", "parts")
        }


@dataclass(frozen=True, slots=True)
class Way:
    """How a third register ties two records: through which of its own, by a step from the list and one to the holder's.

    `register` is its name and `record` its own key for the record, the number of its row where it has none.
    """

    register: str
    record: str
    listed: Leg
    held: Leg

    @property
    def chance(self) -> float:
        """The chance that both steps are right."""
        return self.listed.chance * self.held.chance

    def as_dict(self) -> dict[str, Any]:
        """The way as `--json` shows it."""
        steps = {"listed": self.listed.as_dict(), "held": self.held.as_dict()}
        return {"through": self.register, "record": self.record, "chance": round(self.chance, 6)} | steps


def not_compared(model: LinkModel) -> Explained:
    """What a model alone says of two records that none of its rules finds: nothing beyond where every pair starts."""
    start = bits(model.chance)
    return Explained(start, (Part("start", "the two records by themselves agree in too little", start, 0.0, start),))


def met_columns(model: LinkModel) -> tuple[str, ...]:
    """The columns of scored pairs that say what a model met in each."""
    common = [each.name for each in model.compared if any(level.common for level in each.levels)]
    return (*(f"{GAMMA}{each.name}" for each in model.compared), *(f"{COMMON}{name}" for name in common))


def met_levels(columns: Sequence[str], values: Sequence[Any]) -> dict[str, int]:
    """What was met in a pair, as whole numbers: what is kept with it until somebody looks at it."""
    return {
        name: round((value or 0) * FINE) if name.startswith(COMMON) else int(value)
        for name, value in zip(columns, values, strict=True)
        if value is not None
    }


def parted(kept: Mapping[str, int]) -> tuple[dict[str, int], dict[str, float]]:
    """The levels by comparison, and the bits that values being common add."""
    levels = {name.removeprefix(GAMMA): value for name, value in kept.items() if name.startswith(GAMMA)}
    common = {name.removeprefix(COMMON): value / FINE for name, value in kept.items() if name.startswith(COMMON)}
    return levels, common


def explained(model: LinkModel, gammas: Mapping[str, int], common: Mapping[str, float] | None = None) -> Explained:
    """The parts of a pair, by the levels met (`gammas`, by comparison) and what the values being common changed.

    The first part is where every pair starts: the chance that any two records are of one person.
    """
    start = bits(model.chance)
    parts = [Part("start", "any two records of these registers", start, 0.0, start)]
    for comparison in model.compared:
        met = gammas.get(comparison.name, -1)
        parts.append(_part(model, comparison, met, (common or {}).get(comparison.name) or 0.0, parts[-1].after))
    doubt = _doubt(gammas)
    share = model.doubts.get(doubt.name) if doubt else None
    return Explained(parts[-1].after, tuple(parts), doubt.words if doubt else "", share)


def _part(model: LinkModel, comparison: Comparison, met: int, common: float, before: float) -> Part:
    level = next((each for each in comparison.levels if gamma(comparison, each.name) == met), None)
    if level is None:
        return Part(comparison.name, f"{comparison.title} are not known on both sides", 0.0, before, before)
    added = model.comparisons[comparison.name][level.name].weight + common
    words = f"{comparison.title} {level.words}{_rarity(common)}"
    return Part(comparison.name, words, added, before, before + added)


def _rarity(common: float) -> str:
    """Whether the values agree in something rare or common: two bits are a factor of four."""
    return " and rare" if common >= 2 else " and common" if common <= -2 else ""


def _doubt(gammas: Mapping[str, int]) -> Doubt | None:
    """The first of `UNSURE` that the levels of a pair meet."""
    for doubt in UNSURE:
        numbers = (
            (gammas.get(name, -1), [-1 if level == "missing" else gamma(BY_NAME[name], level) for level in levels])
            for name, levels in doubt.levels
        )
        if all(met in fitting for met, fitting in numbers):
            return doubt
    return None
