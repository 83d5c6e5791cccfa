"""Proposals: the list, one of them with everything that happened, its text, and each thing that can be done to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from easement.agreement.check import Finding
from easement.agreement.paper import Paper
from easement.web.views.editing import DraftLine
from easement.web.views.page import View

__all__ = [
    "ActPage",
    "Changed",
    "DraftHere",
    "Happened",
    "Hearing",
    "Obstacle",
    "ProposalLine",
    "ProposalPage",
    "ProposalText",
    "Proposals",
    "Propose",
    "PutDraft",
    "RemarkLine",
    "ReviewLine",
    "Side",
    "Step",
    "TextChanges",
    "TextLine",
]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal as a list shows it. `waiting` and `home` are names that people know; `mine` is whether it waits for
    whoever looks, `ours` whether it waits for this organisation; `review` is the day of the next review, where near.
    """

    id: str
    title: str
    state: str
    home: str
    waiting: tuple[str, ...]
    since: datetime
    answer_by: date
    late: bool
    ours: bool
    mine: bool = False
    agreement: str = ""
    version: str = ""
    review: date | None = None

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "proposal": self.id,
            "title": self.title,
            "state": self.state,
            "since": self.since,
            "proposed_by": self.home,
            "waits_for": list(self.waiting),
            "answer_by": self.answer_by,
            "overdue": self.late,
            "agreement": self.agreement,
            "version": self.version,
            "review": self.review,
        }


@dataclass(frozen=True, kw_only=True)
class Proposals(View):
    """What waits for whoever looks, and every proposal. `state` and `waits` are what the list is narrowed to."""

    template: ClassVar[str] = "proposals/list.html"
    section: ClassVar[str] = "proposals"
    mine: tuple[ProposalLine, ...]
    lines: tuple[ProposalLine, ...]
    states: tuple[str, ...]
    state: str = ""
    waits: str = ""
    query: str = ""
    drafting: bool = False
    signing: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to an agreement in force: `done`, `now` or `ahead`."""

    stage: str
    progress: str


@dataclass(frozen=True, slots=True)
class Side:
    """One organisation of a proposal: what it would do, which risk it takes, what it answered, and its silence."""

    name: str
    role: str
    appetite: str = ""
    answer: str = ""
    reason: str = ""
    words: str = ""
    with_senior: str = ""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One text of the agreement."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one party's approvers have said of the text, by role; `known` is whether the roles to be heard are known."""

    name: str
    given: tuple[tuple[str, datetime], ...]
    missing: tuple[str, ...]
    known: bool
    complete: bool
    dropped: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """A comment, or a change asked for, on a clause; `earlier` is whether the text was changed since."""

    name: str
    role: str
    at: datetime
    clause: str
    words: str
    change: bool
    earlier: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: who did what when, in which role, and by which name where this node knows it."""

    number: int
    kind: str
    name: str
    role: str
    person: str
    at: datetime
    words: str = ""
    clause: str = ""
    reason: str = ""
    outcome: str = ""
    to: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """What one organisation's review found."""

    name: str
    at: datetime
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class DraftHere:
    """A draft in work at this node that is meant for a proposal."""

    id: str
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class ProposalPage(View):
    """One proposal: where it stands, both sides of the scale, its text, who was heard, and all that happened.

    `acts` are the kinds of things that whoever looks could do now; `untold` are the parties that do not know all yet.
    """

    template: ClassVar[str] = "proposals/one.html"
    section: ClassVar[str] = "proposals"
    line: ProposalLine
    why: str
    harm: str
    opened: datetime
    answer_days: int
    answering: bool
    steps: tuple[Step, ...]
    sides: tuple[Side, ...]
    acts: tuple[str, ...]
    happened: tuple[Happened, ...]
    text: TextLine | None = None
    agreed: TextLine | None = None
    reviewed: str = ""
    findings: tuple[Finding, ...] = ()
    hearings: tuple[Hearing, ...] = ()
    remarks: tuple[RemarkLine, ...] = ()
    suspended: tuple[tuple[str, str], ...] = ()
    reviews: tuple[ReviewLine, ...] = ()
    because: str = ""
    drafts: tuple[DraftHere, ...] = ()
    untold: tuple[tuple[str, str], ...] = ()
    editing: bool = False
    offering: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposalText(View):
    """The text of a proposal as the document that people would sign, with what was said of its clauses."""

    template: ClassVar[str] = "proposals/text.html"
    section: ClassVar[str] = "proposals"
    line: ProposalLine
    text: TextLine
    paper: Paper
    findings: tuple[Finding, ...]
    remarks: tuple[RemarkLine, ...]
    reviewed: str = ""
    editing: bool = False
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """How the text as it stands differs from one that somebody knows: a summary, and each clause as reviewers read it.

    Each clause is said as a mapping: `clause`, `was`, `now`, and `effect` (wider, narrower, changed, wording).
    """

    since: str
    now: str
    summary: str
    differences: tuple[dict[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class TextChanges(View):
    """What changed in the text of a proposal since one that somebody reviewed."""

    template: ClassVar[str] = "proposals/changes.html"
    section: ClassVar[str] = "proposals"
    line: ProposalLine
    changed: Changed


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why something cannot be done, by its code, and what to do instead."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class ActPage(View):
    """One thing to be done to a proposal: what it does, what stands in the way, and the form for it.

    `roles` are those in which whoever looks could do it; `possible` is whether the proposal stands so that it may be
    done at all. What was filled in is kept: `given`, `reason`, `clause`, `outcome` and `role`.
    """

    template: ClassVar[str] = "proposals/act.html"
    section: ClassVar[str] = "proposals"
    line: ProposalLine
    kind: str
    possible: bool
    roles: tuple[str, ...]
    text: TextLine | None = None
    findings: tuple[Finding, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    changed: Changed | None = None
    reasons: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    last: bool = False
    given: str = ""
    reason: str = ""
    clause: str = ""
    outcome: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class Propose(View):
    """A draft becomes a proposal: everything that it says already is filled in."""

    template: ClassVar[str] = "proposals/propose.html"
    section: ClassVar[str] = "proposals"
    draft: DraftLine
    parties: tuple[tuple[str, str], ...]
    appetite: str
    title: str
    why: str
    harm: str
    answer_days: str
    roles: tuple[str, ...]
    role: str = ""
    obstacles: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PutDraft(View):
    """A draft becomes the text of its proposal, or the next version of what is in force.

    `changed` says what others changed since the draft was begun, and `replaces` which text it would take the place of.
    """

    template: ClassVar[str] = "proposals/put.html"
    section: ClassVar[str] = "proposals"
    draft: DraftLine
    line: ProposalLine
    varying: bool
    replaces: str
    mine: Changed | None
    roles: tuple[str, ...]
    changed: Changed | None = None
    obstacles: tuple[Obstacle, ...] = ()
    approved: tuple[str, ...] = ()
    given: str = ""
    role: str = ""
