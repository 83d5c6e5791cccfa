"""A database as a source: reached read-only, looked at, and read as a stream of text in batches of bounded size.

Each kind of database says how in a module of its own; what stands here is alike for all, and enough for any that
SQLAlchemy knows. No error shows what a database said of a value, and none a password.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, ClassVar

import pyarrow
import sqlalchemy as sa
from sqlalchemy.exc import NoSuchModuleError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from easement.base.errors import BadData, EasementError, SourceUnreachable, UsageError
from easement.sources.clauses import clause
from easement.sources.conditions import Condition
from easement.sources.connection import Connection
from easement.sources.stored import Stored, named, relation

__all__ = ["BATCH_BYTES", "BATCH_ROWS", "CONNECT_SECONDS", "Database", "table_name"]

BATCH_ROWS = 20_000
"""Most rows that come over together: 10 columns of text are some 2 MB."""

BATCH_BYTES = 8_000_000
"""About the most text that comes over together, however long one value is."""

FIRST_ROWS, GROWTH = 100, 8
"""Rows of the first batch, and how much larger the next may be: nobody knows yet how long they are."""

CONNECT_SECONDS = 10
"""How long a server may take to answer at all."""

_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.types.Boolean, "BOOLEAN"),
    (sa.types.Integer, "BIGINT"),
    (sa.types.Float, "DOUBLE"),
    (sa.types.Date, "DATE"),
    (sa.types.LargeBinary, "BLOB"),
)
"""Of what SQLAlchemy finds, what is more than text; a number with decimals stays text, as the database writes it."""


def table_name(names: Sequence[str]) -> str:
    """A table as people write it: `schema.table`."""
    return ".".join(names)


@dataclass(frozen=True)
class Database:
    """One database, as any is reached through SQLAlchemy; read-only as far as the account that reads it is."""

    driver: ClassVar[str] = ""
    """The driver put into an address that names none."""

    begin: ClassVar[tuple[str, ...]] = ()
    """What begins a transaction that only reads and sees one steady state."""

    connection: Connection

    def engine(self) -> sa.Engine:
        """How connections to it are made; none is kept here."""
        return _engine(self)

    def make_engine(self) -> sa.Engine:
        """Connections made anew; raises `UsageError` where no driver for it is installed."""
        url = self.connection.url
        if self.driver:
            url = url.set(drivername=self.driver)
        if self.connection.password:
            url = url.set(password=self.connection.password)
        return self._create(url, **self.arguments())

    def arguments(self) -> dict[str, Any]:
        """What the driver is told beside the address."""
        return {}

    def _create(self, url: sa.URL | str, **how: Any) -> sa.Engine:
        missing = f"no driver for `{self.connection.url.get_backend_name()}` is installed"
        try:
            return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, **how)
        except NoSuchModuleError:
            raise UsageError(missing, remedy="install the one that SQLAlchemy names for it") from None
        except ImportError:
            raise UsageError(missing, remedy=self.install()) from None

    def install(self) -> str:
        """What to do where the driver is not there."""
        return "install the one that SQLAlchemy names for it"

    def connect(self) -> PoolProxiedConnection:
        """A connection within a transaction that only reads; raises `SourceUnreachable`."""
        engine = self.engine()
        try:
            reached = engine.raw_connection()
        except EasementError:
            raise
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise self.unreachable(getattr(error, "orig", None) or error) from None
        self.start(reached)
        return reached

    def start(self, reached: PoolProxiedConnection) -> None:
        """Begin the transaction, by which everything it will see is settled."""
        try:
            with self.translated():
                self.execute(reached, *self.begin)
        except BaseException:
            reached.invalidate()
            raise

    def interrupt(self, reached: PoolProxiedConnection) -> None:
        """Stop what goes on there, from another thread; where that cannot be, its own bound of time does."""

    def execute(self, reached: PoolProxiedConnection, *statements: str) -> None:
        """Run statements of ours that give nothing back."""
        with contextlib.closing(reached.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)

    def describe(self, reached: PoolProxiedConnection, table: tuple[str, ...]) -> tuple[Stored, ...]:
        """The columns of a table; empty where there is no such table."""
        *schema, name = table
        with self.engine().connect() as plain:
            try:
                found = sa.inspect(plain).get_columns(name, schema=schema[0] if schema else None)
            except NoSuchTableError:
                return ()
        return tuple(_stored(str(column["name"]), column["type"]) for column in found)

    def query(
        self, table: tuple[str, ...], columns: Sequence[Stored], wanted: Sequence[int], condition: Condition | None
    ) -> tuple[str, Any]:
        """The query for some columns of a table, as text and what is bound to it."""
        asked = sa.select(*(columns[place].read for place in wanted)).select_from(relation(table))
        where = clause(condition, {column.name: column for column in columns}) if condition is not None else None
        made = (asked if where is None else asked.where(where)).compile(
            dialect=self.engine().dialect, compile_kwargs={"render_postcompile": True}
        )
        bound = made.construct_params()
        return str(made), bound if made.positiontup is None else [bound[key] for key in made.positiontup]

    def batches(
        self, reached: PoolProxiedConnection, query: str, bound: Any, columns: Sequence[Stored]
    ) -> Iterator[list[pyarrow.Array]]:
        """The rows of a query, batch by batch, each as the text of its columns."""
        with self.cursor(reached) as cursor:
            cursor.execute(query, bound)
            many = FIRST_ROWS
            while rows := cursor.fetchmany(many):
                batch = [texts(values, column) for values, column in zip(zip(*rows, strict=True), columns, strict=True)]
                fitting = BATCH_BYTES * len(rows) // max(1, sum(column.nbytes for column in batch))
                many = max(1, min(BATCH_ROWS, many * GROWTH, fitting))
                yield batch

    @contextlib.contextmanager
    def cursor(self, reached: PoolProxiedConnection) -> Iterator[Any]:
        """A cursor that hands rows over as they come."""
        with contextlib.closing(reached.cursor()) as cursor:
            yield cursor

    def reason(self, error: BaseException) -> str:
        """What kind of trouble an error is: `absent`, `denied`, `slow`, `text`, or nothing that is known."""
        return ""

    def why(self, error: BaseException) -> str:
        """Why it could not be reached, in words that hold nothing secret."""
        return ""

    def unreachable(self, error: BaseException) -> SourceUnreachable:
        """What to raise where no connection came about."""
        why, url = self.why(error), self.connection.url
        place = f" at `{url.host}`" if url.host else ""
        what = f"cannot reach the database `{self.connection.name}`{place}{f': {why}' if why else ''}"
        return SourceUnreachable(
            what, remedy=f"check `{self.connection.path}`, its password in `keys/`, and that the database runs"
        )

    @contextlib.contextmanager
    def translated(self, table: Sequence[str] = ()) -> Iterator[None]:
        """Turns what a driver raises inside into ours, without a word of what the database said."""
        driver = self.engine().dialect.loaded_dbapi
        try:
            yield
        except (driver.Error, SQLAlchemyError, UnicodeDecodeError, OSError, pyarrow.ArrowException) as error:
            raise self.told(getattr(error, "orig", None) or error, table) from None

    def told(self, error: BaseException, table: Sequence[str]) -> EasementError:
        """An error of the driver as a person reads it."""
        name, shown = self.connection.name, table_name(table)
        what = f"`{shown}` in the database `{name}`" if shown else f"the database `{name}`"
        match "text" if isinstance(error, UnicodeDecodeError | pyarrow.ArrowInvalid) else self.reason(error):
            case "absent":
                return SourceUnreachable(f"there is no {what}", remedy="check `table` in the mapping")
            case "denied":
                return SourceUnreachable(
                    f"the account may not read {what}", remedy="ask its owner for the right to read it: GRANT SELECT"
                )
            case "slow":
                more = f"allow more: `seconds` in `{self.connection.path}`"
                return SourceUnreachable(
                    f"{what} took longer than {self.connection.seconds:,} seconds to answer",
                    remedy=f"ask for less, index what is asked by, or {more}",
                )
            case "text":
                return BadData(f"{what} holds text that is no UTF-8", remedy="mend the text where it is kept")
        return SourceUnreachable(
            f"{what} stopped answering ({type(error).__name__})", remedy="look at what it logs, then ask again"
        )


@lru_cache(maxsize=64)
def _engine(made: Database) -> sa.Engine:
    return made.make_engine()


def _stored(name: str, found: sa.types.TypeEngine[Any]) -> Stored:
    raw = named(name)
    if isinstance(found, sa.types.DateTime):
        return Stored(name, "TIMESTAMP WITH TIME ZONE" if found.timezone else "TIMESTAMP", raw, raw)
    kind = next((ours for theirs, ours in _TYPES if isinstance(found, theirs)), "VARCHAR")
    text, number = isinstance(found, sa.types.String), isinstance(found, sa.types.Integer)
    return Stored(name, kind, raw, raw, raw if text else None, raw if number else None)


def texts(values: Sequence[Any], column: Stored) -> pyarrow.Array:
    """Values of one column as text, bytes as hexadecimal digits; raises `BadData` for what is no text."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {int, float}:  # the usual kinds, without a look at each value's own
        made = pyarrow.array([None if value is None else repr(value) for value in values], pyarrow.string())
    else:
        made = _made(values, column)
    data = made.buffers()[2]
    if data is not None and b"\0" in data.to_pybytes():
        raise BadData(f"the column `{column.name}` holds a NUL character", remedy="mend the text where it is kept")
    return made


def _made(values: Sequence[Any], column: Stored) -> pyarrow.Array:
    try:
        return pyarrow.array(values, pyarrow.string())
    except (pyarrow.ArrowTypeError, pyarrow.ArrowInvalid):
        return pyarrow.array([_text(value, column) for value in values], pyarrow.string())


def _text(value: Any, column: Stored) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime():
            moment = value if value.tzinfo is None else value.astimezone(UTC)
            return moment.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview() if column.type == "BLOB":
            return bytes(value).hex()
        case bytes() | bytearray() | memoryview():
            raise BadData(
                f"the column `{column.name}` holds bytes where text is meant", remedy="mend it where it is kept"
            )
    return str(value)
