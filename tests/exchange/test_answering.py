"""What a node takes from other nodes, over real HTTP, and what it does with everything else (R3.6)."""

import json
import secrets
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from easement.base.database import writing
from easement.exchange import outbox
from easement.exchange.directory_parts import MemberKey
from easement.exchange.message import content_digest, sign_question
from easement.exchange.message_body import MAX_ASK, AskBody, read_body
from easement.exchange.message_carry import _client
from easement.exchange.service import finish_outbox
from easement.gate.suspended import changed
from easement.gate.tables import resume, suspend
from easement.ledger.model import EntryType
from easement.ledger.note import Signer

from . import cluster
from .pair import NOW, Pair
from .sent import AGAIN, ASKS, POLICE, Sent, body, entries, policed, refused


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with policed(tmp_path_factory.mktemp("pair")) as made:
        yield made


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


def test_the_client_closes_what_it_opens():
    assert isinstance(_client(), httpx.Client)
