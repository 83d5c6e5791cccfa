"""The catalogue: standards, code lists, and the ways between lists."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from easement.gate.standards_used import Effect
from easement.meaning.catalogue import Hit
from easement.meaning.codes import Code, CodeList
from easement.meaning.compare import Change
from easement.meaning.crosswalk import Walk
from easement.meaning.model import Standard
from easement.web.views.page import Pager, View

__all__ = ["CodesPage", "Compared", "ListsPage", "StandardPage", "Standards", "WalkPage"]


@dataclass(frozen=True, kw_only=True)
class Standards(View):
    """The standards that were looked for."""

    template: ClassVar[str] = "standards/list.html"
    section: ClassVar[str] = "standards"
    hits: tuple[Hit, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class StandardPage(View):
    """One standard. `versions` are all of its, `lists` the names of code lists as addresses have them."""

    template: ClassVar[str] = "standards/one.html"
    section: ClassVar[str] = "standards"
    standard: Standard
    versions: tuple[Standard, ...]
    lists: dict[str, str]
    retired: str


@dataclass(frozen=True, kw_only=True)
class Compared(View):
    """Two standards held against each other; `effects` is `None` for whoever may not see what the node holds."""

    template: ClassVar[str] = "standards/compared.html"
    section: ClassVar[str] = "standards"
    refs: tuple[str, ...]
    old: str
    new: str
    changes: tuple[Change, ...] | None
    effects: tuple[Effect, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ListsPage(View):
    """The code lists that were looked for, each with its address and the codes that say the words."""

    template: ClassVar[str] = "standards/lists.html"
    section: ClassVar[str] = "standards"
    lists: tuple[tuple[str, CodeList, tuple[str, ...]], ...]
    words: str
    walks: tuple[tuple[str, str, Walk], ...]


@dataclass(frozen=True, kw_only=True)
class CodesPage(View):
    """One code list. `shown` are the codes of this page, `used_by` the standards that use it, `ways` where it leads."""

    template: ClassVar[str] = "standards/codes.html"
    section: ClassVar[str] = "standards"
    list_: CodeList
    name: str
    shown: tuple[tuple[str, Code], ...]
    count: int
    on: date | None
    words: str
    used_by: tuple[Standard, ...]
    ways: tuple[tuple[str, str], ...]
    pager: Pager
    query: str
    today: date


@dataclass(frozen=True, kw_only=True)
class WalkPage(View):
    """A way from one code list to another: `rows` are code, its label, what is there, the relation's words, and why."""

    template: ClassVar[str] = "standards/walk.html"
    section: ClassVar[str] = "standards"
    walk: Walk
    from_title: str
    to_title: str
    back: str
    rows: tuple[tuple[str, str, str, str, str], ...]
