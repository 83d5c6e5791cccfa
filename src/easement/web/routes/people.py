"""Staff, roles, training and keys. Every change is a form; a secret is shown once, on the page that answers it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.base.errors import EasementError
from easement.staff import service as staff
from easement.staff.keys import LONGEST
from easement.staff.permissions import NodeRole, Permission
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import people as reading
from easement.web.route import pages, see
from easement.web.views.page import Wrong
from easement.web.views.people import KeyMade, KeyPage, PersonInvited, PersonPage
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/staff…` and `/keys…`."""

Manager = Annotated[Visit, Depends(visitor(Permission.STAFF_ACCOUNT_MANAGE))]
KeyManager = Annotated[Visit, Depends(visitor(Permission.STAFF_KEY_MANAGE))]
Form = Annotated[Posted, Depends(posted)]
Id = Annotated[str, Path(pattern="^[a-z0-9]{1,64}$")]
Format = Annotated[str, Query(alias="format")]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


def _told(error: EasementError) -> str:
    text = f"{error.what}: {error.remedy}" if error.remedy else error.what
    return text[:1].upper() + text[1:]


@router.get("/staff")
def people(visit: Manager, format_: Format = "") -> Response:
    """Everybody who has an account."""
    view = reading.people(visit.node, visit.identity)
    if format_ in FORMATS:
        return as_file("staff", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/staff/new")
def new_person(visit: Manager) -> Response:
    """The form to let somebody in."""
    return visit.show(reading.new_person())


@router.post("/staff/new")
def add_person(visit: Manager, form: Form) -> Response:
    """Let somebody in, and show the way in once."""
    name, chosen = form.text("name"), form.all("role")
    roles = [role for role in NodeRole if role.value in chosen]
    try:
        invited = staff.add_person(visit.node, name, by=visit.identity.id, now=visit.now, roles=roles)
    except EasementError as error:
        view = replace(reading.new_person(chosen, name[:100]), errors=(Wrong("name", _told(error)),))
        return visit.show(view, status=WRONG)
    return _invitation(visit, invited.account_id, name, invited.token, invited.expires)


def _invitation(visit: Visit, id_: str, name: str, token: str, expires: datetime) -> Response:
    return visit.show(PersonInvited(id=id_, name=name, code=token, expires=expires))


def _person(visit: Visit, id_: str) -> PersonPage:
    return there(reading.person(visit.node, visit.identity, id_, visit.now))


def _done(
    visit: Visit, view: PersonPage | KeyPage, act: Callable[[], object], *, field: str, path: str, done: str
) -> Response:
    """Do something to an account or a key and show its page again; or say beside the field why it cannot be."""
    try:
        act()
    except EasementError as error:
        return visit.show(replace(view, errors=(Wrong(field, _told(error)),)), status=WRONG)
    return see(f"{path}?done={done}")


DONE = ("roles", "granted", "revoked", "trained", "enabled", "disabled")
"""What a page may say was done, as its address says it."""


@router.get("/staff/{id_}")
def person(visit: Manager, id_: Id, done: str = "") -> Response:
    """One account."""
    return visit.show(replace(_person(visit, id_), done=done if done in DONE else ""))


@router.post("/staff/{id_}/roles")
def set_roles(visit: Manager, id_: Id, form: Form) -> Response:
    """Say what somebody is at the node."""
    view, by = _person(visit, id_), visit.identity.id
    roles = [role for role in NodeRole if role.value in form.all("role")]
    act = partial(staff.set_roles, visit.node, id_, roles, by=by, now=visit.now)
    return _done(visit, view, act, field="role", path=f"/staff/{id_}", done="roles")


@router.post("/staff/{id_}/grants")
def grant(visit: Manager, id_: Id, form: Form) -> Response:
    """Give somebody a role under an agreement."""
    return _grant(visit, _person(visit, id_), form, f"/staff/{id_}")


def _grant(visit: Visit, view: PersonPage | KeyPage, form: Posted, path: str) -> Response:
    offer = next((each for each in view.offers if each.code == form.text("offer")), None)
    if offer is None:
        wrong = Wrong("offer", say("Choose a role"))
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    try:
        ends = form.day("until")
    except ValueError:
        wrong = Wrong("until-day", say("The last day must be a real date, such as 27 3 2027"))
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    agreement_id, _slash, role = offer.code.partition("/")
    until = datetime.combine(ends + timedelta(days=1), time(), UTC) if ends else None
    by, now = visit.identity.id, visit.now
    act = partial(staff.grant, visit.node, view.line.id, agreement_id, role, by=by, now=now, expires=until)
    return _done(visit, view, act, field="offer", path=path, done="granted")


@router.post("/staff/{id_}/grants/revoke")
def revoke_grant(visit: Manager, id_: Id, form: Form) -> Response:
    """Take a role under an agreement away."""
    return _revoke_grant(visit, _person(visit, id_), form, f"/staff/{id_}")


def _revoke_grant(visit: Visit, view: PersonPage | KeyPage, form: Posted, path: str) -> Response:
    agreement_id, role, by = form.text("agreement"), form.text("role"), visit.identity.id
    act = partial(staff.revoke_grant, visit.node, view.line.id, agreement_id, role, by=by, now=visit.now)
    return _done(visit, view, act, field="offer", path=path, done="revoked")


@router.post("/staff/{id_}/training")
def record_training(visit: Manager, id_: Id, form: Form) -> Response:
    """Record a course that somebody passed."""
    view, by = _person(visit, id_), visit.identity.id
    days: dict[str, date | None] = {}
    for name in ("passed", "expires"):
        try:
            days[name] = form.day(name)
        except ValueError:
            wrong = Wrong(f"{name}-day", say("This must be a real date, such as 27 3 2026"))
            return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    code, passed, expires = form.text("course"), days["passed"], days["expires"]
    if passed is None:
        wrong = Wrong("passed-day", say("Say when it was passed"))
        return visit.show(replace(view, errors=(wrong,)), status=WRONG)
    act = partial(staff.record_training, visit.node, id_, code, passed, by=by, now=visit.now, expires=expires)
    return _done(visit, view, act, field="course", path=f"/staff/{id_}", done="trained")


@router.post("/staff/{id_}/disable")
def disable(visit: Manager, id_: Id, form: Form) -> Response:
    """Shut somebody out."""
    act = partial(staff.disable, visit.node, id_, by=visit.identity.id, now=visit.now)
    return _done(visit, _person(visit, id_), act, field="state", path=f"/staff/{id_}", done="disabled")


@router.post("/staff/{id_}/enable")
def enable(visit: Manager, id_: Id, form: Form) -> Response:
    """Let somebody sign in again."""
    act = partial(staff.enable, visit.node, id_, by=visit.identity.id, now=visit.now)
    return _done(visit, _person(visit, id_), act, field="state", path=f"/staff/{id_}", done="enabled")


@router.post("/staff/{id_}/reset")
def reset(visit: Manager, id_: Id, form: Form) -> Response:
    """Take somebody's password and authenticator away, and show their new way in once."""
    view = _person(visit, id_)
    try:
        invited = staff.reset_password(visit.node, id_, by=visit.identity.id, now=visit.now)
    except EasementError as error:
        return visit.show(replace(view, errors=(Wrong("state", _told(error)),)), status=WRONG)
    return _invitation(visit, id_, view.line.name, invited.token, invited.expires)


@router.get("/keys")
def keys(visit: KeyManager, format_: Format = "") -> Response:
    """Every key that was ever made."""
    view = reading.keys(visit.node, visit.now)
    if format_ in FORMATS:
        return as_file("keys", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/keys/new")
def new_key(visit: KeyManager) -> Response:
    """The form to make a key."""
    return visit.show(reading.new_key())


@router.post("/keys/new")
def make_key(visit: KeyManager, form: Form) -> Response:
    """Make a key, and show its text once."""
    name, chosen, days = form.text("name"), form.all("scope"), form.text("days")
    shown = reading.new_key(chosen, name[:100], days[:10])
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:6]) <= LONGEST.days):
        wrong = Wrong("days", say("Say for how many days the key works, from 1 to 366"))
        return visit.show(replace(shown, errors=(wrong,)), status=WRONG)
    scopes, expires = [each for each in Permission if each.value in chosen], visit.now + timedelta(days=int(days))
    if not scopes:
        wrong = Wrong("scope", say("Choose what the program may do"))
        return visit.show(replace(shown, errors=(wrong,)), status=WRONG)
    try:
        made = staff.make_key(visit.node, name, scopes, expires=expires, by=visit.identity.id, now=visit.now)
    except EasementError as error:
        return visit.show(replace(shown, errors=(Wrong("name", _told(error)),)), status=WRONG)
    return visit.show(KeyMade(line=reading.line_of_key(made.key, visit.now), secret=made.secret))


def _key(visit: Visit, id_: str) -> KeyPage:
    return there(reading.key(visit.node, id_, visit.now))


@router.get("/keys/{id_}")
def key(visit: KeyManager, id_: Id, done: str = "") -> Response:
    """One key."""
    return visit.show(replace(_key(visit, id_), done=done if done in DONE else ""))


@router.post("/keys/{id_}/revoke")
def revoke_key(visit: KeyManager, id_: Id, form: Form) -> Response:
    """Stop a key from working."""
    act = partial(staff.revoke_key, visit.node, id_, by=visit.identity.id, now=visit.now)
    return _done(visit, _key(visit, id_), act, field="state", path=f"/keys/{id_}", done="revoked")


@router.post("/keys/{id_}/grants")
def grant_key(visit: KeyManager, id_: Id, form: Form) -> Response:
    """Give a program a role under an agreement."""
    return _grant(visit, _key(visit, id_), form, f"/keys/{id_}")


@router.post("/keys/{id_}/grants/revoke")
def revoke_grant_of_key(visit: KeyManager, id_: Id, form: Form) -> Response:
    """Take a program's role under an agreement away."""
    return _revoke_grant(visit, _key(visit, id_), form, f"/keys/{id_}")
