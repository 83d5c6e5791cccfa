"""R2.8 without a proposal: an agreement signed by hand is reviewed by each organisation for its own gate."""

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from easement.agreement.standing import State
from easement.base.errors import Refused, UsageError
from easement.cli.root import easement
from easement.ledger.model import EntryType
from easement.node.home import open_node
from easement.permission.reviewing import review_agreement
from tests.gate.world import NOW, furnish

from .trio import CASEWORKER, LEAD, nodes

OVERDUE = date(2027, 9, 2)


@pytest.fixture
def world(tmp_path):
    """A department whose agreement was signed by hand."""
    return furnish(tmp_path)


def state(node, on: date) -> State:
    return node.shelf.get("school-meals", on).standing(on).state


def test_a_review_lets_it_go_on_for_another_year_and_stands_in_the_ledger(world):
    with open_node(world.node) as node:
        assert state(node, OVERDUE) is State.REVIEW_OVERDUE
        at = NOW.replace(year=2027)
        done = review_agreement(node, "school-meals", "continue", "120 children found", LEAD, at)
        assert done.next_review == done.next_review.replace(year=2028)
        assert state(node, OVERDUE) is State.IN_FORCE
        assert state(node, at.date() + timedelta(days=367)) is State.REVIEW_OVERDUE
        (told,) = node.ledger.entries(type=EntryType.VERSION_REVIEWED)
        assert (told.entry.organisation, told.entry.reasons) == ("dwp", ("continue",))
        assert b"120 children" not in told.body


@pytest.mark.parametrize("outcome", ["change", "end"])
def test_a_review_that_finds_fault_is_recorded_and_no_leave_to_go_on(world, outcome):
    with open_node(world.node) as node:
        review_agreement(node, "school-meals", outcome, "one field is never used", LEAD, NOW)
        assert state(node, OVERDUE) is State.REVIEW_OVERDUE
        assert [each.entry.reasons for each in node.ledger.entries(type=EntryType.VERSION_REVIEWED)] == [(outcome,)]


def test_who_may_not_or_says_nothing_reviews_nothing(world):
    with open_node(world.node) as node:
        with pytest.raises(Refused, match="as caseworker you cannot review"):
            review_agreement(node, "school-meals", "continue", "fine", CASEWORKER, NOW)
        with pytest.raises(UsageError, match="say what you found"):
            review_agreement(node, "school-meals", "continue", " ", LEAD, NOW)
        assert not list(node.ledger.entries(type=EntryType.VERSION_REVIEWED))


def test_what_was_agreed_in_a_proposal_is_reviewed_there_by_every_party(tmp_path):
    with nodes(tmp_path) as pair:
        proposal = pair.in_force()
        with pytest.raises(Refused, match="was agreed in the proposal") as told:
            review_agreement(pair["dwp"], "school-meals", "continue", "fine", LEAD, pair.now)
        assert proposal[:8] in told.value.remedy


def test_the_command_tells_when_the_next_is_due(world):
    words = [
        "agreement",
        "review",
        "school-meals",
        "--node",
        str(world.node),
        "--outcome",
        "continue",
        "--words",
        "fine",
    ]
    told = json.loads(CliRunner().invoke(easement, [*words, "--by", "Ada Ash", "--json"]).stdout)
    assert (told["outcome"], told["agreement"]) == ("continue", "school-meals")
    assert "the next review is due by 20" in CliRunner().invoke(easement, words).stdout
