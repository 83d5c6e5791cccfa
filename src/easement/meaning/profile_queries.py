# ruff: noqa: S608 (the text of every query is written by SQLGlot from expressions; no value is pasted)
"""The queries behind a profile: a scan that counts, one that takes a sample, and one for columns of few values."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from easement.base.errors import BadData
from easement.meaning.profile import ColumnProfile, TableProfile
from easement.meaning.profile_values import judge
from easement.meaning.report import Measured
from easement.meaning.template import column, fill

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "profiled"]

MOST_ROWS = 4_000
"""Rows judged: a share is then within 1.6 points of the whole table's, nineteen times in twenty."""

MOST_CELLS = 400_000
"""Cells judged at once: some 60 MB. A table of 500 columns is judged on 800 of its rows."""

MOST_COLUMNS = 1_000
"""More columns than this are no table that people named."""

FEW = 200
"""A column with no more values than this may be one of codes; all its values are counted."""

LONGEST = 200
"""Characters of a value that are looked at."""

COUNTED_EXACTLY = 2_000_000
"""Up to so many rows, whether a column tells all rows apart is counted; above, it is estimated, and said so."""

AT_ONCE = 30
_ROW = "easement_row"
_VALUE = re.compile(
    r"[0-9]+([./-][0-9]+)*|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[A-Z]{2}[0-9]{6}[A-D]", re.IGNORECASE
)
"""A number, a date, a postcode or a National Insurance number, which no column is called."""
_NUMBERED = f"row_number() over () as {_ROW}"


def profiled(
    source: Measured, name: str = "", *, formats: Iterable[str] = (), notes: Sequence[str] = ()
) -> TableProfile:
    """Look at every column of a source; `formats` are patterns that standards ask for.

    Raises `BadData` for a table of more than `MOST_COLUMNS` columns.
    """
    if len(source.columns) > MOST_COLUMNS:
        raise BadData(
            f"the table has {len(source.columns):,} columns",
            remedy=f"take those to share into one of at most {MOST_COLUMNS:,}",
        )
    return _Profiling(source, tuple(dict.fromkeys(formats))).profile(name, notes)


def _odd_names(source: Measured) -> Iterator[str]:
    """A note where the line of names looks like a row; it says no name, for it may be somebody's."""
    odd = sum(_VALUE.fullmatch(each.name.strip()) is not None for each in source.columns)
    if odd > 1:
        yield f"{odd} columns are called by numbers, dates or postcodes: the line of column names may be missing"


class _Profiling:
    def __init__(self, source: Measured, formats: tuple[str, ...]) -> None:
        self.source, self.formats = source, formats
        self.texts = [_sql(fill("cast(:x as varchar)", x=column(each.name))) for each in source.columns]

    def profile(self, name: str, notes: Sequence[str]) -> TableProfile:
        rows, counts = self._counts()
        sample = self._sample(rows)
        few = self._few([place for place, (_, distinct, *_) in enumerate(counts) if 0 < distinct <= FEW])
        columns = [
            self._column(
                place, rows, counts[place], [(row, values[place]) for row, *values in sample], few.get(place, ())
            )
            for place in range(len(counts))
        ]
        return TableProfile(
            name, rows, len(sample), tuple(self._told_apart(columns)), (*notes, *_odd_names(self.source))
        )

    def _column(
        self,
        place: int,
        rows: int,
        counts: Sequence[int | None],
        sample: Sequence[tuple[int, str | None]],
        codes: tuple[tuple[str, int], ...],
    ) -> ColumnProfile:
        filled, distinct, shortest, longest = (count or 0 for count in counts)
        about = judge([(row, value) for row, value in sample if value], self.formats)
        known = {name: getattr(about, name) for name in about.__dataclass_fields__ if name != "distinct"}
        said = self.source.columns[place]
        return ColumnProfile(
            said.name,
            said.type.upper(),
            rows,
            filled,
            len(codes) or min(distinct, filled),
            shortest,
            longest,
            judged_distinct=about.distinct,
            codes=codes,
            **known,
        )

    def _counts(self) -> tuple[int, list[tuple[int, int, int, int]]]:
        """The rows, and for each column: filled, distinct (an estimate), shortest and longest text."""
        wanted = []
        for value in self.texts:
            held = f"nullif(trim({value}), '')"
            wanted += [
                f"count({held})",
                f"approx_count_distinct({held})",
                f"min(length({held}))",
                f"max(length({held}))",
            ]
        rows, *answers = self._scanned(["count(*)", *wanted])
        return rows, [tuple(answers[at : at + 4]) for at in range(0, len(answers), 4)]

    def _scanned(self, wanted: Sequence[str]) -> list[Any]:
        answers: list[Any] = []
        for start in range(0, len(wanted), AT_ONCE * 4):
            part = ", ".join(wanted[start : start + AT_ONCE * 4])
            [answer] = self.source.measure(f"select {part} from {self.source.relation}")
            answers += answer
        return answers

    def _sample(self, rows: int) -> list[tuple[Any, ...]]:
        """Rows chosen by their number alone, so that the same table is always judged on the same rows."""
        wanted = max(100, min(MOST_ROWS, MOST_CELLS // max(1, len(self.texts))))
        every = max(1, -(-rows // wanted))
        cut = ", ".join(f"left({value}, {LONGEST})" for value in self.texts)
        chosen = f"where hash({_ROW}) % {every} = 0" if every > 1 else ""
        return self.source.measure(
            f"select {_ROW}, {cut} from (select {_NUMBERED}, * from {self.source.relation}) {chosen} "
            f"order by {_ROW} limit {2 * wanted}"
        )

    def _few(self, places: Sequence[int]) -> Mapping[int, tuple[tuple[str, int], ...]]:
        """Every value of the columns that have few, with its count, the commonest first."""
        found: dict[int, tuple[tuple[str, int], ...]] = {}
        for start in range(0, len(places), AT_ONCE):
            batch = places[start : start + AT_ONCE]
            counted = ", ".join(f"histogram(left(nullif(trim({self.texts[place]}), ''), {LONGEST}))" for place in batch)
            [answer] = self.source.measure(f"select {counted} from {self.source.relation}")
            for place, histogram in zip(batch, answer, strict=True):
                pairs = sorted(dict(histogram or {}).items(), key=lambda pair: (-pair[1], pair[0]))
                found[place] = tuple(pairs) if len(pairs) <= 2 * FEW else ()
        return found

    def _told_apart(self, columns: Sequence[ColumnProfile]) -> Iterator[ColumnProfile]:
        """Each column, and whether it tells all rows apart."""
        likely = [
            place
            for place, each in enumerate(columns)
            if each.rows and each.filled == each.rows and (each.distinct >= 0.9 * each.rows)
        ]
        exact: dict[int, int] = {}
        if likely and columns[0].rows <= COUNTED_EXACTLY:
            counts = self._scanned([f"count(distinct {self.texts[place]})" for place in likely[:AT_ONCE]])
            exact = dict(zip(likely, counts, strict=False))
        for place, each in enumerate(columns):
            if place in exact:
                yield replace(each, distinct=exact[place], unique=exact[place] == each.rows, checked_unique=True)
            else:
                yield replace(each, unique=place in likely and each.judged == each.judged_distinct)


def _sql(expression: exp.Expr) -> str:
    return expression.sql("duckdb")
