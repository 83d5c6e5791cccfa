"""One command on each side, and an organisation is a member (R3.6): its node and the operator's, over HTTP."""

import gzip
import json
import socket
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from easement.base.errors import ProofFailed, Refused, SourceUnreachable, UsageError
from easement.exchange import directory_store, operator_service, operator_versions
from easement.exchange.directory_api import MOST_TRIES, TRIES_WITHIN
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_service import (
    current_directory,
    directory_with,
    find_key,
    known_keys,
    problems,
    refresh,
)
from easement.exchange.directory_statement import MAX_STATEMENT, Leaving, say
from easement.exchange.join import announce_key, announce_offer, join, keep_up, leave
from easement.ledger.note import Signer
from easement.ledger.service import Ledger, utc_now
from easement.node.home import create_node, open_node
from easement.node.model import ServerSettings
from easement.node.rotation import rotate_signing

from .cluster import DAY, NOW, OPERATOR, signer_of
from .hosts import OPERATOR_URL, Clock, answering, app_of, door, member_host
from .pair import serving

HOUR = timedelta(hours=1)


@pytest.fixture
def operator(tmp_path):
    with member_host(tmp_path, OPERATOR.name, url=OPERATOR_URL) as host:
        operator_service.found(host, "northshire", "Northshire", NOW)
        yield host


@pytest.fixture
def town(tmp_path):
    with member_host(tmp_path, "northtown") as host:
        yield host


@pytest.fixture
def client(operator):
    return door(operator)


def code_for(operator, organisation="northtown", **said):
    return operator_service.invite(operator, organisation, "local-authority", NOW, **said).encode()


def test_one_call_on_each_side_makes_a_member(operator, town, client):
    directory = join(town, code_for(operator), client, NOW)
    assert directory == current_directory(town, NOW) == operator_versions.latest(operator)
    member = directory.member("northtown")
    assert (member.url, member.name, member.body_class) == ("https://northtown.example", "Northtown", "local-authority")
    assert member.log == str(town.ledger.key)
    assert known_keys(town.home) == {"northtown": (town.organisation_key.key,)}
    assert problems(town, NOW) == ()


def test_what_a_node_holds_is_offered_with_its_standard(operator, town, client):
    mapping = (
        "format: easement-mapping/1\nid: roll\ntitle: School roll\norganisation: northtown\nstandard: school-roll/1\n"
    )
    (town.home / "datasets" / "roll.yaml").write_text(mapping + "elements: {family_name: surname}\n")
    (dataset,) = join(town, code_for(operator), client, NOW).member("northtown").datasets
    assert (dataset.id, dataset.standard, dataset.title) == ("roll", "school-roll/1", "School roll")


def test_joining_twice_with_one_code_is_no_error_for_the_same_node(operator, town, client):
    code = code_for(operator)
    assert join(town, code, client, NOW) == join(town, code, client, NOW + HOUR / 60)


def test_a_code_of_another_organisation_is_told_before_anything_is_sent(operator, town):
    with pytest.raises(UsageError, match="this code invites `southtown`, and this is the node of `northtown`"):
        join(town, code_for(operator, "southtown"), None, NOW)


def test_an_expired_code_is_told_before_anything_is_sent(operator, town):
    with pytest.raises(UsageError, match="this code expired on 2026-11-22 03:17 UTC"):
        join(town, code_for(operator, good_for=HOUR), None, NOW + HOUR)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://northtown.example", "must begin with https://"),
        ("ftp://northtown.example", "an address is written as"),
        ("https://northtown.example/node", "without a path"),
        ("http://127.0.0.1:8350", "the operator says no: .* leads every other node back to itself"),
    ],
)
def test_an_address_that_others_cannot_use_is_refused(operator, town, client, url, words):
    with pytest.raises((UsageError, Refused), match=words):
        join(town, code_for(operator), client, NOW, url=url)
    assert directory_store.trusted(town.home) is None


