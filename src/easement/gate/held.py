"""Matches in doubt: kept in the provider's own node for a person to settle, and never disclosed."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from easement.base.durable import aside
from easement.base.errors import BadData
from easement.base.spreadsheet import plain_cell, write_rows
from easement.gate.match import RULES

__all__ = ["DECISION", "HeldFile", "Pair", "keep_held", "read_cells", "read_held", "write_held"]

DECISION = "decision"
"""The column in which a person may write `same` or `different`."""


class Pair(NamedTuple):
    """Two records that could be one person: each side's own key, and the name of the rule that paired them."""

    listed: str
    held: str
    rule: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """What one match held. `lasting` says that both sides name records by keys of their own, not by numbers of rows."""

    pairs: tuple[Pair, ...]
    lasting: bool


def write_held(folder: Path, intent: int, references: Sequence[str], pairs: Iterable[tuple[Any, ...]]) -> Path:
    """Write the doubtful pairs of one match as CSV, row by row: both sides' own references and the rule.

    `references` are what the first two columns are called.
    """
    path = folder / f"{intent}.csv"
    with aside(path, mode=0o600) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            rows = ((listed, held, RULES[tier].name) for listed, held, tier in pairs)
            write_rows(file, (*references, "rule"), rows)
    return path


def keep_held(written: Path, folder: Path) -> Path:
    """Keep what was written once its disclosure stands; a refused one leaves nothing."""
    kept = folder / written.name
    written.replace(kept)
    return kept


def read_cells(path: Path) -> list[dict[str, str]]:
    """The rows of a list of held pairs as text by column; raises `BadData` where it is no such list."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = [{name: plain_cell(cell or "") for name, cell in row.items()} for row in csv.DictReader(file)]
    except (UnicodeDecodeError, csv.Error, AttributeError):
        remedy = "save it as CSV in UTF-8, with the columns that it had"
        raise BadData("this is no list of held pairs", where=str(path), remedy=remedy) from None
    return found


def read_held(path: Path) -> HeldFile:
    """What one match held; raises `BadData` where the file is no such list."""
    rows = read_cells(path)
    if any(len(row) < 3 for row in rows):
        raise BadData("this is no list of held pairs", where=str(path), remedy="restore it from a backup")
    pairs = tuple(Pair(*list(row.values())[:3]) for row in rows)
    return HeldFile(pairs, bool(rows) and list(rows[0])[:2] == ["list_reference", "held_reference"])
