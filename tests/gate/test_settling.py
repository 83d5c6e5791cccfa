"""Settling held matches (R4.4): a person decides, it is logged without a person in it, the next match honours it."""

import csv
from collections.abc import Mapping

import pytest

from easement.agreement.model import Mode
from easement.base.errors import BadData, UsageError
from easement.gate.settling import Scope, decided, held_match, held_matches, settle
from easement.ledger.model import EntryType
from easement.node.home import open_node

from .world import NOW, World

SCOPE = Scope("school-meals", "entitled", "northtown")
TWINS = [("P7", "Twin", "", "2010-07-07", "NT3 3DD")]
"""Ada and Bea are of one day and place, and the list does not say which of them is meant."""


def held_file(world: World, intent: int) -> list[dict[str, str]]:
    with (world.node / "held" / f"{intent}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def decide(world: World, intent: int, wanted: Mapping[tuple[str, str], bool], by: str = "Ann Lee") -> int:
    with open_node(world.node) as node:
        return settle(node, intent, wanted, now=NOW, by=by, why="asked the school")


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


def test_a_held_match_is_listed_with_its_open_pairs(doubted: World) -> None:
    with open_node(doubted.node) as node:
        [match] = held_matches(node)
    assert (match.intent, match.scope, match.open, match.file.lasting) == (1, SCOPE, 2, True)
    assert [(pair.listed, pair.held) for pair in match.file.pairs] == [("P7", "C07"), ("P7", "C08")]


def test_a_pair_that_a_person_takes_for_one_crosses_with_the_next_match_and_no_other_does(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    assert doubted.entries()[-1].entry.type is EntryType.MATCH_SETTLED
    assert crossed(doubted) == [("P7", "C08")]
    assert doubted.types()[-2:] == ["intended", "released"]


def test_deciding_alone_releases_nothing(doubted: World) -> None:
    before = sorted(doubted.out.iterdir())
    decide(doubted, 1, {("P7", "C08"): True})
    assert sorted(doubted.out.iterdir()) == before


def test_what_is_two_people_is_held_no_more_and_never_links_the_other_by_itself(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C07"): False})
    outcome = doubted.match(TWINS, "next.csv")
    assert (outcome.released.count, outcome.released.held) == (0, 1)
    assert [row["held_reference"] for row in held_file(doubted, outcome.intent or 0)] == ["C08"]
    decide(doubted, 1, {("P7", "C08"): False})
    assert doubted.match(TWINS, "last.csv").released.held == 0


def test_the_last_decision_counts(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    decide(doubted, 1, {("P7", "C08"): False, ("P7", "C07"): True})
    assert crossed(doubted) == [("P7", "C07")]


def test_an_erased_decision_makes_nobody_one_person_any_more(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    taken_back = decide(doubted, 1, {("P7", "C08"): False})
    with open_node(doubted.node) as node:
        node.ledger.erase(taken_back)
        assert decided(node, SCOPE) == ()
    assert crossed(doubted) == []


def test_a_decision_holds_for_one_recipient_share_and_agreement_alone(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    with open_node(doubted.node) as node:
        for other in (
            SCOPE._replace(recipient="westtown"),
            SCOPE._replace(share="forms"),
            SCOPE._replace(agreement_id="a"),
        ):
            assert decided(node, other) == ()
        assert len(decided(node, SCOPE)) == 1


def test_the_row_condition_still_decides_what_crosses(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    doubted.hold([("C08", "", "Twin", "Bea", "07/07/2010", "F", "NT3 3DD", "PC", "50", "07/01/2026", "")])
    assert crossed(doubted) == []


def test_a_decision_on_records_that_no_rule_pairs_any_more_links_nobody(doubted: World) -> None:
    """The key of a record may have been given to somebody else."""
    decide(doubted, 1, {("P7", "C08"): True})
    doubted.hold([("C08", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "IS", "50", "07/01/2026", "")])
    assert crossed(doubted) == []


def test_a_better_pair_than_the_one_decided_on_is_held_again(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    outcome = doubted.match([("P7", "Twin", "Ada", "2010-07-07", "NT3 3DD")], "next.csv")
    assert outcome.released.count == 0
    assert {row["held_reference"] for row in held_file(doubted, outcome.intent or 0)} == {"C07"}


def test_a_key_that_stands_twice_confirms_nobody(doubted: World) -> None:
    decide(doubted, 1, {("P7", "C08"): True})
    outcome = doubted.match([*TWINS, *TWINS], "next.csv")
    assert outcome.released.count == 0
    assert outcome.released.held == 2


def test_nobody_is_in_the_entry_and_who_decided_is_in_the_private_record(doubted: World) -> None:
    """R5.4"""
    index = decide(doubted, 1, {("P7", "C08"): True})
    with open_node(doubted.node) as node:
        logged = node.ledger.entry(index)
        private = node.ledger.private(index)["settled"].value()
    assert (logged.entry.count, logged.entry.intent, logged.entry.share) == (1, 1, "entitled")
    assert not any(word in logged.body.decode() for word in ("P7", "C08", "Ann", "school-asked", "same"))
    assert private == {
        "pairs": [{"listed": "P7", "held": "C08", "rule": "no given name", "same": True}],
        "by": "Ann Lee",
        "why": "asked the school",
    }


def test_one_record_cannot_be_two_people(doubted: World) -> None:
    with pytest.raises(UsageError, match="settled as somebody else already"):
        decide(doubted, 1, {("P7", "C08"): True, ("P7", "C07"): True})
    decide(doubted, 1, {("P7", "C08"): True})
    with pytest.raises(UsageError, match="settled as somebody else already"):
        decide(doubted, 1, {("P7", "C07"): True})


@pytest.mark.parametrize(("wanted", "by", "said"), [
    ({("P7", "C99"): True}, "Ann", "held no pair `P7` and `C99`"),
    ({}, "Ann", "nothing is decided"),
    ({("P7", "C08"): True}, "  ", "a person decides"),
])  # fmt: skip
def test_what_cannot_be_settled_is_told(
    doubted: World, wanted: dict[tuple[str, str], bool], by: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        decide(doubted, 1, wanted, by=by)


def test_a_match_that_is_not_there_is_told(world: World) -> None:
    with open_node(world.node) as node, pytest.raises(UsageError, match="no match `7` has pairs in doubt"):
        held_match(node, 7)


def test_a_file_of_another_name_is_no_held_match(doubted: World) -> None:
    (doubted.node / "held" / "1.csv").rename(doubted.node / "held" / "2.csv")
    with open_node(doubted.node) as node, pytest.raises(UsageError, match="entry 2, which is no match"):
        held_match(node, 2)


def test_numbers_of_rows_are_not_settled(world: World) -> None:
    """A list without keys of its own names its records by where they stand, which is elsewhere next time."""
    roll, mapping = world.listed(TWINS)
    mapping.write_text(mapping.read_text().replace("record_key: pupil\n", ""))
    world.share("entitled", Mode.MATCH, match=roll, match_dataset=mapping)
    with open_node(world.node) as node:
        match = held_match(node, 1)
        assert not match.file.lasting
        with pytest.raises(UsageError, match="numbers of their rows"):
            settle(node, 1, {("1", "C07"): True}, now=NOW, by="Ann")


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"list_reference,held_reference\r\nP7,C07\r\n"])
def test_a_broken_list_is_told(doubted: World, text: bytes) -> None:
    (doubted.node / "held" / "1.csv").write_bytes(text)
    with open_node(doubted.node) as node, pytest.raises(BadData, match="no list of held pairs"):
        held_match(node, 1)