def test_who_used_the_code_first_is_named_to_the_one_invited(operator, town, client, tmp_path):
    code = code_for(operator)
    with member_host(tmp_path, "northtown", 1, url="https://thief.example") as thief:
        join(thief, code, client, NOW)
        key = rf"northtown\+{thief.organisation_key.key.id.hex()}"
        with pytest.raises(Refused, match=rf"used already, with the key `{key}`\n  .*tell the operator at once"):
            join(town, code, client, NOW)
    with pytest.raises(Refused, match="belongs to no cluster"):
        current_directory(town, NOW)


def test_a_node_belongs_to_one_cluster(operator, town, client, tmp_path):
    join(town, code_for(operator), client, NOW)
    with member_host(tmp_path, "southshire", url="https://south.example") as other:
        operator_service.found(other, "southshire", "", NOW)
        with pytest.raises(
            UsageError, match="this node belongs to the cluster `northshire`, and a node belongs to one"
        ):
            join(town, code_for(other), door(other), NOW)


# Lies on the way


def test_an_answer_by_another_than_the_operator_is_refused(operator, town, tmp_path):
    code = code_for(operator)
    with member_host(tmp_path, OPERATOR.name, 1, url=OPERATOR_URL) as liar:
        operator_service.found(liar, "northshire", "Northshire", NOW)
        answer = operator_versions.current(liar).encode()
    with pytest.raises(ProofFailed, match="not signed by its operator"):
        join(town, code, answering(answer), NOW)


def test_an_answer_without_us_in_it_is_refused(operator, town):
    answer = operator_versions.current(operator).encode()
    with pytest.raises(ProofFailed, match="does not have this node as it is"):
        join(town, code_for(operator), answering(answer), NOW)
    assert directory_store.trusted(town.home) is None


def test_an_answer_with_another_key_for_us_is_refused(operator, town, client, tmp_path):
    """Who reads a code on its way and joins first by a key of their own is seen, even where they control the way."""
    code = code_for(operator)
    with member_host(tmp_path, "northtown", 1) as thief:
        join(thief, code, client, NOW)
    with pytest.raises(ProofFailed, match="does not have this node as it is"):
        join(town, code, answering(operator_versions.current(operator).encode()), NOW)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 200, "not JSON"),
        (b"[]", 200, "not a record"),
        (b"{}", 200, "with its signature"),
        (b'{"directory":"\\ud800","note":"","receipt":""}', 200, "with its signature"),
        (b"x" * (13 << 20), 200, "longer than"),
        (b"<html>", 502, "it answered 502"),
        (b'{"detail": 7}', 403, "it answered 403"),
        (b'{"detail": "the ledger takes nothing"}', 503, "the ledger takes nothing"),
        (b'{"detail": "no", "remedy": "go away"}', 403, "the operator says no: no\n  go away"),
        (b"", 302, "it answered 302"),
    ],
)
def test_whatever_comes_back_is_told_in_words(operator, town, body, status, words):
    with pytest.raises((ProofFailed, SourceUnreachable, Refused), match=words):
        join(town, code_for(operator), answering(body, status, location="https://evil.example"), NOW)
    assert directory_store.trusted(town.home) is None


def test_a_packed_answer_is_not_unpacked(operator, town):
    body = gzip.compress(operator_versions.current(operator).encode())
    with pytest.raises(ProofFailed, match="the answer is packed"):
        join(town, code_for(operator), answering(body, content_encoding="gzip"), NOW)


def test_an_operator_that_cannot_be_reached_is_told(operator, town):
    def fail(_request):
        raise httpx.ConnectError("connection refused")

    client = httpx.Client(transport=httpx.MockTransport(fail))
    with pytest.raises(SourceUnreachable, match="cannot be asked: connection refused"):
        join(town, code_for(operator), client, NOW)


# The door


