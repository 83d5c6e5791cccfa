"""A department and a council that shared something, and programs with keys, as the API sees them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from easement.agreement.model import Mode
from easement.api.app import create_app
from easement.node import logs
from easement.node.home import Node, open_node
from easement.staff import service as staff
from easement.staff.permissions import Permission
from tests.gate.world import NOW, World, copied, furnish

ADDRESS = "http://127.0.0.1:8350"
JO = {"national_insurance_number": "AB123456C"}


@dataclass
class Program:
    """A program with a key: it asks as what it is."""

    client: TestClient
    key: str

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Ask with the key."""
        keyed = {"authorization": f"Bearer {self.key}"} | (headers or {})
        return self.client.request(method, path, headers=keyed, **more)


def program(
    node: Node,
    *scopes: Permission,
    agreements: tuple[str, ...] = (),
    trained: bool = True,
    expires: datetime = NOW + timedelta(days=30),
) -> str:
    """The key of a new program with some scopes, and a role under some agreements."""
    made = staff.make_key(node, "case-system", scopes, expires=expires, by="pmadeup", now=NOW)
    for agreement in agreements:
        staff.grant(node, made.key.id, agreement, "benefits-officer", by="pmadeup", now=NOW)
    if trained:
        staff.record_training(node, made.key.id, "information-governance", NOW.date(), by="pmadeup", now=NOW)
    return made.secret


@pytest.fixture(autouse=True)
def written() -> io.StringIO:
    """What the node writes to its log while a test runs."""
    stream = io.StringIO()
    logs.set_up(stream, human=False)
    return stream


@pytest.fixture(scope="session")
def first_world(tmp_path_factory) -> World:
    """The department gave two answers, and refused once."""
    made = furnish(tmp_path_factory.mktemp("api"))
    made.share("forms", Mode.BULK, "one.csv")
    made.share("forms", Mode.BULK, "two.csv")
    made.share("forms", Mode.BULK, "three.csv", purpose="immigration-enforcement")
    with open_node(made.node) as node:
        node.ledger.checkpoint()
    return made


@pytest.fixture(scope="module")
def world(first_world, tmp_path_factory) -> World:
    """The same for each chapter of tests."""
    return copied(first_world, tmp_path_factory.mktemp("world") / "copy")


@pytest.fixture(scope="module")
def node(world) -> Iterator[Node]:
    """The department's node, open."""
    with open_node(world.node) as node:
        yield node


@pytest.fixture
def client(node) -> TestClient:
    """Asks the node's app under the node's own address; what the app raises is told as the server would."""
    return TestClient(create_app(node, clock=lambda: NOW), base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def keys(node) -> dict[str, str]:
    """A key for each permission alone, one with all of them, and two that see little."""
    alone = {each.value: program(node, each, agreements=("school-meals",)) for each in Permission}
    return alone | {
        "all": program(node, *Permission, agreements=("school-meals",)),
        "elsewhere": program(node, Permission.DISCLOSURE_RECORD_READ, agreements=("other-agreement",)),
        "nowhere": program(node, Permission.DISCLOSURE_RECORD_READ, Permission.DISCLOSURE_PERSON_ASK),
    }


@pytest.fixture
def auditor(client, keys) -> Program:
    """May do everything."""
    return Program(client, keys["all"])
