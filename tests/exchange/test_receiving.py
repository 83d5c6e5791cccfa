"""A provider that signs what it should not: whatever does not fit the question is not used and not received (R5.2)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.model import Mode
from easement.base.canonical import sha256_hex
from easement.base.database import reading, writing
from easement.exchange import asked, tables
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_ASK, AnswerBody, AskBody, ProblemBody, read_body
from easement.exchange.message_carry import WrongAnswer
from easement.exchange.service import ask, finish_outbox
from easement.ledger.model import EntryType, PrivateRecord, answer_part
from easement.ledger.receipt import make_receipt

from .pair import ASKER, NOW, Pair, paired

Change = Callable[[Pair, AnswerBody], AnswerBody]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


@pytest.fixture(autouse=True)
def empty(pair: Pair) -> Iterator[None]:
    """Every test leaves the outbox as it found it, for the next."""
    yield
    with writing(pair.northtown.engine) as connection:
        connection.execute(tables.outbox.delete())


def told(**changes: Any) -> Change:
    return lambda _, body: body.model_copy(update=changes)


def decided(**changes: Any) -> Change:
    return lambda _, body: body.model_copy(update={"decision": body.decision.model_copy(update=changes)})


def rewritten(change: Callable[[dict[str, Any]], Any], *, logged: bool = False, rows: int | None = None) -> Change:
    """Another answer; with `logged`, under a receipt of its own that the provider's log really has."""

    def make(pair: Pair, body: AnswerBody) -> AnswerBody:
        envelope = json.loads(body.answer)
        change(envelope)
        answer = json.dumps(envelope)
        if not logged:
            return body.model_copy(update={"answer": answer})
        return relogged(pair, body, answer, rows=len(envelope["records"]) if rows is None else rows)

    return make


def relogged(pair: Pair, body: AnswerBody, answer: str, *, rows: int = 1, **changes: Any) -> AnswerBody:
    """An entry of the provider's that says otherwise, and its true receipt."""
    entry = pair.dwp.ledger.entry(body.entry).entry
    facts = {"commitment": None, "count": rows} | changes
    record = PrivateRecord({"answer": answer_part(query="0" * 64, data=sha256_hex(answer.encode()), rows=rows)})
    index = pair.dwp.ledger.append(replace(entry, **facts), record)
    pair.dwp.ledger.checkpoint()
    receipt = make_receipt(pair.dwp.ledger, index)
    return body.model_copy(update={"answer": answer, "entry": index, "receipt": receipt})


def entry_said(**changes: Any) -> Change:
    return lambda pair, body: relogged(pair, body, body.answer, **changes)


def other_receipt(pair: Pair, body: AnswerBody) -> AnswerBody:
    first = next(each for each in pair.dwp.ledger.entries(1) if each.entry.type is EntryType.DISCLOSURE_RELEASED)
    pair.dwp.ledger.checkpoint()
    receipt = make_receipt(pair.dwp.ledger, first.index)
    return body.model_copy(update={"receipt": receipt, "entry": first.index})


def own_receipt(pair: Pair, body: AnswerBody) -> AnswerBody:
    pair.northtown.ledger.checkpoint()
    return body.model_copy(update={"receipt": pair.northtown.ledger.prove(0), "entry": 0})


