"""A power: an Act that lets, makes or forbids a body to disclose, with its words coded as narrowly as they are said."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from easement.law.entry import Entry, Jurisdiction, Kind, need

__all__ = ["InForce", "Nature", "Override", "Power", "Route", "Side", "Status"]


class Nature(StrEnum):
    """What kind of rule it is; only the first four can carry a disclosure."""

    MANDATORY = "mandatory"
    PERMISSIVE = "permissive"
    COOPERATION = "cooperation"
    IMPLIED = "implied"
    RESTRICTION = "restriction"
    EXEMPTION = "exemption"

    @property
    def words(self) -> str:
        """The nature in a sentence."""
        return _NATURE[self]


_NATURE = {
    Nature.MANDATORY: "the giver must share when its conditions are met",
    Nature.PERMISSIVE: "the giver may share, and decides",
    Nature.COOPERATION: "bodies must co-operate; it carries what that needs and no more",
    Nature.IMPLIED: "a general function; it supports sharing only by implication and never beats a bar",
    Nature.RESTRICTION: "it forbids or limits disclosure and must be cleared first; it gives no power to share",
    Nature.EXEMPTION: "it lifts some data protection duties; it gives no power to share",
}


class Override(StrEnum):
    """Whether a power lifts the duty of confidence."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"
    UNSTATED = "unstated"


class Status(StrEnum):
    """Whether the words have force of law, as far as was found at the catalogue's date."""

    IN_FORCE = "in-force"
    PARTLY = "partly"
    NOT_COMMENCED = "not-commenced"
    UNCHECKED = "unchecked"
    REPEALED = "repealed"


@dataclass(frozen=True, kw_only=True)
class InForce:
    """When the words have force. Dates stand only where known; `enacted` is the year of the Act that made them."""

    status: Status
    text: str
    valid_from: date | None = None
    valid_to: date | None = None
    enacted: int | None = None


@dataclass(frozen=True, kw_only=True)
class Side:
    """Who may give, or who may receive, as codes.

    `classes` the words surely name; `perhaps` they may name (vague words, part of a body, a change not yet in
    force); `never` they leave out. `specified`: only if named, approved or registered as the law says.
    """

    classes: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    specified: bool = False

    @property
    def named(self) -> frozenset[str]:
        """Every class that the words name or may name."""
        return frozenset(self.classes + self.perhaps)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One direction in which a power lets data go."""

    givers: Side
    receivers: Side


@dataclass(frozen=True, kw_only=True)
class Power(Entry):
    """A power, gateway, bar or exemption. Words stand beside codes (`givers_text` beside the routes' `givers`).

    `purposes` the words surely cover, `purposes_if` they may; `purposes_open` ties it to a function, not a list.
    `article_6_giver` and `article_6_receiver` are the ids of the bases that usually go with it, empty for none.
    `jurisdiction_if` are the places where its reach was not settled. `leaves_out` are kinds of data that it never
    carries (`patient-information`, `social-care`); `needs_agreement` says that the person must agree, `needs_request`
    that the receiver must ask for it, and `first` what else must have been done before.
    """

    shelf: ClassVar[Kind] = Kind.POWER
    act: str
    section: str
    nature: Nature
    routes: tuple[Route, ...]
    givers_text: str
    receivers_text: str
    purposes_text: str
    overrides_confidentiality: Override
    overrides_confidentiality_text: str
    in_force: InForce
    article_6_hint: str
    jurisdiction_text: str
    restrictions: tuple[str, ...] = ()
    onward: str = ""
    purposes: tuple[str, ...] = ()
    purposes_if: tuple[str, ...] = ()
    purposes_open: bool = False
    article_6_giver: str = ""
    article_6_receiver: str = ""
    jurisdiction_if: tuple[Jurisdiction, ...] = ()
    leaves_out: tuple[str, ...] = ()
    needs_agreement: bool = False
    needs_request: bool = False
    first: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        need(all(route.givers.named for route in self.routes) and bool(self.routes), "no giver is named")
        need(bool(self.article_6_giver) or not self.is_power, "a power says which basis usually goes with it")

    @property
    def is_power(self) -> bool:
        """Whether it can carry a disclosure at all: a bar or an exemption cannot."""
        return self.nature not in (Nature.RESTRICTION, Nature.EXEMPTION)

    @property
    def confidence(self) -> str:
        """Whether it lifts the duty of confidence, with its words where they say more than the code."""
        words = self.overrides_confidentiality_text
        plain = words.casefold() in ("", "-", self.overrides_confidentiality)
        return str(self.overrides_confidentiality) if plain else f"{self.overrides_confidentiality} (“{words}”)"

    @property
    def givers(self) -> frozenset[str]:
        """Every class that may give by some route, vague words included; for lists, not for decisions."""
        return frozenset().union(*(route.givers.named for route in self.routes))

    @property
    def receivers(self) -> frozenset[str]:
        """Every class that may receive by some route, vague words included; for lists, not for decisions."""
        return frozenset().union(*(route.receivers.named for route in self.routes))
