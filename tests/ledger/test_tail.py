"""Proofs of what was just logged: the same as are made from what is published, and without publishing."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import ProofFailed, StorageFailed
from easement.ledger.proof import parse_proof
from easement.ledger.receipt import make_receipt, new_receipt
from easement.ledger.tail import KEPT, Tail
from easement.ledger.tiles import Edge
from easement.ledger.tree import inclusion_proof, leaf_hash, root_at, root_of
from easement.ledger.verifier import check_receipt
from tests.ledger.makers import fill, private, released, reopened
from tests.often import often


def bodies(many):
    return [b"%d" % number for number in range(many)]


def edge_of(leaves):
    edge = Edge()
    for _ in edge.extend([leaf_hash(each) for each in leaves]):
        pass
    return edge


@settings(max_examples=often(60), deadline=None)
@given(published=st.integers(0, 1_500), more=st.integers(1, 900))
def test_the_end_of_a_tree_proves_each_entry_as_the_newest(published, more):
    leaves = bodies(published + more)
    tail = Tail(edge_of(leaves[:published]))
    hashes = [leaf_hash(each) for each in leaves]
    for size in sorted({published + 1, published + more, published + (more + 1) // 2}):
        tail.extend(leaves[tail.size : size])
        assert root_at(size, tail.read) == root_of(hashes[:size])
        path = inclusion_proof(size - 1, size, tail.read)
        whole = Tail(Edge())
        whole.extend(leaves[:size])
        assert path == inclusion_proof(size - 1, size, whole.read)


def test_a_tree_past_the_second_height_is_proved_and_keeps_few_tiles():
    leaves = bodies(66_000)
    tail = Tail(edge_of(leaves[:65_000]))
    tail.extend(leaves[65_000:])
    assert root_at(66_000, tail.read) == root_of([leaf_hash(each) for each in leaves])
    assert inclusion_proof(65_999, 66_000, tail.read)
    assert len([place for place in tail._tiles if place[0] == 0]) <= KEPT + 1


def test_what_is_no_longer_at_hand_is_told():
    tail = Tail(Edge())
    tail.extend(bodies(2_000))
    with pytest.raises(ProofFailed, match="not at hand"):
        inclusion_proof(3, 2_000, tail.read)
    with pytest.raises(ProofFailed, match="not at hand"):
        tail.read(0, 5_000)


def test_a_new_receipt_is_the_one_that_is_made_from_what_is_published(ledger):
    fill(ledger, 300)
    ledger.checkpoint()
    before = ledger.published.size
    indexes = [ledger.append(released(), private()) for _ in range(5)]
    new = [new_receipt(ledger, index) for index in indexes]
    assert ledger.published.size == before
    for index, receipt in zip(indexes, new, strict=True):
        assert check_receipt(receipt, [ledger.key]).index == index
        assert new_receipt(ledger, index) == receipt
    ledger.checkpoint()
    assert [make_receipt(ledger, index, index + 1) for index in indexes] == new


def test_an_entry_out_of_reach_is_published_and_proved_from_there(ledger):
    index = ledger.append(released(), private())
    fill(ledger, 1_500)
    last = ledger.append(released(), private())
    new_receipt(ledger, last)
    receipt = new_receipt(ledger, index)
    assert check_receipt(receipt, [ledger.key]).index == index
    assert ledger.published.size == ledger.size


def test_entries_of_other_processes_stand_in_the_same_tree(ledger, home):
    other = reopened(home)
    for at in range(10):
        mine, theirs = (ledger, other) if at % 2 else (other, ledger)
        index = mine.append(released(), private())
        theirs.append(released())
        assert check_receipt(new_receipt(mine, index), [ledger.key]).index == index
    other.engine.dispose()


def test_many_threads_get_receipts_at_once(ledger):
    said = {}

    def work():
        for _ in range(20):
            index = ledger.append(released(), private())
            said[index] = new_receipt(ledger, index)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 120
    for index, receipt in said.items():
        assert check_receipt(receipt, [ledger.key]).index == index
        assert parse_proof(receipt).index == index


def test_an_entry_that_is_not_there_has_no_receipt(ledger):
    with pytest.raises(ProofFailed):
        new_receipt(ledger, 7)


def test_a_ledger_that_takes_no_entries_gives_no_new_receipts(ledger):
    index = ledger.append(released(), private())
    ledger.close()
    with pytest.raises(StorageFailed):
        new_receipt(ledger, index)
