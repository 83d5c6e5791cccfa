"""What the ledger's entries add to the register's counts, a page of them at a time. Pure.

Disclosures and refusals are summed up; what happens seldom (signatures, reviews, proposals, concerns) is kept one by
one, because its entry is what proves it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from easement.ledger.model import EntryType, Logged

__all__ = ["KEPT", "Event", "Kind", "Place", "Sums", "summed"]


class Kind(StrEnum):
    """What is counted: an answer given or received, a request refused here or by who asked, an answer that failed."""

    GAVE = "gave"
    RECEIVED = "received"
    REFUSED = "refused"
    NOT_ASKED = "not-asked"
    FAILED = "failed"


class Place(NamedTuple):
    """What a count is of; a part that the entry does not say is empty. `day` is UTC, `2026-11-22`."""

    kind: str
    day: str
    agreement_id: str
    share: str
    purpose: str
    mode: str
    provider: str
    recipient: str


class Event(NamedTuple):
    """One entry that is kept by itself; what it does not say is empty."""

    entry: int
    type: str
    time: str
    agreement_id: str
    agreement: str
    version: str
    organisation: str
    proposal: str
    concern: str
    reasons: str


COUNTED: Mapping[str, Kind] = {
    EntryType.DISCLOSURE_RELEASED: Kind.GAVE,
    EntryType.DISCLOSURE_RECEIVED: Kind.RECEIVED,
    EntryType.DISCLOSURE_REFUSED: Kind.REFUSED,
    EntryType.REQUEST_REFUSED: Kind.NOT_ASKED,
    EntryType.DISCLOSURE_FAILED: Kind.FAILED,
    EntryType.DISCLOSURE_ABANDONED: Kind.FAILED,
}
"""Which entries are summed up, and as what."""

KEPT = frozenset(
    each for each in EntryType if each.value.startswith(("agreement:", "assessment:", "permission:", "register:"))
)
"""Which entries are kept one by one."""


@dataclass
class Sums:
    """What a page of entries adds: times and records by place, refusals by day, agreement and reason, and events."""

    times: Counter[Place] = field(default_factory=Counter)
    records: Counter[Place] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    events: list[Event] = field(default_factory=list)


def summed(entries: Iterable[Logged]) -> Sums:
    """What entries add."""
    sums = Sums()
    for logged in entries:
        said = json.loads(logged.body)
        kind = COUNTED.get(said["type"])
        if kind is not None:
            _count(sums, kind, said)
        elif said["type"] in KEPT:
            sums.events.append(_event(logged.index, said))
    return sums


def _count(sums: Sums, kind: Kind, said: Mapping[str, Any]) -> None:
    place = _place(kind, said)
    if kind in (Kind.GAVE, Kind.RECEIVED):
        sums.times[place] += 1
        sums.records[place] += said["count"]
        return
    many = said.get("count", 1)  # of an entry that sums up refusals
    sums.times[place] += many
    for reason in said.get("reasons", ()):
        sums.reasons[place.day, place.agreement_id, reason] += many


def _place(kind: Kind, said: Mapping[str, Any]) -> Place:
    parties = said.get("parties") or {}
    told = {name: said.get(name, "") for name in ("agreement_id", "share", "purpose", "mode")}
    who = {name: parties.get(name, "") for name in ("provider", "recipient")}
    return Place(kind=kind, day=said["time"][:10], **told, **who)


def _event(index: int, said: Mapping[str, Any]) -> Event:
    names = ("type", "time", "agreement_id", "agreement", "version", "organisation", "proposal", "concern")
    told = {name: said.get(name, "") for name in names}
    return Event(entry=index, **told, reasons=" ".join(said.get("reasons", ())))
