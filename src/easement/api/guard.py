"""What every request passes through, whichever route it is for: an id, limits, headers, counting and one log line.

Limits hold before anything is parsed: which host is asked, how long headers and body are, how slowly they come, and
how many requests are in hand. Whatever is raised within and handled nowhere ends here, as a problem without internals.
"""

import asyncio
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from easement.api.problems import Kind, Problem
from easement.node import logs

__all__ = ["REQUEST_ID", "TOLD", "Guard", "Limits", "tell"]

REQUEST_ID = "easement.request_id"
"""Where the id of a request stands in its scope."""

TOLD = "easement.told"
"""Where a route leaves what the log may say of a request besides: an agreement's id, the kind of a problem."""

HEADER_BYTES, HEADER_COUNT, PATH_BYTES = 16_384, 64, 2_048
"""Longest headers, most of them, and the longest path with its query; a browser's stay far below."""

BODY_SECONDS, SEND_SECONDS = 30.0, 60.0
"""How long a whole body may take to come, and each piece of an answer to be taken."""

WITHOUT_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by whatever watches the process, at whatever address it found it under; they tell nothing of anybody."""

_ENCODED = b"/witness/v1/checkpoints/"
"""Below this a log's whole name stands as one step, its slashes encoded."""

_TRICKS = re.compile(rb"%(2f|5c|2e|00|0a|0d|25)|\\|//|/\.\.?(/|$)", re.IGNORECASE)
"""What an address never needs: slashes, dots, line breaks or percents in disguise, and steps up or on the spot."""

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""Sent with every answer that does not say otherwise itself."""

STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


@dataclass(frozen=True)
class Limits:
    """How much one request may be, in bytes and seconds, and how many may be in hand; `hosts` are the node's names."""

    hosts: frozenset[str]
    body_bytes: int = 16 << 20
    body_seconds: float = BODY_SECONDS
    send_seconds: float = SEND_SECONDS
    waiting: int = 200
    secure: bool = False


@dataclass
class _Seen:
    """What is known of one request while it is answered."""

    id: str
    began: float
    status: int = 500
    started: bool = False
    read: int = 0
    deadline: float = 0.0


class Guard:
    """The outermost layer: an ASGI application around another. `answered` counts route, method, status, seconds."""

    def __init__(
        self, app: ASGIApp, *, limits: Limits, answered: Callable[[str, str, int, float], None], organisation: str
    ) -> None:
        self.app, self.limits, self.answered, self.organisation = app, limits, answered, organisation
        self.in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the life of the app itself passes through."""
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        seen = _Seen(str(uuid.uuid4()), time.monotonic())
        scope[REQUEST_ID] = seen.id
        self.in_hand += 1
        try:
            await self._answer(scope, receive, send, seen)
        finally:
            self.in_hand -= 1
            self._tell(scope, seen)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1003})

    async def _answer(self, scope: Scope, receive: Receive, send: Send, seen: _Seen) -> None:
        sender = self._sender(send, seen)
        try:
            self._admit(scope)
            await self.app(scope, self._receiver(receive, seen), sender)
        except Problem as problem:
            await self._end(problem, sender, seen, scope)
        except Exception as error:
            logs.log("an error that nobody foresaw", level="error", request=seen.id, **logs.place(error))
            await self._end(Problem(Kind.UNFORESEEN), sender, seen, scope)

    def _admit(self, scope: Scope) -> None:
        """Whether a request may come in at all; raises `Problem`."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if len(headers) > HEADER_COUNT or sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
            raise Problem(Kind.HEADERS_TOO_LARGE)
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        if len(raw) + len(scope["query_string"]) > PATH_BYTES or _tricky(raw):
            raise Problem(Kind.NOT_FOUND)
        _check_host(headers, scope["path"], self.limits.hosts)
        if self.in_hand > self.limits.waiting and scope["path"] not in WITHOUT_HOST:
            raise Problem(Kind.OVERLOADED)
        _check_length(headers, self.limits.body_bytes)

    def _receiver(self, receive: Receive, seen: _Seen) -> Receive:
        """Counts what comes and how long it takes: a body sent in pieces says nowhere how long it will be."""
        seen.deadline = seen.began + self.limits.body_seconds

        async def counted() -> Message:
            if not seen.deadline:
                return await receive()
            try:
                async with asyncio.timeout(max(seen.deadline - time.monotonic(), 0.001)):
                    message = await receive()
            except TimeoutError:
                raise Problem(Kind.TOO_SLOW, headers={"connection": "close"}) from None
            seen.read += len(message.get("body", b""))
            if seen.read > self.limits.body_bytes:
                raise _too_large(self.limits.body_bytes)
            if not message.get("more_body", False):
                seen.deadline = 0.0
            return message

        return counted

    def _sender(self, send: Send, seen: _Seen) -> Send:
        """Adds the headers that every answer has, and gives up on whoever does not read what they asked for."""
        ours = (*SECURITY_HEADERS, *((STRICT_TRANSPORT,) if self.limits.secure else ()))

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.started, seen.status = True, message["status"]
                given = {name.lower() for name, _ in message["headers"]}
                more = [header for header in ours if header[0] not in given]
                identity = [(b"x-request-id", seen.id.encode())]
                await send({**message, "headers": [*message["headers"], *more, *identity]})
                return
            async with asyncio.timeout(self.limits.send_seconds):
                await send(message)

        return dressed

    async def _end(self, problem: Problem, send: Send, seen: _Seen, scope: Scope) -> None:
        """Send a problem, or where the answer began already let the connection break off."""
        tell(scope, kind=problem.kind.value)
        if seen.started:
            raise ConnectionAbortedError
        body = b"" if scope["method"] == "HEAD" else problem.encode(seen.id)
        headers = problem.all_headers() | {"content-length": str(len(problem.encode(seen.id)))}
        if seen.deadline and seen.read:  # what is left of the body is not waited for
            headers["connection"] = "close"
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": problem.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _tell(self, scope: Scope, seen: _Seen) -> None:
        seconds = time.monotonic() - seen.began
        route, method = template(scope), known_method(scope["method"])
        self.answered(route, method, seen.status, seconds)
        logs.log(
            "answered",
            request=seen.id,
            method=method,
            route=route,
            status=seen.status,
            milliseconds=round(seconds * 1000, 1),
            organisation=self.organisation,
            **scope.get(TOLD, {}),
        )


