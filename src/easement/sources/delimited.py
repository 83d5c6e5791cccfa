"""CSV: where its names stand, what separates its fields, and which line is wrong when one is.

The engine's reader was held against generated tables (DuckDB 2.0.0), and does not always say when it fails. With
`new_line` given as `\\r\\n` it returns no rows, and without it takes the first line break for the file's, be it quoted;
in parallel it may lose or split rows around quoted line breaks, refuse good files that quote, and lose a line longer
than its buffer; by one thread it loses the record of a quote that is never closed. So each ending is given as that one
allows (`reader`), and when a file is opened its records are counted and held against the lines counted here
(`text.Checked`, or `count_records` where those differ).
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from easement.base.errors import BadData
from easement.sources.model import File
from easement.sources.text import Checked

__all__ = [
    "CRLF",
    "SAMPLE",
    "Fault",
    "Layout",
    "count_records",
    "find_fault",
    "find_layout",
    "find_other_ending",
    "reader",
]

SAMPLE = 1 << 20
"""Bytes of UTF-8 in which the column names must stand."""

LONGEST = 2_000_000
"""Longest line read, in bytes: the engine's own bound, and the bound of the standard library's reader set to match."""

csv.field_size_limit(LONGEST)

CRLF = "\r\n"
"""How RFC 4180 ends a line."""

_NEW_LINE = {"\n": r"new_line = '\n', ", "\r": r"new_line = '\r', "}

_SEPARATORS = (",", ";", "\t", "|")
_RECORDS = 50


class Layout(NamedTuple):
    """Where the table stands in the text: lines before it, whether it starts with names, and what separates fields.

    `ending` is what ends its records; `misled` says that the engine would take another, quoted one for it.
    """

    delimiter: str
    skip: int
    named: bool
    names: tuple[str, ...]
    ending: str
    misled: bool

    @property
    def width(self) -> int:
        """Fields in each record."""
        return len(self.names)

    def records(self, checked: Checked) -> int:
        """Records under the names, if no line among them is blank and every quote stands as RFC 4180 says."""
        return checked.lines - self.skip - self.named - (checked.blank if self.width > 1 else 0)


class Fault(NamedTuple):
    """What is wrong with the record that starts at a line, and how to mend it."""

    line: int
    what: str
    mend: str


def find_layout(file: File, sample: bytes) -> Layout:
    """The layout of the text that starts with `sample` (UTF-8); raises `BadData` where there is no table in it."""
    lines = io.StringIO(sample.decode("utf-8-sig", errors="ignore"), newline="").readlines()
    skip = max(file.header or 1, 1) - 1
    while skip < len(lines) and not lines[skip].strip("\r\n" if file.header == 0 else None):
        skip += 1
    try:
        delimiter = file.delimiter or _separator(lines[skip:], whole=len(sample) < SAMPLE)
        records = csv.reader(lines[skip:], delimiter=delimiter)
        first = next(records, [])
    except csv.Error:
        first = []
    if not first:
        if not any(map(str.strip, lines)):
            raise BadData("the file is empty", where=str(file.path), remedy="export the table anew")
        raise BadData(
            f"there are no column names in line {skip + 1}", where=str(file.path), remedy="name their line: `header: 1`"
        )
    ending = _ending(lines[skip + records.line_num - 1])
    misled = ending == CRLF and _ending(lines[0]) != CRLF
    names = tuple(first) if file.header != 0 else ("",) * len(first)
    return Layout(delimiter, skip, file.header != 0, names, ending, misled)


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _separator(lines: list[str], *, whole: bool) -> str:
    """The character by which the first records fall into the most fields, all alike; a comma where none does."""
    best, best_score = ",", (0.0, 1)
    for candidate in _SEPARATORS:
        widths = [len(record) for record in islice(csv.reader(lines, delimiter=candidate), _RECORDS) if record]
        if not whole and 1 < len(widths) < _RECORDS:
            widths.pop()
        score = (widths.count(widths[0]) / len(widths), widths[0]) if widths else best_score
        if score[1] > 1 and score > best_score:
            best, best_score = candidate, score
    return best


def reader(place: str, layout: Layout, *, packed: bool, parallel: bool) -> str:
    """The engine's table function for this text; columns come as text named `c0`, `c1` …, an empty field as null.

    Where the layout says `misled`, the text must have been put after a line of its own that is empty.
    """
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(layout.width))
    delimiter = layout.delimiter.replace("'", "''")
    return (
        f"read_csv('{place}', columns = {{{columns}}}, delim = '{delimiter}', quote = '\"', escape = '\"', "
        f"header = {str(layout.named).lower()}, skip = {layout.skip + layout.misled}, "
        f"{_NEW_LINE.get(layout.ending, '')}compression = '{'gzip' if packed else 'none'}', "
        f"parallel = {str(parallel).lower()}, max_line_size = {LONGEST}, nullstr = '', comment = '', "
        "auto_detect = false, strict_mode = true, null_padding = false, ignore_errors = false)"
    )


def count_records(stream: BinaryIO, layout: Layout) -> int:
    """How many records stand under the names: slow, and right for any quoting; -1 where one is too long to read."""
    count = -int(layout.named)
    for _, record in _numbered(stream, layout, strict=False):
        if isinstance(record, csv.Error):
            return -1
        count += bool(record) or layout.width == 1
    return count


def find_fault(stream: BinaryIO, layout: Layout) -> Fault | None:
    """The first record that is not one of this table; none where the engine alone minds something.

    One empty field too many, as some programs leave at the end of each line, holds nothing and is let pass.
    """
    for line, record in _numbered(stream, layout, strict=True):
        if isinstance(record, csv.Error):
            return _fault(line, str(record))
        spare = len(record) == layout.width + 1 and not record[-1]
        if record and len(record) != layout.width and not spare:
            fields = "1 field" if len(record) == 1 else f"{len(record)} fields"
            shown = "tab" if layout.delimiter == "\t" else f"`{layout.delimiter}`"
            mend = f'look for a {shown}, a `"` or a line break that belongs inside a value, and put the value in quotes'
            return Fault(line, f"this record has {fields}; the table has {layout.width}", mend)
    return None


def _numbered(stream: BinaryIO, layout: Layout, *, strict: bool) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each record with the line on which it starts, from the names on; an error ends them."""
    with _text(stream) as text:
        before = sum(1 for _ in islice(text, layout.skip))
        records, line = csv.reader(text, delimiter=layout.delimiter, strict=strict), before + 1
        try:
            for record in records:
                yield line, record
                line = before + records.line_num + 1
        except csv.Error as error:
            yield line, error


def _text(stream: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")


def _fault(line: int, error: str) -> Fault:
    """The standard library's words for it, in ours (it tells these three)."""
    if "unexpected end" in error:
        return Fault(line, 'a `"` opens a value here that is never closed', 'close the value with `"`')
    if "field larger" in error:
        return Fault(line, f"a value here is longer than {LONGEST:,} bytes", 'look for a `"` that is not closed')
    return Fault(line, 'text follows the `"` that closes a value', 'double each `"` that belongs to a value: `""`')


def find_other_ending(stream: BinaryIO) -> int | None:
    """The first line that ends a record otherwise than the first one did (line feed against carriage return)."""
    expected, inside = "", False
    with _text(stream) as text:
        for number, line in enumerate(text, 1):
            inside ^= line.count('"') % 2 == 1
            ending = _ending(line)
            if inside or not ending:
                continue
            expected = expected or ending
            if ending != expected:
                return number
    return None
