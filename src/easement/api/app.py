"""Everything that a node answers over HTTP, put together: the composition root of the API and, by mounts, the pages."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from easement import __version__
from easement.api import guard, health, log
from easement.api.guard import REQUEST_ID, Guard, Limits, tell
from easement.api.problems import Kind, Problem, of_error, of_status, of_validation
from easement.api.v1.router import ROUTERS
from easement.base.errors import EasementError
from easement.exchange import api as exchange_api
from easement.exchange import delta_api, directory_api, witness_api
from easement.ledger.service import utc_now
from easement.node import logs
from easement.node.home import Node
from easement.node.metrics import Metrics
from easement.node.model import ServerSettings
from easement.node.readings import readings
from easement.node.tally import Tally
from easement.permission import api as permission_api

__all__ = ["Mount", "create_app", "hosts"]

Mount = Callable[[FastAPI, Node], None]
"""Adds routes of another room to the app, as the pages do."""

SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework would trace what was sent, and what errors say; both may hold somebody's data."""

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Clock = Callable[[], datetime]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class _Flat(FastAPI):
    """An app that matches the routes of its routers one by one: looking into each router costs 200 µs a request."""

    def include_router(self, router: APIRouter, *args: Any, **options: Any) -> None:
        if args or options:
            super().include_router(router, *args, **options)
        else:
            self.router.routes.extend(router.routes)


def create_app(
    node: Node,
    mounts: Iterable[Mount] = (),
    *,
    clock: Clock = utc_now,
    limits: Limits | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """The app of an open node. Routes find it at `request.app.state.node`, and the time at `request.app.state.clock`.

    A mount may set `app.state.problem_page`, which shows a problem to a person: `(request, problem) -> Response`.
    """
    app = _Flat(
        title="Easement",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry=SILENT,
    )
    tally = Tally()
    metrics = Metrics(partial(readings, node, tally))
    app.state.node, app.state.clock, app.state.problem_page = node, clock, None
    app.state.metrics, app.state.tally = metrics, tally
    for kind in (EasementError, RequestValidationError, HTTPException, Problem):
        app.add_exception_handler(kind, _show)
    exchange_api.mount(app, node)
    for router in (*ROUTERS, health.router, log.router, delta_api.router, witness_api.router):
        app.include_router(router)
    for mount in (directory_api.mount, permission_api.mount, *mounts):
        mount(app, node)
    app.add_middleware(
        Guard,
        limits=limits or limits_of(node.settings.server),
        answered=metrics.answered,
        organisation=node.organisation,
    )
    return app


def limits_of(server: ServerSettings) -> Limits:
    """The limits that the settings ask for."""
    return Limits(
        hosts=hosts(server),
        body_bytes=server.max_body_mb << 20,
        body_seconds=guard.BODY_SECONDS,
        send_seconds=guard.SEND_SECONDS,
        waiting=server.max_waiting,
        secure=bool(server.tls_certificate) or server.url.startswith("https:"),
    )


def hosts(server: ServerSettings) -> frozenset[str]:
    """The names that the node goes by: its address for others, where it listens, and this machine for itself."""
    name = f"[{server.host}]" if ":" in server.host else server.host
    own = {f"{each}:{server.port}" for each in (name, *LOOPBACK)}
    public = urlsplit(server.url)
    usual = (
        {f"{public.netloc}:{443 if public.scheme == 'https' else 80}"} if public.netloc and not public.port else set()
    )
    plain = {name, *LOOPBACK} if server.port in {80, 443} else set()
    return frozenset(each.lower() for each in {*own, *usual, *plain, public.netloc} if each)


def _show(request: Request, error: Exception) -> Response:
    """Any error that has a handler, as problem details, or as a page where somebody reads pages."""
    problem = _problem(error).without(str(request.app.state.node.home))
    tell(request.scope, kind=problem.kind.value)
    if problem.status >= 500:
        logs.log("a request failed", level="error", request=request.scope[REQUEST_ID], **logs.place(error))
    page = request.app.state.problem_page
    if page is not None and wants_page(request):
        shown: Response = page(request, problem)
        return shown
    return Response(problem.encode(request.scope[REQUEST_ID]), problem.status, problem.all_headers())


def wants_page(request: Request) -> bool:
    """Whether a person asks with a browser, for something that is not a program's."""
    machine = request.url.path.startswith(("/api/", "/exchange/", "/directory/", "/ledger/", "/witness/", "/delta/"))
    return not machine and "text/html" in request.headers.get("accept", "")


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case EasementError():
            return of_error(error)
        case RequestValidationError():
            return of_validation(error.errors())
        case HTTPException(__cause__=Problem() as cause):  # the framework met it while it read the body
            return cause
        case HTTPException(status_code=400, __cause__=Exception()):
            return Problem(Kind.INVALID, "body: it cannot be read as JSON")
        case HTTPException():
            return of_status(error.status_code, _plain(error), error.headers)
    raise error


def _plain(error: HTTPException) -> str:
    """What a route said when it raised; the framework's own words for a status say nothing that the title does not."""
    said: Any = error.detail
    return said if isinstance(said, str) and said[:1].islower() else ""
