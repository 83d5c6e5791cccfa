"""What a node takes from other nodes, over real HTTP, and what it does with everything else (R3.6)."""

import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from easement.agreement.model import Mode
from easement.base.database import writing
from easement.exchange import outbox
from easement.exchange.answering import Arrived, Desk, NotTaken
from easement.exchange.directory_parts import MemberKey
from easement.exchange.message import Question, content_digest, sign_question, verify_answer
from easement.exchange.message_body import MAX_ASK, AnswerBody, AskBody, ProblemBody, read_body
from easement.exchange.message_carry import _client
from easement.exchange.service import ask, finish_outbox
from easement.gate.suspended import changed
from easement.gate.tables import resume, suspend
from easement.ledger.model import EntryType
from easement.ledger.note import Signer

from . import cluster
from .pair import ASKER, JO, NOW, Pair, paired

ASKS, AGAIN = "/exchange/v1/asks", "/exchange/v1/answers"
POLICE = cluster.signer_of("police")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        since = NOW - timedelta(days=30)
        police = cluster.member("police", keys=(MemberKey(key=str(POLICE.key), since=since),), url="http://127.0.0.1:9")
        made.publish(*sorted([*made.directory.members, police], key=lambda each: each.id))
        yield made


def body(pair: Pair, **changes: Any) -> bytes:
    """A question that is answered, but for what a test changes."""
    digest = pair.northtown.shelf.get("school-meals", NOW.date()).prepared.digest
    usual: dict[str, Any] = {
        "message": secrets.token_hex(16), "to": "dwp", "agreement": digest, "share": "entitled",
        "purpose": "benefit-eligibility", "mode": Mode.LOOKUP, "role": "benefits-officer", "fields": (), "person": JO,
        "asked_by": "officer 7", "why": "", "training": ("information-governance",), "consented": False,
    }  # fmt: skip
    return AskBody(**usual | changes).encode()


class Sent:
    """One signed message, sent, and what came back."""

    def __init__(
        self, pair: Pair, said: bytes = b"", path: str = ASKS, *, method: str = "POST", **changes: Any
    ) -> None:
        self.pair = pair
        signer = changes.pop("signer", pair.northtown.organisation_key)
        send: dict[str, Any] = {"method": method, "url": pair.urls["dwp"] + path, "content": said}
        send |= {name: changes.pop(name) for name in ("url", "content", "headers") if name in changes}
        usual: dict[str, Any] = {
            "method": method, "target": pair.urls["dwp"] + path, "body": said, "now": NOW,
            "nonce": secrets.token_hex(16),
        }  # fmt: skip
        signed, self.question = sign_question(signer, **usual | changes)
        headers = send.pop("headers", None)
        self.headers = headers(signed) if headers else signed
        self.response = _client().request(headers=self.headers, **send)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def told(self) -> AnswerBody:
        assert self.status == 200, self.response.text
        self.hold()
        return read_body(AnswerBody, self.response.content, 1 << 20)

    @property
    def code(self) -> str:
        """The code of a problem, which must have its remedy."""
        problem = read_body(ProblemBody, self.response.content, 1 << 20)
        assert problem.status == self.status
        (reason,) = problem.reasons
        assert reason.remedy
        return reason.code

    def hold(self, question: Question | None = None) -> None:
        """That the answer is signed, and bound to this question."""
        fields = [(name.lower(), value) for name, value in self.response.headers.items()]
        verify_answer(
            fields,
            status=self.status,
            body=self.response.content,
            question=question or self.question,
            key_of=lambda _: self.pair.dwp.organisation_key.key,
            now=NOW,
            skew=30,
        )


def entries(pair: Pair) -> int:
    return pair.dwp.ledger.size


def refused(sent: Sent, before: int) -> str:
    """A message that was not taken: said why, signed, and nothing in the log."""
    assert entries(sent.pair) == before
    sent.hold()
    return sent.code


def test_a_question_is_answered_signed_and_bound(pair: Pair):
    told = Sent(pair, body(pair)).told
    assert told.decision.allowed
    assert json.loads(told.answer)["records"][0]["family_name"] == "Ash"


def test_a_replayed_message_is_refused_and_answered_once(pair: Pair):
    said, nonce = body(pair), secrets.token_hex(16)
    assert Sent(pair, said, nonce=nonce).told
    before = entries(pair)
    again = Sent(pair, said, nonce=nonce)
    assert (again.status, refused(again, before)) == (401, "message.replayed")


