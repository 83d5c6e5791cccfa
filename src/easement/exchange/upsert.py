"""Put a row in place of the one with its key, or where there is none, in one statement, on either database."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["insert_new", "put"]


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one that has its primary key."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    connection.execute(kind(table).values(row).on_conflict_do_update(index_elements=keys, set_=rest))


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; whether it was free."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    counted = {"preserve_rowcount": True}  # of an insert PostgreSQL's driver else tells -1, whatever came of it
    made = connection.execute(kind(table).values(row).on_conflict_do_nothing(), execution_options=counted)
    return made.rowcount == 1
