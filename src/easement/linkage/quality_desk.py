"""How good matches are, by what people decided of pairs and what each match counted (R4.4, R7.4)."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from easement.base.database import reading
from easement.base.errors import ProofFailed, UsageError
from easement.ledger.model import EntryType
from easement.linkage import tables
from easement.linkage.quality import band
from easement.linkage.quality_report import GroupDecisions, Report, report
from easement.linkage.quality_tally import Decisions, Tally
from easement.linkage.quality_told import Told, read_told
from easement.linkage.review import Kind, Scope, opened, review_key
from easement.linkage.review_ports import Keeper
from easement.linkage.review_queues import queue
from easement.linkage.review_turns import Verdict

__all__ = ["decided_before", "quality_of", "quality_of_entry", "told_at", "told_of_match"]


def quality_of(keeper: Keeper, queue_id: str) -> Report:
    """The quality of the last match of a queue; raises `UsageError` where there is no such queue."""
    queue(keeper, queue_id)
    with reading(keeper.ledger.engine) as connection:
        last = tables.matches_of(connection, tables.matches.c.queue == queue_id)[0]
        return _report(connection, review_key(keeper.master_key), last)


def quality_of_entry(keeper: Keeper, entry: int) -> tuple[Told | None, Report | None]:
    """What the recipient of a disclosure was told of how good its match is, and for one of this node's how it stands
    now.

    The first is `None` once the private record is erased; the second where nothing is kept of the match. Raises
    `UsageError` for an entry that is of no match.
    """
    logged = next(keeper.ledger.entries(entry, entry + 1), None)
    told = told_at(keeper, entry) if logged and logged.entry.type in CROSSED else None
    now = None
    if logged and logged.entry.type is EntryType.DISCLOSURE_RELEASED and logged.entry.intent is not None:
        now = _of_match(keeper, logged.entry.intent)
    if told is None and now is None:
        remedy = "name an entry by which the people on a list were disclosed: easement ledger show"
        raise UsageError(f"nothing is known of how good a match entry {entry} is of", remedy=remedy)
    return told, now


CROSSED = (EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED)


def told_at(keeper: Keeper, entry: int) -> Told | None:
    """What an entry's private record has of how good a match is; `None` where nothing, or where it is erased."""
    try:
        said: Any = keeper.ledger.private(entry)["answer"].value()
    except (ProofFailed, KeyError):
        return None
    return read_told(said["linkage"]) if "linkage" in said else None


def told_of_match(keeper: Keeper, intent: int) -> Told | None:
    """What the recipient of a disclosure was told, by the entry of its intent; `None` where it is of no match."""
    released = keeper.ledger.entries(intent=intent, type=EntryType.DISCLOSURE_RELEASED)
    return next((told_at(keeper, each.index) for each in released), None)


def _of_match(keeper: Keeper, intent: int) -> Report | None:
    with reading(keeper.ledger.engine) as connection:
        found = tables.matches_of(connection, tables.matches.c.intent == intent)
        return _report(connection, review_key(keeper.master_key), found[0]) if found else None


def decided_before(keeper: Keeper, scope: Scope, model: str) -> Decisions:
    """What people decided until now of pairs as a match by this model, or by rules where it is empty, makes them."""
    with reading(keeper.ledger.engine) as connection:
        return _counted(_ended(connection, scope.queue, model))


def _report(connection: Connection, key: bytes, match: Row[Any]) -> Report:
    said: dict[str, Any] = json.loads(match.tally)
    rows = _ended(connection, match.queue, match.model)
    by_group = _by_group(key, rows) if said.get("groups") else {}
    return report(match.intent, match.model, Tally.of_dict(said), _counted(rows), by_group)


class _Ended(NamedTuple):
    """One pair that was decided, as far as it is counted."""

    place: tuple[bool, str]
    decision: str
    row: Row[Any]


def _ended(connection: Connection, queue_id: str, model: str) -> list[_Ended]:
    """The pairs that were decided one way or the other, of matches that went by the same model."""
    c, m = tables.pairs.c, tables.matches.c
    alike = select(m.intent).where(m.queue == queue_id, m.model == model)
    decided = c.decision.in_([Verdict.SAME.value, Verdict.DIFFERENT.value])
    rows = tables.pairs_of(connection, c.queue == queue_id, decided, c.intent.in_(alike))
    return [_Ended((row.kind == Kind.SAMPLE.value, band(row.rule, row.probability)), row.decision, row) for row in rows]


def _counted(ended: Iterable[_Ended]) -> Decisions:
    counted: dict[tuple[bool, str], Counter[str]] = defaultdict(Counter)
    for each in ended:
        counted[each.place][each.decision] += 1
    return {place: (said[Verdict.SAME.value], said[Verdict.DIFFERENT.value]) for place, said in counted.items()}


def _by_group(key: bytes, ended: Iterable[_Ended]) -> GroupDecisions:
    found: dict[tuple[str, str], list[_Ended]] = defaultdict(list)
    for each in ended:
        for group in opened(key, each.row).groups.items():
            found[group].append(each)
    return {group: _counted(several) for group, several in found.items()}