LIES: dict[str, Change] = {
    "another message": told(message="0" * 32),
    "another provider": told(provider="police"),
    "another recipient": told(recipient="police"),
    "another agreement": lambda _, body: decided(
        agreement=body.decision.agreement.model_copy(update={"digest": "0" * 64})
    )(_, body),
    "another version": lambda _, body: decided(
        agreement=body.decision.agreement.model_copy(update={"version": "9.9.9"})
    )(_, body),
    "another share": decided(share="forms"),
    "another purpose": decided(purpose="debt-recovery"),
    "another mode": decided(mode=Mode.AGGREGATE),
    "another basis": decided(basis={"dwp": "art6_1_a", "northtown": "art6_1_e"}),
    "a refusal that discloses": decided(allowed=False),
    "a refusal without a reason": lambda _, body: decided(allowed=False)(_, body).model_copy(
        update={"answer": "", "receipt": ""}
    ),
    "no receipt": told(receipt=""),
    "no answer": told(answer=""),
    "a receipt that is none": told(receipt="c2sp.org/tlog-proof@v1\n"),
    "the receipt of another answer": other_receipt,
    "a receipt of another log": own_receipt,
    "another entry": lambda _, body: body.model_copy(update={"entry": body.entry + 1}),
    "another record": rewritten(lambda e: e["records"][0].update(award="IS")),
    "a field that was not agreed": rewritten(lambda e: e["records"][0].update(postcode="NT1 1AA"), logged=True),
    "another number of records": rewritten(lambda e: e["records"].append(e["records"][0]), logged=True, rows=1),
    "an envelope that says otherwise": rewritten(lambda e: e.update(purpose="debt-recovery"), logged=True),
    "no records": rewritten(lambda e: e.pop("records"), rows=1),
    "records that are none": rewritten(lambda e: e.update(records=["x"]), logged=True, rows=1),
    "an answer that is no JSON": lambda pair, body: relogged(pair, body, "[" * 50_000),
    "a form that was not agreed": lambda pair, body: decided(
        fields=body.decision.fields | {"net_monthly_earnings": "plain"}
    )(pair, body),
    "an entry of another message": entry_said(message="0" * 32),
    "an entry of another share": entry_said(share="forms"),
    "an entry of another agreement": entry_said(agreement="0" * 64),
    "an entry of other parties": entry_said(parties={"provider": "dwp", "recipient": "police"}),
    "an entry with another risk": entry_said(risk="shared"),
    "an entry with another count": entry_said(rows=3),
    "an entry of another kind": entry_said(type=EntryType.DISCLOSURE_FAILED),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_does_not_fit_is_not_used_and_stays_open(pair: Pair, lie: str, monkeypatch: pytest.MonkeyPatch):
    real = asked._told

    def lying(*given_: Any) -> bytes:
        return LIES[lie](pair, AnswerBody.model_validate_json(real(*given_))).encode()

    monkeypatch.setattr(asked, "_told", lying)
    ask_ = pair.northtown.ledger.size
    with pytest.raises(WrongAnswer) as caught:
        ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert caught.value.remedy
    assert pair.northtown.ledger.size == ask_
    with reading(pair.northtown.engine) as connection:
        assert len(tables.waiting(connection)) == 1


def test_a_provider_that_mends_itself_is_believed_again(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        real = asked._told
        patched.setattr(
            asked, "_told", lambda *g: told(recipient="police")(pair, AnswerBody.model_validate_json(real(*g))).encode()
        )
        with pytest.raises(WrongAnswer):
            ask(pair.northtown, pair.wish(), ASKER, NOW)
    (settled,) = finish_outbox(pair.northtown, NOW + timedelta(seconds=25))
    assert settled.how == "received"
    assert finish_outbox(pair.northtown, NOW + timedelta(seconds=25)) == ()


def test_a_question_that_is_young_is_left_to_who_waits_for_it(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("easement.exchange.service.receive", killed)
    with pytest.raises(KeyboardInterrupt):
        ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert finish_outbox(pair.northtown, NOW + timedelta(seconds=5)) == ()
    (settled,) = finish_outbox(pair.northtown, NOW + timedelta(seconds=25))
    assert settled.how == "received"


def test_what_waits_is_sealed(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("easement.exchange.service.receive", killed)
    with pytest.raises(KeyboardInterrupt):
        ask(pair.northtown, pair.wish(), ASKER, NOW)
    with reading(pair.northtown.engine) as connection:
        (row,) = tables.waiting(connection)
    assert b"AB123456C" not in row.sealed
    assert b"officer" not in row.sealed
    with writing(pair.northtown.engine) as connection:
        connection.execute(tables.outbox.update().values(message="0" * 32))
    with pytest.raises(Exception, match="sealed under another key"):
        finish_outbox(pair.northtown, NOW + timedelta(seconds=25))


# The one form of a body

NAMES = st.from_regex(r"\A[a-z][a-z0-9_]{0,10}\Z")
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)

ASKS = st.builds(
    AskBody,
    message=st.from_regex(r"\A[0-9a-f]{32}\Z"),
    to=st.just("dwp"),
    agreement=st.just("0" * 64),
    share=NAMES,
    purpose=NAMES,
    mode=st.sampled_from([Mode.LOOKUP, Mode.AGGREGATE]),
    role=NAMES,
    fields=st.lists(NAMES, max_size=3).map(tuple),
    person=st.dictionaries(NAMES, TEXTS, max_size=3),
    asked_by=TEXTS,
    why=TEXTS,
    training=st.lists(NAMES, max_size=3).map(tuple),
    consented=st.booleans(),
)


@given(ASKS)
def test_whatever_is_written_is_read_as_it_was(body: AskBody):
    assert read_body(AskBody, body.encode(), MAX_ASK) == body


@given(ASKS, st.data())
def test_the_same_said_in_any_other_bytes_is_refused(body: AskBody, data: st.DataObject):
    said = body.encode()
    other = data.draw(
        st.sampled_from(
            [
                said + b" ",
                b"\xef\xbb\xbf" + said,
                json.dumps(json.loads(said)).encode(),
                json.dumps(json.loads(said), indent=1, ensure_ascii=False).encode(),
                json.dumps(
                    dict(reversed(json.loads(said).items())), separators=(",", ":"), ensure_ascii=False
                ).encode(),
                said[:-1] + b',"format":"easement-ask/1"}',
                said[:-1] + b',"more":1}',
            ]
        )
    )
    with pytest.raises(NotGenuine):
        read_body(AskBody, other, MAX_ASK)


@given(st.binary(max_size=200))
def test_whatever_else_comes_is_a_fault_and_nothing_else(data: bytes):
    for kind in (AskBody, AnswerBody, ProblemBody):
        with pytest.raises(NotGenuine):
            read_body(kind, data, MAX_ASK)
