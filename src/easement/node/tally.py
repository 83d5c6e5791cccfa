"""What the ledger says happened, counted by agreement, day and side: the raw numbers of R5.5.

It reads each entry once and goes on from there. Times are those of entries, to the minute.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from easement.ledger.model import EntryType, Logged
from easement.ledger.service import Ledger

__all__ = ["Counts", "Place", "Tally"]

Place = tuple[str, str, str]
"""An agreement's id, a UTC day (`2026-11-22`), and the side: `provider` or `recipient`."""

REFUSED = {EntryType.DISCLOSURE_REFUSED: "provider", EntryType.REQUEST_REFUSED: "recipient"}
ENDED = {EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_FAILED, EntryType.DISCLOSURE_ABANDONED}


@dataclass
class Counts:
    """What happened in one place; `minutes` counts answers by how many minutes they took."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    failed: int = 0
    records: int = 0
    minutes: Counter[int] = field(default_factory=Counter)

    @property
    def waiting(self) -> int:
        """Asked, and nothing came of it yet."""
        return self.asked - self.answered - self.refused - self.failed


class Tally:
    """The counts of one ledger up to `size`. Safe for many threads."""

    def __init__(self) -> None:
        self.size = 0
        self.places: dict[Place, Counts] = {}
        self.types: Counter[tuple[str, str]] = Counter()
        self.reasons: Counter[str] = Counter()
        self._open: dict[int, tuple[Place, datetime]] = {}
        self._lock = threading.Lock()

    def add(self, entries: Iterable[Logged]) -> None:
        """Count entries, in order; those counted before are passed over."""
        with self._lock:
            for logged in entries:
                if logged.index >= self.size:
                    self._add(logged.index, json.loads(logged.body))
                    self.size = logged.index + 1

    def catch_up(self, ledger: Ledger) -> None:
        """Count the entries that came since; the first time, all there are: some seconds for a million."""
        if ledger.size > self.size:
            self.add(ledger.entries(self.size))

    def rows(self) -> list[tuple[Place, Counts]]:
        """Every place with what happened there, by agreement, day and side."""
        with self._lock:
            return sorted(self.places.items())

    def _add(self, index: int, said: Mapping[str, Any]) -> None:
        kind, agreement = said["type"], said.get("agreement_id", "")
        self.types[kind, agreement] += 1
        self.reasons.update(said.get("reasons", ()))
        if kind == EntryType.DISCLOSURE_INTENDED:
            place = (agreement, said["time"][:10], "provider")
            self._open[index] = (place, _instant(said))
            self._at(place).asked += 1
        elif "intent" in said and (kind in ENDED or kind in REFUSED):
            self._end(kind, said)
        elif kind in REFUSED:
            counts = self._at((agreement, said["time"][:10], REFUSED[kind]))
            many = said.get("count", 1)  # of an entry that sums up refusals
            counts.asked += many
            counts.refused += many
        elif kind == EntryType.DISCLOSURE_RECEIVED:
            counts = self._at((agreement, said["time"][:10], "recipient"))
            counts.asked += 1
            counts.answered += 1
            counts.records += said["count"]

    def _end(self, kind: str, said: Mapping[str, Any]) -> None:
        """Something came of an intent; it is counted on the day of the ask."""
        if (begun := self._open.pop(said["intent"], None)) is None:
            return
        place, asked = begun
        counts = self._at(place)
        if kind == EntryType.DISCLOSURE_RELEASED:
            counts.answered += 1
            counts.records += said["count"]
            counts.minutes[round((_instant(said) - asked).total_seconds() / 60)] += 1
        elif kind in REFUSED:
            counts.refused += 1
        else:
            counts.failed += 1

    def _at(self, place: Place) -> Counts:
        return self.places.setdefault(place, Counts())


def _instant(said: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(said["time"])
