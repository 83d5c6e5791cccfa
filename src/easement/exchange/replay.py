"""No message is taken twice: a durable store of nonces, for all threads, workers and restarts of a node.

Messages that arrive together share one commit. A nonce is kept until its message would be refused for its age, so the
store holds some minutes' messages and no more.
"""

import threading
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from easement.base.database import writing
from easement.exchange import tables
from easement.exchange.message import Fault, Genuine, NotGenuine
from easement.ledger.grouping import Grouping, Outcomes

__all__ = ["Replays"]

PRUNE_SECONDS = 60
"""How often what expired is dropped, and how long after: another worker's clock may be behind."""

NEW, SEEN = 1, 0


class Replays:
    """The nonces that one node has seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._grouping: Grouping[tuple[str, str, int]] = Grouping(self._commit)
        self._pruning, self._pruned = threading.Lock(), 0

    def _commit(self, drafts: Sequence[tuple[str, str, int]]) -> Outcomes:
        with writing(self._engine) as connection:
            return [NEW if new else SEEN for new in tables.add_nonces(connection, drafts)]

    def hold_new(self, message: Genuine, now: datetime) -> None:
        """Return once it is durable that this message came; raises `NotGenuine` where it came before."""
        if self._grouping.add((message.keyid, message.nonce, message.expires)).wait() == SEEN:
            raise NotGenuine(Fault.REPLAYED, "this message came before", "sign it anew, under a new nonce")
        self._prune(int(now.timestamp()))

    def _prune(self, now: int) -> None:
        """Drop what expired, now and then; who comes meanwhile does not wait for it."""
        if now - self._pruned < PRUNE_SECONDS or not self._pruning.acquire(blocking=False):
            return
        try:
            self._pruned = now
            with writing(self._engine) as connection:
                tables.forget_nonces(connection, now - PRUNE_SECONDS)
        finally:
            self._pruning.release()
