"""A standard as a JSON Schema for its records, and a JSON Schema as the draft of a standard.

Source: JSON Schema 2020-12. What it has no word for stands under `x-easement`, which validators pass over.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from easement.base.errors import BadFile
from easement.meaning.catalogue_draft import Draft, Drafting, key_of, one_line, sensitivity_of
from easement.meaning.identifiers import Kind
from easement.meaning.model import Element, Standard
from easement.meaning.syntax import Type

__all__ = ["DIALECT", "MOST_BYTES", "json_schema", "read_json_schema", "standard_from_json_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema that is written."""

MOST_BYTES = 1 << 20
"""Longest JSON Schema read."""

_OURS = "x-easement"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOST_STEPS = 20
_TYPES = {"string": Type.TEXT, "integer": Type.INTEGER, "number": Type.NUMBER, "boolean": Type.BOOLEAN}
_NAMES = {Type.INTEGER: "integer", Type.NUMBER: "number", Type.BOOLEAN: "boolean"}


def json_schema(standard: Standard) -> dict[str, Any]:
    """The schema of one record: each element by name, absent or null where nothing is known, and nothing else."""
    ours: dict[str, Any] = {
        "standard": standard.ref,
        "source": standard.source,
        "record_key": list(standard.record_key),
    }
    if standard.retired is not None:
        ours["retired"] = standard.retired.model_dump(mode="json", exclude_none=True)
    return {
        "$schema": DIALECT,
        "$id": f"urn:easement:standard:{standard.id}:{standard.version}",
        "title": standard.title,
        "description": standard.description,
        "type": "object",
        "properties": {name: _property(element) for name, element in standard.elements.items()},
        "required": list(standard.record_key),
        "additionalProperties": False,
        **({"deprecated": True} if standard.retired is not None else {}),
        _OURS: ours,
    }


def _property(element: Element) -> dict[str, Any]:
    said: dict[str, Any] = {"description": element.definition}
    if element.codes:
        coded = [{"const": code, "title": label} for code, label in element.codes.items()]
        said["oneOf"] = [*coded, {"type": "null"}]
    else:
        said["type"] = [_NAMES.get(element.type, "string"), "null"]
    if element.type is Type.DATE:
        said |= {"format": "date", "pattern": _DAY}
    if element.format is not None:
        said["pattern"] = f"^(?:{element.format})$"
    parts = {"identifier": element.identifier, "key": element.key, "unit": element.unit, "codes": element.code_list}
    ours = {"sensitivity": str(element.sensitivity)} | {k: str(v) for k, v in parts.items() if v}
    return said | {_OURS: ours}


def read_json_schema(raw: bytes, name: str) -> Any:
    """The data of a JSON Schema; raises `BadFile` for what is too long, no JSON, or nested beyond reason."""
    if len(raw) > MOST_BYTES:
        raise BadFile(f"the JSON Schema is larger than {MOST_BYTES:,} bytes", where=name, remedy="name a smaller one")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        what = "nested too deep" if isinstance(error, RecursionError) else f"not JSON: {error}"
        raise BadFile(
            f"the JSON Schema is {what}", where=name, remedy="check that the file is a JSON Schema"
        ) from error


def standard_from_json_schema(schema: Any, *, id_: str, version: int = 1) -> Draft:
    """The draft of a standard from the schema of one record, with what was left out.

    Raises `BadFile` where it is not the schema of an object with properties.
    """
    root = _resolved(schema, schema, "the schema") if isinstance(schema, dict) else None
    if root is not None and "properties" not in root and isinstance(root.get("items"), dict):
        root = _resolved(root["items"], schema, "the schema's items")
    properties = root.get("properties") if root is not None else None
    if root is None or not isinstance(properties, dict) or not properties:
        raise BadFile("the JSON Schema does not describe a record: it has no `properties`", remedy="name one that does")
    made = Drafting("JSON Schema")
    for word in sorted(root.keys() - _READ_OF_ROOT):
        made.leave_out(f"`{one_line(word)}` of the whole")
    for name, part in properties.items():
        _add(made, str(name), part, schema)
    ours = _dict(root.get(_OURS))
    required = [str(each) for each in _list(root.get("required"))]
    keys = [str(each) for each in _list(ours.get("record_key"))]
    for name in required:
        if name not in keys:
            made.leave_out(f"that `{one_line(name)}` is required: a standard's elements may all be absent")
    head = {
        "id": id_,
        "version": version,
        "title": one_line(root.get("title")) or id_.replace("-", " ").capitalize(),
        "description": one_line(root.get("description")) or "Nobody has described this yet.",
        "source": one_line(ours.get("source")) or f"Drafted from the JSON Schema {one_line(root.get('$id'))}".strip(),
    }
    return made.draft(head, keys)


