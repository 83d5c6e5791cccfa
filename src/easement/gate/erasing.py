"""Erasing a private record, and with it the answer that is kept for whoever may ask for it again (R5.4)."""

from sqlalchemy import Connection

from easement.base.database import writing
from easement.gate import tables
from easement.gate.links import forget_links
from easement.gate.ports import Holder
from easement.ledger.model import EntryType, Logged
from easement.linkage.review import erase_decision, erase_match

__all__ = ["erase"]


def erase(holder: Holder, index: int) -> int:
    """Destroy an entry's private record for good, and what is kept of its disclosure; the entry that says so.

    That is the answer, what its match left for a person to look at, and whose records it gave; of a decision on pairs,
    the pairs it settled.

    The answer goes first: a kill between leaves the record, and erasing again finishes. Raises as `Ledger.erase`.
    """
    with writing(holder.ledger.engine) as connection:
        tables.erase_answers(connection, index)
        for logged in holder.ledger.chosen([index]):
            _erase_pairs(connection, logged)
            _erase_links(holder, logged)
    return holder.ledger.erase(index)


def _erase_links(holder: Holder, logged: Logged) -> None:
    if logged.entry.type is EntryType.DISCLOSURE_INTENDED:
        forget_links(holder.home, logged.index)
    elif logged.entry.type is EntryType.DISCLOSURE_RELEASED and logged.entry.intent is not None:
        forget_links(holder.home, logged.entry.intent)


def _erase_pairs(connection: Connection, logged: Logged) -> None:
    if logged.entry.type is EntryType.DISCLOSURE_INTENDED:
        erase_match(connection, logged.index)
    elif logged.entry.type is EntryType.DISCLOSURE_RELEASED and logged.entry.intent is not None:
        erase_match(connection, logged.entry.intent)
    elif logged.entry.type is EntryType.MATCH_SETTLED:
        erase_decision(connection, logged.index)
