"""Decisions on pairs as the ledger has them: the entry names nobody, its private record the pairs, by whom and why.

Nothing crosses by a decision. The next match for the same recipient under the same share honours it, and so the pair is
released through the gate as any other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from easement.base.errors import ProofFailed
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.ledger.service import Ledger
from easement.ledger.tables import Also
from easement.linkage.review import Scope
from easement.linkage.review_turns import Opinion

__all__ = ["MOST_LOGGED", "Decided", "Settling", "decided", "last_word", "log_settled", "scope_of"]

PART = "settled"
"""The part of the private record that names the pairs, who decided, and why."""

MOST_LOGGED = 1_000
"""Most pairs of one entry: what a private record holds is read as a whole."""


class Decided(NamedTuple):
    """What people decided of a pair: both sides' own keys, what had paired them, and whether it is one person."""

    listed: str
    held: str
    rule: str
    weight: float | None
    same: bool


class Settling(NamedTuple):
    """One pair to be logged: whether it is one person (`None`: nobody can tell, or it is open again), and by whom."""

    listed: str
    held: str
    rule: str
    weight: float | None
    same: bool | None
    said: Sequence[Opinion]

    def as_dict(self) -> dict[str, Any]:
        """The pair as the private record has it; a weight is text, for records hold whole numbers alone."""
        said = [{"who": each.who, "said": each.verdict.value, "why": each.why} for each in self.said]
        weight = None if self.weight is None else f"{self.weight:.4f}"
        found = {"listed": self.listed, "held": self.held, "rule": self.rule, "weight": weight}
        return found | {"same": self.same, "said": said}


def scope_of(said: Entry) -> Scope:
    """Where decisions hold that an entry of a match, or one on its pairs, speaks of."""
    return Scope(said.agreement_id or "", said.share or "", (said.parties or {}).get("recipient", ""))


def log_settled(ledger: Ledger, intent: int, pairs: Sequence[Settling], *, now: datetime, also: Also) -> int:
    """Log what was decided of pairs that a match held; the entry. `also` is written in the same commit."""
    match = ledger.entry(intent).entry
    told = Entry(
        time=minute(now),
        type=EntryType.MATCH_SETTLED,
        parties=match.parties,
        agreement=match.agreement,
        agreement_id=match.agreement_id,
        version=match.version,
        share=match.share,
        count=len(pairs),
        intent=intent,
    )
    return ledger.append(told, PrivateRecord({PART: {"pairs": [each.as_dict() for each in pairs]}}), also=also)


def decided(ledger: Ledger, scope: Scope) -> tuple[Decided, ...]:
    """What people decided of pairs of records, the last word on each; what they could not tell is not among it.

    Where a decision's private record was erased, it may have taken back any before it: of those, none that makes two
    records one person counts any more.
    """
    found: dict[tuple[str, str], Decided] = {}
    for logged in ledger.entries(type=EntryType.MATCH_SETTLED):
        if scope_of(logged.entry) != scope:
            continue
        pairs = _pairs(ledger, logged.index)
        if pairs is None:
            found = {key: each for key, each in found.items() if not each.same}
            continue
        for each in pairs:
            key = (each["listed"], each["held"])
            found.pop(key, None)
            if each["same"] is not None:
                weight = None if each["weight"] is None else float(each["weight"])
                found[key] = Decided(*key, each["rule"], weight, each["same"])
    return tuple(found.values())


def last_word(ledger: Ledger, scope: Scope, listed: str, held: str) -> tuple[int, bool | None] | None:
    """The last decision on a pair of records: its entry, and whether they are one person; `None` for none."""
    found = None
    for logged in ledger.entries(type=EntryType.MATCH_SETTLED):
        if scope_of(logged.entry) == scope:
            for each in _pairs(ledger, logged.index) or ():
                if (each["listed"], each["held"]) == (listed, held):
                    found = (logged.index, each["same"])
    return found


def _pairs(ledger: Ledger, index: int) -> list[dict[str, Any]] | None:
    """The pairs that an entry settled; `None` where its private record is gone."""
    try:
        said: Any = ledger.private(index)[PART].value()
    except ProofFailed:
        return None
    pairs: list[dict[str, Any]] = said["pairs"]
    return pairs
