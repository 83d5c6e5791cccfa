"""What a node keeps of its dealings with others: nonces seen, questions out, checkpoints and duties.

Instants are whole seconds since 1970. What may tell of a person is sealed before it comes here (`sealing`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from easement.base.database import METADATA, Whole
from easement.base.statements import Statement
from easement.exchange.upsert import insert_new

__all__ = [
    "Concern",
    "Duty",
    "Out",
    "Seen",
    "about_message",
    "add_concerns",
    "add_duties",
    "add_nonces",
    "concerning",
    "drop_out",
    "due",
    "end_duty",
    "forget_nonces",
    "looked_through",
    "mark_tried",
    "out",
    "peer",
    "put_out",
    "remember_peer",
    "waiting",
]

nonces = Table(
    "exchange_nonces",
    METADATA,
    Column("keyid", String(200), primary_key=True),
    Column("nonce", String(32), primary_key=True),
    Column("expires", Whole, nullable=False),
    sqlite_with_rowid=False,
)
"""Each message's nonce, until the message would be refused for its age anyway.

There is no index by `expires`: it would cost each message a page more, and the table holds some minutes' messages.
"""

outbox = Table(
    "exchange_outbox",
    METADATA,
    Column("message", String(32), primary_key=True),
    Column("provider", String(63), nullable=False),
    Column("since", Whole, nullable=False),
    Column("tried", Whole, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What this node asks of others and has no outcome for yet."""

peers = Table(
    "exchange_peers",
    METADATA,
    Column("organisation", String(63), primary_key=True),
    Column("origin", String(200), primary_key=True),
    Column("size", Whole, nullable=False),
    Column("checkpoint", Text, nullable=False),
)
"""The largest signed checkpoint seen of each other log: what it shows next must go on from there."""

