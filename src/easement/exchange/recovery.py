"""What a kill or a silence left in the outbox: what became of each question is learned, and both logs agree again."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from easement.base.errors import ProofFailed
from easement.exchange import outbox
from easement.exchange.incoming import TELL
from easement.exchange.message import LIFE_SECONDS
from easement.exchange.message_body import MAX_TOLD, ReceiptBody, read_body
from easement.exchange.message_carry import Line, Problem, WrongAnswer
from easement.exchange.model import Settled
from easement.exchange.outbox import Ended, Letter
from easement.exchange.ports import Host
from easement.exchange.receiving import Logs, log_ended, log_refused, receive
from easement.gate.prepare import Prepared
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt

__all__ = ["settle"]

AGAIN, RECEIPTS = "/exchange/v1/answers", "/exchange/v1/receipts"
"""Where what was answered before is asked for; nothing is decided anew there, so nothing more crosses."""

CROSSED_NOTHING = (EntryType.DISCLOSURE_FAILED, EntryType.DISCLOSURE_ABANDONED)


def settle(host: Host, line: Line, letter: Letter, agreement: Prepared) -> Settled:
    """Learn what became of one question and log it in one commit with the question's end.

    Raises `NoAnswer` and `WrongAnswer` where that cannot be learned now; the question then stays.
    """
    logs = line.directory.member(letter.provider).log_keys
    try:
        return _settled(host, line, letter, agreement, logs)
    except Ended:
        return Settled(letter.message, letter.provider, "ended", None, "it was settled meanwhile")


def _settled(host: Host, line: Line, letter: Letter, agreement: Prepared, logs: Logs) -> Settled:
    try:
        told = receive(host, letter, line.ask("POST", AGAIN, letter.body.encode()), agreement, logs, line.now)
    except Problem as problem:
        if problem.body.status == HTTPStatus.NOT_FOUND:
            return _never_came(host, letter, line.now)
        if problem.body.status != HTTPStatus.GONE:
            raise
        return _gone(host, line, letter, agreement, logs)
    how = "received" if told.allowed else "refused"
    return Settled(letter.message, letter.provider, how, told.entry, f"the provider's entry is {told.peer_entry}")


def _never_came(host: Host, letter: Letter, now: datetime) -> Settled:
    """A question that the provider never had: forgotten once it can no longer arrive, since nothing crossed."""
    rules = host.settings.exchange
    dead = timedelta(seconds=LIFE_SECONDS + rules.timeout_seconds + rules.clock_skew_seconds)
    if now < letter.asked + dead:
        return Settled(letter.message, letter.provider, "waiting", None, "it may still be on its way")
    outbox.forget(host, letter.message)
    return Settled(letter.message, letter.provider, "never-came", None, "the provider never had it; nothing crossed")


def _gone(host: Host, line: Line, letter: Letter, agreement: Prepared, logs: Logs) -> Settled:
    """An answer that the provider no longer has: its receipt says what it was, and here it is logged as lost."""
    said = read_body(ReceiptBody, line.anew().ask("GET", f"{RECEIPTS}/{letter.message}"), MAX_TOLD)
    try:
        entry = _proved(said, letter, logs)
    except ProofFailed as error:
        what = f"the receipt of `{letter.provider}` does not hold: {error.what}"
        raise WrongAnswer(what, remedy=error.remedy or TELL) from error
    kind, index = EntryType(entry["type"]), said.entry
    if kind in CROSSED_NOTHING:
        outbox.forget(host, letter.message)
        what = f"nothing crossed: the provider's entry {index} says why"
        return Settled(letter.message, letter.provider, "nothing-crossed", None, what)
    if kind is not EntryType.DISCLOSURE_RELEASED:
        own = log_refused(host, letter, tuple(entry["reasons"]), index, agreement, line.now)
        return Settled(letter.message, letter.provider, "refused", own, f"the provider's entry is {index}")
    own = log_ended(host, letter, EntryType.DISCLOSURE_LOST, index, agreement, line.now)
    return Settled(letter.message, letter.provider, "lost", own, f"the provider released it with entry {index}")


def _proved(said: ReceiptBody, letter: Letter, logs: Logs) -> dict[str, Any]:
    holds = check_receipt(said.receipt, logs)
    same = (said.message, holds.index, holds.entry.get("message"))
    if same != (letter.message, said.entry, letter.message):
        raise ProofFailed("it is of another message", remedy=TELL)
    return holds.entry
