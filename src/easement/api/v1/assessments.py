"""Can we share this? Answers and what they come to; drafts and impact assessments made from them (R1.2, R1.4)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from easement.agreement.check import musts
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.agreement.service import check_file
from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.strict import StrictRoute
from easement.api.v1.describe import PREFIX, Answers, errors, lists, reads
from easement.api.v1.shapes_assessments import (
    AnswersTried,
    AnswersWanted,
    AssessmentLine,
    AssessmentShown,
    DraftShown,
    ImpactShown,
    ImpactStarted,
    ImpactWritten,
    OptionShown,
    QuestionShown,
    SourceShown,
    Tried,
)
from easement.assessment import impact_service, service
from easement.assessment.asked import asked, options, unanswered
from easement.assessment.facts import Facts
from easement.assessment.questions import Question
from easement.assessment.scale import weigh
from easement.base.errors import BadFile, Refused, UsageError
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=f"{PREFIX}/assessments", tags=["assessments"], route_class=StrictRoute)
"""Assessments, seen by all who may assess: they are the organisation's, and what is in them is no record of a case.

To sign an impact assessment is for people, in a role of their own: no program holds one.
"""

Assesses = Annotated[Identity, allowed(Permission.AGREEMENT_ASSESSMENT_WRITE)]
Id = Annotated[str, Path(alias="assessment", pattern=r"^[0-9a-f]{32}$", description="The assessment's id.")]
FAILS: Answers = errors(Kind.CONFLICT)

Made = TypeVar("Made")


def _done(do: Callable[[], Made]) -> Made:
    """What a room's verb gives; its errors as problems of what was sent, since no file of the node's is in them."""
    try:
        return do()
    except BadFile as error:
        named = tuple({"where": each.where, "what": each.what, "mend": each.mend} for each in error.problems)
        raise Problem(Kind.CONFLICT, error.what, error.remedy or "mend each problem named", problems=named) from None
    except Refused as error:
        raise Problem(Kind.CONFLICT, error.what, error.remedy) from None
    except UsageError as error:
        raise Problem(Kind.NOT_FOUND, error.what, "see the list: GET /api/v1/assessments") from None


def _told(told: BaseModel) -> Response:
    return Response(told.model_dump_json(), media_type="application/json", headers={"cache-control": "no-store"})


@router.get("", operation_id="listAssessments", response_model=Listing[AssessmentLine], responses=lists())
def list_assessments(request: Request, _who: Assesses, page: Annotated[Page, Query()]) -> Response:
    """The assessments that are kept, the last saved first."""
    before = _place(place_of(page.cursor, str))
    found = service.list_cases(request.app.state.node, limit=page.limit + 1, before=before)
    lines = [AssessmentLine(**each.as_dict()) for each in found[: page.limit]]
    more = len(found) > page.limit
    last = found[page.limit - 1] if more else None
    return listed(request, page, AssessmentLine, lines, f"{int(last.saved.timestamp())}.{last.id}" if last else None)


def _place(place: str | None) -> tuple[int, str] | None:
    if place is None:
        return None
    saved, _, id_ = place.partition(".")
    if not (saved.isdecimal() and len(saved) <= 15 and id_):
        raise Problem(Kind.NOT_FOUND, "there is no such page", "take the cursor from `next` as it is")
    return int(saved), id_


@router.post("/try", operation_id="tryAnswers", response_model=Tried, responses=FAILS)
def try_answers(request: Request, _who: Assesses, wanted: AnswersTried) -> Response:
    """What answers come to so far, how far they narrow the law, and which questions they call for; nothing is kept."""
    state = request.app.state
    standards, today = service.known_standards(state.node), state.clock().date()
    result = _done(lambda: service.assessed(wanted.answers, standards, on=today))
    facts = Facts(wanted.answers, catalogue(), today, standards)
    told = {
        "result": result.as_dict(),
        "asked": [_question(each, facts).model_dump() for each in asked(facts)],
        "unanswered": [each.id for each in unanswered(facts)],
        "scale": weigh(wanted.answers, catalogue(), today, standards).as_dict(),
    }
    return _told(Tried.model_validate(told))


def _question(question: Question, facts: Facts) -> QuestionShown:
    return QuestionShown(
        id=question.id,
        part=question.part,
        ask=question.ask,
        help=question.help,
        kind=question.kind.value,
        needed=question.needed,
        when=question.when,
        options=[OptionShown(code=code, label=label) for code, label in options(question, facts)],
        source=SourceShown.model_validate(question.source(facts.catalogue).as_dict()),
    )


@router.post("", operation_id="saveAssessment", response_model=AssessmentShown, responses=FAILS)
def save_assessment(request: Request, who: Assesses, wanted: AnswersWanted, key: IdempotencyKey = "") -> Response:
    """Keep a new assessment."""
    question = b"assessments\n" + wanted.model_dump_json().encode()
    state = request.app.state
    return once(state.node, who.id, key, question, state.clock(), partial(_saved, request, who, wanted, None))


@router.get("/{assessment}", operation_id="getAssessment", response_model=AssessmentShown, responses=reads())
def get_assessment(request: Request, _who: Assesses, id_: Id) -> Response:
    """The newest version of one assessment, with its answers and what they came to."""
    found = _done(lambda: service.read_case(request.app.state.node, id_))
    return shown(request, AssessmentShown.model_validate(found.as_dict()))


@router.post(
    "/{assessment}/versions", operation_id="saveAssessmentVersion", response_model=AssessmentShown, responses=FAILS
)
def save_version(request: Request, who: Assesses, id_: Id, wanted: AnswersWanted) -> Response:
    """Keep the next version of an assessment; with `expected`, only if nobody saved another meanwhile."""
    return _saved(request, who, wanted, id_)


def _saved(request: Request, who: Identity, wanted: AnswersWanted, id_: str | None) -> Response:
    state = request.app.state
    kept = _done(
        lambda: service.save(
            state.node,
            wanted.answers,
            title=wanted.title,
            by=who.id,
            now=state.clock(),
            id_=id_,
            expected=wanted.expected,
        )
    )
    return _told(AssessmentShown.model_validate(kept.as_dict()))


@router.post(
    "/{assessment}/conclusion", operation_id="concludeAssessment", response_model=AssessmentShown, responses=FAILS
)
def conclude(request: Request, who: Assesses, id_: Id) -> Response:
    """Say that the newest version is done: the ledger keeps its outcome and a commitment to its answers."""
    state = request.app.state
    kept = _done(lambda: service.conclude(state.node, id_, by=who.id, now=state.clock()))
    return _told(AssessmentShown.model_validate(kept.as_dict()))


@router.get(
    "/{assessment}/draft", operation_id="draftAgreement", response_model=DraftShown, responses=reads(Kind.CONFLICT)
)
def draft(request: Request, _who: Assesses, id_: Id) -> Response:
    """The agreement drafted from an assessment, with nothing typed twice, and what people must still say."""
    node, today = request.app.state.node, request.app.state.clock().date()
    text = _done(lambda: service.draft(node, id_, today=today, impact=impact_service.impact_made(node, id_)))
    findings = check_file(read_agreement_text(text), today=today, folders=(node.home / "standards",))
    left = [f"{each.path}: {each.text}" for each in musts(findings)]
    return shown(request, DraftShown(id=id_, text=text, left=left))


@router.get("/{assessment}/impact", operation_id="getImpact", response_model=ImpactShown, responses=reads())
def get_impact(request: Request, _who: Assesses, id_: Id) -> Response:
    """The newest version of the impact assessment, and who has yet to sign it."""
    found = _done(lambda: impact_service.read_impact(request.app.state.node, id_))
    return shown(request, ImpactShown.model_validate(found.as_dict()))


@router.post("/{assessment}/impact", operation_id="draftImpact", response_model=ImpactShown, responses=FAILS)
def draft_impact(request: Request, who: Assesses, id_: Id, wanted: ImpactStarted) -> Response:
    """Draft the impact assessment from the assessment and the agreement, as its next version."""
    state = request.app.state
    agreement = _done(lambda: _agreement(wanted.agreement))
    node: Node = state.node
    made = _done(lambda: impact_service.start_impact(node, id_, by=who.id, now=state.clock(), agreement=agreement))
    return _told(ImpactShown.model_validate(made.as_dict()))


def _agreement(text: str) -> AgreementFile | None:
    return read_agreement_text(text) if text.strip() else None


@router.post("/{assessment}/impact/versions", operation_id="saveImpact", response_model=ImpactShown, responses=FAILS)
def save_impact(request: Request, who: Assesses, id_: Id, wanted: ImpactWritten) -> Response:
    """Keep what people wrote, as the next version; signatures on the one before do not carry over."""
    state = request.app.state
    kept = _done(
        lambda: impact_service.save_impact(
            state.node, id_, wanted.impact, by=who.id, now=state.clock(), expected=wanted.expected
        )
    )
    return _told(ImpactShown.model_validate(kept.as_dict()))
