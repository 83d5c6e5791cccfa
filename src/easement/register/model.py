"""What stands on the public register: entries made of agreements, what is left out of them and why."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

__all__ = [
    "IMPLIED",
    "LEFT_OUT",
    "REDACTABLE",
    "STATES",
    "Card",
    "Crossing",
    "LeftOut",
    "Party",
    "Redaction",
    "State",
    "WhatCrosses",
]


class State(StrEnum):
    """Where an entry stands on a day. Where several could be said, the first of them in this order is."""

    GONE = "gone"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    SUSPENDED = "suspended"
    NOT_BEGUN = "not-begun"
    REVIEW_OVERDUE = "review-overdue"
    IN_FORCE = "in-force"


STATES: Mapping[State, str] = {
    State.IN_FORCE: "in force",
    State.REVIEW_OVERDUE: "stopped: its review is overdue",
    State.SUSPENDED: "suspended: nothing is shared under it for now",
    State.NOT_BEGUN: "signed, and not begun yet",
    State.ENDED: "ended: nothing is shared under it any more",
    State.SUPERSEDED: "replaced by a newer version",
    State.GONE: "this organisation no longer works by it",
}
"""Each state in words."""


class LeftOut(StrEnum):
    """Why a field of an entry is left out. Each is a ground on which a public body may withhold what it holds."""

    COMMERCIAL = "commercial-interests"
    CRIME = "crime-prevention"
    LAW = "prohibited-by-law"
    PERSONAL = "personal-data"
    SAFETY = "health-or-safety"
    SECURITY = "national-security"


LEFT_OUT: Mapping[LeftOut, str] = {
    LeftOut.COMMERCIAL: "it would harm somebody’s commercial interests (Freedom of Information Act 2000, section 43)",
    LeftOut.CRIME: "it would make it harder to prevent or detect crime (Freedom of Information Act 2000, section 31)",
    LeftOut.LAW: "another law forbids to publish it (Freedom of Information Act 2000, section 44)",
    LeftOut.PERSONAL: "it is about a person (Freedom of Information Act 2000, section 40)",
    LeftOut.SAFETY: "it would endanger somebody’s health or safety (Freedom of Information Act 2000, section 38)",
    LeftOut.SECURITY: "national security requires it (Freedom of Information Act 2000, section 24)",
}
"""Each reason in words, with where the law knows it."""

REDACTABLE: Mapping[str, str] = {
    "summary": "what it does",
    "in_plain_words": "what is shared, in plain words",
    "statement": "what the recipient will do",
    "benefits": "who gains, and what",
    "harm_if_not_shared": "what happens if this is not shared",
    "necessity": "why it cannot be done with less",
    "never_for": "what it is never used for",
    "parties": "the organisations",
    "powers": "the legal powers",
    "bases": "the lawful bases",
    "contacts": "where questions go",
    "crosses": "what is shared",
    "safeguards": "the safeguards",
    "impact": "the impact assessment",
    "notice": "the privacy notice",
    "uses": "how often it is used",
}
"""The fields of an entry that may be left out, each in words. What tells entries apart, dates and proofs stay."""

IMPLIED: Mapping[str, tuple[str, ...]] = {"parties": ("powers", "bases", "contacts", "crosses")}
"""What names the same thing, and is left out with it."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """One field left out of an agreement's entry: why, who decided by their role, since which minute, by which entry.

    `explanation` says more than the reason does, in the organisation's own words; it may be empty.
    """

    field: str
    reason: LeftOut
    explanation: str
    role: str
    since: str
    entry: int

    def as_dict(self) -> dict[str, Any]:
        """The redaction as data is published."""
        return {**asdict(self), "reason": self.reason.value, "in_words": LEFT_OUT[self.reason]}


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of an entry. `joined` is whether it joined by its class, and is not named in the terms."""

    id: str
    name: str
    role: str
    controller: str
    body_class: str = ""
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Crossing:
    """One field that crosses, and in which form, both in words."""

    name: str
    form: str


@dataclass(frozen=True, slots=True)
class WhatCrosses:
    """One share of an entry: from whom to whom, about whom, how, and which fields; `counted` is what a count has."""

    name: str
    provider: str
    recipients: tuple[str, ...]
    standard: str
    level: str
    modes: tuple[str, ...]
    subjects: str
    rows: str
    fields: tuple[Crossing, ...]
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the register says of one version of an agreement, from its terms alone; words are plain English.

    `powers` and `bases` map a party to the law that it relies on; `contacts` a party to where questions go.
    A field that is left out is `None`; `left_out` says of each why.
    """

    id: str
    version: str
    digest: str
    title: str
    purpose: str
    purpose_name: str
    starts: date
    ends: date
    next_review: date | None
    retention: str
    summary: str | None
    in_plain_words: str | None
    statement: str | None
    benefits: tuple[str, ...] | None
    harm_if_not_shared: str | None
    necessity: str | None
    never_for: tuple[str, ...] | None
    parties: tuple[Party, ...] | None
    powers: Mapping[str, str] | None
    bases: Mapping[str, str] | None
    contacts: Mapping[str, str] | None
    crosses: tuple[WhatCrosses, ...] | None
    safeguards: tuple[str, ...] | None
    impact: str | None
    notice: str | None
    left_out: tuple[Redaction, ...] = field(default=())

    def without(self, redactions: Sequence[Redaction]) -> "Card":
        """The card with fields left out, and what names the same thing with them."""
        if not redactions:
            return self
        hidden = {name for each in redactions for name in (each.field, *IMPLIED.get(each.field, ()))}
        nothing: dict[str, Any] = dict.fromkeys(hidden - {"uses"})
        return replace(self, **nothing, left_out=tuple(redactions))

    def hides(self, name: str) -> bool:
        """Whether a field is left out."""
        return any(name == each.field or name in IMPLIED.get(each.field, ()) for each in self.left_out)

    def name_of(self, party: str) -> str:
        """The name people know a party by."""
        return next((each.name for each in self.parties or () if each.id == party), party)

    def as_dict(self) -> dict[str, Any]:
        """The card as plain data, which `parse` reads."""
        said = asdict(self)
        dated = {name: value.isoformat() for name, value in said.items() if isinstance(value, date)}
        return said | dated | {"left_out": [each.as_dict() for each in self.left_out]}

    @classmethod
    def parse(cls, said: Mapping[str, Any]) -> Self:
        """The card of which `as_dict` made this; nothing is left out of it."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
        }
        fields |= {name: date.fromisoformat(said[name]) for name in ("starts", "ends")}
        fields["next_review"] = date.fromisoformat(said["next_review"]) if said["next_review"] else None
        fields["parties"] = tuple(Party(**each) for each in said["parties"])
        fields["crosses"] = tuple(_crosses(each) for each in said["crosses"])
        return cls(**{**fields, "left_out": ()})


def _crosses(said: Mapping[str, Any]) -> WhatCrosses:
    lists = {name: tuple(said[name]) for name in ("recipients", "modes", "counted")}
    return WhatCrosses(**{**said, **lists, "fields": tuple(Crossing(**each) for each in said["fields"])})
