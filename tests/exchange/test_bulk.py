"""A council asks the department for many records at once: a set is made, proved, read, fetched and deleted."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import delta_sharing
import httpx
import pyarrow.parquet as pq
import pytest

from easement.agreement.model import Mode
from easement.base.database import reading, writing
from easement.base.errors import BadData, ProofFailed, SourceUnreachable, StorageFailed, UsageError
from easement.exchange import bulk, bulk_desk, delta_api, jobs, jobs_tables, set_outlet, sets
from easement.exchange.bulk_fetch import fetch
from easement.exchange.bulk_tables import BulkState, bulks
from easement.exchange.directory_parts import MemberKey
from easement.exchange.erasing import erase
from easement.exchange.incoming import hold_words
from easement.exchange.jobs_tables import JobState
from easement.exchange.message_carry import NoAnswer, Problem, Silence, WrongAnswer
from easement.exchange.service import line_to
from easement.exchange.tables import due
from easement.gate.suspended import changed
from easement.gate.tables import suspend
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt
from tests.gate.world import COLUMNS, World, copied, furnish, plain_rows

from . import cluster
from .pair import ASKER, Pair, paired


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    made = furnish(tmp_path_factory.mktemp("world"))
    made.hold(plain_rows(40))
    return made


@pytest.fixture
def pair(world, tmp_path) -> Iterator[Pair]:
    with paired(tmp_path, copied(world, tmp_path / "world")) as both:
        yield both


def wish(pair: Pair, share: str = "forms", mode: Mode = Mode.BULK, **changes):
    return replace(pair.wish(share, mode=mode, person={}), **changes)


def pupils(many: int) -> list[tuple[str, ...]]:
    """Pupils who are in the department's register too."""
    people = (dict(zip(COLUMNS, row, strict=True)) for row in plain_rows(many))
    days = ((each, "-".join(reversed(each["born"].split("/")))) for each in people)
    return [(f"P{n}", p["surname"], p["forename"], born, p["post_code"]) for n, (p, born) in enumerate(days)]


def asked(pair: Pair, share: str = "forms", **changes) -> bulk.Asked:
    return bulk.ask_set(pair.northtown, wish(pair, share, **changes), ASKER, pair.clock())


def worked(pair: Pair) -> int:
    done = 0
    while jobs.run_next(pair.dwp, pair.clock) is not None:
        done += 1
    return done


def ready(pair: Pair, **changes) -> bulk.Bulk:
    message = asked(pair, **changes).bulk.message
    worked(pair)
    return bulk.look(pair.northtown, message, pair.clock())


def types(pair: Pair, node) -> list[str]:
    return [entry.type.value.split(":", 1)[1] for entry in pair.entries(node)]


def test_a_set_goes_from_a_wish_to_both_logs(pair):
    first = asked(pair)
    assert (first.decision.allowed, first.bulk.state) == (True, BulkState.WAITING)
    assert worked(pair) == 1
    done = bulk.look(pair.northtown, first.bulk.message, pair.clock())
    assert (done.state, done.rows) == (BulkState.RECEIVED, 40)
    assert types(pair, pair.dwp) == ["disclosure:intended", "disclosure:released"]
    assert types(pair, pair.northtown) == ["disclosure:received"]
    released, received = pair.entries(pair.dwp)[-1], pair.entries(pair.northtown)[-1]
    assert released.message == received.message == first.bulk.message
    assert (received.count, received.peer_entry) == (released.count, done.peer_entry)
    assert released.fields == received.fields


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
    pair.world.hold(plain_rows(5000))
    done = ready(pair)
    files = json.loads(done.manifest)["files"]
    assert len(files) > 1
    assert sum(file["rows"] for file in files) == done.rows == 5000
    (tmp_path / "got").mkdir()
    with httpx.Client() as client:
        paths = fetch(pair.northtown, client, done.message, tmp_path / "got", pair.clock())
    assert sum(pq.read_table(path).num_rows for path in paths) == 5000


def test_nobody_fitting_gives_a_set_of_no_records(pair):
    pair.world.hold([])
    done = ready(pair)
    assert (done.state, done.rows, len(json.loads(done.manifest)["files"])) == (BulkState.RECEIVED, 0, 1)


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


def test_a_refusal_here_never_leaves(pair):
    refused = asked(pair, role="driver")
    assert (refused.decision.allowed, refused.bulk.state) == (False, BulkState.REFUSED)
    assert pair.entries(pair.dwp) == []
    (entry,) = pair.entries(pair.northtown)
    assert (entry.type, entry.reasons) == (EntryType.REQUEST_REFUSED, ("role.not-entitled",))


