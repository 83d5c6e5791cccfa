"""Settling held matches (R4.4): a person decides, it is logged without a person in it, the next match honours it."""

import csv

import pytest

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.gate.erasing import erase
from easement.ledger.model import EntryType
from easement.linkage.review_desk import Reviewer
from easement.linkage.review_log import decided
from easement.linkage.review_queues import pairs_in, queue, queues
from easement.node.home import open_node

from .deciding import ANN, SCOPE, decide
from .world import World

TWINS = [("P7", "Twin", "", "2010-07-07", "NT3 3DD")]
"""Ada and Bea are of one day and place, and the list does not say which of them is meant."""


def open_pairs(world: World) -> list[tuple[str, str]]:
    """The keys of both sides of every pair that waits for a person."""
    with open_node(world.node) as node:
        found = pairs_in(node, SCOPE.queue, ANN, only_open=True)
    return [(each.pair.listed, each.pair.held) for each in found]


@pytest.fixture
def doubted(world: World) -> World:
    world.hold([
        ("C07", "", "Twin", "Ada", "07/07/2010", "F", "NT3 3DD", "IS", "10", "07/01/2026", ""),
        ("C08", "", "Twin", "Bea", "07/07/2010", "F", "NT3 3DD", "IS", "50", "07/01/2026", ""),
    ])  # fmt: skip
    assert world.match(TWINS).released.count == 0
    return world


def crossed(world: World, out: str = "next.csv") -> list[tuple[str, str]]:
    outcome = world.match(TWINS, out)
    with (world.out / out).open(newline="") as file:
        rows = [(row["your_reference"], row["claim_reference"]) for row in csv.DictReader(file)]
    assert outcome.released.count == len(rows)
    return rows


def test_a_match_in_doubt_is_listed_with_its_open_pairs(doubted: World) -> None:
    with open_node(doubted.node) as node:
        [found] = queues(node)
    assert (found.id, found.scope, found.open, found.decided, found.lasting) == (SCOPE.queue, SCOPE, 2, 0, True)
    assert open_pairs(doubted) == [("P7", "C07"), ("P7", "C08")]


