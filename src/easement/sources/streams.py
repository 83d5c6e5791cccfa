"""A table of a database as the engine reads it: a stream of text in batches, begun anew by each query that looks.

The engine asks for the columns that its query needs, and only those are read. What else a disclosure does not need
can be left out beforehand (`Stream.narrow`). Meaning is not split between engines: whatever comes is judged by the one
plan that runs over files too. All looks of one session see one steady state of a PostgreSQL; of others each
connection does.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow
import pyarrow.dataset
from sqlalchemy.pool import PoolProxiedConnection

from easement.base.errors import EasementError, SourceUnreachable
from easement.sources.conditions import Condition, joined
from easement.sources.connection import Connection
from easement.sources.databases import Database, table_name
from easement.sources.mariadb import MariaDB
from easement.sources.model import DatabaseTable
from easement.sources.postgresql import PostgreSQL
from easement.sources.sqlite import SQLite

__all__ = ["Stream", "database"]

_KINDS: dict[str, type[Database]] = {
    "postgresql": PostgreSQL, "sqlite": SQLite, "mysql": MariaDB, "mariadb": MariaDB,
}  # fmt: skip


def database(connection: Connection) -> Database:
    """The database at the end of a connection; nothing is reached yet."""
    return _KINDS.get(connection.url.get_backend_name(), Database)(connection)


class Stream(pyarrow.dataset.Dataset):  # type: ignore[misc]
    """The rows of one table, for the engine to scan as often as it likes; close it to let its connections go.

    `failure` is what went wrong while rows came, in our words: the engine can only pass on a text.
    """

    def __init__(self, table: DatabaseTable) -> None:
        self.table = table
        self.database = database(table.connection)
        self.failure: EasementError | None = None
        self._condition: Condition | None = None
        self._idle: list[PoolProxiedConnection] = []
        self._busy: list[PoolProxiedConnection] = []
        first = self._connected()
        self.columns = self.database.describe(first, table.table)
        self._idle.append(first)
        if not self.columns:
            self.close()
            raise SourceUnreachable(
                f"the database `{table.connection.name}` has no table `{table_name(table.table)}` that may be read",
                remedy="check `table` in the mapping, and that the account may read it",
            )

    @property
    def schema(self) -> pyarrow.Schema:
        """Every column as text, named for its place."""
        return _schema(range(len(self.columns)))

    def narrow(self, condition: Condition | None) -> None:
        """Leave out, from now on, the rows for which a condition does not hold; see `sources.conditions`."""
        self._condition = joined([self._condition, condition])

    def scanner(self, columns: Sequence[str] | None = None, filter: Any = None, **_how: Any) -> "_Scan":  # noqa: A002
        """What the engine calls for each look; `filter` is its own wish and is met here, exactly."""
        return _Scan(self, tuple(columns or self.schema.names), filter)

    def batches(self, wanted: Sequence[int]) -> Iterator[list[pyarrow.Array]]:
        """The table's rows, batch by batch, each as the text of the columns wanted (by place)."""
        reached = self._connected()
        self._busy.append(reached)
        done = False
        try:
            columns = [self.columns[place] for place in wanted]
            with self.database.translated(self.table.table):
                asked, bound = self.database.query(self.table.table, self.columns, wanted, self._condition)
                yield from self.database.batches(reached, asked, bound, columns)
            done = True
        except EasementError as error:
            self.failure = self.failure or error
            raise
        finally:
            self._busy.remove(reached)
            if done:
                self._idle.append(reached)
            else:
                _drop(reached)

    def _connected(self) -> PoolProxiedConnection:
        return self._idle.pop() if self._idle else self.database.connect()

    def interrupt(self) -> None:
        """Stop every look that goes on, from another thread."""
        for reached in list(self._busy):
            with contextlib.suppress(Exception):
                self.database.interrupt(reached)

    def rest(self) -> bool:
        """Forget what was asked, and end the transaction; false where a look goes on still, or the database is gone."""
        self._condition, self.failure = None, None
        with contextlib.suppress(EasementError):
            with self.database.translated():
                for reached in self._idle:
                    reached.rollback()
            return not self._busy
        return False

    def wake(self) -> bool:
        """See the table as it is now, on the same connection; false where it did not last."""
        with contextlib.suppress(EasementError):
            for reached in self._idle:
                self.database.start(reached)
            return True
        return False

    def close(self) -> None:
        """Let every connection go."""
        while self._idle:
            self._idle.pop().close()
        for reached in self._busy:
            _drop(reached)


def _drop(reached: PoolProxiedConnection) -> None:
    """End a connection in the middle of an answer: to read the rest of it might take hours."""
    with contextlib.suppress(Exception):
        reached.invalidate()


def _schema(places: Sequence[int] | range) -> pyarrow.Schema:
    return pyarrow.schema([(f"c{place}", pyarrow.string()) for place in places])


class _Scan:
    """One look: some columns, and only the rows that the engine's own filter lets through."""

    def __init__(self, stream: Stream, names: tuple[str, ...], wish: Any) -> None:
        self.stream, self.names, self.wish = stream, names, wish

    def to_reader(self) -> pyarrow.RecordBatchReader:
        """The rows as they come."""
        return pyarrow.RecordBatchReader.from_batches(_schema([int(name[1:]) for name in self.names]), self._batches())

    def _batches(self) -> Iterator[pyarrow.RecordBatch]:
        names = [*self.names, *(name for name in self._needed() if name not in self.names)]
        places = [int(name[1:]) for name in names]
        schema = _schema(places)
        for arrays in self.stream.batches(places):
            batch = pyarrow.RecordBatch.from_arrays(arrays, schema=schema)
            if self.wish is not None:
                batch = batch.filter(self.wish).select(list(self.names))
            yield batch

    def _needed(self) -> list[str]:
        """The columns that the filter speaks of: those without which it cannot be understood."""
        if self.wish is None:
            return []
        whole = self.stream.schema
        without = {name: whole.remove(whole.get_field_index(name)) for name in whole.names}
        return [name for name, schema in without.items() if not _is_understood(self.wish, schema)]


def _is_understood(wish: Any, schema: pyarrow.Schema) -> bool:
    try:
        pyarrow.RecordBatch.from_pylist([], schema=schema).filter(wish)
    except pyarrow.ArrowException:
        return False
    return True
