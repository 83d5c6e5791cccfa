"""The directory that a node holds: fetched in time, never older than it was, and never two of one number (R3.6)."""

import json
import threading
from datetime import timedelta

import httpx
import pytest

from easement.base import stamps
from easement.base.errors import BadFile, EasementError, ProofFailed, Refused, SourceUnreachable
from easement.exchange import directory_store as store
from easement.exchange.directory import Published
from easement.exchange.directory_parts import MemberKey
from easement.exchange.directory_service import accept, current_directory, known_keys, problems, refresh, vouched_keys
from easement.ledger.note import Signer

from .cluster import DAY, LOG, NOW, SPARE, Log, after, directory, member, signer_of, trust
from .hosts import answering, member_host

HALF = NOW + DAY / 2


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    made = Log(tmp_path_factory.mktemp("operator"))
    yield made
    made.engine.dispose()


def ours(host):
    """A node's own entry in a directory."""
    key = MemberKey(key=str(host.organisation_key.key), since=NOW)
    return member(host.organisation, keys=(key,), log=str(host.ledger.key))


@pytest.fixture
def town(tmp_path, log):
    """A member that holds the first version."""
    with member_host(tmp_path, "northtown") as host:
        store.keep(host.home, log.publish(directory(ours(host), member("dwp"))), trust(), NOW)
        yield host


def held(host):
    return store.held(host.home)


def test_the_directory_held_is_the_one_kept_and_read_once(town, monkeypatch):
    monkeypatch.setattr(stamps, "REST_NS", -1)
    assert current_directory(town, NOW) == held(town)
    assert current_directory(town, NOW) is current_directory(town, NOW)
    assert set(known_keys(town.home)) == {"dwp", "northtown"}
    assert problems(town, NOW) == ()


def test_a_node_in_no_cluster_says_so_and_has_no_trouble(tmp_path):
    with member_host(tmp_path, "alone") as host:
        for ask in (lambda: current_directory(host, NOW), lambda: refresh(host, answering(b""), NOW)):
            with pytest.raises(Refused, match=r"belongs to no cluster.*\n.*easement join CODE"):
                ask()
        assert known_keys(host.home) == {}
        assert problems(host, NOW) == ()
        with pytest.raises(Refused, match="belongs to no cluster"):
            accept(host.home, Published(b"", "", ""), NOW, lambda *_: ())


def test_it_is_fetched_at_half_life_and_not_before(town, log):
    version = after(held(town))
    client = log.answering(log.publish(version))
    assert refresh(town, None, HALF - timedelta(seconds=1)).sequence == 1
    assert refresh(town, client, HALF + timedelta(hours=1)) == version
    assert store.fetched(town.home).at == "2026-11-22T15:17:00Z"


def test_a_failed_fetch_within_life_is_noted_and_no_error(town):
    client = answering(b"", 503)
    assert refresh(town, client, HALF) == held(town)
    noted = store.fetched(town.home)
    assert (noted.at, noted.tried) == ("2026-11-22T02:17:00Z", "2026-11-22T14:17:00Z")
    (problem,) = problems(town, HALF)
    assert "the last fetch failed: the cluster's operator at `https://operator.example` cannot be asked" in problem.what
    for now, force in ((HALF, True), (NOW + DAY, False)):
        with pytest.raises(SourceUnreachable):
            refresh(town, client, now, force=force)


def test_a_stale_directory_stops_the_exchange_until_it_is_fetched(town, log):
    late = NOW + DAY
    with pytest.raises(Refused, match=r"expired on 2026-11-23 02:17 UTC.*\n.*easement directory refresh"):
        current_directory(town, late)
    (problem,) = problems(town, late)
    assert "expired" in problem.what
    client = log.answering(log.publish(after(held(town), issued=late)))
    assert refresh(town, client, late).sequence == current_directory(town, late).sequence == 2
    assert problems(town, late) == ()


def test_an_operator_that_sends_a_stale_version_is_no_remedy(town, log):
    client = log.answering(log.publish(held(town)))
    with pytest.raises(Refused, match="expired"):
        refresh(town, client, NOW + DAY)


# What an operator must never send


def test_an_older_version_is_refused_kept_and_told_by_doctor(town, log):
    first = held(town)
    second, third = after(first), after(after(first))
    for version in (second, third):
        accept(town.home, log.publish(version), third.issued, log.prove)
    with pytest.raises(ProofFailed, match="sent version 2 of the directory after version 3"):
        accept(town.home, log.publish(second), third.issued, log.prove)
    assert current_directory(town, third.issued) == third
    (alarm,) = store.alarms(town.home)
    assert (alarm.kind, alarm.at) == ("rollback", "2026-11-23T04:17:00Z")
    assert alarm.what in [problem.what for problem in problems(town, third.issued)]


