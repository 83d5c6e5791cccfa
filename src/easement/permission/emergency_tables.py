"""The table of what was shared in emergencies: when, with whom, by when it was to be recorded and reviewed."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, String, Table, insert, select, update

from easement.base.database import METADATA, Whole

__all__ = ["Row", "add", "emergencies", "one", "reviewed", "rows"]

emergencies = Table(
    "permission_emergencies",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("direction", String(10), nullable=False),
    Column("other", String(63), nullable=False),
    Column("purpose", String(63), nullable=False),
    Column("agreement_id", String(63)),
    Column("happened", Whole, nullable=False),
    Column("recorded", Whole, nullable=False),
    Column("record_by", Whole, nullable=False),
    Column("review_by", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    Column("reviewed", Whole),
    Column("outcome", String(20)),
    Column("review_entry", Whole),
    Column("sealed", LargeBinary, nullable=False),
    Column("review_sealed", LargeBinary),
)
"""Emergencies; times are seconds since 1970, and what was shared, why and by whom is sealed."""


class Row(NamedTuple):
    """One emergency; see `emergencies`."""

    id: str
    direction: str
    other: str
    purpose: str
    agreement_id: str | None
    happened: int
    recorded: int
    record_by: int
    review_by: int
    entry: int = 0
    reviewed: int | None = None
    outcome: str | None = None
    review_entry: int | None = None
    sealed: bytes = b""
    review_sealed: bytes | None = None


def add(connection: Connection, row: Row) -> None:
    """Keep what was recorded."""
    connection.execute(insert(emergencies).values(**row._asdict()))


def reviewed(connection: Connection, id_: str, at: int, outcome: str, entry: int, sealed: bytes) -> bool:
    """Note that one was reviewed; whether it had not been."""
    of = (emergencies.c.id == id_, emergencies.c.reviewed.is_(None))
    said = {"reviewed": at, "outcome": outcome, "review_entry": entry, "review_sealed": sealed}
    return connection.execute(update(emergencies).where(*of).values(**said)).rowcount == 1


def one(connection: Connection, id_: str) -> Row | None:
    """One of them by its id."""
    row = connection.execute(select(emergencies).where(emergencies.c.id == id_)).first()
    return Row(*row) if row else None


def rows(connection: Connection) -> list[Row]:
    """All of them, the latest first."""
    return [Row(*each) for each in connection.execute(select(emergencies).order_by(emergencies.c.happened.desc()))]
