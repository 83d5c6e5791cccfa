"""What every disclosure that comes in has in common: the entry that says so, and the clocks of what is owed after."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from easement.agreement.model import Duties
from easement.base.errors import ProofFailed
from easement.exchange.tables import Duty
from easement.gate.decide import decide
from easement.gate.model import Decision, Facts, Request
from easement.gate.prepare import Prepared
from easement.gate.shelf import Shelved
from easement.ledger.model import Entry, EntryType, Form, minute
from easement.ledger.verifier import Holds

__all__ = ["TELL", "decided_here", "hold_entry", "hold_words", "kept_until", "owed", "received_entry"]

TELL = "nothing of it is used; tell whoever runs that node, and compare the logs: easement audit"
"""What to do about an answer that does not fit."""


def decided_here(
    shelved: Shelved, request: Request, *, training: frozenset[str], consented: bool, now: datetime
) -> Decision:
    """The recipient's own decision, with what it knows; what only the provider knows is the provider's to decide."""
    facts = Facts(
        now=now,
        signed=shelved.signed,
        problems=shelved.problems,
        suspended=shelved.suspended,
        superseded=shelved.superseded,
        gaps=shelved.gaps(now.date()),
        training=training,
        consented=consented,
    )
    return decide(request, shelved.prepared, facts)


def hold_entry(said: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Raise `ProofFailed` unless an entry of the other log says what was asked for, key by key."""
    for name, wanted in asked.items():
        if said.get(name) != wanted:
            raise ProofFailed(f"its receipt is of an entry whose {name} is not the one asked for", remedy=TELL)


def hold_words(said: Mapping[str, Any], shelved: Prepared, share: str, parties: Mapping[str, str]) -> None:
    """Raise `ProofFailed` where an entry of the other log would write words of its own into this one.

    The basis is what was agreed, and what was withheld are elements of the standard: nobody's name can be among them.
    """
    agreed = shelved.basis_for(share, parties["recipient"])
    basis, withheld = {side: agreed.get(party, "") for side, party in parties.items()}, said.get("withheld", [])
    known = shelved.offers[share].standard.elements
    plain = isinstance(withheld, list) and all(isinstance(name, str) and name in known for name in withheld)
    if said.get("basis") not in (None, basis) or not plain:
        raise ProofFailed("its receipt is of an entry that says what no agreement or standard does", remedy=TELL)


def received_entry(holds: Holds, message: str, now: datetime) -> Entry:
    """The entry that a disclosure came in: what the provider's own entry says of it, and where that stands."""
    said = holds.entry
    return Entry(
        time=minute(now),
        type=EntryType.DISCLOSURE_RECEIVED,
        parties=said["parties"],
        agreement=said["agreement"],
        agreement_id=said["agreement_id"],
        version=said["version"],
        share=said["share"],
        purpose=said["purpose"],
        basis=said.get("basis"),
        mode=said["mode"],
        fields=said["fields"],
        withheld=tuple(said["withheld"]) if "withheld" in said else None,
        form=Form(said["form"]) if "form" in said else None,
        count=said["count"],
        message=message,
        peer_entry=holds.index,
        risk=said.get("risk"),
    )


def kept_until(duties: Duties, came: date) -> int:
    """The last second of the last day on which what came on a day may be kept, since 1970."""
    return int(datetime.combine(duties.retain.after(came), time(23, 59, 59), UTC).timestamp())


def owed(index: int, provider: str, agreement_id: str, duties: Duties, now: datetime) -> Iterator[Duty]:
    """What the agreement asks of who received: what to do by when, and what to do within how long of its occasion."""
    end = kept_until(duties, now.date())
    yield Duty(index, duties.then, provider, agreement_id, end, None)
    if duties.certificate == "required":
        yield Duty(index, "certificate", provider, agreement_id, end, None)
    if duties.breach_notice is not None:
        yield Duty(index, "breach-notice", provider, agreement_id, None, round(duties.breach_notice.length))
