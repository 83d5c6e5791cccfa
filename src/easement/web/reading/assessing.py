"""Assessments as their pages show them: the list, the questions and answers, the result, and the draft made of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from easement.agreement.forms import Form
from easement.agreement.paper import Item
from easement.agreement.words import form_words
from easement.assessment import impact_service, service
from easement.assessment.answers import Answers
from easement.assessment.asked import asked, unanswered
from easement.assessment.facts import Facts
from easement.assessment.paper import sheet, told_answer
from easement.assessment.questions import Kind, Question, parts, question
from easement.assessment.result import Cited, Relied, Result, Section, cited
from easement.assessment.scale import weigh
from easement.assessment.service import LISTED, Line, Saved
from easement.base.errors import BadFile, EasementError, Problem, Refused, UsageError
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.permission import drafts
from easement.staff.model import CONSOLE, Identity
from easement.staff.permissions import Permission
from easement.staff.service import find_person, list_people
from easement.web.language import say
from easement.web.reading.answering import (
    Step,
    fields_asked,
    first_open,
    heading_of,
    powers_left,
    questions_asked,
    sent_back,
    step_of,
    steps,
    with_answers,
)
from easement.web.reading.names import names_of
from easement.web.views.assessing import (
    Answered,
    Asking,
    AssessmentLine,
    Assessments,
    Check,
    Found,
    Printed,
    Relying,
    ResultPage,
    StepLine,
)
from easement.web.views.page import Pager

__all__ = [
    "Case",
    "answer",
    "assessments",
    "case_of",
    "check_page",
    "drafted",
    "line_of",
    "next_step",
    "printed",
    "question_page",
    "result_page",
    "wrongs",
]


@dataclass(frozen=True)
class Case:
    """An assessment that somebody looks at, with what its answers amount to on the day of its saving."""

    node: Node
    who: Identity
    now: datetime
    saved: Saved
    facts: Facts

    @property
    def id(self) -> str:
        """Its id."""
        return self.saved.line.id


def assessments(node: Node, who: Identity, before: str) -> Assessments:
    """The assessments that are kept, the last saved first; `before` is the place that a page goes on from."""
    found = service.list_cases(node, limit=LISTED + 1, before=_place(before))
    people, shown = _people(node), found[:LISTED]
    older = f"?before={int(shown[-1].saved.timestamp())}.{shown[-1].id}" if len(found) > LISTED else ""
    pager = Pager(older=older, newer="/assess" if before else "")
    return Assessments(lines=tuple(_line(each, who, people) for each in shown), pager=pager)


def _place(text: str) -> tuple[int, str] | None:
    saved, _, id_ = text.partition(".")
    return (int(saved), id_) if saved.isascii() and saved.isdecimal() and len(saved) < 16 and id_ else None


def _people(node: Node) -> dict[str, str]:
    return {each.id: each.name for each in list_people(node)}


def _line(line: Line, who: Identity, people: dict[str, str], *, open_: bool = False) -> AssessmentLine:
    by = say("the node's own machine") if line.saved_by == CONSOLE else people.get(line.saved_by, say("a program"))
    return AssessmentLine(
        line.id, line.version, line.title, line.outcome, line.saved, by, line.saved_by == who.id, line.entry, open_
    )


def line_of(case: Case) -> AssessmentLine:
    """The line of an assessment that somebody looks at."""
    people = {}
    with suppress(EasementError):  # a program, the machine itself, or an account that is gone
        people = {case.saved.line.saved_by: find_person(case.node, case.saved.line.saved_by).name}
    return _line(case.saved.line, case.who, people, open_=bool(unanswered(case.facts)))


def case_of(node: Node, who: Identity, id_: str, now: datetime, version: int | None = None) -> Case | None:
    """An assessment, in a version or the newest; `None` where there is none."""
    try:
        saved = service.read_case(node, id_, version)
    except UsageError:
        return None
    facts = Facts(saved.answers, catalogue(), saved.line.saved.date(), service.known_standards(node))
    return Case(node, who, now, saved, facts)


# Questions and answers


def question_page(case: Case, step: str, leads: str) -> Asking | None:
    """The page of one question, or of a few that belong together; `None` where it is not asked."""
    every = steps(case.facts)
    number = next((number for number, each in enumerate(every) if each.id == step), None)
    if number is None:
        return None
    found = every[number]
    offered = sorted(set(names_of(case.node, case.now).organisations.values()))
    before = f"answer/{every[number - 1].id}" if number else "title"
    return Asking(
        line=line_of(case),
        step=found.id,
        part=found.heading,
        number=number + 1,
        last=len(every),
        back=f"/assess/{case.id}/{'check' if leads == 'check' else before}",
        leads=leads,
        asked=questions_asked(found, case.facts, offered),
        fields=fields_asked(found, case.facts),
        powers=powers_left(case.saved.result, case.facts),
        begins=number == 0,
    )


def answer(case: Case, step: str, edited: int, sent: Callable[[str], tuple[str, ...]]) -> Case:
    """Keep what a page sent back, on top of what others answered meanwhile.

    Raises `BadFile` for an answer that cannot be, and `Refused` where somebody else answered the same meanwhile.
    """
    found = _step(case, step)
    made = sent_back(found, case.facts, sent)
    _check_nobody_else(case, made, edited)
    answers = with_answers(case.facts, made)
    if answers == case.saved.answers:
        return case
    return _kept(case, answers)


def _kept(case: Case, answers: Answers) -> Case:
    line = case.saved.line
    kept = service.save(
        case.node, answers, title=line.title, by=case.who.id, now=case.now, id_=line.id, expected=line.version
    )
    facts = Facts(answers, case.facts.catalogue, kept.line.saved.date(), case.facts.standards)
    return Case(case.node, case.who, case.now, kept, facts)


def _step(case: Case, step: str) -> Step:
    found = next((each for each in steps(case.facts) if each.id == step), None)
    if found is None:
        raise UsageError("this is not asked any more", remedy="look at the answers, and go on from there")
    return found


def _check_nobody_else(case: Case, made: dict[str, Any], edited: int) -> None:
    """Refuse an answer to what somebody else answered since the version that a page was made from."""
    newest = case.saved.line.version
    if edited >= newest:
        return
    now, was = case.saved.answers.given, _given(case, edited)
    changed = [id_ for id_ in made if now.get(id_) != was.get(id_) and now.get(id_) != made[id_]]
    others = (service.read_case(case.node, case.id, number).line.saved_by for number in range(edited + 1, newest + 1))
    if changed and any(by != case.who.id for by in others):
        raise Refused("somebody else answered this meanwhile", remedy="look at their answer, then save yours again")


def _given(case: Case, version: int) -> dict[str, Any]:
    return service.read_case(case.node, case.id, max(version, 1)).answers.given


def next_step(case: Case, step: str) -> str:
    """Where the page after this one is: the next one asked, or the check of all answers."""
    order = [each.id for each in steps(case.facts)]
    at = order.index(step) + 1 if step in order else len(order)
    return f"/assess/{case.id}/answer/{order[at]}" if at < len(order) else f"/assess/{case.id}/check"


_NAMED = "`"


def wrongs(error: BadFile, step: Asking) -> tuple[tuple[str, str], ...]:
    """Each thing that is wrong with a page's answers: the field and the words."""
    return tuple((_field(each, step), _sentence(each)) for each in error.problems)