def test_the_same_message_signed_anew_gets_the_same_answer_and_nothing_more_crosses(pair: Pair):
    said = body(pair)
    first, before = Sent(pair, said), entries(pair) + 2
    again = Sent(pair, said)
    assert first.told == again.told
    assert entries(pair) == before - 2 or entries(pair) == before
    assert first.response.content == again.response.content


@pytest.fixture
def suspended(pair: Pair) -> Iterator[Callable[[], None]]:
    """Suspends the agreement at the provider, until the test is over."""

    def now() -> None:
        with writing(pair.dwp.engine) as connection:
            suspend(connection, "school-meals", "a concern was raised", since=0, entry=0)
        changed()

    yield now
    with writing(pair.dwp.engine) as connection:
        resume(connection, "school-meals")
    changed()


@pytest.mark.parametrize("path", [ASKS, AGAIN])
def test_a_kept_answer_ends_with_its_agreement_and_its_receipt_does_not(
    pair: Pair, suspended: Callable[[], None], path: str
):
    said = body(pair)
    told = Sent(pair, said).told
    before = entries(pair)
    assert Sent(pair, said, path).told == told
    suspended()
    again = Sent(pair, said, path)
    assert (again.status, refused(again, before)) == (410, "agreement.not-in-force")
    assert b"Ash" not in again.response.content
    assert Sent(pair, path=f"/exchange/v1/receipts/{told.message}", method="GET").status == 200


def test_a_refusal_that_was_kept_is_told_again_all_the_same(pair: Pair, suspended: Callable[[], None]):
    said = body(pair, purpose="direct-marketing")
    told = Sent(pair, said).told
    suspended()
    assert Sent(pair, said, AGAIN).told == told


def test_an_answer_that_can_no_longer_be_had_is_logged_as_lost_so_that_both_logs_agree(
    pair: Pair, suspended: Callable[[], None]
):
    wished = read_body(AskBody, body(pair), MAX_ASK)
    outbox.keep(pair.northtown, outbox.Letter(wished, "school-meals", NOW - timedelta(minutes=1)))
    entry = Sent(pair, wished.encode()).told.entry
    suspended()
    (settled,) = finish_outbox(pair.northtown, NOW)
    assert (settled.how, settled.message) == ("lost", wished.message)
    (lost,) = pair.entries(pair.northtown, EntryType.DISCLOSURE_LOST)
    assert (lost.message, lost.peer_entry) == (wished.message, entry)


def test_whose_key_was_revoked_gets_no_kept_answer(pair: Pair):
    said, known = body(pair), pair.directory.members
    other = cluster.signer_of("northtown", 7)
    assert Sent(pair, said).told.decision.allowed
    (member,) = [each for each in known if each.id == "northtown"]
    since = NOW - timedelta(days=30)
    keys = (member.keys[0].model_copy(update={"revoked": NOW}), MemberKey(key=str(other.key), since=since))
    pair.publish(*(each.model_copy(update={"keys": keys}) if each is member else each for each in known))
    try:
        assert Sent(pair, said, AGAIN).code == "message.key-unknown"
        under_another = Sent(pair, said, AGAIN, signer=other)  # the agreement was signed by the key that was revoked
        assert (under_another.status, under_another.code) == (410, "agreement.not-in-force")
    finally:
        pair.publish(*known)


def test_one_id_for_two_questions_is_refused(pair: Pair):
    message = secrets.token_hex(16)
    assert Sent(pair, body(pair, message=message)).told
    before = entries(pair)
    other = Sent(pair, body(pair, message=message, why="another"))
    assert (other.status, refused(other, before)) == (409, "message.id-used")


def test_two_organisations_that_draw_one_id_do_not_meet(pair: Pair):
    said = body(pair)
    assert Sent(pair, said).told.decision.allowed
    theirs = Sent(pair, said, signer=POLICE).told
    assert not theirs.decision.allowed
    assert theirs.answer == ""
    assert theirs.decision.recipient == "police"
    assert "recipient.not-named" in [reason.code.value for reason in theirs.decision.unmet]


def test_another_members_answers_receipts_and_entries_stay_its_own(pair: Pair):
    said = body(pair)
    told = Sent(pair, said).told
    before = entries(pair)
    assert refused(Sent(pair, said, AGAIN, signer=POLICE), before) == "message.unknown"
    receipt = Sent(pair, path=f"/exchange/v1/receipts/{told.message}", method="GET", signer=POLICE)
    assert (receipt.status, refused(receipt, before)) == (404, "message.unknown")
    page = Sent(pair, path="/exchange/v1/entries?start=0&size=0&known=0", method="GET", signer=POLICE)
    assert page.status == 200
    assert told.message not in page.response.text
    one = f"/exchange/v1/entries/{told.entry}?of={told.message}&size=0"
    assert refused(Sent(pair, path=one, method="GET", signer=POLICE), before) == "entry.unknown"
    assert Sent(pair, path=one, method="GET").status == 200


