"""Which disclosures rest on one link: what was given about the same person, or to the same list. Found from the log.

Of lookups, the subjects' tokens in the private records tell who else was given about the same person, under whatever
agreement has the same kind of record. Of matches, everything that was given to the same recipient from the same share
may hold the pair; the recipient's own key tells it which of its records is meant.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from easement.agreement.model import Mode
from easement.base.errors import ProofFailed, UsageError
from easement.exchange.correct_bodies import Through
from easement.exchange.ports import Host
from easement.ledger.model import Entry, EntryType, Logged

__all__ = ["reach", "through"]

_MATCHED = frozenset({Mode.MATCH.value, Mode.BULK.value})


def through(released: Entry) -> Through:
    """By what kind of link something was given; raises `UsageError` for counts, which are about nobody."""
    if released.mode == Mode.LOOKUP.value:
        return Through.LOOKUP
    if released.mode in _MATCHED:
        return Through.MATCH
    raise UsageError("this answer was a count, which links nobody", remedy="name the message of a lookup or a match")


def reach(host: Host, found: Logged, on: date) -> tuple[Logged, ...]:
    """Every disclosure that rests on the link by which `found` was made, itself among them, in order.

    What its recipient certified to be deleted is left out: there is nothing left to put right.
    """
    gone = {each.entry.intent for each in host.ledger.entries(type=EntryType.DUTY_MET)}
    alike = _same_person(host, found, on) if through(found.entry) is Through.LOOKUP else _same_list(host, found)
    return tuple(each for each in alike if each.index not in gone)


def _same_list(host: Host, found: Logged) -> Iterator[Logged]:
    said = found.entry
    of = (said.agreement_id, said.share, said.parties)
    for each in host.ledger.entries(type=EntryType.DISCLOSURE_RELEASED):
        entry = each.entry
        if (entry.agreement_id, entry.share, entry.parties) == of and entry.mode in _MATCHED:
            yield each


def _same_person(host: Host, found: Logged, on: date) -> Iterator[Logged]:
    @cache
    def standard_of(digest: str, share: str) -> str | None:
        try:
            offer = host.shelf.get(digest, on).prepared.offers.get(share)
        except UsageError:
            return None
        return offer.standard.ref if offer else None

    def record(entry: Entry) -> str | None:
        return standard_of(entry.agreement or "", entry.share or "")

    tokens, kind = _tokens(host, found.index), record(found.entry)
    for each in host.ledger.entries(type=EntryType.DISCLOSURE_RELEASED):
        entry = each.entry
        alike = entry.mode == Mode.LOOKUP.value and record(entry) in (kind, None)
        if each.index == found.index or (alike and tokens & _tokens(host, each.index)):
            yield each


def _tokens(host: Host, index: int) -> frozenset[str]:
    """Whom a disclosure was about, as tokens; none where its private record was erased."""
    try:
        who: Any = host.ledger.private(index)["who"].value()
        return frozenset(who.get("subjects", ()))
    except (ProofFailed, KeyError):
        return frozenset()
