"""What the ledger says happened, counted: each thing once, on the day of the ask (R5.5)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.ledger.model import EntryType, Logged
from easement.node.tally import Tally

PLACE = ("meals", "2026-11-22", "provider")
INTENDED, RELEASED = EntryType.DISCLOSURE_INTENDED, EntryType.DISCLOSURE_RELEASED


def log(*said: dict[str, Any]) -> list[Logged]:
    """Entries under one agreement, at nine on one day where nothing else is said."""
    usual = {"agreement_id": "meals", "time": "2026-11-22T09:00Z"}
    return [Logged(at, json.dumps(usual | each).encode()) for at, each in enumerate(said)]


def tallied(*said: dict[str, Any]) -> Tally:
    tally = Tally()
    tally.add(log(*said))
    return tally


def test_what_is_intended_waits_until_something_came_of_it():
    counts = tallied({"type": INTENDED}, {"type": INTENDED}).places[PLACE]
    assert (counts.asked, counts.waiting) == (2, 2)


def test_an_answer_is_counted_with_its_records_and_minutes():
    tally = tallied(
        {"type": INTENDED, "time": "2026-11-22T23:59Z"},
        {"type": RELEASED, "intent": 0, "count": 7, "time": "2026-11-23T00:02Z"},
    )
    counts = tally.places[PLACE]
    assert (counts.asked, counts.answered, counts.records, counts.waiting) == (1, 1, 7, 0)
    assert counts.minutes == {3: 1}
    assert list(tally.places) == [PLACE]


@pytest.mark.parametrize("kind", [EntryType.DISCLOSURE_FAILED, EntryType.DISCLOSURE_ABANDONED])
def test_what_came_to_nothing_failed(kind):
    counts = tallied({"type": INTENDED}, {"type": kind, "intent": 0}).places[PLACE]
    assert (counts.failed, counts.waiting) == (1, 0)


def test_a_refusal_after_all_ends_its_intent():
    refused = {"type": EntryType.DISCLOSURE_REFUSED, "intent": 0, "reasons": ["limit.day-reached"]}
    tally = tallied({"type": INTENDED}, refused)
    assert (tally.places[PLACE].asked, tally.places[PLACE].refused) == (1, 1)
    assert tally.reasons == {"limit.day-reached": 1}


def test_each_side_is_counted_by_itself():
    tally = tallied(
        {"type": EntryType.DISCLOSURE_REFUSED, "reasons": ["role.not-entitled"]},
        {"type": EntryType.REQUEST_REFUSED, "reasons": ["role.not-entitled"]},
        {"type": EntryType.DISCLOSURE_RECEIVED, "count": 2},
    )
    gave, took = tally.places[PLACE], tally.places["meals", "2026-11-22", "recipient"]
    assert (gave.asked, gave.refused, gave.answered) == (1, 1, 0)
    assert (took.asked, took.refused, took.answered, took.records) == (2, 1, 1, 2)


STEPS = st.lists(st.sampled_from(["ask", "release", "fail", "refuse", "receive"]), max_size=30)


@given(STEPS, st.integers(0, 30))
def test_it_does_not_matter_in_how_many_turns_entries_come(steps, cut):
    said, waiting = [], []
    for step in steps:
        if step == "ask":
            waiting.append(len(said))
            said.append({"type": INTENDED})
        elif step in ("release", "fail") and waiting:
            kind = RELEASED if step == "release" else EntryType.DISCLOSURE_FAILED
            said.append({"type": kind, "intent": waiting.pop(0), "count": 1})
        elif step == "refuse":
            said.append({"type": EntryType.DISCLOSURE_REFUSED, "reasons": ["x.y"]})
        elif step == "receive":
            said.append({"type": EntryType.DISCLOSURE_RECEIVED, "count": 1})
    entries, whole, turns = log(*said), tallied(*said), Tally()
    turns.add(entries[:cut])
    turns.add(entries)
    turns.add(entries)
    assert turns.rows() == whole.rows()
    assert all(counts.waiting >= 0 for _, counts in turns.rows())
    assert sum(counts.waiting for _, counts in turns.rows()) == len(waiting)
