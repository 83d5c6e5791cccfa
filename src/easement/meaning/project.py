"""A table seen as its standard: one SQL expression for each element, and one for each way that a row can fail it.

The expressions stand over the source's raw columns (DuckDB). A plain column of the right type is itself; all else is
converted so that one bad value never fails the query: it becomes NULL, and `failures` says where.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Protocol

from sqlglot import exp

from easement.base.errors import BadData, Problem
from easement.meaning.checks import IN_SQL, is_valid
from easement.meaning.convert import as_text, blank, cannot_fail, converted
from easement.meaning.dates import strptime_formats
from easement.meaning.functions import column_sql
from easement.meaning.identifiers import Kind
from easement.meaning.keys import normalised
from easement.meaning.mapping import DatasetMapping, NamePart, Way
from easement.meaning.model import Element, Key, Standard
from easement.meaning.syntax import Type
from easement.meaning.template import column, fill, text

__all__ = [
    "Cell",
    "Column",
    "Fault",
    "cells",
    "doubts",
    "failures",
    "inexact",
    "missing_columns",
    "project",
    "raw_column",
    "unused_columns",
]

Sql = exp.Expr


class Column(Protocol):
    """A column of a source: its name and its DuckDB type."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...


class Fault(StrEnum):
    """How a value can fail. The first five do not map and become NULL; the others map, and are doubted."""

    NOT_A_DATE = "not-a-date"
    NOT_A_NUMBER = "not-a-number"
    NOT_TRUE_OR_FALSE = "not-true-or-false"
    CODE_NOT_LISTED = "code-not-listed"
    NOTHING_LEFT = "nothing-left"
    WRONG_FORMAT = "wrong-format"
    NOT_VALID = "not-valid"
    NOT_EXACT = "not-exact"

    @property
    def keeps_the_value(self) -> bool:
        """Whether the value crosses all the same."""
        return self in (Fault.WRONG_FORMAT, Fault.NOT_VALID, Fault.NOT_EXACT)


@dataclass(frozen=True, slots=True)
class Cell:
    """One element over the source's columns: its `value`, the `raw` text behind it, whether that is `empty`.

    `fault` is how it can fail to map; `None` where it cannot.
    """

    value: Sql
    raw: Sql
    empty: Sql
    fault: Fault | None


_KINDS = {Type.TEXT: "VARCHAR", Type.CODE: "VARCHAR", Type.NUMBER: "DOUBLE", Type.INTEGER: "DOUBLE"} | {
    Type.DATE: "DATE",
    Type.BOOLEAN: "BOOLEAN",
}
_FAULTS = {
    Type.DATE: Fault.NOT_A_DATE,
    Type.NUMBER: Fault.NOT_A_NUMBER,
    Type.INTEGER: Fault.NOT_A_NUMBER,
    Type.BOOLEAN: Fault.NOT_TRUE_OR_FALSE,
}
_ISO = ("%Y-%m-%d",)


def project(mapping: DatasetMapping, standard: Standard, *, columns: Sequence[Column] | None = None) -> dict[str, Sql]:
    """Each element of the standard as SQL over the raw columns; an absent one is a NULL of its type.

    Without `columns` every column is taken to be text. Raises `BadData` naming the columns that the table lacks.
    """
    lacking = missing_columns(mapping, columns)
    if lacking:
        twice = [problem.what for problem in lacking if not problem.what.startswith("there is no")]
        absent = [f"`{problem.where}`" for problem in lacking if problem.what.startswith("there is no")]
        what = "; ".join([f"the table lacks {', '.join(absent)}"] * bool(absent) + twice)
        raise BadData(what, where=mapping.id, remedy="; ".join(problem.mend for problem in lacking))
    mapped = cells(mapping, standard, columns=columns)
    return {name: mapped[name].value if name in mapped else _nothing(e) for name, e in standard.elements.items()}


def failures(
    mapping: DatasetMapping, standard: Standard, *, columns: Sequence[Column] | None = None
) -> dict[tuple[str, Fault], Sql]:
    """For each element and fault, whether the source has something here that does not map (never NULL)."""
    return failing(cells(mapping, standard, columns=columns))


def failing(mapped: Mapping[str, Cell]) -> dict[tuple[str, Fault], Sql]:
    """`failures`, of elements already mapped."""
    return {
        (name, cell.fault): fill(":value is null and not :empty", value=cell.value, empty=cell.empty)
        for name, cell in mapped.items()
        if cell.fault is not None
    }


