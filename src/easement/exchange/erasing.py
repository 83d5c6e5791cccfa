"""Erasing a private record with all that is kept of its disclosure, the sealed files of a set among it (R5.4)."""

from datetime import datetime

from easement.base.database import reading, writing
from easement.exchange import sets
from easement.exchange.ports import Host
from easement.gate import erasing
from easement.ledger.model import EntryType

__all__ = ["erase"]


def erase(host: Host, index: int, now: datetime) -> int:
    """Destroy an entry's private record for good, what is kept of its disclosure, and its set; the entry that says so.

    A set is kept no longer before its files go: what a kill leaves of them is removed by housekeeping. Raises as
    `Ledger.erase`.
    """
    with reading(host.engine) as connection:
        found = [each.id for intent in _intents(host, index) for each in sets.made_under(connection, intent)]
    with writing(host.engine) as connection:
        for each in found:
            sets.drop_set(connection, each, now)
    for each in found:
        sets.forget_files(host.home, each)
    return erasing.erase(host, index)


def _intents(host: Host, index: int) -> list[int]:
    """The intent of the disclosure that an entry is about: its own index, or the one that it names."""
    about = (EntryType.DISCLOSURE_RELEASED, EntryType.SET_OPENED)
    entries = [(each.index, each.entry) for each in host.ledger.chosen([index])]
    begun = [at for at, entry in entries if entry.type is EntryType.DISCLOSURE_INTENDED]
    return begun + [entry.intent for _, entry in entries if entry.type in about and entry.intent is not None]
