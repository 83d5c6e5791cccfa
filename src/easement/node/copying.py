"""A whole database copied row by row from one kind to another, as it was at one moment."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, delete, func, insert, select, text

from easement.base.database import reading, writing

__all__ = ["copy_tables"]

CHUNK = 2_000
"""Rows held at once."""


def copy_tables(source: Engine, target: Engine) -> None:
    """Copy every row into a database at the same step that holds none yet; raises `StorageFailed`."""
    here, there = MetaData(), MetaData()
    with reading(source) as old, writing(target) as new:
        there.reflect(old)
        here.reflect(new)
        for table in here.sorted_tables:
            new.execute(delete(table))
            for chunk in _rows(old, there.tables[table.name]):
                new.execute(insert(table), chunk)
            _number_on(new, table)


def _rows(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    result = connection.execution_options(yield_per=CHUNK).execute(select(table))
    for chunk in result.mappings().partitions():
        yield [dict(row) for row in chunk]


def _number_on(connection: Connection, table: Table) -> None:
    """Where PostgreSQL numbers rows itself, let it go on after the last one that was copied."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = text("select pg_get_serial_sequence(:table, :column)")
    name = connection.scalar(sequence, {"table": f'"{table.name}"', "column": column.name})
    last = connection.scalar(select(func.max(column)))
    if name is not None and last is not None:
        connection.execute(text("select setval(cast(:name as regclass), :last)"), {"name": name, "last": last})
