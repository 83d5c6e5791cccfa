"""Cells of CSV files that people open in a spreadsheet: none that it would run as a formula.

Files of data, such as an answer that crosses, hold each value as it is: programs read them, and a changed value would
be a wrong one. Lists that are made for people go through `safe_cell`.
"""

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

__all__ = ["plain_cell", "safe_cell", "write_rows"]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection), in full width too."""

MARK = "'"
"""In front of a cell, it makes a spreadsheet show text as it is."""


def safe_cell(value: Any) -> Any:
    """A value as a cell that no spreadsheet takes for a formula; only text can be one."""
    return MARK + value if isinstance(value, str) and value.lstrip(MARK).startswith(FORMULA) else value


def plain_cell(text: str) -> str:
    """The text that `safe_cell` made a cell of."""
    return text[1:] if text.startswith(MARK) and text.lstrip(MARK).startswith(FORMULA) else text


def write_rows(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, end: str = "\r\n") -> None:
    """Write a table as CSV (RFC 4180), row by row, with every cell safe."""
    writer = csv.writer(file, lineterminator=end)
    writer.writerow([safe_cell(name) for name in columns])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
