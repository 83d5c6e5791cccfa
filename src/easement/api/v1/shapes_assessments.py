"""Assessments as the API takes and tells them: answers, results, and impact assessments."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema

from easement.api.v1.shapes import example, taken
from easement.assessment.answers import INK, Answers
from easement.assessment.impact import Impact

__all__ = [
    "AnswersTried",
    "AnswersWanted",
    "AssessmentLine",
    "AssessmentShown",
    "DraftShown",
    "ImpactShown",
    "ImpactStarted",
    "ImpactWritten",
    "QuestionShown",
    "Tried",
]

ID = "6f" * 16
_SOME = {"giver": "work-and-pensions-department", "receiver": "local-authority", "purpose": "benefit-eligibility"}
_SOURCE = {
    "id": "edu_2005_s110",
    "citation": "Education Act 2005 s.110",
    "check": "verified",
    "sources": ["https://www.legislation.gov.uk/ukpga/2005/18/section/110"],
}
_QUESTION = {
    "id": "giver",
    "part": "who",
    "ask": "What kind of body has the data?",
    "help": "Choose the narrowest kind that fits.",
    "kind": "choice",
    "needed": True,
    "when": "",
    "options": [{"code": "local-authority", "label": "Local authority"}],
    "source": _SOURCE,
}
_RESULT = {
    "outcome": "can-if",
    "in_words": "Yes, once what remains is done.",
    "on": "2026-11-22",
    "law_as_at": "2026-07-31",
    "giver": {"power": "edu_2005_s110", "basis": "art6_1_e_public_task", "annex_1": ""},
    "receiver": {"power": "edu_2005_s110", "basis": "art6_1_e_public_task", "annex_1": ""},
    "conditions": {"special": [], "criminal": [], "policy_document": False},
    "impact_due": True,
    "to_do": ["make the impact assessment before anything is shared: one can be drafted from these answers"],
    "unresolved": [],
    "would_make_it_lawful": [],
    "narrowed": [{"question": "giver", "remaining": 34, "powers": ["edu_2005_s110"]}],
    "statements": [
        {
            "section": "impact",
            "standing": "to-do",
            "text": "the impact assessment has not been made",
            "mend": "make the impact assessment before anything is shared: one can be drafted from these answers",
            "answers": ["impact_reference"],
            "source": _SOURCE,
        }
    ],
}
_LINE = {
    "id": ID,
    "version": 1,
    "title": "Free school meals",
    "outcome": "can-if",
    "saved": "2026-11-22T09:30:00+00:00",
    "saved_by": "kabcdefghijkl",
    "concluded": None,
    "entry": None,
}
_RISK = {
    "title": "The facts are of somebody else",
    "harm": "Two people are taken for one.",
    "likelihood": 2,
    "severity": 3,
    "measures": ["put every doubtful match before a person"],
    "left_likelihood": 1,
    "left_severity": 3,
}
_IMPACT = {
    "format": "easement-impact/1",
    "title": "Free school meals",
    "terms": "",
    "need": ["Data matching: lists of two bodies are matched."],
    "nature": "The department gives data to Northtown Council.",
    "scope": "About 12,000 families in a year.",
    "context": "It is about children.",
    "purposes": "Northtown Council finds pupils who are entitled to free meals.",
    "consultation": "The parents' council was asked, and agrees.",
    "advice": "The data protection officer advises to delete what did not match at once.",
    "necessity": "The council does not know which benefit a family gets.",
    "proportion": "A yes or no is given, and nothing else.",
    "rights": "People keep their rights.",
    "risks": [_RISK],
    "regulator": None,
}

Outcomes = Literal["can", "can-if", "unclear", "cannot"]
Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    WithJsonSchema({"type": "string", "maxLength": 200, "pattern": INK}),
]


class SourceShown(BaseModel):
    """What a statement or a question rests on, and how well that was checked."""

    id: str = Field(description="The entry of the law catalogue; empty for a rule of Easement's own.")
    citation: str
    check: Literal["verified", "partly", "knowledge"]
    sources: list[str]


class OptionShown(BaseModel):
    """One thing that may be answered."""

    code: str
    label: str


class QuestionShown(BaseModel):
    """One question, in plain words."""

    model_config = example(**_QUESTION)

    id: str = Field(description="The key of its answer.")
    part: str
    ask: str
    help: str
    kind: Literal["choice", "choices", "yes-no", "line", "text", "reasons", "forms"]
    needed: bool = Field(description="Whether it must be answered when it is asked.")
    when: str = Field(description="In which case it is asked, in words; empty for always.")
    options: list[OptionShown] = Field(description="What may be answered; for `reasons` and `forms`, the keys.")
    source: SourceShown


class StatementShown(BaseModel):
    """One thing that was found, and what would mend it."""

    section: str
    standing: Literal["holds", "to-do", "unclear", "against"]
    text: str
    mend: str
    answers: list[str] = Field(description="The questions whose answers it rests on.")
    source: SourceShown


class NarrowedShown(BaseModel):
    """How many powers were left after an answer; `question` is empty for all in force."""

    question: str
    remaining: int
    powers: list[str]


class ReliedShown(BaseModel):
    """What one side would rely on, by the catalogue's ids; empty where nothing was found."""

    power: str
    basis: str
    annex_1: str


