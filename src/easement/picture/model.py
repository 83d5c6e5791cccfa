"""A picture of people as several organisations see them: frozen types, no I/O.

Every value keeps its source; nothing is merged, and where sources differ both stand side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from easement.exchange.model import Answered, Silent, Wish
from easement.gate.prepare import Prepared

__all__ = [
    "Asked",
    "Conflict",
    "Happening",
    "Match",
    "PersonSeen",
    "Picture",
    "Row",
    "Source",
    "Strength",
    "Value",
    "Why",
    "Withheld",
]


class Strength(StrEnum):
    """How surely a source's record is about the person who was asked for."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class Why(StrEnum):
    """Why something is not in the picture."""

    NOT_COVERED = "not-covered"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    SEVERAL_FIT = "several-fit"
    NOBODY_FOUND = "nobody-found"
    NOT_ANSWERED = "not-answered"
    NOT_GENUINE = "not-genuine"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a picture and what came of it. `person` is the place of whom it is about, from 0."""

    person: int
    wish: Wish
    came: Answered | Silent
    agreement: Prepared | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """By what a record was found, and how that holds against what it says: a strength, and the same in words.

    `agree`, `differ` and `unsaid` name the parts that the asker gave, by what the record says of each.
    """

    strength: Strength
    words: str
    agree: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The match as `--json` shows it."""
        return {
            "strength": self.strength.value,
            "words": self.words,
            "agree": list(self.agree),
            "differ": list(self.differ),
            "unsaid": list(self.unsaid),
        }


@dataclass(frozen=True, slots=True)
class Source:
    """One answer that a picture is made of: who gave it, on what it rests, and where both ledgers have it."""

    number: int
    provider: str
    agreement_id: str
    version: str
    digest: str
    share: str
    standard: str
    basis: str
    power: str
    at: datetime
    message: str
    entry: int
    peer_entry: int | None
    records: int
    match: Match | None
    keep_until: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """The source as `--json` shows it."""
        return {
            "source": self.number,
            "provider": self.provider,
            "agreement": {"id": self.agreement_id, "version": self.version, "digest": self.digest},
            "share": self.share,
            "standard": self.standard,
            "basis": self.basis,
            "power": self.power,
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "message": self.message,
            "entry": self.entry,
            "peer_entry": self.peer_entry,
            "records": self.records,
            "match": self.match.as_dict() if self.match else None,
            "keep_until": self.keep_until.isoformat() if self.keep_until else None,
        }


@dataclass(frozen=True, slots=True)
class Value:
    """What one record of one source says: exactly as it came, in which form, under which name of its standard."""

    value: Any
    source: int
    record: int
    element: str
    form: str

    def as_dict(self) -> dict[str, Any]:
        """The value as `--json` shows it."""
        return {
            "value": self.value,
            "source": self.source,
            "record": self.record,
            "element": self.element,
            "form": self.form,
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """That sources do not agree: each reading with the numbers of those who have it, and what may be behind it."""

    readings: tuple[tuple[str, tuple[int, ...]], ...]
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The conflict as `--json` shows it."""
        return {
            "readings": [{"reading": text, "sources": list(sources)} for text, sources in self.readings],
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be said of a person, with all that sources say of it. `theme` is what it belongs with."""

    name: str
    theme: str
    definition: str
    values: tuple[Value, ...]
    conflict: Conflict | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row as `--json` shows it."""
        return {
            "name": self.name,
            "theme": self.theme,
            "values": [each.as_dict() for each in self.values],
            "conflict": self.conflict.as_dict() if self.conflict else None,
        }


@dataclass(frozen=True, slots=True)
class Happening:
    """Something with a date: `when` is a day, a month or a year, as fine as it crossed."""

    when: str
    name: str
    source: int
    record: int

    def as_dict(self) -> dict[str, Any]:
        """What happened as `--json` shows it."""
        return {"when": self.when, "name": self.name, "source": self.source, "record": self.record}


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is not in the picture, by whom and why; `name` is one element, or empty for all of a source."""

    provider: str
    agreement_id: str
    share: str
    why: Why
    text: str
    remedy: str = ""
    name: str = ""
    entry: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """What is withheld as `--json` shows it."""
        return {
            "provider": self.provider,
            "agreement": self.agreement_id,
            "share": self.share,
            "name": self.name or None,
            "why": self.why.value,
            "text": self.text,
            "remedy": self.remedy,
            "entry": self.entry,
        }


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """One person of a picture: how the asker named them, who answered, what was said, when, and what is withheld."""

    named: Mapping[str, str] = field(repr=False)
    sources: tuple[Source, ...]
    rows: tuple[Row, ...] = field(repr=False)
    timeline: tuple[Happening, ...] = field(repr=False)
    withheld: tuple[Withheld, ...]

    @property
    def conflicts(self) -> tuple[Row, ...]:
        """The rows in which sources do not agree."""
        return tuple(row for row in self.rows if row.conflict)

    @property
    def themes(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows by theme, who they are first, and those in conflict first within each."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.theme, []).append(row)
        return {theme: tuple(sorted(rows, key=lambda row: row.conflict is None)) for theme, rows in found.items()}

    def source(self, number: int) -> Source:
        """A source by its number."""
        return next(each for each in self.sources if each.number == number)

    def as_dict(self) -> dict[str, Any]:
        """The person as `--json` shows them."""
        return {
            "named": dict(self.named),
            "sources": [each.as_dict() for each in self.sources],
            "rows": [each.as_dict() for each in self.rows],
            "timeline": [each.as_dict() for each in self.timeline],
            "withheld": [each.as_dict() for each in self.withheld],
        }


@dataclass(frozen=True, slots=True)
class Picture:
    """What was said of one person, or of several whom the asker named, at one moment (R3.7)."""

    people: tuple[PersonSeen, ...]
    at: datetime

    @property
    def answered(self) -> int:
        """How many questions were answered."""
        return sum(len(person.sources) for person in self.people)

    def as_dict(self) -> dict[str, Any]:
        """The picture as `--json` shows it."""
        return {
            "format": "easement-picture/1",
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "people": [each.as_dict() for each in self.people],
        }
