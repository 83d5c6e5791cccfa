"""The tables of agreements that are offered to others, of who joined which, and of who has yet to hear of it."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, String, Table, Text, delete, insert, select, update

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import insert_new

__all__ = [
    "Joined",
    "Offered",
    "all_joins",
    "drop_offer",
    "joins",
    "joins_of",
    "letters",
    "note_told",
    "offers",
    "offers_here",
    "put_join",
    "put_offer",
    "start_letter",
    "untold",
]

offers = Table(
    "permission_offers",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("agreement_id", String(63), nullable=False),
    Column("since", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
)
"""The agreements that this organisation offers to others of the class that may join."""

joins = Table(
    "permission_joins",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("organisation", String(63), primary_key=True),
    Column("agreement_id", String(63), nullable=False),
    Column("lead", String(63), nullable=False),
    Column("at", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Who joined which agreement, as they signed it, sealed; `lead` offered it, and is empty where that is not known."""

letters = Table(
    "permission_join_letters",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("organisation", String(63), primary_key=True),
    Column("told", Whole),
    Column("problem", Text, nullable=False),
)
"""Who has yet to be told that this organisation joined an agreement, and when each was told."""


class Offered(NamedTuple):
    """An agreement that is offered here; see `offers`."""

    digest: str
    agreement_id: str
    since: int
    entry: int


class Joined(NamedTuple):
    """That an organisation joined an agreement; see `joins`."""

    digest: str
    organisation: str
    agreement_id: str
    lead: str
    at: int
    entry: int
    sealed: bytes


def put_offer(connection: Connection, row: Offered) -> bool:
    """Keep that an agreement is offered; false where it is already."""
    return insert_new(connection, offers, row._asdict())


def drop_offer(connection: Connection, digest: str) -> bool:
    """Offer an agreement no more; whether it was."""
    return bool(connection.execute(delete(offers).where(offers.c.digest == digest)).rowcount)


def offers_here(connection: Connection) -> list[Offered]:
    """The agreements offered here, the newest first."""
    return [Offered(*each) for each in connection.execute(select(offers).order_by(offers.c.since.desc()))]


def put_join(connection: Connection, row: Joined) -> None:
    """Keep that an organisation joined, in place of what it joined with before."""
    connection.execute(delete(joins).where(joins.c.digest == row.digest, joins.c.organisation == row.organisation))
    connection.execute(insert(joins).values(**row._asdict()))


def joins_of(connection: Connection, digest: str) -> list[Joined]:
    """Who joined an agreement, in the order in which this node heard of it."""
    query = select(joins).where(joins.c.digest == digest).order_by(joins.c.entry)
    return [Joined(*each) for each in connection.execute(query)]


def all_joins(connection: Connection) -> list[Joined]:
    """Every join that this node knows of."""
    return [Joined(*each) for each in connection.execute(select(joins).order_by(joins.c.entry))]


def start_letter(connection: Connection, digest: str, organisation: str) -> None:
    """Begin to tell somebody that this organisation joined, anew where they knew of it as it was before."""
    connection.execute(delete(letters).where(letters.c.digest == digest, letters.c.organisation == organisation))
    connection.execute(insert(letters).values(digest=digest, organisation=organisation, told=None, problem=""))


def note_told(connection: Connection, digest: str, organisation: str, told: int | None, problem: str) -> None:
    """Note that somebody was told, or why not."""
    of = (letters.c.digest == digest, letters.c.organisation == organisation)
    connection.execute(update(letters).where(*of).values(told=told, problem=problem))


def untold(connection: Connection, digest: str | None = None) -> list[tuple[str, str, str]]:
    """Who has yet to be told of which join, and why: digest, organisation, problem."""
    query = select(letters.c.digest, letters.c.organisation, letters.c.problem).where(letters.c.told.is_(None))
    if digest is not None:
        query = query.where(letters.c.digest == digest)
    return [(row.digest, row.organisation, row.problem) for row in connection.execute(query)]
