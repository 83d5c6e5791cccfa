"""An agreement as a data contract (Open Data Contract Standard 3.2): one schema for each share, with its fields alone.

Who may ask, for what and on what basis has no words there: it stands in the description and in custom properties, and
the agreement itself is what binds.
"""

from collections.abc import Mapping
from typing import Any

from easement.agreement.export import names
from easement.agreement.model import Agreement, Share
from easement.agreement.read import AgreementFile
from easement.meaning.model import Standard
from easement.meaning.odcs import API_VERSION, schema_of

__all__ = ["odcs"]


def odcs(file: AgreementFile, standards: Mapping[str, Standard]) -> dict[str, Any]:
    """The agreement as a contract; a share whose standard is not at hand has its fields by name alone."""
    terms = file.terms
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": names.agreement(file),
        "name": terms.title,
        "version": terms.version,
        "status": "active",
        "description": {
            "purpose": terms.purpose.statement,
            "usage": f"For the purpose `{terms.purpose.code}` alone.",
            "limitations": _limitations(terms),
        },
        "schema": [_schema(id_, share, standards.get(share.standard)) for id_, share in terms.shares.items()],
        "team": {"members": [_member(terms, id_) for id_ in terms.parties]},
        "slaProperties": [
            {"property": "retention", "value": str(terms.duties.retain), "description": f"Then: {terms.duties.then}"},
            {"property": "endOfSupport", "value": terms.term.ends.isoformat(), "description": "The agreement ends."},
        ],
        "customProperties": [{"property": "easementDigest", "value": file.digest}],
    }


def _limitations(terms: Agreement) -> str:
    never = f"Never for {', '.join(terms.purpose.never_for)}. " if terms.purpose.never_for else ""
    return f"{never}The agreement {terms.id} {terms.version} binds; this file says less than it does."


def _member(terms: Agreement, id_: str) -> dict[str, Any]:
    party = terms.parties[id_]
    return {"username": party.contact, "name": party.name or id_, "role": party.role}


def _schema(id_: str, share: Share, standard: Standard | None) -> dict[str, Any]:
    said: dict[str, Any] = (
        schema_of(standard, _elements(share), name=id_)
        if standard is not None
        else {"name": id_, "logicalType": "object", "properties": [_bare(each) for each in _elements(share)]}
    )
    forms = {name: form.written for name, form in share.fields.items()}
    for part in said["properties"]:
        if part["name"] in forms:
            part.setdefault("customProperties", []).append(_custom("Form", forms[part["name"]]))
    given = said.setdefault("customProperties", [])
    given += [_custom("From", share.provider), _custom("To", ", ".join(share.recipients))]
    given += [_custom("Level", share.level.value), _custom("Modes", ", ".join(share.modes))]
    given += [_custom("Rows", share.rows)] if share.rows else []
    return said


def _elements(share: Share) -> tuple[str, ...]:
    counted = (*share.aggregate.dimensions, *share.aggregate.summed) if share.aggregate else ()
    return tuple(dict.fromkeys([*share.fields, *counted]))


def _bare(name: str) -> dict[str, str]:
    return {"name": name}


def _custom(word: str, value: str) -> dict[str, str]:
    return {"property": f"easement{word}", "value": value}
