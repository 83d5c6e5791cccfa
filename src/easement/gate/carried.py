"""Answers carried to other nodes: each is kept, sealed, for as long as the asker may ask for it again.

The row of an answer is written in the same commits as its ledger entries. While it is in hand it belongs to one
worker, for as long as its lease runs; whoever finds the lease run out logs the answer as abandoned, and the late
worker's last commit fails, because the row is in nobody's hand any more. So an answer goes out at most once, and the
same message asked again gets the very same bytes.
"""

import hmac
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from easement.agreement.model import Mode
from easement.base.canonical import canonical_record
from easement.base.errors import EasementError, ProofFailed, Refused
from easement.gate import tables
from easement.gate.ask import Answer, Ask, Outcome
from easement.gate.found import Found
from easement.gate.model import Decision
from easement.gate.plan import Plan
from easement.gate.ports import Holder
from easement.gate.prepare import Offer
from easement.gate.recovery import Abandoned, abandon_overdue
from easement.gate.release import Released, found_body, release_body
from easement.gate.tables import State
from easement.gate.told import told
from easement.ledger.model import EntryType
from easement.ledger.receipt import new_receipt
from easement.ledger.tables import Also
from easement.sources.session import Session

__all__ = [
    "CarriedOutlet",
    "Erased",
    "First",
    "InHand",
    "OtherContent",
    "alone",
    "answered",
    "before",
    "kept_answer",
    "place_of",
]

LEASES = {Mode.LOOKUP: timedelta(seconds=30), Mode.AGGREGATE: timedelta(minutes=15)}
"""How long a worker may take: many times as long as the slowest answer measured."""

SEALING = b"easement-gate-answers/1"
"""Sets the key that seals kept answers apart from everything else that is derived from the node's master key."""

NONCE = 12


First = Callable[[Also], Also]
"""Adds to what is written with the first entry of an answer."""


def alone(also: Also) -> Also:
    """Adds nothing."""
    return also


class InHand(EasementError):
    """The same message is being answered at this moment."""

    def __init__(self) -> None:
        super().__init__("this message is being answered already", remedy="ask again in a few seconds")


class Erased(Refused):
    """The answer to this message was destroyed, with the private record of its entry."""

    def __init__(self) -> None:
        super().__init__("the answer to this message was erased", remedy="ask anew, under a new random id")


class OtherContent(Refused):
    """The id of a message came back with something else asked under it."""

    def __init__(self) -> None:
        super().__init__("this message's id was used for another request", remedy="draw a new random id for each")


def _sealing_key(master: bytes) -> AESGCM:
    return AESGCM(hmac.digest(master, SEALING, "sha256"))


def _content_of(asked: Ask, master: bytes) -> str:
    """A keyed digest of all that was asked, so that the same id can only stand for the same request."""
    request = asked.request
    said = {
        "agreement": str(asked.agreement),
        "share": request.share,
        "role": request.role,
        "purpose": request.purpose,
        "mode": request.mode.value,
        "fields": list(request.fields),
        "person": dict(request.person),
        "asked_by": request.asked_by,
        "why": request.why,
        "training": sorted(asked.training),
        "consented": asked.consented,
        "dataset": str(asked.dataset),
    }
    return hmac.digest(hmac.digest(master, SEALING, "sha256"), canonical_record(said), "sha256").hex()


@dataclass(frozen=True, slots=True)
class _Place:
    """Which answer: whose message, and what was asked."""

    organisation: str
    message: str
    content: str

    @property
    def bound(self) -> bytes:
        """What a sealed answer is bound to, so that none can be put in the place of another."""
        return "\x1f".join((self.organisation, self.message, self.content)).encode()


def place_of(asked: Ask, holder: Holder) -> _Place:
    """Which answer an ask is for."""
    return _Place(asked.request.recipient, asked.message, _content_of(asked, holder.master_key))


