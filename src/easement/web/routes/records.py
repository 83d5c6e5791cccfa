"""Disclosures and refusals: lists, one by one, why, and receipts."""

import re
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import records
from easement.web.route import pages, see
from easement.web.security import HEADERS
from easement.web.views.page import Wrong
from easement.web.views.records import Sought
from easement.web.visit import SECTIONS, Missing, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/disclosures…`, `/duties` and `/refusals…`."""

Reader = Annotated[Visit, Depends(visitor(*SECTIONS["disclosures"]))]

Index = Annotated[int, Path(ge=0, lt=1 << 53)]

_WORD = re.compile(r"[a-z0-9-]{0,63}")


def sought(
    agreement: str = "", organisation: str = "", kind: str = "", since: str = "", until: str = "", before: str = ""
) -> Sought:
    """What a list is narrowed to; whatever cannot be such a word is left out, so that nothing else is echoed."""
    return Sought(
        agreement=_word(agreement),
        organisation=_word(organisation),
        kind=_word(kind),
        since=_day(since),
        until=_day(until),
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
    )


def _word(text: str) -> str:
    return text if _WORD.fullmatch(text) else ""


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


Narrowed = Annotated[Sought, Depends(sought)]


@router.get("/disclosures")
def disclosures(visit: Reader, wanted: Narrowed, format_: Annotated[str, Query(alias="format")] = "") -> Response:
    """What was given and received."""
    view = records.disclosures(visit.node, visit.identity, wanted, visit.now)
    if format_ in FORMATS:
        return as_file("disclosures", [line.as_row() for line in view.lines], format_, more=view.pager.older)
    return visit.show(view)


@router.post("/disclosures/find")
def find(visit: Reader, form: Annotated[Posted, Depends(posted)]) -> Response:
    """Where what was typed leads. It is sent as a form, because it might be a person's name."""
    typed = form.text("find")
    found = records.find(visit.node, visit.identity, typed, visit.now)
    if found:
        return see(found)
    view = records.disclosures(visit.node, visit.identity, Sought(), visit.now)
    wrong = Wrong(
        "find", say("Nothing has this number or name. Type a number, or the name of an agreement or organisation")
    )
    return visit.show(replace(view, errors=(wrong,), typed=typed), status=HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("/disclosures/{index}")
def disclosure(visit: Reader, index: Index) -> Response:
    """One disclosure."""
    return visit.show(there(records.disclosure(visit.node, visit.identity, index, visit.now)))


@router.get("/disclosures/{index}/why/{name}")
def why(visit: Reader, index: Index, name: str) -> Response:
    """Why one field crossed, or was withheld."""
    return visit.show(there(records.field_why(visit.node, visit.identity, index, name, visit.now)))


@router.get("/disclosures/{index}/receipt")
def receipt(visit: Reader, index: Index) -> Response:
    """The receipt as a file."""
    text = records.receipt(visit.node, visit.identity, index, visit.now)
    if text is None:
        raise Missing
    return receipt_file(text, f"{visit.node.organisation}-{index}")


def receipt_file(text: str, name: str) -> Response:
    """A receipt to save."""
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.receipt"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/duties")
def duties(visit: Reader, format_: Annotated[str, Query(alias="format")] = "") -> Response:
    """What is still owed for what was received."""
    view = records.duties(visit.node, visit.identity, visit.now)
    if format_ in FORMATS:
        return as_file("duties", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/duties/{index}/met")
def meeting(visit: Reader, index: Index) -> Response:
    """Whether it is really done: what is said here goes to the other organisation, and cannot be taken back."""
    view = records.meeting(visit.node, visit.identity, index, visit.now)
    if view is None and records.disclosure(visit.node, visit.identity, index, visit.now) is not None:
        return see(f"/disclosures/{index}")
    return visit.show(there(view))


@router.post("/duties/{index}/met")
def meet(visit: Reader, index: Index, form: Annotated[Posted, Depends(posted)]) -> Response:
    """Say that it is done. Who said so already, or may only look, is shown how it stands."""
    there(records.disclosure(visit.node, visit.identity, index, visit.now))
    records.meet(visit.node, visit.identity, index, visit.now)
    return see(f"/disclosures/{index}")


@router.get("/refusals")
def refusals(visit: Reader, wanted: Narrowed, format_: Annotated[str, Query(alias="format")] = "") -> Response:
    """What was refused."""
    view = records.refusals(visit.node, visit.identity, wanted, visit.now)
    if format_ in FORMATS:
        return as_file("refusals", [line.as_row() for line in view.lines], format_, more=view.pager.older)
    return visit.show(view)


@router.get("/refusals/{index}")
def refusal(visit: Reader, index: Index) -> Response:
    """One refusal."""
    return visit.show(there(records.refusal(visit.node, visit.identity, index, visit.now)))
