"""Erasing a private record, and with it the answer that is kept for whoever may ask for it again (R5.4)."""

from easement.base.database import writing
from easement.gate import tables
from easement.gate.ports import Holder

__all__ = ["erase"]


def erase(holder: Holder, index: int) -> int:
    """Destroy an entry's private record for good, and the answer kept of its disclosure; the entry that says so.

    The answer goes first: a kill between leaves the record, and erasing again finishes. Raises as `Ledger.erase`.
    """
    with writing(holder.ledger.engine) as connection:
        tables.erase_answers(connection, index)
    return holder.ledger.erase(index)
