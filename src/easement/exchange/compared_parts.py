"""What a comparison of two logs is made of: an entry on one side, and a difference between both. Pure."""

from dataclasses import dataclass
from typing import Any

from easement.ledger.model import Entry

__all__ = ["ASK", "HERE", "THERE", "Difference", "Held", "difference"]

HERE, THERE = "here", "there"

ASK = "ask the other organisation how it came about; keep both entries, which prove what each side wrote"
"""What to do where both logs are in order, and say different things."""


@dataclass(frozen=True, slots=True)
class Held:
    """An entry on one side, by its index there."""

    side: str
    index: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two logs do not have alike: which entries, what it is, and what to do."""

    kind: str
    what: str
    remedy: str
    message: str = ""
    here: int | None = None
    there: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The difference as `--json` shows it."""
        return {
            "kind": self.kind,
            "message": self.message or None,
            "here": self.here,
            "there": self.there,
            "what": self.what,
            "remedy": self.remedy,
        }


def difference(kind: str, one: Held, other: Held | None, what: str, remedy: str) -> Difference:
    """A difference about a message, from the entry or the two that show it."""
    at = {each.side: each.index for each in (one, other) if each is not None}
    return Difference(kind, what, remedy, one.entry.message or "", at.get(HERE), at.get(THERE))
