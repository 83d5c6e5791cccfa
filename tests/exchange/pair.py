"""A department and a council as two nodes in one process, in one cluster, with real HTTP between them."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from easement.agreement.model import Mode
from easement.base.errors import EasementError
from easement.exchange import directory_store, message_carry
from easement.exchange.api import mount
from easement.exchange.delta_api import router as delta_router
from easement.exchange.directory import Directory
from easement.exchange.directory_parts import Member, MemberKey
from easement.exchange.message_carry import Line, NoAnswer, Silence
from easement.exchange.model import Asker, Wish
from easement.ledger.model import Entry, EntryType
from easement.node.home import Node, open_node
from tests.gate.world import DIRTY, NOW, World, furnish, write_rows

from . import cluster

ASKER = Asker("officer 7", frozenset({"information-governance"}))
JO = {"national_insurance_number": "AB123456C"}


class Prompt(uvicorn.Server):
    """A server that is woken to end, and does not look ten times a second whether it is to."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        self.loop, self.told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        """Serve until `end` is called; the date in its answers goes on by the second."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), 1)

    def end(self) -> None:
        """Have it end, from another thread."""
        self.should_exit = True
        self.loop.call_soon_threadsafe(self.told.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what was begun, and take nothing more."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(0.01)
        for server in self.servers:
            await server.wait_closed()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An app behind real HTTP on a port that the system chooses; its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    with serving(app, listening) as url:
        yield url


@contextmanager
def serving(app: Any, listening: socket.socket) -> Iterator[str]:
    """An app behind a socket that is bound already."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    server = Prompt(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.end()
        thread.join()
        listening.close()


@contextmanager
def nobody_waits_for_who_is_down() -> Iterator[None]:
    """As if all the seconds in which a node that is down is asked again had passed at once."""
    real = Line._ask_once

    def once(line: Line, *asked: Any) -> bytes:
        try:
            return real(line, *asked)
        except NoAnswer as error:
            if error.why is Silence.DOWN:
                object.__setattr__(line, "started", line.started - line.seconds)
            raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Line, "_ask_once", once)
        yield


def app_of(node: Node, clock: Any) -> FastAPI:
    """What a node serves to other nodes."""
    app = FastAPI(openapi_url=None)
    app.state.node, app.state.clock = node, clock
    mount(app, node)
    app.include_router(delta_router)

    @app.exception_handler(EasementError)
    def told(_: object, error: EasementError) -> JSONResponse:
        return JSONResponse({"title": error.what, "remedy": error.remedy}, 403)

    return app


@dataclass
class Clock:
    """A clock that goes on only when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Pair:
    """Both nodes, open, and the department's address."""

    world: World
    dwp: Node
    northtown: Node
    directory: Directory
    log: cluster.Log
    clock: Clock
    urls: dict[str, str] = field(default_factory=dict)

    def wish(self, share: str = "entitled", **changes: Any) -> Wish:
        """A wish that is granted, but for what a test changes."""
        return wish(share, **changes)

    def publish(self, *members: Member, **said: Any) -> None:
        """Give both nodes another version of the directory."""
        issued = said.pop("issued", self.directory.issued + timedelta(seconds=1))
        members = members or self.directory.members
        self.directory = cluster.after(self.directory, members=members, issued=issued, **said)
        self.hand_out()

    def hand_out(self) -> None:
        """Put the directory into both nodes."""
        published = self.log.publish(self.directory)
        for node in (self.dwp, self.northtown):
            directory_store.keep(node.home, published, cluster.trust(), NOW)

    def entries(self, node: Node, *types: EntryType) -> list[Entry]:
        """A ledger's entries of some types."""
        return [each.entry for each in node.ledger.entries(1) if not types or each.entry.type in types]


def wish(share: str = "entitled", **changes: Any) -> Wish:
    """A wish that is granted, but for what a test changes."""
    usual: dict[str, Any] = {
        "provider": "dwp",
        "agreement": "school-meals",
        "share": share,
        "purpose": "benefit-eligibility",
        "mode": Mode.LOOKUP,
        "role": "benefits-officer",
        "person": JO,
        "why": "a form came in",
    }
    return Wish(**usual | changes)


def member_of(node: Node, url: str, **said: Any) -> Member:
    """A node as the directory has it."""
    key = MemberKey(key=str(node.organisation_key.key), since=cluster.NOW - timedelta(days=30))
    return cluster.member(node.organisation, url=url, keys=(key,), log=str(node.ledger.key), **said)


def set_url(home: Path, url: str, **more: Any) -> None:
    """Let a node know how it is reached."""
    settings = home / "easement.toml"
    text = settings.read_text()
    assert 'url = ""' in text
    head, _, tail = text.partition("[server]")
    tail = tail.replace('url = ""', f'url = "{url}"', 1)
    for key, value in more.items():
        section, _, name = key.partition("__")
        whole = head + "[server]" + tail
        start = whole.index(f"[{section}]")
        line = next(each for each in whole[start:].splitlines() if each.startswith(f"{name} = "))
        whole = whole[:start] + whole[start:].replace(line, f"{name} = {value}", 1)
        head, _, tail = whole.partition("[server]")
    settings.write_text(head + "[server]" + tail)


@contextmanager
def paired(
    folder: Path,
    world: World | None = None,
    *,
    life: timedelta = cluster.DAY,
    serving_nodes: Sequence[str] = ("dwp", "northtown"),
    **settings: Any,
) -> Iterator[Pair]:
    """Two nodes that know each other by a directory, both serving unless a test does that itself."""
    world = world or furnish(folder)
    homes = {"dwp": world.node, "northtown": world.node.with_name("northtown")}
    agreements = homes["northtown"] / "agreements"
    for path in (world.agreement, world.agreement.with_name(world.agreement.name + ".signatures")):
        (agreements / path.name).write_bytes(path.read_bytes())
    (homes["northtown"] / "members" / "dwp.vkey").write_text(f"{world.keys[0].key}\n")
    with ExitStack() as open_:
        clock, nodes, urls = Clock(), {}, {}
        for name, home in homes.items():
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            urls[name] = f"http://127.0.0.1:{listening.getsockname()[1]}"
            set_url(home, urls[name], **settings)
            nodes[name] = open_.enter_context(open_node(home))
            if name in serving_nodes:
                open_.enter_context(serving(app_of(nodes[name], clock), listening))
            else:
                listening.close()
        log = cluster.Log(_made(folder / "operator"))
        members = [member_of(node, urls[name]) for name, node in nodes.items()]
        own = cluster.operator().model_dump(by_alias=True) | {"url": "http://127.0.0.1:9"}
        issued = NOW - timedelta(hours=1)
        directory = cluster.directory(*members, operator=own, issued=issued, expires=issued + life)
        pair = Pair(world, nodes["dwp"], nodes["northtown"], directory, log, clock, urls)
        pair.hand_out()
        open_.callback(hang_up)
        yield pair


def hang_up() -> None:
    """Close the connections of this process, which live as long as it does otherwise."""
    message_carry._client().close()
    message_carry._client.cache_clear()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


__all__ = ["ASKER", "DIRTY", "JO", "NOW", "Clock", "Pair", "app_of", "paired", "served", "write_rows"]