def test_an_unknown_kind_size_or_shape_is_refused_at_the_door(operator, client):
    assert client.post("/directory/v1/join", content=b"x" * (MAX_STATEMENT + 1)).status_code == 413
    for body in (b"", b"null", b"[" * 50_000, b'{"statement":"{}","note":"","proof":""}', b"\xff"):
        answer = client.post("/directory/v1/join", content=body)
        assert (answer.status_code, answer.json()["type"]) == (422, "/docs/reference/errors.md#bad-data")
    assert client.get("/directory/v1/versions/2").status_code == 404
    assert client.get("/directory/v1/versions/0").status_code == 422
    assert client.get(f"/directory/v1/versions/{1 << 60}").status_code == 422
    assert client.post("/directory/v1/members/..%2Fdwp/keys", content=b"").status_code in (404, 422)


def test_what_is_said_at_the_wrong_door_is_refused(operator, town, client):
    join(town, code_for(operator), client, NOW)
    said = say(Leaving(cluster="northshire", organisation="northtown", at=NOW), [town.organisation_key]).encode()
    for path in ("join", "members/northtown/keys", "members/dwp/leave"):
        answer = client.post(f"/directory/v1/{path}", content=said)
        assert answer.status_code == 422
    assert operator_versions.latest(operator).find("northtown")


def test_a_node_that_operates_nothing_has_no_such_door(town):
    client = door(town)
    assert client.get("/directory/v1/current").status_code == 404
    assert client.get("/directory/v1/versions/1").status_code == 404
    assert client.post("/directory/v1/join", content=b"{}").status_code == 404


def test_whoever_tries_codes_has_to_wait_and_others_do_not(operator, town):
    clock = Clock()
    client = door(operator, clock)
    answers = [client.post("/directory/v1/join", content=b"{}") for _ in range(MOST_TRIES + 1)]
    assert [answer.status_code for answer in answers] == [422] * MOST_TRIES + [429]
    assert int(answers[-1].headers["retry-after"]) >= TRIES_WITHIN.seconds
    with pytest.raises(SourceUnreachable, match="too many were refused"):
        join(town, code_for(operator), client, NOW)
    assert client.get("/directory/v1/current").status_code == 200
    clock.now += TRIES_WITHIN
    join(town, code_for(operator), client, clock.now)


def test_versions_and_the_current_one_are_public(operator, town, client):
    join(town, code_for(operator), client, NOW)
    one, two, current = (client.get(f"/directory/v1/{name}") for name in ("versions/1", "versions/2", "current"))
    assert two.content == current.content
    assert json.loads(json.loads(one.content)["directory"])["members"] == []


def test_how_the_operators_log_grows_is_public(operator, town, client):
    join(town, code_for(operator), client, NOW)
    size = operator.ledger.published.size
    said = client.get(f"/directory/v1/consistency?old=1&new={size}").json()["consistency"]
    assert [bytes.fromhex(each) for each in said] == operator.ledger.consistency(1, size)
    for old, new, status in ((2, 1, 404), (1, size + 1, 404), (0, 1, 422), (1, 1 << 60, 422), ("x", 1, 422)):
        assert client.get(f"/directory/v1/consistency?old={old}&new={new}").status_code == status
    assert door(town).get("/directory/v1/consistency?old=1&new=1").status_code == 404


# Later


def test_a_new_key_is_announced_and_works_at_once_for_others(operator, town, client, tmp_path):
    join(town, code_for(operator), client, NOW)
    with member_host(tmp_path, "dwp") as dwp:
        join(dwp, code_for(operator, "dwp"), client, NOW)
        new = signer_of("northtown", 1)
        keyid = f"northtown+{new.key.id.hex()}"
        directory = announce_key(town, town.organisation_key, new, client, NOW)
        assert directory.key(keyid, NOW) == new.key
        with pytest.raises(ProofFailed, match="no member"):
            current_directory(dwp, NOW).key(keyid, NOW)
        assert find_key(dwp, keyid, NOW, connect=lambda: client) == new.key
        assert problems(replace(town, organisation_key=new), NOW) == ()
        assert set(known_keys(dwp.home)["northtown"]) == {town.organisation_key.key, new.key}