def _field(problem: Problem, step: Asking) -> str:
    named = (problem.what.split(_NAMED)[1:2] or [""])[0]
    whole = problem.where.partition(":")[2] if problem.where.startswith("answers:") else ""
    for found in (whole, named):
        if found.partition(".")[0] in {each.id for each in step.asked}:
            return found
    return step.asked[0].id


def _sentence(problem: Problem) -> str:
    named, colon, said = problem.what.partition(": ")
    text = said if colon and named.startswith(_NAMED) else problem.what
    mend = f". {problem.mend[:1].upper()}{problem.mend[1:]}" if problem.mend else ""
    return f"{text[:1].upper()}{text[1:]}{mend}".replace(_NAMED, "“", 1).replace(_NAMED, "”", 1)


def check_page(case: Case) -> Check:
    """Every answer so far."""
    wanted = asked(case.facts)
    found = (
        StepLine(
            heading_of(part.id),
            tuple(
                Answered(each.id, each.ask, _told(each, case.facts), step_of(each.id), each.needed)
                for each in wanted
                if each.part == part.id
            ),
        )
        for part in parts()
    )
    return Check(
        line=line_of(case),
        headings=tuple(each for each in found if each.answers),
        missing=len(unanswered(case.facts)),
        onward=first_open(case.facts),
    )


