"""Small stand-ins: a source over a DuckDB table, mappings and standards written in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from easement.meaning.mapping import DatasetMapping, read_mapping
from easement.meaning.model import Standard


@dataclass(frozen=True)
class FakeColumn:
    """A column as a source gives it."""

    name: str
    type: str = "VARCHAR"


class FakeSource:
    """A table in memory; it keeps every query, so that a test can count the scans."""

    def __init__(self, columns: Sequence[FakeColumn], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = tuple(columns)
        self.relation = '"held"'
        self.asked: list[str] = []
        self.connection = duckdb.connect()
        spelt = ", ".join('"' + column.name.replace('"', '""') + f'" {column.type}' for column in columns)
        self.connection.execute(f"create table held ({spelt})").fetchall()
        if rows:
            self.connection.executemany(f"insert into held values ({', '.join('?' * len(columns))})", list(rows))

    def measure(self, sql: str) -> list[tuple[Any, ...]]:
        self.asked.append(sql)
        return self.connection.execute(sql).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def table(text: str) -> FakeSource:
    """A table of text from lines of `a|b|c`, the first naming the columns; nothing between bars is absent."""
    lines = [[cell.strip(" ") for cell in line.split("|")] for line in text.strip().splitlines()]
    return FakeSource([FakeColumn(name) for name in lines[0]], [[cell or None for cell in row] for row in lines[1:]])


def a_standard(**elements: dict[str, Any]) -> Standard:
    """A standard `thing/1` of these elements, none of them sensitive unless they say so."""
    plain = {name: {"definition": name, "sensitivity": "none"} | part for name, part in elements.items()}
    return Standard.model_validate(
        {"format": "easement-standard/1", "id": "thing", "version": 1, "title": "Thing", "description": "A thing",
         "source": "these tests", "elements": plain}
    )  # fmt: skip


def a_mapping(*, record_key: str | None = None, **elements: Any) -> DatasetMapping:
    """A mapping to `thing/1`, not held against it."""
    key = {"record_key": record_key} if record_key else {}
    return DatasetMapping.model_validate(
        {"format": "easement-mapping/1", "id": "things", "title": "Things", "organisation": "northtown",
         "standard": "thing/1", "elements": elements} | key
    )  # fmt: skip


def written_mapping(folder: Path, elements: str, *, standard: str = "benefit-award/1") -> DatasetMapping:
    """The mapping in a file of which only the elements are given; its first element stands on line 7."""
    path = folder / "mapping.yaml"
    path.write_text(
        f"format: easement-mapping/1\nid: awards\ntitle: Awards\norganisation: dwp\nstandard: {standard}\n"
        f"elements:\n{elements}"
    )
    return read_mapping(path)
