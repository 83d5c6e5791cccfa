"""Parquet keeps its own types (R3.5)."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from easement.base.errors import BadData
from easement.sources.files import open_source
from tests.sources.reading import names_and_rows, put

SEEN = datetime.fromisoformat("2026-01-02T03:04")


def test_types_are_kept_and_named_as_the_engine_names_them(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "id": pyarrow.array([1], pyarrow.int64()),
            "born": [date(1990, 1, 2)],
            "earned": pyarrow.array([Decimal("616.67")], pyarrow.decimal128(9, 2)),
            "seen": [SEEN],
            "here": [True],
            "name": ["Zoë"],
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    with open_source(tmp_path / "a.parquet") as source:
        assert {column.name: column.type for column in source.columns} == {
            "id": "BIGINT", "born": "DATE", "earned": "DECIMAL(9,2)", "seen": "TIMESTAMP", "here": "BOOLEAN",
            "name": "VARCHAR",
        }  # fmt: skip
        assert source.measure("FROM source") == [(1, date(1990, 1, 2), Decimal("616.67"), SEEN, True, "Zoë")]


def test_names_are_cleaned_here_too(tmp_path: Path) -> None:
    names = [" a ", "A", "line\nbreak", 'the "id"']
    table = pyarrow.Table.from_arrays([pyarrow.array([n]) for n in range(4)], names=names)
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    assert names_and_rows(tmp_path / "a.parquet") == (
        ["a", "A_2", "line break", 'the "id"'],
        [(0, 1, 2, 3)],
    )


def test_a_time_with_a_zone_is_read_in_utc(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(
        pyarrow.table({"at": [datetime(2026, 7, 1, 23, 30, tzinfo=UTC)]}), tmp_path / "a.parquet"
    )
    with open_source(tmp_path / "a.parquet") as source:
        assert source.measure('SELECT "at"::DATE, "at"::VARCHAR FROM source') == [
            (date(2026, 7, 1), "2026-07-01 23:30:00+00")
        ]


@pytest.mark.parametrize("data", [b"PAR1 and then nothing PAR1", b"hello", b"PAR1"])
def test_a_damaged_file_is_told(tmp_path: Path, data: bytes) -> None:
    with (
        pytest.raises(BadData, match="damaged or locked"),
        open_source(put(tmp_path, data, "a.parquet")),
    ):
        pass


@pytest.mark.parametrize("compression", ["snappy", "zstd", "gzip", "none"])
def test_damage_anywhere_is_told_and_no_value_with_it(tmp_path: Path, compression: str) -> None:
    path, chance = tmp_path / "a.parquet", random.Random(7)
    table = pyarrow.table({"a": [f"zebedee {number}" for number in range(9_999)]})
    pyarrow.parquet.write_table(table, path, compression=compression)
    whole, met = path.read_bytes(), 0
    for _ in range(25):
        at = chance.randrange(len(whole) - 300)
        path.write_bytes(whole[:at] + chance.randbytes(300) + whole[at + 300 :])
        try:
            with open_source(path) as source:
                source.measure("SELECT count(DISTINCT a) FROM source")
        except BadData as error:
            met += "damaged or locked" in error.what and "zebedee" not in str(error)
    assert met > 5
