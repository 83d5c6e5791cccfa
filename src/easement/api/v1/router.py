"""All of version 1, and its description."""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from easement import __version__
from easement.api.paging import answered
from easement.api.v1 import agreements, asks, counts, disclosures, ledger, registers
from easement.api.v1.describe import ProblemShown

__all__ = ["PREFIX", "description", "router"]

PREFIX = "/api/v1"
"""Where it stands."""

ABOUT = """\
What programs ask of an organisation's node: agreements, questions under them, what was disclosed and refused, and the
proof of it. Every request carries a program's key (`Authorization: Bearer KEY`); a key has scopes, and sees what
happened under the agreements in which it holds a role.

Errors are problem details (RFC 9457) of one shape. A refusal is no fault: it names every reason, and what would make
it lawful. Lists come page by page (`next`, and `Link: rel="next"`), as JSON or as CSV. Reads have an `ETag`. A question
sent with an `Idempotency-Key` is asked once, however often it is sent.
"""

router = APIRouter(prefix=PREFIX)
"""Everything below `/api/v1`."""

for part in (registers, agreements, asks, disclosures, ledger, counts):
    router.include_router(part.router)


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The description of the API (OpenAPI 3.1)."""
    return answered(request, json.dumps(description(), ensure_ascii=False).encode(), "application/json", {})


@cache
def description() -> dict[str, Any]:
    """The API in OpenAPI 3.1, complete with examples."""
    app = FastAPI(
        title="Easement", version=__version__, description=ABOUT, license_info={"name": "Apache-2.0"}, telemetry=None
    )
    app.include_router(router)
    told = app.openapi()
    schemas = told["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    shown = ProblemShown.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(shown.pop("$defs", {}))
    schemas["ProblemShown"] = shown
    told["servers"] = [{"url": "/", "description": "This node."}]
    return told
