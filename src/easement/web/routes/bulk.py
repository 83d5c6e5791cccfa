"""Asking for many records at once, one step a page. A list is kept sealed for half an hour, and then only as sent."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.base.errors import EasementError, UsageError
from easement.exchange.bulk_body import MAX_LIST
from easement.picture.naming import parts_of
from easement.web.language import say
from easement.web.reading import bulk, cluster, columns
from easement.web.reading.bulk import Order
from easement.web.reading.columns import Sheet, UnreadableList
from easement.web.reading.encodings import Encodings, encodings_of, takes, takes_names
from easement.web.reading.wishes import Asked
from easement.web.route import pages, see
from easement.web.routes.asking import wrong_why
from easement.web.views.bulk import Columns, ManyList, ManyWho, ManyWhy
from easement.web.views.page import Wrong
from easement.web.visit import SECTIONS, Missing, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/jobs/ask…`, and asking how one stands."""

Runner = Annotated[Visit, Depends(visitor(*SECTIONS["jobs"]))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


def _open(visit: Visit, id_: str) -> tuple[Order, Asked]:
    """A request that was not sent yet, and what it is for; raises `Missing`, also where it may no longer be asked."""
    order = Order.of_state(there(visit.desk.states.read(visit.token, id_, visit.now)))
    of = next((each for each in bulk.offered(visit.node, visit.identity, visit.now) if each.key == order.key), None)
    if order.message or of is None:
        raise Missing
    return order, of


def _save(visit: Visit, id_: str, order: Order) -> None:
    visit.desk.states.save(visit.token, id_, order.as_state(), visit.now)


def _given(visit: Visit, order: Order) -> Sheet | Encodings | None:
    kept = visit.desk.states.read(visit.token, order.sheet, visit.now) if order.sheet else None
    return bulk.list_of(kept) if kept else None


def _sheet(visit: Visit, order: Order) -> Sheet | None:
    found = _given(visit, order)
    return found if isinstance(found, Sheet) else None


@router.get("/jobs/ask")
def what_form(visit: Runner) -> Response:
    """What to ask for."""
    return visit.show(bulk.what_form(visit.node, visit.identity, visit.now))


@router.post("/jobs/ask")
def what(visit: Runner, form: Form) -> Response:
    """Begin a request."""
    found = {each.key: each for each in bulk.offered(visit.node, visit.identity, visit.now)}
    view = bulk.what_form(visit.node, visit.identity, visit.now)
    of, purpose = found.get(form.text("share")), form.text("purpose")
    errors = [] if of else [Wrong("share", say("Choose what you want to ask for"))]
    if purpose not in {code for code, _ in (*view.purposes, *view.others)}:
        errors.append(Wrong("purpose", say("Choose what you need the records for")))
    role = form.text("role") if view.roles else of.role if of else ""
    if of and role not in of.roles:
        errors.append(Wrong("role", say("Choose one of your roles that may ask for this: %s") % ", ".join(of.roles)))
    if errors or of is None:
        view = replace(view, chosen=form.text("share"), purpose=purpose, role=role, errors=tuple(errors))
        return visit.show(view, status=WRONG)
    both = bulk.everyone(of) and bulk.by_list(of)
    way = "" if both else "list" if bulk.by_list(of) else "everyone"
    order = Order(of.key, purpose, role, way=way)
    id_ = visit.desk.states.open(visit.token, order.as_state(), visit.now)
    return see(f"/jobs/ask/{id_}/{'who' if both else 'list' if way == 'list' else 'why'}")


@router.get("/jobs/ask/{id_}/who")
def who_form(visit: Runner, id_: Id) -> Response:
    """Everyone, or a list."""
    order, _ = _open(visit, id_)
    return visit.show(ManyWho(journey=id_, back="/jobs/ask", chosen=order.way))


@router.post("/jobs/ask/{id_}/who")
def who(visit: Runner, id_: Id, form: Form) -> Response:
    """Keep whom it is about."""
    order, of = _open(visit, id_)
    way = form.text("who")
    if way not in {"everyone", "list"} or not (bulk.everyone(of) if way == "everyone" else bulk.by_list(of)):
        wrong = Wrong("who", say("Choose whose records you need"))
        return visit.show(ManyWho(journey=id_, back="/jobs/ask", chosen=order.way, errors=(wrong,)), status=WRONG)
    if way == "everyone" and order.sheet:
        visit.desk.states.forget(visit.token, order.sheet)
        order = order.with_(sheet="", file="", people=0, encoded=False, chosen={})
    _save(visit, id_, order.with_(way=way))
    return see(f"/jobs/ask/{id_}/{'list' if way == 'list' else 'why'}")


@router.get("/jobs/ask/{id_}/list")
def list_form(visit: Runner, id_: Id) -> Response:
    """The list."""
    _, of = _open(visit, id_)
    return visit.show(_list(visit, id_, of))


def _list(visit: Visit, id_: str, of: Asked, *errors: Wrong) -> ManyList:
    named = tuple(name for name, _, _ in parts_of(of.offer))
    back = f"/jobs/ask/{id_}/who" if bulk.everyone(of) else "/jobs/ask"
    facts = {"by_name": takes_names(visit.node, of), "encodings": takes(of)}
    return ManyList(journey=id_, back=back, named=named, errors=errors, **facts)


@router.post("/jobs/ask/{id_}/list")
def keep_list(visit: Runner, id_: Id, form: Form) -> Response:
    """Keep the list, sealed, in the place of one that was there before."""
    order, of = _open(visit, id_)
    data = form.file("file", MAX_LIST + 1)
    try:
        encodings = encodings_of(visit.node, of, data)
        people = encodings.people if encodings else len(columns.read_sheet(data).rows)
    except UnreadableList as error:
        return visit.show(_list(visit, id_, of, Wrong("file", str(error))), status=WRONG)
    if order.sheet:
        visit.desk.states.forget(visit.token, order.sheet)
    place = visit.desk.states.open(visit.token, bulk.kept_list(data, encodings), visit.now)
    kept = {"sheet": place, "file": form.file_name("file"), "people": people, "chosen": {}}
    _save(visit, id_, order.with_(way="list", encoded=encodings is not None, **kept))
    return see(f"/jobs/ask/{id_}/{'why' if encodings else 'columns'}")


@router.get("/jobs/ask/{id_}/columns")
def columns_form(visit: Runner, id_: Id) -> Response:
    """Which column says what."""
    order, of = _open(visit, id_)
    sheet = _sheet(visit, order)
    return visit.show(bulk.column_form(id_, order, of, sheet)) if sheet else see(f"/jobs/ask/{id_}/list")


@router.post("/jobs/ask/{id_}/columns")
def keep_columns(visit: Runner, id_: Id, form: Form) -> Response:
    """Keep which column says what, once people could be matched by them."""
    order, of = _open(visit, id_)
    sheet = _sheet(visit, order)
    if sheet is None:
        return see(f"/jobs/ask/{id_}/list")
    names = [name for name, _, _ in parts_of(of.offer)]
    chosen = {name: text for name in (*names, "reference", "date") if (text := form.text(name))}
    view = bulk.column_form(id_, order.with_(chosen=chosen), of, sheet)
    errors = _wrong_columns(view, of, sheet, chosen)
    if errors:
        return visit.show(replace(view, errors=errors), status=WRONG)
    _save(visit, id_, order.with_(chosen=chosen))
    return see(f"/jobs/ask/{id_}/why")


def _wrong_columns(view: Columns, of: Asked, sheet: Sheet, chosen: dict[str, str]) -> tuple[Wrong, ...]:
    named = {slot.name: chosen[slot.name] for slot in view.slots if slot.name in chosen}
    errors = [Wrong(name, say("Choose a column of your list")) for name, at in named.items() if at not in sheet.columns]
    reference = chosen.get("reference", "")
    if reference != columns.LINE and reference not in sheet.columns:
        errors.append(Wrong("reference", say("Choose how you will know your own records again")))
    if errors:
        return tuple(errors)
    if not columns.enough(of.offer, named):
        text = say("Say which columns hold the names and the date of birth, or a number with one of them")
        return (Wrong(view.slots[0].name, text),)
    born = named.get("date_of_birth")
    if born and chosen.get("date") not in columns.DATES:
        return (Wrong("date", say("Choose how dates are written in your list")),)
    if born and columns.unread_dates(sheet.column(born), chosen["date"]) == len(sheet.rows):
        return (Wrong("date", say("None of the dates in your list is written in this way. Choose another")),)
    return ()


@router.get("/jobs/ask/{id_}/why")
def why_form(visit: Runner, id_: Id) -> Response:
    """Why."""
    order, of = _open(visit, id_)
    return visit.show(_why(id_, order, of, order.why))


def _why(id_: str, order: Order, of: Asked, why: str, *errors: Wrong) -> ManyWhy:
    asked = "list" if order.encoded else "columns"
    step = asked if order.way == "list" else "who" if bulk.by_list(of) else ""
    back = f"/jobs/ask/{id_}/{step}" if step else "/jobs/ask"
    return ManyWhy(journey=id_, back=back, why=why, errors=errors)


@router.post("/jobs/ask/{id_}/why")
def why(visit: Runner, id_: Id, form: Form) -> Response:
    """Keep why."""
    order, of = _open(visit, id_)
    said = "\n".join(form.text("why").splitlines())
    if wrong := wrong_why(said):
        return visit.show(_why(id_, order, of, said, wrong), status=WRONG)
    _save(visit, id_, order.with_(why=said))
    return see(f"/jobs/ask/{id_}/check")


@router.get("/jobs/ask/{id_}/check")
def check_form(visit: Runner, id_: Id) -> Response:
    """Everything that will be asked."""
    order, of = _open(visit, id_)
    if step := _missing(order, given := _given(visit, order)):
        return see(f"/jobs/ask/{id_}/{step}")
    return visit.show(bulk.check(visit.node, visit.identity, id_, order, of, given, visit.now))


def _missing(order: Order, given: Sheet | Encodings | None) -> str:
    """The step that is not done yet, or whose list was forgotten; none where all are."""
    if not order.way:
        return "who"
    if order.way == "list" and (given is None or not (order.chosen or order.encoded)):
        return "list" if given is None else "columns"
    return "" if order.why else "why"


@router.post("/jobs/ask/{id_}/check")
def send(visit: Runner, id_: Id, form: Form) -> Response:
    """Ask, once: pressed again, it shows what came of the first."""
    kept = Order.of_state(there(visit.desk.states.read(visit.token, id_, visit.now)))
    if kept.message:
        return see(f"/jobs/{kept.message}")
    order, of = _open(visit, id_)
    given = _given(visit, order) if order.way == "list" else None
    if step := _missing(order, given):
        return see(f"/jobs/ask/{id_}/{step}")
    if not visit.desk.states.claim(visit.token, id_):
        return see("/jobs")
    try:
        consented = form.text("consented") == "yes"
        message = bulk.send(visit.node, visit.identity, order, of, given, visit.now, consented=consented)
    except UsageError as error:
        view = bulk.check(visit.node, visit.identity, id_, order, of, given, visit.now)
        return visit.show(replace(view, errors=(Wrong("send", _told(error)),)), status=WRONG)
    visit.desk.states.forget(visit.token, order.sheet)
    _save(visit, id_, order.with_(message=message, sheet="", file="", why="", chosen={}))
    return see(f"/jobs/{message}")


@router.post("/jobs/{id_}/look")
def look(visit: Runner, id_: Id, form: Form) -> Response:
    """Ask the provider how a set stands. It is a form because another node is asked."""
    job = there(cluster.job(visit.node, visit.identity, id_, visit.now))
    if not job.line.asked_by_us:
        raise Missing
    try:
        bulk.look(visit.node, id_, visit.now)
    except EasementError as error:
        return visit.show(replace(job, failed=error.what), status=HTTPStatus.OK)
    return see(f"/jobs/{id_}")


def _told(error: EasementError) -> str:
    text = f"{error.what}: {error.remedy}" if error.remedy else error.what
    return text[:1].upper() + text[1:]
