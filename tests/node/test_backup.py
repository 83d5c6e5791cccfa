"""R7.2: a backup taken while a node works is whole, and a node made again from it proves and discloses as before."""

import hashlib
import json
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from easement.base.database import reading
from easement.base.errors import EasementError, ProofFailed, StorageFailed, UsageError
from easement.gate.model import Mode
from easement.ledger import verifier
from easement.ledger.note import Signer, sign_text
from easement.ledger.receipt import make_receipt
from easement.ledger.service import utc_now
from easement.node.backup import back_up
from easement.node.cli import backup as backup_command
from easement.node.cli import restore as restore_command
from easement.node.home import create_node, open_node
from easement.node.keybox import open_box, seal_box
from easement.node.restore import Source, restore
from easement.node.rotation import rotate_signing
from easement.node.tables import fact
from tests.databases import KINDS, PASSWORD, Database, Server, new_database
from tests.gate.world import furnish
from tests.ledger.makers import fill, private, released

PHRASE = "correct horse battery staple"
SEALED = Source(passphrase=PHRASE)


class Made(NamedTuple):
    """A node with three hundred disclosures, a backup of it, and the address of its database where it has one."""

    home: Path
    backup: Path
    url: str


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    found = new_database(request.param, folder, request, filled=False)
    home = create_node(folder / "dwp", "dwp", database_url=found.url, database_password=found.url and PASSWORD).home
    with open_node(home) as node:
        fill(node.ledger, 300, lambda number: private() if number % 2 else None)
        node.ledger.checkpoint()
    backup = back_up(home, folder / "dwp.backup", now=utc_now(), passphrase=PHRASE).path
    return Made(home, backup, found.url)


