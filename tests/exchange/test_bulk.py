"""A council asks the department for many records at once: a set is made, and both logs say so."""

import json
import shutil
from datetime import timedelta

import pytest

from easement.agreement.model import Mode
from easement.base.database import reading, writing
from easement.base.errors import UsageError
from easement.exchange import bulk, jobs, jobs_tables
from easement.exchange.bulk_tables import BulkState, bulks
from easement.exchange.message_carry import NoAnswer, Problem, Silence
from easement.gate.suspended import changed
from easement.gate.tables import suspend
from easement.ledger.model import EntryType

from .sets_asked import asked, ready, types, worked


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


def test_nobody_fitting_gives_a_set_of_no_records(pair):
    pair.world.hold([])
    done = ready(pair)
    assert (done.state, done.rows, len(json.loads(done.manifest)["files"])) == (BulkState.RECEIVED, 0, 1)


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


def test_nobody_asks_under_the_id_of_another_organisations_set(pair):
    message = ready(pair).message
    with reading(pair.dwp.engine) as connection:
        assert jobs_tables.is_of_another(connection, "southtown", message)
        assert not jobs_tables.is_of_another(connection, "northtown", message)
    body = bulk._body(pair.northtown, bulk._kept(pair.northtown, asked(pair).bulk.message))
    with pytest.raises(UsageError, match="used for another question"):
        jobs.accept(pair.dwp, "southtown", body.model_copy(update={"message": message}), pair.clock())


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
