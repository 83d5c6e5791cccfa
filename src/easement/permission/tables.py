"""The tables of proposals: their events, sealed; how each stands, for lists and figures; and what is yet to be told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import insert_new
from easement.permission.rows import Row

__all__ = [
    "Behind",
    "EventRow",
    "Row",
    "acted",
    "acts",
    "add_event",
    "all_rows",
    "behind",
    "count_of",
    "event_by_id",
    "events",
    "events_of",
    "keep_act",
    "letters",
    "note_landed",
    "note_told",
    "one",
    "problems_of",
    "proposals",
    "put_row",
    "start_letter",
    "unlanded",
]

proposals = Table(
    "permission_proposals",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("home", String(63), nullable=False),
    Column("title", Text, nullable=False),
    Column("parties", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("since", Whole, nullable=False),
    Column("waiting", Text, nullable=False),
    Column("opened", Whole, nullable=False),
    Column("answer_by", String(10), nullable=False),
    Column("answered", Whole),
    Column("drafted", Whole),
    Column("in_force", Whole),
    Column("over", Whole),
    Column("reason", String(40)),
    Column("escalated", Integer, nullable=False),
    Column("agreement_id", String(63)),
    Column("version", String(40)),
    Column("agreed", String(64)),
    Column("landed", String(64)),
    Column("number", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Index("permission_proposals_by_state", "state"),
    Index("permission_proposals_by_agreement", "agreement_id"),
)
"""How each proposal stands after its last event. Times are seconds since 1970; `parties` and `waiting` are JSON.

`answered` is when everybody had agreed or one refused, `drafted` when the first text was there, `in_force` when the
first version was signed by all, `over` when it was refused, withdrawn or ended, `reason` why it was refused; `landed`
is the digest that was put on the shelf last.
"""

events = Table(
    "permission_events",
    METADATA,
    Column("proposal", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("author", String(63), nullable=False),
    Column("at", Whole, nullable=False),
    Column("entry", Whole),
    Column("sealed", LargeBinary, nullable=False),
    Index("permission_events_by_id", "id", unique=True),
)
"""Every event of every proposal, as its author signed it, sealed; `entry` is the one of the ledger that tells of it."""

acts = Table(
    "permission_acts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", Whole, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Who of this organisation did what, by the id of the event: the name, sealed, and the salt of what the event says."""

letters = Table(
    "permission_letters",
    METADATA,
    Column("proposal", String(32), primary_key=True),
    Column("organisation", String(63), primary_key=True),
    Column("told", Integer, nullable=False),
    Column("tried", Whole, nullable=False),
    Column("problem", Text, nullable=False),
)
"""How far each other party of a proposal that is at home here was told, and why no further."""


class EventRow(NamedTuple):
    """An event as it is kept; see `events`."""

    proposal: str
    number: int
    id: str
    kind: str
    author: str
    at: int
    entry: int | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Behind:
    """A party that has yet to be told of a proposal's last events: how far it is, and how far it should be."""

    proposal: str
    organisation: str
    told: int
    number: int


def _row(found: Any) -> Row:
    said = dict(found._mapping)  # noqa: SLF001 - the public name of a row's mapping
    said["parties"], said["waiting"] = json.loads(said["parties"]), tuple(json.loads(said["waiting"]))
    return Row(**said)


def one(connection: Connection, proposal: str) -> Row | None:
    """How one proposal stands; `None` for one that is not known."""
    found = connection.execute(select(proposals).where(proposals.c.id == proposal)).one_or_none()
    return _row(found) if found else None


def all_rows(connection: Connection, *, state: str | None = None, agreement_id: str | None = None) -> list[Row]:
    """How all proposals stand, the latest first, or those in one state or of one agreement."""
    query = select(proposals).order_by(proposals.c.opened.desc(), proposals.c.id)
    if state is not None:
        query = query.where(proposals.c.state == state)
    if agreement_id is not None:
        query = query.where(proposals.c.agreement_id == agreement_id)
    return [_row(each) for each in connection.execute(query)]


