"""What a concern is, where it stands and by when something is due. Pure.

Source: Data (Use and Access) Act 2025 section 103 (Data Protection Act 2018 section 164A): whoever decides how data is
used helps people to complain, acknowledges a complaint within 30 days of getting it, and answers without undue delay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

__all__ = [
    "ACKNOWLEDGE",
    "ANSWER",
    "HELD_BACK",
    "LONGEST",
    "LONGEST_ANSWER",
    "LONGEST_CONTACT",
    "SHORTEST",
    "Concern",
    "HeldBack",
    "Stage",
    "clean",
]

ACKNOWLEDGE = timedelta(days=30)
"""By when a concern is acknowledged."""

ANSWER = timedelta(days=60)
"""By when this register promises an answer: the law says without undue delay, and a clock needs a number."""

SHORTEST, LONGEST = 10, 2_000
"""Characters of a concern."""

LONGEST_CONTACT, LONGEST_ANSWER = 200, 5_000
"""Characters of a way to reach who raised it, and of an answer."""


class Stage(StrEnum):
    """Where a concern stands."""

    RAISED = "raised"
    PUBLISHED = "published"
    HELD_BACK = "held-back"
    ANSWERED = "answered"


class HeldBack(StrEnum):
    """Why the words of a concern are not published. It is answered all the same."""

    ABUSE = "abuse"
    PERSONAL = "personal-data"
    UNLAWFUL = "unlawful-to-publish"
    UNRELATED = "unrelated"


HELD_BACK: Mapping[HeldBack, str] = {
    HeldBack.ABUSE: "its words attack or threaten somebody",
    HeldBack.PERSONAL: "its words are about a person who could be recognised",
    HeldBack.UNLAWFUL: "its words may not be published by law",
    HeldBack.UNRELATED: "it is not about this agreement",
}
"""Each reason in words."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One concern. `text` is empty where its words are not published, or nobody has looked at them yet.

    `looked` is when it was acknowledged, by whoever looked at it, in the role `looked_by`. Times are UTC; `entry` and
    `answer_entry` are the ledger's. `contact` is empty but for staff.
    """

    id: str
    agreement_id: str
    raised: datetime
    entry: int
    text: str = ""
    looked: datetime | None = None
    looked_by: str = ""
    held_back: HeldBack | None = None
    answered: datetime | None = None
    answered_by: str = ""
    answer: str = ""
    answer_entry: int | None = None
    contact: str = ""

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.answered is not None:
            return Stage.ANSWERED
        if self.looked is None:
            return Stage.RAISED
        return Stage.HELD_BACK if self.held_back else Stage.PUBLISHED

    @property
    def acknowledge_by(self) -> date:
        """The last day for acknowledging it."""
        return (self.raised + ACKNOWLEDGE).date()

    @property
    def answer_by(self) -> date:
        """The last day for answering it."""
        return (self.raised + ANSWER).date()

    def overdue(self, today: date) -> str:
        """What is overdue on a day: `acknowledgement`, `answer`, or nothing."""
        if self.looked is None and today > self.acknowledge_by:
            return "acknowledgement"
        return "answer" if self.answered is None and today > self.answer_by else ""

    def as_dict(self, today: date) -> dict[str, Any]:
        """The concern as data is published."""
        return {
            "id": self.id,
            "agreement": self.agreement_id,
            "stage": self.stage.value,
            "raised": _instant(self.raised),
            "text": self.text or None,
            "acknowledged": _instant(self.looked),
            "held_back": self.held_back.value if self.held_back else None,
            "held_back_in_words": HELD_BACK[self.held_back] if self.held_back else None,
            "answered": _instant(self.answered),
            "answered_by": self.answered_by or None,
            "answer": self.answer or None,
            "acknowledge_by": self.acknowledge_by.isoformat(),
            "answer_by": self.answer_by.isoformat(),
            "overdue": self.overdue(today) or None,
            "ledger_entries": [each for each in (self.entry, self.answer_entry) if each is not None],
        }


def _instant(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%MZ") if moment else None


def clean(text: str) -> str:
    """What somebody wrote, as it is kept: lines and words as they are, nothing that cannot be seen or turns a line.

    It stays text wherever it is shown; it is never read as markup.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    seen = [" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in lines]
    kept = "\n".join(seen)
    while "\n\n\n" in kept:
        kept = kept.replace("\n\n\n", "\n\n")
    return kept.strip()
