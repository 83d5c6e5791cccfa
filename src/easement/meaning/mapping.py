"""A mapping: how one organisation's table says what a standard means, written once and checked when it is read."""

import difflib
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from easement.base.errors import BadFile, EasementError, Problem
from easement.base.located import Document, read_file, validate
from easement.meaning.about import About
from easement.meaning.dates import DateFormatError, strptime_formats
from easement.meaning.functions import FUNCTIONS, typed_column
from easement.meaning.model import Element, Standard
from easement.meaning.parser import parse
from easement.meaning.standards import standard
from easement.meaning.syntax import Expression, ExpressionError, Type, names

__all__ = ["Confirmed", "DatasetMapping", "NamePart", "Proposed", "SourceHints", "Way", "read_mapping"]

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class NamePart(StrEnum):
    """A part of a full name: the last word (or what stands before a comma), and the rest."""

    FAMILY = "family"
    GIVEN = "given"


def _one_or_several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _written(value: Any) -> Any:
    """Codes are text, also where YAML reads them as a number or as true or false."""
    if isinstance(value, dict):
        return {str(code): str(to).lower() if isinstance(to, bool) else str(to) for code, to in value.items()}
    return value


class Proposed(BaseModel):
    """That a way was proposed and nobody confirmed it yet: how sure it is (0 to 1), why, and what it asks first.

    `others` are columns that it could be instead; `changed` says that a person put this in the place of what was
    proposed, and has not confirmed it yet.
    """

    model_config = _FROZEN

    sure: float = Field(ge=0.0, le=1.0)
    why: str = ""
    asks: str = ""
    answers: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    others: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    changed: bool = False


class Confirmed(BaseModel):
    """That a person stood for a mapping: who, when (UTC), why; which elements were as proposed, and which otherwise.

    `changes` says in words what is different from the mapping that was in force before; `rows` how many rows the table
    had then, and `unmapped` for each element which faults its values had, and in how many rows.
    """

    model_config = _FROZEN

    by: str = Field(min_length=1, max_length=200)
    at: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z$")
    why: str = Field(min_length=1, max_length=2000)
    as_proposed: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    otherwise: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    changes: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    rows: int | None = Field(default=None, ge=0)
    unmapped: dict[str, dict[str, Annotated[int, Field(ge=1)]]] = {}


