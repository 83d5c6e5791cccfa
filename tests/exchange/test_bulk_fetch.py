"""What was made is proved, read and fetched, and what is not what was proved is thrown away."""

import hashlib
import json

import delta_sharing
import httpx
import pyarrow.parquet as pq
import pytest

from easement.base.database import writing
from easement.base.errors import ProofFailed, SourceUnreachable, StorageFailed, UsageError
from easement.exchange import bulk, bulk_desk, delta_api, set_outlet, sets
from easement.exchange.bulk_fetch import fetch
from easement.exchange.directory_parts import MemberKey
from easement.exchange.incoming import hold_words
from easement.exchange.message_carry import NoAnswer, WrongAnswer
from easement.gate.suspended import changed
from easement.gate.tables import suspend
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt
from tests.gate.world import plain_rows

from . import cluster
from .sets_asked import ready


def test_the_receipt_proves_the_manifest_and_the_manifest_each_file(pair, tmp_path):
    done = ready(pair)
    held = check_receipt(done.receipt, [pair.dwp.ledger.key], hashlib.sha256(done.manifest.encode()).hexdigest())
    assert held.entry["message"] == done.message
    (tmp_path / "got").mkdir()
    with httpx.Client() as client:
        (path,) = fetch(pair.northtown, client, done.message, tmp_path / "got", pair.clock())
    (named,) = json.loads(done.manifest)["files"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == named["sha256"]
    assert pq.read_table(path).num_rows == 40
    assert sorted(each.name for each in (tmp_path / "got").iterdir()) == [
        "manifest.json",
        "manifest.json.receipt",
        "part-00000.parquet",
    ]
    assert path.stat().st_mode & 0o077 == 0


def test_the_official_client_reads_it(pair, tmp_path):
    done = ready(pair)
    profile = bulk.open_set(pair.northtown, done.message, pair.clock())
    path = tmp_path / "profile.share"
    path.write_text(json.dumps(profile.as_dict()))
    found = delta_sharing.load_as_pandas(f"{path}#{profile.table}")
    assert len(found) == 40
    (released,) = pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED)
    assert sorted(found.columns) == sorted(released.fields)


def test_a_set_is_written_in_several_files_and_read_as_one(pair, tmp_path, monkeypatch):
    monkeypatch.setattr(set_outlet, "PART_ROWS", 1)
    monkeypatch.setattr("easement.sources.rows.BATCH_ROWS", 16)
    pair.world.hold(plain_rows(1500))
    done = ready(pair)
    files = json.loads(done.manifest)["files"]
    assert len(files) > 1
    assert sum(file["rows"] for file in files) == done.rows == 1500
    (tmp_path / "got").mkdir()
    with httpx.Client() as client:
        paths = fetch(pair.northtown, client, done.message, tmp_path / "got", pair.clock())
    assert sum(pq.read_table(path).num_rows for path in paths) == 1500


def test_what_is_fetched_again_is_only_what_is_not_there(pair, tmp_path):
    done = ready(pair)
    folder = tmp_path / "got"
    folder.mkdir()
    with httpx.Client() as client:
        (path,) = fetch(pair.northtown, client, done.message, folder, pair.clock())
        first = path.stat().st_mtime_ns
        fetch(pair.northtown, client, done.message, folder, pair.clock())
        assert path.stat().st_mtime_ns == first
        path.write_bytes(b"spoilt")
        fetch(pair.northtown, client, done.message, folder, pair.clock())
    assert pq.read_table(path).num_rows == 40


def test_a_new_token_ends_the_one_before(pair):
    done = ready(pair)
    old = bulk.open_set(pair.northtown, done.message, pair.clock())
    new = bulk.open_set(pair.northtown, done.message, pair.clock())
    statuses = [
        httpx.get(f"{each.endpoint}/shares", headers={"Authorization": f"Bearer {each.token}"}).status_code
        for each in (old, new)
    ]
    assert statuses == [401, 200]


def test_a_key_that_is_revoked_ends_what_it_asked_for(pair, tmp_path):
    seen = ready(pair)
    token = bulk.open_set(pair.northtown, seen.message, pair.clock()).token
    shares = {"url": f"{pair.urls['dwp']}/delta/shares", "headers": {"Authorization": f"Bearer {token}"}}
    assert httpx.get(**shares).status_code == 200
    gone, other = pair.directory.member("northtown"), cluster.signer_of("northtown", 7)
    dead = gone.keys[0].model_copy(update={"revoked": pair.clock()})
    spare = MemberKey(key=str(other.key), since=dead.since)
    pair.publish(pair.directory.member("dwp"), gone.model_copy(update={"keys": (dead, spare)}))
    assert httpx.get(**shares).status_code == 403


