"""How the engine reads each kind of file: a table function, and for each column an expression and a name."""

from typing import NamedTuple

import duckdb

from easement.sources.delimited import Layout, count_records, reader
from easement.sources.faults import bad_csv
from easement.sources.model import Format, clean_names, quote
from easement.sources.nested import find_records, structure
from easement.sources.ready import Ready

__all__ = ["View", "find_view"]


class View(NamedTuple):
    """What stands behind a source's name."""

    reader: str
    expressions: tuple[str, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]

    def definition(self, name: str) -> str:
        """The statement that makes the view, with clean column names."""
        pairs = zip(self.expressions, clean_names(self.names), strict=True)
        columns = ", ".join(f"{expression} AS {quote(clean)}" for expression, clean in pairs)
        return f"CREATE VIEW {quote(name)} AS SELECT {columns} FROM {self.reader}"  # noqa: S608 (every part is quoted)


def find_view(cursor: duckdb.DuckDBPyConnection, table: Ready) -> View:
    """Look at a file once, to its end where its kind needs that; raises the engine's error where it is no table."""
    match table.held.file.kind:
        case Format.CSV:
            return View(_csv_reader(cursor, table), _positions(table), table.names, table.notes)
        case Format.JSON:
            rows = cursor.execute(structure(table.place, packed=table.packed)).fetchall()
            found = find_records(table.held, rows[0][0], table.place, packed=table.packed)
            return View(found.reader, found.expressions, found.names, table.notes + found.notes)
        case Format.EXCEL:
            return View(f"read_parquet('{table.place}')", _positions(table), table.names, table.notes)
    read = f"read_parquet('{table.place}')"
    names = tuple(row[0] for row in cursor.execute(f"DESCRIBE FROM {read}").fetchall())
    return View(read, tuple(quote(name) for name in names), names, table.notes)


def _positions(table: Ready) -> tuple[str, ...]:
    return tuple(f"c{position}" for position in range(len(table.names)))


def _csv_reader(cursor: duckdb.DuckDBPyConnection, table: Ready) -> str:
    """A way of reading that yields every record: by all threads where no quoted line break forbids it, else one.

    Raises the engine's error where the last cannot be read, and `BadData` where what is read is not every record.
    """
    assert table.layout is not None
    assert table.checked is not None
    failed: duckdb.Error | None = None
    for parallel in [True] * (not table.checked.quoted_lines) + [False]:
        read = reader(table.place, table.layout, packed=table.packed, parallel=parallel)
        try:
            count = cursor.execute(f"SELECT count(*) FROM {read}").fetchall()[0][0]  # noqa: S608 (every part is ours)
        except duckdb.Error as error:
            failed = error
        else:
            failed = None
            if count == table.layout.records(table.checked) or count == _careful_count(table, table.layout):
                return read
    raise failed or bad_csv(table)


def _careful_count(table: Ready, layout: Layout) -> int:
    with table.stream() as stream:
        return count_records(stream, layout)