duties = Table(
    "exchange_duties",
    METADATA,
    Column("entry", Whole, primary_key=True, autoincrement=False),
    Column("duty", String(20), primary_key=True),
    Column("provider", String(63), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("due", Whole),
    Column("within_hours", Whole),
    Column("met", Whole),
    Index("exchange_duties_by_due", "due"),
)
"""What is owed after each disclosure that came in. `met` is the entry that says it was done."""


concerns = Table(
    "exchange_concerns",
    METADATA,
    Column("organisation", String(63), primary_key=True),
    Column("entry", Whole, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    Column("message", String(32)),
    Index("exchange_concerns_by_message", "message"),
    sqlite_with_rowid=False,
)
"""Which entries of this node's log concern which other organisation; made from the log, and never ahead of it.

An entry that names a message and no party stands here under no organisation.
"""

concerned = Table(
    "exchange_concerned",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("upto", Whole, nullable=False),
)
"""How many entries of the log have been looked through for whom they concern."""


_OF_LOG = (peers.c.organisation == bindparam("of_organisation"), peers.c.origin == bindparam("of_origin"))

_PUT, _OWE = insert(outbox), insert(duties)
_DROP = delete(outbox).where(outbox.c.message == bindparam("of_message"))
_PEER = select(peers.c.size, peers.c.checkpoint).where(*_OF_LOG)
_SEE = update(peers).where(*_OF_LOG, peers.c.size < bindparam("is_size"))
_SEE = _SEE.values(size=bindparam("is_size"), checkpoint=bindparam("is_checkpoint"))
"""What every question and answer runs, put together once: that costs as much as running it."""


class Concern(NamedTuple):
    """An entry that concerns another organisation."""

    organisation: str
    entry: int
    type: str
    message: str | None


class Out(NamedTuple):
    """A question on its way: to whom, since when, last tried when, and the question itself, sealed."""

    message: str
    provider: str
    since: int
    tried: int
    sealed: bytes


class Seen(NamedTuple):
    """The largest checkpoint seen of a log."""

    size: int
    checkpoint: str


class Duty(NamedTuple):
    """Something owed after a disclosure: due at an instant, or within so many hours of its occasion."""

    entry: int
    duty: str
    provider: str
    agreement_id: str
    due: int | None
    within_hours: int | None
    met: int | None = None


_NONCE = {
    name: Statement(insert_(nonces).on_conflict_do_nothing(), *nonces.columns.keys())
    for name, insert_ in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def add_nonces(connection: Connection, rows: Iterable[tuple[str, str, int]]) -> list[bool]:
    """Keep each (keyid, nonce, expires) that was not seen before; for each, whether it was new."""
    statement, names = _NONCE[connection.dialect.name], nonces.columns.keys()
    return [statement.run(connection, dict(zip(names, row, strict=True))).rowcount == 1 for row in rows]


def forget_nonces(connection: Connection, before: int) -> int:
    """Drop the nonces that expired before an instant; how many went."""
    return connection.execute(delete(nonces).where(nonces.c.expires < before)).rowcount


def looked_through(connection: Connection) -> int:
    """How many entries have been looked through for whom they concern."""
    return connection.scalar(select(concerned.c.upto)) or 0


def add_concerns(connection: Connection, was: int, upto: int, found: Iterable[Concern]) -> None:
    """Note whom the entries from `was` to before `upto` concern; nothing where somebody else has just done so."""
    if not was:
        insert_new(connection, concerned, {"id": 1, "upto": 0})
    moved = update(concerned).where(concerned.c.upto == was).values(upto=upto)
    rows = [each._asdict() for each in found]
    if connection.execute(moved).rowcount and rows:
        connection.execute(concerns.insert(), rows)


def concerning(connection: Connection, organisation: str, start: int, stop: int, most: int) -> list[Concern]:
    """The entries from `start` to before `stop` that concern an organisation, in order, so many at most."""
    place = (concerns.c.organisation == organisation, concerns.c.entry >= start, concerns.c.entry < stop)
    query = select(concerns).where(*place).order_by(concerns.c.entry).limit(most)
    return [Concern(*row) for row in connection.execute(query)]


def about_message(connection: Connection, organisation: str, message: str) -> list[Concern]:
    """The entries about a message of an organisation, in order, those that name no party among them."""
    place = (concerns.c.message == message, concerns.c.organisation.in_([organisation, ""]))
    return [Concern(*row) for row in connection.execute(select(concerns).where(*place).order_by(concerns.c.entry))]


def put_out(connection: Connection, out: Out) -> None:
    """Keep a question before it is sent."""
    connection.execute(_PUT, out._asdict())


def out(connection: Connection, message: str) -> Out | None:
    """A question without an outcome."""
    row = connection.execute(select(outbox).where(outbox.c.message == message)).one_or_none()
    return Out(*row) if row else None


def mark_tried(connection: Connection, message: str, *, was: int, now: int) -> bool:
    """Say that a question is being sent again; false where another process says so at the same time."""
    place = (outbox.c.message == message, outbox.c.tried == was)
    return connection.execute(update(outbox).where(*place).values(tried=now)).rowcount == 1


def drop_out(connection: Connection, message: str) -> bool:
    """End a question; false where it had ended before."""
    return connection.execute(_DROP, {"of_message": message}).rowcount == 1


def waiting(connection: Connection, provider: str | None = None) -> list[Out]:
    """The questions without an outcome, oldest first, of all providers or of one."""
    query = select(outbox).order_by(outbox.c.since, outbox.c.message)
    if provider is not None:
        query = query.where(outbox.c.provider == provider)
    return [Out(*row) for row in connection.execute(query)]


def peer(connection: Connection, organisation: str, origin: str) -> Seen | None:
    """The largest checkpoint seen of an organisation's log."""
    row = connection.execute(_PEER, {"of_organisation": organisation, "of_origin": origin}).one_or_none()
    return Seen(*row) if row else None


def remember_peer(connection: Connection, organisation: str, origin: str, seen: Seen) -> None:
    """Keep a checkpoint when it is larger than the one kept."""
    place = {"of_organisation": organisation, "of_origin": origin}
    if not connection.execute(_SEE, place | {"is_size": seen.size, "is_checkpoint": seen.checkpoint}).rowcount:
        row = {"organisation": organisation, "origin": origin, "size": seen.size, "checkpoint": seen.checkpoint}
        insert_new(connection, peers, dict(row))


def add_duties(connection: Connection, owed: Iterable[Duty]) -> None:
    """Start the clocks of what is owed."""
    rows = [each._asdict() for each in owed]
    if rows:
        connection.execute(_OWE, rows)


def due(connection: Connection, before: int | None = None) -> list[Duty]:
    """What is still owed, the soonest first; with `before`, only what falls due by then."""
    query = select(duties).where(duties.c.met.is_(None)).order_by(func.coalesce(duties.c.due, 1 << 53), duties.c.entry)
    if before is not None:
        query = query.where(duties.c.due <= before)
    return [Duty(*row) for row in connection.execute(query)]


def end_duty(connection: Connection, entry: int, duty: str, met: int) -> bool:
    """Say by which entry a duty was met; false where it was before, or was never owed."""
    place = (duties.c.entry == entry, duties.c.duty == duty, duties.c.met.is_(None))
    return connection.execute(update(duties).where(*place).values(met=met)).rowcount == 1
