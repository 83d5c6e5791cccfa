"""Signing in at an OpenID Connect provider: there and back. What the browser keeps meanwhile is sealed."""

from http import HTTPStatus
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from easement.staff.oidc import COOKIE_SECONDS
from easement.web.language import say
from easement.web.reading import openid
from easement.web.route import pages, see
from easement.web.routes.entry import let_in, way_in
from easement.web.security import HEADERS, path_here
from easement.web.views.entry import SignIn
from easement.web.views.page import Wrong
from easement.web.visit import Missing, desk_of

__all__ = ["router"]

router = pages()
"""`/sign-in/openid…`."""


@router.get("/sign-in/openid")
def begin(request: Request, next: str = "/", code: str = "") -> Response:  # noqa: A002 - the word that addresses use
    """Send the browser to the provider; with an invitation's code, whoever comes back is linked to its account."""
    desk = desk_of(request)
    if desk.openid is None:
        raise Missing
    begun = openid.begin(desk.node, desk.openid, desk.clock(), code)
    if begun is None:
        wrong = Wrong("openid", say("The sign-in service of your organisation does not answer. Try again later"))
        return way_in(request, SignIn(next=path_here(next), errors=(wrong,)), HTTPStatus.SERVICE_UNAVAILABLE)
    answer = RedirectResponse(begun.url, int(HTTPStatus.SEE_OTHER), headers={**HEADERS, "Cache-Control": "no-store"})
    desk.cookies.give(answer, desk.cookies.openid, f"{begun.cookie}.{quote(path_here(next), safe='')}", COOKIE_SECONDS)
    return answer


@router.get("/sign-in/openid/return")
def finish(request: Request) -> Response:
    """Let in whoever the provider sent back and this node knows."""
    desk = desk_of(request)
    if desk.openid is None:
        raise Missing
    cookie, _dot, leads = request.cookies.get(desk.cookies.openid, "").partition(".")
    came = {name: values[0] for name, values in parse_qs(request.url.query).items()}
    earlier = request.cookies.get(desk.cookies.session, "")
    opened = openid.finish(desk.node, desk.openid, cookie, came, now=desk.clock(), earlier=earlier)
    if isinstance(opened, str):
        answer = way_in(
            request, SignIn(errors=(Wrong("openid", opened[:1].upper() + opened[1:]),)), HTTPStatus.FORBIDDEN
        )
    else:
        path = parse_qs(f"path={leads}").get("path", ["/"])[0]
        answer = let_in(request, see(path_here(path)), opened)
    desk.cookies.take(answer, desk.cookies.openid)
    return answer
