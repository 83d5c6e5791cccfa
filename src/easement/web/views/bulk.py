"""Asking for many records at once, step by step. Only the names of a list's columns are shown, never who is on it."""

from dataclasses import dataclass
from typing import ClassVar

from easement.web.views.asking import Choice
from easement.web.views.page import View

__all__ = ["Column", "Columns", "ManyCheck", "ManyList", "ManyWhat", "ManyWho", "ManyWhy"]


@dataclass(frozen=True, kw_only=True)
class _Step(View):
    """One step; `journey` is the id that stands in its address, `back` the step before."""

    section: ClassVar[str] = "jobs"
    journey: str = ""
    back: str = ""


@dataclass(frozen=True, kw_only=True)
class ManyWhat(View):
    """What to ask for, what it is for, and in which role; `roles` is empty where there is nothing to choose."""

    template: ClassVar[str] = "bulk/what.html"
    section: ClassVar[str] = "jobs"
    choices: tuple[Choice, ...]
    purposes: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]
    roles: tuple[str, ...] = ()
    chosen: str = ""
    purpose: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class ManyWho(_Step):
    """Everyone whom the agreement covers, or the people on a list."""

    template: ClassVar[str] = "bulk/who.html"
    chosen: str = ""


@dataclass(frozen=True, kw_only=True)
class ManyList(_Step):
    """The list as a file. `named` is how people on it must be named for anybody to be found.

    `by_name` says whether a list of names may be chosen, and `encodings` whether one of encodings may.
    """

    template: ClassVar[str] = "bulk/list.html"
    named: tuple[str, ...]
    by_name: bool = True
    encodings: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a list may say of people: its name in the form, its hint, and the column that says it."""

    name: str
    hint: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Columns(_Step):
    """Which column says what; `dates` are the ways to write a day, empty where no list could have one."""

    template: ClassVar[str] = "bulk/columns.html"
    file: str
    people: int
    columns: tuple[str, ...]
    slots: tuple[Column, ...]
    reference: str
    dates: tuple[str, ...]
    date: str


@dataclass(frozen=True, kw_only=True)
class ManyWhy(_Step):
    """Why."""

    template: ClassVar[str] = "bulk/why.html"
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ManyCheck(_Step):
    """Everything that will be asked, before it is. `sent` says what leaves of the list, `unread` how many bad dates.

    `encoded` says that it leaves as encodings, and `uploaded` that it came as such.
    """

    template: ClassVar[str] = "bulk/check.html"
    choice: Choice
    purpose: str
    both: bool
    listed: bool
    people: int
    sent: tuple[str, ...]
    encoded: bool
    uploaded: bool
    unread: int
    why: str
    consent: bool
