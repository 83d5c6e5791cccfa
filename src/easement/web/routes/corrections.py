"""What is wrong: cases to answer, links that were broken, and corrections to make."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.exchange.correct import decide_case
from easement.exchange.correct_bodies import Outcome
from easement.exchange.correct_told import make
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.reading import corrections
from easement.web.route import pages, see
from easement.web.views.page import Wrong
from easement.web.visit import SECTIONS, Missing, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/corrections…`."""

Reader = Annotated[Visit, Depends(visitor(*SECTIONS["corrections"]))]
Steward = Annotated[Visit, Depends(visitor(Permission.DATA_CORRECTION_MANAGE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


@router.get("/corrections")
def everything(visit: Reader) -> Response:
    """Everything that is said to be wrong, was taken back, or is to be put right."""
    return visit.show(corrections.everything(visit.node, visit.identity, visit.now))


@router.get("/corrections/cases/{id_}")
def case(visit: Reader, id_: Id) -> Response:
    """One case."""
    return visit.show(there(corrections.case_page(visit.node, visit.identity, id_, visit.now)))


@router.post("/corrections/cases/{id_}")
def answer(visit: Steward, id_: Id, form: Form) -> Response:
    """Answer a case; a wrong link is broken everywhere."""
    view = there(corrections.case_page(visit.node, visit.identity, id_, visit.now))
    if not view.answerable:
        raise Missing
    outcome, text = form.text("outcome"), "\n".join(form.text("text").splitlines())
    view = replace(view, outcome=outcome, text=text, listed=form.text("listed"), held=form.text("held"))
    errors = []
    if outcome not in tuple(Outcome):
        errors.append(Wrong("outcome", say("Choose what came of it")))
    if not text:
        errors.append(Wrong("text", say("Say it in words for those who told you")))
    if not errors:
        keys = {"listed": view.listed, "held": view.held} if view.match and outcome == Outcome.LINK_BROKEN else {}
        try:
            decide_case(visit.node, id_, Outcome(outcome), text, visit.now, by=visit.identity.id, **keys)
        except EasementError as error:
            errors.append(Wrong("held" if view.match and outcome == Outcome.LINK_BROKEN else "text", error.what))
    if errors:
        return visit.show(replace(view, errors=tuple(errors)), status=WRONG)
    return see(f"/corrections/cases/{id_}")


@router.get("/corrections/links/{id_}")
def link(visit: Steward, id_: Id) -> Response:
    """One broken link."""
    return visit.show(there(corrections.link_page(visit.node, visit.identity, id_, visit.now)))


@router.get("/corrections/told/{id_}/{message}")
def told(visit: Reader, id_: Id, message: Id) -> Response:
    """One correction to make."""
    return visit.show(there(corrections.told_page(visit.node, visit.identity, id_, message, visit.now)))


@router.post("/corrections/told/{id_}/{message}")
def done(visit: Reader, id_: Id, message: Id, form: Form) -> Response:
    """Say that our copy is put right."""
    there(corrections.told_page(visit.node, visit.identity, id_, message, visit.now))
    make(visit.node, id_, visit.now, message=message, by=visit.identity.id)
    return see(f"/corrections/told/{id_}/{message}")