def test_two_versions_of_one_number_are_refused_and_kept_with_their_proof(town, log):
    fork = directory(ours(town), member("southtown"))
    published = log.publish(fork)
    with pytest.raises(ProofFailed, match="two versions 1 of the directory"):
        accept(town.home, published, NOW, log.prove)
    assert held(town).find("southtown") is None
    (path,) = (town.home / "directory" / "alarms").iterdir()
    assert Published.parse(json.loads(path.read_text())["sent"].encode()) == published
    with pytest.raises(ProofFailed):
        accept(town.home, published, NOW, log.prove)
    assert len(store.alarms(town.home)) == 1


def test_a_next_version_that_does_not_follow_is_refused_and_kept(town, log):
    with pytest.raises(ProofFailed, match="version 2 of the directory does not follow the version 1 held"):
        accept(town.home, log.publish(after(held(town), previous="ab" * 32)), NOW, log.prove)
    assert [alarm.kind for alarm in store.alarms(town.home)] == ["fork"]


@pytest.fixture
def other_log(tmp_path):
    """A second log under the operator's own key, as it would show it to somebody else."""
    (tmp_path / "other").mkdir()
    made = Log(tmp_path / "other")
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("grown", [False, True])
def test_a_log_that_does_not_go_on_is_found_however_many_versions_came_between(town, log, other_log, grown):
    """No version that the node holds is contradicted by another of its number: only the log tells."""
    held_before, version = store.held_published(town.home), after(held(town), members=(ours(town),), issued=NOW)
    other_log.publish(directory(ours(town), member("southtown")))
    while grown and other_log.ledger.size <= log.ledger.size:
        other_log.publish(version)
    later = after(version, issued=NOW)
    published = other_log.publish(later)
    with pytest.raises(ProofFailed, match="log with version 3 does not go on from what it showed before"):
        refresh(town, other_log.answering(published), NOW, force=True)
    assert held(town).sequence == 1
    (alarm,), (path,) = store.alarms(town.home), (town.home / "directory" / "alarms").iterdir()
    kept = json.loads(path.read_text())
    assert alarm.kind == "fork"
    assert [Published.parse(kept[name].encode()) for name in ("held", "sent")] == [held_before, published]
    assert alarm.what in [problem.what for problem in problems(town, NOW)]


def test_versions_may_be_skipped_where_the_log_goes_on(town, log):
    version = held(town)
    for _ in range(5):
        version = after(version, issued=NOW)
        published = log.publish(version)
    assert refresh(town, log.answering(published), NOW, force=True) == version
    assert store.alarms(town.home) == ()


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"consistency": 1}', b'{"consistency": ["no"]}', b"\xff"])
def test_where_no_proof_of_the_log_comes_the_version_held_goes_on_without_an_alarm(town, log, said):
    published = log.publish(after(held(town), issued=NOW))

    def answer(request):
        body = said if request.url.path.endswith("/consistency") else published.encode()
        return httpx.Response(200, stream=httpx.ByteStream(body))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    assert refresh(town, client, HALF).sequence == 1
    assert "something else than a proof" in store.fetched(town.home).failure
    with pytest.raises(SourceUnreachable, match="something else than a proof"):
        refresh(town, client, NOW, force=True)
    assert store.alarms(town.home) == ()


def test_the_same_version_again_is_nothing_new(town, log):
    accept(town.home, log.publish(held(town)), NOW + timedelta(hours=1), log.prove)
    assert store.fetched(town.home).at == "2026-11-22T03:17:00Z"
    assert store.alarms(town.home) == ()


def test_what_is_forged_changes_nothing_and_is_told(town, log):
    before = held(town)
    with pytest.raises(ProofFailed, match="not signed by its operator"):
        accept(town.home, log.publish(after(before), SPARE), NOW, log.prove)
    assert current_directory(town, NOW) == before
    assert "not signed" in problems(town, NOW)[0].what


def test_alarms_cannot_fill_the_disk(town, log, monkeypatch):
    monkeypatch.setattr(store, "MOST_ALARMS", 3)
    for number in range(6):
        with pytest.raises(ProofFailed):
            accept(town.home, log.publish(directory(ours(town), name=f"Fork {number}")), NOW, log.prove)
    assert len(store.alarms(town.home)) == 3


# Whose signatures count


