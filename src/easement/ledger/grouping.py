"""Many waiters, one durable commit: drafts that arrive while a commit runs share the next one.

What always holds; `_busy`, `_open`, heirs and `settled` change under `_lock` alone:
- `_busy` belongs to at most one thread, the one that commits; `_hand_over` gives it back, or on to the next heir.
- A group leaves `_open` before its commit begins and takes no draft after that; only who took it out commits it.
- A group is settled once, after its outcomes or its failure were set, and nobody reads those before.
- An heir's lock is acquired before anyone else can see it, so that a release can only mean that the turn has come.
- Where `_busy` belongs to nobody there is no heir: the first to wait leads, and no waiter is left lying.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from easement.base.errors import StorageAway, StorageFailed

__all__ = ["Grouping", "Outcomes", "Ticket"]

Draft = TypeVar("Draft")

Outcomes = Sequence[int | Exception]
"""For each draft of a group, in its order: the index that it got, or why it alone was left out."""

LARGEST = 2_048
"""Drafts in one group; a submitter that finds it full helps to commit before it goes on."""


class _Group(Generic[Draft]):
    """Drafts that will share a commit. The first thread to wait for it is its heir and will commit it."""

    __slots__ = ("drafts", "failure", "heir", "outcomes", "settled")

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.outcomes: Outcomes = ()
        self.failure: StorageFailed | None = None
        self.heir: threading.Lock | None = None
        self.settled = threading.Event()


class Ticket(Generic[Draft]):
    """A draft's place in its group. It is durable when `wait` returns, and not a moment before."""

    __slots__ = ("_group", "_grouping", "_place")

    def __init__(self, grouping: "Grouping[Draft]", group: _Group[Draft], place: int) -> None:
        self._grouping, self._group, self._place = grouping, group, place

    def wait(self) -> int:
        """The entry's index, once it is durable; raises `StorageFailed` when it could not be made so.

        What the draft alone was refused for is raised as it is.
        """
        group = self._group
        if not group.settled.is_set():
            self._grouping.settle(group)
        if group.failure is not None:
            raise _again(group.failure)
        outcome = group.outcomes[self._place]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Grouping(Generic[Draft]):
    """Gathers drafts and gives them to `commit` a group at a time, one group after another.

    There is no thread of its own: one of the waiting threads commits for all, then hands over to the first that
    waits for the next group. `commit` returns for each draft its index, or the error for which it alone was left out.
    When it fails, every waiter of that group and every later draft gets `StorageFailed`: what the disk has refused
    once is never tried again. Only a server that was away (`StorageAway`) may be asked for the next group.
    """

    def __init__(self, commit: Callable[[Sequence[Draft]], Outcomes]) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._open: _Group[Draft] = _Group()
        self._busy = False
        self.failure: StorageFailed | None = None

    def check(self) -> None:
        """Raise `StorageFailed` when no more drafts are taken."""
        if self.failure is not None:
            raise _again(self.failure)

    def add(self, draft: Draft) -> Ticket[Draft]:
        """Put a draft into the open group; raises `StorageFailed` when an earlier commit failed."""
        while True:
            with self._lock:
                self.check()
                group = self._open
                if len(group.drafts) < LARGEST:
                    group.drafts.append(draft)
                    return Ticket(self, group, len(group.drafts) - 1)
            self.settle(group)

    def stop(self, failure: StorageFailed) -> None:
        """Take no more drafts, for the reason given."""
        with self._lock:
            self.failure = self.failure or _lasting(failure)

    def settle(self, group: _Group[Draft]) -> None:
        """Return when the group is committed or has failed; commits it when that falls to this thread."""
        with self._lock:
            if group.settled.is_set():
                return
            leads = not self._busy
            inherits = self._busy and group is self._open and group.heir is None
            if leads:
                self._busy, self._open = True, _Group()
            elif inherits:
                group.heir = threading.Lock()
                group.heir.acquire()
        if inherits:
            self._await_turn(group)
        if leads or inherits:
            self._lead(group)
        else:
            group.settled.wait()

    def _await_turn(self, group: _Group[Draft]) -> None:
        assert group.heir is not None
        try:
            group.heir.acquire()
        except BaseException as error:  # an heir that is interrupted must not leave the others waiting for it
            group.failure = _failure_of(error)
            with self._lock:
                self.failure = self.failure or _lasting(group.failure)
                handed_over = group.heir.acquire(blocking=False)
                if not handed_over:
                    self._open = _Group()
                    group.settled.set()
            if handed_over:
                self._hand_over(group)
            raise

    def _lead(self, group: _Group[Draft]) -> None:
        group.failure = self.failure
        try:
            if group.failure is None:
                group.outcomes = self._commit(group.drafts)
        except BaseException as error:
            group.failure = _failure_of(error)
            raise
        finally:
            self._hand_over(group)

    def _hand_over(self, group: _Group[Draft]) -> None:
        """Wake who waits for this group, and let the heir of the next one commit it."""
        with self._lock:
            self.failure = self.failure or _lasting(group.failure)
            heir = self._open.heir
            self._busy = heir is not None
            if heir is not None:
                self._open = _Group()
            group.drafts = []
            group.settled.set()
        if heir is not None:
            heir.release()


def _failure_of(error: BaseException) -> StorageFailed:
    if isinstance(error, StorageFailed):
        return error
    return StorageFailed(
        f"an append was broken off by {type(error).__name__}",
        remedy="start again: whether its entries were kept shows when the ledger is opened",
    )


def _again(failure: StorageFailed) -> StorageFailed:
    """The failure anew for each who meets it, since one raised error must not be shared between threads."""
    return type(failure)(failure.what, where=failure.where, remedy=failure.remedy)


def _lasting(failure: StorageFailed | None) -> StorageFailed | None:
    """A failure after which nothing more is taken; a server that was away may be asked again."""
    return None if isinstance(failure, StorageAway) else failure
