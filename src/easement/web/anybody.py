"""Pages that are for anybody: in the frame of whoever is signed in, or of nobody."""

from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from easement.node.home import Node
from easement.web.security import HEADERS
from easement.web.views.page import View
from easement.web.visit import NotSignedIn, Visit, desk_of, show, visitor

__all__ = ["file_headers", "node_now", "shown", "who_looks"]


def who_looks(request: Request) -> Visit | None:
    """Whoever is signed in, if anybody is."""
    try:
        return visitor()(request)
    except NotSignedIn:
        return None


def node_now(request: Request) -> tuple[Node, datetime]:
    """The node, and what its clock says."""
    desk = desk_of(request)
    return desk.node, desk.clock()


def shown(request: Request, view: View, status: int = HTTPStatus.OK) -> Response:
    """A page in the frame of whoever looks at it."""
    visit = who_looks(request)
    return visit.show(view, status=status) if visit else show(request, view, status=status)


def file_headers(name: str) -> dict[str, str]:
    """The headers of a file that anybody may take."""
    return {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
