# ruff: noqa: S608 (the text of every query is written by SQLGlot from expressions; no value is pasted)
"""Which rows to mend: each value that does not map or is doubted, by its row, its column and what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from easement.meaning.identifiers import Identifier, check
from easement.meaning.mapping import DatasetMapping
from easement.meaning.model import Standard
from easement.meaning.project import Cell, Fault, cells, doubts, failing, inexact, raw_column
from easement.meaning.report import Measured
from easement.meaning.template import fill

__all__ = ["MOST_EACH", "ToMend", "to_mend"]

MOST_EACH = 1_000
"""Rows listed of one fault of one element; with more, the mapping is wrong, or the system that the table comes from."""

KEY_TWICE, KEY_BLANK = "key-stands-twice", "key-is-blank"

_ROW = "easement_row"


@dataclass(frozen=True, slots=True)
class ToMend:
    """One value to mend: its row from 1 below the header, its column, what it was to be, and what is wrong with it.

    `value` is what the table has; `None` where values are not shown.
    """

    row: int
    column: str
    element: str
    fault: str
    value: str | None


def to_mend(
    source: Measured, mapping: DatasetMapping, standard: Standard, *, values: bool = True, most: int = MOST_EACH
) -> tuple[ToMend, ...]:
    """Every row to mend, at most `most` of each fault of each element, by row."""
    found = [*_faults(source, mapping, standard, most), *_keys(source, mapping, standard, most)]
    shown = (each if values else ToMend(each.row, each.column, each.element, each.fault, None) for each in found)
    return tuple(sorted(shown, key=lambda each: (each.row, each.column, each.element, each.fault)))


def _faults(source: Measured, mapping: DatasetMapping, standard: Standard, most: int) -> Iterator[ToMend]:
    mapped = cells(mapping, standard, columns=source.columns)
    faults = {**failing(mapped), **doubts(mapped, standard), **inexact(mapped, mapping, standard)}
    for (name, fault), condition in faults.items():
        columns = ", ".join(mapping.elements[name].columns)
        for row, value in _rows(source, mapped[name], condition, most):
            yield ToMend(row, columns, name, fault.value, value)
    for name, cell in mapped.items():
        kind = standard.elements[name].identifier
        if kind is not None and (name, Fault.NOT_VALID) not in faults:
            filled = fill("not :empty", empty=cell.empty)
            for row, value in _rows(source, cell, filled, 10 * most):
                if not isinstance(check(kind, value), Identifier):
                    yield ToMend(row, ", ".join(mapping.elements[name].columns), name, Fault.NOT_VALID.value, value)


def _rows(source: Measured, cell: Cell, condition: exp.Expr, most: int) -> Sequence[tuple[int, str]]:
    raw = fill("left(coalesce(cast(:x as varchar), ''), 500)", x=cell.raw)
    return [
        (row, value)
        for row, value in source.measure(
            f"select {_ROW}, {_sql(raw)} from (select row_number() over () as {_ROW}, * from {source.relation}) "
            f"where {_sql(condition)} order by {_ROW} limit {min(most, 10_000)}"
        )
    ]


def _keys(source: Measured, mapping: DatasetMapping, standard: Standard, most: int) -> Iterator[ToMend]:
    """The rows whose record key stands in another row too, or is blank; the standard's key where none is named."""
    ways = [mapping.elements[name] for name in standard.record_key if name in mapping.elements]
    names = mapping.record_key or tuple(column for way in ways for column in way.columns)
    parts = {name: value for name in names if (value := raw_column(name, mapping, source.columns)) is not None}
    if not parts or len(parts) < len(names):
        return
    named = ", ".join(names)
    key = exp.func("concat_ws", exp.convert(" | "), *(exp.cast(each, "varchar") for each in parts.values()))
    blank = " or ".join(_sql(fill("coalesce(trim(cast(:k as varchar)), '') = ''", k=each)) for each in parts.values())
    inner = (
        f"select {_ROW}, {_sql(key)} as easement_key, {blank} as easement_blank, "
        f"count(*) over (partition by {', '.join(map(_sql, parts.values()))}) as easement_times "
        f"from (select row_number() over () as {_ROW}, * from {source.relation})"
    )
    for row, value, is_blank in source.measure(
        f"select {_ROW}, left(easement_key, 500), easement_blank from ({inner}) "
        f"where easement_blank or easement_times > 1 order by easement_key, {_ROW} limit {most}"
    ):
        yield ToMend(row, named, "record key", KEY_BLANK if is_blank else KEY_TWICE, value or "")


def _sql(expression: exp.Expr) -> str:
    return expression.sql("duckdb")
