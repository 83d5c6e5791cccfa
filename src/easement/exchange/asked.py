"""What another node may ask of this one about its own messages: an answer, the same answer again, a receipt."""

from datetime import datetime

from easement.base.errors import UsageError
from easement.exchange.answering import Arrived
from easement.exchange.message import Fault, Genuine, NotGenuine
from easement.exchange.message_body import MAX_ASK, AnswerBody, AskBody, decision_said, read_body
from easement.exchange.ports import Host
from easement.exchange.receiving import request_of
from easement.gate import service as gate
from easement.gate.ask import Ask
from easement.gate.model import Code, Decision, Reason
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.service import utc_now

__all__ = ["answer"]


def answer(host: Host, genuine: Genuine, arrived: Arrived, now: datetime) -> bytes:
    """Decide a question and answer it. The recipient is the signer's organisation, whatever the body says."""
    body = read_body(AskBody, arrived.body, MAX_ASK)
    if body.to != host.organisation:
        what = f"this is the node of `{host.organisation}`, and the question is for `{body.to}`"
        raise NotGenuine(Fault.SENDER_WRONG, what, "send it to the address that the directory names")
    recipient = genuine.key.name
    try:
        shelved = host.shelf.get(body.agreement, now.date())
    except UsageError:
        return _unknown(host, body, recipient, now)
    asked = Ask(
        agreement=shelved.path,
        request=request_of(body, recipient),
        training=frozenset(body.training),
        consented=body.consented,
        message=body.message,
    )
    given = gate.answer(host, asked, now=now, clock=utc_now)
    outcome = given.outcome
    return AnswerBody(
        message=body.message,
        provider=host.organisation,
        recipient=recipient,
        decision=decision_said(outcome.decision),
        entry=outcome.entry,
        answer=given.body.decode(),
        receipt=given.receipt,
    ).encode()


def _unknown(host: Host, body: AskBody, recipient: str, now: datetime) -> bytes:
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
    said = EntryType.REQUEST_REFUSED
    reasons = (reason.code.value,)
    entry = Entry(time=minute(now), type=said, agreement=body.agreement, message=body.message, reasons=reasons)
    index = host.ledger.append(entry)
    return AnswerBody(
        message=body.message,
        provider=host.organisation,
        recipient=recipient,
        decision=decision_said(decision),
        entry=index,
        answer="",
        receipt="",
    ).encode()
