"""What crossed and what was refused, as lists and one by one. No view here holds a person asked about."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from easement.web.views.page import Pager, View

__all__ = [
    "Clause",
    "Disclosure",
    "Disclosures",
    "Duties",
    "DutyLine",
    "Field",
    "FieldWhy",
    "Kind",
    "Line",
    "Meeting",
    "Owed",
    "Private",
    "Proof",
    "Refusal",
    "Refusals",
    "Sought",
]


class Kind(StrEnum):
    """What became of a request, as its tag says."""

    GAVE = "gave"
    RECEIVED = "received"
    OPEN = "open"
    FAILED = "failed"
    ABANDONED = "abandoned"
    LOST = "lost"
    REFUSED_HERE = "refused-here"
    REFUSED_THERE = "refused-there"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to; empty for everything. `before` is the entry that older ones are wanted of."""

    agreement: str = ""
    organisation: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    before: int | None = None

    def query(self, *, before: int | None = None) -> str:
        """The address's query that shows the same again, from another entry on."""
        from urllib.parse import urlencode

        said = {"agreement": self.agreement, "organisation": self.organisation, "kind": self.kind}
        said |= {"since": self.since, "until": self.until, "before": "" if before is None else str(before)}
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list, from one entry of the ledger. `provider` and `recipient` are names that people know."""

    index: int
    at: datetime
    kind: Kind
    provider: str = ""
    recipient: str = ""
    agreement: str = ""
    agreement_id: str = ""
    share: str = ""
    purpose: str = ""
    mode: str = ""
    count: int | None = None
    reasons: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "entry": self.index,
            "time": self.at,
            "kind": self.kind.value,
            "provider": self.provider,
            "recipient": self.recipient,
            "agreement": self.agreement_id,
            "share": self.share,
            "purpose": self.purpose,
            "mode": self.mode,
            "records": self.count,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, kw_only=True)
class Disclosures(View):
    """What was given and received, the newest first. The two lists of pairs are what it can be narrowed to."""

    template: ClassVar[str] = "records/disclosures.html"
    section: ClassVar[str] = "disclosures"
    lines: tuple[Line, ...]
    sought: Sought
    agreements: tuple[tuple[str, str], ...]
    organisations: tuple[tuple[str, str], ...]
    pager: Pager
    query: str = ""
    typed: str = ""
    days: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refusals(View):
    """What was refused, the newest first."""

    template: ClassVar[str] = "records/refusals.html"
    section: ClassVar[str] = "refusals"
    lines: tuple[Line, ...]
    sought: Sought
    agreements: tuple[tuple[str, str], ...]
    organisations: tuple[tuple[str, str], ...]
    pager: Pager
    query: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that crossed: its name, what it means, and its form in words."""

    name: str
    meaning: str
    form: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands in the ledger. `published` is false while the next checkpoint is not made."""

    index: int
    size: int
    origin: str
    published: bool
    leaf: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing still owed: `delete`, `return` or `anonymise` after `period`; a `certificate`; `onward`; a `breach`."""

    kind: str
    whose: str
    period: str = ""
    due: date | None = None
    late: bool = False
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Private:
    """The part of a record that stays out of the log: who asked, in which role, and why."""

    asked_by: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of an agreement that a decision rests on, in plain words, and what would mend it where it does not."""

    clause: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Disclosure(View):
    """One disclosure: what crossed and on what ground, its proof, and what is owed since."""

    template: ClassVar[str] = "records/disclosure.html"
    section: ClassVar[str] = "disclosures"
    line: Line
    version: str
    digest: str
    basis: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]
    withheld: tuple[Field, ...]
    level: str
    owed: tuple[Owed, ...]
    proof: Proof
    related: tuple[tuple[str, int], ...]
    message: str = ""
    peer_entry: int | None = None
    private: Private | None = None
    private_gone: bool = False
    receipt: bool = False
    agreement_known: bool = True
    met: int | None = None


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One thing that is still owed for what was received: what, for which entry, to whom, and by when.

    `theirs` is whether who looks may say that it is done.
    """

    entry: int
    duty: str
    provider: str
    agreement: str
    agreement_id: str
    due: date
    late: bool
    theirs: bool = False

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "entry": self.entry,
            "duty": self.duty,
            "provider": self.provider,
            "agreement": self.agreement_id,
            "due": self.due,
            "late": self.late,
        }


@dataclass(frozen=True, kw_only=True)
class Duties(View):
    """What is still owed and has a day, the soonest first."""

    template: ClassVar[str] = "records/duties.html"
    section: ClassVar[str] = "disclosures"
    lines: tuple[DutyLine, ...]


@dataclass(frozen=True, kw_only=True)
class Meeting(View):
    """Whether somebody really means that what came in by an entry is no longer kept."""

    template: ClassVar[str] = "records/meeting.html"
    section: ClassVar[str] = "disclosures"
    line: Line
    duty: str


@dataclass(frozen=True, kw_only=True)
class FieldWhy(View):
    """Why one field crossed, or was withheld, under one agreement."""

    template: ClassVar[str] = "records/field_why.html"
    section: ClassVar[str] = "disclosures"
    name: str
    meaning: str
    crossed: bool
    form: str
    why_not: str
    agreement: str
    agreement_id: str
    version: str
    clauses: tuple[Clause, ...]
    basis: tuple[tuple[str, str], ...]
    back: str
    value: str | None = None


@dataclass(frozen=True, kw_only=True)
class Refusal(View):
    """One refusal: every reason in plain words, and what would make it lawful."""

    template: ClassVar[str] = "records/refusal.html"
    section: ClassVar[str] = "refusals"
    line: Line
    version: str
    digest: str
    proof: Proof
    message: str = ""
    private: Private | None = None
    private_gone: bool = False
    agreement_known: bool = True
