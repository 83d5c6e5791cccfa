"""The register as other catalogues read it: DCAT in JSON-LD, after the application profile for public data in Europe.

What DCAT has no word for (classification, retention, how it is transmitted) stands under names of our own.
Source: W3C Data Catalog Vocabulary 3; DCAT-AP 3; EU vocabularies `frequency` and `access-right`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from easement.gate.register import Entry
from easement.meaning.about import Frequency

__all__ = ["catalogue"]

EU = "http://publications.europa.eu/resource/authority"
CONTEXT: Mapping[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "easement": "urn:easement:terms:",
}
"""The vocabularies that are used, by the prefix of their words."""

FREQUENCIES: Mapping[Frequency, str] = {
    Frequency.CONTINUOUS: "CONT", Frequency.DAILY: "DAILY", Frequency.WEEKLY: "WEEKLY",
    Frequency.FORTNIGHTLY: "BIWEEKLY", Frequency.MONTHLY: "MONTHLY", Frequency.QUARTERLY: "QUARTERLY",
    Frequency.TERMLY: "ANNUAL_3", Frequency.ANNUAL: "ANNUAL", Frequency.IRREGULAR: "IRREG", Frequency.NEVER: "NEVER",
}  # fmt: skip
"""How the EU's list calls each frequency."""


def catalogue(entries: Iterable[Entry], organisation: str) -> dict[str, Any]:
    """The register of an organisation as one `dcat:Catalog`; a mapping that cannot be read is left out.

    Nothing in it tells where a file or a database is reached.
    """
    known = [entry for entry in entries if entry.mapping is not None]
    return {
        "@context": dict(CONTEXT),
        "@id": f"urn:easement:{organisation}:datasets",
        "@type": "dcat:Catalog",
        "dct:title": f"Datasets of {organisation}",
        "dct:publisher": _agent(organisation),
        "dcat:dataset": [_dataset(entry) for entry in known],
    }


def _agent(name: str) -> dict[str, str]:
    return {"@type": "foaf:Agent", "foaf:name": name}


def _dataset(entry: Entry) -> dict[str, Any]:
    mapping, about = entry.mapping, entry.about
    assert mapping is not None
    ends = about.retained_until
    said: dict[str, Any] = {
        "@id": f"urn:easement:{mapping.organisation}:dataset:{mapping.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": mapping.id,
        "dct:title": mapping.title,
        "dct:publisher": _agent(mapping.organisation),
        "dct:conformsTo": mapping.standard,
        "dct:rightsHolder": _agent(about.owner) if about.owner else None,
        "dcat:contactPoint": _contact(about.owner, about.contact),
        "dct:created": _day(about.created),
        "dct:accrualPeriodicity": _named("frequency", FREQUENCIES[about.updated]) if about.updated else None,
        "dct:accessRights": _named("access-right", "NON_PUBLIC") if about.personal_data else None,
        "easement:classification": about.classification,
        "easement:location": about.location,
        "easement:transmitted": about.transmitted,
        "easement:retention": {"@type": "xsd:duration", "@value": about.retention} if about.retention else None,
        "easement:retainedUntil": _day(ends) if isinstance(ends, date) else ends,
        "easement:personalData": about.personal_data,
        "easement:specialCategories": list(about.special) if about.special_categories is not None else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _contact(owner: str | None, contact: str | None) -> dict[str, Any] | None:
    if contact is None:
        return None
    how = {"vcard:hasEmail": {"@id": f"mailto:{contact}"}} if "@" in contact else {"vcard:note": contact}
    return {"@type": "vcard:Kind", "vcard:fn": owner or contact, **how}


def _day(day: date | None) -> dict[str, str] | None:
    return {"@type": "xsd:date", "@value": day.isoformat()} if day is not None else None


def _named(list_: str, code: str) -> dict[str, str]:
    return {"@id": f"{EU}/{list_}/{code}"}
