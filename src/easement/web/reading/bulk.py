"""What somebody may ask for many records of, how far their request has come, and its sending."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from easement.agreement.model import Mode
from easement.exchange import bulk
from easement.exchange.model import Asker, Wish
from easement.meaning.model import Key
from easement.node.home import Node
from easement.picture.naming import parts_of
from easement.staff.model import Identity
from easement.web.reading import columns, wishes
from easement.web.reading.columns import Sheet
from easement.web.reading.encodings import Encodings, takes
from easement.web.reading.names import names_of, purpose_name
from easement.web.reading.wishes import Asked
from easement.web.views.asking import Choice
from easement.web.views.bulk import Column, Columns, ManyCheck, ManyWhat

__all__ = [
    "Order",
    "by_list",
    "check",
    "choice",
    "column_form",
    "everyone",
    "kept_list",
    "list_of",
    "look",
    "offered",
    "send",
    "what_form",
]

MODES = frozenset({Mode.BULK, Mode.MATCH})


@dataclass(frozen=True, slots=True)
class Order:
    """One request as far as it has come. `sheet` is where its list is kept; `way` is `everyone` or `list`.

    `encoded` says that the list holds encodings, which have no columns to choose.
    """

    key: str
    purpose: str
    role: str
    way: str = ""
    sheet: str = ""
    file: str = field(default="", repr=False)
    people: int = 0
    encoded: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict)
    why: str = field(default="", repr=False)
    message: str = ""

    def with_(self, **changed: Any) -> "Order":
        """The request one step on."""
        return replace(self, **changed)

    def as_state(self) -> dict[str, Any]:
        """The request as it is kept."""
        return asdict(self)

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> "Order":
        """The request as it was kept."""
        return cls(**state)


def offered(node: Node, identity: Identity, now: datetime) -> tuple[Asked, ...]:
    """The shares of which this person may ask for many records."""
    every = wishes.asked(node, identity, now, MODES)
    return tuple(each for each in every if everyone(each) or by_list(each))


def everyone(of: Asked) -> bool:
    """Whether it can be asked for without a list."""
    return Mode.BULK in of.offer.modes and not of.offer.matched_only


def by_list(of: Asked) -> bool:
    """Whether it can be asked for with a list."""
    offer = of.offer
    open_ = Mode.MATCH in offer.modes or (Mode.BULK in offer.modes and offer.matched_only)
    return open_ and not offer.level.nameless


def _mode(of: Asked, way: str) -> Mode:
    """How it is asked for: a list goes with a match, unless the share knows only bulk of the people on a list."""
    wanted = Mode.MATCH if way == "list" else Mode.BULK
    return (
        wanted if wanted in of.offer.modes else next(mode for mode in (Mode.BULK, Mode.MATCH) if mode in of.offer.modes)
    )


def what_form(node: Node, identity: Identity, now: datetime) -> ManyWhat:
    """What there is to choose from at the beginning."""
    found = offered(node, identity, now)
    own = dict.fromkeys(each.shelved.prepared.purpose for each in found)
    roles = sorted({role for each in found for role in each.roles})
    return ManyWhat(
        choices=tuple(choice(node, identity, each, each.shelved.prepared.purpose, now) for each in found),
        purposes=tuple((code, purpose_name(code)) for code in own),
        others=tuple(pair for pair in wishes.other_purposes(node, identity, now).others if pair[0] not in own),
        roles=tuple(roles) if any(len(each.roles) > 1 for each in found) else (),
    )


def choice(node: Node, identity: Identity, of: Asked, purpose: str, now: datetime, way: str = "everyone") -> Choice:
    """One share as a form shows it."""
    return wishes.choice_of(node.organisation, of, identity, names_of(node, now), purpose, now, _mode(of, way))


def kept_list(data: bytes, encodings: Encodings | None = None) -> dict[str, Any]:
    """A list as it is kept from one page to the next."""
    kept: dict[str, Any] = {"data": base64.b64encode(data).decode()}
    return kept | ({"suffix": encodings.suffix, "people": encodings.people} if encodings else {})


def list_of(kept: Mapping[str, Any]) -> Sheet | Encodings:
    """A list that was kept."""
    data = base64.b64decode(kept["data"])
    return Encodings(kept["suffix"], data, kept["people"]) if "suffix" in kept else columns.read_sheet(data)


def column_form(journey: str, order: Order, of: Asked, sheet: Sheet) -> Columns:
    """Which column says what: as it was chosen, or else as the columns' names suggest."""
    chosen = order.chosen or columns.guessed(of.offer, sheet)
    slots = parts_of(of.offer)
    hints = {name: element.definition if key is Key.IDENTIFIER else "" for name, element, key in slots}
    birth = any(key is Key.DATE_OF_BIRTH for _, _, key in slots)
    return Columns(
        journey=journey,
        back=f"/jobs/ask/{journey}/list",
        file=order.file,
        people=len(sheet.rows),
        columns=sheet.columns,
        slots=tuple(Column(name, hint, chosen.get(name, "")) for name, hint in hints.items()),
        reference=chosen.get("reference", ""),
        dates=columns.DATES if birth else (),
        date=chosen.get("date", ""),
    )


def check(
    node: Node,
    identity: Identity,
    journey: str,
    order: Order,
    of: Asked,
    given: Sheet | Encodings | None,
    now: datetime,
) -> ManyCheck:
    """Everything that will be asked."""
    sheet = given if isinstance(given, Sheet) else None
    born = order.chosen.get(Key.DATE_OF_BIRTH.value) if sheet else None
    return ManyCheck(
        journey=journey,
        back=f"/jobs/ask/{journey}/why",
        choice=replace(choice(node, identity, of, order.purpose, now, order.way), role=order.role),
        purpose=purpose_name(order.purpose),
        both=everyone(of) and by_list(of),
        listed=given is not None,
        people=order.people if given else 0,
        sent=tuple(name for name, _, _ in parts_of(of.offer) if order.chosen.get(name)) if sheet else (),
        encoded=takes(of),
        uploaded=isinstance(given, Encodings),
        unread=columns.unread_dates(sheet.column(born), order.chosen["date"]) if sheet and born else 0,
        why=order.why,
        consent=of.offer.consent_needed,
    )


def send(
    node: Node,
    identity: Identity,
    order: Order,
    of: Asked,
    given: Sheet | Encodings | None,
    now: datetime,
    *,
    consented: bool,
) -> str:
    """Ask, and give the set's id; a refusal is an outcome of it. Raises `UsageError` for what cannot be asked."""
    wish = Wish(
        provider=of.offer.provider,
        agreement=of.shelved.prepared.id,
        share=of.offer.id,
        purpose=order.purpose,
        mode=_mode(of, order.way),
        role=order.role,
        why=order.why,
        consented=consented,
    )
    said = given.as_said() if isinstance(given, Encodings) else None
    if isinstance(given, Sheet):
        said = columns.as_sent(of.offer, node.organisation, given, order.chosen)
    return bulk.ask_set(node, wish, Asker(identity.id, identity.training), now, said).bulk.message


def look(node: Node, message: str, now: datetime) -> None:
    """Ask the provider how it stands with a set; raises `EasementError` where nothing is known for sure."""
    bulk.look(node, message, now)