def test_a_refusal_at_the_provider_is_in_both_logs_with_its_reasons(pair):
    first = asked(pair).bulk
    with writing(pair.dwp.engine) as connection:
        suspend(connection, "school-meals", "a concern", since=0, entry=0)
    changed()
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    assert (done.state, "suspended" in done.problem) == (BulkState.REFUSED, True)
    (there,), (here,) = pair.entries(pair.dwp), pair.entries(pair.northtown)
    assert there.reasons == here.reasons == ("agreement.not-in-force",)
    assert there.message == here.message == first.message


def test_a_provider_without_data_says_only_that_it_failed(pair):
    first = asked(pair).bulk
    shutil.rmtree(pair.world.node / "datasets")
    (pair.world.node / "datasets").mkdir()
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    assert done.state is BulkState.FAILED
    assert str(pair.world.node) not in done.problem
    assert types(pair, pair.northtown) == ["request:refused"]
    assert "disclosure:released" not in types(pair, pair.dwp)


def test_a_provider_that_is_down_is_asked_again(pair):
    northtown, url = pair.northtown, pair.urls["dwp"]
    members = [
        m if m.id != "dwp" else m.model_copy(update={"url": "http://127.0.0.1:9"}) for m in pair.directory.members
    ]
    pair.publish(*members)
    object.__setattr__(northtown.settings.exchange, "timeout_seconds", 1)
    first = asked(pair).bulk
    assert (first.state, "cannot be reached" in first.problem) == (BulkState.ASKED, True)
    members = [m if m.id != "dwp" else m.model_copy(update={"url": url}) for m in pair.directory.members]
    pair.publish(*members)
    object.__setattr__(northtown.settings.exchange, "timeout_seconds", 30)
    assert bulk.chase(northtown, pair.clock()) == 1
    worked(pair)
    assert bulk.chase(northtown, pair.clock()) == 1
    with reading(northtown.engine) as connection:
        (done,) = bulks(connection)
    assert done.state is BulkState.RECEIVED
    assert bulk.chase(northtown, pair.clock()) == 0


def test_asking_twice_under_one_id_makes_one_set(pair):
    first = asked(pair).bulk
    body = bulk._body(pair.northtown, first)
    for _ in range(3):
        jobs.accept(pair.dwp, "northtown", body, pair.clock())
    assert worked(pair) == 1
    with pytest.raises(UsageError, match="another question"):
        jobs.accept(pair.dwp, "northtown", body.model_copy(update={"why": "another reason"}), pair.clock())


def test_another_organisations_set_is_not_there(pair):
    done = ready(pair)
    assert jobs.find(pair.dwp, "police", done.message) is None
    line = bulk.line_to(pair.northtown, "dwp", pair.clock())
    for place in ("", "/token"):
        with pytest.raises(Problem, match="no set was asked for"):
            line.ask("POST" if place else "GET", f"/exchange/v1/sets/{'0' * 32}{place}")


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


def test_duties_start_and_end_with_a_certificate_in_both_logs(pair):
    """R2.9: what must be deleted has its clock, and deleting it is proved to the provider."""
    done = ready(pair)
    with reading(pair.northtown.engine) as connection:
        owed = {each.duty for each in due(connection)}
    assert "delete" in owed
    deleted = bulk.delete(pair.northtown, done.message, pair.clock())
    assert deleted.state is BulkState.DELETED
    assert deleted.certified is not None
    assert pair.dwp.ledger.entry(deleted.certified).entry.type is EntryType.DUTY_MET
    assert pair.northtown.ledger.entry(deleted.met).entry.intent == done.entry
    with reading(pair.northtown.engine) as connection:
        assert "delete" not in {each.duty for each in due(connection)}
    again = bulk.delete(pair.northtown, done.message, pair.clock())
    assert again == deleted
    assert len(pair.entries(pair.dwp, EntryType.DUTY_MET)) == 1


def test_a_set_that_is_certified_to_be_deleted_is_kept_by_nobody(pair):
    first, second = ready(pair), ready(pair)
    bulk.delete(pair.northtown, first.message, pair.clock())
    assert [each.name for each in sets.sets_folder(pair.dwp.home).iterdir()] == [second.message]
    with reading(pair.dwp.engine) as connection:
        assert [each.id for each in sets.kept_sets(connection)] == [second.message]
        assert sets.read_set(connection, first.message) is None
        assert sets.read_set(connection, first.message, or_dropped=True) is not None
    line = line_to(pair.northtown, "dwp", pair.clock())
    assert first.manifest in json.loads(line.ask("GET", f"{bulk.SETS}/{first.message}"))["manifest"]
    with pytest.raises(Problem, match="no longer kept"):
        line.anew().ask("POST", f"{bulk.SETS}/{first.message}/token")


