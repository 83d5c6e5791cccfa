"""An ask as it comes in, and what came of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from easement.gate.model import Decision, Request
from easement.gate.release import Released

__all__ = ["Ask", "Outcome"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One ask as it comes in: the agreement's file, the request, and where the answer goes.

    `dataset` names the provider's mapping where several serve the standard; `match` is the recipient's list and
    `match_dataset` its mapping.
    """

    agreement: Path
    request: Request
    out: Path | None = None
    dataset: Path | None = None
    match: Path | None = None
    match_dataset: Path | None = None
    training: frozenset[str] = frozenset()
    consented: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an ask: the decision, and for a disclosure its entries, counts and files."""

    decision: Decision
    entry: int
    intent: int | None = None
    released: Released = field(default_factory=Released)
    data: Path | None = None
    receipt: Path | None = None
    held: Path | None = None
    k: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The outcome as `--json` shows it."""
        return {
            "allowed": self.decision.allowed,
            "entry": self.entry,
            "intent": self.intent,
            "count": self.released.count,
            "suppressed": self.released.suppressed,
            "held": self.released.held,
            "sha256": self.released.sha256 or None,
            "data": str(self.data) if self.data else None,
            "receipt": str(self.receipt) if self.receipt else None,
            "held_file": str(self.held) if self.held else None,
            "decision": self.decision.as_dict(),
        }
