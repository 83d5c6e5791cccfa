"""Sets that are matched with a list: the list is kept nowhere, and what is wrong with it is told."""

import pytest

from easement.agreement.model import Mode
from easement.base.errors import BadData
from easement.exchange import bulk
from easement.exchange.bulk_tables import BulkState

from .pair import ASKER
from .sets_asked import pupils, types, wish, worked


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
