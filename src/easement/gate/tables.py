"""The gate's own tables: agreements that are suspended, and answers to other nodes for as long as they are kept."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from easement.base.database import METADATA

__all__ = ["answers", "resume", "suspend", "suspended", "suspensions"]

Whole = BigInteger().with_variant(Integer(), "sqlite")

suspensions = Table(
    "gate_suspensions",
    METADATA,
    Column("agreement_id", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
)

answers = Table(
    "gate_answers",
    METADATA,
    Column("organisation", String, primary_key=True),
    Column("message", String, primary_key=True),
    Column("content", String, nullable=False),
    Column("state", String, nullable=False),
    Column("worker", String, nullable=False),
    Column("lease", Whole, nullable=False),
    Column("intent", Whole),
    Column("outcome", Whole),
    Column("sealed", LargeBinary),
    Column("receipt", LargeBinary),
    Column("expires", Whole, nullable=False),
    Index("gate_answers_by_state", "state", "lease"),
    Index("gate_answers_by_expiry", "expires"),
)


def suspended(connection: Connection) -> dict[str, str]:
    """Why each suspended agreement is so, by its id."""
    return dict(connection.execute(select(suspensions.c.agreement_id, suspensions.c.reason)).all())


def suspend(connection: Connection, agreement_id: str, reason: str, since: int, entry: int) -> None:
    """Note that an agreement is suspended, since a time in seconds since 1970, and by which entry."""
    row = {"agreement_id": agreement_id, "reason": reason, "since": since, "entry": entry}
    connection.execute(insert(suspensions).values(**row))


def resume(connection: Connection, agreement_id: str) -> bool:
    """Note that an agreement is suspended no more; whether it was."""
    return bool(connection.execute(delete(suspensions).where(suspensions.c.agreement_id == agreement_id)).rowcount)
