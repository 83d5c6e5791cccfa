"""What guards a page in the browser: headers, cookies, the token of a form, and where it may lead next."""

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from easement.node.model import ServerSettings

__all__ = ["HEADERS", "Cookies", "comes_from_here", "cookies_for", "form_token", "path_here"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every page and file: nothing from elsewhere, nothing inline, nowhere inside another site's frame."""

LABEL = b"easement-web-form/1"
"""Sets the key of form tokens apart from everything else that is derived from the node's master key."""

LONGEST_PATH = 500


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of a node's cookies, and whether browsers may send them over TLS alone.

    `session` is whoever is signed in, `visit` a browser where nobody is, `device` one where somebody was before;
    `openid` is what it keeps while somebody signs in elsewhere.
    Browsers keep cookies by host and not by port, so the organisation stands in the name: several nodes on one machine
    do not overwrite each other's.
    """

    session: str
    visit: str
    device: str
    openid: str
    secure: bool

    def give(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Set one of them: no script sees it, and no other site's form sends it."""
        answer.set_cookie(name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax")

    def take(self, answer: Response, name: str) -> None:
        """Have the browser forget one of them."""
        answer.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")


def cookies_for(organisation: str, server: ServerSettings) -> Cookies:
    """A node's cookies. Only one that listens in the clear to this machine alone sends them without TLS."""
    alone = server.host in {"127.0.0.1", "::1", "localhost"}
    reached = urlsplit(server.url).scheme or ("https" if server.tls_certificate else "http")
    clear = alone and reached == "http" and not server.tls_certificate
    prefix = "" if clear else "__Host-"
    name = f"{prefix}easement-{organisation}"
    return Cookies(name, f"{name}-visit", f"{name}-device", f"{name}-openid", secure=not clear)


def form_token(master_key: bytes, cookie: str) -> str:
    """What a form must send back: bound to the cookie of the browser that it was made for."""
    return hmac.digest(hmac.digest(master_key, LABEL, "sha256"), cookie.encode(), "sha256").hex()


def comes_from_here(request: Request) -> bool:
    """Whether a browser says that a form was sent from a page of this node, or is too old to say."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


def path_here(wanted: str) -> str:
    """A path of this node as it was asked for, or `/` for anything that could lead elsewhere."""
    plain = wanted.isascii() and wanted.isprintable() and len(wanted) <= LONGEST_PATH
    if not plain or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or "\\" in wanted:
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc or " " in wanted else wanted
