"""Asking about a person, step by step, and what came of it. Only the steps from the person on hold personal data."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from easement.web.views.page import View
from easement.web.views.records import Clause

__all__ = [
    "Answer",
    "Check",
    "Choice",
    "FieldWhy",
    "Gap",
    "Other",
    "Part",
    "Person",
    "Purpose",
    "RefusalWhy",
    "Result",
    "Row",
    "Slot",
    "Source",
    "Sources",
    "Value",
    "Waiting",
    "Why",
]


@dataclass(frozen=True, kw_only=True)
class _Step(View):
    """One step; `journey` is the id that stands in its address."""

    section: ClassVar[str] = "ask"
    journey: str = ""


@dataclass(frozen=True, kw_only=True)
class Purpose(_Step):
    """What it is for: the purposes of the person's own agreements, each with its code, name and statement."""

    template: ClassVar[str] = "ask/purpose.html"
    own: tuple[tuple[str, str, str], ...]
    chosen: str = ""


@dataclass(frozen=True, kw_only=True)
class Other(_Step):
    """What it is for, where none of the person's agreements serves it: every other purpose that the law knows."""

    template: ClassVar[str] = "ask/other.html"
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be asked for: an agreement's share. The last three say what would refuse it today."""

    key: str
    provider: str
    share: str
    title: str
    fields: tuple[str, ...]
    role: str
    in_force: bool
    training: tuple[str, ...] = ()
    fits: bool = True


@dataclass(frozen=True, kw_only=True)
class Sources(_Step):
    """Whom to ask."""

    template: ClassVar[str] = "ask/sources.html"
    purpose: str
    choices: tuple[Choice, ...]
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to name the person: its name in the form, a hint, and what was typed; `kind` is how it is typed."""

    name: str
    hint: str
    kind: str
    value: str = ""
    day: str = ""
    month: str = ""
    year: str = ""


@dataclass(frozen=True, kw_only=True)
class Person(_Step):
    """Who it is about."""

    template: ClassVar[str] = "ask/person.html"
    slots: tuple[Slot, ...]


@dataclass(frozen=True, kw_only=True)
class Why(_Step):
    """Why the caseworker asks."""

    template: ClassVar[str] = "ask/why.html"
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Check(_Step):
    """Everything that will be asked, before it is."""

    template: ClassVar[str] = "ask/check.html"
    purpose: str
    choices: tuple[Choice, ...]
    person: tuple[tuple[str, str], ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Waiting(_Step):
    """The ask is under way, by another press of the button or in another window."""

    template: ClassVar[str] = "ask/waiting.html"


@dataclass(frozen=True, slots=True)
class Source:
    """One who answered: on what the answer rests, where it stands in both ledgers, and by when it must go."""

    number: int
    provider: str
    agreement: str
    agreement_id: str
    version: str
    basis: tuple[tuple[str, str], ...]
    at: datetime
    records: int
    entry: int
    peer_entry: int | None
    keep_until: date | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One value: what it says, who says it, and on what ground. `none` is a value that the source has as empty."""

    text: str
    none: bool
    source: Source
    record: int
    form: str
    basis: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One source that has this field and withholds it, and why."""

    source: Source
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the picture, with every value given of it and every source that withholds it."""

    name: str
    meaning: str
    values: tuple[Value, ...]
    withheld: tuple[Gap, ...]
    differ: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One who said no: the provider, or this node itself before anything was sent."""

    number: int
    provider: str
    agreement: str
    here: bool
    codes: tuple[str, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class Part:
    """One who did not answer: why, as a code and in plain words, and what to do."""

    provider: str
    code: str
    text: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Result(_Step):
    """What came of it: the picture, who said no, and who did not answer."""

    template: ClassVar[str] = "ask/result.html"
    person: tuple[tuple[str, str], ...]
    purpose: str
    rows: tuple[Row, ...]
    sources: tuple[Source, ...]
    refused: tuple[Answer, ...]
    silent: tuple[Part, ...]
    at: datetime
    forgotten: datetime


@dataclass(frozen=True, kw_only=True)
class FieldWhy(_Step):
    """Why one field of an answer crossed, or was withheld."""

    template: ClassVar[str] = "ask/field_why.html"
    name: str
    meaning: str
    crossed: bool
    form: str
    why_not: str
    source: Source
    clauses: tuple[Clause, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RefusalWhy(_Step):
    """Why one answer was no: each reason with its clause, in plain words, and what would make it lawful."""

    template: ClassVar[str] = "ask/refusal_why.html"
    answer: Answer
    reasons: tuple[tuple[str, Clause], ...]
    met: tuple[Clause, ...]
    agreement_id: str
