"""What a caseworker may ask for, and how a person is named to each of those asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from easement.agreement.model import Mode
from easement.agreement.model import Purpose as Agreed
from easement.agreement.words import named
from easement.gate.checks import person_named
from easement.gate.model import Facts, Request
from easement.gate.prepare import Offer
from easement.gate.shelf import Shelved
from easement.law.catalogue import catalogue
from easement.law.model import Purpose as LawPurpose
from easement.meaning.identifiers import Kind, NotValid, check
from easement.meaning.model import Element, Key
from easement.node.home import Node
from easement.picture.naming import NAMING, parts_of, person_for
from easement.staff.model import Identity
from easement.web.language import say
from easement.web.reading.names import Names, names_of, purpose_name
from easement.web.views.asking import Choice, Other, Purpose, Slot
from easement.web.views.page import Wrong

__all__ = [
    "Asked",
    "as_typed",
    "asked",
    "choice_of",
    "choices",
    "other_purposes",
    "purposes",
    "slots",
    "typed",
    "wrongs",
]

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One share of one agreement that a person may ask for, in the roles that entitle them."""

    shelved: Shelved
    offer: Offer
    roles: tuple[str, ...]

    @property
    def role(self) -> str:
        """The role asked in, where nobody chose one."""
        return self.roles[0]

    @property
    def key(self) -> str:
        """The agreement's id and the share's, as forms send it."""
        return f"{self.shelved.prepared.id}/{self.offer.id}"


LOOKUP = frozenset({Mode.LOOKUP})


def asked(node: Node, identity: Identity, now: datetime, modes: frozenset[Mode] = LOOKUP) -> tuple[Asked, ...]:
    """Everything that this person may ask for in one of some modes: where they have a role that a share entitles."""
    found = []
    for id_ in sorted({each.prepared.id for each in node.shelf.all(now.date())}):
        shelved = node.shelf.get(id_, now.date())
        for offer in shelved.prepared.offers.values():
            roles = offer.entitled.get(node.organisation, frozenset()) & identity.roles_for(id_)
            if roles and node.organisation in offer.recipients and modes & offer.modes:
                found.append(Asked(shelved, offer, tuple(sorted(roles))))
    return tuple(found)


def purposes(node: Node, identity: Identity, now: datetime) -> Purpose:
    """The purposes of the person's own agreements."""
    own = _own(node, identity, now)
    return Purpose(
        own=tuple((code, purpose_name(code), purpose.statement) for code, purpose in own.items()),
    )


def other_purposes(node: Node, identity: Identity, now: datetime) -> Other:
    """Every purpose of the law catalogue that none of the person's agreements serves."""
    own = _own(node, identity, now)
    others = [(each.id, each.label) for each in catalogue().all(LawPurpose) if each.id not in own]
    return Other(others=tuple(sorted(others, key=lambda pair: pair[1])))


def _own(node: Node, identity: Identity, now: datetime) -> dict[str, Agreed]:
    return {each.shelved.prepared.purpose: each.shelved.prepared.terms.purpose for each in asked(node, identity, now)}


def choices(node: Node, identity: Identity, purpose: str, now: datetime) -> tuple[Choice, ...]:
    """What may be asked for: what serves the purpose, or all where nothing does, for then the answer says why not."""
    names, every = names_of(node, now), asked(node, identity, now)
    fitting = [each for each in every if each.shelved.prepared.purpose == purpose]
    return tuple(choice_of(node.organisation, each, identity, names, purpose, now) for each in fitting or every)


def choice_of(
    organisation: str,
    each: Asked,
    identity: Identity,
    names: Names,
    purpose: str,
    now: datetime,
    mode: Mode = Mode.LOOKUP,
) -> Choice:
    """One of them as a form shows it."""
    prepared = each.shelved.prepared
    needed = each.offer.training.get(organisation, frozenset())
    return Choice(
        key=each.key,
        provider=names.organisation(each.offer.provider),
        share=named(each.offer.id),
        title=prepared.terms.title,
        fields=tuple(named(name) for name in each.offer.forms[mode]),
        role=each.role,
        in_force=each.shelved.standing(now.date()).in_force and each.shelved.superseded is None,
        training=tuple(sorted(needed - identity.training)),
        fits=prepared.purpose == purpose,
    )


