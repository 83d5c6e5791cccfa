"""R7.2: a database is brought from any older step to what the program works with, and is what the rooms say it is."""

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, text

from easement.base.database import METADATA, open_database, reading, writing
from easement.base.errors import EasementError, StorageFailed
from easement.ledger.service import Ledger, utc_now
from easement.node import schema
from easement.node.backup import back_up
from easement.node.cli import node as command
from easement.node.home import create_node, open_node
from easement.node.keys import read_secret
from easement.node.schema import FOLDER, HEAD, STEPS, stamp, upgrade, version
from tests.databases import PASSWORD, new_database
from tests.ledger.makers import MASTER, SIGNER, clock, fill, private

ROOT = Path(__file__).parents[2]


def test_the_steps_are_those_in_the_folder_in_one_line() -> None:
    found = [step.revision for step in ScriptDirectory(str(FOLDER)).walk_revisions()]
    assert tuple(reversed(found)) == STEPS


def every_rooms_tables() -> None:
    """Have all tables on `METADATA`, whichever module puts them there."""
    for module in (ROOT / "src").rglob("*.py"):
        if "METADATA" in module.read_text():
            importlib.import_module(".".join(module.relative_to(ROOT / "src").with_suffix("").parts))


def differences(engine: Engine) -> list[object]:
    every_rooms_tables()
    with engine.connect() as connection:
        options = {"version_table": "node_schema", "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


def test_all_steps_together_make_what_the_rooms_say(blank: Engine) -> None:
    assert upgrade(blank) == STEPS
    assert differences(blank) == []


def test_a_database_made_at_once_is_the_same(engine: Engine) -> None:
    assert differences(engine) == []
    with reading(engine) as connection:
        assert version(connection) == HEAD


def test_a_database_that_took_every_step_takes_none_again(engine: Engine) -> None:
    assert upgrade(engine) == ()


def as_the_first_nodes_had_it(engine: Engine, folder: Path) -> Ledger:
    """A ledger with entries in a database that is as it was before there were steps."""
    made = Ledger.create(engine, folder, signer=SIGNER, master_key=MASTER, clock=clock)
    fill(made, 300, lambda number: private() if number % 3 == 0 else None)
    made.checkpoint()
    return made


def test_a_ledger_from_before_there_were_steps_is_known_and_loses_nothing(blank: Engine, tmp_path: Path) -> None:
    before = as_the_first_nodes_had_it(blank, tmp_path / "ledger")
    entries = [logged.body for logged in before.entries()]
    with reading(blank) as connection:
        assert version(connection) == "0001"
    assert upgrade(blank) == STEPS[1:]
    after = Ledger.open(blank, tmp_path / "ledger", signer=SIGNER, master_key=MASTER, clock=clock)
    assert after.refusal is None
    assert [logged.body for logged in after.entries()] == entries
    assert after.fsck() == []
    assert differences(blank) == []


def test_a_step_that_fails_leaves_the_database_as_it_was(
    blank: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_the_first_nodes_had_it(blank, tmp_path / "ledger")
    before = sorted(inspect(blank).get_table_names())

    def broken(*_given: object) -> None:
        with blank.connect():
            raise StorageFailed("full")

    monkeypatch.setattr(schema, "stamp", broken)
    with pytest.raises(StorageFailed, match="full"):
        upgrade(blank)
    assert sorted(inspect(blank).get_table_names()) == before


def older(home: Path, step: str) -> None:
    engine = open_database(home / "node.db", read_secret(home, "database"))
    with writing(engine) as connection:
        stamp(connection, step)
    engine.dispose()


def test_a_node_of_an_older_program_names_the_command_that_upgrades_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    monkeypatch.setattr(schema, "HEAD", "8888")
    with pytest.raises(EasementError, match=f"of an older easement: at {HEAD}, 8888 is needed") as refused:
        open_node(home).__enter__()
    assert f"easement node upgrade {home}" in refused.value.remedy


def test_a_node_in_postgresql_is_told_to_be_dumped_for_our_backup_would_not_open_it(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = new_database("postgresql", tmp_path, request, filled=False)
    home = create_node(tmp_path / "dwp", "dwp", database_url=found.url, database_password=PASSWORD).home
    monkeypatch.setattr(schema, "HEAD", "8888")
    for opened in (lambda: open_node(home).__enter__(), lambda: back_up(home, tmp_path / "b", now=utc_now())):
        with pytest.raises(EasementError, match="of an older easement") as refused:
            opened()
        assert refused.value.remedy.endswith(f"pg_dump, and a copy of {home}, then easement node upgrade {home}")
    asked = CliRunner().invoke(command, ["upgrade", str(home)], input="n\n")
    assert "Back it up first: pg_dump" in asked.output


def test_a_node_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    older(home, "9999")
    with pytest.raises(EasementError, match="of a newer easement: at 9999") as refused, open_node(home):
        pass
    assert "use the newer easement" in refused.value.remedy


def test_a_database_with_nothing_in_it_is_no_node(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    (home / "node.db").unlink()
    open_database(home / "node.db", read_secret(home, "database")).dispose()
    with pytest.raises(EasementError, match="holds no node"), open_node(home):
        pass


def as_made_before(home: Path) -> None:
    """Take from a node all that later steps brought."""
    engine = open_database(home / "node.db", read_secret(home, "database"))
    with writing(engine) as connection:
        for name in inspect(connection).get_table_names():
            first = name in {"ledger_entries", "ledger_private_records", "ledger_private_keys", "ledger_head"}
            if not first and name != "ledger_day_counts":
                connection.execute(text(f"drop table {name}"))
    engine.dispose()


def test_the_command_upgrades_a_node_made_before_there_were_steps(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    as_made_before(home)
    if len(STEPS) > 1:
        with pytest.raises(EasementError, match="older"), open_node(home):
            pass
    done = CliRunner().invoke(command, ["upgrade", str(home), "--yes"])
    assert done.exit_code == 0, done.output
    with open_node(home) as node:
        assert node.ledger.size == 1
        assert node.ledger.fsck() == []
    again = CliRunner().invoke(command, ["upgrade", str(home), "--yes"])
    assert "needs no upgrade" in again.output


def test_the_command_asks_for_a_backup_first(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    as_made_before(home)
    asked = CliRunner().invoke(command, ["upgrade", str(home)], input="n\n")
    assert asked.exit_code == 1
    assert "back it up" in asked.output.lower()
