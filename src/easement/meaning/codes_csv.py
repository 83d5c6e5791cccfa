"""The codes of a list as rows, for JSON and for CSV."""

import io
from collections.abc import Mapping
from typing import Any

from easement.base.spreadsheet import write_rows
from easement.meaning.codes import Code

__all__ = ["COLUMNS", "codes_as_rows", "codes_csv"]

COLUMNS = ("code", "label", "valid_from", "valid_to", "becomes", "also", "note")
"""What is said of each code, in order; the same names in JSON and CSV."""


def codes_as_rows(codes: Mapping[str, Code]) -> list[dict[str, Any]]:
    """Each code as JSON has it; what is not said is null or empty."""
    return [{"code": code} | each.model_dump(mode="json", include=set(COLUMNS)) for code, each in codes.items()]


def codes_csv(codes: Mapping[str, Code]) -> str:
    """The codes as CSV; several names or successors are parted by `; `."""
    text = io.StringIO()
    rows = ([_cell(row[column]) for column in COLUMNS] for row in codes_as_rows(codes))
    write_rows(text, COLUMNS, rows, end="\n")
    return text.getvalue()


def _cell(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value or "")