def test_a_pair_that_a_person_takes_for_one_crosses_with_the_next_match_and_no_other_does(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    assert doubted.entries()[-1].entry.type is EntryType.MATCH_SETTLED
    assert crossed(doubted) == [("P7", "C08")]
    assert doubted.types()[-2:] == ["intended", "released"]


def test_deciding_alone_releases_nothing(doubted: World) -> None:
    before = sorted(doubted.out.iterdir())
    decide(doubted, {("P7", "C08"): True})
    assert sorted(doubted.out.iterdir()) == before


def test_what_is_two_people_is_held_no_more_and_never_links_the_other_by_itself(doubted: World) -> None:
    decide(doubted, {("P7", "C07"): False})
    outcome = doubted.match(TWINS, "next.csv")
    assert (outcome.released.count, outcome.released.held) == (0, 1)
    assert open_pairs(doubted) == [("P7", "C08")]
    decide(doubted, {("P7", "C08"): False})
    assert doubted.match(TWINS, "last.csv").released.held == 0


def test_the_last_decision_counts(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    decide(doubted, {("P7", "C08"): False, ("P7", "C07"): True})
    assert crossed(doubted) == [("P7", "C07")]


def test_what_a_person_cannot_tell_stays_in_doubt_and_is_asked_no_more(doubted: World) -> None:
    decide(doubted, {("P7", "C07"): None, ("P7", "C08"): None})
    outcome = doubted.match(TWINS, "next.csv")
    assert (outcome.released.count, outcome.released.held, open_pairs(doubted)) == (0, 1, [])


def test_an_erased_decision_makes_nobody_one_person_any_more(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    [taken_back] = decide(doubted, {("P7", "C08"): False}).entries
    with open_node(doubted.node) as node:
        node.ledger.erase(taken_back)
        assert decided(node.ledger, SCOPE) == ()
    assert crossed(doubted) == []


def test_a_decision_holds_for_one_recipient_share_and_agreement_alone(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    with open_node(doubted.node) as node:
        for other in (
            SCOPE._replace(recipient="westtown"),
            SCOPE._replace(share="forms"),
            SCOPE._replace(agreement_id="a"),
        ):
            assert decided(node.ledger, other) == ()
        assert len(decided(node.ledger, SCOPE)) == 1


def test_the_row_condition_still_decides_what_crosses(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    doubted.hold([("C08", "", "Twin", "Bea", "07/07/2010", "F", "NT3 3DD", "PC", "50", "07/01/2026", "")])
    assert crossed(doubted) == []


def test_a_decision_on_records_that_no_rule_pairs_any_more_links_nobody(doubted: World) -> None:
    """The key of a record may have been given to somebody else."""
    decide(doubted, {("P7", "C08"): True})
    doubted.hold([("C08", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "IS", "50", "07/01/2026", "")])
    assert crossed(doubted) == []


def test_a_better_pair_than_the_one_decided_on_is_held_again(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    outcome = doubted.match([("P7", "Twin", "Ada", "2010-07-07", "NT3 3DD")], "next.csv")
    assert outcome.released.count == 0
    assert open_pairs(doubted) == [("P7", "C07")]


def test_a_key_that_stands_twice_confirms_nobody(doubted: World) -> None:
    decide(doubted, {("P7", "C08"): True})
    outcome = doubted.match([*TWINS, *TWINS], "next.csv")
    assert outcome.released.count == 0
    assert outcome.released.held == 2


def test_nobody_is_in_the_entry_and_who_decided_is_in_the_private_record(doubted: World) -> None:
    """R5.4"""
    [index] = decide(doubted, {("P7", "C08"): True}).entries
    with open_node(doubted.node) as node:
        logged = node.ledger.entry(index)
        private = node.ledger.private(index)["settled"].value()
    assert (logged.entry.count, logged.entry.intent, logged.entry.share) == (1, 1, "entitled")
    assert not any(word in logged.body.decode() for word in ("P7", "C08", "Ann", "school-asked", "same"))
    assert private == {
        "pairs": [
            {
                "listed": "P7",
                "held": "C08",
                "rule": "no given name",
                "weight": None,
                "same": True,
                "said": [{"who": "Ann Lee", "said": "same", "why": "asked the school"}],
            }
        ],
    }


def test_one_record_cannot_be_two_people(doubted: World) -> None:
    with pytest.raises(UsageError, match="settled as somebody else already"):
        decide(doubted, {("P7", "C08"): True, ("P7", "C07"): True})
    decide(doubted, {("P7", "C08"): True})
    with pytest.raises(UsageError, match="settled as somebody else already"):
        decide(doubted, {("P7", "C07"): True})


def test_a_pair_that_was_not_held_is_told(doubted: World) -> None:
    with pytest.raises(UsageError, match=f"queue {SCOPE.queue} holds no pair `P7` and `C99`"):
        decide(doubted, {("P7", "C99"): True})


def test_a_person_decides(doubted: World) -> None:
    with pytest.raises(UsageError, match="a person decides"):
        decide(doubted, {("P7", "C08"): True}, Reviewer("x", "  "))


def test_a_queue_that_is_not_there_is_told(world: World) -> None:
    with open_node(world.node) as node, pytest.raises(UsageError, match="there is no queue `7`"):
        queue(node, "7")


def test_numbers_of_rows_are_not_settled(world: World) -> None:
    """A list without keys of its own names its records by where they stand, which is elsewhere next time."""
    roll, mapping = world.listed(TWINS)
    mapping.write_text(mapping.read_text().replace("record_key: pupil\n", ""))
    outcome = world.share("entitled", Mode.MATCH, match=roll, match_dataset=mapping)
    assert (outcome.released.held, outcome.queue) == (1, None)
    with open_node(world.node) as node:
        found = queue(node, SCOPE.queue)
    assert (found.open, found.beyond, found.lasting) == (0, 2, False)


def test_an_erased_disclosure_leaves_nothing_of_its_pairs(doubted: World) -> None:
    """Whoever erases what is kept of a disclosure erases what its list said."""
    with open_node(doubted.node) as node:
        erase(node, 1)
    assert open_pairs(doubted) == []


def test_an_erased_decision_leaves_nothing_of_its_pair(doubted: World) -> None:
    [index] = decide(doubted, {("P7", "C08"): False}).entries
    with open_node(doubted.node) as node:
        erase(node, index)
    assert open_pairs(doubted) == [("P7", "C07")]
    with open_node(doubted.node) as node:
        assert queue(node, SCOPE.queue).decided == 0
