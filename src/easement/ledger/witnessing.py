"""A witness at work: it checks and remembers in one step, before it answers."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Engine, LargeBinary, String, Table, Text, insert, select, update
from sqlalchemy.exc import IntegrityError

from easement.base.database import METADATA, Whole, reading, writing
from easement.ledger.checkpoint import Checkpoint
from easement.ledger.note import Key
from easement.ledger.verifier import base64_text, parse_note
from easement.ledger.witness import Cosigner, NotCosigned, Seen, judge, origin_of, parse_request

__all__ = ["add_checkpoint", "last_seen", "remember", "seen", "witnessed"]

MAX_BODY = 65_536
"""Longest request read, in bytes: 63 hashes and a checkpoint with its signatures are far shorter."""

witnessed = Table(
    "ledger_witnessed",
    METADATA,
    Column("origin", String, primary_key=True),
    Column("size", Whole, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("at", Whole, nullable=False),
)
"""The largest tree of each other log that this node has cosigned, as that log signed it, and when (seconds, 1970)."""


def add_checkpoint(
    engine: Engine, cosigner: Cosigner, keys: Callable[[str], Sequence[Key]], body: bytes, *, now: datetime
) -> str:
    """Cosign the checkpoint in a request; the signature line of the answer.

    `keys` gives the public keys of a log by its origin. What was seen is durable before this returns. Raises
    `NotCosigned` with the status of C2SP tlog-witness, and `StorageFailed`.
    """
    asked = parse_request(_text(body))
    origin = origin_of(asked.note)
    known = keys(origin)
    with writing(engine) as connection:
        before = _held(connection, origin, for_update=True)
        checkpoint = judge(asked, before, known)
        remember(connection, checkpoint, asked.note, before, int(now.timestamp()))
    signature = cosigner.cosign(parse_note(asked.note).text, int(now.timestamp()))
    return f"— {signature.name} {base64_text(signature.id + signature.signature)}\n"


def seen(engine: Engine, origin: str) -> Seen | None:
    """The largest tree of a log that was cosigned here."""
    with reading(engine) as connection:
        return _held(connection, origin)


def last_seen(engine: Engine, origin: str) -> str | None:
    """The checkpoint of a log that was cosigned last, as that log signed it: proof against a log that goes back."""
    with reading(engine) as connection:
        return connection.scalar(select(witnessed.c.checkpoint).where(witnessed.c.origin == origin))


def _text(body: bytes) -> str:
    try:
        if len(body) <= MAX_BODY:
            return body.decode()
    except UnicodeDecodeError:
        pass
    raise NotCosigned(400, "the request is too long, or not text")


def _held(connection: Connection, origin: str, *, for_update: bool = False) -> Seen | None:
    query = select(witnessed.c.size, witnessed.c.root).where(witnessed.c.origin == origin)
    row = connection.execute(query.with_for_update() if for_update else query).first()
    return Seen(row.size, row.root) if row else None


def remember(connection: Connection, checkpoint: Checkpoint, note: str, before: Seen | None, at: int) -> None:
    """Keep what was seen of a log, within the transaction that held it against what was seen `before`."""
    said = {"size": checkpoint.size, "root": checkpoint.root, "checkpoint": note, "at": at}
    if before is not None:
        connection.execute(update(witnessed).where(witnessed.c.origin == checkpoint.origin).values(said))
        return
    try:
        connection.execute(insert(witnessed).values(origin=checkpoint.origin, **said))
    except IntegrityError:  # another process saw this log for the first time, in the same moment
        raise NotCosigned(409, "this witness has just seen that log", 0) from None
