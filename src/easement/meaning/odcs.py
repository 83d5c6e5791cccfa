"""A standard as the schema of a data contract, and a contract's schema as the draft of a standard.

Source: Open Data Contract Standard 3.2 (Bitol, LF AI & Data); versions from 3.0 are read. What it has no word for is a
custom property whose name begins with `easement`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from easement.base.errors import BadFile
from easement.meaning.catalogue_draft import Draft, Drafting, key_of, one_line, sensitivity_of
from easement.meaning.identifiers import Kind
from easement.meaning.model import Element, Standard
from easement.meaning.syntax import Type

__all__ = ["API_VERSION", "contract_of", "schema_of", "standard_from_contract"]

API_VERSION = "v3.2.0"
"""The version of the format that is written."""

_LOGICAL = {
    Type.TEXT: "string", Type.CODE: "string", Type.INTEGER: "integer", Type.NUMBER: "number",
    Type.DATE: "date", Type.BOOLEAN: "boolean",
}  # fmt: skip
_TYPES = {
    "string": Type.TEXT,
    "integer": Type.INTEGER,
    "number": Type.NUMBER,
    "date": Type.DATE,
    "boolean": Type.BOOLEAN,
}


def contract_of(standard: Standard) -> dict[str, Any]:
    """A contract that says no more than a standard does: what a record is made of."""
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"urn:easement:standard:{standard.id}:{standard.version}",
        "name": standard.title,
        "version": f"{standard.version}.0.0",
        "status": "retired" if standard.retired is not None else "active",
        "description": {"purpose": standard.description, "limitations": f"Source: {standard.source}"},
        "schema": [schema_of(standard)],
    }


def schema_of(standard: Standard, elements: Iterable[str] | None = None, name: str = "") -> dict[str, Any]:
    """The schema of one kind of record: all of a standard's elements, or those named, in the standard's order."""
    wanted = standard.elements.keys() if elements is None else set(elements)
    keys = {each: place for place, each in enumerate(standard.record_key, 1)}
    return {
        "name": name or standard.id.replace("-", "_"),
        "logicalType": "object",
        "description": standard.description,
        "customProperties": [_custom("standard", standard.ref)],
        "properties": [_property(each, keys.get(n)) for n, each in standard.elements.items() if n in wanted],
    }


def _property(element: Element, place: int | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": element.name,
        "logicalType": _LOGICAL[element.type],
        "description": element.definition,
        "classification": str(element.sensitivity),
    }
    if place is not None:
        said |= {"primaryKey": True, "primaryKeyPosition": place}
    if element.format is not None:
        said["logicalTypeOptions"] = {"pattern": f"^(?:{element.format})$"}
    if element.codes:
        said["enum"] = [{"value": code, "label": label} for code, label in element.codes.items()]
    parts = {"identifier": element.identifier, "key": element.key, "unit": element.unit, "codes": element.code_list}
    custom = [_custom(part, str(value)) for part, value in parts.items() if value]
    return said | ({"customProperties": custom} if custom else {})


def _custom(word: str, value: str) -> dict[str, str]:
    return {"property": f"easement{word.capitalize()}", "value": value}


def standard_from_contract(contract: Any, *, id_: str, version: int = 1, schema: str = "") -> Draft:
    """The draft of a standard from the schema part of a contract, with what was left out.

    `schema` names one of several. Raises `BadFile` where it is no contract of version 3, or has no such schema.
    """
    if not isinstance(contract, dict) or contract.get("kind") != "DataContract":
        raise BadFile("this is no data contract: `kind` is not `DataContract`", remedy="name a contract of ODCS 3")
    if not str(contract.get("apiVersion")).startswith("v3."):
        what = f"contracts of version `{one_line(str(contract.get('apiVersion')))}` are not read"
        raise BadFile(what, remedy="take it to version 3 first")
    chosen, others = _chosen(contract, schema)
    made = Drafting("contract")
    for word in sorted(map(str, contract.keys() - _READ)):
        made.leave_out(f"`{one_line(word)}` of the contract: agreements say such things here")
    for name in others:
        made.leave_out(f"the schema `{one_line(name)}`: name it to draft from it")
    keys = []
    for part in _list(chosen.get("properties")):
        if not isinstance(part, dict):
            made.leave_out("a property of which nothing is said")
            continue
        _add(made, part)
        if part.get("primaryKey") is True:
            keys.append((part.get("primaryKeyPosition"), one_line(part.get("name"))[:80]))
    described = contract.get("description")
    head = {
        "id": id_,
        "version": version,
        "title": one_line(contract.get("name")) or id_.replace("-", " ").capitalize(),
        "description": one_line(chosen.get("description"))
        or one_line(_dict(described).get("purpose"))
        or "Nobody has described this yet.",
        "source": f"Drafted from the data contract {one_line(contract.get('id'))}".strip(),
    }
    keys.sort(key=lambda pair: pair[0] if isinstance(pair[0], int) and not isinstance(pair[0], bool) else 1_000)
    return made.draft(head, [name for _, name in keys])


_READ = {"apiVersion", "kind", "id", "name", "version", "status", "description", "schema"}
_READ_OF_PART = {
    *("name", "logicalType", "description", "businessName", "classification", "primaryKey", "primaryKeyPosition"),
    *("logicalTypeOptions", "enum", "customProperties", "physicalType", "physicalName", "id"),
}


def _chosen(contract: Mapping[str, Any], wanted: str) -> tuple[dict[str, Any], list[str]]:
    found = {str(each.get("name")): each for each in _list(contract.get("schema")) if isinstance(each, dict)}
    if not found or (wanted and wanted not in found):
        known = ", ".join(f"`{one_line(name)}`" for name in found)
        what = f"the contract has no schema `{one_line(wanted)}`" if wanted else "the contract has no schema"
        raise BadFile(what, remedy=f"it has {known}" if known else "name a contract that has one")
    name = wanted or next(iter(found))
    return found[name], [each for each in found if each != name]


def _add(made: Drafting, part: dict[str, Any]) -> None:
    name, said = str(part.get("name", "")), one_line(str(part.get("name", "")))[:80]
    kind = _TYPES.get(str(part.get("logicalType", "string")))
    if kind is None:
        made.leave_out(f"`{said}`: it holds `{one_line(str(part['logicalType']))}`, and an element holds one value")
        return
    for word in sorted(map(str, part.keys() - _READ_OF_PART)):
        made.leave_out(f"`{one_line(word)}` of `{said}`")
    custom = {
        str(each.get("property")): each.get("value")
        for each in _list(part.get("customProperties"))
        if isinstance(each, dict)
    }
    codes = _codes(part.get("enum"))
    options = _dict(part.get("logicalTypeOptions"))
    element: dict[str, Any] = {"definition": one_line(part.get("description") or part.get("businessName"))}
    if codes:
        kind = Type.CODE
    if kind is not Type.TEXT:
        element["type"] = kind.value
    elif isinstance(options.get("pattern"), str):
        element["format"] = options["pattern"].removeprefix("^(?:").removesuffix(")$")
    for word in sorted(map(str, options.keys() - {"pattern"})):
        made.leave_out(f"`{one_line(word)}` of `{said}`")
    if custom.get("easementIdentifier") in list(Kind):
        element["identifier"] = custom["easementIdentifier"]
    element |= {"codes": codes, "sensitivity": sensitivity_of(part.get("classification"))}
    element |= {"key": key_of(custom.get("easementKey")), "unit": one_line(custom.get("easementUnit"))}
    for word in sorted(custom.keys() - _OURS):
        made.leave_out(f"`{one_line(word)}` of `{said}`")
    made.add(name, element)


_OURS = {"easementIdentifier", "easementKey", "easementUnit", "easementCodes"}


def _codes(listed: Any) -> dict[str, str] | None:
    options = [each for each in _list(listed) if isinstance(each, dict) and isinstance(each.get("value"), str | int)]
    return {one_line(str(o["value"])): one_line(o.get("label")) or one_line(str(o["value"])) for o in options} or None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