def _told(asked_: Question, facts: Facts) -> tuple[Item, ...]:
    """An answer in words; a form of a field in the words that pages use for it."""
    items = told_answer(asked_, facts)
    if asked_.kind is not Kind.FORMS:
        return items
    return tuple(replace(each, words=form_words(Form.from_written(each.words))) for each in items)


# The result


def result_page(case: Case, address: str) -> ResultPage:
    """What an assessment comes to, and what may be done with it now."""
    result = case.saved.result
    impact = _impact(case)
    scale = weigh(case.saved.answers, catalogue(), result.on, case.facts.standards)
    written = {form for each in scale.fields for form in (each.form, each.weaker) if form}
    return ResultPage(
        line=line_of(case),
        result=result,
        scale=scale,
        forms={form: form_words(Form.from_written(form)) for form in written},
        relying=_relying(case),
        found=tuple(_found(section, result) for section in Section if result.of(section)),
        powers=powers_left(result, case.facts),
        same_law=case.saved.same_law,
        missing=len(unanswered(case.facts)),
        onward=first_open(case.facts),
        may_draft=case.who.may(Permission.AGREEMENT_DRAFT_WRITE),
        one_off=case.facts.one_off,
        drafts=tuple(
            (each.id, each.file.terms.title) for each in drafts.drafts(case.node) if each.assessment == case.id
        ),
        impact=impact.reference if impact else "",
        impact_signed=bool(impact and impact.signed),
        address=address,
    )


def _impact(case: Case) -> impact_service.SavedImpact | None:
    with suppress(UsageError):
        return impact_service.read_impact(case.node, case.id)
    return None


def _found(section: Section, result: Result) -> Found:
    listed = (
        (each, tuple((id_, question(id_).ask) for id_ in dict.fromkeys(map(step_of, each.answers))))
        for each in result.of(section)
    )
    return Found(section.value, section.heading, tuple(listed))


def _relying(case: Case) -> tuple[Relying, ...]:
    """What each side relies on, and the conditions that hold for both."""
    result, law = case.saved.result, catalogue()
    conditions = tuple(
        (label, law.condition(id_).plain, cited(law.condition(id_)))
        for label, ids in (
            (say("Condition for sensitive data"), result.conditions.special),
            (say("Condition for data on crimes"), result.conditions.criminal),
        )
        for id_ in ids
    )
    answers = case.saved.answers
    giver = answers.giver_name or (case.facts.giver.label if case.facts.giver else say("The giver"))
    receiver = answers.receiver_name or (case.facts.receiver.label if case.facts.receiver else say("The receiver"))
    return (
        Relying(say("%(name)s gives") % {"name": giver}, (*_rows(result.giver), *conditions)),
        Relying(say("%(name)s receives") % {"name": receiver}, (*_rows(result.receiver), *conditions)),
    )


def _rows(relied: Relied) -> tuple[tuple[str, str, Cited | None], ...]:
    law = catalogue()
    power = law.power(relied.power) if relied.power else None
    basis = law.basis(relied.basis) if relied.basis else None
    rows = [
        (say("Power"), power.plain if power else say("None found"), cited(power) if power else None),
        (say("Lawful basis"), basis.plain if basis else say("None found"), cited(basis) if basis else None),
    ]
    if relied.annex_1:
        annex = law.entry(relied.annex_1)
        rows.append((say("Recognised legitimate interest"), annex.plain, cited(annex)))
    return tuple(rows)


def drafted(case: Case) -> str:
    """The text of an agreement made from it, with the ids of organisations that are known by their names.

    Raises `Refused` where none can be made yet.
    """
    names = names_of(case.node, case.now).organisations
    return service.draft(
        case.node,
        case.id,
        today=case.now.date(),
        impact=impact_service.impact_made(case.node, case.id),
        known={name: id_ for id_, name in names.items()},
    )


def printed(case: Case) -> Printed:
    """The assessment as a page to print."""
    written = service.printed(case.node, case.id, case.saved.line.version)
    return Printed(paper=sheet(written, catalogue(), case.facts.standards), above=f"/assess/{case.id}")