def slots(of: Iterable[Asked], person: Mapping[str, str]) -> tuple[Slot, ...]:
    """How the person can be named to those asked: one field for each part, whatever each standard calls it."""
    found: dict[str, tuple[Element, Key]] = {}
    for each in of:
        for name, element, key in parts_of(each.offer):
            found.setdefault(name, (element, key))
    ordered = sorted(found.items(), key=lambda item: NAMING.index(item[1][1]))
    return tuple(_slot(name, element, key, person.get(name, "")) for name, (element, key) in ordered)


def _slot(name: str, element: Element, key: Key, value: str) -> Slot:
    year, month, day = (*value.split("-"), "", "", "")[:3] if key is Key.DATE_OF_BIRTH else ("", "", "")
    kind = "date" if key is Key.DATE_OF_BIRTH else "code" if key in (Key.IDENTIFIER, Key.POSTCODE) else "text"
    hint = element.definition if key is Key.IDENTIFIER else ""
    return Slot(name, hint, kind, value, day.lstrip("0"), month.lstrip("0"), year)


def typed(slot: Slot, fields: Mapping[str, str]) -> str:
    """What was typed into one part of the form: text as it is, or a date's three numbers as one date."""
    if slot.kind != "date":
        return fields.get(slot.name, "")
    day, month, year = (fields.get(f"{slot.name}-{part}", "") for part in ("day", "month", "year"))
    if not (day or month or year):
        return ""
    return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}"


def as_typed(slot: Slot, fields: Mapping[str, str]) -> Slot:
    """A date's three numbers exactly as they were typed."""
    if slot.kind != "date":
        return slot
    day, month, year = (fields.get(f"{slot.name}-{part}", "")[:10] for part in ("day", "month", "year"))
    return replace(slot, day=day, month=month, year=year)


def wrongs(
    node: Node, of: Sequence[Slot], by: Iterable[Asked], person: Mapping[str, str], now: datetime
) -> tuple[Wrong, ...]:
    """What cannot be right in what was typed (a number with a wrong digit, a date that never was), or is too little."""
    found = tuple(wrong for slot in of if slot.value and (wrong := _wrong(slot)))
    if found or all(_enough(node, each, person, now) for each in by):
        return found
    text = say("Say more about the person: a number, or the family name and date of birth")
    return (Wrong(f"{of[0].name}-day" if of[0].kind == "date" else of[0].name, text),)


def _wrong(slot: Slot) -> Wrong | None:
    if len(slot.value) > LONGEST or not slot.value.isprintable():
        return Wrong(slot.name, say("Use fewer characters, and only letters and numbers that can be seen"))
    kind = Kind.DATE if slot.kind == "date" else next((each for each in Kind if each == slot.name), None)
    judged = check(kind, slot.value) if kind else None
    if not isinstance(judged, NotValid):
        return None
    if kind is Kind.DATE:
        return Wrong(f"{slot.name}-day", say("The date of birth must be a real date, such as 27 3 2007"))
    return Wrong(slot.name, say("This cannot be right: %(why)s. Check it with the person") % {"why": judged.reason})


def _enough(node: Node, each: Asked, person: Mapping[str, str], now: datetime) -> bool:
    """Whether enough is said to look up one person and not several, by the rule that will decide."""
    request = Request(
        share=each.offer.id,
        recipient=node.organisation,
        role=each.role,
        purpose=each.shelved.prepared.purpose,
        mode=Mode.LOOKUP,
        person=person_for(each.offer, person),
    )
    return person_named(request, each.shelved.prepared, each.offer, Facts(now=now, signed=frozenset())).met
