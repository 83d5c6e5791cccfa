"""What another node may ask of this one about its own messages: an answer, the same answer again, a receipt."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from easement.base.errors import BadData, BadFile, ProofFailed, Refused, SourceUnreachable, UsageError
from easement.exchange.answering import Action, Arrived, Clock, NotTaken
from easement.exchange.concern import about_message
from easement.exchange.message import Fault, Genuine, NotGenuine
from easement.exchange.message_body import MAX_ASK, AnswerBody, AskBody, ReceiptBody, read_body
from easement.exchange.opening import check_shelved, check_standing
from easement.exchange.ports import Host
from easement.exchange.receiving import request_of
from easement.exchange.refusals import TOO_OFTEN, is_over, note_refused, seconds_to_wait
from easement.exchange.replay import Once
from easement.gate import service as gate
from easement.gate.ask import Answer, Ask, Outcome
from easement.gate.carried import Erased, InHand, OtherContent, kept_answer, place_of
from easement.gate.model import Code, Decision, Reason
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.receipt import make_receipt
from easement.ledger.verifier import Receipt, receipt_bytes

__all__ = ["again", "answer", "hold_back", "receipt"]

OUTCOMES = {
    EntryType.DISCLOSURE_RELEASED,
    EntryType.DISCLOSURE_REFUSED,
    EntryType.DISCLOSURE_FAILED,
    EntryType.DISCLOSURE_ABANDONED,
    EntryType.REQUEST_REFUSED,
}
"""The entries that say what came of a message."""

_TOKEN = re.compile("[0-9a-f]{32}")


def answer(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock, once: Once) -> bytes:
    """Decide a question and answer it. The recipient is the signer's organisation, whatever the body says.

    What is logged holds the message's nonce too; whatever else is told or counted waits until that is durable.
    """
    body, asked = _read(host, genuine, arrived)
    now, keep = clock(), timedelta(hours=host.settings.exchange.keep_answers_hours)
    if is_over(host, genuine.key.name, now):
        once.hold()
    hold_back(host, genuine.key.name, now)
    try:
        shelved = host.shelf.get(body.agreement, now.date())
    except UsageError:
        once.hold()
        note_refused(host, genuine.key.name, now)
        return _told(host, body, _unknown(host, body, genuine.key.name, now), genuine)
    try:
        given = gate.answer(host, asked, now=now, clock=clock, keep=keep, shelved=shelved, first=once.first)
        once.hold()
    except InHand as error:
        raise NotTaken(409, "message.in-hand", error.what, error.remedy, after=1) from None
    except (Erased, OtherContent) as error:
        raise NotTaken(409, "message.id-used", error.what, error.remedy) from None
    except (BadFile, BadData, SourceUnreachable):  # an intent and a failure stand in the log
        once.hold()
        note_refused(host, genuine.key.name, now)
        raise
    if not given.outcome.decision.allowed:
        note_refused(host, genuine.key.name, now)
        return _told(host, body, given, genuine)
    with _ended():  # it may have been given before, and kept
        check_shelved(shelved, genuine.key.name, body.share, now.date())
    return _told(host, body, given, genuine)


@contextmanager
def _ended() -> Iterator[None]:
    """Give nothing that was kept under an agreement that ended since; that something was released, the receipt says."""
    try:
        yield
    except Refused as error:
        remedy = "ask for its receipt, which says what came of it"
        raise NotTaken(410, "agreement.not-in-force", error.what, remedy) from None


def hold_back(host: Host, organisation: str, now: datetime) -> None:
    """Raise `NotTaken` for whoever was refused as often in this minute as is logged one by one."""
    wait = seconds_to_wait(host, organisation, now)
    if wait:
        often = host.settings.exchange.refusals_a_minute
        what = (
            f"{often} requests of `{organisation}` were refused within a minute; this one is counted, and not decided"
        )
        raise NotTaken(429, TOO_OFTEN, what, "see why they were refused, and ask again in the next minute", after=wait)


def _read(host: Host, genuine: Genuine, arrived: Arrived) -> tuple[AskBody, Ask]:
    """A question for this node, and the gate's own form of it."""
    body = read_body(AskBody, arrived.body, MAX_ASK)
    if body.to != host.organisation:
        what = f"this is the node of `{host.organisation}`, and the question is for `{body.to}`"
        raise NotGenuine(Fault.MISDIRECTED, what, "send it to the address that the directory names")
    asked = Ask(
        agreement=body.agreement,
        request=request_of(body, genuine.key.name),
        training=frozenset(body.training),
        consented=body.consented,
        message=body.message,
    )
    return body, asked