class ConditionsShown(BaseModel):
    """The conditions for sensitive data, by the catalogue's ids."""

    special: list[str]
    criminal: list[str]
    policy_document: bool


class ResultShown(BaseModel):
    """What answers come to."""

    outcome: Outcomes
    in_words: str
    on: str
    law_as_at: str
    giver: ReliedShown
    receiver: ReliedShown
    conditions: ConditionsShown
    impact_due: bool
    to_do: list[str]
    unresolved: list[str]
    would_make_it_lawful: list[str]
    narrowed: list[NarrowedShown]
    statements: list[StatementShown]


class AnswersTried(BaseModel):
    """Answers to be looked at; nothing is kept."""

    model_config = taken(answers=_SOME)

    answers: Answers


class Tried(BaseModel):
    """What answers come to so far, and what is asked next."""

    model_config = example(
        result=_RESULT,
        asked=[_QUESTION],
        unanswered=["statement"],
        scale={"if_shared": {"said": "", "risks": []}, "if_not_shared": {"said": "", "usually": "", "benefits": ""}},
    )

    result: ResultShown
    asked: list[QuestionShown] = Field(description="The questions that these answers call for, with their options.")
    unanswered: list[str] = Field(description="Those that are needed and have no answer yet.")
    scale: dict[str, Any] = Field(description="Both sides of the scale, and for each field a weaker form that may do.")


class AnswersWanted(BaseModel):
    """An assessment to keep."""

    model_config = taken(title="Free school meals", answers=_SOME, expected=None)

    title: Title
    answers: Answers
    expected: int | None = Field(None, ge=1, lt=1 << 31, description="The version that it was written on.")


class AssessmentLine(BaseModel):
    """One assessment and where it stands."""

    model_config = example(**_LINE)

    id: str
    version: int
    title: str
    outcome: Outcomes
    saved: str
    saved_by: str
    concluded: str | None
    entry: int | None = Field(description="What the ledger says of it, once it is concluded.")


class AssessmentShown(AssessmentLine):
    """One assessment with its answers and what they came to."""

    model_config = example(**_LINE, answers=_SOME, result=_RESULT, same_law=True)

    answers: dict[str, Any]
    result: ResultShown
    same_law: bool = Field(description="Whether the law's catalogue is still the one of that day.")


class DraftShown(BaseModel):
    """The text of an agreement drafted from an assessment, and what people must still say."""

    model_config = example(
        id=ID, text="format: easement-agreement/1\n…", left=["parties.northtown.contact: `contact` is not filled in"]
    )

    id: str
    text: str
    left: list[str] = Field(description="What must be mended before it can be signed.")


class ImpactStarted(BaseModel):
    """An impact assessment to draft."""

    model_config = taken(agreement="")

    agreement: Annotated[str, StringConstraints(max_length=262_144)] = Field(
        "", description="The text of the agreement that it is made for; empty where there is none yet."
    )


class ImpactWritten(BaseModel):
    """An impact assessment as people wrote it."""

    model_config = taken(impact=_IMPACT, expected=1)

    impact: Impact
    expected: int | None = Field(None, ge=1, lt=1 << 31, description="The version that it was written on.")


class ImpactSignatureShown(BaseModel):
    """Who signed, by role."""

    role: str
    signed: str
    entry: int


class ImpactShown(BaseModel):
    """An impact assessment and where it stands."""

    model_config = example(
        id=ID,
        version=2,
        saved="2026-11-22T09:30:00+00:00",
        saved_by="kabcdefghijkl",
        reference="DPIA 6f6f6f6f, version 2",
        residual="medium",
        open=[],
        signers=["governance-lead", "senior-risk-owner"],
        missing=["senior-risk-owner"],
        signed=None,
        signatures=[{"role": "governance-lead", "signed": "2026-11-22T10:00:00+00:00", "entry": 41}],
        impact=_IMPACT,
    )

    id: str
    version: int
    saved: str
    saved_by: str
    reference: str = Field(description="How an agreement refers to it.")
    residual: Literal["low", "medium", "high"] = Field(description="The highest risk that remains.")
    open: list[str] = Field(description="What keeps it from being signed.")
    signers: list[str]
    missing: list[str]
    signed: str | None = Field(description="The day on which the last role signed.")
    signatures: list[ImpactSignatureShown]
    impact: dict[str, Any]
