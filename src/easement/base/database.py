"""The node's database: SQLCipher by default, encrypted at rest; everything written for SQLite alone stands here.

Who writes works on PostgreSQL too (`easement.base.postgresql`): there several write at once, so what must happen one
at a time says so with `take_turn`, a row's lock, or a key that cannot be there twice.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Integer, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from easement.base.errors import StorageAway, StorageFailed

__all__ = [
    "KEY_BYTES",
    "METADATA",
    "Whole",
    "copy_database",
    "open_database",
    "reading",
    "rekey",
    "scrub",
    "storage",
    "take_turn",
    "writing",
]

METADATA = MetaData(
    naming_convention={
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
    }
)
"""All tables of a node, whichever room's they are; a table is named by its room first (`ledger_entries`)."""

Whole = BigInteger().with_variant(Integer(), "sqlite")
"""A column of whole numbers of 64 bits: SQLite numbers rows by itself only in a plain `INTEGER`."""

KEY_BYTES = 32
"""A raw AES-256 key: SQLCipher takes it as it is, so that opening costs no key stretching."""

OLDEST = (3, 51, 3)
"""SQLite before this can lose commits in WAL mode with several connections (its WAL-reset defect)."""

BUSY_SECONDS = 60.0
"""How long a write waits for another process's transaction before it fails."""

SCRUB_SECONDS = 2.0
"""How long cutting off the log of changes waits for those who read before it gives up."""

_CIPHER = (
    "cipher_page_size = 16384",  # fewer pages to seal for the same entries: a tenth of an append's cost, together
    "cipher_hmac_algorithm = HMAC_SHA256",  # with this; SHA-512 over each page is slower and here no stronger
)
"""How pages are sealed (AES-256-CBC with an HMAC each); part of the file's format, so it never changes once made."""

_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk when it returns; NORMAL may lose it when power fails
    "foreign_keys = ON",
    "secure_delete = ON",  # what is erased is overwritten, not only unlinked
    "temp_store = MEMORY",
    "wal_autocheckpoint = 4000",  # 16 MB: measured best for grouped appends
)