def _told(host: Host, body: AskBody, given: Answer, genuine: Genuine) -> bytes:
    outcome, answer = given.outcome, given.body.decode()
    return AnswerBody.written(
        body.message, outcome.decision, genuine.key.name, host.organisation,
        entry=outcome.entry, answer=answer, receipt=given.receipt,
    )  # fmt: skip


def _unknown(host: Host, body: AskBody, recipient: str, now: datetime) -> Answer:
    """Refuse what asks under an agreement that this node does not have; logged, as every refusal is."""
    text = "the provider's node works by no agreement with this digest"
    remedy = "send the provider the agreement and its signatures, or ask under the version that it has"
    reason = Reason(Code.AGREEMENT_NOT_IN_FORCE, False, "", text, remedy)
    decision = Decision(
        allowed=False,
        reasons=(reason,),
        agreement=body.agreement,
        agreement_id="unknown",
        version="unknown",
        share=body.share,
        provider=host.organisation,
        recipient=recipient,
        purpose=body.purpose,
        mode=body.mode,
    )
    before = _outcome(host, recipient, body.message)
    if before is not None:
        return Answer(Outcome(decision, before))
    entry = Entry(
        time=minute(now),
        type=EntryType.REQUEST_REFUSED,
        parties={"provider": host.organisation, "recipient": recipient},
        agreement=body.agreement,
        message=body.message,
        reasons=(reason.code.value,),
    )
    return Answer(Outcome(decision, host.ledger.append(entry)))


def again(host: Host, genuine: Genuine, arrived: Arrived, clock: Clock) -> bytes:
    """The answer that was given to this question before, while it is kept and its agreement stands.

    Nothing is decided anew.
    """
    body, asked = _read(host, genuine, arrived)
    now = clock()
    try:
        given = kept_answer(host, place_of(asked, host), now=now)
    except InHand as error:
        raise NotTaken(409, "message.in-hand", error.what, error.remedy, after=1) from None
    except (Erased, OtherContent) as error:
        raise NotTaken(409, "message.id-used", error.what, error.remedy) from None
    if isinstance(given, Answer):
        with _ended():
            if given.outcome.decision.allowed:
                check_standing(host, body.agreement, genuine.key.name, body.share, now)
        return _told(host, body, given, genuine)
    if _outcome(host, genuine.key.name, body.message) is not None:
        remedy = "ask for its receipt, which says what came of it"
        raise NotTaken(410, "answer.gone", "the answer to this message is no longer kept", remedy)
    raise _never_asked()


def _never_asked() -> NotTaken:
    """The same for a message that never came and for one of another organisation."""
    return NotTaken(404, "message.unknown", "nothing was answered to this message", "ask it, under a new id")


def receipt(message: str) -> Action:
    """Give the receipt of what came of a message of the sender's."""

    def give(host: Host, genuine: Genuine, _arrived: Arrived, _clock: Clock) -> bytes:
        if not _TOKEN.fullmatch(message):
            raise NotGenuine(Fault.MALFORMED, "the address is not in the form agreed", "ask as the protocol says")
        found = _outcome(host, genuine.key.name, message)
        if found is None:
            raise _never_asked()
        host.ledger.checkpoint()
        return ReceiptBody(message=message, entry=found, receipt=_receipt(host, found)).encode()

    return give


def _receipt(host: Host, index: int) -> str:
    """The receipt of an answer; of anything else, and of an answer whose record was erased, the proof of its entry."""
    with suppress(ProofFailed):
        return make_receipt(host.ledger, index)
    return host.ledger.prove(index, extra=receipt_bytes(Receipt(host.ledger.entry(index).body.decode())))


def _outcome(host: Host, organisation: str, message: str) -> int | None:
    """The last entry that says what came of an organisation's message, found by the ledger itself, however old."""
    found = [each.entry for each in about_message(host, organisation, message) if each.type in OUTCOMES]
    return found[-1] if found else None
