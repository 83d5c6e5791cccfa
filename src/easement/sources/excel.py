"""Spreadsheets: one sheet as a table of text, the way a person reads it, and the same whatever the other cells hold.

A date comes as `2026-09-02`, a whole number without a point, true and false as words. The values a formula last had
are read; a cell in error reads as empty, for the library does not tell the two apart. Some files make the library abort
its process: `sources.apart` runs this in one of its own.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

import pyarrow
import pyarrow.parquet
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from easement.base.errors import BadData, StorageFailed
from easement.sources.held import Held
from easement.sources.model import File

__all__ = ["write_rows"]

MAX_UNPACKED = 500_000_000
"""Most bytes a spreadsheet may unpack to: the library holds a sheet whole, at 1.7 bytes of memory for each of these."""

LARGE = 100_000
"""Rows from which a person is told that another format is read with less memory."""

_CELLS = 1_000_000
_BATCH = 10_000
_EXACT = 2**53


def write_rows(held: Held, sink: BinaryIO) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write a sheet's rows to `sink` as Parquet, each column as text; returns column names, and notes for a person.

    Raises `BadData` for what is no table, `StorageFailed` where the disk is full.
    """
    sheet = _sheet(held)
    first, width, height = _extent(held.file, sheet)
    rows = islice(sheet.iter_rows(), first, None)
    names = _texts(next(rows), width) if held.file.header != 0 else [None] * width
    _write((row for row in rows if any(cell != "" for cell in row)), width, sink)
    told = f"`{held.file.path.name}` has {height:,} rows; the same table as CSV or Parquet needs far less memory"
    return tuple(name or "" for name in names), (told,) if height > LARGE else ()


def _sheet(held: Held) -> CalamineSheet:
    file = held.file
    try:
        _check_size(held)
        with held.stream() as stream:
            book = CalamineWorkbook.from_filelike(stream)
            return book.get_sheet_by_name(_choose(file, book))
    except PasswordError:
        raise BadData(
            "the spreadsheet is locked with a password", where=str(file.path), remedy="save a copy without one"
        ) from None
    except (CalamineError, zipfile.BadZipFile, OSError):
        raise BadData(
            "the file is no spreadsheet that can be read, or is damaged",
            where=str(file.path),
            remedy="open it, save it anew as .xlsx or CSV, and try again",
        ) from None


def _check_size(held: Held) -> None:
    with held.stream() as stream:
        if not zipfile.is_zipfile(stream):
            return
        size = sum(part.file_size for part in zipfile.ZipFile(stream).infolist())
    if size > MAX_UNPACKED:
        raise BadData(
            f"the spreadsheet unpacks to {size:,} bytes; at most {MAX_UNPACKED:,} are read",
            where=str(held.file.path),
            remedy="save the sheet as CSV, which is read without holding it in memory",
        )


def _choose(file: File, book: CalamineWorkbook) -> str:
    """The sheet named, or the only one that shows; a person chooses where there are several."""
    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    shown = [sheet.name for sheet in tables if sheet.visible == SheetVisibleEnum.Visible]
    listed = ", ".join(f"`{sheet.name}`" for sheet in tables)
    if file.sheet is not None and file.sheet not in [sheet.name for sheet in tables]:
        raise BadData(f"there is no sheet `{file.sheet}`", where=str(file.path), remedy=f"its sheets are {listed}")
    if file.sheet is None and len(shown) != 1:
        raise BadData(
            f"the spreadsheet has {len(shown)} sheets, and none is named",
            where=str(file.path),
            remedy=f"name one with `sheet:`; it has {listed}",
        )
    return file.sheet or shown[0]


def _extent(file: File, sheet: CalamineSheet) -> tuple[int, int, int]:
    """The row of the names (or the first row), from 0; how many columns hold anything from there on; rows below."""
    first, width, number = (None if file.header is None else max(file.header - 1, 0)), 0, 0
    for number, row in enumerate(sheet.iter_rows()):
        filled = max((place for place, cell in enumerate(row, 1) if cell != ""), default=0)
        if first is None and filled:
            first = number
        if first is not None and number >= first:
            width = max(width, filled)
    if first is None or not width:
        raise BadData(
            f"the sheet `{sheet.name}` has no row of column names" if sheet.height else f"`{sheet.name}` is empty",
            where=str(file.path),
            remedy="name another with `sheet:`, or the row of its column names with `header:`",
        )
    return first, width, number + (file.header == 0) - first


def _write(rows: Iterator[Sequence[Any]], width: int, sink: BinaryIO) -> None:
    schema = pyarrow.schema([(f"c{position}", pyarrow.string()) for position in range(width)])
    together = min(_BATCH, max(_CELLS // width, 1_000))
    try:
        with pyarrow.parquet.ParquetWriter(sink, schema) as writer:
            while batch := [_texts(row, width) for row in islice(rows, together)]:
                columns = [pyarrow.array(values, pyarrow.string()) for values in zip(*batch, strict=True)]
                writer.write_table(pyarrow.table(columns, schema=schema))
        sink.flush()
    except OSError as error:
        raise StorageFailed(
            f"the spreadsheet cannot be made ready: {error.strerror or 'the disk would not take it'}",
            remedy="free space or mend the disk, then ask again",
        ) from None


def _texts(row: Sequence[Any], width: int) -> list[str | None]:
    return [_text(cell) for cell in row[:width]]


def _text(cell: Any) -> str | None:
    match cell:
        case "":
            return None
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case timedelta():
            seconds = round(cell.total_seconds())
            return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(cell)
