"""Agreements, the ledger, and checking a receipt."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import proof
from easement.web.route import pages
from easement.web.views.page import Wrong
from easement.web.views.proof import CheckReceipt
from easement.web.visit import SECTIONS, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/agreements…` and `/the-ledger…`; `/ledger/…` is the published tree, for programs."""

AgreementReader = Annotated[Visit, Depends(visitor(*SECTIONS["agreements"]))]
LedgerReader = Annotated[Visit, Depends(visitor(*SECTIONS["ledger"]))]


@router.get("/agreements")
def agreements(visit: AgreementReader, format_: Annotated[str, Query(alias="format")] = "") -> Response:
    """The agreements that the node works by."""
    view = proof.agreements(visit.node, visit.identity, visit.now)
    if format_ in FORMATS:
        return as_file("agreements", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/agreements/{id_}")
def agreement(visit: AgreementReader, id_: str) -> Response:
    """One agreement as it was signed."""
    return visit.show(there(proof.agreement(visit.node, visit.identity, id_, visit.now)))


@router.get("/the-ledger")
def ledger(visit: LedgerReader) -> Response:
    """The ledger's signed state."""
    return visit.show(proof.ledger(visit.node, visit.now))


@router.get("/the-ledger/check")
def check_form(visit: LedgerReader) -> Response:
    """The form to check a receipt."""
    return visit.show(CheckReceipt())


@router.post("/the-ledger/check")
def check(visit: LedgerReader, form: Annotated[Posted, Depends(posted)]) -> Response:
    """Check a receipt that was uploaded or pasted; it is kept nowhere."""
    given = form.file("file") or form.secret("text").replace("\r\n", "\n").encode()
    if not given.strip():
        wrong = Wrong("file", say("Choose a file, or paste the receipt"))
        return visit.show(CheckReceipt(errors=(wrong,)), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.show(CheckReceipt(result=proof.checked(visit.node, given, visit.now)))