def test_keys_come_from_the_directory_and_from_hand_without_the_revoked(town, log):
    old, new, lost, ours_by_hand = (signer_of("dwp", number).key for number in range(4))
    keys = (
        MemberKey(key=str(old), since=NOW - DAY, until=NOW),
        MemberKey(key=str(new), since=NOW),
        MemberKey(key=str(lost), since=NOW, revoked=NOW),
    )
    version = after(held(town), members=(member("dwp", keys=keys), ours(town)), issued=NOW)
    stranger = signer_of("charity").key
    by_hand = {"dwp": (lost, ours_by_hand), "charity": (stranger,)}
    assert vouched_keys(town.home, by_hand)["dwp"] == (signer_of("dwp").key, lost, ours_by_hand)
    accept(town.home, log.publish(version), NOW, log.prove)
    found = vouched_keys(town.home, by_hand)
    assert found["dwp"] == (new, old, ours_by_hand)
    assert found["charity"] == (stranger,)
    assert found["northtown"] == (town.organisation_key.key,)


def test_where_the_directory_cannot_be_trusted_only_what_people_gave_counts(town):
    (town.home / "directory" / "current.json").write_text("{}")
    by_hand = {"dwp": (signer_of("dwp").key,)}
    assert (vouched_keys(town.home, by_hand), known_keys(town.home)) == (by_hand, {})


# What stands on the disk


@pytest.mark.parametrize("name", ["current.json", "trust.json"])
@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "\x00", '{"keys": 1}'])
def test_a_damaged_file_is_told_and_not_trusted(town, name, text):
    (town.home / "directory" / name).write_text(text)
    with pytest.raises((ProofFailed, BadFile)):
        current_directory(town, NOW)
    assert problems(town, NOW)


def test_who_swaps_a_key_in_the_file_is_found(town):
    path = town.home / "directory" / "current.json"
    path.write_text(path.read_text().replace("https://dwp.example", "https://dvp.example"))
    with pytest.raises(ProofFailed, match="for another directory"):
        current_directory(town, NOW)


def test_a_kill_between_the_two_files_leaves_a_node_that_works(town, log, monkeypatch):
    """The version is written before the trust that it brings; the old trust still holds for it."""
    version = after(held(town))
    write = store._write

    def killed(path, record):
        if path.name == "trust.json":
            raise KeyboardInterrupt
        write(path, record)

    monkeypatch.setattr(store, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        accept(town.home, log.publish(version), version.issued, log.prove)
    monkeypatch.undo()
    assert current_directory(town, version.issued) == version
    assert refresh(town, log.answering(log.publish(version)), version.issued, force=True) == version


def test_many_readers_and_writers_at_once_always_see_a_whole_directory(town, log):
    versions = [held(town)]
    for _ in range(12):
        versions.append(after(versions[-1], issued=NOW))
    published = [log.publish(version) for version in versions[1:]]
    seen, wrong, over = [], [], threading.Event()

    def read():
        while not over.is_set():
            try:
                seen.append(current_directory(town, NOW))
            except EasementError as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for each in published:
        accept(town.home, each, NOW, log.prove)
    over.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert {version.sequence for version in seen} <= {version.sequence for version in versions}
    assert current_directory(town, NOW) == versions[-1]


# Our own place in it


def test_a_member_that_was_removed_is_told(town, log):
    accept(town.home, log.publish(after(held(town), members=(member("dwp"),), issued=NOW)), NOW, log.prove)
    assert [problem.what for problem in problems(town, NOW)] == ["`northtown` is no longer a member"]


def test_another_key_or_log_for_us_is_told(town, log):
    other = signer_of("northtown", 5)
    key = MemberKey(key=str(other.key), since=NOW)
    swapped = member("northtown", keys=(key,), log=str(town.ledger.key))
    accept(town.home, log.publish(after(held(town), members=(swapped,), issued=NOW)), NOW, log.prove)
    assert [problem.what for problem in problems(town, NOW)] == ["the directory has another key for us"]
    elsewhere = member("northtown", log=str(Signer("else/ledger", bytes([9]) * 32).key))
    accept(town.home, log.publish(after(held(town), members=(elsewhere,), issued=NOW)), NOW, log.prove)
    assert [problem.what for problem in problems(town, NOW)] == ["the directory has another log for us"]


def test_the_operator_is_asked_at_its_new_address_once_it_said_so(town, log):
    moved = held(town).operator.model_copy(update={"url": "https://new.example"})
    version = after(held(town), operator=moved, issued=NOW)
    accept(town.home, log.publish(version), NOW, log.prove)
    asked = []

    def answer(request):
        asked.append(str(request.url))
        return httpx.Response(503)

    with pytest.raises(SourceUnreachable):
        refresh(town, httpx.Client(transport=httpx.MockTransport(answer)), NOW, force=True)
    assert asked == ["https://new.example/directory/v1/current"]
    assert store.trusted(town.home).log == LOG.key
