"""Small real tables for the gate's tests: CSV files read by the real engine, mapped by name to the test standard."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlglot import exp

from easement.gate.plan import Table
from easement.meaning.model import Standard
from easement.sources.files import open_sources
from easement.sources.model import File
from easement.sources.session import Session

Rows = Sequence[dict[str, Any]]


def write_csv(path: Path, rows: Rows, columns: Sequence[str]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


@contextmanager
def opened(folder: Path, standard: Standard, **tables: Rows) -> Iterator[tuple[Session, dict[str, Table]]]:
    """A session over tables given as rows, each column named for an element of the standard."""
    columns = list(standard.elements)
    files = [
        File(write_csv(folder / f"{name}.csv", rows or [dict.fromkeys(columns)], columns), name)
        for name, rows in tables.items()
    ]
    output = folder / "output"
    output.mkdir(exist_ok=True)
    with open_sources(*files, output=output) as session:
        yield session, {name: _table(name, rows, standard) for name, rows in tables.items()}


def _table(name: str, rows: Rows, standard: Standard) -> Table:
    filled = {key for row in rows for key in row}
    elements = {element: _cast(element, standard) for element in standard.elements}
    reference = exp.column("reference", quoted=True) if "reference" in filled else None
    return Table(f'"{name}"', elements, frozenset(filled), standard, reference)


def _cast(element: str, standard: Standard) -> exp.Expr:
    kind = {"date": "date", "number": "double"}.get(standard.elements[element].type, "varchar")
    return exp.TryCast(this=exp.column(element, quoted=True), to=exp.DataType.build(kind))
