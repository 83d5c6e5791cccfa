"""Asking other nodes: decide here first, keep the question, carry it, hold the answer against it, log it."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import ValidationError

from easement.base.errors import EasementError, ProofFailed, Refused, UsageError
from easement.exchange import outbox
from easement.exchange.directory_service import current_directory, directory_with, find_key
from easement.exchange.message_body import AskBody, decision_said
from easement.exchange.message_carry import Line, NoAnswer, Silence, WrongAnswer
from easement.exchange.model import Answered, Asker, Picture, Settled, Silent, Wish
from easement.exchange.outbox import Letter
from easement.exchange.ports import Host
from easement.exchange.receiving import receive, request_of
from easement.exchange.recovery import settle
from easement.gate.decide import decide
from easement.gate.entries import entry, who_record
from easement.gate.joined import given_by
from easement.gate.model import Decision, Facts
from easement.gate.shelf import Shelved
from easement.ledger.model import EntryType, PrivateRecord

__all__ = ["MOST_AT_ONCE", "ask", "ask_each", "ask_many", "current_directory", "finish_outbox", "line_to"]

ASKS = "/exchange/v1/asks"


def ask(host: Host, wish: Wish, asker: Asker, now: datetime) -> Answered:
    """Ask one provider; a refusal, here or there, is an outcome and is logged with its reasons.

    Raises `UsageError` for a wish that fits no agreement known here, `NoAnswer` where the provider does not answer in
    time, and `WrongAnswer` where the answer is not genuine or does not fit. After those two the question stays in the
    outbox until `finish_outbox` has learned what became of it.
    """
    now = now.astimezone(UTC)
    with suppress(Refused, ProofFailed):
        directory_with(host, wish.provider, now)  # its signature counts from here on, if it joined a moment ago
    shelved, body = _written(host, wish, asker, now)
    decision = _decided(host, shelved, body, now)
    if not decision.allowed:
        return _refused(host, shelved, body, decision, now)
    line = line_to(host, wish.provider, now)
    letter = Letter(body, shelved.prepared.id, now)
    outbox.keep(host, letter)
    said = line.ask("POST", ASKS, body.encode())
    logs = line.directory.member(wish.provider).log_keys
    return receive(host, letter, said, shelved.prepared, logs, line.now)


MOST_AT_ONCE = 32
"""Most providers asked at once: each takes a thread."""


def ask_many(host: Host, wishes: Sequence[Wish], asker: Asker, now: datetime) -> Picture:
    """Ask several providers at once, each under its own agreement; partial answers are answers (R3.7).

    Who did not answer stands in `silent`, with why; that one is slow or down holds up no other. Raises `UsageError`
    for no wish, or too many.
    """
    told = ask_each(host, wishes, asker, now)
    answers = tuple(each for each in told if isinstance(each, Answered))
    return Picture(answers, tuple(each for each in told if isinstance(each, Silent)))


def ask_each(host: Host, wishes: Sequence[Wish], asker: Asker, now: datetime) -> tuple[Answered | Silent, ...]:
    """The same, with what came of each wish in the place of that wish."""
    if not 0 < len(wishes) <= MOST_AT_ONCE:
        raise UsageError(f"{len(wishes)} providers cannot be asked at once", remedy=f"ask 1 to {MOST_AT_ONCE}")
    with ThreadPoolExecutor(len(wishes)) as threads:
        return tuple(threads.map(lambda wish: _told(host, wish, asker, now), wishes))


def _told(host: Host, wish: Wish, asker: Asker, now: datetime) -> Answered | Silent:
    """What one provider gives, or why it gives nothing."""
    try:
        answered = ask(host, wish, asker, now)
    except (NoAnswer, WrongAnswer) as error:
        return Silent(wish.provider, error.why.value, error.what, error.remedy)
    except EasementError as error:
        return Silent(wish.provider, Silence.FAILED.value, error.what, error.remedy)
    except Exception as error:
        what = f"asking failed in a way that nobody foresaw ({type(error).__name__})"
        return Silent(wish.provider, Silence.FAILED.value, what, "tell whoever runs this node")
    if answered.allowed:
        return answered
    first = answered.decision.unmet[0]
    text = f"refused by {answered.refused_by}: {first.text}".replace("by here", "here")
    return Silent(wish.provider, Silence.REFUSED.value, text, first.remedy, answered)


def finish_outbox(host: Host, now: datetime, provider: str | None = None) -> tuple[Settled, ...]:
    """Settle every question that is without an outcome and that no living process waits for.

    What the provider has is received, what it refused is refused here too, and what it no longer has is logged as lost,
    so that both logs agree. What cannot be learned now stays for the next time.
    """
    now = now.astimezone(UTC)
    young = now - timedelta(seconds=host.settings.exchange.timeout_seconds + 1)
    letters = [letter for letter in outbox.open_letters(host, provider) if letter.asked <= young]
    return tuple(_settled(host, letter, now) for letter in letters)


def _settled(host: Host, letter: Letter, now: datetime) -> Settled:
    try:
        agreement = host.shelf.get(letter.body.agreement, now.date()).prepared
        return settle(host, line_to(host, letter.provider, now), letter, agreement)
    except EasementError as error:
        return Settled(letter.message, letter.provider, "unknown", None, error.what)


def _written(host: Host, wish: Wish, asker: Asker, now: datetime) -> tuple[Shelved, AskBody]:
    """The agreement that a wish names, and the question that it becomes."""
    shelved = host.shelf.get(wish.agreement, now.date())
    offer = shelved.prepared.offers.get(wish.share)
    if offer is not None and wish.provider not in {offer.provider, *offer.givers}:
        what = f"`{wish.share}` is given by `{offer.provider}`, not by `{wish.provider}`"
        raise UsageError(what, remedy=f"ask `{offer.provider}`")
    shelved = replace(shelved, prepared=given_by(shelved.prepared, wish.share, wish.provider))
    return shelved, _body(wish, asker, shelved.prepared.digest)


def _body(wish: Wish, asker: Asker, digest: str) -> AskBody:
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


def line_to(host: Host, provider: str, now: datetime) -> Line:
    """A line to a member's node, open for as long as the settings say; raises `NoAnswer`."""
    rules = host.settings.exchange
    try:
        directory = directory_with(host, provider, now)
    except (Refused, ProofFailed) as error:
        raise NoAnswer(Silence.STALE_DIRECTORY, error.what, error.remedy) from error
    return Line.to(
        provider,
        host.organisation_key,
        directory,
        now=now,
        seconds=rules.timeout_seconds,
        skew=rules.clock_skew_seconds,
        find_key=partial(find_key, host),
    )
