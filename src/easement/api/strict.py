"""Bodies that can be read in one way only: JSON in which no key stands twice and every number is one (RFC 7493)."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from easement.api.problems import Kind, Problem

__all__ = ["StrictRoute"]


class _Strict(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            text = (await self.body()).decode("utf-8")
            self._json = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        return self._json


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise Problem(Kind.INVALID, "body: a key stands in it twice", "give every key once")
    return read


def _no_number(_: str) -> None:
    raise Problem(Kind.INVALID, "body: it holds a number that is none", "write numbers in digits")


class StrictRoute(APIRoute):
    """A route whose body is read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, given a request that reads strictly."""
        usual = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await usual(_Strict(request.scope, request.receive))

        return handler
