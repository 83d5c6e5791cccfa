"""What came back is held against what was asked, then logged: an answer that does not fit is not used."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from easement.agreement.model import Duties
from easement.base.canonical import sha256_hex
from easement.base.errors import ProofFailed
from easement.exchange import outbox, tables
from easement.exchange.incoming import TELL, hold_entry, hold_words, owed, received_entry
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_TOLD, AnswerBody, AskBody, read_body
from easement.exchange.message_carry import WrongAnswer
from easement.exchange.model import Answered
from easement.exchange.outbox import Letter
from easement.exchange.ports import Host
from easement.exchange.seen import see
from easement.gate.entries import who_record
from easement.gate.model import Request
from easement.gate.prepare import Prepared
from easement.ledger.model import Entry, EntryType, PrivateRecord, answer_part, minute
from easement.ledger.note import Key
from easement.ledger.verifier import Holds, check_receipt, parse_proof

__all__ = ["log_ended", "log_refused", "parties", "receive", "request_of", "who_part"]


Logs = Sequence[Key]
"""The keys of the provider's log: the one in use and those before, which count for what they signed."""


def request_of(body: AskBody, recipient: str) -> Request:
    """The gate's request for a question; the recipient is whoever signed it."""
    return Request(
        share=body.share,
        recipient=recipient,
        role=body.role,
        purpose=body.purpose,
        mode=body.mode,
        fields=body.fields,
        person=body.person,
        asked_by=body.asked_by,
        why=body.why,
    )


def receive(host: Host, letter: Letter, said: bytes, agreement: Prepared, logs: Logs, now: datetime) -> Answered:
    """Hold an answer against its question and its receipt, and log it in one commit with the question's end.

    Raises `WrongAnswer` for an answer that does not fit, `Ended` where the question was ended by another process.
    """
    try:
        told = read_body(AnswerBody, said, MAX_TOLD)
        _hold_asked(told, letter, agreement, host.organisation)
        if not told.decision.allowed:
            codes = tuple(reason.code.value for reason in told.decision.unmet)
            index = log_refused(host, letter, codes, told.entry, agreement, now)
            return _answered(told, letter, index, now)
        holds = _hold_receipt(told, letter, agreement, logs, host.organisation)
        _hold_records(told, holds, agreement)
    except NotGenuine as error:
        raise WrongAnswer(f"what `{letter.provider}` answers cannot be read: {error.what}", remedy=TELL) from None
    except ProofFailed as error:
        what = f"the answer of `{letter.provider}` does not hold: {error.what}"
        raise WrongAnswer(what, remedy=error.remedy or TELL) from error
    index = _log_received(host, letter, told, holds, agreement, now)
    return _answered(told, letter, index, now)


def _answered(told: AnswerBody, letter: Letter, index: int, now: datetime) -> Answered:
    return Answered(
        provider=letter.provider,
        message=letter.message,
        decision=told.decision,
        entry=index,
        at=now,
        peer_entry=told.entry,
        answer=told.answer.encode(),
        receipt=told.receipt,
    )


def parties(provider: str, recipient: str) -> Mapping[str, str]:
    """The two sides as entries say them."""
    return {"provider": provider, "recipient": recipient}


def _same(what: str, told: object, asked: object) -> None:
    if told != asked:
        raise ProofFailed(f"its {what} is not the one asked for", remedy=TELL)


def _hold_asked(told: AnswerBody, letter: Letter, agreement: Prepared, recipient: str) -> None:
    """Everything that the question fixed is as it was asked."""
    asked, decision = letter.body, told.decision
    _same("message id", told.message, asked.message)
    _same("provider", (told.provider, told.recipient), (asked.to, recipient))
    _same("recipient", decision.recipient, recipient)
    _same("agreement", decision.agreement.digest, asked.agreement)
    _same("share", (decision.share, decision.purpose, decision.mode), (asked.share, asked.purpose, asked.mode))
    if not decision.allowed:
        _same("refusal", (bool(decision.unmet), told.answer), (True, ""))
        return
    _same("agreement's version", (decision.agreement.id, decision.agreement.version), (agreement.id, agreement.version))
    _same("provider", decision.provider, asked.to)
    _same("basis", decision.basis, dict(agreement.basis_for(asked.share, recipient)))
    if asked.fields:
        _same("fields", set(decision.fields) <= set(asked.fields), True)
    _same("level", bool(decision.level) and bool(told.answer) and bool(told.receipt), True)


