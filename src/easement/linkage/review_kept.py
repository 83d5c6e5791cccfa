"""What reviewers said, kept until a pair's values are destroyed, and sealed, so that no other reviewer learns it."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from easement.base.sealed import seal, unseal
from easement.linkage import tables
from easement.linkage.review_turns import Opinion, Verdict

__all__ = ["MOST_AT_ONCE", "keep_opinion", "opinions_by_pair"]

MOST_AT_ONCE = 500
"""Pairs named in one query: databases take no more than some thousand values."""


def _bound(pair: str, reviewer: str) -> bytes:
    return f"linkage:opinion:{pair}:{reviewer}".encode()


def keep_opinion(connection: Connection, key: bytes, pair: str, opinion: Opinion, now: datetime) -> None:
    """Keep what a reviewer says of a pair, in place of what they said of it before."""
    said = json.dumps({"who": opinion.who, "verdict": opinion.verdict.value, "why": opinion.why}).encode()
    sealed = seal(key, said, _bound(pair, opinion.reviewer))
    tables.drop_opinions(connection, [pair], tables.opinions.c.reviewer == opinion.reviewer)
    row = {"pair": pair, "reviewer": opinion.reviewer, "said": int(now.timestamp() * 1000), "sealed": sealed}
    tables.add_opinion(connection, row)


def opinions_by_pair(connection: Connection, key: bytes, ids: Iterable[str]) -> dict[str, tuple[Opinion, ...]]:
    """What was said of each of some pairs, the oldest first; pairs of which nothing was said are left out."""
    wanted, found = list(ids), dict[str, tuple[Opinion, ...]]()
    for start in range(0, len(wanted), MOST_AT_ONCE):
        for row in tables.opinions_of(connection, tables.opinions.c.pair.in_(wanted[start : start + MOST_AT_ONCE])):
            said = json.loads(unseal(key, row.sealed, _bound(row.pair, row.reviewer)))
            opinion = Opinion(row.reviewer, said["who"], Verdict(said["verdict"]), said["why"])
            found[row.pair] = (*found.get(row.pair, ()), opinion)
    return found