def test_suspension_ends_what_was_received_too(pair, tmp_path):
    done = ready(pair)
    with writing(pair.dwp.engine) as connection:
        suspend(connection, "school-meals", "a concern", since=0, entry=0)
    changed()
    with httpx.Client() as client, pytest.raises(NoAnswer, match="suspended"):
        fetch(pair.northtown, client, done.message, tmp_path, pair.clock())


def test_a_provider_cannot_send_the_recipient_elsewhere(pair, tmp_path, monkeypatch):
    """Neither this node nor a program of a person's goes where a provider's answer would like it to."""
    seen = ready(pair)
    with monkeypatch.context() as patched:
        patched.setattr(bulk_desk, "own_url", lambda _: "https://elsewhere.example")
        with pytest.raises(WrongAnswer, match="not its own"):
            bulk.open_set(pair.northtown, seen.message, pair.clock())
    monkeypatch.setattr(delta_api, "own_url", lambda _: "http://127.0.0.1:1")
    with httpx.Client() as client, pytest.raises(ProofFailed, match="lead elsewhere"):
        fetch(pair.northtown, client, seen.message, tmp_path, pair.clock())


def test_an_entry_of_the_provider_brings_no_words_of_its_own(pair):
    shelved = pair.northtown.shelf.get("school-meals", pair.clock().date()).prepared
    sides, basis = {"provider": "dwp", "recipient": "northtown"}, {"provider": "x", "recipient": "Jo Ash, 4 High St"}
    for said in ({"basis": basis}, {"withheld": ["Jo Ash"]}, {"withheld": "surname"}, {"withheld": [["surname"]]}):
        with pytest.raises(ProofFailed, match="no agreement or standard"):
            hold_words(said, shelved, "forms", sides)
    hold_words({}, shelved, "forms", sides)


def test_fetching_tells_what_is_wrong(pair, tmp_path):
    done = ready(pair)
    with httpx.Client() as client:
        with pytest.raises(UsageError, match="unknown here"):
            fetch(pair.northtown, client, "0" * 32, tmp_path, pair.clock())
        with pytest.raises(StorageFailed, match="no folder"):
            fetch(pair.northtown, client, done.message, tmp_path / "none", pair.clock())
        path = sets.file_path(pair.dwp.home, done.message, 0)
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(SourceUnreachable):
            fetch(pair.northtown, client, done.message, tmp_path, pair.clock())
        ready(pair)
        with pytest.raises(UsageError, match="newer set"):
            fetch(pair.northtown, client, done.message, tmp_path, pair.clock())


def test_a_file_that_is_not_what_the_receipt_proves_is_thrown_away(pair, tmp_path):
    done = ready(pair)
    with writing(pair.northtown.engine) as connection:
        manifest = done.manifest.replace('"sha256":"', '"sha256":"0', 1).replace('0"}', '"}')
        said = json.loads(done.manifest)
        said["files"][0]["sha256"] = "0" * 64
        connection.exec_driver_sql("update exchange_bulk set manifest = ?", (json.dumps(said),))
    assert manifest
    with httpx.Client() as client, pytest.raises(ProofFailed, match="not what the receipt proves"):
        fetch(pair.northtown, client, done.message, tmp_path, pair.clock())
    assert list(tmp_path.glob("*.parquet")) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda said: {**said, "schema": said["schema"].replace('"postcode"', '"diagnosis"')}, "not agreed"),
        (lambda said: {**said, "files": said["files"] * 2}, "another number of records"),
        (lambda said: {**said, "schema": "{"}, "cannot be read"),
        (lambda said: {"files": said["files"]}, "cannot be read"),
    ],
)
def test_a_manifest_that_says_more_than_was_agreed_is_not_taken(pair, change, why):
    done = ready(pair)
    held = check_receipt(done.receipt, [pair.dwp.ledger.key])
    names = {*held.entry["fields"], "your_reference"}
    bulk.hold_manifest(done.manifest, held, names)
    with pytest.raises(ProofFailed, match=why):
        bulk.hold_manifest(json.dumps(change(json.loads(done.manifest))), held, names)
