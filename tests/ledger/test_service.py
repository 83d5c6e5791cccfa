"""R5.1, R5.2: what the ledger takes it keeps, publishes and proves."""

import hashlib
import shutil
import threading

import pytest
from sqlalchemy import create_engine, text

from easement.base.errors import BadData, ProofFailed, StorageFailed
from easement.ledger import publish, tables, verifier
from easement.ledger.checkpoint import verified_checkpoint
from easement.ledger.model import Entry, EntryType
from easement.ledger.service import Ledger
from easement.ledger.tree import verify_consistency
from tests.ledger.makers import AGREEMENT, DAY, MASTER, SIGNER, database, files, fill, new_ledger, private, released


def test_a_new_ledger_says_when_it_was_opened_and_publishes_that(ledger, home):
    assert ledger.entry(0).entry == Entry(time=f"{DAY}T23:05Z", type=EntryType.LOG_OPENED)
    assert verified_checkpoint((home / "ledger/checkpoint").read_bytes(), [SIGNER.key]).size == 1
    assert files(home) == [".lock", "checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"]


def test_a_ledger_is_not_made_where_one_stands(ledger, home):
    with pytest.raises(StorageFailed, match="there is a ledger"):
        new_ledger(home, ledger.engine)


def test_making_a_ledger_goes_on_where_a_kill_broke_it_off(home):
    engine = database(home)
    new_ledger(home, engine)
    shutil.rmtree(home / "ledger")
    assert new_ledger(home, engine).size == 1


def test_entries_are_numbered_in_order_and_read_back(ledger):
    assert [ledger.append(released(intent=number)) for number in range(5)] == [1, 2, 3, 4, 5]
    assert [logged.entry.intent for logged in ledger.entries(1)] == [0, 1, 2, 3, 4]
    assert [logged.index for logged in ledger.entries(2, 4)] == [2, 3]
    assert ledger.size == 6


def test_entries_are_found_by_type_and_by_agreement(ledger):
    fill(ledger, 3)
    ledger.append(released(agreement="cd" * 32))
    assert [logged.index for logged in ledger.entries(type=EntryType.LOG_OPENED)] == [0]
    assert [logged.index for logged in ledger.entries(agreement=AGREEMENT)] == [1, 2, 3]
    assert [logged.index for logged in ledger.entries(2, type=EntryType.DISCLOSURE_RELEASED)] == [2, 3, 4]


def test_what_became_of_an_intent_is_found(ledger):
    fill(ledger, 50)
    assert [logged.index for logged in ledger.entries(intent=17)] == [18]
    assert list(ledger.entries(intent=50)) == []


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_an_intent_is_looked_up_by_its_index(ledger):
    query = 'explain query plan select body from ledger_entries where intent = 17 order by "index"'
    with ledger.engine.connect() as connection:
        (plan,) = connection.execute(text(query)).all()
    assert "ledger_entries_by_intent" in plan.detail


def test_many_entries_are_read_a_page_at_a_time(ledger, monkeypatch):
    monkeypatch.setattr(tables, "PAGE", 4)
    fill(ledger, 11)
    assert [logged.index for logged in ledger.entries()] == list(range(12))


def test_an_entry_that_is_not_there_is_said_to_be_absent(ledger):
    with pytest.raises(ProofFailed, match="there is no entry 9"):
        ledger.entry(9)


def test_the_ledger_alone_makes_commitments(ledger):
    with pytest.raises(BadData, match="without its commitment"):
        ledger.append(released(commitment="ab" * 32))


def test_released_records_are_counted_by_agreement_share_and_day(ledger):
    """R2.2: a version signed anew (another digest) goes on counting, and an answer of no record costs one."""
    for said in (
        {"count": 3},
        {"count": 4, "agreement": "cd" * 32},
        {"count": 0},
        {"share": "other"},
        {"agreement_id": "another"},
        {"time": "2026-11-22T00:00Z"},
    ):
        ledger.append(released(**said))
    ledger.append(Entry(time=f"{DAY}T23:05Z", type=EntryType.DISCLOSURE_REFUSED, reasons=("role.not-entitled",)))
    assert ledger.counted("free-school-meals", "entitled-children", DAY) == 8
    assert ledger.counted("free-school-meals", "entitled-children", "2026-11-22") == 1
    assert ledger.counted("free-school-meals", "nobody", DAY) == 0
    assert ledger.fsck() == []


@pytest.mark.parametrize("size", [254, 255, 256, 600])
def test_what_is_published_is_the_whole_tree_and_anyone_can_check_it(ledger, home, size):
    fill(ledger, size)
    signed = ledger.checkpoint()
    assert signed.size == size + 1
    assert signed.root == ledger.root == verifier.check_log(str(home / "ledger"), [ledger.key]).root


def test_publishing_in_steps_gives_the_same_files_as_at_once(home, tmp_path_factory):
    steps, other = new_ledger(home), tmp_path_factory.mktemp("other")
    at_once = new_ledger(other)
    for _ in range(9):
        fill(steps, 37)
        steps.checkpoint()
        fill(at_once, 37)
    at_once.checkpoint()
    assert steps.root == at_once.root
    full = [name for name in files(home) if ".p/" not in name]
    assert all((home / "ledger" / name).read_bytes() == (other / "ledger" / name).read_bytes() for name in full)


