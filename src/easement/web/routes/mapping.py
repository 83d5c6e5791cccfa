"""The mapping studio: pick a table, look at it, take what is proposed or change it, and stand for it."""

from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.gate.drafting import MOST_UPLOADED, Desk, Table
from easement.meaning import studio
from easement.meaning.mapping import DatasetMapping
from easement.staff.permissions import Permission
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import mapping as reading
from easement.web.route import pages, see
from easement.web.views.mapping import MapUnread
from easement.web.views.page import Wrong
from easement.web.visit import SECTIONS, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/datasets/map…`."""

Reader = Annotated[Visit, Depends(visitor(*SECTIONS["datasets"], Permission.DATA_DATASET_MANAGE))]
Manager = Annotated[Visit, Depends(visitor(Permission.DATA_DATASET_MANAGE))]
Form = Annotated[Posted, Depends(posted)]
Format = Annotated[str, Query(alias="format")]
Id = Annotated[str, Path(pattern="^[a-z][a-z0-9-]{0,62}$")]
Name = Annotated[str, Query(max_length=200)]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
AT = "/datasets/map"


def _desk(visit: Visit) -> Desk:
    return Desk(visit.node.home)


def _manages(visit: Visit) -> bool:
    return visit.may(Permission.DATA_DATASET_MANAGE)


def _draft(visit: Visit, id_: str) -> DatasetMapping:
    return there(_desk(visit).draft(id_))


@router.get("/datasets/map")
def pick(visit: Reader, format_: Format = "") -> Response:
    """The tables that can be mapped, and the drafts in hand."""
    view = reading.pick(_desk(visit), manages=_manages(visit))
    if format_ in FORMATS:
        rows = [
            {"id": each.id, "title": each.title, "standard": each.standard, "unconfirmed": list(each.unconfirmed)}
            for each in view.drafts
        ]
        return as_file("drafts", rows, format_)
    return visit.show(view)


@router.post("/datasets/map/upload")
def upload(visit: Manager, form: Form) -> Response:
    """Keep a file in the node's datasets folder, and look at it."""
    desk = _desk(visit)
    try:
        name = desk.upload(form.file_name("upload"), form.file("upload", MOST_UPLOADED + 1))
    except EasementError as error:
        wrong = Wrong("upload", reading.told(error))
        return visit.show(replace(reading.pick(desk, manages=True), errors=(wrong,)), status=WRONG)
    return see(f"{AT}/look?{reading.address(Table(file=name))}")


@router.get("/datasets/map/look")
def look(visit: Reader, file: Name = "", database: Name = "", table: Name = "", format_: Format = "") -> Response:
    """What a table looks like."""
    asked = Table(file, database, table)
    try:
        view = reading.look_page(_desk(visit), asked, visit.now.date(), manages=_manages(visit))
    except EasementError as error:
        return _unread(visit, asked.called, error)
    if format_ == "json":
        return as_file("columns", [each.as_dict() for each in view.profile.columns], format_)
    if format_ == "csv":
        rows = [
            asdict(each) | {"could_be": list(each.could_be), "shown": [value for value, _ in each.shown]}
            for each in view.columns
        ]
        return as_file("columns", rows, format_)
    return visit.show(view)


def _unread(visit: Visit, called: str, error: EasementError) -> Response:
    what = error.what[:1].upper() + error.what[1:]
    remedy = error.remedy[:1].upper() + error.remedy[1:]
    return visit.show(MapUnread(called=called, problem=what, remedy=remedy), status=WRONG)


@router.post("/datasets/map/drafts")
def begin(visit: Manager, form: Form) -> Response:
    """Have a mapping proposed."""
    desk, asked = _desk(visit), Table(form.text("file"), form.text("database"), form.text("table"))
    id_, title, ref = form.text("id"), form.text("title")[:200], form.text("standard")
    try:
        desk.begin(asked, ref, id_, title, visit.node.organisation, visit.now.date())
    except EasementError as error:
        try:
            view = reading.look_page(desk, asked, visit.now.date(), manages=True)
        except EasementError as unreadable:
            return _unread(visit, asked.called, unreadable)
        wrong = Wrong("standard" if "standard" in error.what else "id", reading.told(error))
        return visit.show(replace(view, id=id_[:63], title=title, ref=ref, errors=(wrong,)), status=WRONG)
    return see(f"{AT}/drafts/{id_}")


@router.get("/datasets/map/drafts/{id_}")
def draft(visit: Reader, id_: Id, format_: Format = "") -> Response:
    """What is proposed for each element."""
    held = _draft(visit, id_)
    try:
        view = reading.draft_page(_desk(visit), held, manages=_manages(visit))
    except EasementError as error:
        return _unread(visit, held.title, error)
    if format_ in FORMATS:
        return as_file("elements", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.post("/datasets/map/drafts/{id_}")
def choose(visit: Manager, id_: Id, form: Form) -> Response:
    """Keep what was chosen."""
    desk, held = _desk(visit), _draft(visit, id_)
    names = desk.standard_of(held).elements
    columns, dates, reasons = (
        {name: text[:500] for name in names if (text := form.text(f"{what}.{name}"))}
        for what in ("column", "dates", "reason")
    )
    try:
        desk.keep(reading.with_choices(desk, held, columns, dates, reasons))
    except EasementError as error:
        view = reading.draft_page(desk, held, manages=True)
        where = next((name for name in names if f"`{name}`" in error.what), next(iter(names)))
        wrong = Wrong(f"column.{where}", reading.told(error))
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    return see(f"{AT}/drafts/{id_}/{'mend' if form.text('go') == 'on' else ''}".rstrip("/"))


@router.get("/datasets/map/drafts/{id_}/mend")
def mend(visit: Reader, id_: Id, format_: Format = "") -> Response:
    """What does not map, with the rows to mend."""
    desk, held = _desk(visit), _draft(visit, id_)
    try:
        if format_ in FORMATS:
            found = studio.rows_to_mend(desk.place_of(held), held, desk.standard_of(held), values=_manages(visit))
            return as_file("to-mend", [asdict(each) for each in found], format_)
        return visit.show(reading.mend_page(desk, held, manages=_manages(visit)))
    except EasementError as error:
        return _unread(visit, held.title, error)


@router.post("/datasets/map/drafts/{id_}/mend")
def say_codes(visit: Manager, id_: Id, form: Form) -> Response:
    """Say what values mean that are no code yet."""
    desk, held = _desk(visit), _draft(visit, id_)
    said = {name: form.text(name) for name in form.form if name.startswith("code-")}
    desk.keep(reading.with_codes(desk, held, said))
    return see(f"{AT}/drafts/{id_}/mend")


@router.get("/datasets/map/drafts/{id_}/preview")
def preview(visit: Reader, id_: Id, rows: Name = "", format_: Format = "") -> Response:
    """Rows as the mapping makes them."""
    held = _draft(visit, id_)
    try:
        view = reading.preview_page(_desk(visit), held, manages=_manages(visit), dummy=rows == "invented")
    except EasementError as error:
        return _unread(visit, held.title, error)
    if format_ in FORMATS:
        lines = [
            {"row": each.row, "element": name, "raw": each.raw[name], "mapped": value}
            for each in view.rows
            for name, value in each.mapped.items()
        ]
        return as_file("preview", lines, format_)
    return visit.show(view)


@router.get("/datasets/map/drafts/{id_}/confirm")
def confirm_form(visit: Manager, id_: Id) -> Response:
    """What is to be stood for."""
    return visit.show(reading.confirm_page(_desk(visit), _draft(visit, id_)))


@router.post("/datasets/map/drafts/{id_}/confirm")
def confirm(visit: Manager, id_: Id, form: Form) -> Response:
    """Put it in force."""
    desk, held, why = _desk(visit), _draft(visit, id_), form.text("why")[:2000]
    view = replace(reading.confirm_page(desk, held), why=why)
    if not why:
        wrong = Wrong("why", say("Say why it is right: what you checked it against, or with whom"))
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    try:
        desk.put_in_force(id_, by=visit.identity.name, why=why, now=visit.now)
    except EasementError as error:
        wrong = Wrong("why", reading.told(error))
        return visit.show(replace(view, errors=(wrong,)), status=HTTPStatus.CONFLICT)
    return see(f"/datasets/{id_}")


@router.post("/datasets/map/drafts/{id_}/drop")
def drop(visit: Manager, id_: Id, _form: Form) -> Response:
    """Forget a draft."""
    _desk(visit).drop(_draft(visit, id_).id)
    return see(AT)
