"""Matches in doubt: kept in the provider's own node for a person to look at, and never disclosed."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from easement.base.durable import write_whole
from easement.gate.match import RULES

__all__ = ["keep_held"]


def keep_held(folder: Path, intent: int, pairs: Iterable[tuple[Any, ...]]) -> Path:
    """Write the doubtful pairs of one match as CSV: both sides' own references and the rule that paired them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("list_reference", "held_reference", "rule"))
    writer.writerows((listed, held, RULES[tier].name) for listed, held, tier in pairs)
    path = folder / f"{intent}.csv"
    write_whole(path, text.getvalue(), mode=0o600)
    return path
