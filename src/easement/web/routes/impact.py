"""The impact assessment of an assessment: screened, drafted in seven steps, signed by role, opened again."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.assessment import impact_service
from easement.base.errors import BadFile, EasementError, Refused
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.reading import impact
from easement.web.reading.assessing import Case, case_of
from easement.web.route import pages, see
from easement.web.views.impact import ImpactStep, ImpactText, RiskAsked
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/assess/…/impact…`."""

Assessor = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_ASSESSMENT_WRITE))]
Approver = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_VERSION_APPROVE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=len(impact.STEPS))]

PARTS = ("title", "harm", "likelihood", "severity", "measures", "left_likelihood", "left_severity")
"""The fields of a risk."""


@router.get("/assess/{id_}/impact")
def overview(visit: Assessor, id_: Id) -> Response:
    """Whether one is due, and how far it is."""
    return visit.show(impact.impact_page(_case(visit, id_)))


@router.post("/assess/{id_}/impact")
def draft(visit: Assessor, id_: Id, _form: Form) -> Response:
    """Draft it, or draft it anew where terms changed."""
    return _done(visit, id_, impact.draft_impact)


@router.get("/assess/{id_}/impact/step/{number}")
def step(visit: Assessor, id_: Id, number: Number) -> Response:
    """One step."""
    return visit.show(there(impact.impact_step(_case(visit, id_), number)))


@router.post("/assess/{id_}/impact/step/{number}")
def save_step(visit: Assessor, id_: Id, number: Number, form: Form) -> Response:
    """Keep one step, and go on to the next."""
    case = _case(visit, id_)
    shown = there(impact.impact_step(case, number))
    try:
        impact.save_step(case, number, _number(form), form.text)
    except EasementError as error:
        status = HTTPStatus.CONFLICT if isinstance(error, Refused) else HTTPStatus.UNPROCESSABLE_ENTITY
        return visit.show(_again(shown, form, error), status=status)
    onward = number + 1 if form.text("leads") == "next" and number < len(impact.STEPS) else 0
    return see(f"/assess/{id_}/impact/step/{onward}" if onward else f"/assess/{id_}/impact")


def _again(shown: ImpactStep, form: Posted, error: EasementError) -> ImpactStep:
    """The step with what was typed in it, and what is wrong."""
    texts = tuple(ImpactText(each.id, form.text(each.id), each.hint, each.lines) for each in shown.texts)
    risks = tuple(RiskAsked(each.number, *(_typed(form, each, name) for name in PARTS)) for each in shown.risks)
    return replace(shown, texts=texts, risks=risks, errors=_wrongs(error, "step"))


def _typed(form: Posted, risk: RiskAsked, name: str) -> str:
    sent = f"risk.{risk.number}.{name}"
    return form.text(sent) if sent in form.form else str(getattr(risk, name))


@router.post("/assess/{id_}/impact/sign")
def sign(visit: Approver, id_: Id, form: Form) -> Response:
    """Sign it in a role of one's own."""
    role = form.text("role")
    if role not in {each.value for each in visit.identity.organisation_roles}:
        return _shown(visit, id_, (Wrong("role", say("Choose a role that is yours")),))
    version = _number(form)
    return _done(
        visit,
        id_,
        lambda case: impact_service.sign_impact(
            case.node, id_, role=role, by=visit.identity.id, now=visit.now, version=version
        ),
    )


@router.post("/assess/{id_}/impact/record")
def record(visit: Assessor, id_: Id, _form: Form) -> Response:
    """Name the signed one in the assessment and the draft."""
    return _done(visit, id_, impact.record_impact)


@router.get("/assess/{id_}/impact/print")
def printed(visit: Assessor, id_: Id) -> Response:
    """The impact assessment as a page to print."""
    return visit.show(there(impact.impact_printed(_case(visit, id_))))


def _done(visit: Visit, id_: str, do: Callable[[Case], object]) -> Response:
    try:
        do(_case(visit, id_))
    except EasementError as error:
        return _shown(visit, id_, _wrongs(error, "step"))
    return see(f"/assess/{id_}/impact")


def _shown(visit: Visit, id_: str, errors: tuple[Wrong, ...]) -> Response:
    page = impact.impact_page(_case(visit, id_))
    return visit.show(replace(page, errors=errors), status=HTTPStatus.CONFLICT)


def _wrongs(error: EasementError, field: str) -> tuple[Wrong, ...]:
    if isinstance(error, BadFile):
        told = (f"{each.what}. {each.mend}" if each.mend else each.what for each in error.problems)
        return tuple(Wrong(field, _sentence(text)) for text in told)
    return (Wrong(field, _sentence(f"{error.what}. {error.remedy}" if error.remedy else error.what)),)


def _sentence(text: str) -> str:
    return text.replace("`", "")[:1].upper() + text.replace("`", "")[1:]


def _case(visit: Visit, id_: str) -> Case:
    return there(case_of(visit.node, visit.identity, id_, visit.now))


def _number(form: Posted) -> int:
    text = form.text("edited")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
