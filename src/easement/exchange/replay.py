"""No message is taken twice: a durable store of nonces, for all threads, workers and restarts of a node.

Messages that arrive together share one commit, and a message that is logged shares that of its first entry. A nonce is
kept until its message would be refused for its age, so the store holds some minutes' messages and no more.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from easement.base.database import writing
from easement.base.errors import StorageFailed
from easement.exchange import tables
from easement.exchange.message import Fault, Genuine, NotGenuine
from easement.ledger.grouping import Grouping, Outcomes
from easement.ledger.tables import Also

__all__ = ["Once", "Replays"]

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
        if self._grouping.add(_row(message)).wait() == SEEN:
            raise _replayed()
        self.prune(int(now.timestamp()))

    def once(self, message: Genuine, now: datetime) -> "Once":
        """Take a message once, within the block; its nonce is durable when the block ends, however it ends."""
        return Once(self, message, now)

    def prune(self, now: int) -> None:
        """Drop what expired, now and then; who comes meanwhile does not wait for it."""
        if now - self._pruned < PRUNE_SECONDS or not self._pruning.acquire(blocking=False):
            return
        try:
            self._pruned = now
            with writing(self._engine) as connection:
                tables.forget_nonces(connection, now - PRUNE_SECONDS)
        finally:
            self._pruning.release()


class Once:
    """One message on its way: its nonce goes into the commit of its first entry, or into one of its own.

    Nothing may be told and nobody counted before `hold` has returned, or the entry is durable.
    """

    def __init__(self, replays: Replays, message: Genuine, now: datetime) -> None:
        self._replays, self._message, self._now, self._held = replays, message, now, False

    def hold(self) -> None:
        """Return once it is durable that this message came; raises `NotGenuine` where it came before."""
        if not self._held:
            self._replays.hold_new(self._message, self._now)
            self._held = True

    def first(self, also: Also) -> Also:
        """What goes into the commit of the first entry, with the nonce; raises `NotGenuine` there as `hold` does."""

        def write(connection: Connection, index: int) -> None:
            self._held = False  # what was written before was undone, if this is the second time
            also(connection, index)
            if not tables.add_nonces(connection, [_row(self._message)])[0]:
                raise _replayed()
            self._held = True

        return write

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        if isinstance(error, StorageFailed) and self._held:  # the commit that held it may be the one that failed
            with suppress(NotGenuine):
                self._replays.hold_new(self._message, self._now)
        elif not (isinstance(error, NotGenuine) and error.fault is Fault.REPLAYED):
            self.hold()
            self._replays.prune(int(self._now.timestamp()))


def _row(message: Genuine) -> tuple[str, str, int]:
    return message.keyid, message.nonce, message.expires


def _replayed() -> NotGenuine:
    return NotGenuine(Fault.REPLAYED, "this message came before", "sign it anew, under a new nonce")
