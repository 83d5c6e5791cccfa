"""The engine's errors in our words: the line and what to do, and never a value, for a value may be someone's name."""

import errno
import os
import re
from collections.abc import Sequence

from easement.base.errors import BadData, EasementError, SourceUnreachable, StorageFailed
from easement.sources.delimited import LONGEST, find_fault, find_other_ending
from easement.sources.model import Format
from easement.sources.nested import find_malformed
from easement.sources.ready import Ready

__all__ = ["bad_csv", "told"]

_KIND = re.compile(r"([A-Za-z ]{2,30}) Error: ")
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_SIGNS = {
    Format.CSV: re.compile(r"\bCSV\b"),
    Format.JSON: re.compile(r"\bJSON\b"),
    Format.PARQUET: re.compile(r"\A(?!.{2,30} Error: )|parquet|snappy|zstd|gzip", re.IGNORECASE),
    Format.EXCEL: re.compile(r"parquet", re.IGNORECASE),
}
"""By what an error shows that it is about a file of a format, where it does not name the file; the reader of Parquet
throws some without any kind."""

_TYPES = {
    "DATE": "a date", "TIME": "a time", "TIMESTAMP": "a date and time", "BOOLEAN": "true or false", "UUID": "a UUID",
    "DOUBLE": "a number", "FLOAT": "a number", "INT8": "a whole number", "INT16": "a whole number",
    "INT32": "a whole number", "INT64": "a whole number", "INT128": "a whole number", "BIGINT": "a whole number",
    "INTEGER": "a whole number", "HUGEINT": "a whole number",
}  # fmt: skip
_FULL = os.strerror(errno.ENOSPC)


def told(error: Exception, tables: Sequence[Ready]) -> EasementError:
    """What to raise instead of an error of the engine, or of Arrow on its behalf; their own text goes no further."""
    text = str(error)
    found = _KIND.match(text)
    kind = found.group(1) if found else ""
    table = _table_of(text, tables)
    match kind:
        case "Out of Memory":
            what = "the work needs more memory than it is given"
            return EasementError(what, remedy="ask for fewer columns, or allow it more memory")
        case "INTERRUPT":
            return EasementError("the work was stopped before its end", remedy="ask again")
        case "IO" if "Could not write" in text:
            what = "the disk is full" if _FULL in text else "the disk would not take what was written"
            return StorageFailed(what, remedy="free space or mend the disk, then ask again")
        case "Permission":
            return EasementError("a query reached for something outside its sources", remedy="report this as a defect")
        case "Conversion" | "Out of Range":
            return _unreadable(text)
        case "Binder" | "Catalog":
            return _unknown(text)
    if table is not None:
        return _bad_file(text, table)
    return EasementError(
        f"the query could not be run ({kind.lower() or type(error).__name__})", remedy="report this as a defect"
    )


def _table_of(text: str, tables: Sequence[Ready]) -> Ready | None:
    """The table that an error is about: the one it names, else the one of whose format it speaks."""
    named = [table for table in tables if re.search(rf"{table.place}(?!\d)", text)]
    meant = [table for table in tables if _SIGNS[table.held.file.kind].search(text)]
    return next(iter(named + meant), None)


def _unreadable(text: str) -> EasementError:
    said = re.split("when casting|LINE 1:", text)[0]
    words = {meaning for name, meaning in _TYPES.items() if re.search(rf"\b{name}\b", said, re.IGNORECASE)}
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
