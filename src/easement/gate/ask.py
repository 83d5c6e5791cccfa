"""An ask as it comes in, and what came of it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from easement.gate.model import Decision, Request
from easement.gate.release import Released
from easement.linkage.review import Scope

__all__ = ["Answer", "Ask", "Outcome"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One ask as it comes in: the agreement, the request, and where the answer goes.

    The agreement is a file, or the id or digest of one that the node works by. `dataset` names the provider's mapping
    where several serve the standard; `match` is the recipient's list and `match_dataset` its mapping. `message` is the
    random id of the request, 32 hexadecimal characters, where another node asks.
    """

    agreement: Path | str
    request: Request
    out: Path | None = None
    dataset: Path | None = None
    match: Path | None = None
    match_dataset: Path | None = None
    training: frozenset[str] = frozenset()
    consented: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an ask: the decision, and for a disclosure its entries, counts and files."""

    decision: Decision
    entry: int
    intent: int | None = None
    released: Released = field(default_factory=Released)
    data: Path | None = None
    receipt: Path | None = None
    k: int | None = None

    def at(self, entry: int) -> "Outcome":
        """The same outcome, with the index of its entry."""
        return replace(self, entry=entry)

    def sent(self, *, data: Path, receipt: Path) -> "Outcome":
        """The same outcome, with where its files went."""
        return replace(self, data=data, receipt=receipt)

    @property
    def queue(self) -> str | None:
        """The queue in which a person finds what its match left in doubt; `None` where nothing can be settled."""
        match, said = self.released.match, self.decision
        if match is None or not match.pairs or not match.lasting:
            return None
        return Scope(said.agreement_id, said.share, said.recipient).queue

    def as_dict(self) -> dict[str, Any]:
        """The outcome as `--json` shows it."""
        return {
            "allowed": self.decision.allowed,
            "entry": self.entry,
            "intent": self.intent,
            "count": self.released.count,
            "suppressed": self.released.suppressed,
            "held": self.released.held,
            "unmapped": dict(self.released.unmapped),
            "sha256": self.released.sha256 or None,
            "data": str(self.data) if self.data else None,
            "receipt": str(self.receipt) if self.receipt else None,
            "queue": self.queue,
            "decision": self.decision.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What is carried to another node: what came of its ask, the answer's exact bytes, and their receipt.

    `body` and `receipt` are empty on a refusal.
    """

    outcome: Outcome
    body: bytes = field(default=b"", repr=False)
    receipt: str = field(default="", repr=False)
