# ruff: noqa: S608 (the text of every query is written by SQLGlot from expressions; no value is pasted)
"""The queries behind a report: one scan that counts everything, one that finds where the faults stand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from easement.meaning.checks import IN_SQL
from easement.meaning.identifiers import Kind, NotValid, check
from easement.meaning.mapping import DatasetMapping
from easement.meaning.model import Standard
from easement.meaning.project import (
    Cell,
    Fault,
    cells,
    doubts,
    failing,
    inexact,
    missing_columns,
    raw_column,
    unused_columns,
)
from easement.meaning.report import MAX_CODES, MAX_EXAMPLES, ElementReport, Example, Finding, Had, Measured, Report
from easement.meaning.template import column, fill

__all__ = ["measured"]

Sql = exp.Expr
Place = tuple[str, Fault]

PAGE = 200_000
"""Distinct values judged at a time in Python: about 30 MB."""

AT_ONCE = 150
"""Counts in one scan. DuckDB's planner compares each with each: 150 cost it 0.1 s, and 2,000 would cost 50 s."""

_ROW = "easement_row"
_NUMBERED = f"row_number() over () as {_ROW}"


def measured(source: Measured, mapping: DatasetMapping, standard: Standard, *, examples: bool = True) -> Report:
    """Count everything that a mapping makes of a source; `examples` says whether values may be shown."""
    return _Measurement(source, mapping, standard, examples).report()


@dataclass(frozen=True, slots=True)
class _Counts:
    rows: int
    filled: Mapping[str, int]
    faults: Mapping[Place, int]
    without_key: int


