"""What two formats of others ask of a file, written down from their own schemas as facts, to hold ours against.

ODCS: the JSON Schema of the Open Data Contract Standard 3.2.0 (bitol-io/open-data-contract-standard,
schema/odcs-json-schema-v3.2.0.json), as far as it is on the parts that are written here. SSSOM: the LinkML model of
the Simple Standard for Sharing Ontological Mappings 1.1 (mapping-commons/sssom, sssom_schema.yaml) and its chapter on
the TSV form. Read on 22 November 2026.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import yaml

# ODCS

_ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
_TEXT, _YES_NO = {"type": "string"}, {"type": "boolean"}
_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_CUSTOM = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["property", "value"],
        "properties": {"id": _ID, "property": _TEXT, "value": {}, "description": _TEXT, "vendor": _TEXT},
        "additionalProperties": False,
    },
}
_DEFINITIONS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["url", "type"],
        "properties": {"id": _ID, "url": _TEXT, "type": _TEXT, "description": _TEXT},
        "additionalProperties": False,
    },
}
_TAGS = {"type": "array", "items": _TEXT}
_ANY_PART = {
    "id": _ID,
    "name": _TEXT,
    "physicalType": _TEXT,
    "description": _TEXT,
    "businessName": _TEXT,
    "deprecated": _YES_NO,
    "authoritativeDefinitions": _DEFINITIONS,
    "tags": _TAGS,
    "customProperties": _CUSTOM,
}
_OPTIONS = {
    "string": {"minLength", "maxLength", "pattern", "format"},
    "date": {"format", "exclusiveMaximum", "maximum", "exclusiveMinimum", "minimum"},
    "integer": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "format"},
    "number": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "format"},
}
_PROPERTY = {
    "type": "object",
    "required": ["name"],
    "properties": {
        **_ANY_PART,
        "logicalType": {
            "enum": ["string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean", "map"]
        },
        "logicalTypeOptions": {"type": "object"},
        "primaryKey": _YES_NO,
        "primaryKeyPosition": {"type": "integer"},
        "required": _YES_NO,
        "unique": _YES_NO,
        "classification": _TEXT,
        "encryptedName": _TEXT,
        "transformLogic": _TEXT,
        "transformDescription": _TEXT,
        "examples": {"type": "array"},
        "enum": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["value"],
                "properties": {"value": _SCALAR, "label": _TEXT, "id": _ID, "description": _TEXT, "tags": _TAGS},
                "additionalProperties": False,
            },
        },
    },
    "allOf": [
        {
            "if": {"properties": {"logicalType": {"const": name}}, "required": ["logicalType"]},
            "then": {"properties": {"logicalTypeOptions": {"propertyNames": {"enum": sorted(options)}}}},
        }
        for name, options in _OPTIONS.items()
    ],
    "additionalProperties": False,
}
_MEMBER = {
    "type": "object",
    "required": ["username"],
    "properties": {
        "id": _ID,
        "username": _TEXT,
        "name": _TEXT,
        "description": _TEXT,
        "role": _TEXT,
        "tags": _TAGS,
        "dateIn": {"format": "date"},
        "dateOut": {"format": "date"},
        "customProperties": _CUSTOM,
    },
    "additionalProperties": False,
}
_VALID_LEVEL = {
    "type": "object",
    "required": ["property", "value"],
    "properties": {
        "id": _ID,
        "property": _TEXT,
        "value": _SCALAR,
        "valueExt": _SCALAR,
        "unit": _TEXT,
        "element": _TEXT,
        "driver": _TEXT,
        "description": _TEXT,
        "scheduler": _TEXT,
        "schedule": _TEXT,
        "customProperties": _CUSTOM,
    },
    "additionalProperties": False,
}
ODCS = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["version", "apiVersion", "kind", "id"],
    "properties": {
        "version": _TEXT,
        "kind": {"const": "DataContract"},
        "apiVersion": {"enum": ["v3.2.0", "v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0"]},
        "id": _TEXT,
        "name": _TEXT,
        "tenant": _TEXT,
        "tags": _TAGS,
        "status": {"enum": ["proposed", "draft", "active", "deprecated", "retired"]},
        "description": {
            "type": "object",
            "properties": {
                "usage": _TEXT,
                "purpose": _TEXT,
                "limitations": _TEXT,
                "authoritativeDefinitions": _DEFINITIONS,
                "customProperties": _CUSTOM,
            },
        },
        "domain": _TEXT,
        "schema": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    **_ANY_PART,
                    "logicalType": {"const": "object"},
                    "physicalName": _TEXT,
                    "dataGranularityDescription": _TEXT,
                    "properties": {"type": "array", "items": _PROPERTY},
                },
                "additionalProperties": False,
            },
        },
        "team": {
            "type": "object",
            "properties": {
                "id": _ID,
                "name": _TEXT,
                "description": _TEXT,
                "members": {"type": "array", "items": _MEMBER},
                "tags": _TAGS,
                "customProperties": _CUSTOM,
            },
            "additionalProperties": False,
        },
        "roles": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["role"],
                "properties": {
                    "id": _ID,
                    "role": _TEXT,
                    "description": _TEXT,
                    "access": _TEXT,
                    "customProperties": _CUSTOM,
                    "firstLevelApprovers": _TEXT,
                    "secondLevelApprovers": _TEXT,
                },
                "additionalProperties": False,
            },
        },
        "slaProperties": {"type": "array", "items": _VALID_LEVEL},
        "authoritativeDefinitions": _DEFINITIONS,
        "customProperties": _CUSTOM,
        "contractCreatedTs": {"type": "string", "format": "date-time"},
    },
    "additionalProperties": False,
}
"""The facts as a schema of our own; `status` is free text there, with these words for examples."""

# SSSOM


def _words(text: str) -> list[str]:
    return text.split()


_WHO = _words("""
    creator_id creator_label license subject_type subject_source subject_source_version object_type
    object_source object_source_version predicate_type mapping_provider
