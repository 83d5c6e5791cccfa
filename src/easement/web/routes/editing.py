"""Drafts of agreements in the pages: by form, section by section, or by hand; both are one file."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.agreement.form import changes
from easement.base.errors import BadFile, EasementError, UsageError
from easement.base.located import Path_
from easement.permission import drafts as service
from easement.permission.actor import Actor, of_identity
from easement.permission.drafts import Draft, SavedMeanwhile
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.reading import editing
from easement.web.route import pages, see
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/drafts…`."""

Drafter = Annotated[Visit, Depends(visitor(Permission.AGREEMENT_DRAFT_WRITE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=len(editing.PARTS))]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
LONGEST_FILE = 256 * 1024


@router.get("/drafts")
def drafts(visit: Drafter) -> Response:
    """The drafts in work."""
    return visit.show(editing.drafts(visit.node, visit.now))


@router.get("/drafts/new")
def new_draft(visit: Drafter) -> Response:
    """The form that begins a draft."""
    return visit.show(editing.new_draft(visit.node))


@router.post("/drafts/new")
def begin(visit: Drafter, form: Form) -> Response:
    """Begin a draft from a template, or from an agreement file that somebody has."""
    given = {name: form.text(name) for name in ("template", "provider", "recipient")}
    own = form.file("file", LONGEST_FILE).decode("utf-8", "replace") or form.secret("text")
    try:
        text = own if given["template"] == "file" else editing.from_template(**given, now=visit.now)
        made = service.start(visit.node, text, _actor(visit), visit.now)
    except EasementError as error:
        field = "text" if given["template"] == "file" else "template"
        filled = {"chosen": given["template"], "provider": given["provider"], "recipient": given["recipient"]}
        view = editing.new_draft(visit.node, **filled, own_text=own[:LONGEST_FILE])
        return visit.show(replace(view, errors=_wrongs(error, field)), status=WRONG)
    return see(f"/drafts/{made.id}")


@router.get("/drafts/{id_}")
def draft(visit: Drafter, id_: Id) -> Response:
    """One draft with what it lacks."""
    return visit.show(editing.draft_page(visit.node, _draft(visit, id_), visit.now))


@router.get("/drafts/{id_}/section/{number}")
def section(visit: Drafter, id_: Id, number: Number) -> Response:
    """The form of one section."""
    return visit.show(editing.section_page(visit.node, _draft(visit, id_), number, visit.now))


@router.post("/drafts/{id_}/section/{number}")
def save_section(visit: Drafter, id_: Id, number: Number, form: Form) -> Response:
    """Save one section; what others saved of other clauses meanwhile stays."""
    now = _draft(visit, id_)
    shown = editing.section_page(visit.node, _version(visit, now, form), number, visit.now)
    sent = {name: form.all(name) for name in form.form if name not in ("csrf", "edited", "leads")}
    asked = {field.name: () for field in shown.fields if f"{field.name}.asked" in sent}
    try:
        made = changes(shown.fields, {**asked, **sent})
        if made:
            now = service.change(visit.node, id_, shown.line.number, made, _actor(visit), visit.now)
    except EasementError as error:
        page = editing.section_page(visit.node, _draft(visit, id_), number, visit.now)
        kept = tuple(replace(field, values=tuple(sent.get(field.name, field.values))) for field in page.fields)
        named = error.where if isinstance(error, UsageError) and error.where else ""
        fields = kept if not isinstance(error, SavedMeanwhile) else page.fields
        return visit.show(replace(page, fields=fields, errors=_wrongs(error, named or "edited")), status=_status(error))
    onward = number + 1 if form.text("leads") == "next" and number < len(editing.PARTS) else 0
    return see(f"/drafts/{id_}/section/{onward}" if onward else f"/drafts/{id_}")


@router.get("/drafts/{id_}/file")
def file(visit: Drafter, id_: Id, get: Annotated[str, Query()] = "") -> Response:
    """The draft as its file, to read, change or download."""
    now = _draft(visit, id_)
    if get != "yaml":
        return visit.show(editing.draft_file(visit.node, now, visit.now))
    name = f"{now.file.terms.id}.yaml"
    return Response(now.text, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type="text/yaml")


@router.post("/drafts/{id_}/file")
def save_file(visit: Drafter, id_: Id, form: Form) -> Response:
    """Save the file as it was edited by hand; a text that is no agreement is shown again with its lines."""
    text = form.secret("text").replace("\r\n", "\n")
    try:
        service.save(visit.node, id_, _number(form), text, _actor(visit), visit.now)
    except EasementError as error:
        problems = _problems(error)
        view = editing.draft_file(visit.node, _draft(visit, id_), visit.now, text=text, problems=problems)
        return visit.show(replace(view, errors=_wrongs(error, "text")), status=_status(error))
    return see(f"/drafts/{id_}")


@router.get("/drafts/{id_}/document")
def document(visit: Drafter, id_: Id) -> Response:
    """The document that people would sign."""
    return visit.show(editing.preview(visit.node, _draft(visit, id_), visit.now))


@router.get("/drafts/{id_}/changes/{number}")
def changed(visit: Drafter, id_: Id, number: Annotated[int, Path(ge=1, le=10_000)]) -> Response:
    """What differs since an earlier version."""
    return visit.show(there(editing.changed_since(visit.node, _draft(visit, id_), number)))


@router.post("/drafts/{id_}/parts")
def parts(visit: Drafter, id_: Id, form: Form) -> Response:
    """Put a party or a share in, or take one out with all that names it."""
    now = _draft(visit, id_)
    try:
        made = _part(visit, now, form)
        service.change(visit.node, id_, _number(form), made, _actor(visit), visit.now)
    except EasementError as error:
        named = error.where if isinstance(error, UsageError) and error.where else form.text("do").partition("-")[2]
        page = editing.draft_page(visit.node, _draft(visit, id_), visit.now)
        return visit.show(replace(page, errors=_wrongs(error, named or "parts")), status=_status(error))
    return see(f"/drafts/{id_}")


@router.post("/drafts/{id_}/discard")
def discard(visit: Drafter, id_: Id, form: Form) -> Response:
    """Delete a draft with all its versions."""
    _draft(visit, id_)
    service.discard(visit.node, id_, _actor(visit))
    return see("/drafts")


def _actor(visit: Visit) -> Actor:
    return of_identity(visit.identity)


def _draft(visit: Visit, id_: str) -> Draft:
    return there(editing.found(visit.node, id_))


def _number(form: Posted) -> int:
    """The version that somebody edited; raises `UsageError` for a form that does not say it."""
    text = form.text("edited")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise UsageError("the form does not say which version it was made from", remedy="open the page again")
    return int(text)


def _version(visit: Visit, now: Draft, form: Posted) -> Draft:
    """The version that somebody edited, for what stood in the form that they were shown."""
    try:
        return service.draft(visit.node, now.id, _number(form))
    except UsageError:
        return now


def _part(visit: Visit, now: Draft, form: Posted) -> dict[Path_, object]:
    match form.text("do"):
        case "add-party":
            return editing.new_party(now, form.text("party"), form.text("role"), form.text("class"))
        case "add-share":
            return editing.new_share(now, form.text("share"), form.text("standard"), editing.standards_of(visit.node))
        case "remove-party" | "remove-share" as do:
            return editing.without(now, do.partition("-")[2], form.text("id"))
    raise UsageError("the form does not say what to do", remedy="open the page again")


def _status(error: EasementError) -> HTTPStatus:
    return HTTPStatus.CONFLICT if isinstance(error, SavedMeanwhile) else WRONG


def _wrongs(error: EasementError, field: str) -> tuple[Wrong, ...]:
    text = f"{error.what}. {error.remedy}" if error.remedy else error.what
    return (Wrong(field, say("There is a problem: %(text)s") % {"text": text}),)


def _problems(error: EasementError) -> tuple[tuple[str, str, str], ...]:
    """Each thing that is wrong with a text: its line, what it is and what to do."""
    if not isinstance(error, BadFile):
        return ()
    return tuple((each.where.partition(":")[2], each.what, each.mend) for each in error.problems)