def test_who_joins_later_is_known_at_once_to_who_joined_before(operator, town, client, tmp_path):
    held = join(town, code_for(operator), client, NOW)
    with member_host(tmp_path, "dwp") as dwp:
        join(dwp, code_for(operator, "dwp"), client, NOW)
        key = dwp.organisation_key.key
        assert held.find("dwp") is None
        assert directory_with(town, "dwp", NOW, connect=lambda: client).find("dwp") is not None
        assert current_directory(town, NOW).find("dwp") is not None
    assert known_keys(town.home)["dwp"] == (key,)


def test_a_message_by_who_joined_later_is_known_at_once(operator, town, client, tmp_path):
    join(town, code_for(operator), client, NOW)
    with member_host(tmp_path, "dwp") as dwp:
        join(dwp, code_for(operator, "dwp"), client, NOW)
        key = dwp.organisation_key.key
        assert find_key(town, f"dwp+{key.id.hex()}", NOW, connect=lambda: client) == key


def test_a_node_announces_by_itself_what_changed_while_nobody_looked(operator, town, client):
    join(town, code_for(operator), client, NOW)
    new, log = signer_of("northtown", 1), Signer(town.ledger.key.name, bytes([7]) * 32)
    changed = replace(town, organisation_key=new, ledger=relogged(town, log))
    assert keep_up(changed, client, NOW).sequence == 2
    assert len(problems(changed, NOW)) == 1
    directory_store.add_handover(town.home, "organisation", hand_over(town.organisation_key, new))
    directory_store.add_handover(town.home, "log", hand_over(town.ledger.signer, log))
    directory = keep_up(changed, client, NOW)
    assert directory.sequence == 4
    assert problems(changed, NOW) == ()
    assert directory.member("northtown").log_keys == (log.key, town.ledger.key)
    assert keep_up(changed, client, NOW) == directory


def test_a_key_that_is_changed_by_its_command_reaches_the_directory(operator, client, tmp_path):
    home = create_node(tmp_path / "dwp", "dwp").home
    with open_node(home) as node:
        node = moved_to(node, "https://dwp.example")
        first = join(node, code_for(operator, "dwp"), client, NOW)
    for stem, name in (("organisation", "dwp"), ("log", "dwp/ledger")) * 2:
        with open_node(home) as node:
            rotate_signing(home, node.ledger, node.master_key, stem, name=name, now=NOW)
    with open_node(home) as node:
        directory = keep_up(node, client, NOW)
        assert directory.sequence == first.sequence + 2
        assert set(node.member_keys["dwp"]) >= set(directory.member("dwp").lasting_keys)
        assert [each.parsed for each in directory.member("dwp").present_keys(NOW + 3 * DAY)] == [
            node.organisation_key.key
        ]
        assert directory.member("dwp").log_key == node.ledger.key
        assert problems(node, NOW) == ()


def test_a_node_knows_the_keys_of_its_cluster_without_anybody_carrying_them(operator, client, tmp_path, town):
    join(town, code_for(operator), client, NOW)
    with open_node(create_node(tmp_path / "dwp", "dwp").home) as node:
        assert node.member_keys == {"dwp": (node.organisation_key.key,)}
        join(moved_to(node, "https://dwp.example"), code_for(operator, "dwp"), client, NOW)
        assert node.members["northtown"] == town.organisation_key.key
        operator_service.revoke_keys(operator, "northtown", NOW)
        keep_up(node, client, NOW, force=True)
        assert "northtown" not in node.member_keys


def test_a_key_that_was_stolen_vouches_for_none(operator, client, tmp_path):
    home = create_node(tmp_path / "dwp", "dwp").home
    with open_node(home) as node:
        join(moved_to(node, "https://dwp.example"), code_for(operator, "dwp"), client, NOW)
        rotate_signing(home, node.ledger, node.master_key, "organisation", name="dwp", now=NOW, compromised=True)
    with open_node(home) as node:
        assert keep_up(node, client, NOW).sequence == 2
        assert [problem.what for problem in problems(node, NOW)] == ["the directory has another key for us"]
        operator_service.revoke_keys(operator, "dwp", NOW)
        join(moved_to(node, "https://dwp.example"), code_for(operator, "dwp"), client, NOW)
        assert problems(node, NOW) == ()


