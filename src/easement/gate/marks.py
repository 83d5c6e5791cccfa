"""What organisations said about an agreement in force after it was signed: that it was reviewed, and that it ended.

An agreement that ended is suspended for good: nobody takes that back, for no version of it.
"""

from datetime import date

from sqlalchemy import Column, Connection, Engine, String, Table, Text, delete, insert, select, update

from easement.base.database import METADATA, Whole, reading
from easement.gate.tables import suspend, suspensions, why_suspended

__all__ = ["ENDED", "end", "ended", "endings", "mark_reviewed", "reviewed", "reviews"]

ENDED = "it was ended: "
"""How the reason of what is suspended for good begins."""

reviews = Table(
    "gate_reviews",
    METADATA,
    Column("agreement", String(64), primary_key=True),
    Column("reviewed", String(10), nullable=False),
    Column("entry", Whole, nullable=False),
)
"""The day of the last review of each version, by its digest, and the entry that completed it."""

endings = Table(
    "gate_endings",
    METADATA,
    Column("agreement_id", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
)
"""The agreements that were ended before their term was over."""


def reviewed(engine: Engine, agreement: str) -> date | None:
    """The day from which the last review of a version counts; `None` where it was never reviewed."""
    with reading(engine) as connection:
        found = connection.scalar(select(reviews.c.reviewed).where(reviews.c.agreement == agreement))
    return date.fromisoformat(found) if found else None


def mark_reviewed(connection: Connection, agreement: str, day: date, entry: int) -> None:
    """Note that a version was reviewed; an earlier day than the one known changes nothing."""
    known = connection.scalar(select(reviews.c.reviewed).where(reviews.c.agreement == agreement))
    row = {"reviewed": day.isoformat(), "entry": entry}
    if known is None:
        connection.execute(insert(reviews).values(agreement=agreement, **row))
    elif known < row["reviewed"]:
        connection.execute(update(reviews).where(reviews.c.agreement == agreement).values(**row))


def ended(connection: Connection, agreement_id: str) -> str | None:
    """Why an agreement was ended; `None` where it was not."""
    return connection.scalar(select(endings.c.reason).where(endings.c.agreement_id == agreement_id))


def end(connection: Connection, agreement_id: str, reason: str, since: int, entry: int) -> None:
    """Note that an agreement ended, since a time in seconds since 1970, by an entry; once is enough."""
    if ended(connection, agreement_id) is not None:
        return
    row = {"agreement_id": agreement_id, "reason": reason, "since": since, "entry": entry}
    connection.execute(insert(endings).values(**row))
    if why_suspended(connection, agreement_id) is not None:
        connection.execute(delete(suspensions).where(suspensions.c.agreement_id == agreement_id))
    suspend(connection, agreement_id, f"{ENDED}{reason}", since, entry)
