"""Put a row in place of the one with its key, in one statement, on either database."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["put"]


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one that has its primary key."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    connection.execute(kind(table).values(row).on_conflict_do_update(index_elements=keys, set_=rest))