def moved_to(node, url):
    """An open node that others reach at an address."""
    return replace(node, settings=node.settings.model_copy(update={"server": ServerSettings(url=url)}))


def relogged(town, signer):
    """A node's ledger under another key."""
    town.ledger.close()
    former = [town.ledger.key]
    return Ledger.open(town.engine, town.home / "ledger", signer=signer, master_key=town.master_key, former=former)


def test_made_up_keys_do_not_make_a_node_ask_and_ask(operator, town, client):
    join(town, code_for(operator), client, NOW)
    asked = []

    def count(request):
        asked.append(request.url)
        return httpx.Response(503)

    def counting():
        return httpx.Client(transport=httpx.MockTransport(count))

    for number in range(20):
        with pytest.raises(ProofFailed, match="no member"):
            find_key(town, f"northtown+{number:08x}", NOW, connect=counting)
        with pytest.raises(ProofFailed, match="no member"):
            find_key(town, f"stranger+{number:08x}", NOW, connect=counting)
    assert len(asked) == 1
    with pytest.raises(ProofFailed):
        find_key(town, "northtown+00000000", NOW + HOUR, connect=counting)
    assert len(asked) == 2


def test_what_changed_is_told_and_the_rest_stays(operator, town, client):
    join(town, code_for(operator), client, NOW, services=("lookup", "delta"))
    moved = announce_offer(town.at("https://two.example"), client, NOW)
    assert (moved.member("northtown").url, moved.member("northtown").services) == (
        "https://two.example", ("delta", "lookup"),
    )  # fmt: skip
    assert announce_offer(town, client, NOW, services=("witness",)).member("northtown").services == ("witness",)


def test_who_leaves_is_out_on_both_sides(operator, town, client):
    join(town, code_for(operator), client, NOW)
    leave(town, client, NOW)
    assert operator_versions.latest(operator).find("northtown") is None
    assert known_keys(town.home) == {}
    for act in (lambda: current_directory(town, NOW), lambda: leave(town, client, NOW)):
        with pytest.raises(Refused, match="belongs to no cluster"):
            act()
    join(town, code_for(operator), client, NOW + HOUR / 60)


# The whole journey


@contextmanager
def running(home):
    """A node as the command makes it, opened and behind a real server on loopback."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    with open_node(home) as opened:
        server = ServerSettings(port=listening.getsockname()[1])
        node = replace(opened, settings=opened.settings.model_copy(update={"server": server}))
        with serving(app_of(node, utc_now), listening):
            yield node


def test_from_nothing_to_a_cluster_of_two_over_real_http(tmp_path, capsys):
    """An operator and two nodes, each behind a server of its own; both join at once, and what it took is told."""
    began = time.perf_counter()
    homes = {name: create_node(tmp_path / name, name).home for name in ("northshire", "dwp", "northtown")}
    made = time.perf_counter() - began
    found = {}

    def member(name, code):
        with running(homes[name]) as node, httpx.Client() as client:
            join(node, code, client, utc_now())
            both.wait()
            found[name] = refresh(node, client, utc_now(), force=True)

    names, both = ("dwp", "northtown"), threading.Barrier(2)
    with running(homes["northshire"]) as operator:
        operator_service.found(operator, "northshire", "Northshire", utc_now())
        codes = [operator_service.invite(operator, name, "local-authority", utc_now()).encode() for name in names]
        threads = [threading.Thread(target=member, args=each) for each in zip(names, codes, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    took = time.perf_counter() - began
    assert found["dwp"] == found["northtown"]
    assert (found["dwp"].sequence, [each.id for each in found["dwp"].members]) == (3, ["dwp", "northtown"])
    with capsys.disabled():
        sys.stdout.write(f"\nfrom nothing to a cluster of two: {took:.2f} s, {made:.2f} s of it for three nodes\n")
