"""The engine's errors in our words: the line and what to do, and never a value, for a value may be someone's name."""

import errno
import os
import re
from collections.abc import Sequence

import duckdb

from easement.base.errors import BadData, EasementError, SourceUnreachable, StorageFailed
from easement.sources.delimited import LONGEST, find_fault, find_other_ending
from easement.sources.model import Format
from easement.sources.nested import find_malformed
from easement.sources.ready import Ready

__all__ = ["bad_csv", "told"]

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_TYPES = {
    "DATE": "a date", "TIME": "a time", "TIMESTAMP": "a date and time", "BOOLEAN": "true or false", "UUID": "a UUID",
    "DOUBLE": "a number", "FLOAT": "a number", "INT8": "a whole number", "INT16": "a whole number",
    "INT32": "a whole number", "INT64": "a whole number", "INT128": "a whole number", "BIGINT": "a whole number",
    "INTEGER": "a whole number", "HUGEINT": "a whole number",
}  # fmt: skip
_FULL = os.strerror(errno.ENOSPC)


def told(error: Exception, tables: Sequence[Ready]) -> EasementError:
    """What to raise instead of an error of the engine; the engine's own text goes no further."""
    text = str(error)
    table = next((table for table in tables if re.search(rf"{table.place}(?!\d)", text)), None)
    if table is None and len(tables) == 1:
        table = tables[0]
    match error:
        case duckdb.OutOfMemoryException():
            return EasementError(
                "the work needs more memory than it is given", remedy="ask for fewer columns, or allow it more memory"
            )
        case duckdb.InterruptException():
            return EasementError("the work was stopped before its end", remedy="ask again")
        case duckdb.IOException() if "Could not write" in text:
            what = "the disk is full" if _FULL in text else "the disk would not take what was written"
            return StorageFailed(what, remedy="free space or mend the disk, then ask again")
        case duckdb.PermissionException():
            return EasementError("a query reached for something outside its sources", remedy="report this as a defect")
        case duckdb.ConversionException() | duckdb.OutOfRangeException():
            return _unreadable(text)
        case duckdb.BinderException() | duckdb.CatalogException():
            return _unknown(text)
        case duckdb.InvalidInputException() | duckdb.IOException() | duckdb.NotImplementedException() if table:
            return _bad_file(text, table)
    return EasementError(f"the query could not be run ({type(error).__name__})", remedy="report this as a defect")


def _unreadable(text: str) -> EasementError:
    words = {meaning for name, meaning in _TYPES.items() if re.search(rf"\b{name}\b", text.split("LINE 1:")[0])}
    kind = words.pop() if len(words) == 1 else "what its column is meant to hold"
    return BadData(
        f"a value cannot be read as {kind}", remedy="mend the value in the table, or say in the mapping how to read it"
    )


def _unknown(text: str) -> EasementError:
    found = re.search(r'Referenced column "([^"\n]+)" not found', text)
    what = f"there is no column `{found.group(1)}`" if found else "the query names something that the source lacks"
    return BadData(what, remedy="hold the mapping against the table's columns")


def _bad_file(text: str, table: Ready) -> EasementError:
    path = str(table.held.file.path)
    match table.held.file.kind:
        case Format.CSV:
            return bad_csv(table, text)
        case Format.JSON:
            return _bad_json(text, table)
        case Format.PARQUET:
            return BadData("the Parquet file is damaged or locked", where=path, remedy="export the table anew")
    return SourceUnreachable(f"`{path}` cannot be read to its end", remedy="check the disk it is on")


def bad_csv(table: Ready, text: str = "") -> EasementError:
    """What is wrong with a CSV that the engine could not read whole; of what it said (`text`) only a number is used."""
    path, layout = table.held.file.path, table.layout
    assert layout is not None
    with table.stream() as stream:
        fault = find_fault(stream, layout)
    if fault is not None:
        return BadData(fault.what, where=f"{path}:{fault.line}", remedy=fault.mend)
    with table.stream() as stream:
        other = find_other_ending(stream)
    if other is not None:
        return BadData(
            "this line ends otherwise than the lines before it",
            where=f"{path}:{other}",
            remedy="save the file anew with one kind of line ending throughout",
        )
    found = _LINE.search(text)
    return BadData(
        f"a record here cannot be read: it is longer than {LONGEST:,} bytes, or its quotes do not pair",
        where=f"{path}:{found.group(1)}" if found else str(path),
        remedy="mend the line, or export the table anew",
    )


def _bad_json(text: str, table: Ready) -> EasementError:
    path = str(table.held.file.path)
    if "duplicate key" in text:
        return BadData("a record has the same key twice", where=path, remedy="keep one of the two")
    if "maximum_object_size" in text:
        return BadData("a record is longer than 16 MB", where=path, remedy="export one record for each row")
    with table.stream() as stream:
        line = find_malformed(stream, by_line=" in line " in text)
    return BadData(
        "the file is not well-formed JSON",
        where=path if line is None else f"{path}:{line}",
        remedy="mend the line, or export the table anew",
    )
