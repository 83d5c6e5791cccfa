"""Signing in at a real OpenID Connect provider through the pages, and what could go wrong on the way."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from easement.staff import service as staff
from easement.staff.oidc import OidcClient
from easement.staff.permissions import NodeRole
from tests.staff.provider import REDIRECT, Browser, Running, running

from .world import World

__all__ = ["running"]

HTML = {"accept": "text/html"}
SECRET = "northtown & its: secret/+%"
COOKIE = "easement-northtown-openid"


@pytest.fixture
def provided(world: World, running: Running) -> Iterator[OidcClient]:
    """The node with a provider in its settings."""
    desk = world.app.state.desk
    with httpx.Client() as http:
        client = OidcClient(running.issuer, "northtown", SECRET, REDIRECT, http)
        world.app.state.desk = replace(desk, openid=client)
        yield client
    world.app.state.desk = desk


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world.url, headers=HTML, timeout=30) as made:
        yield made


def gone_and_back(client: httpx.Client, login: str, **params: str) -> httpx.Response:
    """Leave for the provider, sign in there, and come back."""
    left = client.get("/sign-in/openid", params=params)
    assert left.status_code == 303
    return client.get("/sign-in/openid/return", params=Browser(login).go(left.headers["location"]))


def employed(world: World, provided: OidcClient, name: str, login: str) -> None:
    """Somebody who is linked to a login at the provider."""
    invited = staff.add_person(world.node, name, by="console", now=world.clock(), roles=[NodeRole.CASEWORKER])
    staff.link_external(world.node, invited.account_id, provided.issuer, login, by="console", now=world.clock())


def test_the_way_in_is_offered_where_there_is_a_provider(client, provided):
    assert "Sign in with your work account" in client.get("/sign-in").text


def test_without_a_provider_it_is_not(client):
    assert "Sign in with your work account" not in client.get("/sign-in").text
    assert client.get("/sign-in/openid").status_code == 404
    assert client.get("/sign-in/openid/return").status_code == 404


def test_somebody_who_is_linked_gets_in_and_to_where_they_wanted(client, world, provided):
    employed(world, provided, "Ursa Linked", "ursa")
    answer = gone_and_back(client, "ursa", next="/disclosures?agreement=school-meals")
    assert answer.headers["location"] == "/disclosures?agreement=school-meals"
    assert "Hello, Ursa Linked" in client.get("/").text
    assert COOKIE not in client.cookies


def test_it_leads_nowhere_else(client, world, provided):
    employed(world, provided, "Vera Linked", "vera")
    assert gone_and_back(client, "vera", next="//evil.example").headers["location"] == "/"


def test_whom_only_the_provider_knows_is_not_let_in(client, provided):
    answer = gone_and_back(client, "mallory")
    assert answer.status_code == 403
    assert "this node does not" in answer.text
    assert client.get("/").status_code == 303


def test_an_answer_that_another_browser_asked_for_is_refused(client, world, provided):
    employed(world, provided, "Wim Linked", "wim")
    left = client.get("/sign-in/openid")
    came = Browser("wim").go(left.headers["location"])
    with httpx.Client(base_url=world.url, headers=HTML, timeout=30) as other:
        assert other.get("/sign-in/openid/return", params=came).status_code == 403
        other.get("/sign-in/openid")
        assert other.get("/sign-in/openid/return", params=came).status_code == 403
        assert other.get("/").status_code == 303


def test_an_invitation_is_used_with_a_work_account(client, world, provided):
    invited = staff.add_person(world.node, "Xena Invited", by="console", now=world.clock())
    assert gone_and_back(client, "xena", code=invited.token).headers["location"] == "/"
    assert "Hello, Xena Invited" in client.get("/").text


def test_a_provider_that_is_down_is_told_plainly(client, world, provided):
    with httpx.Client() as http:
        away = OidcClient("http://127.0.0.1:9", "northtown", SECRET, REDIRECT, http)
        world.app.state.desk = replace(world.app.state.desk, openid=away)
        answer = client.get("/sign-in/openid")
        world.app.state.desk = replace(world.app.state.desk, openid=provided)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