def doubts(mapped: Mapping[str, Cell], standard: Standard) -> dict[tuple[str, Fault], Sql]:
    """For each element with a format or an identifier that SQL can judge, whether the value does not fit it."""
    found: dict[tuple[str, Fault], Sql] = {}
    for name, cell in mapped.items():
        element = standard.elements[name]
        if element.format is not None:
            fits = fill("regexp_full_match(:x, :format)", x=cell.value, format=text(element.format))
            found[name, Fault.WRONG_FORMAT] = _does_not_fit(cell, fits)
        if element.identifier is not None and element.identifier in IN_SQL:
            found[name, Fault.NOT_VALID] = _does_not_fit(cell, is_valid(element.identifier, cell.value))
    return found


def inexact(mapped: Mapping[str, Cell], mapping: DatasetMapping, standard: Standard) -> dict[tuple[str, Fault], Sql]:
    """For each element of which `exact` is promised, whether the column has it in another spelling."""
    found: dict[tuple[str, Fault], Sql] = {}
    for name, cell in mapped.items():
        way, element = mapping.elements[name], standard.elements[name]
        if way.exact and cell.raw != cell.value:
            spelt = exp.In(this=cell.raw.copy(), expressions=list(_spellings(way, element, cell)))
            found[name, Fault.NOT_EXACT] = fill(
                "not :empty and not coalesce(:spelt, false)", empty=cell.empty, spelt=spelt
            )
    return found


def _spellings(way: Way, element: Element, cell: Cell) -> Iterator[Sql]:
    """How an exact column may write a value: as the standard does, a postcode also with its space."""
    if element.type is Type.DATE:
        for form in strptime_formats(way.dates) or _ISO:
            yield fill("strftime(:x, :form)", x=cell.value, form=text(form))
        return
    value = normalised(element.identifier or element.key or Key.IDENTIFIER, cell.raw)
    yield value
    if element.identifier is Kind.POSTCODE or element.key is Key.POSTCODE:
        yield fill("left(:x, -3) || ' ' || right(:x, 3)", x=value)


def _does_not_fit(cell: Cell, fits: Sql) -> Sql:
    return fill(":value is not null and not :empty and not :fits", value=cell.value, empty=cell.empty, fits=fits)


def cells(mapping: DatasetMapping, standard: Standard, *, columns: Sequence[Column] | None = None) -> dict[str, Cell]:
    """Every element that the mapping fills and whose columns the table has, in the standard's order."""
    table = _Table(mapping.columns, columns)
    return {
        name: _cell(mapping.elements[name], element, table)
        for name, element in standard.elements.items()
        if name in mapping.elements
        and mapping.elements[name].absent is None
        and table.has(mapping.elements[name].columns)
    }


def missing_columns(mapping: DatasetMapping, columns: Sequence[Column] | None) -> tuple[Problem, ...]:
    """The columns that the mapping reads and the table lacks, or has twice, each with the likeliest meant."""
    table = _Table(mapping.columns, columns)
    return tuple(
        _lacking(name, columns or ()) if not (found := table.called(name)) else _twice(name, found, columns or ())
        for name in mapping.columns
        if not table.has([name])
    )


def _twice(name: str, found: Sequence[str], columns: Sequence[Column]) -> Problem:
    """A name that several columns have: to take the first might be to share another person's."""
    places = [str(place) for place, column in enumerate(columns, 1) if column.name in found]
    what = f"columns {', '.join(places[:-1])} and {places[-1]} are all called `{name}`"
    return Problem(name, what, f"{what}: give each a name of its own, or map `{found[-1]}` if the last is meant")


def _lacking(name: str, columns: Sequence[Column]) -> Problem:
    known = {column.name.lower(): column.name for column in columns}
    near = difflib.get_close_matches(name.lower(), known, n=1)
    if near:
        return Problem(name, f"there is no column `{name}`", f"did you mean `{known[near[0]]}`?")
    mend = (
        "write a calculation as `{expression: …}`"
        if "(" in name
        else "map the element to another column, or say `absent`"
    )
    return Problem(name, f"there is no column `{name}`", mend)


