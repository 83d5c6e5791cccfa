"""The names that exports give to things, so that two exports of one agreement speak of the same things."""

from datetime import date
from typing import Any

from easement.agreement.read import AgreementFile
from easement.law.model import Purpose

__all__ = [
    "DPV",
    "EASEMENT",
    "PREFIXES",
    "agreement",
    "body",
    "day",
    "duration",
    "law",
    "party",
    "purpose",
    "role",
    "share",
]

EASEMENT = "https://easement.example/ns/"
"""The namespace of what only this format knows; the domain is reserved for examples (RFC 2606) until one is had."""

DPV = "https://w3id.org/dpv#"
"""The Data Privacy Vocabulary, version 2.3 (W3C community group report, 25 February 2026)."""

PREFIXES = {
    "easement": EASEMENT,
    "dct": "http://purl.org/dc/terms/",
    "dpv": DPV,
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The short names of vocabularies in the JSON-LD that we write, and what they stand for."""

_MATCH = {"exact": "skos:exactMatch", "close": "skos:closeMatch", "broad": "skos:broadMatch"}


def agreement(file: AgreementFile) -> str:
    """An agreement is named by its digest, so that the name of signed terms can never come to mean others."""
    return f"{EASEMENT}agreement/{file.digest}"


def party(file: AgreementFile, id_: str) -> str:
    """A party of the agreement."""
    return f"{agreement(file)}#party/{id_}"


def share(file: AgreementFile, id_: str) -> str:
    """A share of the agreement."""
    return f"{agreement(file)}#share/{id_}"


def role(id_: str) -> str:
    """A role that may ask."""
    return f"{EASEMENT}role#{id_}"


def body(id_: str) -> str:
    """A body to which data may be passed on."""
    return f"{EASEMENT}body#{id_}"


def law(id_: str) -> str:
    """A power, basis or condition of the law catalogue."""
    return f"{EASEMENT}law#{id_}"


def purpose(code: str, found: Purpose | None) -> dict[str, Any]:
    """A purpose under its own name, with the nearest term of the vocabulary and how near it is."""
    own: dict[str, Any] = {"@id": f"{EASEMENT}purpose#{code}"}
    if found is None:
        return own | {"skos:note": "not in the law catalogue"}
    return own | {"skos:prefLabel": found.label, _MATCH[found.dpv_match]: {"@id": found.dpv}}


def day(value: date) -> dict[str, str]:
    """A day as a typed value."""
    return {"@value": value.isoformat(), "@type": "xsd:date"}


def duration(value: object) -> dict[str, str]:
    """A duration as a typed value."""
    return {"@value": str(value), "@type": "xsd:duration"}
