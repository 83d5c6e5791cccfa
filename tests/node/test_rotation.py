"""R7.2: keys are changed whole or not at all, what the old ones signed still verifies, and the ledger says so."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from easement.base.errors import EasementError, ProofFailed, StorageFailed
from easement.ledger import verifier
from easement.ledger.model import EntryType
from easement.ledger.receipt import make_receipt
from easement.ledger.service import utc_now
from easement.node import rotation
from easement.node.cli import keys as command
from easement.node.home import FIT_FOR, create_node, open_node
from easement.node.keys import read_secret
from easement.node.readiness import State, readiness
from easement.node.rotation import log_keys, rotate_database, rotate_signing
from tests.databases import KINDS, PASSWORD, Server, new_database
from tests.gate.world import furnish
from tests.ledger.makers import fill, private

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    found = new_database(request.param, tmp_path, request, filled=False)
    return create_node(tmp_path / "dwp", "dwp", database_url=found.url, database_password=found.url and PASSWORD).home


def rotate(home: Path, stem: str, **how: object) -> None:
    with open_node(home) as node:
        name = {"organisation": "dwp", "log": "dwp/ledger"}[stem]
        rotate_signing(home, node.ledger, node.master_key, stem, name=name, now=utc_now(), **how)  # type: ignore[arg-type]


def receipt(home: Path) -> bytes:
    with open_node(home) as node:
        fill(node.ledger, 3, lambda _: private())
        node.ledger.checkpoint()
        return make_receipt(node.ledger, node.ledger.size - 1).encode()


def changes(home: Path) -> list[str | None]:
    with open_node(home) as node:
        return [logged.entry.key for logged in node.ledger.entries(type=EntryType.KEY_CHANGED)]


def log_lines(home: Path) -> int:
    return len(verifier.parse_note((home / "ledger" / "checkpoint").read_bytes()).signatures)


def test_the_organisation_signs_with_the_new_key_and_its_old_signatures_still_count(home: Path) -> None:
    with open_node(home) as node:
        old = node.organisation_key.key
    rotate(home, "organisation")
    with open_node(home) as node:
        new = node.organisation_key.key
        assert new != old
        assert node.members["dwp"] == new
        assert node.member_keys["dwp"] == (new, old)
    assert changes(home) == [rotation.key_digest(new)]
    assert (home / "keys" / "organisation.vkey").read_text() == f"{new}\n{old}\n"
    assert not (home / "keys" / "organisation.next").exists()


@pytest.mark.parametrize("stem", ["organisation", "log"])
def test_a_node_that_runs_on_with_the_old_key_is_not_ready_and_discloses_nothing(home: Path, stem: str) -> None:
    with open_node(home) as running:
        running.check_fit(utc_now())
        rotate(home, stem)
        later = utc_now() + FIT_FOR
        with pytest.raises(StorageFailed, match=f"the {stem}'s key was changed") as refused:
            running.check_fit(later)
        assert refused.value.remedy == "start the node again: easement serve"
        assert {each.name: each.state for each in readiness(running, now=later)}["keys"] is State.MISSING
    with open_node(home) as again:
        again.check_fit(later)
        assert {each.name: each.state for each in readiness(again, now=later)}["keys"] is State.GOOD


def test_a_compromised_key_counts_no_more(home: Path) -> None:
    rotate(home, "organisation")
    with open_node(home) as node:
        second, first = node.member_keys["dwp"]
    rotate(home, "organisation", compromised=True)
    with open_node(home) as node:
        assert second not in node.member_keys["dwp"]
        assert node.member_keys["dwp"][1:] == (first,)


@pytest.mark.parametrize("days", [0, 30])
def test_receipts_of_before_and_after_a_change_of_the_logs_key_verify_with_its_one_public_file(
    home: Path, days: int
) -> None:
    before = receipt(home)
    old = verifier.read_keys(str(home / "keys" / "log.vkey"))
    rotate(home, "log", overlap=timedelta(days=days))
    after = receipt(home)
    known = verifier.read_keys(str(home / "keys" / "log.vkey"))
    for each in (before, after):
        assert verifier.check_receipt(each, known).origin == "dwp/ledger"
    assert verifier.check_log(str(home / "ledger"), known).size == 8
    assert log_lines(home) == (2 if days else 1)
    if days:
        assert verifier.check_receipt(after, old).origin == "dwp/ledger"
    else:
        with pytest.raises(ProofFailed, match="none of the given keys"):
            verifier.check_receipt(after, old)
    with open_node(home) as node:
        assert node.ledger.fsck() == []


def test_the_old_key_of_the_log_is_destroyed_when_its_time_is_over(home: Path) -> None:
    rotate(home, "log", overlap=timedelta(days=30))
    path = home / "keys" / "log.retiring.key"
    assert path.stat().st_mode & 0o777 == 0o600
    now = utc_now()
    assert len(log_keys(home, "dwp/ledger", now + timedelta(days=29)).retiring) == 1
    assert log_keys(home, "dwp/ledger", now + timedelta(days=30)).retiring == ()
    assert not path.exists()
    receipt(home)
    assert log_lines(home) == 1


def test_a_log_whose_key_was_compromised_is_published_anew_before_the_old_key_goes(home: Path) -> None:
    before = receipt(home)
    rotate(home, "log", compromised=True)
    known = verifier.read_keys(str(home / "keys" / "log.vkey"))
    assert len(known) == 1
    assert verifier.check_log(str(home / "ledger"), known).size == 5
    with pytest.raises(ProofFailed, match="none of the given keys"):
        verifier.check_receipt(before, known)
    with open_node(home) as node:
        assert node.ledger.refusal is None


def test_an_agreement_signed_before_a_change_stays_signed(tmp_path: Path) -> None:
    world = furnish(tmp_path)
    with open_node(world.node) as node:
        before = node.shelf.all(date(2026, 11, 22))
    rotate(world.node, "organisation")
    with open_node(world.node) as node:
        assert [each.signed for each in node.shelf.all(date(2026, 11, 22))] == [each.signed for each in before]
        assert before[0].signed
    rotate(world.node, "organisation")
    rotate(world.node, "organisation", compromised=True)
    with open_node(world.node) as node:
        assert [each.signed for each in node.shelf.all(date(2026, 11, 22))] == [each.signed for each in before]


class _Killed(BaseException):
    """Where a kill would have come."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    with monkeypatch.context() as patch:
        yield patch


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("stem", ["organisation", "log"])
def test_a_kill_at_any_step_leaves_the_old_key_or_the_new_one_and_the_ledger_agrees(
    home: Path, dies: pytest.MonkeyPatch, stem: str, at: int
) -> None:
    before = receipt(home)
    calls = iter(range(100))
    real = rotation.write_whole, rotation.flush_directory, rotation._sign_anew

    def count(function):  # type: ignore[no-untyped-def]
        def counted(*given, **named):  # type: ignore[no-untyped-def]
            if next(calls) == at:
                raise _Killed
            function(*given, **named)
            if next(calls) == at:
                raise _Killed

        return counted

    for name, function in zip(("write_whole", "flush_directory", "_sign_anew"), real, strict=True):
        dies.setattr(rotation, name, count(function))
    with contextlib.suppress(_Killed):
        rotate(home, stem, overlap=timedelta(days=1))
    dies.undo()
    with open_node(home) as node:
        said = [logged.entry.key for logged in node.ledger.entries(type=EntryType.KEY_CHANGED)]
        in_use = node.organisation_key.key if stem == "organisation" else node.ledger.key
        assert node.ledger.refusal is None
    assert said == [] or rotation.key_digest(in_use) in said
    assert not list((home / "keys").glob("*.next"))
    known = verifier.read_keys(str(home / "keys" / "log.vkey"))
    for each in (before, receipt(home)):
        assert verifier.check_receipt(each, known)


