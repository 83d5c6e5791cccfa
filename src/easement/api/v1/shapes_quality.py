"""How good the links of a disclosure are, as the API tells it."""

from pydantic import BaseModel, Field

from easement.api.v1.shapes import example
from easement.linkage.quality_told import Told

__all__ = ["EstimateShown", "GapShown", "GroupShown", "QualityNow", "QualityShown", "RangeShown", "StratumShown"]

_RIGHT = {
    "estimate": {"value": 0.993, "low": 0.981, "high": 0.998}, "decisions": 412, "covered": 1.0,
    "words": "0.993 (0.981 to 0.998), from 412 decisions",
}  # fmt: skip
_FOUND = {
    "estimate": {"value": 0.912, "low": 0.874, "high": 0.941}, "decisions": 530, "covered": 0.97,
    "words": "0.912 (0.874 to 0.941), from 530 decisions",
}  # fmt: skip
_FEW = {"estimate": None, "decisions": 12, "covered": 0.4, "words": "too few decisions: 12, for 40% of the links"}


class RangeShown(BaseModel):
    """A figure with the range in which the true one lies, 95 times in 100."""

    value: float
    low: float
    high: float


class EstimateShown(BaseModel):
    """A figure by people's decisions; without an estimate where they are too few."""

    estimate: RangeShown | None
    decisions: int
    covered: float = Field(description="Which share of the pairs stands in strata in which somebody decided.")
    words: str


class ExpectedShown(BaseModel):
    """What the model expects by its own chances: it has seen no truth. Nothing where exact rules linked."""

    precision: float | None
    recall: float | None


class GapShown(BaseModel):
    """By how much a group's figure differs from that of the other groups of its kind."""

    value: float
    low: float
    high: float
    certain: bool = Field(description="Whether it is more than chance would make.")


class StratumShown(BaseModel):
    """Pairs alike in how sure they are, and what people said of some of them."""

    name: str
    linked: bool
    pairs: int
    same: int
    different: int


class GroupShown(BaseModel):
    """How good the links of one group are: `precision` tells false links, `recall` missed ones."""

    links: int
    held: int
    precision: EstimateShown
    recall: EstimateShown
    expected_by_model: ExpectedShown
    precision_gap: GapShown | None
    recall_gap: GapShown | None


class QualityNow(BaseModel):
    """How good a match is by what people decided until now, for everybody and by the groups that the agreement has."""

    match: int = Field(description="The entry that began it.")
    model: str | None = Field(description="The digest of its model; null where exact rules linked.")
    links: int
    held: int
    precision: EstimateShown = Field(description="Of the links, how many are right.")
    recall: EstimateShown = Field(description="Of the people in both who were linked or held, how many were linked.")
    expected_by_model: ExpectedShown
    strata: list[StratumShown]
    groups: dict[str, dict[str, GroupShown]] = Field(description="By element and group; small groups are left out.")
    left_out: dict[str, int] = Field(description="By element, how many groups are left out, of too few people.")


class QualityShown(BaseModel):
    """How good the links of a disclosure are: what its recipient was told, and how it stands now at its provider."""

    model_config = example(
        entry=42,
        told={
            "method": "model", "model": "department-council/1", "digest": "5e" * 32,
            "expected": {"precision": "0.9900"},
            "reviewed": {"precision": {"decisions": 412, "estimate": "0.9930", "low": "0.9810", "high": "0.9980"}},
        },
        now={
            "match": 41, "model": "5e" * 32, "links": 9500, "held": 1120, "precision": _RIGHT, "recall": _FOUND,
            "expected_by_model": {"precision": 0.9971, "recall": 0.9105},
            "strata": [{"name": "0.999–1", "linked": True, "pairs": 9100, "same": 396, "different": 1}],
            "groups": {
                "sex": {
                    "female": {
                        "links": 4700, "held": 610, "precision": _RIGHT, "recall": _FEW,
                        "expected_by_model": {"precision": 0.9968, "recall": 0.8997},
                        "precision_gap": {"value": -0.001, "low": -0.009, "high": 0.006, "certain": False},
                        "recall_gap": None,
                    }
                }
            },
            "left_out": {"sex": 0},
        },
    )  # fmt: skip

    entry: int
    told: Told | None = Field(description="What the receipt proves was told; null once the private record is erased.")
    now: QualityNow | None = Field(description="Null for what this node received, and where nothing is kept of it.")
