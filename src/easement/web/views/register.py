"""The public register, its figures and concerns, and what staff do with them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from easement.register.concern import HELD_BACK, LONGEST, LONGEST_ANSWER, Concern
from easement.register.entries import Entry
from easement.register.kpis import Numbers
from easement.register.model import LEFT_OUT, REDACTABLE, STATES
from easement.register.reading import Choices, Off, Sought
from easement.web.views.page import Pager, View

__all__ = [
    "COLOURS",
    "AskConcern",
    "ConcernPage",
    "Concerns",
    "EntryPage",
    "LeaveOut",
    "NumbersPage",
    "Register",
    "StaffConcern",
    "StaffConcerns",
    "state_words",
]

COLOURS = {"in-force": "green", "suspended": "red", "review-overdue": "orange", "not-begun": "blue"}
"""The colour of a state's tag, grey where none is said."""


def state_words(state: str) -> tuple[str, str, str]:
    """A state in one or two words, its colour, and what it means."""
    told = next(words for known, words in STATES.items() if known.value == state)
    short, _, rest = told.partition(":")
    return short, COLOURS.get(state, "grey"), rest.strip()


@dataclass(frozen=True, kw_only=True)
class Register(View):
    """The entries that were looked for; `states` are their words, by state."""

    template: ClassVar[str] = "register/list.html"
    section: ClassVar[str] = "register"
    entries: tuple[Entry, ...]
    count: int
    page: int
    pages: int
    sought: Sought
    choices: Choices
    off: tuple[Off, ...]
    pager: Pager
    states: dict[str, tuple[str, str, str]]
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class EntryPage(View):
    """One entry whole, with the concerns on it.

    `said` are the fields that are left out, `fields` and `reasons` are words for them and why; `receivers` who receives
    each share, in words; `events` are what, when, and the ledger's entry. `leaves_out` is whether the reader may leave
    something out.
    """

    template: ClassVar[str] = "register/entry.html"
    section: ClassVar[str] = "register"
    entry: Entry
    states: dict[str, tuple[str, str, str]]
    said: frozenset[str]
    concerns: tuple[Concern, ...]
    events: tuple[tuple[str, str, int], ...]
    fields: dict[str, str]
    reasons: dict[str, str]
    receivers: dict[str, str]
    origin: str
    address: str
    today: date
    leaves_out: bool = False


@dataclass(frozen=True, kw_only=True)
class NumbersPage(View):
    """How sharing goes, from one day to another."""

    template: ClassVar[str] = "register/numbers.html"
    section: ClassVar[str] = "register"
    numbers: Numbers
    query: str


@dataclass(frozen=True, kw_only=True)
class Concerns(View):
    """All concerns, the newest first; `titles` are those of their agreements."""

    template: ClassVar[str] = "register/concerns.html"
    section: ClassVar[str] = "register"
    concerns: tuple[Concern, ...]
    titles: dict[str, str]
    pager: Pager
    today: date


@dataclass(frozen=True, kw_only=True)
class ConcernPage(View):
    """One concern. `new` is whether it was raised just now, by whoever looks at it."""

    template: ClassVar[str] = "register/concern.html"
    section: ClassVar[str] = "register"
    concern: Concern
    title: str
    held_back: str
    today: date
    new: bool = False


@dataclass(frozen=True, kw_only=True)
class AskConcern(View):
    """The form on which anybody raises a concern."""

    template: ClassVar[str] = "register/raise.html"
    section: ClassVar[str] = "register"
    agreement: str
    title: str
    text: str = ""
    contact: str = ""
    longest: int = LONGEST


@dataclass(frozen=True, kw_only=True)
class StaffConcerns(View):
    """The concerns that wait for an answer, the oldest first."""

    template: ClassVar[str] = "register/waiting.html"
    section: ClassVar[str] = "concerns"
    concerns: tuple[Concern, ...]
    titles: dict[str, str]
    today: date

    def as_rows(self) -> list[dict[str, Any]]:
        """The list as files have it."""
        return [each.as_dict(self.today) for each in self.concerns]


@dataclass(frozen=True, kw_only=True)
class StaffConcern(View):
    """One concern as staff see it, with what they may do next."""

    template: ClassVar[str] = "register/answer.html"
    section: ClassVar[str] = "concerns"
    concern: Concern
    title: str
    today: date
    answer: str = ""
    longest: int = LONGEST_ANSWER
    reasons: tuple[tuple[str, str], ...] = tuple((each.value, words) for each, words in HELD_BACK.items())


@dataclass(frozen=True, kw_only=True)
class LeaveOut(View):
    """What is left out of an entry, and what may be."""

    template: ClassVar[str] = "register/leave_out.html"
    section: ClassVar[str] = "register"
    entry: Entry
    field: str = ""
    reason: str = ""
    explanation: str = ""
    fields: tuple[tuple[str, str], ...] = tuple(REDACTABLE.items())
    grounds: tuple[tuple[str, str], ...] = tuple((each.value, words) for each, words in LEFT_OUT.items())