def test_a_receipt_can_be_asked_for_again_by_who_asked(pair: Pair):
    told = Sent(pair, body(pair)).told
    sent = Sent(pair, path=f"/exchange/v1/receipts/{told.message}", method="GET")
    assert sent.status == 200
    assert sent.response.json()["entry"] == told.entry


@pytest.mark.parametrize(
    ("seconds", "code"), [(31, "message.from-the-future"), (-301, "message.expired"), (-9_000, "message.expired")]
)
def test_an_early_and_a_late_message_are_refused(pair: Pair, seconds: int, code: str):
    before = entries(pair)
    sent = Sent(pair, body(pair), now=NOW + timedelta(seconds=seconds))
    assert entries(pair) == before
    assert (sent.status, sent.code) == (401, code)


def test_a_forged_message_is_refused(pair: Pair):
    before, mallory = entries(pair), Signer("northtown", b"m" * 32)
    assert refused(Sent(pair, body(pair), signer=mallory), before) == "message.key-unknown"
    stolen = Sent(
        pair,
        body(pair),
        signer=mallory,
        headers=lambda signed: (
            signed
            | {
                "signature-input": signed["signature-input"].replace(
                    _keyid(mallory), _keyid(pair.northtown.organisation_key)
                )
            }
        ),
    )
    assert (stolen.status, stolen.code) == (401, "message.signature-wrong")
    assert entries(pair) == before


def _keyid(signer: Signer) -> str:
    return f"{signer.name}+{signer.key.id.hex()}"


def test_a_message_for_another_node_is_refused(pair: Pair):
    before = entries(pair)
    assert refused(Sent(pair, body(pair, to="police")), before) == "message.misdirected"
    elsewhere = Sent(pair, body(pair), target="http://127.0.0.1:9" + ASKS)
    assert (elsewhere.status, elsewhere.code) == (401, "message.signature-wrong")
    queried = Sent(pair, body(pair), url=pair.urls["dwp"] + ASKS + "?a=1")
    assert (queried.status, queried.code) == (401, "message.signature-wrong")
    assert entries(pair) == before


def test_a_body_changed_under_its_header_or_with_it_is_refused(pair: Pair):
    before, said = entries(pair), body(pair)
    other = said.replace(b"officer 7", b"officer 8")
    assert Sent(pair, said, content=other).code == "message.body-changed"
    swapped = Sent(pair, said, content=other, headers=lambda h: h | {"content-digest": content_digest(other)})
    assert swapped.code == "message.signature-wrong"
    assert entries(pair) == before


def test_a_revoked_key_is_refused_from_the_next_directory_on(pair: Pair):
    known, now = pair.directory.members, NOW - timedelta(minutes=1)
    police = next(each for each in known if each.id == "police")
    assert Sent(pair, path="/exchange/v1/entries?start=0&size=0&known=0", method="GET", signer=POLICE).status == 200
    revoked = MemberKey(key=police.keys[0].key, since=police.keys[0].since, revoked=now)
    pair.publish(*[each.model_copy(update={"keys": (revoked,)}) if each.id == "police" else each for each in known])
    sent = Sent(pair, path="/exchange/v1/entries?start=0&size=0&known=0", method="GET", signer=POLICE)
    assert (sent.status, sent.code) == (401, "message.key-unknown")
    pair.publish(*known)


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "deep": b'{"person":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "not UTF-8": b'{"why":"\xff"}',
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_no_question_is_refused(pair: Pair, what: str):
    before = entries(pair)
    sent = Sent(pair, BODIES[what])
    assert (sent.status, refused(sent, before)) == (400, "message.malformed")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"agreement"', '{"recipient":"police","agreement"'),
        ('"consented":false', '"consented":false,"consented":true'),
        ('"consented":false', '"consented": false'),
        ('"consented":false', '"consented":0'),
        ('"fields":[]', '"fields":["a","A b"]'),
        ('"mode":"lookup"', '"mode":"bulk"'),
        ('"to":"dwp"', '"to":"\\u0064wp"'),
        ('"why":""', '"why":"\\ud800"'),
        ('"why":""', '"why":null'),
        ('"training":["information-governance"]', '"training":"information-governance"'),
        ('"format":"easement-ask/1"', '"format":"easement-ask/2"'),
        ("easement-ask/1", "easement-told/1"),
    ],
)
def test_a_question_in_any_other_form_is_refused(pair: Pair, old: str, new: str):
    before, said = entries(pair), body(pair).decode()
    assert old in said
    sent = Sent(pair, said.replace(old, new, 1).encode())
    assert (sent.status, refused(sent, before)) == (400, "message.malformed")


