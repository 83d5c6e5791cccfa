"""Asking other nodes: decide here first, keep the question, carry it, hold the answer against it, log it."""

import secrets
from datetime import UTC, datetime

from easement.base.errors import Refused, UsageError
from easement.exchange import outbox
from easement.exchange.directory_service import current_directory
from easement.exchange.message_body import AskBody, decision_said
from easement.exchange.message_carry import Line, NoAnswer, Silence
from easement.exchange.model import Answered, Asker, Wish
from easement.exchange.outbox import Letter
from easement.exchange.ports import Host
from easement.exchange.receiving import receive, request_of
from easement.gate.decide import decide
from easement.gate.entries import entry, who_record
from easement.gate.model import Decision, Facts
from easement.gate.shelf import Shelved
from easement.ledger.model import EntryType, PrivateRecord

__all__ = ["ask", "current_directory"]

ASKS = "/exchange/v1/asks"


def ask(host: Host, wish: Wish, asker: Asker, now: datetime) -> Answered:
    """Ask one provider; a refusal, here or there, is an outcome and is logged with its reasons.

    Raises `UsageError` for a wish that fits no agreement known here, `NoAnswer` where the provider does not answer in
    time, and `WrongAnswer` where the answer is not genuine or does not fit. After those two the question stays in the
    outbox until `finish_outbox` has learned what became of it.
    """
    now = now.astimezone(UTC)
    shelved, body = _written(host, wish, asker, now)
    decision = _decided(host, shelved, body, now)
    if not decision.allowed:
        return _refused(host, shelved, body, decision, now)
    line = _line(host, wish.provider, now)
    letter = Letter(body, shelved.prepared.id, now)
    outbox.keep(host, letter)
    said = line.ask("POST", ASKS, body.encode())
    log = line.directory.member(wish.provider).log_key
    return receive(host, letter, said, shelved.prepared, log, line.now)


def _written(host: Host, wish: Wish, asker: Asker, now: datetime) -> tuple[Shelved, AskBody]:
    """The agreement that a wish names, and the question that it becomes."""
    shelved = host.shelf.get(wish.agreement, now.date())
    offer = shelved.prepared.offers.get(wish.share)
    if offer is not None and offer.provider != wish.provider:
        what = f"`{wish.share}` is given by `{offer.provider}`, not by `{wish.provider}`"
        raise UsageError(what, remedy=f"ask `{offer.provider}`")
    return shelved, _body(wish, asker, shelved.prepared.digest)


def _body(wish: Wish, asker: Asker, digest: str) -> AskBody:
    from pydantic import ValidationError

    try:
        return AskBody(
            message=secrets.token_hex(16),
            to=wish.provider,
            agreement=digest,
            share=wish.share,
            purpose=wish.purpose,
            mode=wish.mode,
            role=wish.role,
            fields=wish.fields,
            person=dict(wish.person),
            asked_by=asker.id,
            why=wish.why,
            training=tuple(sorted(asker.training)),
            consented=wish.consented,
        )
    except ValidationError as error:
        wrong = ", ".join(sorted({str(each["loc"][0]) for each in error.errors(include_input=False)}))
        remedy = "ask by lookup or aggregate; codes and names are short and plain, reasons at most 2,000 characters"
        raise UsageError(f"this cannot be asked of another node: {wrong}", remedy=remedy) from None


def _decided(host: Host, shelved: Shelved, body: AskBody, now: datetime) -> Decision:
    """What this side knows decides first; what only the provider knows is the provider's to decide."""
    facts = Facts(
        now=now,
        signed=shelved.signed,
        problems=shelved.problems,
        suspended=shelved.suspended,
        superseded=shelved.superseded,
        gaps=shelved.gaps(now.date()),
        training=frozenset(body.training),
        consented=body.consented,
    )
    return decide(request_of(body, host.organisation), shelved.prepared, facts)


def _refused(host: Host, shelved: Shelved, body: AskBody, decision: Decision, now: datetime) -> Answered:
    """Stop here, explained and logged; the provider never hears of it."""
    reasons = tuple(reason.code.value for reason in decision.unmet)
    told = entry(EntryType.REQUEST_REFUSED, now, decision, shelved.prepared, reasons=reasons)
    who = who_record(request_of(body, host.organisation), host.master_key, shelved.prepared)
    index = host.ledger.append(told, PrivateRecord({"who": who}))
    return Answered(body.to, body.message, decision_said(decision), index, now)


def _line(host: Host, provider: str, now: datetime) -> Line:
    rules = host.settings.exchange
    try:
        directory = current_directory(host, now)
    except Refused as error:
        raise NoAnswer(Silence.STALE_DIRECTORY, error.what, error.remedy) from error
    return Line.to(
        provider,
        host.organisation_key,
        directory,
        now=now,
        seconds=rules.timeout_seconds,
        skew=rules.clock_skew_seconds,
    )
