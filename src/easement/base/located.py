"""YAML files that people write, read with true lines: each value remembers where it stood.

Only plain YAML 1.2 data is read. Aliases, anchors and tags are refused (they are how a small file becomes a bomb or
an object), as are duplicate keys, characters that cannot be seen, depth above `MAX_DEPTH`, files above `MAX_BYTES` and
more than `MAX_NODES` keys and values. Dates stay text, for the model that reads them to judge. `yes`, `no`, `on` and
`off` are text, as YAML 1.2 says.
"""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from easement.base.errors import BadFile, Problem

__all__ = ["Document", "Path_", "misplaced", "read_file", "read_text", "validate"]

MAX_BYTES = 1 << 18
"""Longest file read: the longest agreement seen in practice is under 100 kB."""

MAX_NODES = 20_000
"""Most keys and values read: each costs some 20 µs, and a stranger's file must not hold up who reads it."""

MAX_DEPTH = 24
"""Deepest nesting read: the agreement format needs 6."""

KEPT_BYTES, KEPT_FILES = 1 << 15, 16
"""How long a text may be whose data is kept, and how many such texts: one command or test reads the same many times."""

Path_ = tuple[str | int, ...]
"""A path into a document: keys and list positions."""

Model = TypeVar("Model", bound=BaseModel)

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text has: controls other than a tab and a line's end, halves of others, and those that are none.

YAML lets an escape name them; databases, feeds and terminals then fail or obey.
"""

_WORDS: Mapping[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "~": None, "": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data read from a file, and where each value and key of it stood (line and column from 1)."""

    name: str
    data: Any
    text: str
    places: Mapping[Path_, tuple[int, int]] = field(repr=False)

    def where(self, path: Path_ = ()) -> str:
        """`file:line:column` of the value at `path`, or of the nearest value around it."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def read_file(path: Path, *, what: str) -> Document:
    """Read the file at `path`; `what` names its kind in errors (`agreement`). Raises `BadFile`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadFile(
            f"cannot read the {what} `{path}`: {error.strerror}", remedy="check the name and who may read it"
        ) from error
    if len(raw) > MAX_BYTES:
        _refuse_size(str(path), what)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadFile(
            f"the {what} is not UTF-8 text", where=f"{path}:{line}", remedy="save the file as UTF-8 and try again"
        ) from error
    return read_text(text, name=str(path), what=what)


def read_text(text: str, *, name: str, what: str) -> Document:
    """Read YAML text into a `Document`; raises `BadFile` naming the line of the first thing that is wrong."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        _refuse_size(name, what)
    try:
        data, places = (_kept if len(text) <= KEPT_BYTES else _read)(text)
    except _Refused as refused:
        where = f"{name}:{refused.line}:{refused.column}"
        raise BadFile(f"the {what} {refused.what}", where=where, remedy=refused.mend) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise BadFile(
            f"the {what} is not well-formed YAML: {error.problem or error.context}",
            where=f"{name}:{line}:{column}",
            remedy="mend the line named; indent with spaces, and put text that holds `: ` or `#` in quotes",
        ) from error
    except YAMLError as error:
        raise BadFile(
            f"the {what} holds a character that YAML does not allow",
            where=name,
            remedy="save the file as plain UTF-8 text",
        ) from error
    except (ValueError, OverflowError) as error:  # the parser's own: of an escape or a directive beyond all numbers
        raise BadFile(
            f"the {what} holds a number of a character or a version that there is not",
            where=name,
            remedy="write characters as they are, and leave out lines that begin with `%`",
        ) from error
    return Document(name, json.loads(data), text, places)


class _Refused(Exception):
    """What is wrong with a text, where, and what to do about it."""

    def __init__(self, line: int, column: int, what: str, mend: str) -> None:
        super().__init__(what)
        self.line, self.column, self.what, self.mend = line, column, what, mend


def _read(text: str) -> tuple[str, Mapping[Path_, tuple[int, int]]]:
    """A text's data as JSON, of which each reader has a copy of its own, and where everything stood."""
    reader = _Reader(text)
    reader.read()
    return json.dumps(reader.root), reader.places


_kept = lru_cache(maxsize=KEPT_FILES)(_read)


def _refuse_size(name: str, what: str) -> NoReturn:
    raise BadFile(f"the {what} is larger than {MAX_BYTES:,} bytes", where=name, remedy="split it, or shorten it")


