"""A change of a code list: what it breaks, who adopts it, and what was adopted."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from easement.gate.standards_used import Effect
from easement.meaning.codes_change import Adoption
from easement.meaning.compare import CodeChange
from easement.web.views.page import View

__all__ = ["AdoptedPage", "ChangePage"]


@dataclass(frozen=True, kw_only=True)
class ChangePage(View):
    """What it would break to use another code list; `changes` is `None` until two are chosen.

    `stamp` stands for what is shown, and is sent back by whoever adopts it. `counted` says whether the records with
    codes that go were counted, `waiting` whether the list was brought, `breaking` is how many things would break.
    """

    template: ClassVar[str] = "standards/change.html"
    section: ClassVar[str] = "standards"
    choices: tuple[tuple[str, str], ...]
    old: str
    new: str
    manages: bool
    changes: tuple[CodeChange, ...] | None = None
    effects: tuple[Effect, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    beyond: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    problem: str = ""
    stamp: str = ""
    counted: bool = False
    waiting: bool = False
    why: str = ""
    breaking: int = 0


@dataclass(frozen=True, kw_only=True)
class AdoptedPage(View):
    """The code lists that were adopted at this node, each with its moment, the last first."""

    template: ClassVar[str] = "standards/adopted.html"
    section: ClassVar[str] = "standards"
    adoptions: tuple[tuple[datetime, Adoption], ...]
    entries: tuple[int | None, ...] = ()
