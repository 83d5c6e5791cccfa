"""The public register: for anybody, signed in or not. Concerns and what is left out are decided by staff."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from easement.base.errors import EasementError, Refused, UsageError
from easement.law.catalogue import catalogue
from easement.node.home import Node
from easement.register import open_data, service
from easement.register.concern import LONGEST
from easement.register.reading import Sought
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.web.anybody import file_headers, node_now, shown, who_looks
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import register as reading
from easement.web.route import pages, see
from easement.web.routes.entry import way_in
from easement.web.security import HEADERS
from easement.web.views.page import View, Wrong
from easement.web.visit import (
    Posted,
    Visit,
    posted,
    there,
    visitor,
)

__all__ = ["router"]

router = pages()
"""`/register…` and `/concerns…`."""

Answerer = Annotated[Visit, Depends(visitor(Permission.REGISTER_CONCERN_ANSWER))]
Manager = Annotated[Visit, Depends(visitor(Permission.REGISTER_ENTRY_MANAGE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Version = Annotated[str, Path(pattern=r"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}$")]
ConcernId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Format = Annotated[str, Query(alias="format")]
Number = Annotated[str, Query(alias="page")]

LONGEST_WORDS = 200


def sought(words: str = "", organisation: str = "", purpose: str = "", state: str = "") -> Sought:
    """What the register is searched for; nothing is too odd to look for, but long things are cut off."""
    return Sought(words[:LONGEST_WORDS], organisation[:63], purpose[:63], state[:20])


Wanted = Annotated[Sought, Depends(sought)]


def _page(text: str) -> int:
    return min(max(int(text), 1), 1_000_000) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def _stream(lines: Iterable[str], name: str, media: str) -> Response:
    return StreamingResponse(lines, media_type=media, headers=file_headers(name))


@router.get("/register")
def register(request: Request, wanted: Wanted, page: Number = "1", format_: Format = "") -> Response:
    """The entries that fit."""
    node, now = node_now(request)
    if format_ == "csv":
        return _csv(node, wanted, now)
    if format_ == "json":
        return _json(node, wanted, now)
    return shown(request, reading.register(node, wanted, _page(page), now))


@router.get("/register.json")
def as_json(request: Request, wanted: Wanted) -> Response:
    """The register as JSON, whole."""
    node, now = node_now(request)
    return _json(node, wanted, now)


@router.get("/register.csv")
def as_csv(request: Request, wanted: Wanted) -> Response:
    """The register as CSV with the 18 columns of the Digital Economy Act's."""
    node, now = node_now(request)
    return _csv(node, wanted, now)


