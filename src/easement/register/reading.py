"""What anybody may read of the register: entries found by words, one by one, how often used, and their proof."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from easement.base.database import reading
from easement.gate.marks import ENDED
from easement.gate.tables import suspended
from easement.ledger.model import EntryType
from easement.ledger.receipt import make_receipt, new_receipt
from easement.register import tables
from easement.register.counting import Event, Place
from easement.register.entries import Entry, use_of
from easement.register.keeping import refresh_if_old
from easement.register.model import STATES, Card, Redaction, State
from easement.register.ports import Publisher

__all__ = [
    "PAGE",
    "Choices",
    "Found",
    "Off",
    "Sought",
    "choices",
    "entry",
    "everything",
    "in_force",
    "off_register",
    "proof_of",
    "search",
]

PAGE = 25
"""Entries on one page."""

STREAMED = 200
"""Entries read together where all are wanted."""

_E = tables.entries.c
_ID = re.compile("[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: every one of some words, an organisation's id, a purpose, a state; empty for anything."""

    words: str = ""
    organisation: str = ""
    purpose: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, and how many there are in all."""

    entries: tuple[Entry, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed to: ids and what people call them, and states in words."""

    organisations: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Off:
    """Why an agreement is kept off the register, and how many are for that reason."""

    reason: str
    agreements: int


def search(publisher: Publisher, sought: Sought, now: datetime, *, start: int = 0, size: int = PAGE) -> Found:
    """Some of the entries that fit, by title, from the one at `start` on, counted from 0."""
    refresh_if_old(publisher, now)
    where = _where(sought)
    with reading(publisher.engine) as connection:
        count = connection.scalar(select(func.count()).select_from(tables.entries).where(*where)) or 0
        query = select(tables.entries).where(*where).order_by(_E.title, _E.agreement_id)
        rows = connection.execute(query.limit(size).offset(start)).all()
        return Found(tuple(_entries(publisher, connection, rows)), count)


def everything(publisher: Publisher, sought: Sought, now: datetime) -> Iterator[Entry]:
    """Every entry that fits, read some at a time."""
    refresh_if_old(publisher, now)
    last = ("", "")
    while True:
        with reading(publisher.engine) as connection:
            after = (_E.title > last[0]) | ((_E.title == last[0]) & (_E.agreement_id > last[1]))
            query = select(tables.entries).where(*_where(sought), after).order_by(_E.title, _E.agreement_id)
            rows = connection.execute(query.limit(STREAMED)).all()
            found = list(_entries(publisher, connection, rows))
        yield from found
        if len(rows) < STREAMED:
            return
        last = (rows[-1].title, rows[-1].agreement_id)


def entry(publisher: Publisher, id_: str, now: datetime, *, version: str = "") -> Entry | None:
    """One entry whole: the version that its agreement shows, or another; `None` where the public may see none."""
    refresh_if_old(publisher, now)
    with reading(publisher.engine) as connection:
        versions = [row for row in tables.rows(connection, _E.agreement_id == id_) if row.public]
        wanted = [row for row in versions if (row.version == version if version else row.newest)]
        if not wanted:
            return None
        (found,) = _entries(publisher, connection, wanted[:1])
        digests = {row.digest for row in tables.rows(connection, _E.agreement_id == id_, columns=("digest",))}
        events = in_force(tables.events(connection, agreement_id=id_), digests)
    told = tuple(sorted(((each.version, State(each.state)) for each in versions), key=_newest_first))
    signed = _signed(events, found.card.digest, publisher.organisation)
    card, use = found.card, found.use
    return Entry(card, found.state, found.newest, found.because, use, tuple(events), signed, told)


def in_force(events: Iterable[Event], digests: Collection[str]) -> list[Event]:
    """What happened, without signatures of texts that not all who they name have signed."""
    return [each for each in events if each.type != EntryType.VERSION_SIGNED or each.agreement in digests]


def _newest_first(told: tuple[str, State]) -> tuple[int, ...]:
    return tuple(-int(part) for part in told[0].split("."))


