"""Rows stream: however long the table, the process stays below 1 GB (design, section 12)."""

import subprocess
import sys
from pathlib import Path

import pytest

from easement.sources.session import MEMORY

READING = """
import sys
from pathlib import Path
from easement.sources.files import open_source
from easement.sources.rows import CopyFormat, copy, stream
folder, name, how, encoding = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] or None
with open_source(folder / name, output=folder, encoding=encoding, memory=sys.argv[5]) as source:
    query = "SELECT *, sha256($key::BLOB || encode(name)) AS pseudonym FROM source"
    if how == "stream":
        count = sum(batch.num_rows for batch in stream(source.session, query, {"key": bytes(32)}))
    else:
        count = copy(source.session, query, {"key": bytes(32)}, folder / "answer", CopyFormat(how))
# Not `ru_maxrss`: it remembers the process that this one was forked from.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(count, int(peak) // 1024)
"""


def made(folder: Path, rows: int, *, encoding: str = "") -> str:
    """A register of ten columns, half of its notes with a quoted line break; Parquet unless an encoding is said."""
    import duckdb

    columns = ", ".join(f"hash(i + {n}) % 1000000 AS column_{n}" for n in range(7))
    note = "'note, ' || i || repeat(chr(10), (i % 2)::INT) AS note"
    query = f"SELECT i AS id, 'name ' || hash(i) AS name, {note}, {columns} FROM range({rows}) t(i)"
    name = "people.csv" if encoding else "people.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{folder / name}'").fetchall()
    if encoding not in ("", "utf-8"):
        text = (folder / name).read_bytes().decode()
        (folder / name).write_bytes(text.encode(encoding))
    return name


def peak(folder: Path, name: str, how: str, encoding: str, memory: str) -> tuple[int, int]:
    command = [sys.executable, "-c", READING, str(folder), name, how, encoding, memory]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, megabytes = done.stdout.split()
    return int(count), int(megabytes)


def held(folder: Path, rows: int, how: str, encoding: str, *, memory: str = MEMORY, below: int = 1_000) -> None:
    count, megabytes = peak(folder, made(folder, rows, encoding=encoding), how, encoding, memory)
    assert count == rows
    assert megabytes < below


@pytest.mark.parametrize(
    ("how", "encoding"), [("stream", ""), ("csv", ""), ("parquet", "utf-8"), ("parquet", "utf-16")]
)
def test_with_little_memory_rows_stream_all_the_same(tmp_path: Path, how: str, encoding: str) -> None:
    held(tmp_path, 400_000, how, encoding, memory="140MB", below=350)


@pytest.mark.torture
@pytest.mark.parametrize("encoding", ["", "utf-8", "utf-16"])
@pytest.mark.parametrize("how", ["stream", "parquet", "csv"])
def test_two_million_rows(tmp_path: Path, how: str, encoding: str) -> None:
    held(tmp_path, 2_000_000, how, encoding)


@pytest.mark.torture
@pytest.mark.parametrize("encoding", ["", "utf-8"])
@pytest.mark.parametrize("how", ["stream", "parquet", "csv", "jsonl"])
def test_ten_million_rows(tmp_path: Path, how: str, encoding: str) -> None:
    held(tmp_path, 10_000_000, how, encoding)