def test_partial_tiles_go_once_the_full_one_is_there_and_old_proofs_still_come(ledger, home):
    fill(ledger, 99)
    ledger.checkpoint()
    early = ledger.prove(50)
    fill(ledger, 200)
    ledger.checkpoint()
    assert not any(name.startswith(("tile/0/000.p", "tile/entries/000.p")) for name in files(home))
    assert ledger.prove(50, size=100) == early


def test_nothing_new_publishes_nothing_new(ledger, home):
    first = ledger.checkpoint()
    before = (home / "ledger/checkpoint").stat().st_mtime_ns
    assert ledger.checkpoint() == first
    assert (home / "ledger/checkpoint").stat().st_mtime_ns == before


def test_a_publication_broken_off_before_its_checkpoint_is_done_again(ledger, home):
    fill(ledger, 300)
    old = (home / "ledger/checkpoint").read_bytes()
    ledger.checkpoint()
    (home / "ledger/checkpoint").write_bytes(old)
    (home / "ledger/tile/0/000").write_bytes(b"half of a ti")
    with pytest.raises(ProofFailed):
        ledger.prove(5)
    (home / "ledger/tile/0/000.p").mkdir()
    (home / "ledger/tile/entries/000.p").mkdir()
    (home / "ledger/tile/0/000.p/1").write_bytes(verifier.leaf_hash(ledger.entry(0).body))
    assert ledger.checkpoint().size == 301
    assert ledger.fsck() == []


def test_callers_of_checkpoint_share_the_work(ledger):
    fill(ledger, 50)
    signed = []
    threads = [threading.Thread(target=lambda: signed.append(ledger.checkpoint())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.size for each in signed} == {51}


@pytest.mark.parametrize("home", ["postgresql"], indirect=True)
def test_on_a_shared_database_one_publishes_at_a_time_on_whichever_machine(ledger, home, monkeypatch):
    fill(ledger, 3)
    free = []

    def publish_and_look(*given):
        number = text("select pg_try_advisory_xact_lock(:number)")
        name = hashlib.sha256(publish.TURN.encode()).digest()[:8]
        with other.begin() as connection:
            free.append(connection.scalar(number, {"number": int.from_bytes(name, "big", signed=True)}))
        return real(*given)

    real, other = publish.publish, database(home)
    monkeypatch.setattr(publish, "publish", publish_and_look)
    assert ledger.checkpoint().size == 4
    assert free == [False]


@pytest.mark.parametrize("home", ["postgresql"], indirect=True)
def test_two_machines_over_one_database_each_with_a_tree_of_its_own_publish_the_same_tree(ledger, home):
    """Where the folder is not shared after all, the log still cannot fork: the database alone says what it holds."""
    shutil.copytree(home / "ledger", home / "elsewhere")
    elsewhere = Ledger.open(database(home), home / "elsewhere", signer=SIGNER, master_key=MASTER)
    for number in range(6):
        assert (ledger, elsewhere)[number % 2].append(released()) == number + 1
    assert ledger.checkpoint() == elsewhere.checkpoint()
    assert ledger.fsck() == elsewhere.fsck() == []


def test_every_entry_is_proved_in_the_published_tree(ledger):
    fill(ledger, 300)
    signed = ledger.checkpoint()
    for index in range(0, 301, 7):
        proof = verifier.parse_proof(ledger.prove(index))
        leaf = verifier.leaf_hash(ledger.entry(index).body)
        assert verified_checkpoint(proof.checkpoint, [ledger.key]) == signed
        verifier.verify_inclusion(leaf, index, signed.size, proof.hashes, signed.root)


@pytest.mark.parametrize(("index", "size"), [(1, None), (0, 2), (1, 1)])
def test_what_is_not_published_is_not_proved(ledger, index, size):
    ledger.append(released())
    with pytest.raises(ProofFailed, match="is not in the"):
        ledger.prove(index, size=size)


def test_checkpoints_are_consistent_with_each_other(ledger):
    first = ledger.checkpoint()
    fill(ledger, 300)
    second = ledger.checkpoint()
    proof = ledger.consistency(first.size, second.size)
    verify_consistency(first.size, second.size, proof, first.root, second.root)


def test_there_is_no_consistency_beyond_what_is_published(ledger):
    with pytest.raises(ProofFailed, match="published"):
        ledger.consistency(1, 2)


@pytest.mark.parametrize("home", ["sqlcipher"], indirect=True)
def test_another_database_by_url_serves_as_well(home):
    engine = create_engine(f"sqlite:///{home / 'plain.db'}", paramstyle="named")
    ledger = Ledger.create(engine, home / "ledger", signer=SIGNER, master_key=MASTER)
    fill(ledger, 10, lambda number: private() if number % 2 else None)
    assert ledger.checkpoint().size == 11
    assert ledger.fsck() == []
    engine.dispose()


def test_an_entry_is_proved_as_of_any_size_though_several_were_published_at_once(ledger):
    """Where many append at once, one publication has them all, and each wants the proof of its own moment."""
    fill(ledger, 600)
    last = ledger.checkpoint().size
    newest = verified_checkpoint(verifier.parse_proof(ledger.prove(0, last)).checkpoint, [ledger.key])
    for size in (1, 2, 255, 256, 257, 300, 512, 513, last - 1, last):
        proof = verifier.parse_proof(ledger.prove(size - 1, size))
        then = verified_checkpoint(proof.checkpoint, [ledger.key])
        leaf = verifier.leaf_hash(ledger.entry(size - 1).body)
        verifier.verify_inclusion(leaf, size - 1, size, proof.hashes, then.root)
        verify_consistency(size, last, ledger.consistency(size, last), then.root, newest.root)
