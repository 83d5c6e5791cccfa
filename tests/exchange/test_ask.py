"""Asking another node, from the wish to both logs (R3.6, R5.1, R5.2)."""

from collections.abc import Iterator

import pytest

from easement.exchange.service import ask
from easement.ledger.model import EntryType

from .pair import ASKER, NOW, Pair, paired


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


def test_a_record_crosses_and_both_logs_have_it(pair: Pair):
    told = ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert told.allowed
    (received,) = pair.entries(pair.northtown, EntryType.DISCLOSURE_RECEIVED)
    (released,) = pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED)
    assert received.message == released.message == told.message
    assert told.records
