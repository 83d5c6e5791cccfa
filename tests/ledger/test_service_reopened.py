"""R5.1: a ledger whose disk fails takes nothing more, and one that is opened again goes on only where it is sound."""

import os
import shutil

import pytest
from sqlalchemy import text

from easement.base.errors import ProofFailed, StorageAway, StorageFailed
from easement.ledger.service import Ledger, utc_now
from tests.ledger.makers import MASTER, SIGNER, database, fill, private, refuse, refuse_no_more, released, reopened


def test_an_append_that_the_database_refuses_stops_the_ledger_until_it_is_opened_again(ledger, home):
    refuse(ledger.engine, "insert", "ledger_entries")
    with pytest.raises(StorageFailed, match="would not keep"):
        ledger.append(released())
    refuse_no_more(ledger.engine, "ledger_entries")
    with pytest.raises(StorageFailed, match="would not keep"):
        ledger.append(released())
    with pytest.raises(StorageFailed, match="would not keep"):
        ledger.checkpoint()
    assert "would not keep" in str(ledger.refusal)
    assert reopened(home).append(released()) == 1


@pytest.mark.parametrize("home", ["postgresql"], indirect=True)
def test_a_server_that_went_away_fails_who_waited_and_serves_again_when_it_is_back(ledger):
    def shut_down(connection, _index):
        connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StorageAway, match="would not keep") as told:
        ledger.append(released(), also=shut_down)
    assert "ask again" in told.value.remedy
    assert ledger.refusal is None
    assert ledger.append(released()) == 1
    assert ledger.checkpoint().size == 2
    assert ledger.fsck() == []


def test_a_closed_ledger_takes_no_entries(ledger):
    ledger.close()
    with pytest.raises(StorageFailed, match="closed"):
        ledger.append(released())


def test_a_sound_ledger_is_opened_and_goes_on(ledger, home):
    fill(ledger, 300)
    ledger.checkpoint()
    again = reopened(home)
    assert again.refusal is None
    assert again.append(released()) == 301
    assert ledger.append(released()) == 302


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_a_database_restored_from_an_old_backup_is_refused(ledger, home):
    fill(ledger, 10)
    ledger.engine.dispose()
    shutil.copy(home / "node.db", home / "backup.db")
    again = reopened(home)
    fill(again, 10)
    again.checkpoint()
    again.engine.dispose()
    shutil.copy(home / "backup.db", home / "node.db")
    restored = reopened(home)
    with pytest.raises(StorageFailed, match="21 entries were published but the database holds 11") as refused:
        restored.append(released())
    assert "restore the newest" in refused.value.remedy
    with pytest.raises(StorageFailed):
        restored.erase(1)
    assert restored.entry(5).index == 5


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_a_restored_database_that_has_gone_another_way_is_refused(ledger, home):
    ledger.engine.dispose()
    shutil.copy(home / "node.db", home / "backup.db")
    again = reopened(home)
    fill(again, 10)
    again.checkpoint()
    again.engine.dispose()
    shutil.copy(home / "backup.db", home / "node.db")
    other = Ledger(database(home), home / "ledger", SIGNER, MASTER, utc_now)
    fill(other, 11, lambda _: private())
    with pytest.raises(ProofFailed, match="not those that were published"):
        other.checkpoint()
    with pytest.raises(StorageFailed, match="not those that were published"):
        reopened(home).append(released())


def test_a_ledger_without_its_checkpoint_takes_nothing(ledger, home):
    (home / "ledger/checkpoint").unlink()
    with pytest.raises(StorageFailed, match="checkpoint cannot be read"):
        reopened(home).append(released())


def test_a_ledger_with_another_logs_checkpoint_takes_nothing(ledger, home, tmp_path_factory):
    (home / "ledger/checkpoint").write_text((home / "ledger/checkpoint").read_text().replace("\n1\n", "\n2\n"))
    with pytest.raises(StorageFailed, match="takes no entries: the signature"):
        reopened(home).append(released())


def test_a_ledger_whose_edge_was_changed_takes_nothing(ledger, home):
    (home / "ledger/tile/0/000.p/1").write_bytes(os.urandom(32))
    with pytest.raises(StorageFailed, match="do not lead to the published root"):
        reopened(home).append(released())


def test_a_folder_that_cannot_be_written_is_said_so(ledger, home):
    ledger.append(released())
    shutil.rmtree(home / "ledger")
    (home / "ledger").write_text("a file")
    with pytest.raises(StorageFailed, match="cannot publish"):
        ledger.checkpoint()
