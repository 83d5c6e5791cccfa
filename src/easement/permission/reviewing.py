"""Reviews of agreements that were signed without a proposal, or joined: each organisation records its own (R2.8).

There is no chain of events that would carry it to the others, so a review counts for this organisation's own gate.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from easement.agreement.standing import Calendar
from easement.base.errors import Refused, UsageError
from easement.gate import marks
from easement.gate.suspended import changed
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.permission.actor import Actor, checked
from easement.permission.model import Kind, Outcome
from easement.permission.ports import Host
from easement.permission.service import proposals

__all__ = ["Reviewed", "review_agreement"]

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review was recorded: of which version, what should come of it, when the next is due, and the entry."""

    agreement: str
    version: str
    outcome: Outcome
    next_review: date | None
    entry: int

    def as_dict(self) -> dict[str, Any]:
        """The review as `--json` shows it."""
        due = self.next_review.isoformat() if self.next_review else None
        said = {"agreement": self.agreement, "version": self.version, "outcome": self.outcome.value}
        return said | {"next_review": due, "entry": self.entry}


def review_agreement(host: Host, ref: str, outcome: str, words: str, actor: Actor, now: datetime) -> Reviewed:
    """Record what this organisation found when it looked again at an agreement on its shelf (its id or digest).

    Where it may go on, its next review is due anew from today. Raises `Refused` for who may not, and where a proposal
    leads to it, in which every party reviews.
    """
    checked(actor, Kind.REVIEW)
    if not words.strip() or len(words) > LONGEST:
        raise UsageError(f"say what you found, in at most {LONGEST:,} characters", remedy="give --words TEXT")
    found, today = Outcome(outcome), now.astimezone(UTC).date()
    shelved = host.shelf.get(ref, today)
    terms = shelved.prepared.terms
    _hold_alone(host, terms.id, shelved.prepared.digest)
    if host.organisation not in {*terms.parties, *(shelved.signatures.joined if shelved.signatures else ())}:
        what = f"`{host.organisation}` has not signed `{terms.id}`"
        raise Refused(what, remedy="its parties review it")

    def also(connection: Connection, index: int) -> None:
        if found is Outcome.CONTINUE:
            marks.mark_reviewed(connection, shelved.prepared.digest, today, index)

    entry = Entry(
        time=minute(now),
        type=EntryType.VERSION_REVIEWED,
        organisation=host.organisation,
        agreement=shelved.prepared.digest,
        agreement_id=terms.id,
        version=terms.version,
        reasons=(found.value,),
    )
    who = {"asked_by": actor.name or actor.id, "role": actor.role}
    try:
        index = host.ledger.append(entry, PrivateRecord({"who": who, "review": {"words": words}}), also=also)
    finally:  # no decision rests on what was known before
        changed()
    day = today if found is Outcome.CONTINUE else marks.reviewed(host.engine, shelved.prepared.digest)
    return Reviewed(terms.id, terms.version, found, Calendar.of(terms, reviewed=day).next_review, index)


def _hold_alone(host: Host, id_: str, digest: str) -> None:
    for row in proposals(host, agreement_id=id_):
        if row.agreed == digest:
            what = f"`{id_}` was agreed in the proposal {row.id[:8]}, in which every party reviews it"
            raise Refused(what, remedy=f"easement proposal review {row.id[:8]} --outcome … --words …")
