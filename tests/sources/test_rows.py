"""Rows leave through one door: whole or not at all, owner's eyes only, and no key is told to anyone (R3.4)."""

import hashlib
import hmac
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from easement.base.errors import BadData, EasementError, SourceUnreachable
from easement.sources.files import open_source
from easement.sources.rows import CopyFormat, copy, stream
from easement.sources.session import FileSource
from tests.sources.reading import put

KEY = bytes.fromhex("deadbeef" * 8)
INNER, OUTER = bytes(byte ^ 0x36 for byte in KEY.ljust(64, b"\0")), bytes(byte ^ 0x5C for byte in KEY.ljust(64, b"\0"))
PSEUDONYM = "sha256($outer::BLOB || unhex(sha256($inner::BLOB || encode(name))))"
BOUND = {"inner": INNER, "outer": OUTER}


@pytest.fixture
def source(tmp_path: Path) -> Iterator[FileSource]:
    (tmp_path / "out").mkdir()
    path = put(tmp_path, 'name,note\nann,"say ""hi"""\nbob,\n"o\'dea","a\nb"\n')
    with open_source(path, output=tmp_path / "out") as opened:
        yield opened


def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "answer"


def test_a_copy_as_csv(source: FileSource, tmp_path: Path) -> None:
    assert copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.CSV) == 3
    assert target(tmp_path).read_text() == 'name,note\nann,"say ""hi"""\nbob,\no\'dea,"a\nb"\n'


def test_a_copy_as_parquet(source: FileSource, tmp_path: Path) -> None:
    assert copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.PARQUET) == 3
    assert pyarrow.parquet.read_table(target(tmp_path)).column("note").to_pylist() == ['say "hi"', None, "a\nb"]


def test_a_copy_as_json(source: FileSource, tmp_path: Path) -> None:
    assert copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.JSON) == 3
    listed = json.loads(target(tmp_path).read_text())
    assert copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.JSONL) == 3
    assert [json.loads(line) for line in target(tmp_path).read_text().splitlines()] == listed
    assert listed[1] == {"name": "bob", "note": None}


@pytest.mark.parametrize("made", list(CopyFormat))
def test_a_copy_of_nothing_is_a_table_of_no_rows(source: FileSource, tmp_path: Path, made: CopyFormat) -> None:
    assert copy(source.session, "SELECT name FROM source WHERE false", None, target(tmp_path), made) == 0
    assert target(tmp_path).is_file()


def test_a_copy_is_for_the_owner_only_and_leaves_nothing_beside(source: FileSource, tmp_path: Path) -> None:
    copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.CSV)
    assert target(tmp_path).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_file()] == ["answer"]


def test_a_query_may_end_in_a_comment(source: FileSource, tmp_path: Path) -> None:
    assert copy(source.session, "FROM source -- all", None, target(tmp_path), CopyFormat.CSV) == 3


def test_values_are_bound_by_name_or_order(source: FileSource, tmp_path: Path) -> None:
    assert (
        copy(source.session, "FROM source WHERE name = $who", {"who": "o'dea"}, target(tmp_path), CopyFormat.CSV) == 1
    )
    assert copy(source.session, "FROM source WHERE name = ?", ["bob"], target(tmp_path), CopyFormat.CSV) == 1
    batches = list(stream(source.session, "FROM source WHERE name = $who", {"who": "ann"}))
    assert pyarrow.Table.from_batches(batches).to_pylist() == [{"name": "ann", "note": 'say "hi"'}]


def test_a_keyed_pseudonym_equals_the_standard_librarys(source: FileSource, tmp_path: Path) -> None:
    copy(source.session, f"SELECT {PSEUDONYM} AS p FROM source", BOUND, target(tmp_path), CopyFormat.CSV)
    expected = [hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest() for name in ("ann", "bob", "o'dea")]
    assert target(tmp_path).read_text().split() == ["p", *expected]


def spellings(key: bytes) -> list[str]:
    escaped = "".join(f"\\x{byte:02x}" for byte in key)
    return [key.hex(), escaped, repr(key)[2:-1].lower(), key.decode("latin-1").lower()]