def test_who_opens_the_node_while_a_key_is_being_changed_waits_and_undoes_nothing(
    home: Path, dies: pytest.MonkeyPatch
) -> None:
    """The new key lies aside and the ledger does not name it yet: that is no change that was broken off."""
    real, opened = rotation._install, []
    begun = threading.Event()

    def open_meanwhile() -> None:
        begun.set()
        with open_node(home) as node:
            opened.append(node.organisation_key.key)

    other = threading.Thread(target=open_meanwhile)

    def install(*given: object) -> None:
        other.start()
        begun.wait()
        real(*given)  # type: ignore[arg-type]

    dies.setattr(rotation, "_install", install)
    rotate(home, "organisation")
    other.join()
    with open_node(home) as node:
        assert opened == [node.organisation_key.key]
    assert len(changes(home)) == 1


def test_a_database_is_sealed_anew_and_the_ledger_says_so(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    receipt(home)
    old = read_secret(home, "database")
    rotate_database(home, "")
    assert read_secret(home, "database") != old
    assert changes(home) == [rotation.secret_digest(read_secret(home, "database"))]
    with open_node(home) as node:
        assert node.ledger.fsck() == []
        assert node.ledger.private(3)
    (home / "keys" / "database.key").write_text(old.hex())
    with pytest.raises(StorageFailed, match="cannot open the database"), open_node(home):
        pass


def test_a_database_in_use_keeps_its_key(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    with open_node(home) as node:
        with pytest.raises(StorageFailed, match="cannot change the key") as refused:
            rotate_database(home, "")
        assert "easement serve" in refused.value.remedy
        assert node.ledger.size == 1
    assert changes(home) == []
    assert not (home / "keys" / "database.next").exists()


CHANGER = "import sys; from pathlib import Path; from easement.node.rotation import rotate_database as r; "
CHANGER += "print('ready', flush=True); [r(Path(sys.argv[1]), '') for _ in range(100)]"


def test_a_kill_while_the_database_is_sealed_anew_loses_nothing(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    with open_node(home) as node:
        fill(node.ledger, 6_000, lambda _: private())
    chance = random.Random(20261122)
    for _ in range(8):
        process = subprocess.Popen([sys.executable, "-c", CHANGER, str(home)], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(chance.random() * 0.4)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with open_node(home) as node:
            assert node.ledger.private(6_000)
    with open_node(home) as node:
        assert node.ledger.fsck() == []


def test_the_password_of_a_database_is_changed_and_the_old_one_opens_no_more(
    server: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server.run("create role dwp login password 'first'")
    server.run("create database dwp owner dwp")
    request.addfinalizer(lambda: server.run("drop role dwp"))
    request.addfinalizer(lambda: server.run("drop database dwp with (force)"))
    url = server.url("dwp").replace("postgres@", "dwp@")
    home = create_node(tmp_path / "dwp", "dwp", database_url=url, database_password="first").home
    rotate_database(home, url)
    assert (home / "keys" / "database.password").stat().st_mode & 0o777 == 0o600
    with open_node(home) as node:
        assert node.ledger.size == 1
    (home / "keys" / "database.next").write_text("broken off before it was set")
    (home / "keys" / "database.next").chmod(0o600)
    with open_node(home) as node:
        assert node.ledger.size == 1
    (home / "keys" / "database.password").write_text("first")
    with pytest.raises(StorageFailed, match="password"), open_node(home):
        pass


def test_a_database_without_a_password_has_none_to_change(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    with pytest.raises(EasementError, match="no password"):
        rotate_database(home, "postgresql://me@/dwp")


def run(*words: str) -> str:
    done = CliRunner().invoke(command, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


@pytest.mark.parametrize("which", ["organisation", "log", "database"])
def test_the_command_changes_a_key_and_says_what_is_left_to_do(tmp_path: Path, which: str) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    told = run("rotate", which, "--node", str(home))
    assert "Changed" in told
    assert "next: " in told
    assert len(changes(home)) == 1


def test_the_command_lists_public_keys_and_no_secret(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    run("rotate", "log", "--node", str(home))
    told = run("list", "--node", str(home))
    assert told.count("in use") == 2
    assert told.count("before") == 1
    assert "PRIVATE" not in told


def test_the_master_key_is_not_changed_and_it_is_said_why(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    with pytest.raises(EasementError, match="cannot be changed") as refused:
        run("rotate", "master", "--node", str(home))
    assert "pseudonyms" in refused.value.remedy


def test_a_retiring_key_is_read_with_its_time(tmp_path: Path) -> None:
    home = create_node(tmp_path / "dwp", "dwp").home
    assert log_keys(home, "dwp/ledger", datetime(2026, 1, 1, tzinfo=UTC)).retiring == ()
