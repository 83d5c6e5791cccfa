"""The cluster's members, the datasets held here, and the jobs in hand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from easement.web.views.mapping import MappedAs
from easement.web.views.page import View

__all__ = [
    "Compared",
    "DatasetLine",
    "DatasetPage",
    "Datasets",
    "Difference",
    "ElementLine",
    "JobLine",
    "JobPage",
    "Jobs",
    "MemberLine",
    "MemberPage",
    "Members",
    "Offered",
]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member of the cluster. `speaks` is false for one whose keys are all ended or revoked."""

    id: str
    name: str
    kind: str
    url: str
    joined: datetime
    services: tuple[str, ...]
    speaks: bool
    own: bool

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "id": self.id,
            "name": self.name,
            "class": self.kind,
            "url": self.url,
            "joined": self.joined,
            "services": list(self.services),
            "speaks": self.speaks,
        }


@dataclass(frozen=True, kw_only=True)
class Members(View):
    """The cluster by the directory that this node holds; `why` says what is wrong with it."""

    template: ClassVar[str] = "cluster/members.html"
    section: ClassVar[str] = "members"
    lines: tuple[MemberLine, ...]
    cluster: str = ""
    sequence: int = 0
    operator: str = ""
    expires: datetime | None = None
    stale: bool = False
    none: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """One dataset that a member lets others know of."""

    id: str
    title: str
    standard: str


@dataclass(frozen=True, kw_only=True)
class MemberPage(View):
    """One member: where it stands, its keys and its ledger's key, and what it holds."""

    template: ClassVar[str] = "cluster/member.html"
    section: ClassVar[str] = "members"
    line: MemberLine
    keys: tuple[tuple[str, str], ...]
    log: str
    datasets: tuple[Offered, ...]
    agreements: tuple[tuple[str, str], ...]
    may_compare: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two ledgers do not have alike."""

    what: str
    remedy: str
    here: int | None
    there: int | None


@dataclass(frozen=True, kw_only=True)
class Compared(View):
    """What came of holding this node's ledger against a member's; `failed` says why it could not be done."""

    template: ClassVar[str] = "cluster/compared.html"
    section: ClassVar[str] = "members"
    line: MemberLine
    size: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    differences: tuple[Difference, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """One dataset held here, with what the ownership register says of it; empty where nobody has said.

    `missing` are the parts that nobody has said; `personal` is nothing while that is one of them.
    """

    id: str
    title: str
    standard: str
    owner: str = ""
    contact: str = ""
    classification: str = ""
    created: date | None = None
    location: str = ""
    transmitted: str = ""
    updated: str = ""
    retention: str = ""
    retained_until: str = ""
    personal: bool | None = None
    special: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "id": self.id,
            "title": self.title,
            "standard": self.standard,
            "owner": self.owner,
            "contact": self.contact,
            "classification": self.classification,
            "created": self.created,
            "location": self.location,
            "transmitted": self.transmitted,
            "updated": self.updated,
            "retention": self.retention,
            "retained_until": self.retained_until,
            "personal_data": self.personal,
            "special_categories": list(self.special),
            "missing": list(self.missing),
        }


@dataclass(frozen=True, kw_only=True)
class Datasets(View):
    """The ownership register: every dataset held here, whose it is, and how long it is kept."""

    template: ClassVar[str] = "cluster/datasets.html"
    section: ClassVar[str] = "datasets"
    lines: tuple[DatasetLine, ...]
    broken: int = 0


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One element: what it means, how it bears on a person, why it is absent or how it is had."""

    name: str
    meaning: str
    sensitivity: str
    absent: str
    way: str = ""


@dataclass(frozen=True, kw_only=True)
class DatasetPage(View):
    """One dataset: what the register says of it, its mapping, what is in it, and the agreements that share it."""

    template: ClassVar[str] = "cluster/dataset.html"
    section: ClassVar[str] = "datasets"
    line: DatasetLine
    elements: tuple[ElementLine, ...]
    shared: tuple[tuple[str, str], ...]
    mapped: MappedAs
    manages: bool


@dataclass(frozen=True, slots=True)
class JobLine:
    """One bulk disclosure: asked by us or of us, how it stands, and how far it is. `whole` is nothing while unknown."""

    id: str
    asked_by_us: bool
    other: str
    agreement: str
    agreement_id: str
    share: str
    mode: str
    state: str
    since: datetime
    changed: datetime
    rows: int
    whole: int | None = None
    entry: int | None = None
    problem: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in ("asked", "waiting", "running")

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "id": self.id,
            "asked_by_us": self.asked_by_us,
            "other": self.other,
            "agreement": self.agreement_id,
            "share": self.share,
            "mode": self.mode,
            "state": self.state,
            "since": self.since,
            "changed": self.changed,
            "rows": self.rows,
            "entry": self.entry,
        }


@dataclass(frozen=True, kw_only=True)
class Jobs(View):
    """The bulk disclosures in hand and done, the newest first."""

    template: ClassVar[str] = "cluster/jobs.html"
    section: ClassVar[str] = "jobs"
    lines: tuple[JobLine, ...]


@dataclass(frozen=True, kw_only=True)
class JobPage(View):
    """One bulk disclosure; `failed` says why the provider could not be asked just now."""

    template: ClassVar[str] = "cluster/job.html"
    section: ClassVar[str] = "jobs"
    line: JobLine
    failed: str = ""
