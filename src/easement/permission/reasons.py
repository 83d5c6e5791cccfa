"""Why a proposal may be refused: a short list, so that "we would rather not" is no reason (R1.5)."""

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["REASONS", "RefusalReason"]


class RefusalReason(StrEnum):
    """The reasons that a refusal may give. Whoever refuses says in words besides what is meant."""

    NO_POWER = "no-power"
    NO_BASIS = "no-basis"
    CONFIDENCE = "duty-of-confidence"
    PURPOSE = "purpose-clashes"
    TOO_MUCH = "more-than-needed"
    HARM = "harm-outweighs"
    SECURITY = "security"
    NOT_HELD = "data-not-held"
    NOT_FIT = "data-not-fit"
    COST = "cost-outweighs"
    COVERED = "already-covered"


REASONS: Mapping[RefusalReason, str] = {
    RefusalReason.NO_POWER: "No legal power or gateway lets us share this for this purpose.",
    RefusalReason.NO_BASIS: "There is no lawful basis, or no condition for data as sensitive as this.",
    RefusalReason.CONFIDENCE: "It was given in confidence, and nothing lifts that.",
    RefusalReason.PURPOSE: "It would be used for a purpose that pulls against the one it was collected for.",
    RefusalReason.TOO_MUCH: "Less than this would do, and less was not offered.",
    RefusalReason.HARM: "The likely harm to people is greater than the harm of not sharing, as we show.",
    RefusalReason.SECURITY: "The data would not be safe enough there, as we show.",
    RefusalReason.NOT_HELD: "We do not hold this data.",
    RefusalReason.NOT_FIT: "Our data is not good enough for this use.",
    RefusalReason.COST: "Making it available would cost more than the benefit, as we show.",
    RefusalReason.COVERED: "An agreement that can be joined covers this already.",
}
"""Each reason in a sentence, as both sides see it."""
