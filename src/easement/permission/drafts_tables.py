"""The table of drafts in work at this node: every version that somebody saved, sealed."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    delete,
    func,
    select,
)

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import insert_new

__all__ = ["Saved", "add", "drop", "latest", "one", "versions"]

drafts = Table(
    "permission_drafts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Whole, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Each version of each draft; the highest number is what it is now. Times are seconds since 1970."""


class Saved(NamedTuple):
    """One version of a draft, sealed."""

    id: str
    number: int
    at: int
    sealed: bytes


def add(connection: Connection, saved: Saved) -> bool:
    """Keep a version; `False` where another has its number already."""
    return insert_new(connection, drafts, saved._asdict())


def latest(connection: Connection) -> Sequence[Saved]:
    """The newest version of every draft, the one saved last first."""
    newest = select(drafts.c.id, func.max(drafts.c.number).label("number")).group_by(drafts.c.id).subquery()
    same = and_(drafts.c.id == newest.c.id, drafts.c.number == newest.c.number)
    query = select(drafts).join(newest, same).order_by(drafts.c.at.desc(), drafts.c.id)
    return [Saved(*row) for row in connection.execute(query)]


def one(connection: Connection, id_: str, number: int | None = None) -> Saved | None:
    """A version of a draft, the newest where none is named; `None` where there is none."""
    query = select(drafts).where(drafts.c.id == id_).order_by(drafts.c.number.desc()).limit(1)
    if number is not None:
        query = query.where(drafts.c.number == number)
    row = connection.execute(query).one_or_none()
    return Saved(*row) if row else None


def versions(connection: Connection, id_: str) -> Sequence[Saved]:
    """Every version of a draft, the newest first."""
    query = select(drafts).where(drafts.c.id == id_).order_by(drafts.c.number.desc())
    return [Saved(*row) for row in connection.execute(query)]


def drop(connection: Connection, id_: str) -> int:
    """Delete a draft with all its versions; how many there were."""
    return connection.execute(delete(drafts).where(drafts.c.id == id_)).rowcount
