"""An agreement in other people's formats, so that nothing put in is locked in (R7.1)."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from easement.agreement.export.cedar import cedar
from easement.agreement.export.dpv import dpv
from easement.agreement.export.odcs import odcs
from easement.agreement.export.odrl import odrl
from easement.agreement.read import AgreementFile
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["FORMATS", "Format", "export"]

Format = Literal["odrl", "cedar", "dpv", "json", "odcs"]
"""The name of a format that an agreement can be taken out in."""

FORMATS: Mapping[Format, str] = {
    "json": "the terms as signed: canonical JSON (RFC 8785), whose SHA-256 is the digest",
    "odrl": "ODRL 2.2 Agreement in JSON-LD, for data spaces",
    "dpv": "W3C Data Privacy Vocabulary 2.3 in JSON-LD, for records of processing",
    "cedar": "Cedar policies, to decide or to prove with Cedar's own tools",
    "odcs": "Open Data Contract Standard 3.2, for data catalogues and platforms",
}
"""Every format, with what it is for."""


def export(file: AgreementFile, to: Format, *, catalogue: Catalogue, standards: Mapping[str, Standard]) -> str:
    """The agreement in another format, the same text for the same agreement every time.

    `standards` holds standards by reference (`benefit-award/1`); `cedar` needs each that a share names and raises
    `KeyError` without it, the others say what was not at hand.
    """
    match to:
        case "json":
            return file.canonical.decode()
        case "odrl":
            return _text(odrl(file, catalogue))
        case "dpv":
            return _text(dpv(file, catalogue, standards))
        case "odcs":
            return _text(odcs(file, standards))
        case _:
            return cedar(file, standards)


def _text(graph: dict[str, Any]) -> str:
    return json.dumps(graph, ensure_ascii=False, indent=2) + "\n"
