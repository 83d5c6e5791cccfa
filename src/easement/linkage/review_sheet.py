"""Pairs in doubt as a sheet that people fill in, where they would rather decide in a spreadsheet."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from easement.base.durable import aside
from easement.base.errors import BadData
from easement.base.spreadsheet import plain_cell, write_rows
from easement.linkage.review_queues import Shown
from easement.linkage.review_turns import Verdict

__all__ = ["read_sheet", "write_sheet"]

KEYS = ("list_reference", "held_reference")


def write_sheet(path: Path, pairs: Sequence[Shown]) -> None:
    """Write pairs as CSV that only its owner reads: both sides' keys and values, and what is to be filled in."""
    names = list(dict.fromkeys(name for each in pairs for name in each.pair.fields))
    both = [f"{name}_{side}" for name in names for side in ("list", "held")]
    with aside(path, mode=0o600) as partial:
        partial.touch(mode=0o600)
        with partial.open("w", encoding="utf-8", newline="") as file:
            write_rows(file, (*KEYS, "rule", *both, "decision", "why"), (_row(each, names) for each in pairs))


def _row(each: Shown, names: Sequence[str]) -> tuple[str, ...]:
    values = (value for name in names for value in each.pair.fields.get(name, ("", "")))
    return (each.pair.listed, each.pair.held, each.pair.rule, *values, "", "")


def read_sheet(path: Path, why: str = "") -> dict[tuple[str, str], tuple[Verdict, str]]:
    """What was decided of pairs, by either side's key, and why; `why` stands where the sheet gives no reason.

    Raises `BadData` where the file is no such sheet, or a word in it no decision.
    """
    wanted = {}
    for number, row in enumerate(_cells(path), 2):
        said = row.get("decision", "").strip().lower().replace(" ", "-").replace("_", "-")
        if said and (said not in set(Verdict) or not row.keys() >= set(KEYS)):
            remedy = "keep the columns as they were, and write `same`, `different`, `cannot-tell` or nothing"
            raise BadData(f"`{said}` is no decision", where=f"{path}, line {number}", remedy=remedy)
        if said:
            wanted[row[KEYS[0]], row[KEYS[1]]] = (Verdict(said), row.get("why", "").strip() or why)
    return wanted


def _cells(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {name: plain_cell(cell or "") for name, cell in row.items()}
    except (UnicodeDecodeError, csv.Error, AttributeError):
        remedy = "save it as CSV in UTF-8, with the columns that it had"
        raise BadData("this is no list of held pairs", where=str(path), remedy=remedy) from None
