"""What anybody, and staff, can do with the register: every use case by its name."""

from datetime import datetime

from easement.base.database import reading
from easement.register import tables
from easement.register.concerns import answer, concern, concerns, look, raise_concern, waiting
from easement.register.facts import numbers
from easement.register.feed import FED, Item
from easement.register.keeping import names_of, refresh, refresh_if_old
from easement.register.ports import Publisher
from easement.register.reading import choices, entry, everything, in_force, off_register, proof_of, search
from easement.register.redacting import redact, redacted, restore
from easement.register.reporting import gather, write_report

__all__ = [
    "FED_AT_MOST",
    "answer",
    "changes",
    "choices",
    "concern",
    "concerns",
    "entry",
    "everything",
    "gather",
    "look",
    "names_of",
    "numbers",
    "off_register",
    "proof_of",
    "raise_concern",
    "redact",
    "redacted",
    "refresh",
    "restore",
    "search",
    "waiting",
    "write_report",
]

FED_AT_MOST = 100
"""Changes in the feed."""


def changes(publisher: Publisher, now: datetime) -> tuple[Item, ...]:
    """What changed on the register, the newest first: of public agreements alone."""
    refresh_if_old(publisher, now)
    e = tables.entries.c
    with reading(publisher.engine) as connection:
        events = tables.events(connection, *FED, newest=10 * FED_AT_MOST)
        wanted = (e.public.is_(True), e.newest.is_(True), e.agreement_id.in_({each.agreement_id for each in events}))
        titles = {row.agreement_id: row.title for row in tables.rows(connection, *wanted)}
        digests = {row.digest for row in tables.rows(connection, e.agreement_id.in_(titles), columns=("digest",))}
    told = in_force(events, digests)
    shown = (Item(each, titles[each.agreement_id]) for each in told if each.agreement_id in titles)
    return tuple(shown)[:FED_AT_MOST]