def _hold_receipt(told: AnswerBody, letter: Letter, agreement: Prepared, logs: Logs, recipient: str) -> Holds:
    """The receipt proves, under the provider's own log, this answer to this question."""
    holds = check_receipt(told.receipt, logs, sha256_hex(told.answer.encode()))
    entry, asked, duties = holds.entry, letter.body, agreement.duties
    _same("entry", holds.index, told.entry)
    said = {
        "type": EntryType.DISCLOSURE_RELEASED.value,
        "parties": dict(parties(asked.to, recipient)),
        "agreement": asked.agreement,
        "agreement_id": agreement.id,
        "version": agreement.version,
        "share": asked.share,
        "purpose": asked.purpose,
        "mode": asked.mode.value,
        "message": asked.message,
        "form": told.decision.level.value if told.decision.level else None,
        "fields": told.decision.fields | told.decision.measures,
        "risk": duties.risk_after_disclosure,
    }
    hold_entry(entry, said)
    hold_words(entry, agreement, asked.share, parties(asked.to, recipient))
    return holds


def _hold_records(told: AnswerBody, holds: Holds, agreement: Prepared) -> None:
    """The records hold nothing but what was agreed, in the forms agreed, and are as many as the receipt says."""
    decision, envelope = told.decision, _envelope(told.answer)
    offer = agreement.offers[decision.share]
    agreed = {name: form.written for name, form in offer.forms[decision.mode].items()}
    if not decision.fields.items() <= agreed.items() or not decision.measures.items() <= dict(offer.measures).items():
        raise ProofFailed("it holds what was not agreed, or in another form", remedy=TELL)
    dumped = decision.model_dump(mode="json")
    for name in ("agreement", "share", "provider", "recipient", "purpose", "mode", "fields", "measures"):
        _same(f"envelope's {name}", envelope.get(name), dumped[name])
    names, records = decision.fields.keys() | decision.measures.keys(), envelope["records"]
    if not all(isinstance(record, dict) and record.keys() <= names for record in records):
        raise ProofFailed("it holds a field that was not agreed", remedy=TELL)
    counted = (holds.entry.get("count"), holds.answer.get("rows"))
    _same("number of records", counted, (len(records), len(records)))


def _envelope(answer: str) -> dict[str, Any]:
    try:
        envelope = json.loads(answer)
    except (ValueError, RecursionError):
        envelope = None
    if not isinstance(envelope, dict) or not isinstance(envelope.get("records"), list):
        raise ProofFailed("what it discloses is no answer in JSON", remedy=TELL)
    return envelope


def log_refused(
    host: Host, letter: Letter, reasons: tuple[str, ...], peer_entry: int, agreement: Prepared, now: datetime
) -> int:
    """Log the provider's refusal on this side too, with its reasons, in one commit with the question's end."""
    return log_ended(host, letter, EntryType.REQUEST_REFUSED, peer_entry, agreement, now, reasons=reasons)


def log_ended(
    host: Host,
    letter: Letter,
    type_: EntryType,
    peer_entry: int,
    agreement: Prepared,
    now: datetime,
    *,
    reasons: tuple[str, ...] | None = None,
) -> int:
    """Log how a question ended that brought nothing here, in one commit with its end."""
    asked = letter.body
    entry = Entry(
        time=minute(now),
        type=type_,
        parties=parties(letter.provider, host.organisation),
        agreement=asked.agreement,
        agreement_id=agreement.id,
        version=agreement.version,
        share=asked.share,
        purpose=asked.purpose,
        mode=asked.mode.value,
        message=asked.message,
        peer_entry=peer_entry,
        reasons=reasons,
    )
    record = PrivateRecord({"who": who_part(host, letter, agreement)})
    return host.ledger.append(entry, record, also=lambda connection, _: outbox.end(connection, letter.message))


def who_part(host: Host, letter: Letter, agreement: Prepared) -> dict[str, Any]:
    """Who asked, why and about whom: subjects as tokens under this node's own key."""
    return who_record(request_of(letter.body, host.organisation), host.master_key, agreement)


def _log_received(
    host: Host, letter: Letter, told: AnswerBody, holds: Holds, agreement: Prepared, now: datetime
) -> int:
    opened = answer_part(query=holds.answer["query"], data=holds.answer["data"], rows=holds.answer["rows"])
    record = PrivateRecord({"who": who_part(host, letter, agreement), "answer": opened})
    entry = received_entry(holds, letter.message, now)
    return host.ledger.append(entry, record, also=_ending(letter, told, agreement.duties, now))


def _ending(letter: Letter, told: AnswerBody, duties: Duties, now: datetime) -> Callable[[Connection, int], None]:
    """What goes into the commit of a received entry: the question's end, what is owed, and the checkpoint seen."""
    checkpoint = parse_proof(told.receipt).checkpoint

    def write(connection: Connection, index: int) -> None:
        outbox.end(connection, letter.message)
        tables.add_duties(connection, owed(index, letter.provider, letter.agreement_id, duties, now))
        see(connection, letter.provider, checkpoint)

    return write
