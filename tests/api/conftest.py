"""A node and its app, as programs see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from easement.api.app import create_app
from easement.node.home import Node, create_node, open_node

ADDRESS = "http://127.0.0.1:8350"


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A node that nothing was shared from."""
    return create_node(tmp_path_factory.mktemp("node") / "dwp", "dwp", name="Work and Pensions").home


@pytest.fixture
def node(home) -> Iterator[Node]:
    with open_node(home) as node:
        yield node


@pytest.fixture
def client(node) -> TestClient:
    """Asks the node's app under the node's own address; what the app raises is told as the server would."""
    return TestClient(create_app(node), base_url=ADDRESS, raise_server_exceptions=False)