def open_database(path: Path, key: bytes) -> Engine:
    """Open the SQLCipher database at `path`, made if absent, with its 32-byte key; raises `StorageFailed`.

    The engine begins every transaction by taking the write lock; `reading` is for those that only read.
    """
    from sqlcipher3 import dbapi2

    _check_version(dbapi2.sqlite_version_info)
    if len(key) != KEY_BYTES:
        raise StorageFailed("the database key is not 32 bytes", remedy="restore `database.key` from where you keep it")
    _make_private(path)
    engine = create_engine(
        "sqlite://",
        creator=_connector(path, key, dbapi2),
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=-1,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    with storage(f"cannot open the database `{path}`", "check that its key is the one it was made with"):
        engine.connect().close()
    return engine


def _check_version(version: tuple[int, ...]) -> None:
    if version < OLDEST:
        found, needed = (".".join(map(str, each)) for each in (version, OLDEST))
        raise StorageFailed(
            f"the database library is SQLite {found}, which can lose commits",
            remedy=f"install a newer `sqlcipher3`: it must hold SQLite {needed} or later",
        )


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageFailed(
            f"cannot open the database `{path}`: {error.strerror}", remedy="check the folder and who may write to it"
        ) from error


def _connector(path: Path, key: bytes, dbapi2: Any) -> Callable[[], Any]:
    first = threading.Lock()

    def connect() -> Any:
        connection = dbapi2.connect(
            str(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        with first:  # two connections that turn WAL on at once would hold each other up
            _unlock(connection, key)
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}").fetchall()
        return connection

    return connect


def rekey(path: Path, old: bytes, new: bytes) -> None:
    """Seal every page of a database anew under another key, all or none; raises `StorageFailed` while others use it."""
    from sqlcipher3 import dbapi2

    busy = "stop whatever has it open, `easement serve` first of all, then ask again"
    with _raw(path, old, dbapi2, f"cannot change the key of `{path}`", busy) as connection:
        connection.execute(f"PRAGMA busy_timeout = {round(SCRUB_SECONDS * 1000)}")
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()  # refused unless alone; undone whole by a kill
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"").fetchall()


def copy_database(path: Path, key: bytes, target: Path) -> None:
    """Copy a database that may be in use, as it is at one moment, under the same key; raises `StorageFailed`."""
    from sqlcipher3 import dbapi2

    _make_private(target)
    what, remedy = f"cannot copy `{path}`", "free space or mend the disk, then ask again"
    with _raw(path, key, dbapi2, what, remedy) as source, _raw(target, key, dbapi2, what, remedy) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()


@contextmanager
def _raw(path: Path, key: bytes, dbapi2: Any, what: str, remedy: str) -> Iterator[Any]:
    connection = dbapi2.connect(str(path), timeout=BUSY_SECONDS, isolation_level=None)
    try:
        _unlock(connection, key)
        yield connection
    except dbapi2.Error as error:
        raise StorageFailed(f"{what}: {error}", remedy=remedy) from error
    finally:
        connection.close()


def _unlock(connection: Any, key: bytes) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")  # what fails is told by its error, not on the terminal
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for setting in _CIPHER:
        connection.execute(f"PRAGMA {setting}").fetchall()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def storage(what: str, remedy: str = "") -> Iterator[None]:
    """Turns what the database raises inside into `StorageFailed`, without the values it was given."""
    try:
        yield
    except SQLAlchemyError as error:
        if _passes(error):
            raise StorageAway(f"{what}: {_cause(error)}", remedy=remedy or AWAY) from error
        raise StorageFailed(f"{what}: {_cause(error)}", remedy=remedy or MEND) from error


MEND = "mend the disk or the database, then start again; nothing is retried"
AWAY = "ask again; if it lasts, check the database's server and the way to it"

PASSING = ("08", "40", "53", "55P03", "57")
"""What PostgreSQL says when it undid a transaction for a reason that passes: connection, deadlock, no room, lock, end.

A full disk is among them: it is the server that keeps its files sound, and it has undone what it could not keep.
"""


def _passes(error: SQLAlchemyError) -> bool:
    """Whether a server is away or busy. A file never is: what the disk has refused once is not tried again."""
    said = getattr(error, "orig", None)
    if isinstance(error, DBAPIError) and type(said).__module__.startswith("psycopg"):
        state = getattr(said, "sqlstate", None)
        return error.connection_invalidated or str(state or "08").startswith(PASSING)
    return isinstance(error, PoolTimeout)


def _cause(error: SQLAlchemyError) -> str:
    """What the driver said, in one line. PostgreSQL repeats values in its details, and in what it says of data."""
    said = getattr(error, "orig", None) or type(error).__name__
    if (state := getattr(said, "sqlstate", None)) is None:
        return " ".join(str(said).split())
    primary = "" if state.startswith("22") else getattr(getattr(said, "diag", None), "message_primary", None)
    return primary or f"{type(said).__name__} ({state})"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: durable when the block ends, undone when it raises; raises `StorageFailed`."""
    with storage("the database would not keep what it was given"), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, one steady view, and holds up nobody; raises `StorageFailed`."""
    with storage("the database cannot be read"), engine.connect() as plain:
        if engine.dialect.name == "postgresql":
            yield plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            yield plain.execution_options(reads_only=True)


def take_turn(connection: Connection, name: str) -> None:
    """From here to the end of this transaction, one at a time among all who take the turn of that name.

    On SQLCipher a transaction that writes is alone already, so nothing is done there.
    """
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": number})


def scrub(engine: Engine, *, wait: bool = True) -> bool:
    """Write the log of changes back and cut it off, so that nothing erased is left in it; whether that was done.

    It is not while another connection is within a transaction, which it waits for a little, or when the disk refuses.
    Raises `StorageFailed` when the database cannot be reached.
    """
    if engine.dialect.name != "sqlite":
        return True
    with storage("the database cannot be reached"), engine.connect() as plain:
        cursor = plain.connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {round(SCRUB_SECONDS * 1000) if wait else 0}")
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() or (True,)
            cursor.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")
        except engine.dialect.loaded_dbapi.Error:
            plain.invalidate()
            return False
    return not busy