@pytest.mark.parametrize("entry", ["intended", "released"])
def test_what_is_erased_takes_the_files_of_its_set_with_it(pair, entry):
    done, other = ready(pair), ready(pair)
    kept = sets.sets_folder(pair.dwp.home) / done.message
    assert kept.is_dir()
    logged = next(e for e in pair.dwp.ledger.entries(0) if e.entry.type.value.endswith(entry))
    index = logged.index
    said = erase(pair.dwp, index, pair.clock())
    assert not kept.exists()
    assert (sets.sets_folder(pair.dwp.home) / other.message).is_dir()
    assert pair.dwp.ledger.entry(said).entry.erased == index
    with reading(pair.dwp.engine) as connection:
        assert [each.id for each in sets.kept_sets(connection)] == [other.message]


def test_a_set_asked_for_of_late_is_looked_after_sooner(pair):
    young = asked(pair).bulk.message
    worked(pair)
    later = pair.clock() + bulk.YOUNG + timedelta(seconds=1)
    assert bulk.chase(pair.northtown, later, young=True) == 0
    assert bulk.chase(pair.northtown, pair.clock(), young=True) == 1
    with reading(pair.northtown.engine) as connection:
        assert [(each.message, each.state) for each in bulks(connection)] == [(young, BulkState.RECEIVED)]


def test_a_provider_that_is_silent_is_asked_about_one_set_alone(pair, monkeypatch):
    asked(pair), asked(pair)
    tried = []

    def silent(host, message, now):
        tried.append(message)
        raise NoAnswer(Silence.SLOW, "nothing comes back")

    monkeypatch.setattr(bulk, "look", silent)
    assert bulk.chase(pair.northtown, pair.clock()) == 0
    assert len(tried) == 1


def test_what_a_kill_left_of_sets_that_nobody_makes_or_keeps_is_cleared(pair):
    kept, waiting = ready(pair).message, asked(pair).bulk.message
    folder = sets.sets_folder(pair.dwp.home)
    for name in (waiting, "a" * 32):
        (folder / name).mkdir()
        (folder / name / "0.sealed").write_bytes(b"half")
    assert jobs.clear(pair.dwp) == 1
    assert sorted(each.name for each in folder.iterdir()) == sorted([kept, waiting])
    assert jobs.clear(pair.northtown) == 0


def test_nobody_asks_under_the_id_of_another_organisations_set(pair):
    message = ready(pair).message
    with reading(pair.dwp.engine) as connection:
        assert jobs_tables.is_of_another(connection, "southtown", message)
        assert not jobs_tables.is_of_another(connection, "northtown", message)
    body = bulk._body(pair.northtown, bulk._kept(pair.northtown, asked(pair).bulk.message))
    with pytest.raises(UsageError, match="used for another question"):
        jobs.accept(pair.dwp, "southtown", body.model_copy(update={"message": message}), pair.clock())


def test_what_was_never_received_cannot_be_deleted(pair):
    first = asked(pair).bulk
    with pytest.raises(UsageError, match="nothing to delete"):
        bulk.delete(pair.northtown, first.message, pair.clock())
    with pytest.raises(UsageError, match="no set was asked for"):
        bulk.delete(pair.northtown, "0" * 32, pair.clock())


def test_a_worker_that_died_is_followed_by_another(pair):
    first = asked(pair).bulk
    with writing(pair.dwp.engine) as connection:
        seen = jobs_tables.next_job(connection, 0)
        assert jobs_tables.take_job(connection, seen, run="dead", lease=1, now=1)
    assert worked(pair) == 1
    assert bulk.look(pair.northtown, first.message, pair.clock()).state is BulkState.RECEIVED


def test_an_intent_whose_worker_died_is_logged_as_abandoned_before_it_begins_anew(pair, monkeypatch):
    first = asked(pair).bulk

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(set_outlet, "release_rows", die)
    monkeypatch.setattr("easement.gate.disclosure.Disclosure._fail", lambda *_: None)
    with pytest.raises(Killed):
        jobs.run_next(pair.dwp, pair.clock)
    monkeypatch.undo()
    assert worked(pair) == 0
    pair.clock.now += timedelta(seconds=set_outlet.LEASE_SECONDS + 1)
    assert worked(pair) == 1
    assert types(pair, pair.dwp) == [
        "disclosure:intended",
        "disclosure:abandoned",
        "disclosure:intended",
        "disclosure:released",
    ]
    assert bulk.look(pair.northtown, first.message, pair.clock()).state is BulkState.RECEIVED


