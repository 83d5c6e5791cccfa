"""One locked engine over one or two sources: it sees those files, one folder to write in, and nothing else.

DuckDB says of itself that SQL and files from strangers are unsafe by design. So everything it might reach is switched
off before the first file is looked at, and the switches are locked. The queries that come here are compiled by us from
closed languages; the lock is the second wall.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow

from easement.base.errors import BadData, EasementError, SourceUnreachable
from easement.sources.conditions import Condition
from easement.sources.faults import told
from easement.sources.model import Column, quote
from easement.sources.port import Parameters
from easement.sources.ready import Ready
from easement.sources.streams import Stream

__all__ = ["MEMORY", "SECONDS", "FileSource", "Session", "lock", "one_select"]

MEMORY = "700MB"
"""What the engine may hold: a whole process then stays below 1 GB at 10 million rows (measured)."""

SECONDS = 3_600.0
"""How long one query may take unless the node's settings say otherwise: a match of 10 million people takes minutes."""

Result = TypeVar("Result")

THREADS = 4
"""Most threads of one session: each needs some 125 MB to sort and join without spilling."""

MAX_MEASURED = 10_000
"""Most rows a measure may give back: counts and profiles are far fewer, and a table of people is more."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file, or a table of a database, as a source: a view in its session, so that no path stands in a query.

    `path` is the file, or that of the database's connection; `stream` is set where rows come from a database.
    """

    name: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    path: Path
    session: "Session" = field(repr=False)
    stream: Stream | None = field(default=None, repr=False)
    dialect: str = "duckdb"

    @property
    def relation(self) -> str:
        """The quoted SQL expression that stands for the table after FROM."""
        return quote(self.name)

    def narrow(self, condition: Condition | None) -> None:
        """Let the database leave out rows for which a condition does not hold; a file is read as it is."""
        if self.stream is not None:
            self.stream.narrow(condition)

    def measure(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """Run one query for counts and profiles; see `Session.measure`."""
        return self.session.measure(sql, parameters)


class Session:
    """A locked engine and the sources in it, by name. Open one with `sources.files.open_sources`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        tables: Sequence[Ready],
        streams: Sequence[Stream] = (),
        seconds: float = SECONDS,
    ) -> None:
        self._connection = connection
        self._tables = tuple(tables)
        self._streams = tuple(streams)
        self._seconds = seconds
        self.sources: Mapping[str, FileSource] = {}

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor whose errors are ours; only `sources` may use it. Raises where a file changed meanwhile."""
        try:
            cursor = self._connection.cursor()
        except duckdb.ConnectionException:
            raise SourceUnreachable("the source is closed already", remedy="open it again") from None
        for stream in self._streams:
            cursor.register(self.rows_of(stream), stream)
        late = threading.Timer(self._seconds, self._stop, [cursor])
        late.daemon = True
        late.start()
        try:
            yield cursor
        except (duckdb.Error, pyarrow.ArrowException, OSError) as error:
            self._check_unchanged()
            raise self._told(error, overdue=not late.is_alive()) from None
        except BadData:
            self._check_unchanged()
            raise
        finally:
            late.cancel()
            cursor.close()
        self._check_unchanged()

    def _stop(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.interrupt()
        for stream in self._streams:
            stream.interrupt()

    def rows_of(self, stream: Stream) -> str:
        """What a database's rows are called before they are a table with names and types."""
        return f"easement_rows_{stream.table.name}"

    def _told(self, error: Exception, *, overdue: bool) -> EasementError:
        """What a database said itself, where it is what failed; else the engine's error in our words."""
        failures = [stream.failure for stream in self._streams if stream.failure is not None]
        for stream in self._streams:
            stream.failure = None
        if overdue and (failures or "INTERRUPT" in str(error)):
            what = f"the query took longer than {self._seconds:,g} seconds and was stopped"
            return EasementError(what, remedy="ask for less, or allow more: `seconds` under `[sources]`")
        return failures[0] if failures else told(error, self._tables)

    def _check_unchanged(self) -> None:
        for table in self._tables:
            table.held.check_unchanged()

    def measure(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """Run one query for counts and profiles; raises `EasementError` for more than `MAX_MEASURED` rows.

        What it gives back stays within the organisation: rows for disclosure leave through `sources.rows` alone.
        A time with a zone must be cast to text in the query.
        """
        with self.cursor() as cursor:
            rows = cursor.execute(one_select(cursor, sql), parameters).fetchmany(MAX_MEASURED + 1)
        if len(rows) > MAX_MEASURED:
            raise EasementError(
                f"a measure may give at most {MAX_MEASURED:,} rows", remedy="count by group, or by fewer groups"
            )
        return rows

    def work(self, work: Callable[[Any], Result]) -> Result:
        """Let a part of ours that drives the engine itself, as linkage does, work on a cursor of this locked session.

        It sees these sources and can do no more than the session; it must read no row out but counts and figures.
        """
        with self.cursor() as cursor:
            return work(cursor)

    def make(self, name: str, sql: str, parameters: Parameters = None) -> None:
        """Keep one query's rows under a name for later queries of this session; they go with it."""
        with self.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {quote(name)} AS {one_select(cursor, sql)}", parameters).fetchall()


def one_select(cursor: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The query, if it is one query that only reads; raises `EasementError` for anything else."""
    statements = cursor.extract_statements(sql)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise EasementError("only one query that reads may be run here", remedy="report this as a defect")
    return sql


def lock(paths: Sequence[str], *, output: Path | None, scratch: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """A connection that reads `paths`, writes in `output`, spills to `scratch` (both private), and can do no more."""
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": False})
    settings: dict[str, Any] = {
        "allow_community_extensions": False,
        "allow_extension_repositories": "forbidden",
        "allow_persistent_secrets": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_external_file_cache": False,
        # DuckDB 2.0.0 pushes a `try_cast` that stands twice into the reader as a hard type; one bad value ends it all.
        "disabled_optimizers": "type_pushdown",
        "memory_limit": memory,
        # With order kept, one slow reader fills the memory with batches that wait for their turn (measured: out of
        # memory at 2 million rows of CSV). Who needs an order asks for it, and the file's own order tells nobody more.
        "preserve_insertion_order": False,
        "threads": min(os.cpu_count() or 1, THREADS),
        "TimeZone": "UTC",
        # What spills is encrypted under a key that dies with the process. The wheel's own cipher refuses to write
        # unless told that its random numbers are weak, so the folder is private as well, and goes with the session.
        "force_mbedtls_unsafe": True,
        "temp_file_encryption": True,
        "temp_directory": str(scratch),
        "allowed_paths": list(paths),
        "allowed_directories": [str(output)] if output is not None else [],
        "enable_external_access": False,
        "lock_configuration": True,
    }
    for name, value in settings.items():
        connection.execute(f"SET {name} = $value", {"value": value}).fetchall()
    return connection
