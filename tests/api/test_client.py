"""The Python client: what it asks, what it gives, what it raises, and when it tries again."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from easement.api.app import create_app
from easement.base.errors import Refused, UsageError
from easement.client import Client, Conflict, Invalid, NotLetIn, NotThere, Refusal, Unavailable, client
from easement.exchange import bulk, jobs
from easement.staff.permissions import Permission
from tests.exchange.pair import Pair, paired

from .conftest import JO, program

ASKED = {
    "provider": "dwp",
    "agreement": "school-meals",
    "share": "entitled",
    "purpose": "benefit-eligibility",
    "person": JO,
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def node(pair) -> Iterator[Client]:
    """A client of the council's node, straight into its app."""
    app = TestClient(create_app(pair.northtown, clock=pair.clock), raise_server_exceptions=False)
    key = program(pair.northtown, *Permission, agreements=("school-meals",))
    with Client(pair.urls["northtown"], key, transport=app._transport) as made:
        yield made


def test_a_program_asks_and_is_answered(node):
    assert node.me().organisation == "northtown"
    answer = node.ask(**ASKED, why="a form came in")
    assert [record["claim_reference"] for record in answer.records] == ["C01"]
    assert answer.withheld
    assert node.check_receipt(answer.receipt, organisation="dwp").holds
    assert "Jo" not in repr(answer)


def test_a_refusal_is_raised_with_its_reasons(node):
    with pytest.raises(Refusal, match="immigration-enforcement") as caught:
        node.ask(**ASKED | {"purpose": "immigration-enforcement"})
    assert "purpose.never-for" in [reason.code for reason in caught.value.reasons]
    assert isinstance(caught.value, Refused)
    assert caught.value.exit_code == 10
    assert caught.value.request


def test_several_are_asked_at_once(node):
    picture = node.picture([ASKED, ASKED | {"purpose": "immigration-enforcement"}])
    assert len(picture.answers) == len(picture.refused) == 1
    assert picture.refused[0].reasons[0].text


def test_lists_go_on_over_pages(node, monkeypatch):
    for _ in range(3):
        node.ask(**ASKED)
    everything = list(node.entries())
    monkeypatch.setattr(client.Client, "_all", small_pages(client.Client._all))
    assert list(node.entries()) == everything
    assert [each.index for each in everything] == list(range(len(everything)))[::-1]


def small_pages(real):
    """The same, three at a time."""
    return lambda self, path, kind, only=None: real(self, path, kind, {"limit": "3", **(only or {})})


def test_everything_that_can_be_read_is_read(node):
    assert node.agreement("school-meals").state == "in-force"
    assert [each.id for each in node.agreements()] == ["school-meals"]
    assert node.document("school-meals").startswith("# School meals")
    assert {each.id for each in node.members()} == {"dwp", "northtown"}
    (first, *_) = node.disclosures(direction="received")
    assert node.disclosure(first.entry).digest
    assert [each.by for each in node.refusals()][-1:] == ["northtown"]
    assert list(node.datasets()) == []
    assert node.ledger().takes_entries
    assert node.proof(0).startswith("c2sp.org/tlog-proof")
    assert {each.side for each in node.counts()} == {"recipient"}
    compared = node.compare("dwp")
    assert compared.agrees, compared.differences


def test_a_set_is_asked_for_and_opened(node, pair):
    wanted = {name: ASKED[name] for name in ("provider", "agreement", "purpose")}
    asked = node.ask_for_set(**wanted, share="forms", why="a yearly report")
    assert [each.message for each in node.sets()] == [asked.message]
    jobs.run_next(pair.dwp, pair.clock)
    bulk.look(pair.northtown, asked.message, pair.clock())
    assert node.set_of(asked.message).state == "received"
    assert node.open_set(asked.message)["profile"]["bearerToken"]
    with pytest.raises(Refusal):
        node.ask_for_set(**wanted | {"purpose": "immigration-enforcement"}, share="forms")


def test_what_goes_wrong_has_a_name(node, pair):
    with pytest.raises(NotThere):
        node.agreement("made-up")
    with pytest.raises(Invalid) as caught:
        node.ask(**ASKED | {"share": "Not A Share"})
    assert caught.value.problems[0]["where"] == "body.share"
    node.ask(**ASKED, idempotency_key="one-question")
    with pytest.raises(Conflict):
        node.ask(**ASKED, why="another", idempotency_key="one-question")
    stranger = Client(pair.urls["northtown"], "easement_none", transport=node._http._transport)
    with pytest.raises(NotLetIn):
        stranger.me()


@pytest.fixture
def slept(monkeypatch) -> list[float]:
    """How long the client waited, without waiting."""
    waits: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waits.append)
    return waits


def answering(*answers: httpx.Response | Exception) -> tuple[Client, list[httpx.Request]]:
    """A client of a node that gives these answers in turn, and what it was sent."""
    left, seen = list(answers), []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    return Client("https://node.example", "key", transport=httpx.MockTransport(handle)), seen


GOOD = httpx.Response(200, json={"answers": [], "refused": [], "silent": []})


def test_a_node_that_is_busy_is_asked_again_as_it_says(slept):
    made, seen = answering(httpx.Response(503, headers={"retry-after": "7"}), httpx.ConnectError("no"), GOOD)
    made.picture([ASKED])
    assert slept[0] == 7
    assert 0 < slept[1] <= client.LONGEST_WAIT
    assert len({request.headers["idempotency-key"] for request in seen}) == 1


def test_a_node_that_stays_away_is_given_up(slept):
    made, seen = answering(*[httpx.ConnectError("no")] * client.TRIES)
    with pytest.raises(Unavailable):
        made.me()
    assert len(seen) == client.TRIES


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 502])
def test_what_would_go_wrong_again_is_not_sent_again(slept, status):
    made, seen = answering(httpx.Response(status, text="<html>a proxy's own words</html>"))
    with pytest.raises(client.Problem):
        made.me()
    assert (len(seen), slept) == (1, [])


@pytest.mark.parametrize("url", ["http://node.example", "ftp://node.example", "node.example"])
def test_a_key_never_travels_in_the_clear(url):
    with pytest.raises(UsageError, match="encrypted"):
        Client(url, "key")
