"""Decisions as text: few are told apart by more than the person asked about, whom a decision does not name.

So what one was written as is remembered for the next that says the same, word for word. Whether it says the same is
held against everything in it.
"""

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from easement.gate.model import Decision

__all__ = ["KEPT", "Told", "told"]

KEPT = 256
"""Decisions remembered: some kilobytes each, one for each share, recipient, role and set of fields in use."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision says: as values, which nobody may change, and as JSON without blanks."""

    said: dict[str, Any]
    text: str


_known: dict[Hashable, Told] = {}


def told(decision: Decision) -> Told:
    """What a decision says (`Decision.as_dict`), written once. Safe for many threads."""
    place = _place(decision)
    known = _known.get(place)
    if known is None:
        said = decision.as_dict()
        known = Told(said, json.dumps(said, ensure_ascii=False, separators=(",", ":")))
        if len(_known) >= KEPT:
            _known.clear()
        _known[place] = known
    return known


def _place(decision: Decision) -> Hashable:
    """All that a decision consists of, in the order in which it is written."""
    maps = (decision.fields, decision.measures, decision.withheld, decision.basis)
    plain = (decision.agreement, decision.agreement_id, decision.version, decision.share, decision.provider)
    asked = (decision.recipient, decision.purpose, decision.mode, decision.level, decision.duties, decision.allowed)
    return plain, asked, decision.reasons, tuple(tuple(each.items()) for each in maps)
