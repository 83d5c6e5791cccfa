"""Linked pairs, true pairs and groups, as people give them in CSV files."""

import csv
from collections.abc import Iterator
from pathlib import Path

from easement.base.errors import BadData

__all__ = ["read_groups", "read_pairs"]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, restval="", restkey=""):
                yield {name: cell for name, cell in row.items() if name and isinstance(cell, str)}
    except (UnicodeDecodeError, csv.Error):
        raise BadData("this is no CSV in UTF-8", where=str(path), remedy="save it as CSV in UTF-8") from None


def read_pairs(path: Path, columns: tuple[str, str]) -> set[tuple[str, str]]:
    """The pairs of keys in two columns of a file, but those that lack one; raises `BadData` where a column lacks."""
    found = set()
    for row in _rows(path):
        if missing := [name for name in columns if name not in row]:
            has = ", ".join(row) or "nothing"
            raise BadData(f"there is no column `{missing[0]}`", where=str(path), remedy=f"it has: {has}")
        pair = (row[columns[0]], row[columns[1]])
        if all(pair):
            found.add(pair)
    return found


def read_groups(path: Path) -> dict[str, dict[str, str]]:
    """By kind of group, in which somebody is, by the key in the file's first column; empty cells are in none."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows(path):
        key, *kinds = row
        for kind in kinds:
            if row[kind]:
                found.setdefault(kind, {})[row[key]] = row[kind]
    return found
