"""What is said of a file before it is opened, and the columns it turns out to have."""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from easement.base.errors import UsageError

if TYPE_CHECKING:  # the process that reads a spreadsheet starts twice as fast without a database's libraries
    from easement.sources.connection import Connection

__all__ = ["ENCODINGS", "Column", "DatabaseTable", "File", "Format", "clean_names", "quote"]


class Format(StrEnum):
    """The kinds of file that are read."""

    CSV = "csv"
    EXCEL = "excel"
    JSON = "json"
    PARQUET = "parquet"


SUFFIXES: Mapping[str, Format] = {
    ".csv": Format.CSV, ".tsv": Format.CSV, ".tab": Format.CSV, ".txt": Format.CSV,
    ".xlsx": Format.EXCEL, ".xlsm": Format.EXCEL, ".xlsb": Format.EXCEL, ".xls": Format.EXCEL, ".ods": Format.EXCEL,
    ".json": Format.JSON, ".jsonl": Format.JSON, ".ndjson": Format.JSON,
    ".parquet": Format.PARQUET,
}  # fmt: skip

ENCODINGS: Mapping[str, str] = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
    "iso8859-1": "latin-1", "iso8859-15": "iso-8859-15", "cp1252": "cp1252", "cp1250": "cp1250", "cp437": "cp437",
    "cp850": "cp850", "mac-roman": "mac-roman",
}  # fmt: skip
"""Encodings that are read, by the standard library's name for them, and how we write them."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its clean name, its type as the source's dialect says it, and its name as the source wrote it."""

    name: str
    type: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file and how to read it; what is left out is found in the file. Raises `UsageError` for what cannot be.

    `header` is the line (or row) that holds the column names, from 1; 0 says there are none. `name` is what the table
    is called in SQL.
    """

    path: Path
    name: str = "source"
    format: Format | str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "format", _format(self.path, self.format))
        object.__setattr__(self, "encoding", _encoding(self.encoding))
        _check_name(self.name)
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n\0'):
            raise UsageError(f"`{self.delimiter}` cannot separate fields", remedy="give one character, such as `;`")
        if self.header is not None and self.header < 0:
            raise UsageError(f"`header: {self.header}` is not a line", remedy="count lines from 1; 0 says: no names")

    @property
    def kind(self) -> Format:
        """The format, said or told by the name."""
        return Format(str(self.format))

    @property
    def packed(self) -> bool:
        """Whether the file is compressed with gzip, as its name says."""
        return self.path.suffix.lower() == ".gz"


@dataclass(frozen=True, slots=True)
class DatabaseTable:
    """A table in a database: its name, or its schema's and its own. `name` is what it is called in SQL here."""

    connection: "Connection"
    table: tuple[str, ...]
    name: str = "source"

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.table) not in (1, 2) or not all(self.table) or any("\0" in part for part in self.table):
            raise UsageError(f"`{'.'.join(self.table)}` cannot be a table", remedy="write `schema.table`, or `table`")


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise UsageError(f"`{name}` cannot name a table", remedy="use small letters, digits and `_`")


def _format(path: Path, given: str | None) -> Format:
    if given is not None:
        if given not in list(Format):
            raise UsageError(f"`{given}` is not a format that is read", remedy=f"formats: {', '.join(Format)}")
        return Format(given)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    if not suffixes or suffixes[-1] not in SUFFIXES:
        raise UsageError(
            f"the name `{path.name}` does not tell what kind of file it is",
            remedy=f"say it: `format: csv` (or {', '.join(list(Format)[1:])})",
        )
    return SUFFIXES[suffixes[-1]]


def _encoding(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return ENCODINGS[codecs.lookup(given).name]
    except (LookupError, ValueError):
        known = ", ".join(dict.fromkeys(ENCODINGS.values()))
        raise UsageError(f"`{given}` is not an encoding that is read", remedy=f"encodings: {known}") from None


def clean_names(originals: Iterable[str]) -> tuple[str, ...]:
    """Column names fit for use, in order: on one line, without blanks around, none empty, none twice.

    An empty name becomes `column_3` for its place; a name met again (capitals aside) gets `_2`.
    """
    names: list[str] = []
    taken: set[str] = set()
    for place, original in enumerate(originals, start=1):
        base = _one_line(original) or f"column_{place}"
        name, count = base, 1
        while name.casefold() in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def _one_line(text: str) -> str:
    """Composed (NFC), with every invisible character (line break, byte order mark, zero width) made a blank."""
    visible = "".join(character if character.isprintable() else " " for character in unicodedata.normalize("NFC", text))
    return " ".join(visible.split())


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
