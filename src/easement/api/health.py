"""Whether the node lives, whether it can disclose, and what it counts."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from easement.api.access import allowed
from easement.node.metrics import CONTENT_TYPE
from easement.node.readiness import State, readiness
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(tags=["health"])
"""What whoever watches the process asks."""


@router.get("/healthz", operation_id="alive", summary="Whether the process answers")
def alive() -> dict[str, str]:
    """Says that the process answers, and looks at nothing else: whoever restarts it decides by this."""
    return {"state": "alive"}


@router.get("/readyz", operation_id="ready", summary="Whether the node can disclose")
def ready(request: Request, response: Response) -> dict[str, object]:
    """Names everything that disclosing needs with its state; 503 when any of it is missing."""
    found = readiness(request.app.state.node, now=request.app.state.clock())
    can = all(each.state is not State.MISSING for each in found)
    response.status_code = 200 if can else 503
    return {"ready": can, "checks": [{"name": each.name, "state": each.state.value} for each in found]}


@router.get("/metrics", operation_id="metrics", summary="What the node counts, for Prometheus")
def metrics(request: Request, who: Annotated[Identity, allowed(Permission.NODE_METRICS_READ)]) -> Response:
    """Everything counted, in Prometheus's text format."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE)
