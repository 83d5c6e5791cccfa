"""The numbers that a scrape looks up: how large the ledger is, what waits, how old the directory is, what happened."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from easement.base.database import reading
from easement.base.errors import EasementError
from easement.exchange import bulk_tables, directory_store, jobs_tables
from easement.exchange.outbox import open_letters
from easement.ledger.service import utc_now
from easement.node.home import Node
from easement.node.metrics import Reading
from easement.node.readiness import State, readiness
from easement.node.tally import Tally

__all__ = ["readings"]


def readings(node: Node, tally: Tally) -> Iterator[Reading]:
    """Everything that is looked up; what cannot be is left out."""
    with suppress(EasementError):
        yield from _counted(node, tally)
    with suppress(EasementError):
        yield from _exchange(node)
    for check in readiness(node, now=utc_now()):
        there, place = check.state is not State.MISSING, (("check", check.name),)
        yield Reading("easement_ready", "1 where what disclosing needs is there.", there, place)


def _counted(node: Node, tally: Tally) -> Iterator[Reading]:
    tally.catch_up(node.ledger)
    yield Reading("easement_ledger_size", "Entries that are durable.", node.ledger.size)
    yield Reading("easement_ledger_published", "Entries under the last checkpoint.", node.ledger.published.size)
    for (kind, agreement), count in sorted(tally.types.items()):
        what = (("type", kind), ("agreement", agreement))
        yield Reading("easement_entries", "Entries by type and agreement.", count, what, grows=True)
    for code, count in sorted(tally.reasons.items()):
        yield Reading("easement_refusal_reasons", "Why requests were refused.", count, (("code", code),), grows=True)
    for (agreement, side), count in sorted(_records(tally).items()):
        what = (("agreement", agreement), ("side", side))
        yield Reading("easement_records", "Records that crossed.", count, what, grows=True)


def _records(tally: Tally) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for (agreement, _, side), counts in tally.rows():
        sums[agreement, side] = sums.get((agreement, side), 0) + counts.records
    return sums


def _exchange(node: Node) -> Iterator[Reading]:
    letters, directory = open_letters(node), directory_store.held(node.home)
    yield Reading("easement_outbox", "Questions to other nodes without an outcome.", len(letters))
    with reading(node.engine) as connection:
        made = Counter(each.state.value for each in jobs_tables.jobs(connection))
        had = Counter(each.state.value for each in bulk_tables.bulks(connection))
    for name, what, states in (("jobs", "Sets that others asked for.", made), ("sets", "Sets asked for.", had)):
        for state, count in sorted(states.items()):
            yield Reading(f"easement_{name}", what, count, (("state", state),))
    if directory is not None:
        age = (utc_now() - directory.issued) / timedelta(seconds=1)
        yield Reading("easement_directory_age_seconds", "Since the directory held was issued.", age)
        yield Reading("easement_directory_version", "Which version of the directory is held.", directory.sequence)
