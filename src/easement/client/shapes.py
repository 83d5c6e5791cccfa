"""What a node answers, as frozen types. Keys that a newer node adds are passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from easement.client.errors import Reason

__all__ = [
    "Agreement",
    "Answer",
    "Comparison",
    "Counts",
    "Dataset",
    "Disclosure",
    "Entry",
    "Ledger",
    "Me",
    "Member",
    "Picture",
    "Proved",
    "RecordSet",
    "Refused",
    "RefusedBy",
    "Silent",
    "made",
    "picture",
]

Shape = TypeVar("Shape")


def made(kind: type[Shape], told: Mapping[str, Any]) -> Shape:
    """One thing of a kind, from what the node told."""
    return kind(**{each.name: told[each.name] for each in fields(kind) if each.name in told})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Me:
    """Who the key belongs to, and what it may do; `roles` by agreement."""

    id: str
    name: str
    kind: str
    organisation: str
    permissions: list[str]
    roles: Mapping[str, list[str]]
    training: list[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement; what stands below `public` is there only where one is asked for by its id."""

    id: str
    version: str
    digest: str
    title: str
    state: str
    parties: Mapping[str, str]
    purpose: str
    shares: list[str]
    starts: str
    ends: str
    next_review: str | None
    public: bool
    summary: str = ""
    signed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    suspended: str | None = None
    superseded: str | None = None
    offers: list[Mapping[str, Any]] = field(default_factory=list)
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What crossed: the records, the form of each field, what is withheld and why, the duties, and the receipt."""

    provider: str
    message: str
    entry: int
    peer_entry: int | None
    at: str
    agreement: Mapping[str, str]
    share: str
    purpose: str
    basis: Mapping[str, str]
    fields: Mapping[str, str]
    measures: Mapping[str, str]
    withheld: Mapping[str, str]
    duties: Mapping[str, Any] | None
    records: list[Mapping[str, Any]] = field(repr=False)
    receipt: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefusedBy:
    """A provider that refused, or this node for it (`by` is `here`), with the reasons."""

    provider: str
    by: str
    entry: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """A provider from whom nothing came, and why."""

    provider: str
    why: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What several providers said of one person; who refused and who was silent stand beside it."""

    answers: tuple[Answer, ...]
    refused: tuple[RefusedBy, ...]
    silent: tuple[Silent, ...]


def picture(told: Mapping[str, Any]) -> Picture:
    """A picture from what the node told."""
    return Picture(
        tuple(made(Answer, each) for each in told["answers"]),
        tuple(made(RefusedBy, {**each, "reasons": _reasons(each["reasons"])}) for each in told["refused"]),
        tuple(made(Silent, each) for each in told["silent"]),
    )


def _reasons(told: list[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(made(Reason, each) for each in told)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure; `basis`, `form`, `digest` and `proof` are there only where one is asked for by its entry."""

    entry: int
    time: str
    direction: str
    provider: str
    recipient: str
    agreement: str
    version: str | None
    share: str | None
    purpose: str | None
    mode: str | None
    count: int | None
    fields: Mapping[str, str]
    withheld: list[str]
    message: str | None
    peer_entry: int | None
    basis: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    digest: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """One request that was refused, with the codes of all reasons."""

    entry: int
    time: str
    by: str
    agreement: str | None
    version: str | None
    share: str | None
    purpose: str | None
    mode: str | None
    reasons: list[str]
    message: str | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset that the node holds."""

    id: str
    title: str
    standard: str
    organisation: str
    elements: list[str]
    source: str
    about: Mapping[str, Any]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the cluster."""

    id: str
    name: str
    body_class: str
    url: str
    joined: str
    keys: list[str]
    log: str
    datasets: list[str]
    services: list[str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the node's ledger stands."""

    origin: str
    key: str
    size: int
    published: int
    root: str
    takes_entries: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger; what it does not say is `None`."""

    index: int
    time: str
    type: str
    parties: Mapping[str, str] | None = None
    agreement_id: str | None = None
    version: str | None = None
    agreement: str | None = None
    share: str | None = None
    purpose: str | None = None
    mode: str | None = None
    count: int | None = None
    intent: int | None = None
    message: str | None = None
    peer_entry: int | None = None
    reasons: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """What a receipt proves; where it does not hold, `why`."""

    holds: bool
    why: str
    index: int | None
    size: int | None
    origin: str | None
    entry: Mapping[str, Any] | None
    proves_answer: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened under one agreement on one day, on one side; `minutes` counts answers by the minutes they took."""

    agreement: str
    day: str
    side: str
    asked: int
    answered: int
    refused: int
    failed: int
    waiting: int
    records: int
    minutes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One set (a bulk disclosure) that was asked for, and how it stands."""

    message: str
    provider: str
    agreement: str
    share: str
    mode: str
    state: str
    asked: str
    changed: str
    rows: int
    entry: int | None
    peer_entry: int | None
    problem: str
    certified: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ledgers held against each other."""

    organisation: str
    agrees: bool
    origin: str
    size: int
    counts: Mapping[str, int]
    differences: list[Mapping[str, Any]]
