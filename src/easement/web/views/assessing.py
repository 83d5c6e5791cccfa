"""Can we share this: the list, the questions, their answers, and what they come to."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from easement.agreement.paper import Item
from easement.agreement.render import Sheet
from easement.assessment.questions import Kind
from easement.assessment.result import Cited, Outcome, Result, Statement
from easement.assessment.scale import Scale
from easement.web.views.page import Pager, View

__all__ = [
    "Answered",
    "Asking",
    "AssessmentLine",
    "Assessments",
    "Check",
    "FieldAsked",
    "Found",
    "NewAssessment",
    "Powers",
    "Printed",
    "QuestionAsked",
    "Relying",
    "ResultPage",
    "StepLine",
]


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """An assessment as its pages show it; `open` is whether questions that it needs stand without an answer."""

    id: str
    version: int
    title: str
    outcome: Outcome
    saved: datetime
    by: str
    mine: bool
    entry: int | None
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Assessments(View):
    """The assessments that are kept: one's own, and those of colleagues."""

    template: ClassVar[str] = "assessing/list.html"
    section: ClassVar[str] = "assess"
    lines: tuple[AssessmentLine, ...]
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class NewAssessment(View):
    """What an assessment is called; `id` is empty where it is new."""

    template: ClassVar[str] = "assessing/title.html"
    section: ClassVar[str] = "assess"
    title: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Powers:
    """How far the answers narrow the law: how many powers are left of how many, and which, where few."""

    left: int
    of: int
    which: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """One field, of which a reason and a form are asked; `weaker` is the form that is suggested, with its reason."""

    code: str
    definition: str
    why: str
    form: str
    weaker: str
    because: str
    forms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A question with what may be answered and what was; `none` is whether "none" is an answer."""

    id: str
    ask: str
    help: str
    kind: Kind
    needed: bool
    options: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    none: bool
    source: Cited
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asking(View):
    """One question, or a few that belong together. `leads` is where the answer leads: on, or back to the check."""

    template: ClassVar[str] = "assessing/question.html"
    section: ClassVar[str] = "assess"
    line: AssessmentLine
    step: str
    part: str
    number: int
    last: int
    back: str
    leads: str
    asked: tuple[QuestionAsked, ...]
    fields: tuple[FieldAsked, ...]
    powers: Powers
    begins: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer in words; nothing said where there is none."""

    id: str
    ask: str
    said: tuple[Item, ...]
    step: str
    needed: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """The answers under one heading."""

    title: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True, kw_only=True)
class Check(View):
    """Every answer so far, each to be changed; `onward` is the first step that lacks one, empty where none does."""

    template: ClassVar[str] = "assessing/check.html"
    section: ClassVar[str] = "assess"
    line: AssessmentLine
    headings: tuple[StepLine, ...]
    missing: int
    onward: str


@dataclass(frozen=True, slots=True)
class Relying:
    """What one side relies on: labels, each with the law's plain words and its source, or nothing."""

    side: str
    rows: tuple[tuple[str, str, Cited | None], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found under one heading, each statement with the steps whose answers it rests on."""

    id: str
    heading: str
    statements: tuple[tuple[Statement, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, kw_only=True)
class ResultPage(View):
    """What an assessment comes to, with everything behind it, and what may be done with it now.

    `forms` are the forms of fields in words, `drafts` those made from it; `impact` is the reference of its impact
    assessment, empty where there is none.
    """

    template: ClassVar[str] = "assessing/result.html"
    section: ClassVar[str] = "assess"
    line: AssessmentLine
    result: Result
    scale: Scale
    forms: dict[str, str]
    relying: tuple[Relying, ...]
    found: tuple[Found, ...]
    powers: Powers
    same_law: bool
    missing: int
    onward: str
    may_draft: bool
    one_off: bool
    drafts: tuple[tuple[str, str], ...]
    impact: str
    impact_signed: bool
    address: str


@dataclass(frozen=True, kw_only=True)
class Printed(View):
    """An assessment, or its impact assessment, as a page to print; `above` is the page that it is of."""

    template: ClassVar[str] = "assessing/print.html"
    section: ClassVar[str] = "assess"
    paper: Sheet
    above: str