class Way(BaseModel):
    """How one element is had: from a column, by an expression, as a constant, or not at all and why.

    `exact` promises that the column holds every value in the standard's own spelling, so that a database's index on it
    finds a person. `proposed` stands on what nobody has confirmed; a mapping that has any is not in force.
    """

    model_config = _FROZEN

    column: str | None = None
    expression: str | None = None
    constant: str | int | float | bool | None = None
    absent: str | None = None
    dates: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    part: NamePart | None = None
    codes: Annotated[dict[str, str], BeforeValidator(_written)] = {}
    exact: bool = False
    proposed: Proposed | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Way":
        ways = [way for way in ("column", "expression", "constant", "absent") if getattr(self, way) is not None]
        if len(ways) != 1:
            raise ValueError(
                f"{' and '.join(f'`{way}`' for way in ways) or 'nothing'} given\n"
                "give one of `column`, `expression`, `constant` and `absent` (with the reason)"
            )
        if (self.dates or self.part) and self.column is None:
            raise ValueError(
                "`dates` and `part` go with a `column`\nin an expression, use `date(…)` or `split_part(…)`"
            )
        if self.codes and self.column is None and self.expression is None:
            raise ValueError("`codes` go with a `column` or an `expression`\nremove them")
        if self.exact and (self.column is None or self.part is not None or self.codes):
            raise ValueError("`exact` goes with a `column` alone\nremove it, or map the column as it stands")
        return self

    @field_validator("dates")
    @classmethod
    def _known_ways_to_write_dates(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        try:
            strptime_formats(formats)
        except DateFormatError as error:
            raise ValueError(str(error)) from None
        return formats

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, in the order of their names."""
        if self.column is not None:
            return (self.column,)
        return tuple(sorted(names(self.typed()[0]))) if self.expression is not None else ()

    def typed(self) -> tuple[Expression, Type]:
        """The expression, checked, and what it yields; raises `ExpressionError`."""
        assert self.expression is not None
        return typed_column(parse(self.expression, functions=FUNCTIONS.keys()))


def _way(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _named_in_parts(value: Any) -> Any:
    return tuple(value.split(".")) if isinstance(value, str) else value


class SourceHints(BaseModel):
    """Where a dataset stands: a file, relative to its mapping, and what it does not say of itself; or a database.

    `database` names a connection of the node, and `table` a table there: `schema.table`, or `table`, or a list of
    the two where a name has a point in it.
    """

    model_config = _FROZEN

    path: str | None = Field(default=None, min_length=1)
    database: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_-]{0,62}$")
    table: Annotated[tuple[str, ...], BeforeValidator(_named_in_parts)] = ()
    format: Literal["csv", "excel", "json", "parquet"] | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    sheet: str | None = None
    header: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_place(self) -> "SourceHints":
        if (self.database is None) != (not self.table):
            raise ValueError("`database` and `table` go together\nwrite `source: {database: pupils, table: roll}`")
        if self.table and (len(self.table) > 2 or not all(self.table)):
            raise ValueError("`table` is not the name of a table\nwrite `schema.table`, or `table`")
        beside = [key for key in ("path", *_OF_FILES) if getattr(self, key) is not None]
        if self.database is not None and beside:
            what = ", ".join(f"`{key}`" for key in beside)
            raise ValueError(f"{what} is of files, and this is a table in a database\nremove it, or name a file alone")
        return self

    @property
    def of_file(self) -> dict[str, Any]:
        """What is said of a file, as whoever opens it takes it."""
        return {key: getattr(self, key) for key in _OF_FILES if getattr(self, key) is not None}


_OF_FILES = ("format", "delimiter", "encoding", "sheet", "header")


class DatasetMapping(BaseModel):
    """One dataset of one organisation, in the terms of one standard."""

    model_config = _FROZEN

    format: Literal["easement-mapping/1"]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    title: str
    organisation: str
    standard: str
    source: SourceHints = SourceHints()
    about: About | None = None
    record_key: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = ()
    elements: dict[str, Annotated[Way, BeforeValidator(_way)]]
    confirmed: tuple[Confirmed, ...] = ()

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The elements whose way was proposed and that nobody has confirmed."""
        return tuple(name for name, way in self.elements.items() if way.proposed is not None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping reads, each once."""
        read = [column for way in self.elements.values() for column in way.columns]
        return tuple(dict.fromkeys([*self.record_key, *read]))


def read_mapping(path: Path, folders: Sequence[Path] = (), *, draft: bool = False) -> DatasetMapping:
    """The mapping in a file, held against its standard (looked for in `folders` too).

    Raises `BadFile` with every problem: its line, for an expression the character too, and its mend. What was proposed
    and nobody confirmed is a problem too, except in a `draft`.
    """
    document = read_file(path, what="mapping")
    mapping = validate(DatasetMapping, document, what="mapping")
    try:
        target = standard(mapping.standard, folders)
    except BadFile:
        raise
    except EasementError as error:
        raise BadFile(error.what, where=document.where(("standard",)), remedy=error.remedy) from error
    problems = [*_problems(mapping, target, document), *(() if draft else _unconfirmed(mapping, document))]
    if problems:
        many = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise BadFile(f"the mapping has {many}", problems, where=document.name)
    return mapping


def _problems(mapping: DatasetMapping, target: Standard, document: Document) -> Iterator[Problem]:
    if mapping.about is not None:
        ways = mapping.elements.items()
        filled = [target.elements[name] for name, way in ways if way.absent is None and name in target.elements]
        for part, what, mend in mapping.about.contradictions(element.sensitivity for element in filled):
            yield Problem(document.where(("about", part)), f"`about.{part}`: {what}", mend)
    for name, way in mapping.elements.items():
        place = ("elements", name)
        if name not in target.elements:
            near = difflib.get_close_matches(name, target.elements, n=1)
            mend = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(target.elements)}"
            yield Problem(document.where(place), f"`{name}` is not an element of `{target.ref}`", mend)
            continue
        for key, what, mend in _misfits(way, target.elements[name]):
            yield Problem(document.where((*place, key)), f"`{name}`: {what}", mend)


def _unconfirmed(mapping: DatasetMapping, document: Document) -> Iterator[Problem]:
    names = mapping.unconfirmed
    if names:
        what = f"{', '.join(f'`{name}`' for name in names)}: proposed, and nobody has confirmed it"
        mend = "look at it, and confirm it: easement dataset confirm FILE"
        yield Problem(document.where(("elements", names[0])), what, mend)


def _misfits(way: Way, element: Element) -> Iterator[tuple[str, str, str]]:
    """What does not fit the element: the key it stands under, what is wrong, and its mend."""
    if way.dates and element.type is not Type.DATE:
        yield "dates", f"`dates` is for dates, and this is {element.type}", "remove `dates`"
    if way.part and element.type is not Type.TEXT:
        yield "part", f"`part` is for names, and this is {element.type}", "remove `part`"
    if way.codes:
        yield from _codes_misfit(way, element)
    if way.constant is not None:
        yield from _constant_misfits(way.constant, element)
    if way.expression is not None:
        yield from _expression_misfits(way, element)


def _codes_misfit(way: Way, element: Element) -> Iterator[tuple[str, str, str]]:
    allowed = tuple(element.codes) if element.type is Type.CODE else ("true", "false")
    if element.type not in (Type.CODE, Type.BOOLEAN):
        yield "codes", f"`codes` is for codes, and this is {element.type}", "remove `codes`"
        return
    for target in dict.fromkeys(way.codes.values()):
        if target not in allowed:
            yield "codes", f"`{target}` is not a code of the standard", f"it has {', '.join(allowed)}"


def _constant_misfits(value: str | float | bool, element: Element) -> Iterator[tuple[str, str, str]]:
    match element.type:
        case Type.BOOLEAN:
            fits = isinstance(value, bool)
        case Type.INTEGER:
            fits = isinstance(value, int) and not isinstance(value, bool)
        case Type.NUMBER:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case Type.DATE:
            fits = isinstance(value, str) and _is_day(value)
        case Type.CODE:
            fits = value in element.codes
        case _:
            fits = isinstance(value, str)
    if not fits:
        mend = (
            f"it has {', '.join(element.codes)}" if element.codes else "text stands in quotes, a date as `2026-09-01`"
        )
        yield "constant", f"`{value}` is not {element.type}", mend


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _expression_misfits(way: Way, element: Element) -> Iterator[tuple[str, str, str]]:
    try:
        _, yields = way.typed()
    except ExpressionError as error:
        yield "expression", f"{error.what} (character {error.at + 1} of `{way.expression}`)", error.remedy
        return
    into = {
        Type.TEXT: frozenset(Type),
        Type.NUMBER: {Type.NUMBER, Type.INTEGER},
        Type.INTEGER: {Type.NUMBER, Type.INTEGER},
    }
    if element.type not in into.get(yields, {yields}):
        yield "expression", f"it gives {yields}, and this is {element.type}", "give text, or what the element holds"