@pytest.fixture
def home(made: Made, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A copy of the node, with its database."""
    place = shutil.copytree(made.home, tmp_path / "dwp")
    if not made.url:
        yield place
        return
    running: Server = request.getfixturevalue("server")
    name = running.copy(made.url)
    settings = place / "easement.toml"
    settings.write_text(settings.read_text().replace(made.url, running.url(name)))
    yield place
    running.run(f"drop database {name} with (force)")


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return new_database("postgresql", tmp_path, request, filled=False)


@pytest.fixture
def saved(made: Made, tmp_path: Path) -> Path:
    """The backup of the node."""
    return Path(shutil.copy(made.backup, tmp_path / "dwp.backup"))


def test_a_drill_while_the_node_appends_and_publishes(home: Path, tmp_path: Path) -> None:
    """What was durable when the backup began is in it, whole, and everything that was proved still is."""
    with open_node(home) as node:
        stop, said = threading.Event(), []

        def work() -> None:
            while not stop.is_set():
                said.append(node.ledger.append(released(intent=len(said)), private()))
                if len(said) % 20 == 0:
                    node.ledger.checkpoint()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(said) < 50:
            threads[0].join(0.01)
        before = max(said)
        done = back_up(home, tmp_path / "dwp.backup", now=utc_now(), passphrase=PHRASE)
        stop.set()
        for thread in threads:
            thread.join()
        node.ledger.checkpoint()
        receipts = [make_receipt(node.ledger, index).encode() for index in (1, 250, before)]
        bodies = [logged.body for logged in node.ledger.entries()]
    made = restore(done.path, tmp_path / "again", now=utc_now(), source=SEALED)
    assert before < made.entries == done.entries < len(bodies)
    known = verifier.read_keys(str(made.home / "keys" / "log.vkey"))
    with open_node(made.home) as node:
        assert node.ledger.refusal is None
        assert node.ledger.fsck() == []
        assert [logged.body for logged in node.ledger.entries()] == bodies[: made.entries]
        assert node.ledger.private(250)
        assert make_receipt(node.ledger, 1)
        assert node.engine.dialect.name == "sqlite"
    assert verifier.check_log(str(made.home / "ledger"), known).size == made.entries
    for each in receipts:
        assert verifier.check_receipt(each, known)


def test_what_others_may_have_seen_since_comes_back_from_the_published_ledger(
    home: Path, saved: Path, tmp_path: Path
) -> None:
    with open_node(home) as node:
        fill(node.ledger, 600, lambda _: private())
        newest = node.ledger.checkpoint()
    made = restore(saved, tmp_path / "again", now=utc_now(), source=replace(SEALED, ledger=home / "ledger"))
    assert (made.entries, made.from_ledger) == (901, 600)
    with open_node(made.home) as node:
        assert node.ledger.published == newest
        assert {found.what for found in node.ledger.fsck()} == {"the private record is gone"}
        assert node.ledger.append(released()) == 901
        assert node.ledger.counted("free-school-meals", "entitled-children", "2026-11-21") == 901


def test_a_log_that_has_gone_another_way_is_not_joined_to_the_backup(home: Path, saved: Path, tmp_path: Path) -> None:
    other = restore(saved, tmp_path / "other", now=utc_now(), source=SEALED).home
    with open_node(other) as node:
        fill(node.ledger, 5)
        node.ledger.checkpoint()
    with open_node(home) as node:
        fill(node.ledger, 4, lambda _: private())
    later = back_up(home, tmp_path / "later.backup", now=utc_now(), passphrase=PHRASE).path
    with pytest.raises(ProofFailed, match="entry 301 is another in the backup than in the ledger"):
        restore(later, tmp_path / "again", now=utc_now(), source=replace(SEALED, ledger=other / "ledger"))
    assert not (tmp_path / "again").exists()


def test_a_restored_node_says_when_and_with_what_it_was_restored(saved: Path, tmp_path: Path) -> None:
    home = restore(saved, tmp_path / "again", now=utc_now(), source=SEALED).home
    with open_node(home) as node, reading(node.engine) as connection:
        assert json.loads(fact(connection, "restored") or "")["entries"] == 301


def test_a_disclosure_works_in_a_restored_node_whichever_database_it_is_put_into(
    tmp_path: Path, empty: Database
) -> None:
    world = furnish(tmp_path)
    first = world.share("forms", Mode.BULK)
    done = back_up(world.node, tmp_path / "dwp.backup", now=utc_now(), passphrase=PHRASE)
    for source in (SEALED, replace(SEALED, database_url=empty.url, database_password=PASSWORD)):
        made = restore(done.path, tmp_path / f"again{bool(source.database_url)}", now=utc_now(), source=source)
        again = replace(world, node=made.home)
        second = again.share("forms", Mode.BULK, str(tmp_path / f"answer{bool(source.database_url)}.csv"))
        assert second.data is not None
        assert again.verified(second.data).index == second.entry
        assert second.entry > first.entry
        with open_node(made.home) as node:
            assert node.engine.dialect.name == ("postgresql" if source.database_url else "sqlite")
            assert node.ledger.fsck() == []
        assert (made.home / "node.db").exists() is not bool(source.database_url)


def test_without_a_passphrase_the_keys_come_from_where_they_are_kept(home: Path, tmp_path: Path) -> None:
    done = back_up(home, tmp_path / "dwp.backup", now=utc_now())
    assert not any("PRIVATE" in name or name.endswith(".key") for name in zipfile.ZipFile(done.path).namelist())
    with pytest.raises(UsageError, match="keys are needed") as refused:
        restore(done.path, tmp_path / "again", now=utc_now())
    assert "--keys" in refused.value.remedy
    made = restore(done.path, tmp_path / "again", now=utc_now(), source=Source(keys=home / "keys"))
    with open_node(made.home) as node:
        assert node.ledger.fsck() == []


def test_keys_that_were_changed_since_serve_as_well(home: Path, tmp_path: Path) -> None:
    done = back_up(home, tmp_path / "dwp.backup", now=utc_now())
    for stem, name in (("organisation", "dwp"), ("log", "dwp/ledger")):
        with open_node(home) as node:
            rotate_signing(home, node.ledger, node.master_key, stem, name=name, now=utc_now(), overlap=timedelta(1))
    made = restore(done.path, tmp_path / "again", now=utc_now(), source=Source(keys=home / "keys"))
    with open_node(made.home) as node:
        assert len(node.ledger.keys) == len(node.member_keys["dwp"]) == 2


def test_another_organisations_list_is_in_no_backup(home: Path, tmp_path: Path) -> None:
    (home / "jobs" / "run").mkdir(parents=True)
    (home / "jobs" / "run" / "list.csv").write_text("Ash,2019-04-01\n")
    done = back_up(home, tmp_path / "dwp.backup", now=utc_now())
    with zipfile.ZipFile(done.path) as packed:
        assert not [name for name in packed.namelist() if "jobs" in name]


def test_a_backup_does_not_say_itself_who_may_have_signed_it(home: Path, tmp_path: Path) -> None:
    """Whoever can write where backups are kept has no key of the organisation's, and puts one of their own in."""
    done = back_up(home, tmp_path / "dwp.backup", now=utc_now())
    stranger, files = Signer("dwp", b"s" * 32), {}
    with zipfile.ZipFile(done.path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    head, line, *_ = files.pop("manifest").decode().split("\n")
    files["files/keys/organisation.vkey"] += f"{stranger.key}\n".encode()
    files["files/agreements/theirs.yaml"] = b"id: theirs"
    said = json.loads(line) | {"files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}}
    forged = tmp_path / "forged.backup"
    with zipfile.ZipFile(forged, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
        packed.writestr("manifest", sign_text(f"{head}\n{json.dumps(said)}\n", [stranger]))
    kept = tmp_path / "kept"
    kept.mkdir()
    for secret in (home / "keys").glob("*.key"):
        shutil.copy(secret, kept)
    with pytest.raises(ProofFailed):
        restore(forged, tmp_path / "again", now=utc_now(), source=Source(keys=kept))
    assert not (tmp_path / "again").exists()


def test_a_backup_is_for_its_owner_alone_and_nothing_secret_is_in_it_unsealed(home: Path, saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(saved) as packed:
        whole = b"".join(packed.read(name) for name in packed.namelist())
    for name in ("organisation.key", "log.key", "master.key"):
        assert (home / "keys" / name).read_bytes().strip() not in whole
    assert b"staff-17" not in whole
    assert b"SQLite format" not in whole


def repacked(saved: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    target = saved.with_name("changed.backup")
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if (kept := change(name, old.read(name))) is not None:
                new.writestr(*kept)
    return target


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda name, data: (name, data + b"x" if name.endswith("easement.toml") else data), "is not what was put in"),
        (lambda name, data: (name, data[:-1] if name == "node.db" else data), "is not what was put in"),
        (lambda name, data: None if name == "checkpoint" else (name, data), "cannot be read"),
        (lambda name, data: None if name == "manifest" else (name, data), "manifest cannot be read"),
        (lambda name, data: (name, data.replace(b": 301,", b": 302,") if name == "manifest" else data), "is wrong"),
        (lambda name, data: (name, data.replace(b"/eas", b"/../") if name == "manifest" else data), "no place"),
    ],
)
def test_a_backup_that_was_changed_is_refused_and_leaves_nothing(
    saved: Path, tmp_path: Path, change: Callable[[str, bytes], tuple[str, bytes] | None], told: str
) -> None:
    with pytest.raises(EasementError, match=told):
        restore(repacked(saved, change), tmp_path / "again", now=utc_now(), source=SEALED)
    assert [each.name for each in tmp_path.iterdir() if "again" in each.name] == []


@pytest.mark.parametrize("name", ["files/../../outside", "files/a/../../../outside", "elsewhere", "files"])
def test_a_backup_never_writes_outside_of_the_node(saved: Path, tmp_path: Path, name: str) -> None:
    def add(inside: str, data: bytes) -> tuple[str, bytes]:
        if inside != "manifest":
            return inside, data
        return inside, data.replace(b'"files": {', f'"files": {{"{name}": "00", '.encode())

    with pytest.raises(ProofFailed, match="has no place"):
        restore(repacked(saved, add), tmp_path / "again", now=utc_now(), source=SEALED)


def test_a_file_that_is_no_backup_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello")
    for name in ("x", "absent"):
        with pytest.raises(UsageError, match="is not a backup"):
            restore(tmp_path / name, tmp_path / "again", now=utc_now(), source=SEALED)


def test_nothing_that_stands_is_overwritten(home: Path, saved: Path) -> None:
    with pytest.raises(UsageError, match="is not empty"):
        restore(saved, home, now=utc_now(), source=SEALED)


def test_another_passphrase_opens_nothing(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(ProofFailed, match="passphrase does not open"):
        restore(saved, tmp_path / "again", now=utc_now(), source=Source(passphrase="something else entirely"))


def test_a_short_passphrase_is_refused_and_a_box_opens_to_what_was_put_in() -> None:
    with pytest.raises(UsageError, match="shorter than 12"):
        seal_box({}, "too short")
    box = seal_box({"a.key": "x"}, PHRASE)
    assert open_box(box, PHRASE) == {"a.key": "x"}
    for data in (b"{}", b"[]", b"\xff", b'{"salt": 1, "nonce": 2, "sealed": 3}'):
        with pytest.raises(ProofFailed, match="not sealed keys"):
            open_box(data, PHRASE)


def test_a_place_that_cannot_take_the_backup_is_told(home: Path, tmp_path: Path) -> None:
    with pytest.raises(EasementError, match="there is no folder"):
        back_up(home, tmp_path / "absent" / "dwp.backup", now=utc_now())
    shutil.rmtree(home / "ledger")
    with pytest.raises(StorageFailed, match="checkpoint cannot be read"):
        back_up(home, tmp_path / "dwp.backup", now=utc_now())


def test_the_commands_say_what_comes_next(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    (tmp_path / "phrase").write_text(PHRASE + "\n")
    given = ["--passphrase", str(tmp_path / "phrase")]
    told = CliRunner().invoke(backup_command, [str(home), "--out", str(tmp_path / "b"), "--with-keys", *given])
    assert told.exit_code == 0, told.output
    assert "Backed up 1 entries" in told.output
    again = CliRunner().invoke(restore_command, [str(tmp_path / "b"), str(tmp_path / "again"), *given])
    assert again.exit_code == 0, again.output
    assert "--ledger" in again.output
    plain = CliRunner().invoke(backup_command, [str(home), "--out", str(tmp_path / "c")])
    assert "without the keys it cannot be restored" in plain.output
    asked = CliRunner().invoke(
        backup_command, [str(home), "--out", str(tmp_path / "d"), "--with-keys"], input=f"{PHRASE}\n" * 2
    )
    assert asked.exit_code == 0, asked.output
