"""R7.2: a node whose database is a PostgreSQL, named by its address."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect

from easement.base.errors import StorageFailed, UsageError
from easement.ledger.model import Entry, EntryType
from easement.node import home as node_home
from easement.node.cli import init
from easement.node.home import create_node, open_node
from tests.databases import PASSWORD, Database, new_database


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return new_database("postgresql", tmp_path, request, filled=False)


@pytest.fixture
def home(empty: Database, tmp_path: Path) -> Path:
    return create_node(tmp_path / "dwp", "dwp", database_url=empty.url, database_password=PASSWORD).home


def tables(empty: Database) -> list[str]:
    engine = empty.open()
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_a_node_keeps_everything_that_is_not_in_files_there(home: Path) -> None:
    assert not (home / "node.db").exists()
    assert not (home / "keys" / "database.key").exists()
    with open_node(home) as node:
        index = node.ledger.append(Entry(time="2026-11-21T12:00Z", type=EntryType.LOG_OPENED))
    with open_node(home) as node:
        assert node.ledger.entry(index).entry.time == "2026-11-21T12:00Z"
        assert node.ledger.checkpoint().size == 2
        assert node.ledger.fsck() == []


def test_the_password_is_a_secret_of_its_own_and_not_in_the_settings(home: Path) -> None:
    assert (home / "keys" / "database.password").stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in (home / "easement.toml").read_text()


def test_a_database_that_holds_a_node_takes_no_other(home: Path, empty: Database, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds a node already"):
        create_node(tmp_path / "other", "other", database_url=empty.url, database_password=PASSWORD)
    assert not (tmp_path / "other").exists()
    with open_node(home) as node:
        assert node.ledger.size == 1


def test_a_node_that_cannot_be_made_leaves_no_table(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(node_home, "check_keys", broken)
    with pytest.raises(Exception, match="No space left"):
        create_node(tmp_path / "dwp", "dwp", database_url=empty.url, database_password=PASSWORD)
    assert tables(empty) == []


def test_a_server_that_is_away_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="cannot open the database"):
        create_node(tmp_path / "dwp", "dwp", database_url="postgresql://me@127.0.0.1:1/dwp")
    assert list(tmp_path.iterdir()) == []


def test_an_address_with_a_password_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds a password") as refused:
        create_node(tmp_path / "dwp", "dwp", database_url="postgresql://me:secret@db.example/dwp")
    assert "secret" not in str(refused.value)


def test_the_command_takes_the_address_and_a_file_with_the_password(empty: Database, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    asked = [str(tmp_path / "dwp"), "--org", "dwp", "--database", empty.url]
    done = CliRunner().invoke(init, [*asked, "--database-password", str(tmp_path / "password")])
    assert done.exit_code == 0, done.output
    with open_node(tmp_path / "dwp") as node:
        assert node.engine.dialect.name == "postgresql"
