"""SQLite: a file that another program keeps, opened so that nothing in it can change.

A column there holds what was put into it, whatever its declaration says. So every column comes as text, as it does
from CSV, except bytes in a column that is declared to hold them.
"""

import sqlite3
from collections.abc import Sequence
from typing import cast
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from easement.base.errors import EasementError, SourceUnreachable
from easement.sources.databases import CONNECT_SECONDS, Database
from easement.sources.stored import Stored, named

__all__ = ["SQLite"]


class SQLite(Database):
    """A database that is a file: `sqlite:///register.db`, from the folder of the connection's file."""

    begin = ("BEGIN",)

    def make_engine(self) -> sa.Engine:
        """Connections that cannot write (SQLite's `mode=ro`)."""
        place = self.connection.place
        assert place is not None

        def open_it() -> sqlite3.Connection:
            reached = sqlite3.connect(
                f"file:{quote(str(place))}?mode=ro",
                uri=True, timeout=CONNECT_SECONDS, isolation_level=None, check_same_thread=False,
            )  # fmt: skip
            reached.execute("PRAGMA query_only = ON")
            reached.execute("PRAGMA trusted_schema = OFF")
            return reached

        return self._create("sqlite://", creator=open_it)

    def connect(self) -> PoolProxiedConnection:
        """A connection within a transaction that only reads; raises `SourceUnreachable`."""
        place = self.connection.place
        if place is None or not place.is_file():
            raise SourceUnreachable(
                f"there is no file `{place}`", remedy=f"check `url` in `{self.connection.path}`: a path from its folder"
            )
        return super().connect()

    def describe(self, reached: PoolProxiedConnection, table: tuple[str, ...]) -> tuple[Stored, ...]:
        """The columns of a table or view."""
        *schema, name = table
        asked = "SELECT name, type FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1"
        with self.translated(table):
            found = reached.cursor().execute(asked, (name, schema[0] if schema else "main")).fetchall()
        return tuple(_stored(column, declared.upper()) for column, declared in found)

    def interrupt(self, reached: PoolProxiedConnection) -> None:
        """Stop the query that runs."""
        cast("sqlite3.Connection", reached.driver_connection).interrupt()

    def reason(self, error: BaseException) -> str:
        """What kind of trouble an error is."""
        text = str(error)
        return "absent" if "no such table" in text else "text" if "decode to UTF-8" in text else ""

    def why(self, error: BaseException) -> str:
        """Why it could not be opened."""
        known = ("unable to open database file", "database is locked", "file is not a database")
        return next((said for said in known if said in str(error)), "")

    def told(self, error: BaseException, table: Sequence[str]) -> EasementError:
        """An error of the driver as a person reads it."""
        if why := self.why(error):
            return self.unreachable(error) if why else super().told(error, table)
        return super().told(error, table)


def _stored(name: str, declared: str) -> Stored:
    """A column by its declaration, from which SQLite takes how it compares (its affinity)."""
    raw = named(name)
    if "BLOB" in declared:
        return Stored(name, "BLOB", raw, sa.func.hex(raw))
    compared = raw if any(word in declared for word in ("CHAR", "CLOB", "TEXT", "INT")) else None
    return Stored(name, "VARCHAR", raw, raw, compared)
