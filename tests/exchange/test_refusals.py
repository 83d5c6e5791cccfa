"""Nobody makes another's log grow without end by asking what is never given; every refusal is in it all the same."""

import secrets
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from easement.exchange import jobs, refusals
from easement.exchange.bulk_body import BulkBody
from easement.exchange.jobs_tables import JobState
from easement.exchange.service import ask
from easement.ledger.model import Entry, EntryType
from easement.node.housekeeping import TASKS

from .pair import ASKER, NOW, Pair, paired
from .sent import Sent, body

LIMIT = 5


@pytest.fixture
def pair(tmp_path) -> Iterator[Pair]:
    with paired(tmp_path / "pair") as made:
        object.__setattr__(made.dwp.settings.exchange, "refusals_a_minute", LIMIT)
        yield made


def refused(pair: Pair) -> list[Entry]:
    return pair.entries(pair.dwp, EntryType.DISCLOSURE_REFUSED, EntryType.REQUEST_REFUSED)


def later(pair: Pair, seconds: int = 60) -> None:
    """Let time pass, on the clock that both nodes have; messages of this test are signed at its own time."""
    pair.clock.now += timedelta(seconds=seconds)


NEVER = {"purpose": "direct-marketing"}
UNKNOWN = {"agreement": "0" * 64}


@pytest.mark.parametrize("asked", [NEVER, UNKNOWN], ids=["refused", "agreement unknown"])
def test_refusals_beyond_the_limit_of_a_minute_are_one_entry_that_says_how_many(pair: Pair, asked: dict[str, str]):
    before = pair.dwp.ledger.size
    sent = [Sent(pair, body(pair, **asked)) for _ in range(4 * LIMIT)]
    assert [each.status for each in sent] == [200] * LIMIT + [429] * (3 * LIMIT)
    assert {each.code for each in sent[LIMIT:]} == {"asked.too-often"}
    assert all(0 < int(each.response.headers["retry-after"]) <= 60 for each in sent[LIMIT:])
    assert len(refused(pair)) == LIMIT
    assert refusals.sum_up(pair.dwp, pair.clock.now) == 0
    later(pair)
    assert refusals.sum_up(pair.dwp, pair.clock.now) == 1
    assert refusals.sum_up(pair.dwp, pair.clock.now) == 0
    told = refused(pair)[-1]
    assert (told.count, told.reasons) == (3 * LIMIT, ("asked.too-often",))
    assert told.parties == {"provider": "dwp", "recipient": "northtown"}
    assert pair.dwp.ledger.size == before + LIMIT + 1


def test_in_the_next_minute_the_same_organisation_is_answered_again(pair: Pair):
    for _ in range(LIMIT + 1):
        last = Sent(pair, body(pair, **NEVER))
    assert last.status == 429
    later(pair)
    assert ask(pair.northtown, pair.wish(), ASKER, pair.clock.now).allowed


def test_who_is_refused_seldom_and_everybody_else_is_not_held_back(pair: Pair):
    for _ in range(LIMIT - 1):
        Sent(pair, body(pair, **NEVER))
    assert Sent(pair, body(pair)).told.decision.allowed
    Sent(pair, body(pair, **NEVER))
    assert refusals.seconds_to_wait(pair.dwp, "northtown", NOW) > 0
    assert refusals.seconds_to_wait(pair.dwp, "police", NOW) == 0


def test_what_was_counted_outlives_the_process_and_other_processes_learn_of_it(pair: Pair):
    for _ in range(LIMIT + 2):
        Sent(pair, body(pair, **NEVER))
    refusals._over.clear()
    assert refusals.seconds_to_wait(pair.dwp, "northtown", NOW) == 0
    refusals.look(pair.dwp, "northtown", NOW)
    assert refusals.seconds_to_wait(pair.dwp, "northtown", NOW) > 0
    later(pair)
    (task,) = [each for each in TASKS if each.name == "sum-up-refusals"]
    assert task.run(pair.dwp, pair.clock.now) == 1
    assert refused(pair)[-1].count == 3


def test_two_that_sum_up_at_once_say_it_once(pair: Pair):
    for _ in range(LIMIT + 7):
        Sent(pair, body(pair, **NEVER))
    later(pair)
    threads = [threading.Thread(target=refusals.sum_up, args=(pair.dwp, pair.clock.now)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.count for each in refused(pair) if each.reasons == ("asked.too-often",)] == [7]


def set_wanted(pair: Pair, **changes: object) -> Sent:
    """A set asked for by a message of its own."""
    digest = pair.northtown.shelf.get("school-meals", NOW.date()).prepared.digest
    usual = {
        "message": secrets.token_hex(16), "to": "dwp", "agreement": digest, "share": "forms",
        "purpose": "benefit-eligibility", "mode": "bulk", "role": "benefits-officer", "fields": (), "asked_by": "7",
        "why": "", "training": (), "consented": False, "list": None,
    }  # fmt: skip
    return Sent(pair, BulkBody(**usual | changes).encode(), "/exchange/v1/sets")


def test_sets_that_are_refused_count_too_and_in_every_process(pair: Pair):
    for _ in range(LIMIT):
        assert set_wanted(pair, **NEVER).status == 200
    while (done := jobs.run_next(pair.dwp, pair.clock)) is not None:
        assert (done.state, done.sealed) == (JobState.REFUSED, b"")
    refusals._over.clear()
    turned_away = set_wanted(pair, **NEVER)
    assert (turned_away.status, turned_away.code) == (429, "asked.too-often")


def test_one_organisation_waits_for_so_many_sets_and_no_more(pair: Pair):
    sent = [set_wanted(pair) for _ in range(jobs.MOST_WAITING + 1)]
    assert [each.status for each in sent] == [200] * jobs.MOST_WAITING + [429]
    assert sent[-1].code == "sets.too-many"
    assert jobs.run_next(pair.dwp, pair.clock) is not None
    assert set_wanted(pair).status == 200
