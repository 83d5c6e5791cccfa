"""CSV: where its names stand, what separates its fields, and which line is wrong when one is.

The engine's reader was held against generated tables (DuckDB 2.0.0). With `new_line` given as `\\r\\n` it returns no
rows at all; in parallel it may lose or split rows where a quoted value holds a line break, and may refuse good files
that quote. So the line ending is left to it, files with quoted line breaks are read by one thread, and each file is
counted once, when it is opened, before anything is asked of it.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from easement.base.errors import BadData
from easement.sources.model import File

__all__ = ["Layout", "find_layout", "find_other_ending", "find_ragged", "reader"]

SAMPLE = 1 << 20
"""Bytes of UTF-8 in which the column names must stand."""

_SEPARATORS = (",", ";", "\t", "|")
_RECORDS = 50


class Layout(NamedTuple):
    """Where the table stands in the text: lines before it, whether it starts with names, and what separates fields."""

    delimiter: str
    skip: int
    named: bool
    names: tuple[str, ...]

    @property
    def width(self) -> int:
        """Fields in each record."""
        return len(self.names)


def find_layout(file: File, sample: bytes) -> Layout:
    """The layout of the text that starts with `sample` (UTF-8); raises `BadData` where there is no table in it."""
    text = sample.decode("utf-8-sig", errors="ignore")
    whole = len(sample) < SAMPLE
    lines = io.StringIO(text, newline="").readlines()
    named = file.header != 0
    skip = (file.header or 1) - 1
    while skip < len(lines) and not lines[skip].strip("\r\n"):
        skip += 1
    if skip >= len(lines):
        empty = "is empty" if not text.strip() else f"has no line {(file.header or 1)} to hold the column names"
        raise BadData(f"the file {empty}", where=str(file.path), remedy="export the table anew, with its column names")
    delimiter = file.delimiter or _separator(lines[skip:], whole=whole)
    first = next(iter(_records(lines[skip:], delimiter, whole=True)), [])
    names = tuple(first) if named else ("",) * len(first)
    return Layout(delimiter, skip, named, names)


def _separator(lines: list[str], *, whole: bool) -> str:
    """The character by which the first records fall into the most fields, all alike; a comma where none does."""
    best, best_score = ",", (0.0, 1)
    for candidate in _SEPARATORS:
        widths = [len(record) for record in _records(lines, candidate, whole=whole)]
        score = (widths.count(widths[0]) / len(widths), widths[0]) if widths else (0.0, 1)
        if score[1] > 1 and score > best_score:
            best, best_score = candidate, score
    return best


def _records(lines: list[str], delimiter: str, *, whole: bool) -> list[list[str]]:
    """The first records that are not blank; without the last one where the sample may have cut it."""
    try:
        records = list(islice((record for record in csv.reader(lines, delimiter=delimiter) if record), _RECORDS))
    except csv.Error:
        return []
    return records if whole or len(records) == _RECORDS else records[:-1] or records


def reader(place: str, layout: Layout, *, packed: bool, parallel: bool) -> str:
    """The engine's table function for this text; columns come as text named `c0`, `c1` …, an empty field as null."""
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(layout.width))
    delimiter = layout.delimiter.replace("'", "''")
    return (
        f"read_csv('{place}', columns = {{{columns}}}, delim = '{delimiter}', quote = '\"', escape = '\"', "
        f"header = {str(layout.named).lower()}, skip = {layout.skip}, compression = '{'gzip' if packed else 'none'}', "
        f"parallel = {str(parallel).lower()}, nullstr = '', comment = '', auto_detect = false, "
        "strict_mode = true, null_padding = false, ignore_errors = false)"
    )


def find_ragged(stream: BinaryIO, layout: Layout) -> tuple[int, int] | None:
    """The line of the first record whose number of fields is not the table's, and that number.

    One empty field too many, as some programs leave at the end of each line, holds nothing and is let pass.
    """
    for line, record in _numbered(stream, layout):
        spare = len(record) == layout.width + 1 and not record[-1]
        if record and len(record) != layout.width and not spare:
            return line, len(record)
    return None


def _numbered(stream: BinaryIO, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    skipped = len(list(islice(text, layout.skip)))
    records = csv.reader(text, delimiter=layout.delimiter)
    line = skipped + 1
    try:
        for record in records:
            yield line, record
            line = skipped + records.line_num + 1
    except csv.Error:
        return


def find_other_ending(stream: BinaryIO) -> int | None:
    """The first line that ends a record otherwise than the first one did (line feed against carriage return)."""
    expected, inside = None, False
    for number, line in enumerate(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""), 1):
        inside ^= line.count('"') % 2 == 1
        ending = line[len(line.rstrip("\r\n")) :]
        if inside or not ending:
            continue
        expected = expected or ending
        if ending != expected:
            return number
    return None
