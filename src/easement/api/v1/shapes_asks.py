"""What is asked through the API, and what comes of it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from easement.agreement.model import Mode
from easement.api.v1.shapes import (
    DIGEST,
    MESSAGE,
    PROOF,
    Element,
    ReasonShown,
    Short,
    Slug,
    Why,
    example,
    example_of,
    taken,
)

__all__ = ["Answer", "AskWanted", "PictureShown", "PictureWanted", "RefusedBy", "Silent"]


class AskWanted(BaseModel):
    """One question to one provider, under one agreement and one of its shares."""

    model_config = taken(
        provider="dwp",
        agreement="free-school-meals",
        share="entitled-children",
        purpose="benefit-eligibility",
        mode="lookup",
        role="benefits-officer",
        person={"family_name": "Ash", "date_of_birth": "2015-02-01"},
        why="Application 2026-118",
    )

    provider: Slug = Field(description="The organisation that is asked.")
    agreement: Slug = Field(description="The agreement's id.")
    share: Slug
    purpose: Slug
    mode: Literal[Mode.LOOKUP, Mode.AGGREGATE] = Mode.LOOKUP
    role: Slug | None = Field(None, description="The role asked in; without it, the first that the key has.")
    fields: list[Element] = Field([], max_length=200, description="Only these; empty for all that is agreed.")
    person: dict[Element, Short] = Field(
        {},
        max_length=50,
        description="Names one person by elements of the standard (lookup).",
        json_schema_extra={"additionalProperties": False},
    )
    why: Why = Field("", description="The reason, kept in the private record alone.")
    consented: bool = Field(False, description="Whether the person consented, where consent is the basis.")


class Answer(BaseModel):
    """What crossed, on what basis, in which forms, and its proof."""

    model_config = example(
        provider="dwp",
        message=MESSAGE,
        entry=41,
        peer_entry=118,
        at="2026-11-22T09:30:00Z",
        agreement={"id": "free-school-meals", "version": "1.0.0", "digest": DIGEST},
        share="entitled-children",
        purpose="benefit-eligibility",
        basis={"dwp": "art6_1_e", "northtown": "art6_1_e"},
        fields={"family_name": "plain", "award": "plain"},
        measures={},
        withheld={"national_insurance_number": "not in the agreement"},
        duties={"retain": "P1Y", "then": "delete"},
        records=[{"family_name": "Ash", "award": "UC"}],
        receipt=PROOF,
    )

    provider: str
    message: str = Field(description="The random id of this question.")
    entry: int = Field(description="Its entry in this node's ledger.")
    peer_entry: int | None = Field(description="Its entry in the provider's.")
    at: str
    agreement: dict[str, str]
    share: str
    purpose: str
    basis: dict[str, str]
    fields: dict[str, str]
    measures: dict[str, str]
    withheld: dict[str, str]
    duties: dict[str, Any] | None
    records: list[dict[str, Any]]
    receipt: str


class Silent(BaseModel):
    """A provider from whom nothing came, and why."""

    provider: str
    why: str
    text: str
    remedy: str


class RefusedBy(BaseModel):
    """A provider (or this node, for it) that said no, with its reasons."""

    provider: str
    by: str = Field(description="Who refused: the provider, or `here`.")
    entry: int
    reasons: list[ReasonShown]


class PictureWanted(BaseModel):
    """Questions about one person to several providers at once, each under its own agreement."""

    model_config = taken(asks=[example_of(AskWanted)])

    asks: Annotated[list[AskWanted], Field(min_length=1, max_length=20)]


class PictureShown(BaseModel):
    """What several providers said; partial answers are answers, with who refused and who was silent."""

    model_config = example(
        answers=[example_of(Answer)],
        refused=[],
        silent=[{"provider": "police", "why": "down", "text": "`police` did not answer", "remedy": "ask again"}],
    )

    answers: list[Answer]
    refused: list[RefusedBy]
    silent: list[Silent]
