"""Whom each entry of this node's log concerns: an index made from the log itself, brought up to date when asked."""

from collections.abc import Iterator

from easement.base.database import reading, writing
from easement.exchange import tables
from easement.exchange.ports import Host
from easement.exchange.tables import Concern
from easement.ledger.model import Logged

__all__ = ["about_message", "concerning"]

AT_ONCE = 4_096
"""Entries looked through in one transaction."""


def concerning(host: Host, organisation: str, start: int, stop: int, most: int) -> list[Concern]:
    """The entries from `start` to before `stop` that concern an organisation, so many at most."""
    _catch_up(host)
    with reading(host.engine) as connection:
        return tables.concerning(connection, organisation, start, stop, most)


def about_message(host: Host, organisation: str, message: str) -> list[Concern]:
    """The entries about a message between this node and an organisation, in order."""
    _catch_up(host)
    with reading(host.engine) as connection:
        return tables.about_message(connection, organisation, message)


def _catch_up(host: Host) -> None:
    """Look through what was logged since the last time; somebody else may be doing so too."""
    size = host.ledger.size
    while (was := _looked_through(host)) < size:
        upto = min(size, was + AT_ONCE)
        found = [each for logged in host.ledger.entries(was, upto) for each in _found(host.organisation, logged)]
        with writing(host.engine) as connection:
            tables.add_concerns(connection, was, upto, found)


def _looked_through(host: Host) -> int:
    with reading(host.engine) as connection:
        return tables.looked_through(connection)


def _found(own: str, logged: Logged) -> Iterator[Concern]:
    if b'"parties":' not in logged.body and b'"message":' not in logged.body:
        return
    entry = logged.entry
    others = set((entry.parties or {}).values()) - {own}
    for organisation in sorted(others) if entry.parties else [""]:
        yield Concern(organisation, logged.index, entry.type.value, entry.message)
