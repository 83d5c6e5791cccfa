"""The register as open data: the 18 columns of the Digital Economy Act's register, and DCAT in JSON-LD. Pure.

Sources: Digital Economy Act 2017 Part 5, codes of practice, the public register's columns; W3C DCAT 3; DCAT-AP 3;
W3C Data Privacy Vocabulary (purposes). JSON is `Entry.as_dict`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from easement.base.spreadsheet import safe_cell
from easement.law.shelves import Catalogue
from easement.register.entries import Entry
from easement.register.model import LEFT_OUT, Card

__all__ = ["COLUMNS", "Areas", "catalogue_head", "csv_lines", "dcat", "record"]

COLUMNS = (
    *("Number", "Name", "Purpose", "Benefits", "Legal power", "Disclosed information", "Controllers"),
    *("Controller names", "Method", "Processors", "Processor names", "Retention period", "Start date", "End date"),
    *("Review date", "Contact", "Areas", "Area names"),
)
"""The columns of the Digital Economy Act's register, in its order."""

EU = "http://publications.europa.eu/resource/authority"
CONTEXT: Mapping[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "easement": "urn:easement:terms:",
}
"""The vocabularies that are used, by the prefix of their words."""


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas that a register is about: their codes and their names, each as one text."""

    codes: str = ""
    names: str = ""


def csv_lines(entries: Iterable[Entry], areas: Areas) -> Iterator[str]:
    """The register as CSV with the 18 columns, a line at a time (RFC 4180)."""
    yield _line(COLUMNS)
    for each in entries:
        yield _line(record(each, areas).values())


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


def record(entry: Entry, areas: Areas) -> dict[str, str]:
    """One entry as the 18 columns; a field that is left out says so, with its reason."""
    card = entry.card
    processors = [each for each in card.parties or () if each.controller == "processor"]
    controllers = [each for each in card.parties or () if each.controller != "processor"]
    hidden = _why(card, "parties")
    said = (
        card.id,
        card.title,
        _said(card, "statement", card.statement),
        _said(card, "benefits", "; ".join(card.benefits or ())),
        _said(card, "powers", _by_party(card, card.powers)),
        _said(card, "crosses", "; ".join(_crossing(card))),
        hidden or "; ".join(each.id for each in controllers),
        hidden or "; ".join(each.name for each in controllers),
        _said(card, "crosses", "; ".join(dict.fromkeys(mode for each in card.crosses or () for mode in each.modes))),
        hidden or "; ".join(each.id for each in processors),
        hidden or "; ".join(each.name for each in processors),
        card.retention,
        card.starts.isoformat(),
        card.ends.isoformat(),
        card.next_review.isoformat() if card.next_review else "",
        _said(card, "contacts", _by_party(card, card.contacts)),
        areas.codes,
        areas.names,
    )
    return dict(zip(COLUMNS, said, strict=True))


def _said(card: Card, field: str, text: str | None) -> str:
    return _why(card, field) or text or ""


def _why(card: Card, field: str) -> str:
    """What stands in the place of a field that is left out."""
    if not card.hides(field):
        return ""
    reasons = [each for each in card.left_out if each.field in (field, "parties")]
    return f"[left out: {LEFT_OUT[reasons[0].reason]}]"


def _by_party(card: Card, said: Mapping[str, str] | None) -> str:
    return "; ".join(f"{card.name_of(id_)}: {text}" for id_, text in (said or {}).items())


def _crossing(card: Card) -> Iterator[str]:
    for each in card.crosses or ():
        fields = [f"{field.name} ({field.form})" for field in each.fields]
        yield f"{each.name}: {', '.join([*fields, *each.counted])}"


def catalogue_head(organisation: str, name: str, address: str) -> dict[str, Any]:
    """What a catalogue says of itself; its datasets come under `dcat:dataset`."""
    return {
        "@context": dict(CONTEXT),
        "@id": f"urn:easement:{organisation}:register",
        "@type": "dcat:Catalog",
        "dct:title": f"Data sharing agreements of {name}",
        "dct:publisher": _agent(organisation, name),
        "foaf:homepage": {"@id": f"{address}/register"},
    }


def dcat(entry: Entry, law: Catalogue, address: str) -> dict[str, Any]:
    """One entry as a `dcat:Dataset`, with its purpose in the Data Privacy Vocabulary; what is left out is absent.

    `easement:leftOut` names each field that is, and why.
    """
    card, page = entry.card, f"{address}/register/agreements/{entry.card.id}"
    purpose = law.find_purpose(card.purpose)
    said: dict[str, Any] = {
        "@id": f"urn:easement:agreement:{card.digest}",
        "@type": "dcat:Dataset",
        "dct:identifier": card.id,
        "dct:title": card.title,
        "dct:description": card.in_plain_words or card.summary or card.statement,
        "dcat:version": card.version,
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(card.starts.isoformat()),
            "dcat:endDate": _day(card.ends.isoformat()),
        },
        "dpv:hasPurpose": {"@id": purpose.dpv} if purpose else None,
        "dct:provenance": card.statement,
        "dct:rightsHolder": [_agent(each.id, each.name) for each in card.parties] if card.parties else None,
        "dcat:contactPoint": [_contact(card.name_of(id_), how) for id_, how in (card.contacts or {}).items()] or None,
        "dct:accessRights": {"@id": f"{EU}/access-right/NON_PUBLIC"},
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": {
            "@type": "dcat:Distribution",
            "dcat:accessURL": {"@id": f"{page}?format=json"},
            "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/application/json"},
        },
        "easement:state": entry.state.value,
        "easement:digest": card.digest,
        "easement:legalPower": sorted(set((card.powers or {}).values())) or None,
        "easement:safeguard": list(card.safeguards or ()) or None,
        "easement:leftOut": [f"{each.field}: {LEFT_OUT[each.reason]}" for each in card.left_out] or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _agent(id_: str, name: str) -> dict[str, str]:
    return {"@type": "foaf:Agent", "dct:identifier": id_, "foaf:name": name}


def _contact(name: str, how: str) -> dict[str, Any]:
    reached = {"vcard:hasEmail": {"@id": f"mailto:{how}"}} if "@" in how and " " not in how else {"vcard:note": how}
    return {"@type": "vcard:Kind", "vcard:fn": name, **reached}


def _day(text: str) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": text}