def test_a_key_is_in_no_log_plan_error_or_view(
    source: FileSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every log on, as no session has it: what could be told is looked through for the key, in every spelling."""
    connection = source.session._connection
    told = duckdb.connect()
    told.execute("CALL enable_logging(level = 'trace')").fetchall()
    told.execute("SET enable_profiling = 'json'; SET profiling_coverage = 'ALL'").fetchall()
    told.execute(f"SET profiling_output = '{tmp_path / 'profile.json'}'").fetchall()
    told.execute(f"CREATE VIEW source AS FROM read_csv('{source.path}', all_varchar = true)").fetchall()
    monkeypatch.setattr(source.session, "_connection", told)
    query = f"SELECT {PSEUDONYM} AS p FROM source"
    assert copy(source.session, query, BOUND, target(tmp_path), CopyFormat.CSV) == 3
    assert sum(batch.num_rows for batch in stream(source.session, query, BOUND)) == 3
    said = [(tmp_path / "profile.json").read_text()]
    for broken in (
        f"SELECT {PSEUDONYM}, nope FROM source",
        "SELECT $inner::BLOB::INT + length($outer::BLOB)",
        f"SELECT error({PSEUDONYM}) FROM source",
        f"SELECT CAST({PSEUDONYM} || $inner::VARCHAR AS DATE) FROM source",
    ):
        with pytest.raises(EasementError) as raised:
            copy(source.session, broken, BOUND, target(tmp_path), CopyFormat.CSV)
        said += [str(raised.value), repr(raised.value.__cause__)]
    said += [str(row) for row in told.execute(f"EXPLAIN ANALYZE {query}", BOUND).fetchall()]
    for table in ("duckdb_logs()", "duckdb_views()", "duckdb_variables()", "duckdb_settings()"):
        said += [str(row) for row in told.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {table}").fetchall()]
    monkeypatch.setattr(source.session, "_connection", connection)
    told.close()
    everything = "\n".join(said).lower()
    assert "sha256($outer" in everything, "the logs were on and told the query itself"
    for half in (INNER, OUTER):
        assert not [spelling for spelling in spellings(half[:32]) if spelling in everything]


def test_a_copy_that_fails_leaves_what_was_there(source: FileSource, tmp_path: Path) -> None:
    copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.CSV)
    before = target(tmp_path).read_bytes()
    with pytest.raises(BadData, match="a value cannot be read as a whole number"):
        copy(source.session, "SELECT name::INT FROM source", None, target(tmp_path), CopyFormat.CSV)
    assert target(tmp_path).read_bytes() == before
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_file()] == ["answer"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; SELECT 2",
        "COPY source TO 'x'",
        "SELECT 1) TO '/tmp/x'; --",
        "DROP VIEW source",
        "",
        "EXPLAIN SELECT 1",
    ],
)
def test_only_one_query_that_reads_is_run(source: FileSource, tmp_path: Path, query: str) -> None:
    with pytest.raises(EasementError):
        copy(source.session, query, None, target(tmp_path), CopyFormat.CSV)
    with pytest.raises(EasementError):
        list(stream(source.session, query))
    assert not target(tmp_path).exists()


def test_a_copy_elsewhere_than_the_output_folder_is_refused(source: FileSource, tmp_path: Path) -> None:
    with pytest.raises(EasementError, match="outside its sources"):
        copy(source.session, "FROM source", None, tmp_path / "answer", CopyFormat.CSV)
    assert not (tmp_path / "answer").exists()


def test_a_file_that_changed_meanwhile_is_not_disclosed(source: FileSource, tmp_path: Path) -> None:
    with source.path.open("a") as file:
        file.write("eve,\n")
    with pytest.raises(SourceUnreachable, match="changed while"):
        copy(source.session, "FROM source", None, target(tmp_path), CopyFormat.CSV)
    with pytest.raises(SourceUnreachable, match="changed while"):
        list(stream(source.session, "FROM source"))
    assert not target(tmp_path).exists()


def test_an_error_in_the_middle_of_a_stream_says_what_cannot_be_read_and_names_no_value(tmp_path: Path) -> None:
    path = put(tmp_path, "id\n" + "".join(f"{number}\n" for number in range(200_000)) + "zebedee\n")
    with (
        open_source(path) as source,
        pytest.raises(BadData, match="a value cannot be read as a whole number") as raised,
    ):
        list(stream(source.session, "SELECT id::INTEGER AS id FROM source"))
    assert "zebedee" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_an_error_of_a_query_is_not_blamed_on_the_file(source: FileSource) -> None:
    for query in ("SELECT error(name) FROM source", "SELECT $nobody"):
        with pytest.raises(EasementError, match="the query could not be run") as raised:
            source.measure(query)
        assert "ann" not in str(raised.value)


def test_a_stream_left_early_leaves_the_session_fit(source: FileSource) -> None:
    rows = stream(source.session, "SELECT range AS n FROM range(1000000)")
    assert next(rows).num_rows > 0
    rows.close()  # type: ignore[attr-defined]
    assert source.measure("SELECT count(*) FROM source") == [(3,)]


def test_a_stream_keeps_the_order_that_is_asked_for(source: FileSource) -> None:
    batches = stream(source.session, "SELECT name FROM source ORDER BY name DESC")
    assert pyarrow.Table.from_batches(batches).column(0).to_pylist() == ["o'dea", "bob", "ann"]


def test_a_table_kept_for_later_queries_can_be_read(source: FileSource) -> None:
    source.session.make("kept", "SELECT name FROM source WHERE name <> $who", {"who": "bob"})
    assert source.measure("SELECT count(*) FROM kept") == [(2,)]
    with pytest.raises(EasementError):
        source.session.make("worse", "DROP VIEW source")


FILLING = """
import resource, signal, sys
from pathlib import Path
from easement.base.errors import EasementError
from easement.sources.files import open_source
from easement.sources.rows import CopyFormat, copy
out = Path(sys.argv[2])
with open_source(sys.argv[1], output=out) as source:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    for made in CopyFormat:
        try:
            copy(source.session, "SELECT hash(range)::VARCHAR AS n FROM range(1000000)", None, out / "answer", made)
        except EasementError as error:
            print(type(error).__name__)
"""


def test_a_full_disk_leaves_nothing_at_the_target(source: FileSource, tmp_path: Path) -> None:
    """The kernel's bound on a file's size stands for a disk that fills."""
    command = [sys.executable, "-c", FILLING, source.path, tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["StorageFailed"] * len(CopyFormat)
    assert not [path for path in (tmp_path / "out").iterdir() if path.is_file()]


COPYING = """
import sys
from pathlib import Path
from easement.sources.files import open_source
from easement.sources.rows import CopyFormat, copy
with open_source(sys.argv[1], output=Path(sys.argv[2])) as source:
    print("ready", flush=True)
    copy(source.session, "SELECT range AS n, hash(range) AS h FROM range(100000000)", None,
         Path(sys.argv[2]) / "answer", CopyFormat.CSV)
"""


def test_a_kill_in_the_middle_of_a_copy_leaves_no_file_at_the_target(source: FileSource, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", COPYING, source.path, out], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    partial: list[Path] = []
    while not (partial and partial[0].stat().st_size > 1_000_000):
        partial = list(out.glob(".answer.*.partial"))
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not (out / "answer").exists()
    assert [path.stat().st_mode & 0o777 for path in partial] == [0o600]
