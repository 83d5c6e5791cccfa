"""R2.8: what is overdue for its review is suspended, until every party has recorded that it may go on."""

from datetime import date, timedelta

import pytest

from easement.agreement.standing import State
from easement.ledger.model import EntryType

from .trio import nodes


@pytest.fixture
def pair(tmp_path):
    with nodes(tmp_path) as made:
        yield made


def state(pair, name: str, on: date) -> State:
    return pair[name].shelf.get("school-meals", on).standing(on).state


def test_a_review_by_every_party_lets_it_go_on_for_another_year(pair):
    proposal = pair.in_force()
    over = date(2027, 9, 2)  # a year after the first day, and one more
    assert state(pair, "dwp", over) is State.REVIEW_OVERDUE
    pair.do("review", "northtown", proposal, outcome="continue", words="it found 120 children")
    assert state(pair, "dwp", over) is State.REVIEW_OVERDUE
    told = pair.do("review", "dwp", proposal, outcome="continue", words="nothing went wrong")
    assert told.reviewed() == pair.now.date()
    for name in ("dwp", "northtown"):
        assert state(pair, name, over) is State.IN_FORCE
        assert state(pair, name, pair.now.date() + timedelta(days=364)) is State.IN_FORCE
        assert state(pair, name, pair.now.date() + timedelta(days=367)) is State.REVIEW_OVERDUE


def test_a_review_that_finds_it_must_change_is_no_leave_to_go_on(pair):
    proposal = pair.in_force()
    pair.do("review", "northtown", proposal, outcome="continue", words="fine")
    told = pair.do("review", "dwp", proposal, outcome="change", words="one field is never used")
    assert told.reviewed() is None
    assert state(pair, "dwp", date(2027, 9, 2)) is State.REVIEW_OVERDUE
    assert pair["dwp"].ledger.entry(pair["dwp"].ledger.size - 1).entry.reasons == ("change",)


def test_each_review_stands_in_both_ledgers(pair):
    proposal = pair.in_force()
    pair.do("review", "northtown", proposal, outcome="continue", words="fine")
    pair.agreeing(proposal)
    for name in ("northtown", "dwp"):
        said = [each.entry for each in pair[name].ledger.entries(type=EntryType.VERSION_REVIEWED)]
        assert [(each.organisation, each.agreement_id) for each in said] == [("northtown", "school-meals")]
