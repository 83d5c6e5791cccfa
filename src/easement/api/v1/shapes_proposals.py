"""Proposals as the API tells them: wishes to share, where each stands, and what a program may do to them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from easement.api.v1.shapes import DIGEST, MESSAGE, Slug, Why, example, taken

__all__ = ["ActWanted", "DraftWanted", "ProposalLine", "ProposalShown", "TextShown", "WishWanted"]

Words = Annotated[Why, StringConstraints(min_length=1)]
PRINTED = r"^[^\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]*$"
Source = Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=PRINTED)]
Part = Literal["provider", "recipient"]


class WishWanted(BaseModel):
    """A wish to share, to be told to the other parties."""

    model_config = taken(
        title="School meals",
        parties={"dwp": "provider"},
        part="recipient",
        why="Find children who are entitled to a meal.",
        harm_if_not_shared="About one child in ten goes without.",
    )

    title: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
    parties: Mapping[Slug, Part] = Field(
        min_length=1,
        max_length=31,
        description="The others, each with its part.",
        json_schema_extra={"additionalProperties": False},
    )
    part: Part = Field("recipient", description="What your organisation would be.")
    why: Words
    harm_if_not_shared: Words
    text: Annotated[str, StringConstraints(max_length=200_000, pattern=PRINTED)] = Field(
        "", description="A first draft, or empty."
    )
    answer_days: int | None = Field(None, ge=1, le=60, description="Working days to answer in.")


class DraftWanted(BaseModel):
    """A text in place of the one with a digest; another text meanwhile is a conflict."""

    model_config = taken(text="format: easement-agreement/1\n…", replaces=DIGEST, words="half a year will do")

    text: Source
    replaces: Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")] = Field(
        description="The digest of the text that you worked on; empty where there was none."
    )
    words: Why = ""


class ActWanted(BaseModel):
    """What is done to a proposal. What a person alone decides, a program does not."""

    model_config = taken(act="comment", clause="duties.retain", words="why a year?")

    act: Literal["comment", "submit", "withdraw", "request-changes", "suspend", "resume", "review", "end"]
    clause: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    words: Why = Field("", description="What you say; every party sees it.")
    outcome: Literal["continue", "change", "end"] | None = Field(None, description="What a review found.")


class ProposalLine(BaseModel):
    """One proposal and where it stands."""

    model_config = example(
        id=MESSAGE,
        title="School meals",
        state="proposed",
        since="2026-11-21T12:30:45Z",
        home="northtown",
        parties={"northtown": "recipient", "dwp": "provider"},
        waiting_for=["dwp"],
        opened="2026-11-21T12:30:45Z",
        answer_by="2026-12-11",
        overdue=False,
        agreement=None,
        version=None,
    )

    id: str
    title: str
    state: str = Field(description="proposed, draft, review, approved, in-force, suspended, ended, refused, withdrawn.")
    since: str
    home: str = Field(description="The organisation that proposed it, whose node puts its events in order.")
    parties: Mapping[str, str]
    waiting_for: list[str] = Field(description="Whose turn it is.")
    opened: str
    answer_by: str = Field(description="The last day, in UTC, on which an answer is in time.")
    overdue: bool
    agreement: str | None = Field(description="The agreement's id, once there is a text.")
    version: str | None


class ProposalShown(BaseModel):
    """A proposal with all that happened to it."""

    model_config = example(
        proposal={"id": MESSAGE, "title": "School meals", "state": "proposed", "waiting_for": ["dwp"]},
        possible=["comment", "withdraw"],
        events=[{"number": 1, "author": "northtown", "role": "governance-lead", "at": "2026-11-21T12:30:45Z"}],
    )

    proposal: dict[str, Any] = Field(description="Where it stands: parties, answers, approvals, signatures, remarks.")
    possible: list[str] = Field(description="What your organisation could do now.")
    events: list[dict[str, Any]] = Field(description="Every event as it was signed, with its digest.")


class TextShown(BaseModel):
    """The text of a proposal as it stands, and how it differs from what is in force."""

    model_config = example(
        id="free-school-meals", version="1.0.0", digest=DIGEST, text="format: easement-agreement/1\n…", changes=None
    )

    id: str
    version: str
    digest: str
    text: str
    changes: dict[str, Any] | None = Field(description="Clause by clause, wider or narrower; null without a version.")
