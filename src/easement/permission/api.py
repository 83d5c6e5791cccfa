"""The door for other nodes' messages about proposals: `/exchange/v1/proposals`. Every route takes a signed message."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response

from easement.exchange.answering import Action, Arrived, Desk, too_long
from easement.exchange.api import signed_list
from easement.permission import desk, join_desk
from easement.permission.bodies import MAX_CARRIED

__all__ = ["mount", "router"]

router = APIRouter(prefix="/exchange/v1/proposals", tags=["exchange"])
"""The routes for proposals between nodes."""

Message = Annotated[Arrived, Depends(signed_list)]


def mount(app: FastAPI, _node: Any) -> None:
    """Add the routes to a node's app, beside those of the exchange, at whose desk the messages are taken."""
    app.include_router(router)


async def _taken(request: Request, message: Arrived, action: Action) -> Response:
    at: Desk = request.app.state.exchange_desk
    if len(message.body) > MAX_CARRIED:
        reply = at.refuse(message, too_long())
    else:
        reply = await to_thread.run_sync(at.take, message, action, limiter=request.app.state.exchange_limit)
    return Response(reply.body, reply.status, reply.headers)


@router.post("/acts")
async def act(request: Request, message: Message) -> Response:
    """Take what somebody of another party did to a proposal that is at home here."""
    return await _taken(request, message, desk.act)


@router.post("/news")
async def news(request: Request, message: Message) -> Response:
    """Keep what the home of a proposal says happened to it."""
    return await _taken(request, message, desk.news)


@router.post("/history")
async def history(request: Request, message: Message) -> Response:
    """The events of a proposal that a party of it missed."""
    return await _taken(request, message, desk.history)


@router.post("/offers")
async def offers(request: Request, message: Message) -> Response:
    """The agreements that this organisation offers to those whose class may join."""
    return await _taken(request, message, join_desk.offers)


@router.post("/offers/fetch")
async def fetch(request: Request, message: Message) -> Response:
    """One of the agreements that are offered, whole."""
    return await _taken(request, message, join_desk.fetch)


@router.post("/joins")
async def join(request: Request, message: Message) -> Response:
    """Take the signature of somebody who joins an agreement."""
    return await _taken(request, message, join_desk.join)
