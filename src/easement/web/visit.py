"""Who looks at a page, and whether they may: every route says which permissions open it, or that signing in does."""

import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TypeVar

from jinja2 import Environment
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from easement.ledger.service import utc_now
from easement.node.home import Node
from easement.staff.model import Identity
from easement.staff.oidc import OidcClient
from easement.staff.permissions import Permission
from easement.web.assets import Assets
from easement.web.environment import render
from easement.web.reading.entry import who_is
from easement.web.security import HEADERS, Cookies, comes_from_here, form_token
from easement.web.states import States
from easement.web.views.page import Chrome, View

__all__ = [
    "SECTIONS",
    "Desk",
    "Missing",
    "NotAllowed",
    "NotSignedIn",
    "Posted",
    "StaleForm",
    "Visit",
    "desk_of",
    "posted",
    "show",
    "there",
    "visitor",
]

SECTIONS = {
    "ask": (Permission.DISCLOSURE_PERSON_ASK,),
    "picture": (Permission.DISCLOSURE_PERSON_ASK,),
    "corrections": (Permission.DATA_CORRECTION_MANAGE, Permission.DISCLOSURE_PERSON_ASK),
    "assess": (Permission.AGREEMENT_ASSESSMENT_WRITE,),
    "disclosures": (Permission.DISCLOSURE_RECORD_READ, Permission.AUDIT_LEDGER_READ),
    "refusals": (Permission.DISCLOSURE_RECORD_READ, Permission.AUDIT_LEDGER_READ),
    "proposals": (Permission.AGREEMENT_PROPOSAL_READ, Permission.AGREEMENT_DRAFT_WRITE),
    "matches": (Permission.LINKAGE_PAIR_REVIEW, Permission.LINKAGE_PAIR_LEAD),
    "agreements": (Permission.DISCLOSURE_RECORD_READ, Permission.AUDIT_LEDGER_READ),
    "datasets": (Permission.DATA_DATASET_READ,),
    "jobs": (Permission.DATA_JOB_RUN,),
    "members": (Permission.EXCHANGE_MEMBER_READ,),
    "staff": (Permission.STAFF_ACCOUNT_MANAGE, Permission.STAFF_KEY_MANAGE),
    "ledger": (Permission.AUDIT_LEDGER_READ, Permission.DISCLOSURE_RECORD_READ),
    "concerns": (Permission.REGISTER_CONCERN_ANSWER,),
}
"""The sections of the pages, and the permissions of which one opens each."""

PUBLIC = frozenset({"register", "standards"})
"""The sections that are open to anybody."""

Found = TypeVar("Found")

MOST_FIELDS, MOST_BYTES = 600, 256 * 1024
"""Fields of one form, and bytes of one of them; a receipt is the longest and stays below."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What all pages of a node share."""

    node: Node
    templates: Environment
    assets: Assets
    cookies: Cookies
    states: States
    openid: OidcClient | None = None
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in. `token` is their session's secret."""

    desk: Desk
    identity: Identity
    token: str
    now: datetime

    @property
    def node(self) -> Node:
        """The node whose page it is."""
        return self.desk.node

    def may(self, *permissions: Permission) -> bool:
        """Whether one of these permissions is theirs."""
        return any(self.identity.may(permission) for permission in permissions)

    def show(self, view: View, *, status: int = HTTPStatus.OK) -> Response:
        """The page of a view, in their frame."""
        sections = frozenset(name for name, permissions in SECTIONS.items() if self.may(*permissions))
        chrome = Chrome(
            organisation=organisation_name(self.node),
            assets=self.desk.assets,
            csrf=form_token(self.node.master_key, self.token),
            who=self.identity.name,
            open=sections | PUBLIC | {"home"},
            section=view.section,
        )
        return _page(self.desk, view, chrome, status)


class NotSignedIn(Exception):
    """Nobody is signed in; the page for that is another one."""


class NotAllowed(Exception):
    """Somebody is signed in who may not do this."""


class StaleForm(Exception):
    """A form that is not of this browser's session."""


class Missing(Exception):
    """There is nothing here that this person may see."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent back, checked to be ours."""

    form: FormData

    def text(self, name: str) -> str:
        """One field without blanks around it; empty where it was not sent."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """One field exactly as it was typed."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be sent several times."""
        return tuple(value for value in self.form.getlist(name) if isinstance(value, str))

    def day(self, name: str) -> date | None:
        """A date typed as three numbers, or nothing; raises `ValueError` for one that never was."""
        day, month, year = (self.text(f"{name}-{part}") for part in ("day", "month", "year"))
        return date(int(year), int(month), int(day)) if day or month or year else None

    def file(self, name: str, most: int = MOST_BYTES) -> bytes:
        """The bytes of a file, at most `most`; empty where none was chosen."""
        value = self.form.get(name)
        return value.file.read(most) if isinstance(value, UploadFile) else b""

    def file_name(self, name: str) -> str:
        """What the file is called where it came from; empty where none was chosen."""
        value = self.form.get(name)
        return (value.filename or "")[:100] if isinstance(value, UploadFile) else ""


def desk_of(request: Request) -> Desk:
    """What all pages share."""
    desk: Desk = request.app.state.desk
    return desk


def visitor(*permissions: Permission) -> Callable[[Request], Visit]:
    """A route's dependency: who is signed in, if one of `permissions` is theirs; with none named, signing in is enough.

    Raises `NotSignedIn` or `NotAllowed`. `permissions` stands on the dependency too, for the test that holds every
    route to having one.
    """

    def visit(request: Request) -> Visit:
        desk = desk_of(request)
        token, now = request.cookies.get(desk.cookies.session, ""), desk.clock()
        identity = who_is(desk.node, token, now) if token else None
        if identity is None:
            raise NotSignedIn
        if permissions and not any(identity.may(permission) for permission in permissions):
            raise NotAllowed
        return Visit(desk, identity, token, now)

    visit.permissions = permissions  # type: ignore[attr-defined]  # a mark for whoever lists the routes
    return visit


async def posted(request: Request) -> AsyncIterator[Posted]:
    """A route's dependency: the form sent, held against the token made for this browser; raises `StaleForm`."""
    desk = desk_of(request)
    cookie = request.cookies.get(desk.cookies.session) or request.cookies.get(desk.cookies.visit)
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES) as form:
        sent, expected = form.get("csrf"), form_token(desk.node.master_key, cookie or "")
        if not cookie or not isinstance(sent, str) or not _same(sent, expected) or not comes_from_here(request):
            raise StaleForm
        yield Posted(form)


def there(found: Found | None) -> Found:
    """What was looked for; raises `Missing` where there is none, or none that this person may see."""
    if found is None:
        raise Missing
    return found


def show(request: Request, view: View, *, csrf: str = "", status: int = HTTPStatus.OK) -> Response:
    """The page of a view for nobody in particular."""
    desk = desk_of(request)
    chrome = Chrome(
        organisation=organisation_name(desk.node),
        assets=desk.assets,
        csrf=csrf,
        open=PUBLIC,
        section=view.section,
    )
    return _page(desk, view, chrome, status)


def organisation_name(node: Node) -> str:
    """The name that people know a node's organisation by."""
    return node.settings.organisation.name or node.organisation


def _page(desk: Desk, view: View, chrome: Chrome, status: int) -> Response:
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return HTMLResponse(render(desk.templates, view, chrome), status_code=int(status), headers=headers)


def _same(sent: str, expected: str) -> bool:
    return hmac.compare_digest(sent.encode(), expected.encode())
