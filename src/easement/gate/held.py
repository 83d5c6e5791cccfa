"""Matches in doubt: kept in the provider's own node for a person to look at, and never disclosed."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from easement.base.durable import aside
from easement.gate.match import RULES

__all__ = ["keep_held", "write_held"]


def write_held(folder: Path, intent: int, pairs: Iterable[tuple[Any, ...]]) -> Path:
    """Write the doubtful pairs of one match as CSV, row by row: both sides' own references and the rule."""
    path = folder / f"{intent}.csv"
    with aside(path, mode=0o600) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("list_reference", "held_reference", "rule"))
            writer.writerows((listed, held, RULES[tier].name) for listed, held, tier in pairs)
    return path


def keep_held(written: Path, folder: Path) -> Path:
    """Keep what was written once its disclosure stands; a refused one leaves nothing."""
    kept = folder / written.name
    written.replace(kept)
    return kept
