"""The mapping studio: a table, what it looks like, what is proposed for it, what does not map, who stands for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from easement.meaning.mapping import DatasetMapping
from easement.meaning.profile import TableProfile
from easement.meaning.propose import Fit
from easement.meaning.report import Report
from easement.meaning.studio import PreviewRow
from easement.meaning.studio_draft import Change
from easement.meaning.studio_faults import ToMend
from easement.web.views.page import View

__all__ = [
    "ColumnLine",
    "MapConfirm",
    "MapDraft",
    "MapLook",
    "MapMend",
    "MapPick",
    "MapPreview",
    "MapUnread",
    "MappedAs",
    "Stood",
    "UnlistedCode",
    "WayLine",
]


@dataclass(frozen=True, kw_only=True)
class MapPick(View):
    """The tables that can be mapped, and the drafts in hand. `manages` says whether this person may begin one."""

    template: ClassVar[str] = "mapping/pick.html"
    section: ClassVar[str] = "datasets"
    files: tuple[str, ...]
    connections: tuple[str, ...]
    drafts: tuple[DatasetMapping, ...]
    manages: bool
    database: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column in words: what it could be, and the commonest values or, where these are hidden, patterns."""

    name: str
    filled: float
    distinct: int
    could_be: tuple[str, ...]
    shown: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MapLook(View):
    """What a table looks like, the standards that fit it best, and all that it could be led to."""

    template: ClassVar[str] = "mapping/look.html"
    section: ClassVar[str] = "datasets"
    called: str
    fields: tuple[tuple[str, str], ...]
    query: str
    profile: TableProfile
    columns: tuple[ColumnLine, ...]
    fits: tuple[Fit, ...]
    choices: tuple[tuple[str, str], ...]
    manages: bool
    ref: str = ""
    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class WayLine:
    """One element: what it means, how it is proposed to be had, how sure that is and why, and what can be chosen."""

    name: str
    meaning: str
    way: str
    column: str
    part: str
    coded: bool
    worked_out: bool
    sure: str
    confidence: float
    why: str
    asks: str
    answers: tuple[str, ...]
    dates: str
    is_date: bool
    absent: str
    waiting: bool
    changed: bool

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "element": self.name,
            "had": self.way,
            "sure": self.confidence,
            "why": self.why,
            "asks": self.asks or None,
            "confirmed": not self.waiting,
            "changed": self.changed,
        }


@dataclass(frozen=True, kw_only=True)
class MapDraft(View):
    """A draft: each element with its proposal. `left_out` is the columns that nothing reads."""

    template: ClassVar[str] = "mapping/draft.html"
    section: ClassVar[str] = "datasets"
    mapping: DatasetMapping
    lines: tuple[WayLine, ...]
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    forms: tuple[str, ...]
    manages: bool


@dataclass(frozen=True, slots=True)
class UnlistedCode:
    """A value that stands for no code yet: its element, its count, and the codes that it could mean."""

    field: str
    element: str
    value: str
    count: int
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class MapMend(View):
    """What does not map: counts by element, codes to be said, and the first rows to mend."""

    template: ClassVar[str] = "mapping/mend.html"
    section: ClassVar[str] = "datasets"
    mapping: DatasetMapping
    report: Report
    unlisted: tuple[UnlistedCode, ...]
    rows: tuple[ToMend, ...]
    more: int
    manages: bool


@dataclass(frozen=True, kw_only=True)
class MapPreview(View):
    """Rows as the mapping makes them: the table's own, or an invented one."""

    template: ClassVar[str] = "mapping/preview.html"
    section: ClassVar[str] = "datasets"
    mapping: DatasetMapping
    rows: tuple[PreviewRow, ...]
    real: bool
    manages: bool


@dataclass(frozen=True, kw_only=True)
class MapConfirm(View):
    """What is about to be in force, what it changes, what of the table would not map, and why it is right."""

    template: ClassVar[str] = "mapping/confirm.html"
    section: ClassVar[str] = "datasets"
    mapping: DatasetMapping
    changes: tuple[Change, ...]
    replaces: str
    open: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]
    not_found: tuple[str, ...]
    report: Report | None = None
    problem: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stood:
    """That somebody stood for a mapping; `rows` is nothing where it was not told, `unmapped` element, fault, count."""

    by: str
    at: datetime
    why: str
    as_proposed: int
    otherwise: tuple[str, ...]
    changes: tuple[str, ...]
    rows: int | None
    unmapped: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class MappedAs:
    """The mapping in force of a dataset: its standard, who stood for it, the last first, and how its table fits now.

    `retired` says what to use instead, `newer` names a later version; `report` is nothing until it is asked for, and
    `problem` says why it could not be had.
    """

    standard: str
    title: str
    retired: str
    newer: str
    stood: tuple[Stood, ...]
    look: str
    report: Report | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class MapUnread(View):
    """A table that cannot be read, and what to do."""

    template: ClassVar[str] = "mapping/unread.html"
    section: ClassVar[str] = "datasets"
    called: str
    problem: str
    remedy: str
