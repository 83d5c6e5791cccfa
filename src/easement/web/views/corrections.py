"""What is wrong, as staff see it: what others and we said, links that were broken, and what we have to put right."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from easement.web.views.page import View

__all__ = [
    "CaseLine",
    "CasePage",
    "CorrectionPage",
    "Corrections",
    "LetterLine",
    "LinkLine",
    "LinkPage",
    "ToldLine",
]


@dataclass(frozen=True, kw_only=True)
class _Page(View):
    section: ClassVar[str] = "corrections"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """Something said to be wrong: by or to whom, of what, and how it stands."""

    id: str
    mine: bool
    organisation: str
    kind: str
    element: str
    agreement: str
    opened: datetime
    due: datetime
    late: bool
    outcome: str
    problem: str


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link that was broken here, or a value that was put right, and how many have yet to put it right."""

    id: str
    about: str
    element: str
    through: str
    agreement: str
    opened: datetime
    many: int
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A correction that another organisation told of."""

    id: str
    message: str
    about: str
    element: str
    provider: str
    agreement: str
    came: datetime
    due: datetime
    late: bool
    done: bool


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One who is to hear of a broken link: `waiting`, `told`, `made` or `closed`."""

    organisation: str
    state: str
    due: datetime | None
    late: bool
    released: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class Corrections(_Page):
    """Everything that this person may see. `steward` says whether it is all that there is."""

    template: ClassVar[str] = "corrections/list.html"
    steward: bool
    told: tuple[ToldLine, ...]
    theirs: tuple[CaseLine, ...]
    ours: tuple[CaseLine, ...]
    broken: tuple[LinkLine, ...]


@dataclass(frozen=True, kw_only=True)
class CasePage(_Page):
    """One case, with what was said; whoever may answer it finds the form, with what they filled in."""

    template: ClassVar[str] = "corrections/case.html"
    line: CaseLine
    person: tuple[tuple[str, str], ...]
    value: str
    why: str
    reference: str
    disclosure: int
    entry: int
    peer_entry: int | None
    answer: str
    answerable: bool
    match: bool
    outcome: str = ""
    text: str = ""
    listed: str = ""
    held: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkPage(_Page):
    """One broken link, and how everybody stands who was given something through it."""

    template: ClassVar[str] = "corrections/link.html"
    line: LinkLine
    why: str
    listed: str
    held: str
    entry: int
    decided: int | None
    by_hand: int
    unknown: int
    letters: tuple[LetterLine, ...]


@dataclass(frozen=True, kw_only=True)
class CorrectionPage(_Page):
    """One correction to make here; `of_sets`, in a set that holds everybody and in every older one that is kept."""

    template: ClassVar[str] = "corrections/told.html"
    line: ToldLine
    through: str
    of_sets: bool
    why: str
    reference: str
    received: int
    entry: int
    met: int | None
    certified: int | None
    problem: str
    reminded: int
