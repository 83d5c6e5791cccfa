"""Which agreements are suspended, at hand for every decision.

What this process suspends or resumes counts from the next decision on. What another process does, such as the command
line beside a running node, counts within `KNOWN_SECONDS`: that long is what the database said relied on.
"""

import time
from collections.abc import Callable, Mapping
from itertools import count

from sqlalchemy import Engine

from easement.gate import tables

__all__ = ["KNOWN_SECONDS", "Suspended", "changed"]

KNOWN_SECONDS = 0.5
"""How long what another process may have changed is relied on."""

_changes = count(1)
_latest = [0]


def changed() -> None:
    """Tell every node that is open in this process that an agreement was suspended, or is so no more."""
    _latest[0] = next(_changes)


class Suspended:
    """Why agreements are suspended, by their ids. Safe for many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: tuple[int, float, Mapping[str, str]] = (-1, 0.0, {})

    def at(self, engine: Engine) -> Mapping[str, str]:
        """What the database says, now or a moment ago; raises `StorageFailed`."""
        latest, now = _latest[0], self._clock()
        change, read, found = self._known
        if change != latest or not 0 <= now - read < KNOWN_SECONDS:
            found = tables.suspended(engine)
            self._known = (latest, now, found)
        return found
