"""Several entries and their proofs at once: as each by itself."""

import pytest

from easement.base.errors import ProofFailed
from easement.ledger.proof import parse_proof
from tests.ledger.makers import fill, new_ledger


def test_several_entries_are_given_in_order_and_those_that_are_not_there_left_out(home):
    ledger = new_ledger(home)
    fill(ledger, 300)
    assert [each.index for each in ledger.chosen({299, 7, 255, 5_000})] == [7, 255, 299]
    assert ledger.chosen([7])[0] == ledger.entry(7)
    assert ledger.chosen([]) == []
    ledger.engine.dispose()


@pytest.mark.parametrize("size", [301, 257, 256, 12])
def test_what_is_proved_together_is_proved_as_each_is_by_itself(home, size):
    ledger = new_ledger(home)
    fill(ledger, 300)
    ledger.checkpoint()
    wanted = [0, 5, size - 1]
    assert ledger.inclusion(wanted, size) == {
        index: list(parse_proof(ledger.prove(index, size)).hashes) for index in wanted
    }
    ledger.engine.dispose()


def test_what_is_not_in_the_tree_of_a_size_is_not_proved(home):
    ledger = new_ledger(home)
    fill(ledger, 20)
    ledger.checkpoint()
    with pytest.raises(ProofFailed, match="not in a log of 10 entries"):
        ledger.inclusion([3, 10], 10)
    ledger.engine.dispose()
