"""The other side's log as this node has seen it: the largest checkpoint, so that a fork or a way back is caught."""

from sqlalchemy import Connection

from easement.base.errors import ProofFailed
from easement.exchange import tables
from easement.ledger.checkpoint import Checkpoint, parse_checkpoint
from easement.ledger.note import parse

__all__ = ["FORKED", "last_seen", "see"]

FORKED = "keep both checkpoints as evidence, and tell the operator and the other organisation's auditor"
"""What to do about a log that shows two histories."""


def last_seen(connection: Connection, organisation: str, origin: str) -> tuple[Checkpoint, str] | None:
    """The largest checkpoint seen of a log, and the signed note that says it; nothing for a log never seen."""
    seen = tables.peer(connection, organisation, origin)
    return (parse_checkpoint(parse(seen.checkpoint).text), seen.checkpoint) if seen else None


def see(connection: Connection, organisation: str, note: str) -> None:
    """Remember a verified checkpoint; raises `ProofFailed` where its size was seen with another root."""
    new = parse_checkpoint(parse(note).text)
    seen = last_seen(connection, organisation, new.origin)
    if seen is not None and seen[0].size == new.size and seen[0].root != new.root:
        what = f"the log `{new.origin}` has shown two histories of {new.size} entries"
        raise ProofFailed(what, remedy=FORKED)
    if seen is None or seen[0].size < new.size:
        tables.remember_peer(connection, organisation, new.origin, tables.Seen(new.size, note))
