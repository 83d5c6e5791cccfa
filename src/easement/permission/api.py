"""The door for other nodes' messages about proposals: `/exchange/v1/proposals`. Every route takes a signed message."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from easement.exchange.answering import Arrived
from easement.exchange.api import signed_list, taken
from easement.permission import desk, emergency_telling, join_desk
from easement.permission.bodies import MAX_CARRIED

__all__ = ["mount", "router"]

router = APIRouter(prefix="/exchange/v1/proposals", tags=["exchange"])
"""The routes for proposals between nodes."""

Message = Annotated[Arrived, Depends(signed_list)]


def mount(app: FastAPI, _node: Any) -> None:
    """Add the routes to a node's app, beside those of the exchange, at whose desk the messages are taken."""
    app.include_router(router)


@router.post("/acts")
async def act(request: Request, message: Message) -> Response:
    """Take what somebody of another party did to a proposal that is at home here."""
    return await taken(request, message, desk.act, MAX_CARRIED)


@router.post("/news")
async def news(request: Request, message: Message) -> Response:
    """Keep what the home of a proposal says happened to it."""
    return await taken(request, message, desk.news, MAX_CARRIED)


@router.post("/history")
async def history(request: Request, message: Message) -> Response:
    """The events of a proposal that a party of it missed."""
    return await taken(request, message, desk.history, MAX_CARRIED)


@router.post("/offers")
async def offers(request: Request, message: Message) -> Response:
    """The agreements that this organisation offers to those whose class may join."""
    return await taken(request, message, join_desk.offers, MAX_CARRIED)


@router.post("/offers/fetch")
async def fetch(request: Request, message: Message) -> Response:
    """One of the agreements that are offered, whole."""
    return await taken(request, message, join_desk.fetch, MAX_CARRIED)


@router.post("/joins")
async def join(request: Request, message: Message) -> Response:
    """Take the signature of somebody who joins an agreement."""
    return await taken(request, message, join_desk.join, MAX_CARRIED)


@router.post("/emergencies")
async def emergencies(request: Request, message: Message) -> Response:
    """Take down what the sender recorded of an emergency that both had part in."""
    return await taken(request, message, emergency_telling.take, MAX_CARRIED)
