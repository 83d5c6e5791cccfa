"""A real MariaDB of the tests' own, where one is installed: on a socket in a folder of its own, and gone with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pymysql
import pytest

from tests.databases import STARTS, _end_with_parent

__all__ = ["MariaDBServer", "mariadb"]

PASSWORD = "another password for tests"
_numbers = count()


class MariaDBServer:
    """A running MariaDB; its account `easement` may do anything, and tests use it to fill tables too."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.folder = folder
        base = binary.resolve().parent.parent
        share = next(path for path in (base / "share" / "mysql", base / "share" / "mariadb") if path.is_dir())
        self._as = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        if os.geteuid() != 0:
            self._as = {}
        (folder / "data").mkdir()
        start = folder / "start.sql"
        start.write_text(
            f"CREATE USER easement@localhost IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO easement@localhost WITH GRANT OPTION;\n"
        )
        for path in (folder, folder / "data", start):
            if self._as:
                shutil.chown(path, "nobody")
        self._command = [
            binary, "--no-defaults", f"--basedir={base}", f"--lc-messages-dir={share}", f"--datadir={folder / 'data'}",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=16M",
        ]  # fmt: skip
        self._fill(share)
        more = [f"--socket={self.socket}", "--skip-networking", f"--init-file={start}", f"--pid-file={folder / 'pid'}"]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*self._command, *more], stdout=log, stderr=log, cwd=folder, preexec_fn=_end_with_parent, **self._as
            )

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    def _fill(self, share: Path) -> None:
        scripts = [share / "mysql_system_tables.sql", share / "mysql_system_tables_data.sql"]
        text = "create database mysql;\nuse mysql;\n" + "".join(script.read_text() for script in scripts)
        subprocess.run(
            [*self._command, "--bootstrap", "--skip-grant-tables"],
            input=text.encode(), capture_output=True, check=True, cwd=self.folder, **self._as,
        )  # fmt: skip

    def connect(self, name: str = "") -> pymysql.Connection:
        return pymysql.connect(
            unix_socket=str(self.socket), user="easement", password=PASSWORD, database=name or None, charset="utf8mb4",
            autocommit=True,
        )  # fmt: skip

    def create(self) -> str:
        """A new, empty database; its name."""
        name = f"test_{next(_numbers)}"
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"create database {name} character set utf8mb4")
        return name

    def url(self, name: str) -> str:
        return f"mariadb://easement@localhost/{name}?unix_socket={self.socket}"

    def await_start(self) -> None:
        """Return once it answers; raises `RuntimeError` with its last words when it ended."""
        for _ in range(STARTS):
            if self.socket.exists():  # the driver leaves a socket open where it cannot connect
                self.connect().close()
                return
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        raise RuntimeError((self.folder / "log").read_text()[-500:])

    def stop(self) -> None:
        """End it, and remove all that it wrote."""
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDBServer]:
    """The MariaDB of this test process; tests that need one are skipped where none is installed."""
    found = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("MariaDB is not installed here: apt-get install mariadb-server-core")
    folder = Path(tempfile.mkdtemp(prefix="easement-my-"))
    try:
        running = MariaDBServer(Path(found), folder)
        running.await_start()
    except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"MariaDB does not start here: {getattr(error, 'stderr', '') or error}")
    yield running
    running.stop()
