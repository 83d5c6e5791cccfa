"""The ledger's public files (C2SP tlog-tiles): the checkpoint, tiles and bundles, as they stand on the disk.

The prefix that others monitor is `https://node.northtown.example/ledger`. Full tiles never change, and a part of one
never does either, so both may be kept for ever; the checkpoint is asked for again each time.
"""

import re
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response

from easement.api.problems import Kind, Problem

__all__ = ["IMMUTABLE", "router"]

router = APIRouter(prefix="/ledger", tags=["ledger"])
"""The ledger's public files."""

IMMUTABLE = "public, max-age=31536000, immutable"
"""How long a tile may be kept: it never changes."""

FRESH = "public, no-cache"
"""The checkpoint may be kept, and is asked for again each time by its ETag."""

_TILE = re.compile(
    r"(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/){0,5}[0-9]{3}(\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)
"""What can stand below `tile/`: a level or `entries`, the number in groups of three, and the width of a part."""


@router.api_route("/checkpoint", methods=["GET", "HEAD"], operation_id="checkpoint", include_in_schema=False)
def checkpoint(request: Request) -> Response:
    """The signed state of the ledger (C2SP tlog-checkpoint), with the cosignatures that it has."""
    return _file(request, "checkpoint", "text/plain; charset=utf-8", FRESH)


@router.api_route("/tile/{path:path}", methods=["GET", "HEAD"], operation_id="tile", include_in_schema=False)
def tile(request: Request, path: str) -> Response:
    """One tile of hashes, or one bundle of entries below `tile/entries/`."""
    if not _TILE.fullmatch(path):
        raise Problem(Kind.NOT_FOUND)
    return _file(request, f"tile/{path}", "application/octet-stream", IMMUTABLE)


@router.api_route("/key", methods=["GET", "HEAD"], operation_id="logKey", include_in_schema=False)
def key(request: Request) -> Response:
    """The public key with which the checkpoint is checked; compare it with the directory's."""
    return Response(f"{request.app.state.node.ledger.key}\n", media_type="text/plain; charset=utf-8")


def _file(request: Request, name: str, media: str, cache: str) -> Response:
    try:
        data = (Path(request.app.state.node.home) / "ledger" / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise Problem(Kind.NOT_FOUND) from None
    headers = {"etag": f'"{sha256(data).hexdigest()[:32]}"', "cache-control": cache}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media, headers=headers)
