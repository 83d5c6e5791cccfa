"""Signing in and out, the first sign-in, one's own password, and the home page."""

import secrets
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from easement.base.errors import Refused, UsageError
from easement.staff.model import SignedIn
from easement.web.language import say
from easement.web.reading import entry
from easement.web.route import pages, see
from easement.web.security import form_token, path_here
from easement.web.views.entry import Codes, Invited, Password, SignedOut, SignIn
from easement.web.views.page import View, Wrong
from easement.web.visit import Posted, Visit, desk_of, posted, show, visitor

__all__ = ["let_in", "router", "way_in"]

router = pages()
"""`/`, `/sign-in…`, `/enrol…`, `/account/…`, `/sign-out`, `/signed-out`."""

SignedInVisit = Annotated[Visit, Depends(visitor())]
Form = Annotated[Posted, Depends(posted)]

YEAR = 365 * 86_400


@router.get("/")
def home(visit: SignedInVisit) -> Response:
    """What waits for whoever is signed in."""
    return visit.show(entry.home(visit.node, visit.identity, visit.now))


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/") -> Response:  # noqa: A002 - the word that addresses use
    """The way in; whoever is in already goes on."""
    try:
        visitor()(request)
    except Exception:  # nobody is signed in, for whatever reason
        return way_in(request, SignIn(next=path_here(next)))
    return see(path_here(next))


@router.post("/sign-in")
def sign_in(request: Request, form: Form) -> Response:
    """Let somebody in who knows name, password and code."""
    desk, leads = desk_of(request), path_here(form.text("next"))
    name, password = form.text("name"), form.secret("password")
    shown = SignIn(next=leads, name=name[:100])
    errors = [] if name else [Wrong("name", say("Type your user name"))]
    errors += [] if password else [Wrong("password", say("Type your password"))]
    if errors:
        return way_in(request, replace(shown, errors=tuple(errors)), HTTPStatus.UNPROCESSABLE_ENTITY)
    opened = entry.sign_in(
        desk.node,
        name,
        password,
        form.text("code"),
        now=desk.clock(),
        source=_source(request),
        device=request.cookies.get(desk.cookies.device, ""),
        earlier=request.cookies.get(desk.cookies.session, ""),
    )
    if opened is None:
        text = say("The name, password or code is not right. A code works once: wait for the next one")
        return way_in(request, replace(shown, errors=(Wrong("name", text),)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return let_in(request, see(leads), opened)


@router.get("/enrol")
def invitation(request: Request) -> Response:
    """The first way in. The invitation's code is typed: an address is kept in logs and histories, and passed on."""
    return way_in(request, Invited())


@router.post("/enrol/invitation")
def use_invitation(request: Request, form: Form) -> Response:
    """The invitation's code as it was typed."""
    view = entry.enrolment(desk_of(request).node, form.text("invitation"), desk_of(request).clock())
    return way_in(request, view or _gone(), HTTPStatus.OK if view else HTTPStatus.UNPROCESSABLE_ENTITY)


@router.post("/enrol")
def enrol(request: Request, form: Form) -> Response:
    """Set password and authenticator, and show the recovery codes once."""
    desk, code = desk_of(request), form.text("code")
    now, given = desk.clock(), form.text("invitation")
    shown = entry.enrolment(desk.node, given, now)
    if shown is None:
        return way_in(request, _gone(), HTTPStatus.UNPROCESSABLE_ENTITY)
    earlier = request.cookies.get(desk.cookies.session, "")
    try:
        done = entry.enrol(
            desk.node, given, form.secret("password"), code, now=now, source=_source(request), earlier=earlier
        )
    except Refused:
        return way_in(request, _gone(), HTTPStatus.UNPROCESSABLE_ENTITY)
    except UsageError as error:
        where = "code" if "code" in error.what else "password"
        wrong = Wrong(where, _told(error))
        return way_in(request, replace(shown, errors=(wrong,)), HTTPStatus.UNPROCESSABLE_ENTITY)
    if not done.recovery_codes:
        return let_in(request, see("/"), done.signed_in)
    page = Visit(desk, done.signed_in.identity, done.signed_in.token, now).show(Codes(codes=done.recovery_codes))
    return let_in(request, page, done.signed_in)


@router.get("/account/password")
def password_form(visit: SignedInVisit) -> Response:
    """Another password for oneself."""
    return visit.show(Password())


@router.post("/account/password")
def change_password(request: Request, visit: SignedInVisit, form: Form) -> Response:
    """Change one's own password; every other session ends."""
    try:
        opened = entry.change_password(
            visit.node,
            visit.identity,
            form.secret("password"),
            form.secret("wanted"),
            now=visit.now,
            source=_source(request),
            device=request.cookies.get(visit.desk.cookies.device, ""),
        )
    except UsageError as error:
        view = Password(errors=(Wrong("wanted", _told(error)),))
        return visit.show(view, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if opened is None:
        wrong = Wrong("password", say("This is not your password. After several tries you must wait"))
        return visit.show(Password(errors=(wrong,)), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    visit.desk.states.forget_all(visit.token)
    page = Visit(visit.desk, opened.identity, opened.token, visit.now).show(Password(done=True))
    return let_in(request, page, opened)


@router.post("/sign-out")
def sign_out(visit: SignedInVisit, form: Form) -> Response:
    """End the session, and have the browser forget what it kept of these pages."""
    entry.leave(visit.node, visit.desk.states, visit.token)
    answer = see("/signed-out")
    visit.desk.cookies.take(answer, visit.desk.cookies.session)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.get("/signed-out")
def signed_out(request: Request) -> Response:
    """Nobody is signed in any more."""
    return show(request, SignedOut())


def way_in(request: Request, view: View, status: int = HTTPStatus.OK) -> Response:
    """A page for nobody yet: its form is bound to a cookie of this browser, made now where there is none."""
    desk, rules = desk_of(request), desk_of(request).node.settings.staff
    if isinstance(view, SignIn):
        view = replace(
            view, local=rules.local_accounts, openid=desk.openid is not None, second_factor=rules.second_factor
        )
    cookie = request.cookies.get(desk.cookies.session) or request.cookies.get(desk.cookies.visit)
    made = "" if cookie else secrets.token_urlsafe(32)
    answer = show(request, view, csrf=form_token(desk.node.master_key, cookie or made), status=status)
    if made:
        desk.cookies.give(answer, desk.cookies.visit, made)
    return answer


def let_in(request: Request, answer: Response, opened: SignedIn) -> Response:
    """Give the browser its session: always a new one, so that none that was planted before is ever worth anything."""
    cookies = desk_of(request).cookies
    cookies.give(answer, cookies.session, opened.token)
    if opened.device:
        cookies.give(answer, cookies.device, opened.device, seconds=YEAR)
    cookies.take(answer, cookies.visit)
    return answer


def _gone() -> Invited:
    text = say("This invitation does not work. It may be used or too old. Ask for a new one")
    return Invited(errors=(Wrong("invitation", text),))


def _told(error: UsageError) -> str:
    text = f"{error.what}: {error.remedy}" if error.remedy else error.what
    return text[:1].upper() + text[1:]


def _source(request: Request) -> str:
    return request.client.host if request.client else ""
