"""Drafts of agreements: the list, one draft with what it lacks, its form section by section, its file, its changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from easement.agreement.check import Finding
from easement.agreement.clauses import Section
from easement.agreement.diff import Difference
from easement.agreement.form import Field
from easement.agreement.paper import Paper
from easement.web.views.page import View

__all__ = [
    "Changes",
    "DraftFile",
    "DraftLine",
    "DraftPage",
    "Drafts",
    "NewDraft",
    "Preview",
    "SectionLine",
    "SectionPage",
]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft as it is now: what it is called, who saved it last, and how much must still be mended."""

    id: str
    title: str
    agreement: str
    version: str
    number: int
    at: datetime
    by: str
    musts: int
    proposal: str = ""
    assessment: str = ""


@dataclass(frozen=True, kw_only=True)
class Drafts(View):
    """The drafts in work."""

    template: ClassVar[str] = "editing/drafts.html"
    section: ClassVar[str] = "proposals"
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True, kw_only=True)
class NewDraft(View):
    """The form that begins a draft, from a template or a file; `templates` are their names and what they are for."""

    template: ClassVar[str] = "editing/new.html"
    section: ClassVar[str] = "proposals"
    templates: tuple[tuple[str, str], ...]
    organisations: tuple[tuple[str, str], ...]
    chosen: str = ""
    provider: str = ""
    recipient: str = ""
    own_text: str = ""


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the form, by its number and heading, and what is to be mended in it."""

    number: int
    heading: str
    musts: int
    shoulds: int


@dataclass(frozen=True, kw_only=True)
class DraftPage(View):
    """One draft: its sections with what each lacks, and what can be done with it."""

    template: ClassVar[str] = "editing/draft.html"
    section: ClassVar[str] = "proposals"
    line: DraftLine
    sections: tuple[SectionLine, ...]
    findings: tuple[Finding, ...]
    parties: tuple[tuple[str, str], ...]
    shares: tuple[str, ...]
    standards: tuple[tuple[str, str], ...]
    classes: tuple[tuple[str, str], ...]
    versions: tuple[DraftLine, ...]


@dataclass(frozen=True, kw_only=True)
class SectionPage(View):
    """The form of one section: its fields and what the check finds in it."""

    template: ClassVar[str] = "editing/section.html"
    section: ClassVar[str] = "proposals"
    line: DraftLine
    part: Section
    number: int
    last: int
    fields: tuple[Field, ...]
    findings: tuple[Finding, ...]
    examples: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class DraftFile(View):
    """The draft as the file that it is, to be edited by hand; `problems` name the lines where it is no agreement."""

    template: ClassVar[str] = "editing/file.html"
    section: ClassVar[str] = "proposals"
    line: DraftLine
    text: str
    problems: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preview(View):
    """The draft as the document that people would sign."""

    template: ClassVar[str] = "editing/preview.html"
    section: ClassVar[str] = "proposals"
    line: DraftLine
    paper: Paper


@dataclass(frozen=True, kw_only=True)
class Changes(View):
    """What differs between two versions of a draft, as reviewers read it."""

    template: ClassVar[str] = "editing/changes.html"
    section: ClassVar[str] = "proposals"
    line: DraftLine
    earlier: DraftLine
    summary: str
    differences: tuple[Difference, ...]
