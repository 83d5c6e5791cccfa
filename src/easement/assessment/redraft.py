"""An impact assessment that is drafted anew: what people wrote stays, and only what was drafted is brought up to date.

A key that says what was drafted for it takes what is drafted now. Any other was written by people, and stays; where the
draft of it changed too, they are told to look at it again.
"""

from dataclasses import dataclass
from typing import Any

from easement.assessment.impact import Impact, impact_of

__all__ = ["Redraft", "redrafted"]

_ITS_OWN = frozenset({"format", "terms"})
"""What an impact assessment is and was made for is nobody's words."""


@dataclass(frozen=True, slots=True)
class Redraft:
    """What came of drafting it anew, by key: what changed, what people wrote and stays, and what to look at again.

    `look` are those of `kept` whose draft is another than the one that people wrote theirs on.
    """

    impact: Impact
    changed: tuple[str, ...]
    kept: tuple[str, ...]
    look: tuple[str, ...]

    def as_dict(self) -> dict[str, list[str]]:
        """The keys as `--json` prints them."""
        return {"changed": list(self.changed), "kept": list(self.kept), "look_again": list(self.look)}


def redrafted(before: Impact, drafted: Impact, now: Impact) -> Redraft:
    """Put together what stood in `before`, which was written on the draft `drafted`, with what is drafted now."""
    theirs, base, new = (each.model_dump(mode="json") for each in (before, drafted, now))
    made, kept, look = dict(new), [], []
    for key in theirs:
        if key in _ITS_OWN or theirs[key] == base[key]:
            continue
        made[key] = _with_new_risks(theirs[key], base[key], new[key]) if key == "risks" else theirs[key]
        kept.append(key)
        if new[key] != base[key]:
            look.append(key)
    changed = [key for key in theirs if key not in _ITS_OWN and made[key] != theirs[key]]
    return Redraft(impact_of(made), tuple(changed), tuple(kept), tuple(look))


def _with_new_risks(theirs: list[Any], base: list[Any], new: list[Any]) -> list[Any]:
    """People's risks, and those that are drafted now for the first time: no risk is left out unseen."""
    known = {risk["title"] for risk in (*theirs, *base)}
    return theirs + [risk for risk in new if risk["title"] not in known]
