"""No route is forgotten: each asks who is there, or stands on a list with its reason; each errs in the one shape."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from easement.api import access
from easement.api.app import create_app
from easement.exchange import api as exchange_api
from easement.node.home import create_node, open_node
from easement.web import app as pages

from .conftest import ADDRESS
from .routes import dependencies, filled, routes_of
from .test_app import is_problem

OPEN = access.OPEN | pages.OPEN
ASKS_WHO = {"signed_message", "signed_list", "_reader", "visit"}
"""What asks: who signed a message, whose token reads a set, who is signed in."""


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Any:
    """Everything that a node answers, its pages too."""
    made = create_node(tmp_path_factory.mktemp("routes") / "node", "dwp")
    with open_node(made.home) as node:
        yield create_app(node, [pages.mount])


def names(route: Any) -> frozenset[str]:
    return frozenset(getattr(call, "__name__", type(call).__name__) for call in dependencies(route.dependant))


def test_every_route_asks_who_is_there_or_says_why_not(app):
    bare = []
    for route in routes_of(app):
        keyed = any(hasattr(call, "permissions") for call in dependencies(route.dependant))
        if not keyed and not names(route) & ASKS_WHO and route.path_format not in OPEN:
            bare.append(route.path_format)
    assert bare == []


def test_every_reason_for_a_route_without_a_key_is_needed(app):
    paths = {route.path_format for route in routes_of(app)}
    assert sorted(access.OPEN.keys() - paths) == []
    assert all(len(reason) > 10 for reason in access.OPEN.values())


def test_messages_are_signed(app):
    unsigned = [
        route.path_format
        for route in routes_of(app)
        if route.path_format.startswith("/exchange/") and not names(route) & {"signed_message", "signed_list"}
    ]
    assert unsigned == []
    assert exchange_api.router.prefix == "/exchange/v1"


def test_every_route_of_programs_has_a_name_of_its_own(app):
    ids = [route.operation_id for route in routes_of(app) if route.path_format.startswith("/api/v1/")]
    named = [each for each in ids if each]
    assert len(named) == len(set(named)) >= len(ids) - 1


def test_every_route_errs_in_the_one_shape(app):
    client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False)
    for route in routes_of(app):
        path = filled(route.path_format)
        is_problem(client.request("PATCH", path), 405)
        is_problem(client.request("GET", f"{path}/and/nothing/more", headers={"host": "evil.example"}), 421)


@pytest.mark.parametrize("family", ["/", "/api/v1/", "/ledger/", "/exchange/v1/", "/directory/v1/", "/witness/v1/"])
def test_every_family_errs_in_the_one_shape(app, family):
    client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
    is_problem(client.get(f"{family}no-such-thing"), 404)
    is_problem(client.post(f"{family}no-such-thing", content=b"x" * (17 << 20)), 413)


def test_a_person_is_shown_a_page(app):
    client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
    answer = client.get("/no-such-page", headers={"accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    machine = client.get("/api/v1/no-such-thing", headers={"accept": "text/html,*/*"})
    is_problem(machine, 404)