class _Reader:
    """Builds the data from YAML's events with a stack of its own, so that depth and size stay in hand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: dict[Path_, tuple[int, int]] = {}
        self.stack: list[tuple[Any, Path_]] = []
        self.key: list[str | None] = []
        self.root: Any = None
        self.started = False
        self.nodes = 0

    def read(self) -> None:
        documents = 0
        for event in YAML(typ="safe", pure=True).parse(self.text):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, "holds a second document", "keep one document per file and remove the `---`")
            elif isinstance(event, AliasEvent | NodeEvent):
                self.node(event)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self.stack.pop()
                self.key.pop()
        if not self.started:
            raise _Refused(1, 1, "is empty", "write it, or name another file")

    def refuse(self, event: Any, what: str, mend: str) -> NoReturn:
        mark = event.start_mark
        raise _Refused(mark.line + 1, mark.column + 1, what, mend)

    def node(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(event, f"has more than {MAX_NODES:,} keys and values", "split it, or shorten it")
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self.refuse(event, "uses an anchor or alias", "write the value out in full where it is needed")
        if event.tag is not None:
            self.refuse(event, f"uses the tag `{event.tag}`", "remove the tag; only plain values are read")
        value: Any
        if isinstance(event, ScalarEvent):
            if unseen := _UNSEEN.search(event.value):
                code = f"U+{ord(unseen[0]):04X}"
                self.refuse(event, f"holds the character {code}, which cannot be seen", "remove it, or its escape")
            value = _plain(event.value) if event.implicit[0] else event.value
        elif isinstance(event, MappingStartEvent):
            value = {}
        else:
            value = []
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            self.take_key(event)
            return
        path = self.place(event, value)
        self.started = True
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self.stack) >= MAX_DEPTH:
                self.refuse(event, f"is nested deeper than {MAX_DEPTH} levels", "flatten it")
            self.stack.append((value, path))
            self.key.append(None)

    def take_key(self, event: Any) -> None:
        holder, path = self.stack[-1]
        if not isinstance(event, ScalarEvent) or not event.value:
            self.refuse(event, "has a key that is not plain text", "use a name as the key")
        if event.value in holder:
            self.refuse(event, f"has the key `{event.value}` twice", "keep one of the two")
        holder[event.value] = None
        self.key[-1] = event.value
        self.places[(*path, event.value)] = (event.start_mark.line + 1, event.start_mark.column + 1)

    def place(self, event: Any, value: Any) -> Path_:
        if not self.stack:
            self.root = value
            self.places[()] = (event.start_mark.line + 1, event.start_mark.column + 1)
            return ()
        holder, path = self.stack[-1]
        if isinstance(holder, dict):
            key = self.key[-1]
            assert key is not None
            holder[key] = value
            self.key[-1] = None
            return (*path, key)
        holder.append(value)
        here = (*path, len(holder) - 1)
        self.places[here] = (event.start_mark.line + 1, event.start_mark.column + 1)
        return here


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text) and len(text) <= 16:
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return text


def validate(model: type[Model], document: Document, *, what: str) -> Model:
    """Hold a document against a pydantic model; raises `BadFile` with every problem, each with its line and mend."""
    if not isinstance(document.data, dict):
        raise BadFile(
            f"the {what} is not a set of `key: value` lines", where=document.where(), remedy=f"start from a new {what}"
        )
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = [_problem(model, document, dict(found)) for found in error.errors(include_url=False)]
        many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise BadFile(f"the {what} has {many}", problems, where=document.name) from error


def _problem(model: type[BaseModel], document: Document, found: dict[str, Any]) -> Problem:
    path = _real_path(document.data, (*found["loc"], *found.get("ctx", {}).get("path", ())))
    where = document.where(path)
    name = ".".join(str(part) for part in path)
    kind = found["type"]
    if kind == "missing":
        return Problem(where, f"`{found['loc'][-1]}` is missing from {_under(path)}", f"add `{found['loc'][-1]}:`")
    if kind == "extra_forbidden":
        known = _known_keys(model, found["loc"][:-1])
        near = difflib.get_close_matches(str(path[-1]) if path else "", known, n=1)
        mend = f"did you mean `{near[0]}`?" if near else f"remove it; known here: {', '.join(known) or 'nothing'}"
        return Problem(where, f"`{name}` is not a known key", mend)
    message = str(found["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    what, _, mend = message.partition("\n")
    what = what[:1].lower() + what[1:]
    return Problem(where, f"`{name}`: {what}" if name else what, mend or _MENDS.get(kind, ""))


_MENDS = {
    "string_type": "put the value in quotes, so that it is read as text",
    "string_pattern_mismatch": "see the reference page of this file for how it is written",
    "date_from_datetime_parsing": "write the date as 2026-09-01",
    "date_parsing": "write the date as 2026-09-01",
    "date_type": "write the date as 2026-09-01",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "tuple_type": "write a list: [one, two]",
    "model_type": "write a set of `key: value` lines",
    "mapping_type": "write a set of `key: value` lines",
}
"""What to do about the kinds of error that pydantic names; for others its own words suffice."""


def misplaced(path: Path_, what: str, mend: str) -> PydanticCustomError:
    """An error for a model's validator to raise about something deeper in the file, so that its line is named."""
    return PydanticCustomError("misplaced", "{what}\n{mend}", {"path": path, "what": what, "mend": mend})


def _under(path: Path_) -> str:
    return f"`{'.'.join(str(part) for part in path)}`" if path else "the file"


def _real_path(data: Any, loc: tuple[str | int, ...]) -> Path_:
    """The part of a model's error location that is a path in the data (unions add names of their own)."""
    path: list[str | int] = []
    for part in loc:
        known = part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))
        if known:
            data = data[part]
            path.append(part)
    return tuple(path)


def _known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys a model knows at a location; empty where the location leads outside named fields."""
    current: Any = model
    for part in loc:
        fields = getattr(current, "model_fields", None)
        if fields is not None:
            by_name = {(info.alias or name): info for name, info in fields.items()}
            if part not in by_name:
                continue
            current = _inner(by_name[str(part)].annotation)
    fields = getattr(current, "model_fields", None) or {}
    return sorted(info.alias or name for name, info in fields.items())


def _inner(annotation: Any) -> Any:
    """The model inside `Model | None`, `Mapping[str, Model]` or `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        inner = _inner(argument)
        if inner is not None:
            return inner
    return None
