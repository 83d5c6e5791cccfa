"""What the recipient of a match is told of how good it is, in every form of an answer: figures as text, no words.

It stands in the part of the record that the receipt opens, so that it is proved as the answer's digest is. How many
were compared or held is not in it, nor what share of the people in both was found: that would speak of people who were
not found, or whom the share does not cover. Nor is what a model makes of few people: it would say how well each fits.
"""

from collections.abc import Iterator, Mapping
from math import floor
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from easement.base.errors import ProofFailed
from easement.linkage.quality import ENOUGH, Estimate, Quality

__all__ = ["Expected", "Figure", "Reviewed", "Told", "read_told", "told_of"]

_FORM = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

Share = Annotated[str, StringConstraints(pattern=r"^[01]\.[0-9]{4}$")]
"""A share of 1 to four places, as text: records hold whole numbers alone."""

WORDS = {"precision": "links that are right"}


class Figure(BaseModel):
    """A figure by people's decisions with the range it lies in; none, of no decisions, where they are too few."""

    model_config = _FORM

    decisions: Annotated[int, Field(ge=0, lt=1 << 53, strict=True)]
    estimate: Share | None = None
    low: Share | None = None
    high: Share | None = None

    @property
    def words(self) -> str:
        """The figure in words: `0.993 (0.981 to 0.998), from 412 decisions`."""
        if self.estimate is None:
            return "too few decisions to say"
        return f"{self.estimate} ({self.low} to {self.high}), from {self.decisions:,} decisions"


class Reviewed(BaseModel):
    """What people found who looked at links, drawn by chance."""

    model_config = _FORM

    precision: Figure


class Expected(BaseModel):
    """What a model expects of its own links: as good as the model, which has seen no truth."""

    model_config = _FORM

    precision: Share


class Told(BaseModel):
    """What is told of a match: how people were found, what the model expects, and what people found who looked."""

    model_config = _FORM

    method: Literal["rules", "model"]
    model: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,5}$")] | None = None
    digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    expected: Expected | None = None
    reviewed: Reviewed

    def as_dict(self) -> dict[str, Any]:
        """What is told as answers, manifests and records hold it; what is not known is left out."""
        return self.model_dump(exclude_none=True)

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people: how they were found, then each figure and what it rests on."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"people were found by the model {self.model}" if self.model else "people were found by exact rules"
        for name, words in WORDS.items():
            yield f"{words}, by people who looked: {getattr(self.reviewed, name).words}"
            if expected := getattr(self.expected, name, None):
                yield f"{words}, as the model expects: {expected}"


def told_of(found: Quality, *, model: str = "", digest: str = "") -> Told:
    """What is told of a match by a model, or by exact rules where none is named."""
    chance = found.by_model["precision"] if found.links >= ENOUGH else None
    return Told(
        method="model" if model else "rules",
        model=model or None,
        digest=digest or None,
        expected=Expected(precision=f"{floor(chance * 100) / 100:.4f}") if chance is not None else None,
        reviewed=Reviewed(precision=_figure(found.precision)),
    )


def _figure(found: Estimate) -> Figure:
    if found.range is None:
        return Figure(decisions=0)
    value, low, high = (f"{min(max(each, 0.0), 1.0):.4f}" for each in found.range)
    return Figure(decisions=found.decisions, estimate=value, low=low, high=high)


def read_told(said: Mapping[str, Any]) -> Told:
    """What another organisation told, held against its form, which has room for nobody; raises `ProofFailed`."""
    try:
        return Told.model_validate(said)
    except ValidationError:
        what = "what it tells of how people were found is not in the form agreed"
        raise ProofFailed(what, remedy="tell the provider") from None
