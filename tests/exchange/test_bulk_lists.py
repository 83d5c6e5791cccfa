"""Sets that are matched with a list: the list is kept nowhere, and what is wrong with it is told."""

import json

import httpx
import pytest

from easement.agreement.model import Mode
from easement.base.errors import BadData, ProofFailed
from easement.exchange import bulk
from easement.exchange.bulk_fetch import fetch
from easement.exchange.bulk_tables import BulkState
from easement.ledger.verifier import check_receipt
from easement.linkage.quality_desk import quality_of_entry
from easement.linkage.quality_told import read_told

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


def test_how_good_its_links_are_is_told_with_a_matched_set_wherever_it_is_read(pair, tmp_path):
    """R4.4: proved by the receipt, beside the files, as a property of the table, and kept in the recipient's record."""
    with_list = bulk.listed(*pair.world.listed(pupils(5)))
    first = bulk.ask_set(pair.northtown, wish(pair, "entitled", Mode.MATCH), ASKER, pair.clock(), with_list).bulk
    worked(pair)
    done = bulk.look(pair.northtown, first.message, pair.clock())
    proved = check_receipt(done.receipt, [pair.dwp.ledger.key]).answer["linkage"]
    assert proved == {"method": "rules", "reviewed": {"precision": {"decisions": 0}}}
    kept, now = quality_of_entry(pair.northtown, done.entry)
    assert (kept.as_dict(), now) == (proved, None)
    with httpx.Client() as client:
        fetch(pair.northtown, client, done.message, tmp_path, pair.clock())
        profile = bulk.open_set(pair.northtown, done.message, pair.clock())
        share, schema, table = profile.table.split(".")
        place = f"{profile.endpoint}/shares/{share}/schemas/{schema}/tables/{table}/metadata"
        said = client.get(place, headers={"Authorization": f"Bearer {profile.token}"}).text
    assert json.loads((tmp_path / "linkage.json").read_text()) == proved
    described = json.loads(said.splitlines()[1])["metaData"]
    assert json.loads(described["configuration"]["easement.linkage"]) == proved
    assert described["description"].startswith("people were found by exact rules; links that are right")


def test_a_provider_can_write_no_words_of_its_own_into_what_is_told_of_links():
    said = {"method": "rules", "reviewed": {"precision": {"decisions": 0}}}
    for wrong in (said | {"note": "Jo Ash"}, said | {"method": "Jo Ash"}, said | {"reviewed": "Jo Ash"}, "Jo Ash"):
        with pytest.raises(ProofFailed, match="not in the form agreed"):
            read_told(wrong)
    assert read_told(said).as_dict() == said