_READ_OF_ROOT = {
    *("$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties"),
    *("$defs", "definitions", "deprecated", "items", "$comment", _OURS),
}
_READ_OF_PART = {
    "type",
    "format",
    "description",
    "title",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "pattern",
    "$comment",
    _OURS,
}


def _add(made: Drafting, name: str, part: Any, whole: Mapping[str, Any]) -> None:
    said = one_line(name)[:80]
    if not isinstance(part, dict):
        made.leave_out(f"`{said}`: nothing is said of it")
        return
    try:
        part = _resolved(part, whole, said)
    except BadFile as error:
        made.leave_out(f"`{said}`: {error.what}")
        return
    kinds = [str(each) for each in _list(part.get("type")) if each != "null"]
    codes = _codes(part)
    if codes is None and (len(kinds) != 1 or kinds[0] not in _TYPES):
        what = "records or lists within it" if set(kinds) & {"object", "array"} else "values of several kinds"
        made.leave_out(f"`{said}`: it holds {what}, and an element holds one value")
        return
    for word in sorted(part.keys() - _READ_OF_PART):
        made.leave_out(f"`{one_line(word)}` of `{said}`")
    kind = Type.CODE if codes is not None else _TYPES[kinds[0]]
    ours = _dict(part.get(_OURS))
    element: dict[str, Any] = {"definition": one_line(part.get("description") or part.get("title"))}
    if kind is Type.TEXT and part.get("format") == "date":
        kind = Type.DATE
    elif "format" in part and part["format"] != "date":
        made.leave_out(f"`format` of `{said}`: `{one_line(part['format'])}`")
    if kind is not Type.TEXT:
        element["type"] = kind.value
    elif isinstance(part.get("pattern"), str):
        element["format"] = _pattern(part["pattern"])
    element["codes"] = codes
    if ours.get("identifier") in list(Kind):
        element["identifier"] = ours["identifier"]
    element |= {"sensitivity": sensitivity_of(ours.get("sensitivity")), "key": key_of(ours.get("key"))}
    element["unit"] = one_line(ours.get("unit"))
    made.add(name, element)


def _resolved(part: dict[str, Any], whole: Mapping[str, Any], said: str) -> dict[str, Any]:
    """A part with its reference followed, within the same file alone."""
    for _ in range(_MOST_STEPS):
        reference = part.get("$ref")
        if reference is None:
            return part
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise BadFile(f"`{one_line(reference)}` is not in this file, and is not fetched", remedy="write it out")
        found: Any = whole
        for step in reference[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise BadFile(f"`{one_line(reference)}` leads nowhere", remedy="mend the reference")
        part = {**found, **{key: value for key, value in part.items() if key != "$ref"}}
    raise BadFile(f"the references of {said} go in a circle", remedy="write it out")


def _codes(part: Mapping[str, Any]) -> dict[str, str] | None:
    """Codes with labels, from `enum`, or from `oneOf` or `anyOf` with nothing but constants."""
    if isinstance(part.get("enum"), list):
        values = [each for each in part["enum"] if each is not None]
        usable = values and all(isinstance(each, str | int) and not isinstance(each, bool) for each in values)
        return {one_line(str(each)): one_line(str(each)) for each in values} if usable else None
    for word in ("oneOf", "anyOf"):
        options = [each for each in _list(part.get(word)) if each != {"type": "null"}]
        if options and all(isinstance(each, dict) and isinstance(each.get("const"), str | int) for each in options):
            return {one_line(str(o["const"])): one_line(o.get("title")) or one_line(str(o["const"])) for o in options}
    return None


def _pattern(text: str) -> str | None:
    """A pattern for the whole value; one that is found anywhere in it is not taken over."""
    whole = re.fullmatch(r"\^(?:\(\?:(?P<group>.*)\)|(?P<plain>[^|]*))\$", text, re.DOTALL)
    return (whole["group"] or whole["plain"]) if whole else text


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
