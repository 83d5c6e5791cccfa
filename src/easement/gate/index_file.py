"""An index of one dataset: each person's records by their keys, in a file of its own, encrypted as the database is.

It holds what the mapping makes of each row: values, and tokens (each value's one spelling). It is written whole and
never changed; a newer one takes its place by a rename.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from easement.base.durable import aside
from easement.base.stamps import Stamp
from easement.gate.found import Record
from easement.meaning.model import Key, Standard

__all__ = ["FORMAT", "About", "IndexFile", "NotIndexed", "Row", "write_index"]

FORMAT = 1
"""Which way of writing an index this is; one written another way is made anew."""

_CIPHER = (
    "cipher_page_size = 4096",  # small pages: a look-up reads six of them, each to be deciphered whole
    "cipher_hmac_algorithm = HMAC_SHA256",
    "temp_store = MEMORY",  # what is sorted on the way stands nowhere in clear
)
_WRITING = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000")
_READING = ("query_only = ON", "cache_size = -64000")


class NotIndexed(Exception):
    """A dataset that no index can hold exactly: it is read in its place instead."""


@dataclass(frozen=True, slots=True)
class About:
    """What an index was made from: its data's stamp, a digest of mapping and standard, the columns of the data.

    `kinds` says how the value of each element is written, in the order of the values.
    """

    stamp: Stamp
    shape: str
    columns: tuple[tuple[str, str, str], ...]
    kinds: Mapping[str, str]
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Row:
    """One record on its way into an index: values and tokens in the order of `About.kinds`."""

    values: Sequence[Any]
    tokens: Sequence[str | None]
    who: str
    subject: str


def _connected(path: Path, key: bytes, settings: Iterable[str], *, read: bool) -> Any:
    from sqlcipher3 import dbapi2

    place = f"{path.absolute().as_uri()}?immutable=1&mode=ro" if read else str(path)
    connection = dbapi2.connect(place, uri=read, isolation_level=None, check_same_thread=False)
    for setting in (f"key = \"x'{key.hex()}'\"", *_CIPHER, *settings):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def write_index(path: Path, key: bytes, about: About, standard: Standard, rows: Iterable[Row]) -> None:
    """Write an index to `path`, whole or not at all; raises `NotIndexed` for a value that it cannot hold."""
    keyed = [(place, name) for place, name in enumerate(about.kinds) if standard.elements[name].key is not None]
    columns = "".join(f', "k_{name}" TEXT' for _, name in keyed)
    insert = f"INSERT INTO records VALUES (?{', ?' * len(keyed)})"  # noqa: S608 (no value stands in it)
    with aside(path, mode=0o600) as partial:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection = _connected(partial, key, _WRITING, read=False)
        try:
            connection.execute("BEGIN")
            connection.execute("CREATE TABLE about (said TEXT)")
            connection.execute("INSERT INTO about VALUES (?)", (json.dumps(asdict(about)),))
            connection.execute(f"CREATE TABLE records (record TEXT NOT NULL{columns})")
            connection.executemany(insert, ((_encoded(row), *(row.tokens[at] for at, _ in keyed)) for row in rows))
            for name, over in _indexes(standard, [name for _, name in keyed]):
                connection.execute(f"CREATE INDEX {name} ON records ({over})")
            connection.execute("COMMIT")
        finally:
            connection.close()


def _indexes(standard: Standard, keyed: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What people are looked up by: a number, a family name with a day of birth, or names with a place."""
    of = {key: [name for name in keyed if standard.elements[name].key is key] for key in Key}
    for name in (*of[Key.IDENTIFIER], *of[Key.POSTCODE]):
        yield f'"by_{name}"', f'"k_{name}"'
    for family in of[Key.FAMILY_NAME]:
        for born in of[Key.DATE_OF_BIRTH]:
            yield f'"by_{family}_{born}"', f'"k_{family}", "k_{born}"'


def _encoded(row: Row) -> str:
    """A record as JSON; a token that is its value is written as 0."""
    tokens = [0 if token == value else token for value, token in zip(row.values, row.tokens, strict=True)]
    try:
        said = [list(row.values), tokens, row.who, row.subject]
        return json.dumps(said, default=_written, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise NotIndexed("a number that is none") from None


def _written(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise NotIndexed(f"a value of {type(value).__name__}")


_READ: Mapping[str, Callable[[str], Any]] = {"date": date.fromisoformat, "decimal": Decimal}
"""How values that JSON has no way of writing are read back."""


class IndexFile:
    """An index, open to look people up in. Safe for many threads."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Raises the driver's error where there is none, or none that this key opens."""
        self._connection, self._lock = _connected(path, key, _READING, read=True), threading.Lock()
        try:
            ((said,),) = self._connection.execute("SELECT said FROM about").fetchall()
            about = json.loads(said)
            columns = tuple(tuple(each) for each in about["columns"])
            stamp, format_ = Stamp(*about["stamp"]), int(about["format"])
            self.about = About(stamp, about["shape"], columns, about["kinds"], format_)
        except BaseException:
            self._connection.close()
            raise
        self._names = tuple(self.about.kinds)
        self._special = [(name, _READ[kind]) for name, kind in self.about.kinds.items() if kind in _READ]

    def find(self, tokens: Mapping[str, str], most: int) -> list[Record] | None:
        """The records whose tokens are these; `None` where there are more than `most`."""
        fits = " AND ".join(f'"k_{name}" = ?' for name in tokens)
        query = f"SELECT record FROM records WHERE {fits} LIMIT {most + 1}"  # noqa: S608 (names of a standard's elements)
        with self._lock:
            rows = self._connection.execute(query, tuple(tokens.values())).fetchall()
        return None if len(rows) > most else [self._decoded(row[0]) for row in rows]

    def _decoded(self, text: str) -> Record:
        values, tokens, who, subject = json.loads(text)
        raw = dict(zip(self._names, values, strict=True))
        known = {name: raw[name] if token == 0 else token for name, token in zip(self._names, tokens, strict=True)}
        for name, read in self._special:
            if raw[name] is not None:
                raw[name] = read(raw[name])
        return Record(raw, known, who, subject)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
