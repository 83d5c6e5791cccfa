"""Workers that make sets, and what is left when they are late, die, or kill what works on them."""

from datetime import timedelta

import pytest

from easement.base.database import reading, writing
from easement.exchange import bulk, jobs, jobs_tables, set_outlet, sets
from easement.exchange.bulk_tables import BulkState
from easement.exchange.jobs_tables import JobState

from .sets_asked import asked, ready, types, worked


def test_what_a_kill_left_of_sets_that_nobody_makes_or_keeps_is_cleared(pair):
    kept, waiting = ready(pair).message, asked(pair).bulk.message
    folder = sets.sets_folder(pair.dwp.home)
    for name in (waiting, "a" * 32):
        (folder / name).mkdir()
        (folder / name / "0.sealed").write_bytes(b"half")
    assert jobs.clear(pair.dwp) == 1
    assert sorted(each.name for each in folder.iterdir()) == sorted([kept, waiting])
    assert jobs.clear(pair.northtown) == 0


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
