"""The tables of concerns: each one sealed, and how many came from where within the hour."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, LargeBinary, Row, String, Table, delete, func, insert, select, update

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import put

__all__ = ["add", "change", "concerns", "count_raised", "find", "forget_hours", "raised_within", "stages"]

concerns = Table(
    "register_concerns",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("agreement_id", String(63), nullable=False),
    Column("raised", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    Column("looked", Whole),
    Column("held_back", String(63), nullable=False),
    Column("looked_by", String(63), nullable=False),
    Column("answered", Whole),
    Column("answered_by", String(63), nullable=False),
    Column("answer_entry", Whole),
    Column("text", LargeBinary, nullable=False),
    Column("contact", LargeBinary),
    Column("answer", LargeBinary),
    Index("register_concerns_by_agreement", "agreement_id", "raised"),
    Index("register_concerns_by_raised", "raised"),
)
"""What people raised: `text`, `contact` and `answer` are sealed. Times are seconds since 1970."""

raising = Table(
    "register_raising",
    METADATA,
    Column("bucket", String(64), primary_key=True),
    Column("hour", Whole, nullable=False),
    Column("count", Whole, nullable=False),
)
"""How many concerns came within an hour since 1970 from one place, under a keyed digest of it, and from everywhere."""


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Keep a new concern."""
    unsaid: dict[str, Any] = {"held_back": "", "looked_by": "", "answered_by": ""}
    connection.execute(insert(concerns).values(**unsaid | row))


def change(connection: Connection, id_: str, *unless: Any, **facts: Any) -> bool:
    """Change some columns of a concern; whether it was there, and as wanted."""
    return bool(connection.execute(update(concerns).where(concerns.c.id == id_, *unless).values(**facts)).rowcount)


def find(
    connection: Connection, *where: Any, newest: int | None = None, offset: int = 0, oldest_first: bool = False
) -> Sequence[Row[Any]]:
    """Concerns that fit, the newest first or the oldest."""
    order = (concerns.c.raised, concerns.c.id) if oldest_first else (concerns.c.raised.desc(), concerns.c.id)
    query = select(concerns).where(*where).order_by(*order)
    return connection.execute(query.limit(newest).offset(offset)).all()


def stages(
    connection: Connection, since: int, until: int, *, acknowledge: int, answer: int, now: int
) -> dict[str, int]:
    """How many were raised within some time, how many of them were looked at and answered, and what is overdue.

    `acknowledge` and `answer` are the seconds within which each is due.
    """
    c = concerns.c
    within = (c.raised >= since) & (c.raised < until)
    late = (c.looked.is_(None) & (c.raised < now - acknowledge)) | (c.answered.is_(None) & (c.raised < now - answer))
    facts = {"raised": within, "acknowledged": within & c.looked.is_not(None)}
    facts |= {"answered": within & c.answered.is_not(None), "held_back": within & (c.held_back != ""), "overdue": late}
    return {
        name: connection.scalar(select(func.count()).select_from(concerns).where(where)) or 0
        for name, where in facts.items()
    }


def raised_within(connection: Connection, bucket: str, hour: int) -> int:
    """How many came from one place within an hour."""
    mine = (raising.c.bucket == bucket) & (raising.c.hour == hour)
    return connection.scalar(select(raising.c.count).where(mine)) or 0


def count_raised(connection: Connection, bucket: str, hour: int) -> None:
    """Count one more from a place, within the turn of whoever raises concerns."""
    put(connection, raising, {"bucket": bucket, "hour": hour, "count": raised_within(connection, bucket, hour) + 1})


def forget_hours(connection: Connection, hour: int) -> None:
    """Drop the counts of hours before one."""
    connection.execute(delete(raising).where(raising.c.hour < hour))
