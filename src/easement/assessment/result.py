"""What an assessment comes to: an outcome, and every statement behind it with its source and what remains to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from easement.law.entry import Checked, Entry

__all__ = [
    "Cited",
    "Conditions",
    "Narrowed",
    "Outcome",
    "Relied",
    "Result",
    "Section",
    "Standing",
    "Statement",
    "cited",
    "outcome_of",
    "own_rule",
]

REFER = "refer to your legal lead, with this page"
"""What to do where the law's words leave it open: nothing here guesses."""


class Standing(IntEnum):
    """How one statement weighs, mildest first."""

    HOLDS = 0
    TO_DO = 1
    UNCLEAR = 2
    AGAINST = 3

    @property
    def word(self) -> str:
        """The standing as JSON shows it: `holds`, `to-do`, `unclear`, `against`."""
        return self.name.lower().replace("_", "-")


class Outcome(StrEnum):
    """The answer to "can we share this?": the worst statement decides."""

    CAN = "can"
    CAN_IF = "can-if"
    UNCLEAR = "unclear"
    CANNOT = "cannot"

    @property
    def words(self) -> str:
        """The outcome in a sentence."""
        return _WORDS[self]


_WORDS = {
    Outcome.CAN: "Yes: on these answers you can share this.",
    Outcome.CAN_IF: "Yes, once what remains is done.",
    Outcome.UNCLEAR: f"It is not clear: {REFER}.",
    Outcome.CANNOT: "No, not as it stands. It is said below what would make it lawful.",
}
_OUTCOMES = dict(zip(Standing, Outcome, strict=True))


class Section(StrEnum):
    """The headings of the result, in the order in which they are read."""

    ANSWERS = "answers"
    POWER = "power"
    BARS = "bars"
    BASIS = "basis"
    SENSITIVE = "sensitive"
    CONFIDENCE = "confidence"
    RIGHTS = "rights"
    PURPOSES = "purposes"
    OPENNESS = "openness"
    IMPACT = "impact"
    URGENCY = "urgency"

    @property
    def heading(self) -> str:
        """The heading in words."""
        return _TITLES[self]


_TITLES = {
    Section.ANSWERS: "Do the answers hang together?",
    Section.POWER: "Is there a power to share?",
    Section.BARS: "Does any law stand in the way?",
    Section.BASIS: "On what ground (UK GDPR article 6)?",
    Section.SENSITIVE: "Is any of it sensitive (articles 9 and 10)?",
    Section.CONFIDENCE: "Was it told in confidence?",
    Section.RIGHTS: "Is it in proportion (Human Rights Act, article 8)?",
    Section.PURPOSES: "Do the purposes go together?",
    Section.OPENNESS: "Do people know?",
    Section.IMPACT: "Is an impact assessment due?",
    Section.URGENCY: "Can it wait?",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """What a statement rests on: an entry of the law catalogue (`id`), or a rule of Easement's own (no `id`)."""

    id: str
    citation: str
    check: Checked
    sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The source as `--json` prints it."""
        return {"id": self.id, "citation": self.citation, "check": self.check.value, "sources": list(self.sources)}


def cited(entry: Entry) -> Cited:
    """An entry of the law catalogue as a source."""
    return Cited(entry.id, entry.citation, entry.check, entry.sources)


def own_rule(rule: str) -> Cited:
    """A rule of Easement's own as a source."""
    return Cited("", f"Easement's own rule: {rule}", Checked.VERIFIED)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was found: where it belongs, how it weighs, why, on what, and what would mend it.

    `answers` are the questions whose answers it rests on; `mend` is what remains to be done, or what would make it
    lawful, and is never empty unless the statement holds.
    """

    section: Section
    standing: Standing
    text: str
    source: Cited
    mend: str = ""
    answers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.standing is not Standing.HOLDS and not self.mend:
            raise ValueError(f"`{self.text}` does not hold and says no mend")

    def as_dict(self) -> dict[str, Any]:
        """The statement as `--json` prints it."""
        return {
            "section": self.section.value,
            "standing": self.standing.word,
            "text": self.text,
            "mend": self.mend,
            "answers": list(self.answers),
            "source": self.source.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Narrowed:
    """How many powers remain after an answer: `question` is empty for all that the catalogue knows."""

    question: str
    powers: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The step as `--json` prints it."""
        return {"question": self.question, "remaining": len(self.powers), "powers": list(self.powers)}


@dataclass(frozen=True, slots=True)
class Relied:
    """What one side would rely on, by the catalogue's ids; empty where nothing was found."""

    power: str = ""
    basis: str = ""
    annex_1: str = ""

    def as_dict(self) -> dict[str, str]:
        """The side's law as `--json` prints it."""
        return {"power": self.power, "basis": self.basis, "annex_1": self.annex_1}


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions for special category and for offence data, by the catalogue's ids; empty where none is needed."""

    special: tuple[str, ...] = ()
    criminal: tuple[str, ...] = ()
    policy_document: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The conditions as `--json` prints them."""
        return {
            "special": list(self.special),
            "criminal": list(self.criminal),
            "policy_document": self.policy_document,
        }


@dataclass(frozen=True)
class Result:
    """What the answers come to on a day, by the law as at a date. Not legal advice."""

    outcome: Outcome
    on: date
    as_at: date
    statements: tuple[Statement, ...]
    narrowed: tuple[Narrowed, ...]
    giver: Relied = field(default_factory=Relied)
    receiver: Relied = field(default_factory=Relied)
    conditions: Conditions = field(default_factory=Conditions)
    impact_due: bool = False

    def standing_at(self, standing: Standing) -> tuple[Statement, ...]:
        """The statements that weigh so."""
        return tuple(each for each in self.statements if each.standing is standing)

    @property
    def to_do(self) -> tuple[Statement, ...]:
        """What remains to be done before anything is shared."""
        return self.standing_at(Standing.TO_DO)

    @property
    def unresolved(self) -> tuple[Statement, ...]:
        """What nobody but a lawyer, or whoever can answer, may settle."""
        return self.standing_at(Standing.UNCLEAR)

    @property
    def against(self) -> tuple[Statement, ...]:
        """What forbids it as it stands, each with what would make it lawful."""
        return self.standing_at(Standing.AGAINST)

    def of(self, section: Section) -> tuple[Statement, ...]:
        """The statements under one heading."""
        return tuple(each for each in self.statements if each.section is section)

    def as_dict(self) -> dict[str, Any]:
        """The result as `--json` prints it and as it is saved."""
        return {
            "outcome": self.outcome.value,
            "in_words": self.outcome.words,
            "on": self.on.isoformat(),
            "law_as_at": self.as_at.isoformat(),
            "giver": self.giver.as_dict(),
            "receiver": self.receiver.as_dict(),
            "conditions": self.conditions.as_dict(),
            "impact_due": self.impact_due,
            "to_do": [each.mend for each in self.to_do],
            "unresolved": [each.text for each in self.unresolved],
            "would_make_it_lawful": [each.mend for each in self.against],
            "narrowed": [each.as_dict() for each in self.narrowed],
            "statements": [each.as_dict() for each in self.statements],
        }


def outcome_of(statements: Iterable[Statement]) -> Outcome:
    """What statements come to: the worst of them; none at all is `unclear`."""
    return _OUTCOMES[max((each.standing for each in statements), default=Standing.UNCLEAR)]
