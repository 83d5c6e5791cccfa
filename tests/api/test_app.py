"""What holds for every answer of a node, whichever route it is for."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from easement.api.app import create_app, hosts
from easement.api.guard import Limits
from easement.base import errors
from easement.node.model import ServerSettings

from .conftest import ADDRESS

SHAPE = {"type", "title", "status", "detail", "remedy", "instance"}


def is_problem(answer, status: int) -> dict:
    """The problem that an answer is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told.keys() >= SHAPE
    assert told["status"] == status
    assert told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    return told


def test_it_lives_and_is_ready(client):
    assert client.get("/healthz").json() == {"state": "alive"}
    told = client.get("/readyz").json()
    assert told["ready"]
    assert {"database", "ledger", "checkpoint", "disk"} <= {each["name"] for each in told["checks"]}


@pytest.mark.parametrize("path", ["/healthz", "/ledger/checkpoint", "/nowhere"])
def test_every_answer_carries_the_headers_that_keep_browsers_out_of_trouble(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-frame-options"] == "DENY"
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-request-id"])
    assert "server" not in headers
    assert "set-cookie" not in headers
    assert not [name for name in headers if name.startswith("access-control-")]


def test_an_address_that_leads_nowhere_is_a_problem(client):
    is_problem(client.get("/nowhere"), 404)


def test_a_method_that_is_not_there_is_a_problem_that_names_those_that_are(client):
    answer = client.post("/healthz")
    is_problem(answer, 405)
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "", "127.0.0.1:8350.evil.example"])
def test_a_node_asked_under_another_name_answers_nothing(client, host):
    is_problem(client.get("/ledger/checkpoint", headers={"host": host}), 421)


def test_a_node_goes_by_the_address_that_others_know():
    names = hosts(ServerSettings(host="0.0.0.0", url="https://node.northtown.example"))
    assert "node.northtown.example" in names
    assert "node.northtown.example:443" in names
    assert "northtown.example" not in names


@pytest.mark.parametrize(
    "path", ["/ledger/%2e%2e/keys/master.key", "/ledger/..%2fkeys/master.key", "/ledger//checkpoint", "/ledger/%00"]
)
def test_an_address_in_disguise_leads_nowhere(client, path):
    is_problem(client.get(path), 404)


def strange(app: FastAPI, _) -> None:
    """Routes that fail in every way."""

    def fail(name: str) -> None:
        raise {
            "refused": errors.Refused("no"),
            "storage": errors.StorageFailed("cannot write `/secret/place`"),
            "source": errors.SourceUnreachable("cannot read `/secret/place`"),
            "file": errors.BadFile("`/secret/place` has a problem"),
            "data": errors.BadData("a column is missing"),
            "usage": errors.UsageError("two options contradict"),
            "proof": errors.ProofFailed("the signature does not hold"),
            "force": errors.NotInForce("the agreement ended"),
            "any": errors.EasementError("/secret/place"),
            "bug": ValueError("Zoë Ash, AB123456C"),
        }[name]

    async def echo(body: dict[str, int]) -> int:
        return len(body)

    app.get("/fail/{name}")(fail)
    app.post("/echo")(echo)


@pytest.fixture
def odd(node) -> TestClient:
    """An app whose routes fail, under narrow limits."""
    limits = Limits(hosts=frozenset({"127.0.0.1:8350"}), body_bytes=100_000)
    return TestClient(create_app(node, [strange], limits=limits), base_url=ADDRESS, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("refused", 403),
        ("storage", 503),
        ("source", 502),
        ("file", 422),
        ("data", 422),
        ("usage", 400),
        ("proof", 502),
        ("force", 409),
        ("any", 500),
        ("bug", 500),
    ],
)
def test_an_error_becomes_a_problem_that_tells_nothing_of_the_inside(odd, name, status):
    answer = odd.get(f"/fail/{name}")
    is_problem(answer, status)
    assert "secret" not in answer.text
    assert "Ash" not in answer.text
    assert "AB123456C" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


def test_a_body_too_long_is_refused_before_it_is_read(odd):
    is_problem(odd.post("/echo", content=b"{" + b" " * 100_000, headers={"content-type": "application/json"}), 413)


def test_a_body_in_pieces_is_refused_where_it_grows_too_long(odd):
    pieces = (b" " * 10_000 for _ in range(100))
    is_problem(odd.post("/echo", content=pieces, headers={"content-type": "application/json"}), 413)


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"a": "x"}', b"\xff", b'{"a": 1e999}', b'{"a":' * 15_000])
def test_a_body_of_the_wrong_shape_is_a_problem(odd, body):
    is_problem(odd.post("/echo", content=body, headers={"content-type": "application/json"}), 422)


def test_what_was_sent_is_not_sent_back(odd):
    answer = odd.post("/echo", json={"a": "Zoë Ash"})
    assert "Ash" not in answer.text
    assert "zoë" not in answer.text.lower()


def test_headers_too_long_are_refused(odd):
    is_problem(odd.get("/healthz", headers={"x-long": "a" * 20_000}), 431)
    is_problem(odd.get("/healthz", headers={f"x-{n}": "a" for n in range(100)}), 431)


def test_a_path_too_long_leads_nowhere(odd):
    is_problem(odd.get("/" + "a" * 5_000), 404)
