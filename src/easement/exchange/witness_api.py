"""The witness's routes: C2SP tlog-witness, the key it cosigns by, and what it has seen of a log."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from easement.exchange.directory_service import current_directory
from easement.exchange.ports import Host
from easement.exchange.witnesses import cosigner, key_note
from easement.ledger.note import Key, parse_key
from easement.ledger.witness import NotCosigned
from easement.ledger.witnessing import add_checkpoint, last_seen

__all__ = ["router"]

router = APIRouter(prefix="/witness/v1", tags=["witness"])
"""The routes of a witness; a checkpoint's own signature is what lets it in."""

SIZE = "text/x.tlog.size"
"""The type of a 409's body, as tlog-witness names it."""


@router.post("/add-checkpoint")
async def add(request: Request) -> PlainTextResponse:
    """Cosign a member's checkpoint while it goes on from what this witness has seen; statuses as tlog-witness says."""
    body = await request.body()
    return await run_in_threadpool(_add, request.app.state.node, body, request.app.state.clock())


def _add(host: Host, body: bytes, now: datetime) -> PlainTextResponse:
    directory = current_directory(host, now)

    def keys(origin: str) -> list[Key]:
        known = [*(member.log for member in directory.members), directory.operator.log]
        return [key for key in map(parse_key, dict.fromkeys(known)) if key.name == origin]

    try:
        line = add_checkpoint(host.engine, cosigner(host.home, host.organisation), keys, body, now=now)
    except NotCosigned as refusal:
        if refusal.status == 409:
            return PlainTextResponse(f"{refusal.size}\n", 409, media_type=SIZE)
        return PlainTextResponse(f"{refusal}\n", refusal.status)
    return PlainTextResponse(line)


@router.get("/key")
def key(request: Request) -> PlainTextResponse:
    """The public key by which this witness cosigns, signed by its organisation."""
    return PlainTextResponse(key_note(request.app.state.node))


@router.get("/checkpoints/{origin:path}")
def checkpoint(origin: str, request: Request) -> PlainTextResponse:
    """The checkpoint of a log that was cosigned here last, as that log signed it."""
    host: Host = request.app.state.node
    note = last_seen(host.engine, origin)
    return PlainTextResponse(note or "this log was never seen here\n", 200 if note else 404)
