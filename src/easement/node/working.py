"""The thread that makes bulk disclosures, one after another, while a node is served.

What it has in hand is a row with a lease: when the process is killed, another takes it up, here or on another machine.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from easement.exchange.jobs import run_next
from easement.ledger.service import utc_now
from easement.node import logs
from easement.node.home import Node

__all__ = ["Worker"]

REST_SECONDS = 1.0
"""How long it rests when nothing waits."""

TROUBLE_SECONDS = 30.0
"""How long it rests after the disk or the database failed it."""


class Worker:
    """Makes what other nodes asked for in bulk, until it is stopped."""

    def __init__(self, node: Node, clock: Callable[[], datetime] = utc_now) -> None:
        self.node, self.clock = node, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float = 5) -> None:
        """End after the set in hand, or leave it to whoever comes next."""
        self._stop.set()
        self._thread.join(seconds)

    def _work(self) -> None:
        rest = 0.0
        while not self._stop.wait(rest):
            rest = self.once()

    def once(self) -> float:
        """Make one set, if one waits; how long to rest then, in seconds."""
        try:
            done = run_next(self.node, self.clock)
        except Exception as error:
            logs.log("a set could not be made", level="error", **logs.place(error))
            return TROUBLE_SECONDS
        if done is None:
            return REST_SECONDS
        logs.log("a set was worked on", kind=done.state.value, count=done.rows, organisation=done.organisation)
        return 0.0
