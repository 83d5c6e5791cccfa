"""Carrying that a value was put right to everybody else who was given it (R6.2; UK GDPR article 19)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from easement.base.errors import UsageError
from easement.exchange.correct_back import Back, BrokenSeen, digest_of, keep, kept, released, seen_broken
from easement.exchange.correct_bodies import About
from easement.exchange.correct_letters import tell_corrections
from easement.exchange.correct_parts import checked_words
from easement.exchange.correct_reach import Changed, reach_value, through
from easement.exchange.ports import Host

__all__ = ["Mended", "mend_value"]


@dataclass(frozen=True, slots=True)
class Mended:
    """A value that was put right at its source: of which element, and in which answer it was found to be wrong.

    `element` is empty for the whole record. Of a match or a set, `listed` is the recipient's own key of the record, or
    `person` names whose it is by elements.
    """

    message: str
    element: str = ""
    listed: str = field(default="", repr=False)
    person: Mapping[str, str] = field(default_factory=dict, repr=False)


def mend_value(
    host: Host, mended: Mended, why: str, now: datetime, *, by: str = "", dispute: str = ""
) -> BrokenSeen | None:
    """Tell everybody who was given a value that it was put right; `None` where nobody was, or can be known to be.

    Said again in the same words, it changes nothing. Whoever disputed it knows by the answer to the case and is left
    out. Raises `UsageError` where nothing, or no such element, was given under that message, and where it is not known
    whose value it is.
    """
    now, why = now.astimezone(UTC), checked_words(why, "reason")
    found = released(host, mended.message)
    kind = through(found.entry)
    if mended.element and mended.element not in (found.entry.fields or {}):
        known = ", ".join(found.entry.fields or {})
        raise UsageError(f"`{mended.element}` was not given under this message", remedy=f"what was: {known}")
    person = json.dumps(dict(mended.person), sort_keys=True)
    digest = digest_of(host, "value", mended.message, mended.element, mended.listed, person, dispute or why)
    row = kept(host, digest)
    if row is None:
        looked, changed = host.ledger.size, Changed(mended.element, mended.listed, mended.person)
        reached, unknown = reach_value(host, found, changed, now.date())
        others = [each for each in reached if not dispute or each.released.index != found.index]
        if not others and not unknown:
            return None
        said: dict[str, Any] = {"why": why, "by": by, "listed": mended.listed, "held": "", "element": mended.element}
        said |= {"person": dict(mended.person), "unknown": unknown}
        back = Back(found, About.VALUE, kind, digest, said, element=mended.element, dispute=dispute)
        row = keep(host, back, others, looked, now, by=by)
    tell_corrections(host, now, only=row.id)
    return seen_broken(host, row.id)
