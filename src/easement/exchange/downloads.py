"""Places for downloads: each recipient has its share of them, and keeps one no longer than its pace earns."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["GRACE_SECONDS", "LEAST_PACE", "Full", "Places", "too_slow"]

LEAST_PACE = 32 << 10
"""Slowest download that is borne, in bytes a second: a file of 60 MB may so take half an hour."""

GRACE_SECONDS = 30.0
"""How long a download may be behind that pace: networks stutter."""


class Full(Exception):
    """A recipient has its share of the places already."""


@dataclass
class Places:
    """How many downloads a process has in hand: of `most`, a recipient may take half of what others leave.

    Whoever has none finds a place always: there are no more recipients than members.
    """

    most: int
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _of: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def taken(self, recipient: str) -> Iterator[None]:
        """Hold a place for a recipient; raises `Full` where it has its share already."""
        with self._lock:
            mine = self._of.get(recipient, 0)
            others = sum(self._of.values()) - mine
            if mine and mine >= (self.most - others) // 2:
                raise Full
            self._of[recipient] = mine + 1
        try:
            yield
        finally:
            with self._lock:
                self._of[recipient] -= 1
                if not self._of[recipient]:
                    del self._of[recipient]


def too_slow(sent: int, seconds: float) -> bool:
    """Whether a download that took so many bytes in so many seconds keeps its place from others."""
    return seconds > GRACE_SECONDS + sent / LEAST_PACE