def _signed(events: Iterable[Event], digest: str, organisation: str) -> int | None:
    """The entry by which the organisation signed or joined a version first."""
    types = (EntryType.VERSION_SIGNED, EntryType.VERSION_JOINED)
    mine = [each for each in events if each.type in types and each.agreement == digest]
    own = [each.entry for each in mine if each.organisation == organisation]
    return min(own, default=min((each.entry for each in mine), default=None))


def proof_of(publisher: Publisher, index: int) -> str:
    """The receipt of an entry, for anybody to check offline with the log's public key (C2SP tlog-proof).

    Raises `ProofFailed` where the ledger has no such entry.
    """
    ledger = publisher.ledger
    return make_receipt(ledger, index) if index < ledger.published.size else new_receipt(ledger, index)


def off_register(publisher: Publisher, now: datetime) -> tuple[Off, ...]:
    """Why agreements are kept off the register, and how many are: nothing is missing silently."""
    refresh_if_old(publisher, now)
    wanted = (_E.public.is_(False), _E.newest.is_(True))
    query = select(_E.not_public, func.count()).where(*wanted).group_by(_E.not_public).order_by(_E.not_public)
    with reading(publisher.engine) as connection:
        return tuple(Off(reason, count) for reason, count in connection.execute(query))


def choices(publisher: Publisher, names: Mapping[str, str], purposes: Mapping[str, str]) -> Choices:
    """What the list can be narrowed to; `names` are what people call organisations, `purposes` what purposes are."""
    kinds = select(_E.parties, _E.purpose, _E.state).where(_E.public.is_(True), _E.newest.is_(True)).distinct()
    with reading(publisher.engine) as connection:
        found = connection.execute(kinds).all()
    ids = {id_ for each in found for id_ in each.parties.split()}
    codes, states = {each.purpose for each in found}, {each.state for each in found}
    return Choices(
        _named(ids, names),
        _named(codes, purposes),
        tuple((state.value, STATES[state].partition(":")[0]) for state in State if state.value in states),
    )


def _named(ids: Iterable[str], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((id_, names.get(id_, id_)) for id_ in ids), key=lambda each: each[1].casefold()))


def _where(sought: Sought) -> list[Any]:
    where: list[Any] = [_E.newest.is_(True), _E.public.is_(True)]
    where += [_E.words.contains(word, autoescape=True) for word in sought.words.casefold().split()[:10]]
    if sought.organisation:
        where.append(_E.parties.contains(f" {sought.organisation} ", autoescape=True))
    if sought.purpose:
        where.append(_E.purpose == sought.purpose)
    if sought.state:
        where.append(_E.state == sought.state)
    return where


def _entries(publisher: Publisher, connection: Connection, rows: Sequence[Any]) -> Iterator[Entry]:
    ids = [row.agreement_id for row in rows]
    left_out, cards = tables.redactions(connection, ids), tables.cards_of(connection, [row.digest for row in rows])
    reasons = suspended(publisher.engine)
    uses: dict[str, list[tuple[Place, int, int]]] = {}
    for counted in tables.uses(connection, agreements=ids):
        uses.setdefault(counted[0].agreement_id, []).append(counted)
    for row in rows:
        redacted: tuple[Redaction, ...] = left_out.get(row.agreement_id, ())
        card = Card.parse(json.loads(cards[row.digest])).without(redacted)
        use = None if card.hides("uses") else use_of(uses.get(row.agreement_id, ()))
        reason = reasons.get(row.agreement_id, "")
        yield Entry(card, _state(row.state, reason), row.newest, _because(reason, card), use)


def _because(reason: str, card: Card) -> str:
    """Why an agreement is suspended, as the public is told: what a party told the others nobody here has looked at."""
    party, told, _ = reason.removeprefix(ENDED).partition(": ")
    if not told or not _ID.fullmatch(party):
        return reason
    return "" if card.hides("parties") else f"{card.name_of(party)} decided so"


def _state(stored: str, suspended_because: str) -> State:
    """The state as it was last seen, but for a suspension, which is told at once."""
    state = State(stored)
    lively = (State.IN_FORCE, State.REVIEW_OVERDUE, State.NOT_BEGUN)
    return State.SUSPENDED if suspended_because and state in lively else state
