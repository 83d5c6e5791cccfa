"""What a node keeps of its witnesses: how far each has followed, and the last checkpoint that enough cosigned."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, String, Table, Text, select

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import put

__all__ = ["Cosigned", "Followed", "cosigned", "followed", "put_cosigned", "put_followed"]

witnesses = Table(
    "exchange_witnesses",
    METADATA,
    Column("organisation", String(63), primary_key=True),
    Column("size", Whole, nullable=False),
    Column("at", Whole),
    Column("problem", Text, nullable=False),
    Column("proof", Text, nullable=False),
)

cosignatures = Table(
    "exchange_cosigned",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Whole, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Whole, nullable=False),
)


class Followed(NamedTuple):
    """How far a witness has followed: the size it cosigned last and when (seconds since 1970), and what went wrong.

    `proof` is a checkpoint of our own log that the witness holds and that this log does not go on from.
    """

    organisation: str
    size: int = 0
    at: int | None = None
    problem: str = ""
    proof: str = ""


class Cosigned(NamedTuple):
    """The last checkpoint that enough witnesses cosigned: its size, the note with their signatures, and when."""

    size: int
    note: str
    at: int


def followed(connection: Connection) -> dict[str, Followed]:
    """Every witness that was ever asked, by its organisation."""
    return {row.organisation: Followed(*row) for row in connection.execute(select(witnesses))}


def put_followed(connection: Connection, said: Followed) -> None:
    """Keep how far a witness has followed."""
    put(connection, witnesses, said._asdict())


def cosigned(connection: Connection) -> Cosigned | None:
    """The last checkpoint that enough witnesses cosigned."""
    columns = (cosignatures.c.size, cosignatures.c.note, cosignatures.c.at)
    row = connection.execute(select(*columns)).one_or_none()
    return Cosigned(*row) if row else None


def put_cosigned(connection: Connection, said: Cosigned) -> None:
    """Keep the last checkpoint that enough witnesses cosigned."""
    put(connection, cosignatures, {"id": 1, **said._asdict()})
