"""Nodes as the directory needs them: small enough for every test, on either database, with a door without a network."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from easement.api.problems import of_error
from easement.base.database import open_database
from easement.base.errors import EasementError
from easement.exchange import directory_api
from easement.ledger.note import Key, Signer
from easement.ledger.service import Ledger
from easement.node.model import OrganisationSettings, ServerSettings, Settings
from easement.node.schema import upgrade

from .cluster import NOW, signer_of

OPERATOR_URL = "https://operator.example"


@dataclass
class Host:
    """A node that exchanges, without the rest of one."""

    home: Path
    settings: Settings
    organisation_key: Signer
    ledger: Ledger
    engine: Engine
    master_key: bytes = b"m" * 32
    memory_mb: int = 100
    members: Mapping[str, Key] = field(default_factory=dict)
    member_keys: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)

    @property
    def organisation(self) -> str:
        return self.settings.organisation.id

    def at(self, url: str) -> "Host":
        """The same node under another address."""
        return replace(self, settings=settings_of(self.organisation, url))


def settings_of(organisation: str, url: str) -> Settings:
    return Settings(
        organisation=OrganisationSettings(id=organisation, name=organisation.title()),
        ledger={"origin": f"{organisation}/ledger"},
        server=ServerSettings(url=url),
    )


def host_of(folder: Path, organisation: str, engine: Engine, number: int = 0, url: str = "") -> Host:
    """A node in a folder of its own, over a database with its tables."""
    home = folder / f"{organisation}-{number}"
    (home / "datasets").mkdir(parents=True)
    (home / "keys").mkdir()
    log = Signer(f"{organisation}/ledger", signer_of(organisation, number + 9).seed)
    ledger = Ledger.create(engine, home / "ledger", signer=log, master_key=b"m" * 32, clock=lambda: NOW)
    settings = settings_of(organisation, url or "https://" + f"{organisation}.example")
    return Host(home, settings, signer_of(organisation, number), ledger, engine)


@contextmanager
def member_host(folder: Path, organisation: str, number: int = 0, url: str = "") -> Iterator[Host]:
    """A member's node over SQLCipher; `number` gives other keys to a node of the same name."""
    (folder / f"{organisation}-{number}-db").mkdir()
    engine = open_database(folder / f"{organisation}-{number}-db" / "node.db", b"k" * 32)
    upgrade(engine)
    yield host_of(folder, organisation, engine, number, url)
    engine.dispose()


@dataclass
class Clock:
    """A clock that goes on only when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def app_of(host: Any, clock: Callable[[], datetime]) -> FastAPI:
    """The operator's routes; errors are told as a node tells them."""
    app = FastAPI(openapi_url=None)
    app.state.node, app.state.clock = host, clock
    directory_api.mount(app, host)

    def tell(_request: Request, error: Exception) -> Response:
        assert isinstance(error, EasementError)
        problem = of_error(error)
        return Response(problem.encode(), problem.status, problem.all_headers())

    app.add_exception_handler(EasementError, tell)
    return app


def door(host: Any, clock: Callable[[], datetime] | None = None) -> TestClient:
    """The operator's routes over no network."""
    return TestClient(app_of(host, clock or Clock()), base_url=host.settings.server.url)


def answering(body: bytes, status: int = 200, **headers: str) -> httpx.Client:
    """A client whose every question gets one answer."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=said, stream=httpx.ByteStream(body)))
    return httpx.Client(transport=transport)
