"""What the API gives of the public register, as it stands in the OpenAPI description."""

from typing import Any

from pydantic import BaseModel, Field

from easement.api.v1.shapes import DIGEST, MESSAGE, example

__all__ = ["ConcernLine", "NumberLine", "RegisterLine", "RegisterShown"]

LINE: dict[str, Any] = {
    "id": "free-school-meals",
    "version": "1.0.0",
    "digest": DIGEST,
    "title": "Free school meals auto-enrolment",
    "state": "in-force",
    "in_plain_words": "The council checks which families can have free school meals.",
    "purpose": "benefit-eligibility",
    "parties": {"dwp": "provider", "northtown": "recipient"},
    "starts": "2026-09-01",
    "ends": "2029-08-31",
    "times": 12,
    "records": 1180,
    "left_out": ["contacts"],
}


class RegisterLine(BaseModel):
    """An entry of the register in a list. A count is a sum of what is shown: hidden parts are not in it."""

    model_config = example(**LINE)

    id: str
    version: str
    digest: str
    title: str
    state: str
    in_plain_words: str
    purpose: str
    parties: dict[str, str] = Field(description="`provider` or `recipient`, by organisation.")
    starts: str
    ends: str
    times: int | None = Field(description="How often it was used through this node; null where that is left out.")
    records: int | None = Field(description="How many records crossed; null where that is left out.")
    left_out: list[str] = Field(description="The fields of the entry that are left out; the entry says why.")


class RegisterShown(RegisterLine):
    """An entry of the register, whole."""

    model_config = example(**LINE, entry={"safeguards": ["It may not be passed on to anybody else."]})

    entry: dict[str, Any] = Field(description="All that the register says; see `easement register show --json`.")


class NumberLine(BaseModel):
    """One number. `count` is null where it is hidden, being 1 to `below - 1`, or where there is nothing to count."""

    model_config = example(
        since="2026-01-01",
        until="2026-12-31",
        measure="disclosures-by-mode",
        what="Disclosures by how they were asked for",
        part="bulk: many records at once",
        count=12,
        rounded=False,
        below=None,
        hidden=0,
        unit="disclosures",
    )

    since: str
    until: str
    measure: str
    what: str
    part: str = Field(description="The part of a breakdown; empty for a single number.")
    count: int | None
    rounded: bool = Field(description="Whether it went to the nearest 5.")
    below: int | None
    hidden: int = Field(description="How many parts of a sum are hidden, and so not in it.")
    unit: str


class ConcernLine(BaseModel):
    """A concern. `text` is null until somebody looked at the words, and where they are held back."""

    model_config = example(
        id=MESSAGE,
        agreement="free-school-meals",
        stage="answered",
        raised="2026-11-21T12:30Z",
        text="Why are postcodes needed?",
        acknowledged="2026-11-22T09:00Z",
        held_back=None,
        held_back_in_words=None,
        answered="2026-11-25T10:15Z",
        answered_by="governance-lead",
        answer="To tell two children of one name apart.",
        acknowledge_by="2026-12-21",
        answer_by="2027-01-20",
        overdue=None,
        ledger_entries=[41, 44],
    )

    id: str
    agreement: str
    stage: str
    raised: str
    text: str | None
    acknowledged: str | None
    held_back: str | None
    held_back_in_words: str | None
    answered: str | None
    answered_by: str | None
    answer: str | None
    acknowledge_by: str
    answer_by: str
    overdue: str | None
    ledger_entries: list[int]
