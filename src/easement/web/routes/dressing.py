"""The files that pages are dressed with. The addresses hold their hashes, so browsers never ask twice."""

from starlette.requests import Request
from starlette.responses import Response

from easement.web.assets import KEPT
from easement.web.route import pages
from easement.web.security import HEADERS
from easement.web.visit import Missing, desk_of

__all__ = ["router"]

router = pages()
"""`/assets/…`."""


@router.get("/assets/{name}")
def asset(name: str, request: Request) -> Response:
    """One file."""
    found = desk_of(request).assets.files.get(name)
    if found is None:
        raise Missing
    headers = {**HEADERS, "Cache-Control": KEPT, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.body, media_type=found.media_type, headers=headers)