class CarriedOutlet:
    """To another node: kept as sealed bytes in the commit of the outcome, and given back from there."""

    folder: Path | None = None
    binary = False

    def __init__(
        self, holder: Holder, place: _Place, mode: Mode, now: datetime, keep: timedelta, *, anew: bool,
        first: First = alone,
    ) -> None:  # fmt: skip
        self._holder, self._place, self._worker = holder, place, secrets.token_hex(16)
        self._lease = int((now + LEASES[mode]).timestamp()) + 1
        self._expires = int((now + keep).timestamp()) + 1
        self._anew, self._first = anew, first
        self.body = b""

    @property
    def message(self) -> str | None:
        """The id of the request that is answered."""
        return self._place.message

    def begin(self) -> Mapping[str, Mapping[str, Any]]:
        """Nothing: the row that goes with the intent is enough to find it by."""
        return {}

    def also(self, type_: EntryType, outcome: Outcome) -> Also | None:
        """The row of the answer: put in hand with the intent, settled with what came of it."""
        if type_ is EntryType.DISCLOSURE_INTENDED:
            return self._first(self._begin)
        state = {
            EntryType.DISCLOSURE_RELEASED: State.RELEASED,
            EntryType.DISCLOSURE_REFUSED: State.REFUSED,
            EntryType.DISCLOSURE_FAILED: State.FAILED,
        }[type_]
        sealed = self._sealed(outcome) if state is not State.FAILED else None
        mine = (self._place.organisation, self._place.message, self._worker)

        def settle(connection: Connection, index: int) -> None:
            if not tables.settle_answer(connection, mine, state, index, sealed):
                raise Abandoned

        return settle

    def refused_at_once(self, outcome: Outcome) -> Also:
        """The row of a request that the decision refused, which needs no intent."""
        sealed = self._sealed(outcome)

        def keep(connection: Connection, index: int) -> None:
            row = self._row(State.REFUSED) | {"outcome": index, "sealed": sealed}
            tables.begin_answer(connection, row, anew=self._anew)

        return self._first(keep)

    def _begin(self, connection: Connection, index: int) -> None:
        tables.begin_answer(connection, self._row(State.IN_HAND) | {"intent": index}, anew=self._anew)

    def _row(self, state: State) -> dict[str, object]:
        return {
            "organisation": self._place.organisation,
            "message": self._place.message,
            "content": self._place.content,
            "state": state.value,
            "worker": self._worker,
            "lease": self._lease,
            "expires": self._expires,
            "intent": None,
            "outcome": None,
            "sealed": None,
        }

    def _sealed(self, outcome: Outcome) -> bytes:
        nonce = os.urandom(NONCE)
        plain = _head(outcome).encode() + b"\n" + self.body
        return nonce + _sealing_key(self._holder.master_key).encrypt(nonce, plain, self._place.bound)

    def release(self, session: Session, plan: Plan, decision: Decision, offer: Offer, _intent: int) -> Released:
        """Make the answer's bytes."""
        made, self.body = release_body(session, plan, decision, offer.terms)
        return made

    def put(self, found: Found, decision: Decision) -> Released:
        """Take what was found in an index."""
        made, self.body = found_body(found, decision)
        return made

    def deliver(self, outcome: Outcome) -> Outcome:
        """Nothing: whoever asked carries it."""
        return outcome

    def forget(self) -> None:
        """Let go of the bytes."""
        self.body = b""


def _head(outcome: Outcome) -> str:
    """What is kept of an outcome beside the answer, as JSON on one line."""
    made = outcome.released
    rest = {"count": made.count, "suppressed": made.suppressed, "sha256": made.sha256, "k": outcome.k}
    return f'{{"decision":{told(outcome.decision).text},{json.dumps(rest)[1:]}'


def kept_answer(holder: Holder, place: _Place, *, now: datetime) -> Answer | None:
    """The answer that was given to this message before; `None` where there is none, or it came to nothing.

    Raises what `before` raises.
    """
    known = before(holder, place, now=now)
    return known if isinstance(known, Answer) else None


def before(holder: Holder, place: _Place, *, now: datetime) -> Answer | bool:
    """The answer that was given to this message before; else whether there was one, that came to nothing.

    Raises `OtherContent` where something else was asked under its id, and `InHand` while it is being answered.
    """
    row = tables.answer(holder.ledger.engine, place.organisation, place.message)
    if row is not None and row.state == State.IN_HAND and row.lease < now.timestamp():
        abandon_overdue(holder, now=now)  # a worker that was late may have been quicker, so it is looked at again
        row = tables.answer(holder.ledger.engine, place.organisation, place.message)
    if row is None:
        return False
    if row.content != place.content:
        raise OtherContent
    if row.state == State.IN_HAND:
        raise InHand
    if row.state not in (State.RELEASED, State.REFUSED):
        return True
    if row.sealed is None:
        raise Erased
    return _opened(holder, place, row)


def _opened(holder: Holder, place: _Place, row: Any) -> Answer:
    try:
        plain = _sealing_key(holder.master_key).decrypt(row.sealed[:NONCE], row.sealed[NONCE:], place.bound)
    except InvalidTag:
        remedy = "the master key is another one, or the database was changed"
        raise ProofFailed("a kept answer cannot be opened", remedy=remedy) from None
    head, _, body = plain.partition(b"\n")
    said = json.loads(head)
    released = Released(said["count"], said["suppressed"], sha256=said["sha256"])
    outcome = Outcome(Decision.from_dict(said["decision"]), row.outcome, row.intent, released, k=said["k"])
    return answered(holder, outcome, body)


def answered(holder: Holder, outcome: Outcome, body: bytes) -> Answer:
    """The answer of an outcome, with its receipt: the same each time, since it proves the log as of its entry."""
    if not outcome.decision.allowed:
        return Answer(outcome)
    return Answer(outcome, body, new_receipt(holder.ledger, outcome.entry))
