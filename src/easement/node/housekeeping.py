"""What a running node does besides answering: finish what a kill cut off, publish, prune, fetch, chase.

One thread of one process on each machine does it; the others wait for its lock. Every task may be cut off anywhere and
is done again; one that fails is told in the log, and the others go on.
"""

import fcntl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import httpx

from easement.base.database import writing
from easement.exchange import directory_store
from easement.exchange.bulk import chase
from easement.exchange.correct_keeping import carry_all
from easement.exchange.directory_service import outgoing
from easement.exchange.duties import certify_all
from easement.exchange.jobs import clear
from easement.exchange.join import keep_up
from easement.exchange.refusals import sum_up
from easement.exchange.service import finish_outbox
from easement.exchange.tables import forget_nonces
from easement.exchange.witnesses import collect, witnessed
from easement.gate.links import clear_links
from easement.gate.recovery import abandon_overdue
from easement.gate.service import finish_left_behind
from easement.gate.tables import forget_answers
from easement.ledger.service import utc_now
from easement.node import logs
from easement.node.home import Node
from easement.permission import joining
from easement.permission.carrying import catch_up_all, tell_all
from easement.permission.emergency_telling import tell_emergencies
from easement.permission.landing import land_all
from easement.permission.silence import escalate_all
from easement.register.keeping import refresh

__all__ = ["TASKS", "Keeper", "Task"]

LOCK = ".housekeeping.lock"
"""Held by the process that does the housekeeping, for as long as it lives."""

NONCES_SECONDS = 60
"""How long after its message's end a nonce stays: another worker's clock may be behind."""

BREATH_SECONDS = 1.0
"""How often the thread looks whether anything is due."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do every so many seconds; `run` gives how many things it did, and may be cut off anywhere."""

    name: str
    every: float
    run: Callable[[Node, datetime], int]


def _recover(node: Node, now: datetime) -> int:
    return len(finish_left_behind(node, now=now))


def _publish(node: Node, _: datetime) -> int:
    before = node.ledger.published.size
    return node.ledger.checkpoint().size - before if node.ledger.size > before else 0


def _abandon(node: Node, now: datetime) -> int:
    return abandon_overdue(node, now=now)


def _settle(node: Node, now: datetime) -> int:
    return len(finish_outbox(node, now))


def _fetch(node: Node, now: datetime) -> int:
    """Fetch the directory in time, or publish one's own, and announce changed keys; nothing in no cluster."""
    if directory_store.trusted(node.home) is None:
        return 0
    held = directory_store.held(node.home)
    with outgoing() as client:
        now_held = keep_up(node, client, now)
    return int(held is None or now_held.sequence > held.sequence)


def _cosign(node: Node, now: datetime) -> int:
    """Ask the witnesses to cosign the checkpoint; nothing for a node in no cluster."""
    if directory_store.trusted(node.home) is None:
        return 0
    before = witnessed(node, now).last
    with httpx.Client(timeout=node.settings.exchange.timeout_seconds) as client:
        after = collect(node, client, now).last
    return int(after is not None and (before is None or after.size > before.size))


def _prune(node: Node, now: datetime) -> int:
    """Drop what is kept only for a time: nonces, answers that may be asked for no more, files left behind."""
    at = int(now.timestamp())
    with writing(node.engine) as connection:
        dropped = forget_nonces(connection, at - NONCES_SECONDS) + forget_answers(connection, at)
    return dropped + clear(node) + clear_links(node)


def _sum_up(node: Node, now: datetime) -> int:
    """Say in the ledger how often who was turned away undecided."""
    return sum_up(node, now)


def _chase_young(node: Node, now: datetime) -> int:
    """Look after the sets that were asked for of late."""
    return chase(node, now, young=True)


def _chase(node: Node, now: datetime) -> int:
    """Look after the sets asked for, and certify to others what they have yet to hear of."""
    return chase(node, now) + certify_all(node, now)


def _correct(node: Node, now: datetime) -> int:
    """Carry what is said to be wrong, and what was put right, to those who have yet to hear."""
    return carry_all(node, now)


def _permission(node: Node, now: datetime) -> int:
    """Put on the shelf what all signed, tell others of proposals, and say who is silent."""
    told = tell_all(node, now) + joining.tell_joins(node, now) + tell_emergencies(node, now)
    return land_all(node, now) + escalate_all(node, now) + told


def _missed(node: Node, now: datetime) -> int:
    """Ask others for what was missed: of proposals, and of who else joined what this organisation joined."""
    return catch_up_all(node, now) + joining.land_joins(node, now) + joining.refresh(node, now)


def _register(node: Node, now: datetime) -> int:
    """Bring the public register up to date."""
    return refresh(node, now)


TASKS: tuple[Task, ...] = (
    Task("recover", 60, _recover),
    Task("abandon", 30, _abandon),
    Task("publish", 5, _publish),
    Task("settle", 30, _settle),
    Task("fetch-directory", 60, _fetch),
    Task("ask-witnesses", 60, _cosign),
    Task("sum-up-refusals", 30, _sum_up),
    Task("chase-young", 15, _chase_young),
    Task("chase", 300, _chase),
    Task("correct", 60, _correct),
    Task("permission", 15, _permission),
    Task("permission-missed", 300, _missed),
    Task("register", 15, _register),
    Task("prune", 600, _prune),
)
"""Everything that is done besides answering, and how often."""


class Keeper:
    """The thread that does the housekeeping of one node, while this process holds the lock for it."""

    def __init__(self, node: Node, tasks: Sequence[Task] = TASKS, clock: Callable[[], datetime] = utc_now) -> None:
        self.node, self.tasks, self.clock = node, tasks, clock
        self._due = {task.name: 0.0 for task in tasks}
        self._stop = threading.Event()
        self._lock: IO[str] | None = None
        self._thread = threading.Thread(target=self._keep, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin; what was left behind is finished first."""
        self._thread.start()

    def stop(self, seconds: float = 20) -> None:
        """End after the task in hand."""
        self._stop.set()
        self._thread.join(seconds)
        if self._lock is not None:
            self._lock.close()

    def tick(self, at: float) -> None:
        """Do everything that is due at `at`, seconds of a steady clock."""
        for task in self.tasks:
            if self._due[task.name] <= at and not self._stop.is_set():
                self._due[task.name] = at + task.every
                self._do(task)

    def _do(self, task: Task) -> None:
        try:
            count = task.run(self.node, self.clock())
        except Exception as error:
            logs.log("housekeeping failed", level="warning", task=task.name, **logs.place(error))
        else:
            if count:
                logs.log("housekeeping", task=task.name, count=count)

    def _keep(self) -> None:
        while not self._stop.wait(BREATH_SECONDS):
            if self._lock is None:
                self._lock = _taken(self.node.home / LOCK)
            if self._lock is not None:
                self.tick(time.monotonic())


def _taken(path: Path) -> IO[str] | None:
    """The lock, or `None` while another process holds it."""
    lock = path.open("w")
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    lock.close()
    return None
