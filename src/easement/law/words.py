"""Entries in the words of someone who is no lawyer: headings and lines, the same for the terminal and for tests."""

from collections.abc import Iterator
from dataclasses import fields

from easement.base.words import day
from easement.law.entry import Entry
from easement.law.model import Basis
from easement.law.power import Power, Side
from easement.law.shelves import Catalogue

__all__ = ["lines"]

Line = tuple[str, str]

_HEADINGS = {
    "covers": "serves data on",
    "must_record": "write down",
    "needs_one_of": "needs besides, one of",
    "policy_document": "policy document due",
    "policy_document_text": "",
    "for_public_authorities": "for public authorities",
    "for_others": "for other bodies",
    "who_cannot_use": "who cannot use it",
    "rights_effect": "effect on rights",
    "valid_from": "in force from",
    "dpv": "term of the Data Privacy Vocabulary",
    "dpv_match": "how near that term is",
    "dpv_sector": "nearer term for the sector",
    "special": "mind",
    "parents": "is also",
    "families": "data for these families",
    "purposes": "data for these purposes",
    "against_families": "must not serve these families",
    "against_purposes": "must not serve these purposes",
    "regex": "pattern",
    "valid": "right examples",
    "invalid": "wrong examples",
    "ask": "",
    "leads": "what it gives",
    "yes": "if yes",
    "no": "if no",
    "next_if_yes": "if yes, go to",
    "next_if_no": "if no, go to",
}
_TOLD_APART = {"id", "citation", "plain", "check", "sources", "notes", "label", "jurisdiction", "aliases"}


def lines(entry: Entry, catalogue: Catalogue) -> Iterator[Line]:
    """Headings with their text, in reading order; an empty heading continues the one above it."""
    yield "in short", entry.plain
    yield from _power(entry) if isinstance(entry, Power) else _fields(entry)
    if isinstance(entry, Basis) and entry.needs_mandatory_power:
        yield "besides", "names a law that requires the disclosure"
    yield "where it applies", _where(entry)
    if entry.aliases:
        yield "also called", ", ".join(entry.aliases)
    if entry.notes:
        yield "notes", entry.notes
    yield "citation", entry.citation
    yield "how checked", f"{entry.check.words}, as at {day(catalogue.as_at)}"
    yield from _listed("sources", entry.sources)


def _fields(entry: Entry) -> Iterator[Line]:
    for part in fields(entry):
        value = getattr(entry, part.name)
        if part.name in _TOLD_APART or value in ("", (), None) or isinstance(value, bool):
            continue
        heading = _HEADINGS.get(part.name, part.name.replace("_", " "))
        if isinstance(value, tuple):
            yield from _listed(heading, value)
        elif heading:
            yield heading, str(value)


def _power(power: Power) -> Iterator[Line]:
    yield "what it is", f"{power.nature}: {power.nature.words}"
    yield "who may give", power.givers_text
    yield "who may receive", power.receivers_text
    routes = tuple(f"from {_side(route.givers)}  to {_side(route.receivers)}" for route in power.routes)
    yield from _listed("as kinds of body", routes)
    yield "what for", power.purposes_text
    open_ = ("any function of the body",) if power.purposes_open else ()
    vague = tuple(f"{code} (perhaps)" for code in power.purposes_if)
    yield "as purposes", ", ".join((*power.purposes, *vague, *open_)) or "none named"
    yield from _listed("limits", power.restrictions)
    yield from _listed("never carries", tuple(kind.replace("-", " ") for kind in power.leaves_out))
    yield from _listed("only if", _only_if(power))
    yield "lifts confidentiality", power.confidence
    yield "passing it on", power.onward
    yield "usual basis", power.article_6_hint
    yield "in force", power.in_force.text


def _only_if(power: Power) -> tuple[str, ...]:
    agreed = ("the person agrees",) if power.needs_agreement else ()
    asked = ("the receiver asks for it",) if power.needs_request else ()
    return (*agreed, *asked, *power.first)


def _where(entry: Entry) -> str:
    unsettled = entry.jurisdiction_if if isinstance(entry, Power) else ()
    sure, perhaps = (
        [place.replace("-", " ").title() for place in places] for places in (entry.jurisdiction, unsettled)
    )
    return ", ".join(sure) + (f"; not settled for {', '.join(perhaps)}" if perhaps else "")


def _side(side: Side) -> str:
    named = ", ".join((*side.classes, *(f"{code} (perhaps)" for code in side.perhaps))) or "nobody named"
    left_out = f", never {', '.join(side.never)}" if side.never else ""
    return f"{named}{left_out}{' (only if named or approved)' if side.specified else ''}"


def _listed(heading: str, items: tuple[str, ...]) -> Iterator[Line]:
    for place, item in enumerate(items):
        yield ("" if place else heading), str(item)
