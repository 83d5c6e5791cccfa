"""How good a queue's matches are, by what people decided of its pairs and what the last match counted (R4.4)."""

import json
from collections import Counter, defaultdict
from typing import Any

from easement.base.database import reading
from easement.linkage import tables
from easement.linkage.quality import Quality, Tally, band, by_decisions
from easement.linkage.review import Kind
from easement.linkage.review_ports import Keeper
from easement.linkage.review_queues import queue
from easement.linkage.review_turns import Verdict

__all__ = ["quality_of"]


def quality_of(keeper: Keeper, queue_id: str) -> Quality:
    """The quality of the last match of a queue; raises `UsageError` where there is no such queue."""
    queue(keeper, queue_id)
    c = tables.pairs.c
    ended = c.decision.in_([Verdict.SAME.value, Verdict.DIFFERENT.value])
    with reading(keeper.ledger.engine) as connection:
        last = tables.matches_of(connection, tables.matches.c.queue == queue_id)[0]
        rows = tables.pairs_of(connection, c.queue == queue_id, ended)
    counted: dict[tuple[bool, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[row.kind == Kind.SAMPLE.value, band(row.rule, row.probability)][row.decision] += 1
    said: dict[str, Any] = json.loads(last.tally)
    decided = {key: (each[Verdict.SAME.value], each[Verdict.DIFFERENT.value]) for key, each in counted.items()}
    return by_decisions(Tally.of_dict(said).strata(decided))
