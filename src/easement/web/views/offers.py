"""Agreements that others offer, and joining one by one act; what was shared in emergencies, and looking at it after."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from easement.agreement.paper import Paper
from easement.web.views.page import View
from easement.web.views.proposals import Obstacle

__all__ = [
    "Emergencies",
    "EmergencyLine",
    "NewEmergency",
    "OfferLine",
    "OfferPage",
    "Offers",
    "ReviewEmergency",
    "ShareChoice",
]


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One agreement that is offered, and how it stands with this organisation.

    `state` is `open` (it may join), `shut` (bodies of its kind may not), `ours` (it offers it itself), `named` (it is a
    party of it) or `joined`. `joining` are pairs of what others join as, and which kind of body may.
    """

    lead: str
    lead_name: str
    digest: str
    id: str
    version: str
    title: str
    summary: str
    purpose: str
    joining: tuple[tuple[str, str], ...]
    since: datetime
    state: str


@dataclass(frozen=True, kw_only=True)
class Offers(View):
    """What the members of the cluster offer, and who did not answer."""

    template: ClassVar[str] = "proposals/offers.html"
    section: ClassVar[str] = "proposals"
    lines: tuple[OfferLine, ...]
    silent: tuple[str, ...] = ()
    body_class: str = ""
    obstacles: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, slots=True)
class ShareChoice:
    """What of one share may be taken: its modes and fields, each with whether it is chosen; no fields for counts."""

    id: str
    taken: bool
    modes: tuple[tuple[str, bool], ...]
    fields: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, kw_only=True)
class OfferPage(View):
    """One agreement that is offered, what joining it means, and the one form that does it.

    `joins_as` is what this organisation may join as, `joiners` who joined already, `untold` who has yet to hear that
    this organisation did.
    """

    template: ClassVar[str] = "proposals/offer.html"
    section: ClassVar[str] = "proposals"
    line: OfferLine
    paper: Paper | None
    parties: tuple[tuple[str, str], ...]
    joins_as: tuple[tuple[str, bool], ...]
    shares: tuple[ShareChoice, ...]
    people: tuple[tuple[str, bool, str], ...]
    roles: tuple[str, ...]
    joiners: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    contact: str = ""
    relies_on: str = ""
    role: str = ""
    obstacles: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, slots=True)
class EmergencyLine:
    """What was shared in an emergency. `what`, `why`, `by` and `words` are empty for who may not read them."""

    id: str
    gave: bool
    other: str
    purpose: str
    agreement: str
    at: datetime
    recorded: datetime
    review_by: datetime
    late: bool
    outside: bool
    overdue: bool
    entry: int
    reviewed: datetime | None = None
    outcome: str = ""
    what: str = ""
    why: str = ""
    by: str = ""
    words: str = ""
    reviewable: bool = False


@dataclass(frozen=True, kw_only=True)
class Emergencies(View):
    """What was shared in emergencies, the latest first. `recording` is whether whoever looks may record one."""

    template: ClassVar[str] = "proposals/emergencies.html"
    section: ClassVar[str] = "proposals"
    lines: tuple[EmergencyLine, ...]
    recording: bool


@dataclass(frozen=True, kw_only=True)
class NewEmergency(View):
    """The form that records what was shared in an emergency. The three lists are pairs of a code and its words."""

    template: ClassVar[str] = "proposals/new_emergency.html"
    section: ClassVar[str] = "proposals"
    organisations: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    agreements: tuple[tuple[str, str], ...]
    latest: str
    direction: str = ""
    other: str = ""
    purpose: str = ""
    agreement: str = ""
    what: str = ""
    why: str = ""
    at: str = ""
    obstacles: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviewEmergency(View):
    """The form of whoever looks at an emergency after somebody else recorded it."""

    template: ClassVar[str] = "proposals/review_emergency.html"
    section: ClassVar[str] = "proposals"
    line: EmergencyLine
    outcomes: tuple[str, ...]
    outcome: str = ""
    given: str = ""
    obstacles: tuple[Obstacle, ...] = ()
