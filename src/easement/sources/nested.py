"""JSON: records as rows of text, objects inside them opened one level (`address.postcode`), the rest kept as JSON text.

Text stays text and absent stays null. A number is written as the engine holds it (`1.10` comes as `1.1`), true and
false as words. A list, or an object two levels down, comes as JSON text, which a note says.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple, NoReturn

from easement.base.errors import BadData
from easement.sources.held import Held
from easement.sources.model import quote

__all__ = ["Records", "find_malformed", "find_records", "structure"]

MAX_WHOLE = 64_000_000
"""Longest JSON, in bytes, in which a fault is looked for with its line when it is not one record a line."""

_MIXED = "JSON"


class Records(NamedTuple):
    """How records are read: the engine's table function, an SQL expression for each column, their names, and notes."""

    reader: str
    expressions: tuple[str, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]


class _Part(NamedTuple):
    expression: str
    name: str
    shape: Any


def structure(place: str, *, packed: bool) -> str:
    """The query that looks at every record once and gives the shape that they share, as one JSON text."""
    return f"SELECT json_group_structure(json) FROM read_json_objects('{place}', format = 'auto', {_packing(packed)})"  # noqa: S608


def find_records(held: Held, shape: str | None, place: str, *, packed: bool) -> Records:
    """The columns of records of this shape; raises `BadData` where the file does not hold records."""
    found = json.loads(shape) if shape else {}
    if not isinstance(found, dict):
        _refuse(held, "the file does not hold records", "each must be an object of named values: `{…}`")
    if not found:
        _refuse(held, "the file holds no records", "export the table anew")
    parts = list(_parts(held, found))
    spelled = ", ".join(f"{_text(key)}: {_text(_type(inner))}" for key, inner in found.items())
    reader = f"read_json('{place}', format = 'auto', records = 'true', columns = {{{spelled}}}, {_packing(packed)})"
    kept = ", ".join(f"`{part.name}`" for part in parts if not isinstance(part.shape, str) or part.shape == _MIXED)
    notes = (f"kept as JSON text, for not every record holds one plain value there: {kept}",) if kept else ()
    return Records(reader, tuple(p.expression for p in parts), tuple(p.name for p in parts), notes)


def _parts(held: Held, found: Mapping[str, Any]) -> Iterator[_Part]:
    _check_keys(held, found)
    for key, inner in found.items():
        if isinstance(inner, dict) and inner:
            _check_keys(held, inner)
            for name, shape in inner.items():
                yield _Part(f"struct_extract({quote(key)}, {_text(name)})", f"{key}.{name}", shape)
        else:
            yield _Part(quote(key), key, inner)


def _check_keys(held: Held, keys: Mapping[str, Any]) -> None:
    seen: dict[str, str] = {}
    for key in keys:
        if not key:
            _refuse(held, "a value has an empty name", "give each value in a record a name")
        if key.casefold() in seen:
            twins = f"`{seen[key.casefold()]}` and `{key}`"
            _refuse(held, f"the keys {twins} differ only in capitals", "name each value apart, or use one spelling")
        seen[key.casefold()] = key


def _type(shape: Any) -> str:
    if isinstance(shape, dict) and shape:
        return f"STRUCT({', '.join(f'{quote(key)} VARCHAR' for key in shape)})"
    return "VARCHAR"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _packing(packed: bool) -> str:
    return f"compression = '{'gzip' if packed else 'none'}'"


def _refuse(held: Held, what: str, remedy: str) -> NoReturn:
    raise BadData(what, where=str(held.file.path), remedy=remedy)


def find_malformed(stream: BinaryIO, *, by_line: bool) -> int | None:
    """The line of the first thing that is not JSON; `None` where that cannot be told."""
    if by_line:
        return next((number for number, line in enumerate(stream, 1) if line.strip() and _fault(line)), None)
    whole = stream.read(MAX_WHOLE + 1)
    return _fault(whole) if len(whole) <= MAX_WHOLE else None


def _fault(data: bytes) -> int | None:
    """The line in these bytes, from 1, at which they stop being JSON values one after another."""
    text, at, decoder = data.decode("utf-8-sig", errors="replace"), 0, json.JSONDecoder()
    try:
        while at < len(text):
            if text[at] in " \t\r\n":
                at += 1
            else:
                _, at = decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        return error.lineno
    except RecursionError:
        return 1
    return None
