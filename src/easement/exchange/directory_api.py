"""The operator's door: the directory for whoever asks, and what members say to it.

Every route is open: the directory is public, and a statement carries its own signature and, when joining, the proof
of its invitation. What is read is bounded, and whoever tries codes is soon told to wait.
"""

from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Request, Response

from easement.base.canonical import canonical_record
from easement.base.errors import BadData, ProofFailed, Refused, UsageError
from easement.exchange import operator_versions as versions
from easement.exchange.directory import Published
from easement.exchange.directory_statement import MAX_STATEMENT
from easement.exchange.operator_answers import take_statement
from easement.exchange.ports import Host

__all__ = ["mount", "router"]

AT_ONCE = 4
"""Statements in hand at once: each is a version, and versions come one after the other anyway."""

MOST_TRIES, TRIES_WITHIN = 10, timedelta(minutes=1)
"""How often one address may be refused before it has to wait: codes cannot be guessed, and need not be tried."""

MOST_ADDRESSES = 10_000
"""Addresses remembered for that."""

Size = Annotated[int, Query(ge=1, lt=1 << 53)]
Number = Annotated[int, Path(ge=1, lt=1 << 53)]
Name = Annotated[str, Path(pattern="^[a-z][a-z0-9-]{0,62}$")]

router = APIRouter(prefix="/directory/v1", tags=["directory"])
"""The routes of an operator; a node that operates no cluster has nothing there."""


def mount(app: FastAPI, _node: Host) -> None:
    """Add the operator's routes to a node's app."""
    app.state.directory_limit, app.state.directory_tries = CapacityLimiter(AT_ONCE), _Tries()
    app.include_router(router)


class _Tries:
    """Who was refused when, by address."""

    def __init__(self) -> None:
        self._lock, self._refused = Lock(), dict[str, list[datetime]]()

    def waits(self, address: str, now: datetime) -> int:
        """How many seconds an address has to wait; 0 for none."""
        with self._lock:
            recent = [at for at in self._refused.get(address, ()) if at > now - TRIES_WITHIN]
            if len(recent) < MOST_TRIES:
                return 0
            return int((recent[0] + TRIES_WITHIN - now).total_seconds()) + 1

    def refused(self, address: str, now: datetime) -> None:
        with self._lock:
            recent = [at for at in self._refused.pop(address, ()) if at > now - TRIES_WITHIN]
            self._refused[address] = [*recent, now]
            if len(self._refused) > MOST_ADDRESSES:
                del self._refused[next(iter(self._refused))]


def _answer(published: Published) -> Response:
    return Response(published.encode(), media_type="application/json")


@router.get("/current", response_class=Response)
def current(request: Request) -> Response:
    """The directory as it stands: its JSON, the operator's signature and the receipt of the operator's log."""
    _operates(request)
    return _answer(versions.keep_alive(request.app.state.node, request.app.state.clock()))


@router.get("/versions/{number}", response_class=Response)
def one_version(request: Request, number: Number) -> Response:
    """A version by its number, as it was published."""
    _operates(request)
    try:
        return _answer(versions.version(request.app.state.node, number))
    except UsageError:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no version {number} yet") from None


@router.get("/consistency", response_class=Response)
def consistency(request: Request, old: Size, new: Size) -> Response:
    """The hashes that show the operator's log of one published size to be the beginning of it at another."""
    _operates(request)
    try:
        proof = request.app.state.node.ledger.consistency(old, new)
    except ProofFailed as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error.what) from None
    record = {"consistency": [each.hex() for each in proof]}
    return Response(canonical_record(record), media_type="application/json")


def _operates(request: Request) -> None:
    try:
        versions.cluster_of(request.app.state.node)
    except UsageError:
        raise HTTPException(HTTPStatus.NOT_FOUND, "this node does not operate a cluster") from None


@router.post("/join", response_class=Response)
async def join(request: Request) -> Response:
    """Join on an invitation; the answer is the directory in which the new member stands."""
    return await _take(request, "join", None)


@router.post("/members/{organisation}/keys", response_class=Response)
async def new_key(request: Request, organisation: Name) -> Response:
    """Take a member's next key, signed by the present key and by the new one."""
    return await _take(request, "key", organisation)


@router.post("/members/{organisation}/offer", response_class=Response)
async def new_offer(request: Request, organisation: Name) -> Response:
    """Take where a member's node stands now and what it offers."""
    return await _take(request, "offer", organisation)


@router.post("/members/{organisation}/leave", response_class=Response)
async def leave(request: Request, organisation: Name) -> Response:
    """Take out a member that leaves."""
    return await _take(request, "leave", organisation)


async def _take(request: Request, kind: str, organisation: str | None) -> Response:
    state, address = request.app.state, request.client.host if request.client else ""
    now, tries = state.clock(), state.directory_tries
    wait = tries.waits(address, now)
    if wait:
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, "too many were refused", {"Retry-After": str(wait)})
    data = await _body(request)
    work = partial(_taken, request, data, kind, organisation, now)
    try:
        return await to_thread.run_sync(work, limiter=state.directory_limit)
    except (BadData, Refused):
        tries.refused(address, now)
        raise


def _taken(request: Request, data: bytes, kind: str, organisation: str | None, now: datetime) -> Response:
    _operates(request)
    return _answer(take_statement(request.app.state.node, data, now, kind=kind, organisation=organisation))


async def _body(request: Request) -> bytes:
    """What was sent, never more than a statement may be long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_STATEMENT:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a statement may be {MAX_STATEMENT:,} bytes")
    return bytes(body)