def count_of(connection: Connection, home: str, state: str) -> int:
    """How many proposals of one home are in a state."""
    where = (proposals.c.home == home, proposals.c.state == state)
    return connection.scalar(select(func.count()).select_from(proposals).where(*where)) or 0


def put_row(connection: Connection, row: Row, before: str | None) -> bool:
    """Keep how a proposal stands, where the event before is still its last (`None`: it is new); whether it was.

    What was put on the shelf is kept as it is.
    """
    said = row._asdict() | {"parties": json.dumps(dict(row.parties)), "waiting": json.dumps(list(row.waiting))}
    if before is None:
        return insert_new(connection, proposals, said)
    del said["landed"]
    query = update(proposals).where(proposals.c.id == row.id, proposals.c.head == before)
    return connection.execute(query.values(**said)).rowcount == 1


def note_landed(connection: Connection, proposal: str, digest: str) -> None:
    """Note which text of a proposal was put on the shelf."""
    connection.execute(update(proposals).where(proposals.c.id == proposal).values(landed=digest))


def unlanded(connection: Connection) -> list[str]:
    """The proposals whose agreed text is not on the shelf yet."""
    query = select(proposals.c.id).where(proposals.c.agreed.is_not(None))
    late = (proposals.c.landed.is_(None)) | (proposals.c.landed != proposals.c.agreed)
    return list(connection.scalars(query.where(late)))


def add_event(connection: Connection, row: EventRow) -> None:
    """Keep an event; raises `IntegrityError` where its place or its id is taken."""
    connection.execute(insert(events).values(**row._asdict()))


def events_of(connection: Connection, proposal: str, after: int = 0, most: int | None = None) -> list[EventRow]:
    """The events of a proposal after a number, in order."""
    query = select(events).where(events.c.proposal == proposal, events.c.number > after).order_by(events.c.number)
    return [EventRow(*each) for each in connection.execute(query if most is None else query.limit(most))]


def event_by_id(connection: Connection, id_: str) -> EventRow | None:
    """The event of an id, wherever it stands."""
    found = connection.execute(select(events).where(events.c.id == id_)).one_or_none()
    return EventRow(*found) if found else None


def keep_act(connection: Connection, id_: str, at: int, sealed: bytes) -> None:
    """Keep who did something, before anybody hears that it was done."""
    insert_new(connection, acts, {"id": id_, "at": at, "sealed": sealed})


def acted(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """Who did what, still sealed, by the ids of events."""
    found = connection.execute(select(acts.c.id, acts.c.sealed).where(acts.c.id.in_(ids)))
    return {row.id: row.sealed for row in found}


def start_letter(connection: Connection, proposal: str, organisation: str) -> None:
    """Begin to tell a party of a proposal, unless that is begun."""
    row = {"proposal": proposal, "organisation": organisation, "told": 0, "tried": 0, "problem": ""}
    insert_new(connection, letters, row)


def note_told(connection: Connection, letter: tuple[str, str], told: int, tried: int, problem: str) -> None:
    """Note how far a party (proposal, organisation) was told; what it was told once is never taken back."""
    of = (letters.c.proposal == letter[0], letters.c.organisation == letter[1])
    connection.execute(update(letters).where(*of).values(tried=tried, problem=problem))
    connection.execute(update(letters).where(*of, letters.c.told < told).values(told=told))


def behind(connection: Connection, proposal: str | None = None) -> list[Behind]:
    """The parties that have yet to be told of something, those who were tried longest ago first."""
    both = letters.join(proposals, proposals.c.id == letters.c.proposal)
    named = (letters.c.proposal, letters.c.organisation, letters.c.told, proposals.c.number)
    query = select(*named).select_from(both).where(letters.c.told < proposals.c.number).order_by(letters.c.tried)
    if proposal is not None:
        query = query.where(letters.c.proposal == proposal)
    return [Behind(*each) for each in connection.execute(query)]


def problems_of(connection: Connection, proposal: str) -> dict[str, str]:
    """Why parties of a proposal were not told, by organisation; empty for those who were."""
    query = select(letters.c.organisation, letters.c.problem).where(letters.c.proposal == proposal)
    return {row.organisation: row.problem for row in connection.execute(query)}
