"""A town written down: five registers as files, and the truth of who is who, streamed so that millions fit."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Self

from easement.demo.households import households
from easement.demo.registers import Record, Register, registers

__all__ = ["FILES", "Town", "write_town"]

FILES = {
    "benefit_awards": "benefit_awards.csv",
    "school_roll": "school_roll.csv",
    "health_contacts": "health_contacts.parquet",
    "police_contacts": "police_contacts.csv",
    "referred_families": "referred_families.csv",
}
"""The file of each register."""

TRUTH = "truth.csv"
"""Which record of which register is of which person; for scores alone, no node has it."""

STREET = 200
"""Households that every office visits in turn."""

BATCH = 20_000
"""Rows of a Parquet file that are held in memory at once."""


class Town(NamedTuple):
    """What was written: people, households, and records by register."""

    people: int
    households: int
    records: dict[str, int]


def write_town(folder: Path, people: int, *, seed: int, today: date) -> Town:
    """Write a town's registers and its truth into a folder; the same for the same seed, number of people and day."""
    folder.mkdir(parents=True, exist_ok=True)
    offices = registers(seed, today)
    written, homes = dict.fromkeys(FILES, 0), 0
    with ExitStack() as stack:
        truth = csv.writer(stack.enter_context((folder / TRUTH).open("w", encoding="utf-8", newline="")))
        truth.writerow(("person", "register", "record"))
        files: list[_Table] = [stack.enter_context(_open(folder / FILES[office.name], office)) for office in offices]
        living = households(people, seed=seed, today=today)
        while street := list(islice(living, STREET)):
            homes += len(street)
            for office, file in zip(offices, files, strict=True):
                records = [record for household in street for record in office.rows(household)]
                file.write([record.values for record in records])
                truth.writerows(_true(office.name, records))
                written[office.name] += len(records)
    return Town(people, homes, written)


def _true(register: str, records: Iterable[Record]) -> Iterable[tuple[int, str, str]]:
    return ((record.person, register, record.reference) for record in records)


def _open(path: Path, office: Register) -> "_Table":
    if path.suffix == ".parquet":
        return _Parquet(path, office.columns)
    if office.name == "police_contacts":
        return _Csv(path, office.columns, encoding="cp1252", delimiter=";")
    return _Csv(path, office.columns)


class _Table(ABC):
    """A file that takes rows."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def write(self, rows: Sequence[tuple[Any, ...]]) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class _Csv(_Table):
    def __init__(self, path: Path, columns: Sequence[str], *, encoding: str = "utf-8", delimiter: str = ",") -> None:
        self.file = path.open("w", encoding=encoding, newline="")
        self.rows = csv.writer(self.file, delimiter=delimiter, lineterminator="\n")
        self.rows.writerow(columns)

    def close(self) -> None:
        self.file.close()

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.rows.writerows(rows)


class _Parquet(_Table):
    """Rows gathered into batches; text, but for a whole number and a day where the columns' values are such."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {"contacts_12m": pa.int32(), "last_contact": pa.date32()}
        self.schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns])
        self.file = pq.ParquetWriter(path, self.schema)
        self.held: list[tuple[Any, ...]] = []

    def close(self) -> None:
        self._flush()
        self.file.close()

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.held += rows
        if len(self.held) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        columns = list(zip(*self.held, strict=True)) or [() for _ in self.schema]
        arrays = [pa.array(values, type=kind.type) for values, kind in zip(columns, self.schema, strict=True)]
        self.file.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.held = []
