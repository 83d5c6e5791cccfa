"""That the two records of a wrong link are two people, decided before it is broken: no match is quicker."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from easement.exchange.correct_reach import Pair, Reached
from easement.exchange.ports import Host
from easement.ledger.model import Logged
from easement.linkage import tables
from easement.linkage.review import Scope, review_key, token
from easement.linkage.review_log import Settling, last_word, log_settled, scope_of
from easement.linkage.review_turns import Opinion

__all__ = ["keep_apart"]


def keep_apart(host: Host, found: Logged, reached: Iterable[Reached], pair: Pair, said: Opinion, now: datetime) -> int:
    """Decide it wherever the link was made, so that no later match makes it again; the entry for `found`'s own share.

    What waits for a reviewer of the same pair is taken away. Where it is decided already, nothing is logged.
    """
    scopes = {scope_of(each.released.entry): each.released for each in reached} | {scope_of(found.entry): found}
    entries = {scope: _apart(host, each, scope, pair, said, now) for scope, each in scopes.items()}
    return entries[scope_of(found.entry)]


def _apart(host: Host, found: Logged, scope: Scope, pair: Pair, said: Opinion, now: datetime) -> int:
    known = last_word(host.ledger, scope, *pair)
    if known is not None and known[1] is False:
        return known[0]

    def also(connection: Connection, _index: int) -> None:
        waits = token(review_key(host.master_key), scope, "pair", *pair)
        of = (tables.pairs.c.queue == scope.queue, tables.pairs.c.token == waits)
        tables.drop_pairs(connection, *of, tables.pairs.c.decision.is_(None))

    settling = Settling(*pair, "correction", None, False, (said,))
    return log_settled(host.ledger, found.entry.intent or found.index, (settling,), now=now, also=also)
