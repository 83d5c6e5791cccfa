"""One town for all tests of this room, made once."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from easement.demo.households import households
from easement.demo.town import FILES, TRUTH, write_town

TODAY = date(2026, 11, 22)
PEOPLE, SEED = 10_000, 7


@pytest.fixture(scope="session")
def families():
    """The households of the town."""
    return list(households(PEOPLE, seed=SEED, today=TODAY))


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """The town written down."""
    place = tmp_path_factory.mktemp("town")
    write_town(place, PEOPLE, seed=SEED, today=TODAY)
    return place


def rows_of(folder: Path, register: str) -> list[dict[str, Any]]:
    """A register as its office would open it."""
    path = folder / FILES[register]
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    encoding, delimiter = ("cp1252", ";") if register == "police_contacts" else ("utf-8", ",")
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def truth_of(folder: Path) -> dict[tuple[str, str], int]:
    """Whose each record is."""
    with (folder / TRUTH).open(newline="") as file:
        return {(row["register"], row["record"]): int(row["person"]) for row in csv.DictReader(file)}