""")
_HOW = _words("""
    cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date
""")
"""What a row says as a set does for all of its rows, in the order in which both say it."""

OF_A_SET = [
    *_words("""
    sssom_version curie_map mappings mapping_set_id mapping_set_version mapping_set_source
    mapping_set_title mapping_set_description mapping_set_confidence
    """),
    *_WHO,
    *_HOW,
    *_words("""
    subject_match_field object_match_field subject_preprocessing object_preprocessing similarity_measure
    curation_rule curation_rule_text see_also issue_tracker other comment extension_definitions
    """),
]
OF_A_ROW = [
    *_words("""
    record_id subject_id subject_label subject_category predicate_id predicate_label predicate_modifier
    object_id object_label object_category mapping_justification author_id author_label reviewer_id
    reviewer_label
    """),
    *_WHO,
    *_words("mapping_source mapping_cardinality"),
    *_HOW,
    *_words("""
    review_date confidence curation_rule curation_rule_text subject_match_field object_match_field
    match_string subject_preprocessing object_preprocessing similarity_score similarity_measure see_also
    issue_tracker_item other comment
    """),
]
NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_REFERENCES = ("subject_id", "predicate_id", "object_id", "mapping_justification", "subject_source", "object_source")
_JUSTIFIED = re.compile(
    "semapv:(MappingReview|ManualMappingCuration|LogicalReasoning|LexicalMatching|CompositeMatching|"
    "UnspecifiedMatching|SemanticSimilarityThresholdMatching|LexicalSimilarityThresholdMatching|MappingChaining|"
    "MappingInversion|StructuralMatching|InstanceBasedMatching|BackgroundKnowledgeBasedMatching)"
)
BUILT_IN = {"owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd", "linkml"}
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"]+")
_CURIE = re.compile(r"([A-Za-z_][\w.-]*):([^\s<>\"]*)", re.ASCII)


def sssom_faults(text: str) -> Iterator[str]:
    """What the format finds wrong with a file, in words; nothing for a good one."""
    if text.startswith("\ufeff") or "\r" in text:
        yield "it begins with a byte order mark, or has other line breaks than U+000A"
    lines = text.split("\n")
    count = next(at for at, line in enumerate(lines) if not line.startswith("#"))
    said = "\n".join(line[1:] for line in lines[:count])
    if any(type(each) is not yaml.ScalarToken and hasattr(each, "value") for each in yaml.scan(said)):
        yield "the head has a tag, an anchor, an alias or a directive"
    head: dict[str, Any] = yaml.load(said, yaml.BaseLoader)
    yield from _head_faults(head)
    table = list(csv.reader(io.StringIO("\n".join(lines[count:]), newline=""), delimiter="\t", strict=True))
    yield from _table_faults(head, table[0], table[1:])


def _head_faults(head: dict[str, Any]) -> Iterator[str]:
    yield from (f"`{slot}` is no slot of a set" for slot in head if slot not in OF_A_SET)
    yield from (f"`{slot}` is missing" for slot in ("mapping_set_id", "license") if not head.get(slot))
    yield from (
        f"`{slot}` is no address"
        for slot in ("mapping_set_id", "license")
        if not _ADDRESS.fullmatch(head.get(slot, ""))
    )
    if head.get("sssom_version") not in ("1.0", "1.1"):
        yield "the version is none"
    if list(head) != [slot for slot in OF_A_SET if slot in head]:
        yield "the slots stand in another order"
    for prefix, address in head["curie_map"].items():
        if prefix in BUILT_IN or not _ADDRESS.fullmatch(address) or not re.fullmatch(r"[A-Za-z_][\w.-]*", prefix):
            yield f"the prefix `{prefix}` is built in, or no name, or stands for no address"
    if list(head["curie_map"]) != sorted(head["curie_map"]):
        yield "the prefixes stand in another order"


def _table_faults(head: dict[str, Any], columns: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield from (f"`{column}` is no slot of a row" for column in columns if column not in OF_A_ROW)
    yield from (f"`{column}` is missing" for column in NEEDED if column not in columns)
    if columns != [slot for slot in OF_A_ROW if slot in columns]:
        yield "the columns stand twice, or in another order"
    used = set()
    for cells in rows:
        row = dict(zip(columns, cells, strict=True))
        for column in _REFERENCES:
            found = _CURIE.fullmatch(row.get(column, ""))
            if found is None and (column in NEEDED or row.get(column)):
                yield f"`{column}` is `{row.get(column)}`, no CURIE"
            used |= {found[1]} if found else set()
        if not _JUSTIFIED.fullmatch(row["mapping_justification"]):
            yield f"`{row['mapping_justification']}` is no justification"
        if row["object_id"] == "sssom:NoTermFound" and not row.get("object_source"):
            yield "nothing is said of where no term was found"
        if not re.fullmatch(r"|\d{4}-\d{2}-\d{2}", row.get("mapping_date", "")):
            yield "a day is none"
        if not re.fullmatch(r"|0(\.\d{1,3})?|1(\.0{1,3})?", row.get("confidence", "")):
            yield "a confidence is none, or has more than three digits"
    if odd := (used - BUILT_IN) ^ set(head["curie_map"]):
        yield f"prefixes are used and not named, or named and not used: {sorted(odd)}"
    for at, column in enumerate(columns):
        if column not in NEEDED and rows and not any(cells[at] for cells in rows):
            yield f"`{column}` is empty"
