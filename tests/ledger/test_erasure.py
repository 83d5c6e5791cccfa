"""R5.4: a private record is kept sealed, opened, and erased for good, and every proof still holds."""

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from easement.base import database as database_room
from easement.base.database import _SETTINGS, _begin
from easement.base.errors import BadData, ProofFailed, StorageFailed
from easement.ledger import tables, verifier
from easement.ledger.checkpoint import verified_checkpoint
from easement.ledger.model import Entry, EntryType
from easement.ledger.service import Ledger
from tests.ledger.makers import DAY, MASTER, SIGNER, files, fill, new_ledger, private, refuse, released


def test_a_private_record_is_kept_and_opened(ledger):
    index = ledger.append(released(), private())
    parts = ledger.private(index)
    assert {name: part.value() for name, part in parts.items()} == private().parts


def test_nothing_private_is_public(ledger, home):
    ledger.append(released(), private())
    ledger.checkpoint()
    public = b"".join((home / "ledger" / name).read_bytes() for name in files(home))
    assert b"released" in public
    assert b"staff-17" not in public


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_the_database_is_unreadable_without_its_key_and_for_its_owner_alone(ledger, home):
    ledger.append(released(), private())
    raw = b"".join(each.read_bytes() for each in home.glob("node.db*"))
    assert b"released" not in raw
    assert (home / "node.db").stat().st_mode & 0o777 == 0o600


def test_an_entry_without_a_private_record_has_none_to_open(ledger):
    with pytest.raises(ProofFailed, match="never had a private record"):
        ledger.private(0)


def test_erasure_destroys_the_record_and_every_proof_still_holds(ledger, home):
    fill(ledger, 20, lambda _: private())
    ledger.checkpoint()
    proofs = {index: ledger.prove(index) for index in range(21)}
    assert ledger.erase(7) == 21
    assert ledger.entry(21).entry == Entry(time=f"{DAY}T23:05Z", type=EntryType.RECORD_ERASED, erased=7)
    with pytest.raises(ProofFailed, match="is gone"):
        ledger.private(7)
    for index, proof in proofs.items():
        read = verifier.parse_proof(proof)
        signed = verified_checkpoint(read.checkpoint, [ledger.key])
        leaf = verifier.leaf_hash(ledger.entry(index).body)
        verifier.verify_inclusion(leaf, index, signed.size, read.hashes, signed.root)
    ledger.checkpoint()
    assert ledger.fsck() == []
    assert ledger.private(8)


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_what_was_erased_is_left_nowhere_in_the_database_even_for_who_holds_its_key(home):
    ledger = new_ledger(home, unencrypted(home))
    index = ledger.append(released(), private())
    with ledger.engine.connect() as connection:
        stored = tables.sealed(connection, index)
    assert all(each in _raw(home) for each in stored)
    ledger.erase(index)
    assert not any(each in _raw(home) for each in stored)
    assert b"ledger:record:erased" in _raw(home)
    ledger.engine.dispose()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(database_room, "SCRUB_SECONDS", 0)


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_an_erasure_while_somebody_reads_says_what_is_left_and_erasing_again_finishes_it(home, impatient):
    ledger = new_ledger(home, unencrypted(home))
    index = ledger.append(released(), private())
    with ledger.engine.connect() as connection:
        stored = tables.sealed(connection, index)
    reader = ledger.entries()
    next(reader)
    with pytest.raises(StorageFailed, match="is erased, but the database's log of changes still holds it") as told:
        ledger.erase(index)
    assert f"easement ledger erase {index}" in told.value.remedy
    assert any(each in _raw(home) for each in stored)
    with pytest.raises(ProofFailed, match="is gone"):
        ledger.private(index)
    assert ledger.append(released()) == index + 2
    reader.close()
    assert ledger.erase(index) == index + 1
    assert not any(each in _raw(home) for each in stored)
    assert ledger.size == index + 3
    ledger.engine.dispose()


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_opening_finishes_an_erasure_that_a_reader_held_up(home, impatient):
    engine = unencrypted(home)
    ledger = new_ledger(home, engine)
    index = ledger.append(released(), private())
    with engine.connect() as connection:
        stored = tables.sealed(connection, index)
    reader = ledger.entries()
    next(reader)
    with pytest.raises(StorageFailed, match="still holds it"):
        ledger.erase(index)
    reader.close()
    Ledger.open(engine, home / "ledger", signer=SIGNER, master_key=MASTER)
    assert not any(each in _raw(home) for each in stored)
    engine.dispose()


def unencrypted(home):
    """The node's database with all its settings and no key, so that a test can look at its pages."""

    def connect():
        connection = dbapi2.connect(str(home / "clear.db"), isolation_level=None, check_same_thread=False)
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        return connection

    engine = create_engine("sqlite://", creator=connect, module=dbapi2, poolclass=QueuePool)
    event.listen(engine, "begin", _begin)
    return engine


def _raw(home):
    return b"".join(each.read_bytes() for each in home.glob("clear.db*"))


def test_what_has_no_private_record_cannot_be_erased(ledger):
    for index in (0, 99):
        with pytest.raises(BadData, match=f"entry {index} has no private record"):
            ledger.erase(index)
    assert ledger.append(released()) == 1


def test_an_erasure_that_the_disk_refuses_stops_the_ledger(ledger):
    index = ledger.append(released(), private())
    refuse(ledger.engine, "delete", "ledger_private_keys")
    with pytest.raises(StorageFailed):
        ledger.erase(index)
    with pytest.raises(StorageFailed):
        ledger.append(released())
