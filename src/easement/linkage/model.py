"""A model of how records of one person agree and differ, trained on two registers, as a file that people can read.

It holds numbers and names of comparisons and levels, never SQL and never a value of anybody's record: what a level
means stands in `linkage.comparisons`, how a column is made in `linkage.standardise`.
"""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from easement.base.canonical import canonical_json, sha256_hex
from easement.base.located import misplaced
from easement.linkage.comparisons import BLOCKING, COMPARISONS, UNSURE, Blocking, Comparison
from easement.linkage.standardise import VERSION

__all__ = ["Frequencies", "LinkModel", "Trained", "bits", "odds", "probability"]

_FROZEN = ConfigDict(frozen=True, extra="forbid")

Share = Annotated[float, Field(gt=0, lt=1)]

BY_NAME = {comparison.name: comparison for comparison in COMPARISONS}
BLOCKING_BY_NAME = {rule.name: rule for rule in BLOCKING}


class Frequencies(BaseModel):
    """How often one level is met among pairs of records of one person (`m`), and of two (`u`)."""

    model_config = _FROZEN

    m: Share
    u: Share

    @property
    def weight(self) -> float:
        """What meeting it adds to the match weight, in bits: log2(m / u)."""
        return math.log2(self.m / self.u)


class Trained(BaseModel):
    """What a model was trained on: both registers by name and size, with which seed, by whom and when (a UTC day)."""

    model_config = _FROZEN

    held: str
    listed: str
    held_rows: int = Field(ge=0)
    listed_rows: int = Field(ge=0)
    seed: int
    splink: str
    by: str = ""
    at: str = ""


class LinkModel(BaseModel):
    """A trained model, as `easement-link-model/1`; raises where it names a comparison, level or rule not known here.

    `prior` is the chance that two records, one of each register taken at random, are of one person; `shift` the bits
    by which decoys showed the weights to be too low (see `linkage.decoys`); `doubts` the share of strong pairs in each
    doubt that are of two people, as decoys show: of a doubt that is not among them nothing is known. `notes` says what
    could not be trained and stands at what it is taken for.
    """

    model_config = _FROZEN

    format: Literal["easement-link-model/1"] = "easement-link-model/1"
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    version: int = Field(ge=1)
    title: str
    standardised: int
    trained: Trained
    prior: Share
    shift: float = Field(default=0.0, ge=-10, le=10)
    doubts: dict[str, Share] = {}
    comparisons: dict[str, dict[str, Frequencies]] = Field(min_length=1)
    blocking: tuple[str, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()

    @property
    def chance(self) -> float:
        """The prior with what decoys showed: what a pair's match weight starts from."""
        return min(0.5, probability(bits(self.prior) + self.shift))

    @property
    def ref(self) -> str:
        """How agreements and commands name it: `department-council/1`."""
        return f"{self.id}/{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical JSON (RFC 8785), 64 hexadecimal characters: what is signed and logged."""
        return sha256_hex(canonical_json(self.model_dump(mode="json")))

    @property
    def compared(self) -> tuple[Comparison, ...]:
        """Its comparisons, in order."""
        return tuple(BY_NAME[name] for name in BY_NAME if name in self.comparisons)

    @property
    def rules(self) -> tuple[Blocking, ...]:
        """The rules by which it finds pairs, in order."""
        return tuple(BLOCKING_BY_NAME[name] for name in self.blocking)

    @model_validator(mode="after")
    def _known_here(self) -> "LinkModel":
        if self.standardised != VERSION:
            mend = f"train it again: columns are standardised by version {VERSION} here"
            raise misplaced(("standardised",), f"trained on version {self.standardised} of the columns", mend)
        for name, levels in self.comparisons.items():
            known = BY_NAME.get(name)
            if known is None or list(levels) != [level.name for level in known.levels]:
                mend = f"name each of its levels in order: {', '.join(level.name for level in known.levels)}" if known \
                    else f"the comparisons are {', '.join(BY_NAME)}"  # fmt: skip
                raise misplaced(("comparisons", name), f"`{name}` is not a comparison as it is known here", mend)
        for name in self.doubts:
            if name not in (every := [doubt.name for doubt in UNSURE]):
                raise misplaced(("doubts",), f"no doubt `{name}`", f"use {', '.join(every)}")
        for name in self.blocking:
            if name not in BLOCKING_BY_NAME:
                raise misplaced(("blocking",), f"no blocking rule `{name}`", f"use {', '.join(BLOCKING_BY_NAME)}")
        return self

    def as_dict(self) -> dict[str, Any]:
        """The model as `--json` shows it, with its digest and each level's weight and words."""
        said = self.model_dump(mode="json") | {"digest": self.digest}
        said["comparisons"] = {
            comparison.name: [
                {
                    "level": level.name,
                    "words": f"{comparison.title} {level.words}",
                    "m": found.m,
                    "u": found.u,
                    "weight": round(found.weight, 2),
                }
                for level in comparison.levels
                for found in [self.comparisons[comparison.name][level.name]]
            ]
            for comparison in self.compared
        }
        return said


def odds(chance: float) -> float:
    """The odds of a chance strictly between 0 and 1."""
    return chance / (1 - chance)


def bits(chance: float) -> float:
    """A probability as a match weight: the logarithm to base 2 of its odds."""
    return math.log2(odds(chance))


def probability(weight: float) -> float:
    """The probability that a match weight stands for."""
    return 1 / (1 + 2 ** -max(-1000.0, min(1000.0, weight)))
