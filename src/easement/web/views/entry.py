"""Signing in and out, the home page, and the pages for what went wrong."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from easement.web.views.page import View

__all__ = [
    "Codes",
    "Enrol",
    "Failed",
    "Forbidden",
    "Home",
    "Invited",
    "NotFound",
    "Password",
    "SignIn",
    "SignedOut",
    "Stale",
    "Unavailable",
    "Waiting",
]


@dataclass(frozen=True, kw_only=True)
class SignIn(View):
    """The way in. `next` is where it leads, a path of this node; `openid` says whether there is another way in."""

    template: ClassVar[str] = "entry/sign_in.html"
    next: str = "/"
    name: str = ""
    local: bool = True
    openid: bool = False
    second_factor: bool = True


@dataclass(frozen=True, kw_only=True)
class Invited(View):
    """Where somebody types their invitation."""

    template: ClassVar[str] = "entry/invited.html"


@dataclass(frozen=True, kw_only=True)
class Enrol(View):
    """First sign-in: a password of one's own, and the secret for an authenticator, shown until it is used."""

    template: ClassVar[str] = "entry/enrol.html"
    invitation: str
    name: str
    secret: str
    uri: str
    second_factor: bool
    local: bool = True
    openid: bool = False


@dataclass(frozen=True, kw_only=True)
class Codes(View):
    """Recovery codes, shown this once."""

    template: ClassVar[str] = "entry/codes.html"
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Password(View):
    """Another password for oneself."""

    template: ClassVar[str] = "entry/password.html"
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class SignedOut(View):
    """Nobody is signed in any more."""

    template: ClassVar[str] = "entry/signed_out.html"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the person: what, as a word that the page explains, how many, and where to see to it."""

    what: str
    count: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Home(View):
    """What waits for the person, and what they may ask about. `courses` are those of theirs that run out soon."""

    template: ClassVar[str] = "entry/home.html"
    section: ClassVar[str] = "home"
    name: str
    waiting: tuple[Waiting, ...]
    roles: tuple[tuple[str, str], ...]
    stopped: bool = False
    courses: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotFound(View):
    """404: nothing here that the person may see."""

    template: ClassVar[str] = "errors/not_found.html"


@dataclass(frozen=True, kw_only=True)
class Forbidden(View):
    """403: signed in, but not for this."""

    template: ClassVar[str] = "errors/forbidden.html"


@dataclass(frozen=True, kw_only=True)
class Stale(View):
    """403: a form that did not come from a page of this browser's session, or came too late."""

    template: ClassVar[str] = "errors/stale.html"


@dataclass(frozen=True, kw_only=True)
class Failed(View):
    """500: something that nobody foresaw, or a request that could not be read."""

    template: ClassVar[str] = "errors/failed.html"
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Unavailable(View):
    """503: the node cannot keep entries, so it discloses nothing; or it has too much in hand."""

    template: ClassVar[str] = "errors/unavailable.html"
