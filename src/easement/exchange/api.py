"""The door for other nodes: `/exchange/v1`. Every route takes a signed message, and nobody else's word for anything."""

from collections.abc import Callable
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from easement.exchange import asked, bulk_desk, correct_desk, entries
from easement.exchange.answering import Action, Arrived, Desk, Reply, too_long
from easement.exchange.bulk_body import MAX_BULK
from easement.exchange.message_body import MAX_ASK
from easement.node import logs

__all__ = ["mount", "router", "signed_list", "signed_message", "taken"]

AT_ONCE = 32
"""Messages that are worked on at once; the others wait, as many as the settings let."""


async def signed_message(request: Request) -> Arrived:
    """The message of a request, byte for byte. That it is genuine is held before anything is done about it."""
    return await _arrived(request, MAX_ASK)


async def signed_list(request: Request) -> Arrived:
    """The same, for a message that may bring a list."""
    return await _arrived(request, MAX_BULK)


async def _arrived(request: Request, most: int) -> Arrived:
    body = bytearray()
    try:
        async for chunk in request.stream():
            if len(body) <= most:  # one byte too many is enough to refuse it; the rest is let go
                body += chunk
    except ClientDisconnect:  # cut short: an empty body does not fit the digest, and nobody is left to be told
        body.clear()
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.scope["headers"]]
    target = raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return Arrived(request.method, target, headers, bytes(body))


Message = Annotated[Arrived, Depends(signed_message)]
Listed = Annotated[Arrived, Depends(signed_list)]

router = APIRouter(prefix="/exchange/v1", tags=["exchange"])
"""The routes of the exchange: each takes a signed message."""


def mount(app: FastAPI, node: Any) -> None:
    """Add the exchange to a node's app."""
    app.state.exchange_desk = Desk.at(node, app.state.clock, _report)
    app.state.exchange_limit = CapacityLimiter(AT_ONCE)
    app.include_router(router)


def _report(error: Exception) -> None:
    logs.log("a message could not be answered", level="error", **logs.place(error))


async def taken(request: Request, message: Arrived, action: Action, most: int = MAX_ASK) -> Response:
    """The answer to a signed message, worked on at the desk; one that is longer than `most` bytes is refused."""
    desk: Desk = request.app.state.exchange_desk
    if len(message.body) > most:
        return _sent(desk.refuse(message, too_long(most)))
    return _sent(await _worked(request, desk.take, message, action))


async def _worked(request: Request, take: Callable[..., Reply], message: Arrived, action: Any) -> Reply:
    """A message worked on in a thread of its own."""
    return await to_thread.run_sync(take, message, action, limiter=request.app.state.exchange_limit)


def _sent(reply: Reply) -> Response:
    return Response(reply.body, reply.status, reply.headers)


@router.post("/asks")
async def ask(request: Request, message: Message) -> Response:
    """Decide a question and answer it: a decision with its reasons, and what crosses under it with a receipt."""
    desk: Desk = request.app.state.exchange_desk
    return _sent(await _worked(request, desk.take_logged, message, asked.answer))


@router.post("/answers")
async def again(request: Request, message: Message) -> Response:
    """The answer that was given to a question before, while it is kept; nothing is decided anew."""
    return await taken(request, message, asked.again)


@router.get("/receipts/{message_id}")
async def receipt(request: Request, message: Message, message_id: str) -> Response:
    """The receipt of what came of a message of the sender's."""
    return await taken(request, message, asked.receipt(message_id))


@router.get("/entries")
async def page(request: Request, message: Message) -> Response:
    """A page of the entries that concern the sender, with their proofs under one checkpoint."""
    return await taken(request, message, entries.page)


@router.get("/entries/{index}")
async def entry(request: Request, message: Message) -> Response:
    """One entry about a message that the sender knows the id of, with its proof."""
    return await taken(request, message, entries.one)


@router.post("/sets")
async def ask_set(request: Request, message: Listed) -> Response:
    """Take a question that a set of files answers, and say how it stands."""
    return await taken(request, message, bulk_desk.ask_set, MAX_BULK)


@router.get("/sets/{message_id}")
async def set_state(request: Request, message: Message, message_id: str) -> Response:
    """How it stands with a set of the sender's."""
    return await taken(request, message, bulk_desk.set_state(message_id))


@router.post("/sets/{message_id}/token")
async def open_set(request: Request, message: Message, message_id: str) -> Response:
    """A new token that opens a set of the sender's by Delta Sharing."""
    return await taken(request, message, bulk_desk.open_set(message_id))


@router.post("/certificates")
async def certify(request: Request, message: Message) -> Response:
    """Note that what crossed is deleted, on the proof of the sender's own log."""
    return await taken(request, message, bulk_desk.certify)


@router.post("/corrections/cases")
async def take_case(request: Request, message: Message) -> Response:
    """Take that something which the sender was given is wrong."""
    return await taken(request, message, correct_desk.case)


@router.post("/corrections/answers")
async def take_case_answer(request: Request, message: Message) -> Response:
    """Take what the source of something says of what we said is wrong."""
    return await taken(request, message, correct_desk.answer)


@router.post("/corrections/told")
async def take_correction(request: Request, message: Message) -> Response:
    """Take that something which the sender gave rests on a wrong link."""
    return await taken(request, message, correct_desk.told)


@router.post("/corrections/made")
async def take_made(request: Request, message: Message) -> Response:
    """Note that the sender has put its copy right, on the proof of its own log."""
    return await taken(request, message, correct_desk.made)
