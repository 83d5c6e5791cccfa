"""What the API keeps: answers given under an idempotency key, sealed, for as long as they may be asked for again."""

from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole

__all__ = ["Kept", "begin", "drop", "finish", "kept", "prune"]

answers = Table(
    "api_answers",
    METADATA,
    Column("holder", String, primary_key=True),
    Column("idempotency_key", String, primary_key=True),
    Column("asked", String, nullable=False),
    Column("lease", Whole, nullable=False),
    Column("status", Integer),
    Column("sealed", LargeBinary),
    Column("expires", Whole, nullable=False),
    Index("api_answers_by_expiry", "expires"),
)


class Kept(NamedTuple):
    """What stands under a key: a digest of what was asked, until when it is being answered, and the sealed answer."""

    asked: str
    lease: int
    status: int | None
    sealed: bytes | None


def kept(connection: Connection, holder: str, key: str) -> Kept | None:
    """What stands under somebody's key, if anything does."""
    columns = (answers.c.asked, answers.c.lease, answers.c.status, answers.c.sealed)
    row = connection.execute(select(*columns).where(_of(holder, key))).one_or_none()
    return Kept(*row) if row else None


def begin(connection: Connection, holder: str, key: str, asked: str, *, lease: int, expires: int) -> None:
    """Note that a question is being answered, in place of what stood there."""
    drop(connection, holder, key)
    row = {"holder": holder, "idempotency_key": key, "asked": asked, "lease": lease, "expires": expires}
    connection.execute(insert(answers).values(**row))


def finish(connection: Connection, holder: str, key: str, *, status: int, sealed: bytes) -> None:
    """Keep the answer."""
    connection.execute(update(answers).where(_of(holder, key)).values(status=status, sealed=sealed))


def drop(connection: Connection, holder: str, key: str) -> None:
    """Forget the key, so that the same question may be asked again."""
    connection.execute(delete(answers).where(_of(holder, key)))


def prune(connection: Connection, now: int) -> int:
    """Forget what nobody may ask for again; how many there were."""
    return connection.execute(delete(answers).where(answers.c.expires <= now)).rowcount


def _of(holder: str, key: str) -> ColumnElement[bool]:
    return (answers.c.holder == holder) & (answers.c.idempotency_key == key)
