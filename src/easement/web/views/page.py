"""What every page has: its view, the frame around it, and what is wrong with what was filled in."""

from dataclasses import dataclass
from typing import ClassVar

from easement.web.assets import Assets

__all__ = ["Chrome", "Pager", "View", "Wrong"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong in a form: the id of the field, and what to do about it in one sentence."""

    field: str
    text: str


@dataclass(frozen=True, kw_only=True)
class View:
    """What one page shows. `template` draws it; `errors` are listed at its top, each linked to its field."""

    template: ClassVar[str]
    section: ClassVar[str] = ""
    errors: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrome:
    """The frame around a page: whose node it is, who is signed in and which sections are open to them.

    `csrf` is what a form of this page must send back; it is empty where nobody's browser was met yet.
    """

    organisation: str
    assets: Assets
    csrf: str = ""
    who: str = ""
    open: frozenset[str] = frozenset()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Ways to older and newer entries of a list, as relative addresses; empty where there are none."""

    older: str = ""
    newer: str = ""