@router.get("/register.jsonld")
def as_dcat(request: Request, wanted: Wanted) -> Response:
    """The register as DCAT in JSON-LD."""
    node, now = node_now(request)
    head = open_data.catalogue_head(node.organisation, reading.name_of(node), reading.address(node))
    opening = json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "dcat:dataset": ['
    law, at = catalogue(), reading.address(node)
    datasets = (open_data.dcat(each, law, at) for each in service.everything(node, wanted, now))
    return _stream(_joined(opening, datasets), "register.jsonld", "application/ld+json")


def _csv(node: Node, wanted: Sought, now: datetime) -> Response:
    rules = node.settings.public_register
    lines = open_data.csv_lines(service.everything(node, wanted, now), open_data.Areas(rules.areas, rules.area_names))
    return _stream(lines, "register.csv", "text/csv; charset=utf-8")


def _json(node: Node, wanted: Sought, now: datetime) -> Response:
    entries = (each.as_dict() for each in service.everything(node, wanted, now))
    return _stream(_joined('{"entries": [', entries), "register.json", "application/json")


def _joined(opening: str, items: Iterable[dict[str, object]]) -> Iterator[str]:
    """A list in a JSON object, written while it is read."""
    yield opening
    for number, each in enumerate(items):
        yield ("," if number else "") + "\n" + json.dumps(each, ensure_ascii=False)
    yield "\n]}\n"


@router.get("/register/feed.atom")
def feed(request: Request) -> Response:
    """What changed on the register."""
    body = reading.feed(*node_now(request))
    return Response(body, media_type="application/atom+xml", headers={**HEADERS, "Cache-Control": "no-store"})


@router.get("/register/numbers")
def numbers(request: Request, since: str = "", until: str = "", format_: Format = "") -> Response:
    """How sharing goes, in numbers."""
    node, now = node_now(request)
    first, last = reading.period(since, until, now)
    view = reading.numbers(node, min(first, last), last, now)
    if format_ in FORMATS:
        return as_file("numbers", view.numbers.as_rows(), format_)
    return shown(request, view)


@router.get("/register/agreements/{id_}")
def entry(request: Request, id_: Id, format_: Format = "") -> Response:
    """One entry."""
    return _entry(request, id_, "", format_)


@router.get("/register/agreements/{id_}/versions/{version}")
def older(request: Request, id_: Id, version: Version, format_: Format = "") -> Response:
    """One version of an entry."""
    return _entry(request, id_, version, format_)


def _entry(request: Request, id_: str, version: str, format_: str) -> Response:
    node, now = node_now(request)
    visit = who_looks(request)
    view = there(reading.entry(node, visit.identity if visit else None, id_, version, now))
    if format_ == "json":
        body = json.dumps(view.entry.as_dict(), ensure_ascii=False, indent=2)
        return Response(body, media_type="application/json", headers={**HEADERS, "Cache-Control": "no-store"})
    return shown(request, view)


@router.get("/register/agreements/{id_}/proof")
def proof(request: Request, id_: Id, version: str = "") -> Response:
    """The receipt of the ledger's entry by which a version was signed."""
    node, now = node_now(request)
    receipt, index = there(reading.proof(node, id_, version[:20], now))
    name = f"{node.organisation}-{index}.receipt"
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(receipt, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/register/concerns")
def concerns(request: Request, page: Number = "1", format_: Format = "") -> Response:
    """All concerns."""
    node, now = node_now(request)
    view = reading.concerns(node, _page(page), now)
    if format_ in FORMATS:
        return as_file("concerns", [each.as_dict(view.today) for each in view.concerns], format_)
    return shown(request, view)


@router.get("/register/concerns/{id_}")
def concern(request: Request, id_: ConcernId, new: str = "") -> Response:
    """One concern."""
    node, now = node_now(request)
    return shown(request, there(reading.concern(node, id_, now, new=new == "yes")))


@router.get("/register/agreements/{id_}/concern")
def ask_concern(request: Request, id_: Id) -> Response:
    """The form for a concern."""
    return _form(request, there(reading.ask_concern(*_asked(request, id_))))


def _asked(request: Request, id_: str) -> tuple[Node, str, datetime]:
    node, now = node_now(request)
    return node, id_, now


def _form(request: Request, view: View, status: int = HTTPStatus.OK) -> Response:
    """A form for anybody: bound to this browser, whoever it is."""
    visit = who_looks(request)
    return visit.show(view, status=status) if visit else way_in(request, view, status)


@router.post("/register/agreements/{id_}/concern")
def raise_concern(request: Request, id_: Id, form: Form) -> Response:
    """Raise a concern."""
    node, now = node_now(request)
    shown = there(reading.ask_concern(node, id_, now))
    text, contact = form.text("text"), form.text("contact")
    source = request.client.host if request.client else ""
    try:
        made = service.raise_concern(node, id_, text, now=now, contact=contact, source=source)
    except Refused:
        wrong = Wrong("text", say("Too many concerns were raised within the hour. Try again in an hour"))
        return _form(request, _again(shown, text, contact, wrong), HTTPStatus.TOO_MANY_REQUESTS)
    except UsageError as error:
        wrong = Wrong("contact" if "contact" in error.what else "text", _told(error))
        return _form(request, _again(shown, text, contact, wrong), HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"/register/concerns/{made.id}?new=yes")


def _again(shown: View, text: str, contact: str, wrong: Wrong) -> View:
    given = {"text": text[: 2 * LONGEST], "contact": contact[:LONGEST], "errors": (wrong,)}
    return replace(shown, **given)  # type: ignore[arg-type]  # its own fields


def _told(error: EasementError) -> str:
    text = f"{error.what}: {error.remedy}" if error.remedy else error.what
    return text[:1].upper() + text[1:]


# What staff decide


@router.get("/concerns")
def waiting(visit: Answerer, format_: Format = "") -> Response:
    """The concerns that wait."""
    view = reading.staff_concerns(visit.node, visit.now)
    if format_ in FORMATS:
        return as_file("concerns", view.as_rows(), format_)
    return visit.show(view)


@router.get("/concerns/{id_}")
def to_answer(visit: Answerer, id_: ConcernId) -> Response:
    """One concern, to be looked at and answered."""
    return visit.show(there(reading.staff_concern(visit.node, id_, visit.now)))


@router.post("/concerns/{id_}/look")
def look(visit: Answerer, id_: ConcernId, form: Form) -> Response:
    """Publish a concern's words, or hold them back."""
    shown = there(reading.staff_concern(visit.node, id_, visit.now))
    decided, reason = form.text("decided"), form.text("reason")
    try:
        if decided not in ("publish", "hold-back") or (decided == "hold-back" and not reason):
            raise UsageError(say("choose whether the words are published, and why if they are not"))
        held_back = reason if decided == "hold-back" else ""
        role = _role(visit.identity, Permission.REGISTER_CONCERN_ANSWER)
        service.look(visit.node, id_, role=role, now=visit.now, held_back=held_back)
    except UsageError as error:
        wrong = Wrong("decided", _told(error))
        return visit.show(replace(shown, errors=(wrong,)), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"/concerns/{id_}")


@router.post("/concerns/{id_}/answer")
def answer(visit: Answerer, id_: ConcernId, form: Form) -> Response:
    """Answer a concern."""
    shown = there(reading.staff_concern(visit.node, id_, visit.now))
    text, role = form.text("answer"), _role(visit.identity, Permission.REGISTER_CONCERN_ANSWER)
    try:
        service.answer(visit.node, id_, text, role=role, now=visit.now, by=visit.identity.id)
    except UsageError as error:
        wrong = Wrong("answer", _told(error))
        again = replace(shown, answer=text[: 2 * shown.longest], errors=(wrong,))
        return visit.show(again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"/register/concerns/{id_}")


@router.get("/register/agreements/{id_}/left-out")
def leave_out(visit: Manager, id_: Id) -> Response:
    """What is left out of an entry, and what may be."""
    return visit.show(there(reading.leave_out(visit.node, id_, visit.now)))


@router.post("/register/agreements/{id_}/left-out")
def redact(visit: Manager, id_: Id, form: Form) -> Response:
    """Leave something out, or show it again."""
    shown = there(reading.leave_out(visit.node, id_, visit.now))
    field, reason, explanation = form.text("field"), form.text("reason"), form.text("explanation")
    role = _role(visit.identity, Permission.REGISTER_ENTRY_MANAGE)
    try:
        if again := form.text("show"):
            service.restore(visit.node, id_, again, now=visit.now, by=visit.identity.id)
        else:
            service.redact(
                visit.node, id_, field, reason, role=role, now=visit.now, explanation=explanation, by=visit.identity.id
            )
    except UsageError as error:
        where = "reason" if "reason" in error.what else "explanation" if "explanation" in error.what else "field"
        given = replace(shown, field=field[:63], reason=reason[:63], explanation=explanation[:1000])
        view = replace(given, errors=(Wrong(where, _told(error)),))
        return visit.show(view, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see(f"/register/agreements/{id_}/left-out")


def _role(who: Identity, permission: Permission) -> str:
    return reading.role_of(who, permission)
