"""A department and councils as nodes in one process, in one cluster, with real HTTP between them, and no agreement."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from easement.exchange import directory_store
from easement.exchange.directory import Directory
from easement.node.home import Node, create_node, open_node
from easement.permission import api, carrying, service
from easement.permission.actor import Actor, at_console
from easement.permission.dossier import Dossier
from easement.permission.service import Wish
from tests.exchange import cluster
from tests.exchange.pair import (
    Clock,
    app_of,
    hang_up,
    member_of,
    nobody_waits_for_who_is_down,
    serving,
    set_url,
)
from tests.gate.world import NOW, TERMS

LEAD = at_console("governance-lead", "Ada Ash")
SENIOR = at_console("senior-risk-owner", "Bo Birch")
CASEWORKER = at_console("caseworker", "Cy Cedar")
TERMS_V2 = TERMS.replace("version: 1.0.0", "version: 2.0.0")
START = NOW


@dataclass
class Trio:
    """The nodes by name, all served unless a test hangs one up, and one clock for them all."""

    nodes: dict[str, Node]
    clock: Clock
    directory: Directory
    sockets: dict[str, Any] = field(default_factory=dict)
    servers: dict[str, ExitStack] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    @property
    def now(self) -> Any:
        return self.clock.now

    def later(self, **by: float) -> Any:
        """Let time go on."""
        self.clock.now += timedelta(**by)
        return self.clock.now

    def down(self, name: str) -> None:
        """Let a node answer nobody."""
        self.servers.pop(name).close()

    def up(self, name: str) -> None:
        """Let it answer again at its address."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.ports[name]))
        self._serve(name, listening)

    def _serve(self, name: str, listening: socket.socket) -> None:
        app = app_of(self.nodes[name], self.clock)
        api.mount(app, self.nodes[name])
        self.servers[name] = ExitStack()
        self.servers[name].enter_context(serving(app, listening))

    # What people do

    def propose(self, by: str = "northtown", *, actor: Actor = LEAD, **changes: Any) -> Dossier:
        """A wish of the council's, told to the department."""
        usual: dict[str, Any] = {
            "title": "School meals",
            "why": "Entitled children go without.",
            "harm_if_not_shared": "About one child in ten goes without a meal.",
            "parties": {"dwp": "provider"},
            "text": TERMS,
        }
        return service.propose(self[by], Wish(**usual | changes), actor, self.now)

    def do(self, what: str, by: str, proposal: str, *, actor: Actor = LEAD, **said: Any) -> Dossier:
        """Let somebody do something at their node, a minute later."""
        self.later(minutes=1)
        return getattr(service, what)(self[by], proposal, actor=actor, now=self.now, **said)

    def approved(self, proposal: str, *parties: str) -> None:
        """Let every approver of every party approve."""
        for party in parties or ("northtown", "dwp"):
            self.do("approve", party, proposal)
            self.do("approve", party, proposal, actor=SENIOR)

    def in_force(self, **changes: Any) -> str:
        """A proposal all the way to an agreement in force; its id."""
        proposal = self.propose(**changes).id
        others = [
            each for each in ("dwp", "easton") if each in self.nodes and each in self.at("northtown", proposal).parties
        ]
        for each in others:
            self.do("agree", each, proposal)
        self.do("submit", "northtown", proposal)
        self.approved(proposal, "northtown", *others)
        for party in ("northtown", *others):
            self.do("sign", party, proposal)
        return proposal

    def at(self, name: str, proposal: str) -> Dossier:
        """How a proposal stands at a node."""
        return service.find(self[name], proposal)

    def agreeing(self, proposal: str) -> Dossier:
        """The proposal as all its parties have it, which must be the same."""
        carrying.tell_all(self[self.at("northtown", proposal).home], self.now)
        told = [self.at(name, proposal) for name in self.at("northtown", proposal).parties]
        assert len({each.head for each in told}) == 1
        assert all(each == told[0] for each in told)
        return told[0]


@contextmanager
def nodes(folder: Path, names: Sequence[str] = ("dwp", "northtown"), **settings: Any) -> Iterator[Trio]:
    """Nodes that know each other by a directory; `settings` are of their `easement.toml`, as `section__key`."""
    settings = {"exchange__timeout_seconds": 5} | settings
    with ExitStack() as open_:
        open_.enter_context(nobody_waits_for_who_is_down())
        listening, urls, opened = {}, {}, {}
        for name in names:
            listening[name] = socket.socket()
            listening[name].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening[name].bind(("127.0.0.1", 0))
            urls[name] = f"http://127.0.0.1:{listening[name].getsockname()[1]}"
            create_node(folder / name, name)
            set_url(folder / name, urls[name], **settings)
            opened[name] = open_.enter_context(open_node(folder / name))
        (folder / "operator").mkdir()
        log = cluster.Log(folder / "operator")
        open_.callback(log.engine.dispose)
        classes = {"dwp": "work-and-pensions-department"}
        members = [
            member_of(node, urls[name], **({"class": classes[name]} if name in classes else {}))
            for name, node in opened.items()
        ]
        own = cluster.operator().model_dump(by_alias=True) | {"url": "http://127.0.0.1:9"}
        issued = NOW - timedelta(hours=1)
        directory = cluster.directory(*members, operator=own, issued=issued, expires=issued + timedelta(days=31))
        published = log.publish(directory)
        for node in opened.values():
            directory_store.keep(node.home, published, cluster.trust(), NOW)
        made = Trio(opened, Clock(), directory)
        for name, each in listening.items():
            made.ports[name] = each.getsockname()[1]
            made._serve(name, each)
        open_.callback(lambda: [server.close() for server in made.servers.values()])
        open_.callback(hang_up)
        yield made