def tell(scope: Scope, **facts: Any) -> None:
    """Let the request's line in the log say more; only keys that the log knows are written."""
    scope[TOLD] = scope.get(TOLD, {}) | facts


def template(scope: Scope) -> str:
    """The route's own template, or what stands for all addresses that lead nowhere; never what was asked for."""
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    path = getattr(route, "path_format", None)
    if not path and "endpoint" in scope:
        path = _paths(scope["app"]).get(scope["endpoint"], "page")
    return str(path) if path else "unmatched"


def _paths(app: Any) -> Mapping[Any, str]:
    """The template of each endpoint that stands in the app without the framework saying which it chose."""
    if not hasattr(app.state, "paths"):
        app.state.paths = {
            getattr(route, "endpoint", None) or getattr(route, "app", None): route.path
            for route in app.routes
            if hasattr(route, "path")
        }
    found: Mapping[Any, str] = app.state.paths
    return found


def known_method(method: str) -> str:
    """The method, or `OTHER` for one that somebody made up."""
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "OTHER"


def _tricky(raw: bytes) -> bool:
    if raw.startswith(_ENCODED):
        raw = re.sub(rb"%2[fF]", b"-", raw)
    return not raw.startswith(b"/") or bool(_TRICKS.search(raw))


def _check_host(headers: list[tuple[bytes, bytes]], path: str, hosts: frozenset[str]) -> None:
    """A page of somebody else's that makes a browser ask this node under another name gets nothing."""
    named = [value for name, value in headers if name == b"host"]
    if path in WITHOUT_HOST:
        return
    if len(named) != 1 or named[0].decode("latin-1").lower() not in hosts:
        raise Problem(Kind.MISDIRECTED)


def _check_length(headers: list[tuple[bytes, bytes]], most: int) -> None:
    lengths = [value for name, value in headers if name == b"content-length"]
    if not lengths:
        return
    if len(lengths) > 1 or not lengths[0].isdigit():
        raise Problem(Kind.BAD_REQUEST, "the length of the message is not a number")
    if len(lengths[0]) > 15 or int(lengths[0]) > most:
        raise _too_large(most)


def _too_large(most: int) -> Problem:
    return Problem(
        Kind.TOO_LARGE, f"a message may be {most:,} bytes", "send less at once", headers={"connection": "close"}
    )
