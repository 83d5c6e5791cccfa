"""The questions of an assessment as pages: which stand together, what was sent back, and what is asked next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from easement.agreement.forms import Form, FormKind
from easement.agreement.words import form_words
from easement.assessment.answers import Answers, answers_of
from easement.assessment.asked import asked, options
from easement.assessment.facts import Facts
from easement.assessment.questions import Kind, Question, parts
from easement.assessment.result import Result
from easement.assessment.weaker import weaker_form
from easement.base.errors import BadFile
from easement.meaning.model import Element
from easement.web.views.assessing import FieldAsked, Powers, QuestionAsked

__all__ = [
    "NONE",
    "OTHER",
    "TOGETHER",
    "Step",
    "fields_asked",
    "first_open",
    "heading_of",
    "powers_left",
    "questions_asked",
    "sent_back",
    "step_of",
    "steps",
    "with_answers",
]

TOGETHER = (
    ("giver", "giver_name"),
    ("receiver", "receiver_name"),
    ("where",),
    ("purpose",),
    ("statement",),
    ("collected_for", "own_task"),
    ("benefits",),
    ("standard",),
    ("elements",),
    ("sensitive",),
    ("protected",),
    ("confidence",),
    ("confidence_met",),
    ("people", "how_many"),
    ("level",),
    ("modes", "often"),
    ("decided_by",),
    ("other_purposes",),
    ("passed_to",),
    ("joining",),
    ("asked_in_writing",),
    ("emergency",),
    ("life_at_risk",),
    ("consent",),
    ("told",),
    ("told_why_not",),
    ("harm_not_sharing", "harm_sharing"),
    ("necessity",),
    ("why_fields", "forms"),
    ("policy_document",),
    ("impact_reference",),
    ("confirmed",),
    ("confirmed_where",),
    ("cleared",),
)
"""The questions that stand on one page, in the order of asking. None depends on another of its own page."""

NONE, OTHER = "none", "other"
"""What a form sends for "none of these", and for a form that is written out beside the choice."""

FEW = 12
"""Powers that are named once no more are left."""


@dataclass(frozen=True, slots=True)
class Step:
    """A page: its id, which is that of its first question, and the questions that are asked on it."""

    id: str
    questions: tuple[Question, ...]

    @property
    def heading(self) -> str:
        """The heading that the page stands under."""
        return heading_of(self.questions[0].part)


def heading_of(part: str) -> str:
    """The title of a part by its id."""
    return next(each.title for each in parts() if each.id == part)


def steps(facts: Facts) -> tuple[Step, ...]:
    """The pages that these answers call for."""
    wanted = {each.id: each for each in asked(facts)}
    found = (Step(ids[0], tuple(wanted[id_] for id_ in ids if id_ in wanted)) for ids in TOGETHER)
    return tuple(step for step in found if step.questions)


def step_of(question: str) -> str:
    """The page on which a question stands."""
    return next(ids[0] for ids in TOGETHER if question in ids)


def first_open(facts: Facts) -> str:
    """The first page with a question that needs an answer and has none; empty where there is none."""
    given = facts.answers.given
    lacking = (step for step in steps(facts) if any(each.needed and each.id not in given for each in step.questions))
    return next((step.id for step in lacking), "")


def questions_asked(step: Step, facts: Facts, offered: Sequence[str]) -> tuple[QuestionAsked, ...]:
    """The questions of a page that are answered in one field; `offered` are names that an answer may be."""
    return tuple(
        QuestionAsked(
            id=each.id,
            ask=each.ask,
            help=each.help,
            kind=each.kind,
            needed=each.needed,
            options=options(each, facts),
            values=_values(getattr(facts.answers, each.id)),
            none=each.kind is Kind.CHOICES and each.options_from != "elements" and _may_be(each.id, []),
            source=each.source(facts.catalogue),
            offered=tuple(offered) if each.id in ("giver_name", "receiver_name") else (),
        )
        for each in step.questions
    )


def _values(answer: Any) -> tuple[str, ...]:
    if answer is None:
        return ()
    if isinstance(answer, bool):
        return (str(answer).lower(),)
    if isinstance(answer, str):
        return (answer,)
    return tuple(answer) or (NONE,)


def _may_be(id_: str, value: Any) -> bool:
    try:
        answers_of({id_: value})
    except BadFile:
        return False
    return True


def fields_asked(step: Step, facts: Facts) -> tuple[FieldAsked, ...]:
    """What is asked field by field: the fields of the standard, or the bars that stand in the way."""
    lists = [each for each in step.questions if each.kind in (Kind.REASONS, Kind.FORMS)]
    if not lists:
        return ()
    elements = {each.name: each for each in facts.elements}
    reasons = next((getattr(facts.answers, each.id) for each in lists if each.kind is Kind.REASONS), None) or {}
    return tuple(
        _field(code, label, reasons.get(code, ""), elements.get(code), facts)
        for code, label in options(lists[0], facts)
    )


def _field(code: str, label: str, why: str, element: Element | None, facts: Facts) -> FieldAsked:
    if element is None:
        return FieldAsked(code, label, why, "", "", "", ())
    weaker, because = weaker_form(element, facts)
    suggested = weaker.written if weaker is not None else ""
    chosen = (facts.answers.forms or {}).get(code) or suggested or Form(FormKind.PLAIN).written
    whole = [Form(kind) for kind in FormKind if kind not in (FormKind.BAND, FormKind.TRUNCATE, FormKind.SHIFT)]
    fitting = tuple((form.written, form_words(form)) for form in whole if form.takes(element.type))
    return FieldAsked(code, label, why, chosen, suggested, because, fitting)


def powers_left(result: Result, facts: Facts) -> Powers:
    """How far the answers narrow the law."""
    first, last = result.narrowed[0].powers, result.narrowed[-1].powers
    few = last if len(result.narrowed) > 1 and len(last) <= FEW else ()
    which = tuple((power.citation, power.plain) for power in map(facts.catalogue.power, few))
    return Powers(len(last), len(first), which)


# What a form sends back

Texts = Callable[[str], tuple[str, ...]]
"""Every value that a form sent under a name."""


def sent_back(step: Step, facts: Facts, sent: Texts) -> dict[str, Any]:
    """The answers of a page, by question; `None` for one that was left out."""
    return {each.id: _answer(each, facts, sent) for each in step.questions}


def _answer(question: Question, facts: Facts, sent: Texts) -> Any:
    if question.kind in (Kind.REASONS, Kind.FORMS):
        said = {code: _row(question, code, sent) for code, _label in options(question, facts)}
        return {code: text for code, text in said.items() if text} or None
    values = tuple(text for each in sent(question.id) if (text := each.strip()))
    if question.kind is Kind.CHOICES:
        return [] if NONE in values else list(values) or None
    value = values[0].replace("\r\n", "\n") if values else None
    if question.kind is Kind.YES_NO:
        return {"true": True, "false": False}.get(value or "")
    return " ".join(value.split()) if value and question.kind is Kind.LINE else value


def _row(question: Question, code: str, sent: Texts) -> str:
    said = " ".join("".join(sent(f"{question.id}.{code}")[:1]).split())
    return " ".join("".join(sent(f"{question.id}.{code}.{OTHER}")[:1]).split()) if said == OTHER else said


def with_answers(facts: Facts, made: Mapping[str, Any]) -> Answers:
    """The answers with these in their place, `None` taking one away, and without reasons for fields that are gone.

    Raises `BadFile` naming each answer that cannot be.
    """
    given = {id_: value for id_, value in (facts.answers.given | dict(made)).items() if value is not None}
    answers = answers_of(given)
    if answers.standard != facts.answers.standard or answers.elements != facts.answers.elements:
        given = _of_chosen(given, Facts(answers, facts.catalogue, facts.on, facts.standards))
    return answers_of(given)


def _of_chosen(given: dict[str, Any], after: Facts) -> dict[str, Any]:
    chosen = {each.name for each in after.elements}
    kept: dict[str, Any] = {}
    for id_, value in given.items():
        match id_:
            case "elements":
                kept[id_] = [each for each in value if each in chosen]
            case "why_fields" | "forms":
                kept[id_] = {code: text for code, text in value.items() if code in chosen}
            case _:
                kept[id_] = value
    return {id_: value for id_, value in kept.items() if value or id_ not in ("elements", "why_fields", "forms")}
