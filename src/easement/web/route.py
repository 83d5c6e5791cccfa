"""One route of the pages: whatever is raised within it ends as a page that a person can read."""

import uuid
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from easement.api.problems import Problem
from easement.base.errors import EasementError, StorageFailed
from easement.node import logs
from easement.web.security import HEADERS
from easement.web.views.entry import Failed, Forbidden, NotFound, Stale, Unavailable
from easement.web.views.page import View
from easement.web.visit import Missing, NotAllowed, NotSignedIn, StaleForm, desk_of, show, visitor

__all__ = ["PageRoute", "error_page", "pages", "see"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Handler:
        """The handler, with what can go wrong in it caught."""
        answer = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await answer(request)
            except NotSignedIn:
                return _to_sign_in(request)
            except (NotAllowed, StaleForm, Missing, StorageFailed) as expected:
                return error_page(request, *_known(expected))
            except (EasementError, HTTPException, RequestValidationError, Problem):
                raise  # the app shows these, as pages too
            except Exception as error:
                reference = request.scope.get("easement.request_id") or str(uuid.uuid4())
                logs.log("an error that nobody foresaw", level="error", request=reference, **logs.place(error))
                return error_page(request, Failed(reference=reference), HTTPStatus.INTERNAL_SERVER_ERROR)

        return handled


def _known(error: Exception) -> tuple[View, HTTPStatus]:
    match error:
        case NotAllowed():
            return Forbidden(), HTTPStatus.FORBIDDEN
        case StaleForm():
            return Stale(), HTTPStatus.FORBIDDEN
        case StorageFailed():
            return Unavailable(), HTTPStatus.SERVICE_UNAVAILABLE
    return NotFound(), HTTPStatus.NOT_FOUND


def _to_sign_in(request: Request) -> Response:
    """The way in, and back to the page that was wanted; a form that was sent is not sent again by itself."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(wanted)}" if request.method == "GET" and wanted != "/" else ""
    return see(f"/sign-in{back}")


def see(path: str) -> Response:
    """Go on to another page of this node; a form that led here is not sent again by going back."""
    return RedirectResponse(path, int(HTTPStatus.SEE_OTHER), headers={**HEADERS, "Cache-Control": "no-store"})


def error_page(request: Request, view: View, status: int) -> Response:
    """The page of an error, in the frame of whoever is signed in."""
    try:
        visit = visitor()(request)
    except Exception:  # whatever went wrong before may be why nobody can be known now
        desk_of(request)
        return show(request, view, status=status)
    return visit.show(view, status=status)


def pages() -> APIRouter:
    """A router for pages; they are no part of what programs are told of."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)