def test_a_late_worker_releases_nothing(pair, monkeypatch):
    """A worker that was thought dead finds at its last commit that the set is in another hand."""
    asked(pair)
    whole = set_outlet.release_rows

    def slow(session, plan, take):
        made = whole(session, plan, take)
        pair.clock.now += timedelta(seconds=set_outlet.LEASE_SECONDS + 1)
        monkeypatch.setattr(set_outlet, "release_rows", whole)
        assert jobs.run_next(pair.dwp, pair.clock).state is JobState.READY
        return made

    monkeypatch.setattr(set_outlet, "release_rows", slow)
    jobs.run_next(pair.dwp, pair.clock)
    assert types(pair, pair.dwp).count("disclosure:released") == 1
    with reading(pair.dwp.engine) as connection:
        assert len(list(sets.kept_sets(connection))) == 1


def test_what_kills_a_worker_three_times_is_given_up(pair):
    first = asked(pair).bulk
    for number in range(jobs.MOST_TRIES):
        with writing(pair.dwp.engine) as connection:
            seen = jobs_tables.next_job(connection, 1 << 40)
            jobs_tables.take_job(connection, seen, run=f"dead {number}", lease=1, now=1)
        if number < jobs.MOST_TRIES - 1:
            jobs._give_up(pair.dwp, jobs.find(pair.dwp, "northtown", first.message), pair.clock())
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    assert (done.state, "3 times" in done.problem) == (BulkState.FAILED, True)


def test_a_list_is_matched_and_kept_nowhere(pair, tmp_path):
    roll, mapping = pair.world.listed(pupils(5))
    with_list = bulk.listed(roll, mapping)
    wanted = wish(pair, "entitled", Mode.MATCH)
    first = bulk.ask_set(pair.northtown, wanted, ASKER, pair.clock(), with_list).bulk
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    assert (done.state, done.problem) == (BulkState.RECEIVED, "")
    assert done.rows == 5
    assert list((pair.world.node / "jobs").iterdir()) == []


def test_a_list_that_a_killed_worker_had_before_it_is_removed(pair):
    seen = asked(pair).bulk
    with writing(pair.dwp.engine) as connection:
        jobs_tables.take_job(connection, jobs_tables.next_job(connection, 1 << 40), run="dead", lease=1, now=1)
    left = pair.dwp.home / "jobs" / "dead"
    left.mkdir(parents=True)
    (left / "list.csv").write_text("Ash,2019-04-01\n")
    worked(pair)
    assert jobs.find(pair.dwp, "northtown", seen.message).state is JobState.READY
    assert not left.exists()


def test_what_is_wrong_with_a_list_is_told_by_its_line_and_without_the_providers_paths(pair):
    roll, mapping = pair.world.listed([("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA", "and", "more")])
    with_list = bulk.listed(roll, mapping)
    first = bulk.ask_set(pair.northtown, wish(pair, "entitled", Mode.MATCH), ASKER, pair.clock(), with_list).bulk
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    assert done.problem.startswith("list.csv:2: this record has 7 fields")
    assert str(pair.world.node) not in done.problem
    assert types(pair, pair.dwp) == ["disclosure:intended", "disclosure:failed"]


def test_a_list_that_names_the_providers_database_is_refused(pair):
    roll, mapping = pair.world.listed(pupils(5))
    mapping.write_text(mapping.read_text() + "source: {database: theirs, table: people}\n")
    first = bulk.ask_set(
        pair.northtown, wish(pair, "entitled", Mode.MATCH), ASKER, pair.clock(), bulk.listed(roll, mapping)
    ).bulk
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    assert done.state is BulkState.FAILED
    assert "disclosure:intended" not in types(pair, pair.dwp)


def test_what_cannot_be_sent_as_a_list_is_told_here(pair, tmp_path, monkeypatch):
    roll, mapping = pair.world.listed(pupils(2))
    with pytest.raises(BadData, match="cannot be read"):
        bulk.listed(tmp_path / "none.csv", mapping)
    odd = tmp_path / "roll.exe"
    odd.write_bytes(b"x")
    with pytest.raises(BadData, match="not a list"):
        bulk.listed(odd, mapping)
    monkeypatch.setattr(bulk, "MAX_LIST", 3)
    with pytest.raises(BadData, match="longer than"):
        bulk.listed(roll, mapping)


def test_only_bulk_and_match_are_asked_for_as_sets(pair):
    with pytest.raises(UsageError, match="as a set"):
        asked(pair, mode=Mode.LOOKUP)
    with pytest.raises(UsageError, match="is given by"):
        asked(pair, provider="northtown")


def test_nothing_of_a_set_or_its_question_stands_in_the_clear(pair):
    ready(pair, why="the Thornburys' case")
    for home in (pair.world.node, pair.world.node.with_name("northtown")):
        for path in home.rglob("*"):
            if path.is_file() and path.suffix != ".csv":
                assert b"Thornbury" not in path.read_bytes(), path


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
