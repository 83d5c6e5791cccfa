"""Statements that every question runs, straight through the driver: going through the compiler doubles their cost.

A statement is put into the driver's words once. What it is given is bound as it is, so bytes, text and whole numbers
alone; what the driver raises is raised as the database's other errors are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

from easement.base.database import storage

__all__ = ["Statement"]

NOTHING: Mapping[str, Any] = {}


class _Words:
    """A statement as one driver takes it: its text, what stands in it already, and the order of its values."""

    __slots__ = ("names", "said", "text")

    def __init__(self, clause: ClauseElement, dialect: Dialect, columns: Sequence[str]) -> None:
        compiled: Any = clause.compile(dialect=dialect, column_keys=list(columns) or None)
        self.text, self.names = str(compiled), tuple(compiled.positiontup or ()) if compiled.positional else None
        self.said = {name: value for name, value in (compiled.params or {}).items() if value is not None}

    def values(self, given: Mapping[str, Any]) -> Any:
        known = {**self.said, **given} if self.said else given
        return known if self.names is None else [known[name] for name in self.names]


class Statement:
    """A statement and its words for each driver. Safe for many threads."""

    __slots__ = ("_clause", "_columns", "_known")

    def __init__(self, clause: ClauseElement, *columns: str) -> None:
        """`columns` are those that an insert or an update fills from its values, where it does not say so itself."""
        self._clause, self._columns = clause, columns
        self._known: dict[str, _Words] = {}

    def _words(self, dialect: Dialect) -> _Words:
        known = self._known.get(dialect.name)
        if known is None:
            known = self._known[dialect.name] = _Words(self._clause, dialect, self._columns)
        return known

    def run(self, connection: Connection, given: Mapping[str, Any] = NOTHING) -> Any:
        """Run it within a transaction that has begun; the driver's cursor. Raises `DBAPIError`."""
        words, plain = self._words(connection.dialect), connection.connection
        cursor = plain.cursor()
        try:
            cursor.execute(words.text, words.values(given))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, plain, words, error) from error
        return cursor

    def run_rows(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it for each row of values, in the order of `columns`, within a transaction; raises `DBAPIError`."""
        words, plain = self._words(connection.dialect), connection.connection
        given = rows if words.names is not None else [dict(zip(self._columns, row, strict=True)) for row in rows]
        try:
            plain.cursor().executemany(words.text, given)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, plain, words, error) from error

    def fetch(self, engine: Engine, given: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Its rows, read in a transaction of its own; raises `StorageFailed`."""
        words, dialect = self._words(engine.dialect), engine.dialect
        with storage("the database cannot be read"):
            try:
                plain = engine.raw_connection()
            except dialect.loaded_dbapi.Error as error:  # a server that is away; the pool tells it as the driver does
                raise _told(None, None, words, error, dialect) from error
            try:
                cursor = plain.cursor()
                cursor.execute(words.text, words.values(given))
                return list(cursor.fetchall())
            except dialect.loaded_dbapi.Error as error:
                raise _told(plain, plain, words, error, dialect) from error
            finally:
                plain.close()


def _told(holder: Any, plain: Any, words: _Words, error: Any, dialect: Dialect | None = None) -> Exception:
    """A driver's error as the database's errors are told, without the values; a lost connection is not used again."""
    spoken = dialect or holder.dialect
    lost = spoken.is_disconnect(error, plain, None)
    if lost:
        holder.invalidate(error)
    kind = spoken.loaded_dbapi.Error
    told: Any = DBAPIError.instance(
        words.text, None, error, kind, hide_parameters=True, connection_invalidated=lost, dialect=spoken
    )
    return cast("Exception", told)
