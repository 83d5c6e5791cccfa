"""The published JSON Schema of the agreement file, made from its types and so never apart from them.

The types know more than JSON Schema can say (that a share names only parties, that a term does not end before it
starts); what it can say, it says here too.
"""

import json
from typing import Any

from easement.agreement.model import Agreement

__all__ = ["SCHEMA_ID", "agreement_schema", "schema_text"]

SCHEMA_ID = "https://easement.example/schemas/agreement/1"
"""The schema's name on the web; the number is that of the file format."""

Schema = dict[str, Any]


def agreement_schema() -> Schema:
    """The JSON Schema (2020-12) of the agreement file, with a description of every key."""
    schema = Agreement.model_json_schema()
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": "Agreement"}
    types = schema["$defs"]
    _law(types["Law"])
    types["Share"]["allOf"] = _SHARE
    types["Dpia"]["oneOf"] = _DPIA
    types["Matching"] |= _MATCHING
    _tidy(schema)
    return schema


def schema_text() -> str:
    """The schema as published: two spaces, keys in order, one newline at the end."""
    return json.dumps(agreement_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _law(law: Schema) -> None:
    """In the file, each party's id is a key of the law section beside the four fixed ones."""
    parties = law["properties"].pop("parties")
    law.pop("required")
    ((slug, party),) = parties["patternProperties"].items()
    law["propertyNames"] = {"anyOf": [{"enum": sorted(law["properties"])}, {"pattern": slug}]}
    law["additionalProperties"] = party


def _tidy(part: Any) -> None:
    """Drop the names that were only the types' own, and refuse keys that fit no pattern."""
    if isinstance(part, list):
        for inner in part:
            _tidy(inner)
    if isinstance(part, dict):
        if isinstance(part.get("title"), str) and "$id" not in part:
            del part["title"]
        if "patternProperties" in part:
            part["additionalProperties"] = False
        for inner in part.values():
            _tidy(inner)


def _given(key: str) -> Schema:
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


def _level(level: str) -> Schema:
    return {"required": ["level"], "properties": {"level": {"const": level}}}


_SHARE: list[Schema] = [
    {
        "if": _level("aggregate"),
        "then": {"allOf": [_given("aggregate"), {"properties": {"modes": {"items": {"const": "aggregate"}}}}]},
        "else": {"required": ["fields"], "properties": {"fields": {"minProperties": 1}}},
    },
    {"if": _level("anonymised"), "then": _given("k"), "else": {"not": _given("k")}},
]
"""What a level asks of a share: a table to count for `aggregate`, a smallest group for `anonymised`, else fields."""

_MATCHING: Schema = {
    "if": {"required": ["method"], "properties": {"method": {"const": "encoded"}}},
    "then": {"properties": {"disclose": {"minimum": 0.8}, "hold": {"minimum": 0.6}}},
    "else": {"properties": {"hold": {"maximum": 0.5}}},
}
"""Thresholds are likenesses where encodings are compared, and probabilities elsewhere."""

_DPIA: list[Schema] = [_given("reference"), _given("not_required")]
"""An impact assessment is referred to, or not required: one of the two."""
