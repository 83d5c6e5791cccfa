"""Why a pair was linked, held or let go: every part of its match weight, in words and as steps of a waterfall."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from easement.linkage.comparisons import UNSURE, Comparison, Doubt
from easement.linkage.model import BY_NAME, LinkModel, bits, probability
from easement.linkage.splink_engine import gamma

__all__ = ["Explained", "Part", "explained"]


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

    `doubt` is the share of strong pairs of which that is right; `None` where it is not known.
    """

    weight: float
    parts: tuple[Part, ...]
    unsure: str = ""
    doubt: float | None = None

    @property
    def probability(self) -> float:
        """The chance that the two records are of one person."""
        return min(probability(self.weight), 1 - (self.doubt or 0.0))

    @property
    def words(self) -> str:
        """The explanation as one sentence, the strongest part first: `family names are the same and rare (+9.1); …`."""
        told = sorted((part for part in self.parts[1:] if part.bits), key=lambda part: -abs(part.bits))
        said = "; ".join(f"{part.words} ({part.bits:+.1f})" for part in told)
        return f"{said}; in doubt because {self.unsure}{self.seldom}" if self.unsure else said

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
        }


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
