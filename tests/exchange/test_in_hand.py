"""How much a node has in hand at once, and what it says when that is enough (R3.6)."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from easement.exchange.answering import Arrived, Desk, NotTaken
from easement.exchange.message import sign_question
from easement.exchange.service import ask
from easement.ledger.model import EntryType
from easement.ledger.note import Signer

from .pair import ASKER, NOW, Pair
from .sent import ASKS, POLICE, policed


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with policed(tmp_path_factory.mktemp("pair")) as made:
        yield made


def desk(pair: Pair, most: int) -> Desk:
    return replace(Desk.at(pair.dwp, pair.clock, lambda _: None), most=most)


def arrived(pair: Pair, signer: Signer) -> Arrived:
    headers, _ = sign_question(
        signer, method="POST", target=pair.urls["dwp"] + ASKS, body=b"{}", now=NOW, nonce=secrets.token_hex(16)
    )
    return Arrived("POST", ASKS, list(headers.items()), b"{}")


class Slow:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def __call__(self, *_: Any) -> bytes:
        self.begun.release()
        self.go.wait(10)
        return b"{}"


def test_more_than_a_node_can_have_in_hand_is_told_to_come_back(pair: Pair):
    busy, slow = desk(pair, 2), Slow()
    own = pair.northtown.organisation_key
    threads = [threading.Thread(target=busy.take, args=(arrived(pair, each), slow)) for each in (own, POLICE)]
    for each in threads:
        each.start()
        slow.begun.acquire()
    reply = busy.take(arrived(pair, own), slow)
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")
    assert b"node.busy" in reply.body
    assert "signature" in reply.headers
    slow.go.set()
    for each in threads:
        each.join()
    assert busy.take(arrived(pair, own), lambda *_: b"{}").status == 200


def test_one_member_that_asks_much_leaves_room_for_the_next(pair: Pair):
    busy, slow, own = desk(pair, 8), Slow(), pair.northtown.organisation_key
    threads = [threading.Thread(target=busy.take, args=(arrived(pair, own), slow)) for _ in range(4)]
    for each in threads:
        each.start()
        slow.begun.acquire()
    reply = busy.take(arrived(pair, own), slow)
    assert reply.status == 503
    assert b"leaves room for others" in reply.body
    assert busy.take(arrived(pair, POLICE), lambda *_: b"{}").status == 200
    slow.go.set()
    for each in threads:
        each.join()


def test_members_that_came_first_leave_room_for_one_that_comes_later(pair: Pair):
    busy, slow, own = desk(pair, 8), Slow(), pair.northtown.organisation_key
    firsts = [*[own] * 4, *[POLICE] * 2]
    threads = [threading.Thread(target=busy.take, args=(arrived(pair, each), slow)) for each in firsts]
    for each in threads:
        each.start()
        slow.begun.acquire()
    assert [busy.take(arrived(pair, each), slow).status for each in (own, POLICE)] == [503, 503]
    assert busy.take(arrived(pair, pair.dwp.organisation_key), lambda *_: b"{}").status == 200
    slow.go.set()
    for each in threads:
        each.join()


def test_an_error_that_nobody_foresaw_says_nothing_of_the_node_and_is_reported(pair: Pair):
    told: list[Exception] = []
    made = Desk.at(pair.dwp, pair.clock, told.append)

    def broken(*_: Any) -> bytes:
        raise RuntimeError("/secret/path AB123456C")

    reply = made.take(arrived(pair, POLICE), broken)
    assert (reply.status, b"secret" in reply.body, b"AB1" in reply.body) == (500, False, False)
    assert [type(each) for each in told] == [RuntimeError]
    assert b"busy" in made.refuse(arrived(pair, POLICE), NotTaken(503, "node.busy", "x", "y", after=1)).body


def test_a_directory_that_is_stale_answers_nobody(pair: Pair):
    later = pair.clock.now = NOW + timedelta(days=40)
    try:
        headers, _ = sign_question(
            POLICE, method="POST", target=pair.urls["dwp"] + ASKS, body=b"{}", now=later, nonce="0" * 32
        )
        reply = desk(pair, 2).take(Arrived("POST", ASKS, list(headers.items()), b"{}"), lambda *_: b"{}")
    finally:
        pair.clock.now = NOW
    assert reply.status == 503
    assert b"directory.stale" in reply.body


def test_many_questions_at_once_are_each_answered_once(pair: Pair):
    messages: list[str] = []

    def many() -> None:
        messages.extend(ask(pair.northtown, pair.wish(), ASKER, NOW).message for _ in range(5))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    released = [each.message for each in pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED)]
    received = [each.message for each in pair.entries(pair.northtown, EntryType.DISCLOSURE_RECEIVED)]
    assert len(set(messages)) == 20
    assert [released.count(each) for each in messages] == [received.count(each) for each in messages] == [1] * 20
