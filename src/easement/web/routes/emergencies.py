"""What was shared in emergencies: recorded within a day by whoever did it, and looked at by somebody else."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.permission.emergency import Happened
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.reading import emergencies as reading
from easement.web.reading.acting import obstacles
from easement.web.route import pages, see
from easement.web.times import moment_typed
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/emergencies…`."""

Reader = Annotated[Visit, Depends(visitor(*reading.RECORDERS, Permission.AGREEMENT_PROPOSAL_READ))]
Recorder = Annotated[Visit, Depends(visitor(*reading.RECORDERS))]
Reviewer = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_VERSION_SUSPEND))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
FIELDS = ("direction", "other", "purpose", "agreement", "what", "why", "at")


@router.get("/emergencies")
def emergencies(visit: Reader) -> Response:
    """What was shared in emergencies, as far as this person may see it."""
    return visit.show(reading.emergencies(visit.node, visit.identity, visit.now))


@router.get("/emergencies/new")
def new_emergency(visit: Recorder) -> Response:
    """The form that records one."""
    return visit.show(reading.new_emergency(visit.node, visit.now))


@router.post("/emergencies/new")
def record(visit: Recorder, form: Form) -> Response:
    """Record one; what comes late or was not allowed is taken down as well."""
    given = {name: form.text(name).replace("\r\n", "\n") for name in FIELDS}
    view = reading.new_emergency(visit.node, visit.now)
    view = replace(
        view,
        direction=given["direction"],
        other=given["other"],
        purpose=given["purpose"],
        agreement=given["agreement"],
        what=given["what"],
        why=given["why"],
        at=given["at"],
    )
    wrongs = _lacks(given)
    if not wrongs:
        try:
            reading.record(visit.node, visit.identity, _happened(given), visit.now)
            return see("/emergencies")
        except EasementError as error:
            wrongs = [Wrong("obstacles", say("This was not done. Read why, and what you can do"))]
            view = replace(view, obstacles=obstacles(error))
        except ValueError:
            wrongs = [Wrong("at", say("Type the day and the time when it happened"))]
    return visit.show(replace(view, errors=tuple(wrongs)), status=WRONG)


def _happened(given: dict[str, str]) -> Happened:
    return Happened(
        direction="gave" if given["direction"] == "gave" else "received",
        other=given["other"],
        purpose=given["purpose"],
        what=given["what"],
        why=given["why"],
        at=moment_typed(given["at"][:16]),
        agreement=given["agreement"],
    )


def _lacks(given: dict[str, str]) -> list[Wrong]:
    labels = {
        "direction": say("Say whether you gave or received"),
        "other": say("Choose the other organisation"),
        "at": say("Type the day and the time when it happened"),
        "purpose": say("Choose what it was for"),
        "what": say("Say what was shared"),
        "why": say("Say why it could not wait"),
    }
    return [Wrong(name, text) for name, text in labels.items() if not given[name]]


@router.get("/emergencies/{id_}/review")
def review_form(visit: Reviewer, id_: Id) -> Response:
    """The form of whoever looks at one."""
    return visit.show(there(reading.review_page(visit.node, visit.identity, id_, visit.now)))


@router.post("/emergencies/{id_}/review")
def review(visit: Reviewer, id_: Id, form: Form) -> Response:
    """Record what was found."""
    view = there(reading.review_page(visit.node, visit.identity, id_, visit.now))
    outcome, words = form.text("outcome"), form.text("words").replace("\r\n", "\n")
    view = replace(view, outcome=outcome, given=words)
    wrongs = [] if outcome else [Wrong("outcome", say("Choose what you found"))]
    wrongs += [] if words else [Wrong("words", say("Say it in a few words"))]
    if not wrongs:
        try:
            reading.review(visit.node, visit.identity, id_, outcome, words, visit.now)
            return see("/emergencies")
        except EasementError as error:
            wrongs = [Wrong("obstacles", say("This was not done. Read why, and what you can do"))]
            view = replace(view, obstacles=obstacles(error))
    return visit.show(replace(view, errors=tuple(wrongs)), status=WRONG)
