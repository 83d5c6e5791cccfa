"""An agreement as a form: the fields of each section of the document, and what a filled-in form changes in the file.

The sections are those of the document that people sign, every field is one clause, and its help is the words of the
file's own schema. A form that is sent back unchanged changes nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from easement.agreement.clauses import CLAUSES, Section
from easement.agreement.edit import GONE
from easement.agreement.form_offers import OFFERS, Option, at, element_of, options_of, with_own
from easement.agreement.forms import Form, FormKind
from easement.agreement.read import AgreementFile
from easement.agreement.schema import agreement_schema
from easement.agreement.words import named
from easement.base.errors import UsageError
from easement.base.located import Path_
from easement.law.shelves import Catalogue
from easement.meaning.model import Standard

__all__ = ["NOT_IN_FORMS", "OTHER", "Field", "Input", "changes", "fields"]

NOT_IN_FORMS: Mapping[str, str] = {
    "format": "there is one format",
    "supersedes": "it is written when a version takes another's place",
    "joining.*": "it is `joining.*.class`",
    "parties.*": "it is its parts",
    "shares.*": "it is its parts",
    "shares.*.aggregate": "tables are written in the file",
    "shares.*.aggregate.dimensions": "tables are written in the file",
    "shares.*.aggregate.measures.*": "tables are written in the file",
    "shares.*.aggregate.small_numbers.hide_below": "tables are written in the file",
    "shares.*.aggregate.small_numbers.round_to": "tables are written in the file",
    "shares.*.match": "it is its parts",
    "shares.*.match.model": "how people are matched is written in the file",
    "law.parties.*": "it is its parts",
    "law.confidentiality": "it is its parts",
    "law.special_category": "it is its parts",
    "law.criminal_offence": "it is its parts",
    "law.dpia": "it is its parts",
    "transparency": "it is its parts",
    "people.*": "it is its parts",
    "emergency": "it is its parts",
}
"""Clauses that have no field of their own, and why."""

OTHER = "other"
"""The choice of a form that is written out beside it: `band 0, 300`."""


class Input(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    DECIMAL = "decimal"
    CHOICE = "choice"
    CHOICES = "choices"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Field:
    """One clause to fill in. `name` is its path with dots; `values` what stands there, empty where nothing does.

    `group` is what the clause speaks of where a section has several: a party, a share.
    """

    name: str
    path: Path_
    input: Input
    label: str
    hint: str
    values: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    group: str = ""


def fields(
    file: AgreementFile, section: Section, catalogue: Catalogue, standards: Mapping[str, Standard]
) -> tuple[Field, ...]:
    """The fields of one section of a form, in the order of the document, with what stands in them now."""
    found: list[Field] = []
    for pattern, clause in CLAUSES.items():
        if clause.section is section and pattern not in NOT_IN_FORMS:
            found += _of_clause(pattern, file, catalogue, standards)
    return tuple(sorted(found, key=lambda field: field.group)) if section in _GROUPED else tuple(found)


_GROUPED = frozenset({Section.PARTIES, Section.DATA})
"""Sections whose fields stand together by party or share, not by clause."""


def changes(shown: Sequence[Field], sent: Mapping[str, Sequence[str]]) -> dict[Path_, Any]:
    """What a form that was sent back changes in the file; `sent` maps names of fields to what was given for each.

    A field that was not sent stays as it is. Raises `UsageError` naming the first value that cannot stand.
    """
    made: dict[Path_, Any] = {}
    for field in shown:
        if field.name in sent:
            given = tuple(each.strip() for each in sent[field.name] if each.strip())
            if field.input is Input.FORM:
                given = _written_form(given, sent.get(f"{field.name}.{OTHER}", ()))
            elif field.input is Input.LINES:
                given = tuple(line.strip() for each in given for line in each.splitlines() if line.strip())
            if given != field.values:
                made[field.path] = _value(field, given)
    return _with_switches(shown, made)


def _written_form(given: tuple[str, ...], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(each.strip() for each in other if each.strip()) if given == (OTHER,) else given


def _value(field: Field, given: tuple[str, ...]) -> Any:
    if not given:
        return [] if field.input is Input.LINES and field.path[-1] == "benefits" else GONE
    match field.input:
        case Input.NUMBER:
            return _number(field, given[0])
        case Input.DECIMAL:
            return _decimal(field, given[0])
        case Input.LINES | Input.CHOICES:
            return list(given)
        case Input.FORM:
            return _form(field, given[0])
    return {"true": True, "false": False}.get(given[0], given[0]) if _is_switch(field) else given[0]


def _is_switch(field: Field) -> bool:
    return [option.code for option in field.options] == ["true", "false"]


def _number(field: Field, text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text.replace(",", "")):
        raise UsageError(f"`{text}` is not a whole number", remedy=f"write {field.label} in digits", where=field.name)
    return int(text.replace(",", ""))


def _decimal(field: Field, text: str) -> float:
    if not re.fullmatch(r"[0-9]?\.[0-9]{1,9}|[0-9]", text):
        raise UsageError(f"`{text}` is not a number", remedy=f"write {field.label} as 0.86", where=field.name)
    return float(text)


def _form(field: Field, written: str) -> Any:
    try:
        form = Form.from_written(written)
    except ValueError as error:
        what, _, remedy = str(error).partition("\n")
        if not remedy:
            what, remedy = f"`{written}` is not a form", "write it as `band 0, 300`, `truncate 3` or `shift P30D`"
        raise UsageError(what, remedy=remedy, where=field.name) from None
    match form.kind:
        case FormKind.BAND:
            return {"band": [int(edge) if float(edge).is_integer() else edge for edge in form.edges]}
        case FormKind.TRUNCATE:
            return {"truncate": form.length}
        case FormKind.SHIFT:
            return {"shift": form.shift}
    return form.kind.value


# Parts that are `none`, or left out, until something in them is said

_SWITCHES: Mapping[Path_, Any] = {
    ("joining", "provider"): GONE,
    ("joining", "recipient"): GONE,
    ("law", "special_category"): "none",
    ("law", "criminal_offence"): "none",
    ("law", "confidentiality"): GONE,
    ("law", "dpia"): GONE,
    ("transparency",): GONE,
    ("emergency",): "none",
}


def _with_switches(shown: Sequence[Field], made: dict[Path_, Any]) -> dict[Path_, Any]:
    for path, nothing in _SWITCHES.items():
        parts = [field for field in shown if field.path[: len(path)] == path]
        if not any(field.path in made for field in parts):
            continue
        after = {field.path[-1]: made.get(field.path, _stands(field)) for field in parts}
        said = {key: value for key, value in after.items() if value is not GONE}
        if not said or not any(field.values for field in parts):
            made = {key: value for key, value in made.items() if key[: len(path)] != path}
            made[path] = said or nothing
    return made


def _stands(field: Field) -> Any:
    return _value(field, field.values)


# The fields of a clause


def _of_clause(
    pattern: str, file: AgreementFile, catalogue: Catalogue, standards: Mapping[str, Standard]
) -> Iterator[Field]:
    data = file.document.data
    for path in _paths(_in_file(pattern), data, file, standards):
        value = at(data, path)
        options = options_of(pattern, path, data, catalogue, standards)
        input_ = _input(pattern, options)
        values = _said(value, input_)
        yield Field(
            name=".".join(map(str, path)),
            path=path,
            input=input_,
            label=_label(pattern, path),
            hint=_hint(pattern, path, data, standards),
            values=values,
            options=with_own(options, values) if input_ in (Input.CHOICE, Input.CHOICES) else options,
            group=str(path[1]) if "*" in pattern and len(path) > 1 else "",
        )


def _in_file(pattern: str) -> str:
    return pattern.replace("law.parties.*", "law.*")


def _paths(
    pattern: str, data: Mapping[str, Any], file: AgreementFile, standards: Mapping[str, Standard]
) -> list[Path_]:
    parts = pattern.split(".")
    if "*" not in parts:
        return [tuple(parts)]
    if parts[0] == "joining":
        return [("joining", role, "class") for role in ("recipient", "provider")]
    named_ = {
        "law": file.terms.parties,
        "people": [party for party, of in file.terms.parties.items() if of.role == "recipient"],
    }
    ids = [str(each) for each in named_.get(parts[0], data.get(parts[0]) or ())]
    if parts[2:3] != ["fields"]:
        return [(parts[0], id_, *parts[2:]) for id_ in ids]
    return [("shares", id_, "fields", name) for id_ in ids for name in _elements(data["shares"][id_], standards)]


def _elements(share: Mapping[str, Any], standards: Mapping[str, Standard]) -> tuple[str, ...]:
    standard = standards.get(share["standard"])
    if share.get("level") == "aggregate":
        return ()
    return tuple(dict.fromkeys([*(share.get("fields") or {}), *(standard.elements if standard else ())]))


def _said(value: Any, input_: Input) -> tuple[str, ...]:
    if value is None or value in ("none", []):
        return ()
    if input_ is Input.FORM:
        return (Form.read(value).written,)
    if isinstance(value, list):
        return tuple(map(str, value))
    return (str(value).lower(),) if isinstance(value, bool) else (" ".join(str(value).split()),)


def _label(pattern: str, path: Path_) -> str:
    last = str(path[-2] if pattern == "joining.*.class" else path[-1])
    return _LABELS.get(pattern) or named(last)


_LABELS: Mapping[str, str] = {
    "parties.*.as": "gives or receives",
    "parties.*.class": "kind of body",
    "joining.*.class": "others who may join",
    "shares.*.from": "given by",
    "shares.*.to": "received by",
    "shares.*.rows": "which records",
    "shares.*.k": "smallest group",
    "shares.*.match.method": "how people on a list are found",
    "shares.*.match.through": "datasets that tie records",
    "shares.*.match.disclose": "sure enough to disclose",
    "shares.*.match.hold": "sure enough to look at",
    "shares.*.match.reviewers": "people who look at a pair in doubt",
    "shares.*.match.sample": "links looked at as a sample",
    "shares.*.match.groups": "errors are counted by",
    "law.dpia.not_required": "why none is due",
    "purpose.code": "kind of purpose",
    "purpose.never_for": "never used for",
    "duties.then": "afterwards",
}


def _hint(pattern: str, path: Path_, data: Mapping[str, Any], standards: Mapping[str, Standard]) -> str:
    if pattern == "shares.*.fields.*":
        element = element_of(path, data, standards)
        return element.definition if element else ""
    return _hints().get(re.sub(r"^law\.parties", "law", pattern), "")


@cache
def _hints() -> Mapping[str, str]:
    """What the schema says of each clause, by its pattern in the file."""
    schema = agreement_schema()
    found: dict[str, str] = {}

    def walk(part: Mapping[str, Any], way: str) -> None:
        part = schema["$defs"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
        for choice in (*part.get("anyOf", ()), *part.get("oneOf", ())):
            if "$ref" in choice:
                walk(choice, way)
        for key, value in part.get("properties", {}).items():
            below = f"{way}{key}"
            found[below] = value.get("description", "")
            walk(value, f"{below}.")
        patterns = [*part.get("patternProperties", {}).values(), part.get("additionalProperties") or {}]
        for each in patterns:
            if isinstance(each, Mapping) and each:
                walk(each, f"{way}*.")

    walk(schema, "")
    return found


_SEVERAL = frozenset({"purpose.never_for", "shares.*.to", "shares.*.modes", "emergency.allowed_for"})
_LINES = frozenset(
    {
        "shares.*.match.groups",
        "shares.*.match.through",
        "purpose.benefits",
        "people.*.roles",
        "people.*.training",
        "duties.onward",
    }
)
_NUMBERS = frozenset(
    {
        "shares.*.k",
        "shares.*.match.reviewers",
        "shares.*.match.sample",
        "shares.*.limits.records_per_day",
        "shares.*.limits.records_per_request",
    }
)
_DECIMALS = frozenset({"shares.*.match.disclose", "shares.*.match.hold"})
_SHORT = frozenset({"id", "version", "title", "parties.*.contact", "parties.*.name", "transparency.notice"})


def _input(pattern: str, options: tuple[Option, ...]) -> Input:
    if pattern == "shares.*.fields.*":
        return Input.FORM
    if pattern in OFFERS:
        return Input.CHOICES if pattern in _SEVERAL else Input.CHOICE
    if pattern in _LINES:
        return Input.LINES
    if pattern in _NUMBERS:
        return Input.NUMBER
    if pattern in _DECIMALS:
        return Input.DECIMAL
    short = pattern in _SHORT or pattern.startswith(("term.", "law.dpia.", "emergency.", "duties."))
    return Input.LINE if short else Input.TEXT
