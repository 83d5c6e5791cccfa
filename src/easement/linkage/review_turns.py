"""Whose turn it is, and when a pair is decided: by one reviewer, or by two who do not know what the other said.

Where two disagree a third person decides, who leads the review and sees that they disagreed, and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["MOST_REVIEWERS", "Opinion", "Turn", "Verdict", "decided_by", "turn_of"]

MOST_REVIEWERS = 2
"""Most people who look at a pair before it goes to a third; ONS and the census use two and an expert, as here."""


class Verdict(StrEnum):
    """What a reviewer says of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot-tell"


class Turn(StrEnum):
    """In what part somebody looks at a pair; `PEOPLE` is none, of a program where two people must look."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    LATE = "late"
    MINE = "mine"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one reviewer said of a pair: a keyed digest of who they are, their name, the verdict and why."""

    reviewer: str
    who: str
    verdict: Verdict
    why: str = ""


def turn_of(opinions: Sequence[Opinion], reviewers: int, reviewer: str) -> Turn:
    """In what part a reviewer would look at a pair: `MINE` where they did, `LATE` where it is decided already."""
    if any(each.reviewer == reviewer for each in opinions):
        return Turn.MINE
    if decided_by(opinions, reviewers) is not None:
        return Turn.LATE
    return (Turn.FIRST, Turn.SECOND, Turn.THIRD)[len(opinions)] if reviewers > 1 else Turn.FIRST


def decided_by(opinions: Sequence[Opinion], reviewers: int) -> Verdict | None:
    """What the opinions come to, the oldest first; `None` while somebody else must look."""
    if len(opinions) > MOST_REVIEWERS or (opinions and reviewers == 1):
        return opinions[-1].verdict
    said = {each.verdict for each in opinions}
    return said.pop() if len(opinions) == reviewers and len(said) == 1 else None