class _Measurement:
    def __init__(self, source: Measured, mapping: DatasetMapping, standard: Standard, examples: bool) -> None:
        self.source, self.mapping, self.standard, self.examples = source, mapping, standard, examples
        behind = cells(mapping, standard, columns=source.columns)
        self.cells = {name: _named(cell, place) for place, (name, cell) in enumerate(behind.items())}
        self.faults = {
            **failing(self.cells),
            **doubts(self.cells, standard),
            **inexact(self.cells, mapping, standard),
        }
        self.seen = _seen(behind, self.cells)
        self.key = _record_key(mapping, standard, self.cells, source)

    def report(self) -> Report:
        counts = self._counts()
        found = {**self._found(counts), **self._judged_here()}
        keys, rows = self._duplicates()
        missing = missing_columns(self.mapping, self.source.columns)
        return Report(
            dataset=self.mapping.id,
            standard=self.standard.ref,
            rows=counts.rows,
            elements=tuple(self._element(name, counts, found) for name in self.standard.elements),
            unused=unused_columns(self.mapping, self.source.columns),
            missing={problem.where: problem.mend for problem in missing},
            record_key=tuple(self.key),
            duplicate_keys=keys,
            rows_with_duplicate_keys=rows,
            rows_without_key=counts.without_key,
        )

    def _counts(self) -> _Counts:
        """Everything that is counted."""
        filled = {
            name: fill("not (:empty or :value is null)", empty=c.empty, value=c.value) for name, c in self.cells.items()
        }
        keyless = _any(fill("coalesce(cast(:k as varchar), '') = ''", k=key) for key in self.key.values())
        conditions = [keyless, *filled.values(), *self.faults.values()]
        wanted = [_sql(fill("count(*) filter (where :c)", c=condition)) for condition in conditions]
        rows, without, *counts = self._scanned(["count(*)", *wanted], self._relation())
        return _Counts(
            rows,
            dict(zip(filled, counts, strict=False)),
            dict(zip(self.faults, counts[len(filled) :], strict=True)),
            without,
        )

    def _found(self, counts: _Counts) -> dict[Place, Finding]:
        faulty = [place for place, count in counts.faults.items() if count]
        examples = self._examples(faulty)
        return {place: Finding(place[1], counts.faults[place], examples[place], self._codes(place)) for place in faulty}

    def _examples(self, faulty: list[Place]) -> dict[Place, tuple[Example, ...]]:
        """The first rows of each fault, in a scan that numbers the rows."""
        row = exp.column(_ROW)
        wanted: list[str] = []
        for place in faulty:
            raw = self.cells[place[0]].raw if self.examples else exp.Null()
            first = f"{MAX_EXAMPLES}) filter (where {_sql(self.faults[place])})"
            wanted += [f"min({_sql(row)}, {first}", f"arg_min(coalesce({_sql(raw)}, ''), {_sql(row)}, {first}"]
        answer = self._scanned(wanted, self._relation(_NUMBERED))
        pairs = zip(answer[::2], answer[1::2], strict=True)
        return {
            place: tuple(Example(at, value if self.examples else None) for at, value in zip(rows, values, strict=True))
            for place, (rows, values) in zip(faulty, pairs, strict=True)
        }

    def _scanned(self, wanted: Sequence[str], relation: str) -> list[Any]:
        """The answer to each, in as few scans as `AT_ONCE` allows."""
        answers: list[Any] = []
        for start in range(0, len(wanted), AT_ONCE):
            [answer] = self.source.measure(f"select {', '.join(wanted[start : start + AT_ONCE])} from {relation}")
            answers += answer
        return answers

    def _relation(self, *more: str) -> str:
        """The table with each element under a name of ours beside its columns, so that each is worked out once."""
        return f"(select {', '.join([*more, '*', *self.seen])} from {self.source.relation})"

    def _codes(self, place: Place) -> tuple[tuple[str, int], ...]:
        if place[1] is not Fault.CODE_NOT_LISTED or not self.examples:
            return ()
        raw = _sql(self.cells[place[0]].raw)
        return tuple(
            (code, count)
            for code, count in self.source.measure(
                f"select {raw}, count(*) from {self._relation()} where {_sql(self.faults[place])} "
                f"group by 1 order by 2 desc, 1 limit {MAX_CODES}"
            )
        )

    def _duplicates(self) -> tuple[int, int]:
        """How many record keys stand in more than one row, and in how many rows together."""
        if not self.key:
            return 0, 0
        key = ", ".join(_sql(part) for part in self.key.values())
        present = " and ".join(_sql(fill(":k is not null", k=part)) for part in self.key.values())
        [(keys, rows)] = self.source.measure(
            f"select count(*), coalesce(sum(n), 0) from (select count(*) as n from {self._relation()} "
            f"where {present} group by {key} having count(*) > 1)"
        )
        return keys, int(rows)

    def _judged_here(self) -> dict[Place, Finding]:
        """Identifiers that need a library: each distinct value is judged once, a bounded page of them at a time."""
        found: dict[Place, Finding] = {}
        for name, cell in self.cells.items():
            kind = self.standard.elements[name].identifier
            if kind is None or kind in IN_SQL:
                continue
            bad = [(row, value, count) for value, count, row in self._distinct(cell) if _fails(kind, value)]
            if bad:
                shown = [Example(row, value if self.examples else None) for row, value, _ in sorted(bad)[:MAX_EXAMPLES]]
                count = sum(count for *_, count in bad)
                found[name, Fault.NOT_VALID] = Finding(Fault.NOT_VALID, count, tuple(shown))
        return found

    def _distinct(self, cell: Cell) -> Iterator[tuple[str, int, int]]:
        value, filled = _sql(cell.value), _sql(fill("not :empty", empty=cell.empty))
        [(about,)] = self.source.measure(f"select approx_count_distinct({value}) from {self._relation()}")
        pages, numbered = about // PAGE + 1, self._relation(_NUMBERED)
        for page in range(pages):
            yield from self.source.measure(
                f"select {value}, count(*), min({_ROW}) from {numbered} "
                f"where {filled} and hash({value}) % {pages} = {page} group by 1"
            )

    def _element(self, name: str, counts: _Counts, found: Mapping[Place, Finding]) -> ElementReport:
        way = self.mapping.elements.get(name)
        if way is None:
            return ElementReport(name, Had.NOT_MENTIONED)
        if way.absent is not None:
            return ElementReport(name, Had.ABSENT, way.absent)
        detail = way.expression or ", ".join(way.columns) or str(way.constant)
        if name not in self.cells:
            return ElementReport(name, Had.COLUMN_MISSING, detail)
        had = Had.CONSTANT if way.constant is not None else Had.MAPPED
        findings = tuple(finding for (element, _), finding in found.items() if element == name)
        return ElementReport(name, had, detail, counts.filled[name], findings)


def _named(cell: Cell, place: int) -> Cell:
    """The same element where it stands under names of ours; its raw text is where it was."""
    value, empty = column(f"easement_value_{place}"), column(f"easement_empty_{place}")
    return Cell(value, cell.raw, empty, cell.fault)


def _seen(behind: Mapping[str, Cell], named: Mapping[str, Cell]) -> list[str]:
    pairs = [(cell.value, named[name].value) for name, cell in behind.items()]
    pairs += [(cell.empty, named[name].empty) for name, cell in behind.items()]
    return [f"{_sql(what)} as {_sql(name)}" for what, name in pairs]


def _record_key(
    mapping: DatasetMapping, standard: Standard, mapped: Mapping[str, Cell], source: Measured
) -> dict[str, Sql]:
    """The columns that tell one record from another: the mapping's, or those behind the standard's record key."""
    if mapping.record_key:
        found = {name: raw_column(name, mapping, source.columns) for name in mapping.record_key}
        return {name: value for name, value in found.items() if value is not None}
    return {name: mapped[name].value for name in standard.record_key if name in mapped}


def _fails(kind: Kind, value: str) -> bool:
    return isinstance(check(kind, value), NotValid)


def _any(conditions: Iterable[Sql]) -> Sql:
    either: Sql = exp.false()
    for condition in conditions:
        either = fill(":l or :r", l=either, r=condition)
    return either


def _sql(expression: exp.Expr) -> str:
    return expression.sql("duckdb")