def unused_columns(mapping: DatasetMapping, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns of the table that the mapping does not read."""
    table = _Table(mapping.columns, columns)
    read = {spelt for name in mapping.columns for spelt in table.called(name)}
    return tuple(column.name for column in columns if column.name not in read)


def raw_column(name: str, mapping: DatasetMapping, columns: Sequence[Column] | None) -> Sql | None:
    """A column of the table as it stands; `None` where there is none of that name."""
    table = _Table(mapping.columns, columns)
    return table.find(name)[0] if table.has([name]) else None


class _Table:
    """The columns of a table by name, in any case, as DuckDB finds them, or by the name that the file gives them."""

    def __init__(self, read: Iterable[str], columns: Sequence[Column] | None) -> None:
        if columns is None:
            self.kinds = dict.fromkeys(read, "VARCHAR")
        else:
            self.kinds = {column.name: column.type.upper() for column in columns}
        self.originals: dict[str, list[str]] = {}
        for one in columns or ():
            self.originals.setdefault(getattr(one, "original", ""), []).append(one.name)
        self.loosely: dict[str, list[str]] = {}
        for known, names in [*self.originals.items(), *((name, [name]) for name in self.kinds)]:
            near = self.loosely.setdefault(known.lower(), [])
            near += [name for name in names if name not in near]

    def called(self, name: str) -> list[str]:
        """The columns that a name can mean: those written just so, else any that differ in capitals alone."""
        return self.originals.get(name) or ([name] if name in self.kinds else self.loosely.get(name.lower(), []))

    def has(self, wanted: Iterable[str]) -> bool:
        return all(len(self.called(name)) == 1 for name in wanted)

    def find(self, name: str) -> tuple[Sql, str]:
        [spelt] = self.called(name)
        return column(spelt), self.kinds[spelt]


def _cell(way: Way, element: Element, table: _Table) -> Cell:
    if way.constant is not None:
        value = _constant(way.constant, element)
        return Cell(value, exp.Null(), exp.false(), None)
    raw, empty = _behind(way, table)
    value, kind = _read(way, table)
    formats = strptime_formats(way.dates) or _ISO
    if way.part is not None:
        return Cell(_part(way.part, value), raw, empty, None)
    if way.codes or element.type is Type.CODE:
        codes = way.codes or {code: code for code in element.codes}
        listed = _listed(as_text(value, kind), codes, element.type)
        return Cell(listed, raw, empty, Fault.CODE_NOT_LISTED)
    fault = _FAULTS.get(element.type) if not cannot_fail(kind, element.type) else None
    if way.expression is not None:
        fault = fault or Fault.NOTHING_LEFT
    return Cell(converted(value, kind, element.type, formats), raw, empty, fault)


def _behind(way: Way, table: _Table) -> tuple[Sql, Sql]:
    """The raw text that a value comes from, for showing, and whether all of it is blank."""
    found = [table.find(name) for name in way.columns]
    if not found:
        return exp.Null(), exp.false()
    blanks = [blank(value, kind) for value, kind in found]
    texts = [as_text(value, kind) for value, kind in found]
    raw = texts[0] if len(texts) == 1 else exp.Anonymous(this="concat_ws", expressions=[text(" | "), *texts])
    return raw, reduce(lambda left, right: fill(":l and :r", l=left, r=right), blanks)


def _read(way: Way, table: _Table) -> tuple[Sql, str]:
    """The column, or the expression, and its DuckDB type."""
    if way.column is not None:
        value, kind = table.find(way.column)
        return (as_text(value, kind), "VARCHAR") if way.part else (value, kind)
    expression, yields = way.typed()
    texts = {name: as_text(*table.find(name)) for name in way.columns}
    return column_sql(expression, texts), _KINDS[yields]


_CLEAN = "trim(replace(replace(:x, chr(9), ' '), chr(160), ' '))"
_LAST = f"split_part({_CLEAN}, ' ', -1)"
_PARTS = {
    NamePart.FAMILY: f"nullif(case when contains(:x, ',') then trim(split_part({_CLEAN}, ',', 1))"
    f" else {_LAST} end, '')",
    NamePart.GIVEN: f"nullif(trim(case when contains(:x, ',') then split_part({_CLEAN}, ',', 2)"
    f" else left({_CLEAN}, length({_CLEAN}) - length({_LAST})) end), '')",
}
"""`Smith, John` is split at its comma; else the last word is the family name, and a single word is one too."""


def _part(part: NamePart, value: Sql) -> Sql:
    return fill(_PARTS[part], x=value)


def _listed(value: Sql, codes: Mapping[str, str], kind: Type) -> Sql:
    """A cross-walk: what is not listed is NULL."""
    cases = [
        exp.If(this=text(code), true=exp.Boolean(this=to == "true") if kind is Type.BOOLEAN else text(to))
        for code, to in codes.items()
    ]
    return exp.Case(this=fill("trim(:x)", x=value), ifs=cases)


def _constant(value: str | float | bool, element: Element) -> Sql:
    literal = exp.convert(value)
    match element.type:
        case Type.DATE:
            return fill("cast(:x as date)", x=literal)
        case Type.NUMBER:
            return fill("cast(:x as double)", x=literal)
        case _:
            return literal


def _nothing(element: Element) -> Sql:
    kind = "BIGINT" if element.type is Type.INTEGER else _KINDS[element.type]
    return exp.Cast(this=exp.Null(), to=exp.DataType.build(kind))
