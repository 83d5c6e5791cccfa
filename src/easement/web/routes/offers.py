"""Agreements that others offer: which there are, what joining one means, and joining it by one act."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.reading import offers as reading
from easement.web.reading import proposals
from easement.web.reading.acting import obstacles
from easement.web.reading.offers import Chosen
from easement.web.route import pages, see
from easement.web.views.offers import Offers
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/agreements/offered…`, and offering one's own."""

Reader = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_PROPOSAL_READ))]
Signer = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_VERSION_SIGN))]
Form = Annotated[Posted, Depends(posted)]
Lead = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("/agreements/offered")
def offers(visit: Reader) -> Response:
    """What the members of the cluster offer."""
    return visit.show(reading.offers(visit.node, visit.now))


@router.get("/agreements/offered/{lead}/{digest}")
def offer(visit: Reader, lead: Lead, digest: Digest) -> Response:
    """One of them whole, with what joining it means."""
    try:
        view = reading.offer_page(visit.node, visit.identity, lead, digest, visit.now)
    except EasementError as error:
        return visit.show(Offers(lines=(), obstacles=obstacles(error)), status=HTTPStatus.SERVICE_UNAVAILABLE)
    return visit.show(there(view))


@router.post("/agreements/offered/{lead}/{digest}")
def join(visit: Signer, lead: Lead, digest: Digest, form: Form) -> Response:
    """Join it, for all that is agreed or for less."""
    chosen = _chosen(form)
    try:
        view = there(reading.offer_page(visit.node, visit.identity, lead, digest, visit.now, chosen))
    except EasementError as error:
        return visit.show(Offers(lines=(), obstacles=obstacles(error)), status=HTTPStatus.SERVICE_UNAVAILABLE)
    wrongs = []
    if not chosen.contact:
        wrongs.append(Wrong("contact", say("Type the address of a role, where questions go")))
    if not any(share.taken for share in view.shares):
        wrongs.append(Wrong("less", say("Take at least one of what is shared")))
    if view.people and not chosen.people:
        wrongs.append(Wrong("people", say("Let at least one role ask")))
    if wrongs:
        return visit.show(replace(view, errors=tuple(wrongs)), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        reading.join(visit.node, visit.identity, view, chosen, visit.now)
    except EasementError as error:
        wrong = Wrong("obstacles", say("This was not done. Read why, and what you can do"))
        view = replace(view, obstacles=obstacles(error), errors=(wrong,))
        return visit.show(view, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"/agreements/offered/{lead}/{digest}")


def _chosen(form: Posted) -> Chosen:
    local = {name.removeprefix("local."): form.text(name) for name in form.form if name.startswith("local.")}
    return Chosen(
        contact=form.text("contact"),
        relies_on=form.text("relies_on").replace("\r\n", "\n"),
        role=form.text("role"),
        parts=form.all("part"),
        people=form.all("people"),
        local=local,
        shares=form.all("share"),
        modes=form.all("mode"),
        fields=form.all("field"),
    )


@router.post("/proposals/{id_}/offer")
def publish(visit: Signer, id_: Id, form: Form) -> Response:
    """Offer what is in force to others, or offer it no more."""
    dossier = there(proposals.dossier_of(visit.node, id_))
    try:
        reading.publish(visit.node, visit.identity, dossier, visit.now, withdraw=form.text("do") == "offered")
    except EasementError as error:
        view = proposals.one(visit.node, visit.identity, dossier, visit.now)
        wrong = Wrong("main-content", f"{error.what}. {error.remedy}" if error.remedy else error.what)
        return visit.show(replace(view, errors=(wrong,)), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"/proposals/{id_}")
