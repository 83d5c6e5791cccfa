"""What a journey through several pages has gathered so far: sealed, short-lived, and never in an address."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as change

from easement.base.database import METADATA

__all__ = ["claim", "count", "forget", "forget_of", "forget_old", "keep", "read", "states", "update"]

states = Table(
    "web_states",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("web_states_by_owner", "owner"),
    Index("web_states_by_expiry", "expires"),
)
"""One row for each journey that is open; `owner` is the digest of the session that it belongs to."""


def keep(connection: Connection, id_: str, owner: str, expires: int, sealed: bytes) -> None:
    """Keep a new one; `owner` is the digest of a session, `expires` in seconds since 1970."""
    connection.execute(insert(states).values(id=id_, owner=owner, expires=expires, claimed=False, sealed=sealed))


def claim(connection: Connection, id_: str, owner: str) -> bool:
    """Whether this is the first to take it in hand; of several at one moment, one is."""
    mine = (states.c.id == id_) & (states.c.owner == owner) & ~states.c.claimed
    return connection.execute(change(states).where(mine).values(claimed=True)).rowcount == 1


def update(connection: Connection, id_: str, owner: str, expires: int, sealed: bytes) -> bool:
    """Put another in its place; whether there was one."""
    mine = (states.c.id == id_) & (states.c.owner == owner)
    return connection.execute(change(states).where(mine).values(expires=expires, sealed=sealed)).rowcount == 1


def read(connection: Connection, id_: str, owner: str, now: int) -> bytes | None:
    """What was kept, unless it is another session's or too old."""
    mine = (states.c.id == id_) & (states.c.owner == owner) & (states.c.expires > now)
    return connection.execute(select(states.c.sealed).where(mine)).scalar()


def count(connection: Connection, owner: str) -> int:
    """How many one session has."""
    return connection.execute(select(func.count()).select_from(states).where(states.c.owner == owner)).scalar_one()


def forget(connection: Connection, id_: str, owner: str) -> None:
    """Drop one."""
    connection.execute(delete(states).where((states.c.id == id_) & (states.c.owner == owner)))


def forget_of(connection: Connection, owner: str) -> None:
    """Drop all of one session's."""
    connection.execute(delete(states).where(states.c.owner == owner))


def forget_old(connection: Connection, now: int) -> None:
    """Drop those whose time is over."""
    connection.execute(delete(states).where(states.c.expires <= now))
