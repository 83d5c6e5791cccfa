"""What becomes of a set in the end: it is deleted and certified, or erased, and nobody keeps it (R2.9)."""

import json

import pytest

from easement.base.database import reading
from easement.base.errors import UsageError
from easement.exchange import bulk, sets
from easement.exchange.bulk_tables import BulkState
from easement.exchange.erasing import erase
from easement.exchange.message_carry import Problem
from easement.exchange.service import line_to
from easement.exchange.tables import due
from easement.ledger.model import EntryType

from .sets_asked import asked, ready


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


def test_what_was_never_received_cannot_be_deleted(pair):
    first = asked(pair).bulk
    with pytest.raises(UsageError, match="nothing to delete"):
        bulk.delete(pair.northtown, first.message, pair.clock())
    with pytest.raises(UsageError, match="no set was asked for"):
        bulk.delete(pair.northtown, "0" * 32, pair.clock())
