"""A mapping written as the file that people read and sign for: one line for each element, in the standard's order."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from easement.meaning.mapping import DatasetMapping, Way

__all__ = ["in_words", "written"]

_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_ ./()-]*[A-Za-z0-9_)])?")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some reader of YAML takes for something else."""

_DRAFT = "# A draft: what stands under `proposed` was worked out from the table, and nobody has confirmed it."
_HEAD = ("format", "id", "title", "organisation", "standard")


def written(mapping: DatasetMapping) -> str:
    """The mapping as YAML that `read_mapping` reads back to the same; under what was proposed stands why."""
    said = mapping.model_dump(mode="json", exclude_defaults=True)
    lines = [*([_DRAFT] if mapping.unconfirmed else []), *(f"{key}: {_value(said[key])}" for key in _HEAD)]
    lines += [f"{key}: {_value(said[key])}" for key in ("source", "about", "record_key") if said.get(key)]
    lines.append("elements:")
    for name, way in mapping.elements.items():
        lines += _element(name, way)
    if mapping.confirmed:
        lines.append("confirmed:")
        lines += [f"  - {_value(each)}" for each in said["confirmed"]]
    return "\n".join(lines) + "\n"


def in_words(way: Way | None) -> str:
    """How an element is had, on one line as the file says it; what was proposed of it is left out."""
    return _way(way.model_copy(update={"proposed": None})) if way is not None else "not mentioned"


def _element(name: str, way: Way) -> list[str]:
    """One element on one line; on several where it was proposed, so that the reason can be read."""
    if way.proposed is None:
        return [f"  {name}: {_way(way)}"]
    said = way.model_dump(mode="json", exclude_defaults=True)
    mark = way.proposed.model_dump(mode="json", exclude_defaults=True)
    lines = [f"    {key}: {_value(value)}" for key, value in said.items() if key != "proposed"]
    return [f"  {name}:", *lines, "    proposed:", *(f"      {key}: {_value(value)}" for key, value in mark.items())]


def _way(way: Way) -> str:
    said = way.model_dump(mode="json", exclude_defaults=True)
    if list(said) == ["column"]:
        return _value(said["column"])
    return _value(said)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f"{_scalar(str(key))}: {_value(each)}" for key, each in value.items()) + "}"
        case str():
            return _scalar(value)
        case Sequence():
            return _value(value[0]) if len(value) == 1 and isinstance(value[0], str) else _listed(value)
        case _:
            return "null"


def _listed(values: Sequence[Any]) -> str:
    return "[" + ", ".join(map(_value, values)) + "]"


def _scalar(text: str) -> str:
    """Text plain where no reader could take it for anything else, else in double quotes with odd signs spelt out."""
    if _PLAIN.fullmatch(text) and text.lower() not in _TAKEN:
        return text
    return '"' + "".join(_sign(sign) for sign in text) + '"'


def _sign(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