def test_a_message_that_is_too_long_is_refused(pair: Pair):
    before = entries(pair)
    sent = Sent(pair, b"x" * (MAX_ASK + 1))
    assert (sent.status, sent.code) == (413, "message.too-long")
    assert entries(pair) == before


def test_what_is_not_signed_is_answered_without_a_signature(pair: Pair):
    plain = _client().post(pair.urls["dwp"] + ASKS, content=body(pair))
    assert plain.status_code == 401
    assert "signature" not in plain.headers
    assert plain.headers["content-type"] == "application/problem+json"


def raw(pair: Pair, *lines: str, said: bytes) -> bytes:
    """What comes back for a message written by hand."""
    place = urlsplit(pair.urls["dwp"])
    head = "\r\n".join([f"POST {ASKS} HTTP/1.1", f"host: {place.netloc}", "connection: close", *lines, "", ""])
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as wire:
        wire.sendall(head.encode("latin-1") + said)
        found = b""
        while chunk := wire.recv(1 << 16):
            found += chunk
    return found


def test_headers_that_two_readers_may_read_differently_are_refused(pair: Pair):
    said = body(pair)
    headers, _ = sign_question(
        pair.northtown.organisation_key, method="POST", target=pair.urls["dwp"] + ASKS, body=said, now=NOW,
        nonce=secrets.token_hex(16),
    )  # fmt: skip
    length, before = f"content-length: {len(said)}", entries(pair)
    plain = [length, *(f"{name}: {value}" for name, value in headers.items())]
    for lines in (
        [*plain, f"Signature: {headers['signature']}"],
        [*plain, "Content-Digest: sha-256=:AAAA:"],
        [each.replace(";created", ";\r\n created") for each in plain],
        [each.replace("easement=(", "other=(), easement=(") for each in plain],
        [*plain, f"content-length: {len(said) + 1}"],
    ):
        found = raw(pair, *lines, said=said)
        assert found.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401")), found[:200]
    assert entries(pair) == before
    short = [f"content-length: {len(said) + 5}", *plain[1:]]
    place = urlsplit(pair.urls["dwp"])
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as wire:
        head = "\r\n".join([f"POST {ASKS} HTTP/1.1", f"host: {place.netloc}", *short, "", ""])
        wire.sendall(head.encode() + said)
        wire.shutdown(socket.SHUT_WR)
        while wire.recv(1 << 16):
            pass
    assert entries(pair) == before
    assert b"200 OK" in raw(pair, *plain, said=said)


def test_an_agreement_that_the_provider_does_not_have_is_refused_and_logged_once(pair: Pair):
    said = body(pair, agreement="0" * 64)
    first, again = Sent(pair, said).told, Sent(pair, said).told
    assert first == again
    assert not first.decision.allowed
    (entry,) = [each for each in pair.entries(pair.dwp, EntryType.REQUEST_REFUSED) if each.message == first.message]
    assert entry.parties == {"provider": "dwp", "recipient": "northtown"}


@pytest.mark.parametrize(
    "path",
    [
        "/exchange/v1/entries", "/exchange/v1/entries?start=0", "/exchange/v1/entries?start=-1&size=0&known=0",
        "/exchange/v1/entries?known=0&size=0&start=0", "/exchange/v1/entries?start=0&size=0&known=0&more=1",
        "/exchange/v1/entries/x?of=0&size=0", "/exchange/v1/receipts/x", "/exchange/v1/receipts/' or 1=1 --",
    ],
)  # fmt: skip
def test_an_address_in_any_other_form_is_refused(pair: Pair, path: str):
    before = entries(pair)
    path = path.replace(" ", "%20")
    sent = Sent(pair, path=path, method="GET")
    assert (sent.status, refused(sent, before)) == (400, "message.malformed")


def test_an_audit_of_more_than_there_is_is_refused(pair: Pair):
    sent = Sent(pair, path=f"/exchange/v1/entries?start=0&size={entries(pair) + 99}&known=0", method="GET")
    assert (sent.status, sent.code) == (409, "log.shorter")


# How much is in hand


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


def test_the_client_closes_what_it_opens():
    assert isinstance(_client(), httpx.Client)
