"""R5.2: whatever is damaged, fsck names it and says what to do."""

import os
import shutil

import pytest
from sqlalchemy import text

from easement.ledger.checkpoint import sign_checkpoint
from tests.ledger.makers import OTHER, SIGNER, database, fill, private, released


@pytest.fixture
def ledger(ledger):
    fill(ledger, 300, lambda number: private() if number < 10 else None)
    ledger.checkpoint()
    fill(ledger, 5)
    return ledger


def told(ledger):
    return [(found.where, found.what) for found in ledger.fsck()]


def change(home, name, data=None):
    target = home / "ledger" / name
    old = bytearray(target.read_bytes())
    old[len(old) // 2] ^= 1
    target.write_bytes(bytes(old) if data is None else data)


def execute(ledger, *statements, **values):
    with ledger.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def test_a_sound_ledger_has_nothing_to_tell(ledger):
    assert ledger.fsck() == []


def test_everything_told_has_a_mend(ledger, home):
    change(home, "tile/0/000")
    assert all(found.mend for found in ledger.fsck())


def test_a_changed_leaf_tile_is_named(ledger, home):
    change(home, "tile/0/000")
    assert told(ledger) == [("tile/0/000", "the tile does not hold the hash of entry 128")]


def test_a_changed_upper_tile_is_named(ledger, home):
    change(home, "tile/1/000.p/1")
    assert told(ledger) == [("tile/1/000.p/1", "the tile does not hold the hashes of what is below it")]


def test_a_changed_bundle_is_named_with_its_entry(ledger, home):
    target = home / "ledger/tile/entries/000"
    change(home, "tile/entries/000", target.read_bytes().replace(b'"intent":41', b'"intent":14'))
    assert told(ledger) == [("tile/entries/000", "the bundle does not hold entry 42 as it was published")]


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/45", "tile/1/000.p/1", "tile/entries/000"])
def test_a_missing_or_shortened_file_is_named(ledger, home, name):
    change(home, name, b"x")
    assert [where for where, _ in told(ledger)] == [name]
    (home / "ledger" / name).unlink()
    assert [where for where, _ in told(ledger)] == [name]


def test_a_missing_checkpoint_is_named(ledger, home):
    (home / "ledger/checkpoint").unlink()
    ((where, what),) = told(ledger)
    assert where == "checkpoint"
    assert "cannot be read" in what


def test_a_changed_checkpoint_is_named(ledger, home):
    signed = (home / "ledger/checkpoint").read_text()
    change(home, "checkpoint", signed.replace("\n301\n", "\n300\n").encode())
    assert told(ledger) == [("checkpoint", "the signature of `northtown.example/ledger` is wrong")]


def test_another_logs_checkpoint_is_named(ledger, home):
    change(home, "checkpoint", sign_checkpoint(301, bytes(32), OTHER).encode())
    assert told(ledger) == [("checkpoint", "none of the given keys signed this")]


def test_a_signed_root_of_other_entries_is_named(ledger, home):
    change(home, "checkpoint", sign_checkpoint(301, os.urandom(32), SIGNER).encode())
    assert told(ledger) == [("checkpoint", "the signed root is not the root of the entries in the database")]


def test_a_changed_entry_in_the_database_is_named(ledger):
    false = released(intent=41, mode="match").encode()
    execute(ledger, 'update ledger_entries set body = :body where "index" = 42', body=false)
    assert told(ledger) == [
        ("database, entry 42", "the entry is not the one that was published"),
        ("tile/1/000.p/1", "the tile does not hold the hashes of what is below it"),
        ("checkpoint", "the signed root is not the root of the entries in the database"),
    ]


def test_an_entry_and_its_bundle_both_changed_are_both_named(ledger, home):
    false = released(intent=77).encode()
    execute(ledger, 'update ledger_entries set body = :body where "index" = 299', body=false)
    target = home / "ledger/tile/entries/001.p/45"
    change(home, "tile/entries/001.p/45", target.read_bytes().replace(b'"intent":298', b'"intent":892'))
    assert told(ledger)[:2] == [
        ("tile/entries/001.p/45", "the bundle does not hold entry 299 as it was published"),
        ("database, entry 299", "the entry is not the one that was published"),
    ]


def test_an_entry_that_is_none_is_named(ledger):
    execute(ledger, 'update ledger_entries set body = :body where "index" = 303', body=b"{}")
    assert ("database, entry 303", "this is not a ledger entry in its one form") in told(ledger)


def test_columns_that_say_another_thing_than_their_entry_are_named(ledger):
    execute(ledger, "update ledger_entries set agreement = 'another' where \"index\" = 303")
    assert told(ledger) == [("database, entry 303", "the columns do not say what the entry says")]


def test_a_changed_count_of_a_day_is_named(ledger):
    execute(ledger, "update ledger_day_counts set count = 1")
    assert told(ledger) == [("database, counts of days", "the sums are not those of the released entries")]


def test_a_lost_entry_is_named(ledger):
    execute(ledger, 'delete from ledger_entries where "index" = 305')
    assert ("database", "306 entries were taken but 305 are there") in told(ledger)


def test_an_older_database_is_named(ledger):
    execute(ledger, 'delete from ledger_entries where "index" >= 300', "update ledger_head set size = 300")
    assert ("database", "301 entries were published but the database holds 300") in told(ledger)


@pytest.mark.parametrize("table", ["ledger_private_records", "ledger_private_keys"])
def test_a_lost_private_record_is_named(ledger, table):
    execute(ledger, f'delete from {table} where "index" = 5')
    assert told(ledger) == [("private record of entry 5", "the private record is gone")]


def test_a_changed_private_record_is_named(ledger):
    execute(ledger, 'update ledger_private_records set record = :record where "index" = 5', record=b"\0")
    assert told(ledger) == [("private record of entry 5", "the private record cannot be opened")]


def test_an_erased_record_is_no_damage_and_one_that_came_back_is_named(ledger):
    with ledger.engine.connect() as connection:
        record = connection.execute(text('select record from ledger_private_records where "index" = 5')).scalar_one()
    ledger.erase(5)
    assert told(ledger) == []
    execute(ledger, "insert into ledger_private_records values (5, :record)", record=record)
    ((where, what),) = told(ledger)
    assert (where, what) == ("private record of entry 5", "it was erased, but its key or its text is there again")


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_a_database_with_torn_pages_is_told_and_not_crashed_on(ledger, home):
    ledger.engine.dispose()
    with (home / "node.db").open("r+b") as file:
        file.seek((home / "node.db").stat().st_size // 2)
        file.write(os.urandom(20_000))
    ledger.engine = database(home)
    found = ledger.fsck()
    assert found[-1].where == "database"
    assert "cannot be read" in found[-1].what


def test_a_log_that_is_gone_altogether_is_told(ledger, home):
    shutil.rmtree(home / "ledger")
    assert [where for where, _ in told(ledger)] == ["checkpoint"]
