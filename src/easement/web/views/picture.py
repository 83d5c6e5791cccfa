"""A picture of people as several organisations see them: asking for it, the page itself, and what is wrong with it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from easement.web.views.asking import Choice, Slot
from easement.web.views.page import View

__all__ = [
    "Already",
    "ConflictShown",
    "GapShown",
    "HappeningShown",
    "Lane",
    "PersonShown",
    "PictureAsk",
    "PictureSeen",
    "PictureStart",
    "RowShown",
    "SourceShown",
    "ValueShown",
    "WrongSaying",
]


@dataclass(frozen=True, kw_only=True)
class _Page(View):
    section: ClassVar[str] = "picture"


@dataclass(frozen=True, kw_only=True)
class PictureStart(_Page):
    """What it is for: the purposes of the person's own agreements, each with its code, name and statement."""

    template: ClassVar[str] = "picture/start.html"
    own: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PictureAsk(_Page):
    """Whom to ask, about whom, and why. `once` is what lets a button that is pressed twice ask once."""

    template: ClassVar[str] = "picture/ask.html"
    purpose: str
    purpose_name: str
    once: str
    choices: tuple[Choice, ...]
    chosen: tuple[str, ...]
    people: tuple[tuple[tuple[str, Slot], ...], ...]
    why: str = ""
    more: bool = True


@dataclass(frozen=True, kw_only=True)
class Already(_Page):
    """The button was pressed twice: it was asked once, and what came of it is kept nowhere."""

    template: ClassVar[str] = "picture/already.html"


@dataclass(frozen=True, slots=True)
class SourceShown:
    """One who answered: on what it rests, how surely it is about the person, and where both ledgers have it."""

    number: int
    provider: str
    agreement: str
    agreement_id: str
    version: str
    basis: str
    power: str
    at: datetime
    records: int
    entry: int
    peer_entry: int | None
    keep_until: date | None
    strength: str
    found_by: str


@dataclass(frozen=True, slots=True)
class ValueShown:
    """One value. `about` says to this node which value it is when somebody says that it is wrong; it is sealed."""

    text: str
    none: bool
    source: SourceShown
    record: int
    form: str
    about: str


@dataclass(frozen=True, slots=True)
class ConflictShown:
    """Readings that differ, each with who has it, and what may be behind it."""

    readings: tuple[tuple[str, str], ...]
    hint: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """One thing said of a person, with all that was said of it."""

    name: str
    meaning: str
    values: tuple[ValueShown, ...]
    conflict: ConflictShown | None


@dataclass(frozen=True, slots=True)
class HappeningShown:
    """Something with a date: when, what, by whom, and where it stands in the drawing (from 0 to 1, and its lane)."""

    when: str
    name: str
    provider: str
    place: float
    lane: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the drawing: whose dates stand in it."""

    number: int
    provider: str


@dataclass(frozen=True, slots=True)
class GapShown:
    """What is not shown: whose, which parts (none: all of it), why as a code and in words, and what to do."""

    provider: str
    agreement_id: str
    names: tuple[str, ...]
    why: str
    text: str
    remedy: str
    entry: int | None


@dataclass(frozen=True, slots=True)
class PersonShown:
    """One person of the picture."""

    named: tuple[tuple[str, str], ...]
    sources: tuple[SourceShown, ...]
    conflicts: tuple[RowShown, ...]
    themes: tuple[tuple[str, tuple[RowShown, ...]], ...]
    timeline: tuple[HappeningShown, ...]
    lanes: tuple[Lane, ...]
    gaps: tuple[GapShown, ...]


@dataclass(frozen=True, kw_only=True)
class PictureSeen(_Page):
    """The picture. It is made for this one answer and kept nowhere."""

    template: ClassVar[str] = "picture/seen.html"
    purpose: str
    purpose_name: str
    people: tuple[PersonShown, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class WrongSaying(_Page):
    """Saying what is wrong with one value."""

    template: ClassVar[str] = "picture/wrong.html"
    about: str
    provider: str
    element: str
    value: str
    kind: str = ""
    why: str = ""
