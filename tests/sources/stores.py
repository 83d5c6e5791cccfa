"""The same table kept by each kind of database, filled the way its own programs would."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from sqlalchemy import make_url

from easement.sources.connection import Connection
from easement.sources.files import open_sources
from easement.sources.model import DatabaseTable
from tests import mariadb as maria
from tests.databases import PASSWORD

__all__ = ["KINDS", "Store", "quoted", "read", "store"]

KINDS = ("sqlite", "postgresql", "mariadb")
_numbers = count()


class Store(Protocol):
    """A database of a test's own."""

    kind: str
    connection: Connection

    def run(self, *statements: str | tuple[str, Sequence[Any]]) -> None:
        """Run statements, each with the values bound to it or without."""

    def fill(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row; `%s` stands for a value."""


class _SQLite:
    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        name = f"register_{next(_numbers)}.db"
        (folder / "datasets").mkdir(exist_ok=True)
        self.path = folder / "datasets" / name
        self.connection = Connection(
            "register", make_url(f"sqlite:///{name}"), folder / "datasets" / "r.connection.yaml"
        )

    def run(self, *statements: str | tuple[str, Sequence[Any]]) -> None:
        with sqlite3.connect(self.path) as connection:
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, ())
                connection.execute(text.replace("%s", "?"), values)
        connection.close()

    def fill(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.executemany(statement.replace("%s", "?"), rows)
        connection.close()


class _PostgreSQL:
    kind = "postgresql"

    def __init__(self, server: Any, folder: Path) -> None:
        self.url = server.url(server.create(filled=False))
        self.connection = Connection("register", make_url(self.url), folder / "r.connection.yaml", password=PASSWORD)

    def run(self, *statements: str | tuple[str, Sequence[Any]]) -> None:
        with psycopg.connect(self.url, password=PASSWORD) as connection:
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, None)
                connection.execute(text, values)

    def fill(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with psycopg.connect(self.url, password=PASSWORD) as connection:
            connection.cursor().executemany(statement, rows)


class _MariaDB:
    kind = "mariadb"

    def __init__(self, server: Any, folder: Path) -> None:
        self.server, self.name = server, server.create()
        url = make_url(server.url(self.name))
        self.connection = Connection("register", url, folder / "r.connection.yaml", password=maria.PASSWORD)

    def run(self, *statements: str | tuple[str, Sequence[Any]]) -> None:
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, None)
                cursor.execute(text, values)

    def fill(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:
            connection.begin()
            cursor.executemany(statement, rows)
            connection.commit()


def store(kind: str, folder: Path, request: pytest.FixtureRequest) -> Store:
    """A new, empty database of a kind; skips where its server is not there."""
    makers: dict[str, Callable[[], Store]] = {
        "sqlite": lambda: _SQLite(folder),
        "postgresql": lambda: _PostgreSQL(request.getfixturevalue("server"), folder),
        "mariadb": lambda: _MariaDB(request.getfixturevalue("mariadb"), folder),
    }
    return makers[kind]()


def quoted(kind: str, name: str) -> str:
    """A name as this kind of database quotes it."""
    mark = "`" if kind == "mariadb" else '"'
    return mark + name.replace(mark, mark * 2) + mark


def read(kept: Store, *table: str) -> list[tuple[Any, ...]]:
    """All rows of a table through the engine, in order of what they hold; moments as text."""
    with open_sources(DatabaseTable(kept.connection, table)) as session:
        shown = ", ".join(
            f'"{c.name}"::VARCHAR' if c.type.startswith("TIMESTAMP") else f'"{c.name}"'
            for c in session.sources["source"].columns
        )
        return session.measure(f"SELECT {shown} FROM source ORDER BY ALL")
