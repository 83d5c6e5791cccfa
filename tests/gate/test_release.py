"""Release: what the plan permits is written inside the node, and what is in doubt stays there (R3.9)."""

from pathlib import Path

import pytest

from easement.agreement.model import Mode
from easement.base.database import reading
from easement.gate.ask import Outcome
from easement.gate.model import Code
from easement.linkage import tables
from easement.linkage.review import DoubtfulPair, opened, review_key
from easement.node.home import open_node
from easement.sources.session import MAX_MEASURED

from .world import COLUMNS, DIRTY, World, plain_rows, read, write_rows


def kept(world: World, outcome: Outcome) -> list[DoubtfulPair]:
    """The pairs of a match that its node keeps for a person."""
    with open_node(world.node) as node, reading(node.ledger.engine) as connection:
        rows = tables.pairs_of(connection, tables.pairs.c.intent == outcome.intent)
        return [opened(review_key(node.master_key), row) for row in rows]


TWINS = ("P7", "Twin", "", "2010-07-07", "NT3 3DD")


def test_matches_in_doubt_are_kept_in_the_node_and_disclosed_to_nobody(world: World) -> None:
    outcome = world.match([TWINS, ("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA")])
    assert [record["your_reference"] for record in read(outcome.data)] == ["P1"]
    assert outcome.released.held == 1
    pairs = [(pair.listed, pair.held, pair.rule) for pair in kept(world, outcome)]
    assert pairs == [("P7", claim, "no given name") for claim in ("C07", "C08")]


def test_of_a_pair_in_doubt_a_person_sees_what_was_compared_and_no_more(world: World) -> None:
    first, _ = kept(world, world.match([TWINS]))
    assert first.fields == {
        "family": ("twin", "twin"), "given": ("", "ada"), "birth": ("2010-07-07",) * 2, "place": ("NT33DD",) * 2,
    }  # fmt: skip


def test_a_pair_in_doubt_names_the_rule_that_paired_it(world: World) -> None:
    outcome = world.match([("P1", "Ash", "Jo", "2015-02-01", ""), ("P2", "Ash", "Jo", "2015-02-01", "")])
    assert {pair.rule for pair in kept(world, outcome)} == {"names and birth"}
    assert read(outcome.data) == []


def test_where_nothing_is_in_doubt_nothing_is_kept(world: World) -> None:
    outcome = world.match([("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA")])
    assert (outcome.queue, outcome.released.held) == (None, 0)
    assert kept(world, outcome) == []


def test_more_doubtful_pairs_than_a_measure_holds_stop_nothing(world: World) -> None:
    """Two lists of namesakes make many pairs: each is kept, and the rest is disclosed."""
    many = 110
    same = [(f"C{n}", "", "Namesake", "Pat", "01/01/2014", "F", "", "UC", "1", "", "") for n in range(many)]
    world.hold([*DIRTY, *same])
    listed = [(f"P{n}", "Namesake", "Pat", "2014-01-01", "") for n in range(many)]
    outcome = world.match([*listed, ("P1000", "Ash", "Jo", "2015-02-01", "")])
    assert [record["your_reference"] for record in read(outcome.data)] == ["P1000"]
    assert len(kept(world, outcome)) == many * many > MAX_MEASURED
    assert outcome.released.held == many


def test_a_table_of_more_cells_than_can_be_held_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easement.gate.release.MAX_CELLS", 3)
    outcome = world.share("counted", Mode.AGGREGATE)
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.LIMIT_REQUEST_TOO_LARGE
    assert "no aggregate" in reason.text
    assert world.types() == ["intended", "refused"]
    assert world.delivered() == world.staged() == []


def test_records_larger_than_memory_for_small_answers_stream_through(world: World) -> None:
    world.hold(plain_rows(60_000))
    outcome = world.share("forms", Mode.BULK, "many.json")
    assert outcome.released.count == 60_000
    assert len(read(outcome.data)) == 60_000


def test_the_recipients_own_key_may_have_several_parts(world: World) -> None:
    roll, mapping = world.listed([("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA")])
    mapping.write_text(mapping.read_text().replace("record_key: pupil", "record_key: [place, pupil]"))
    outcome = world.share("entitled", Mode.MATCH, match=roll, match_dataset=mapping)
    assert [record["your_reference"] for record in read(outcome.data)] == ["NT1 1AA/P1"]


def test_a_match_is_in_the_order_of_the_list(world: World) -> None:
    world.hold(plain_rows(500))
    order = [(37 * n) % 500 + 100 for n in range(500)]
    outcome = world.match([(f"P{n}", f"Name{n}", "Pat", "2014-01-01", "") for n in order])
    assert [record["your_reference"] for record in read(outcome.data)] == [f"P{n}" for n in order]


def test_a_list_without_a_key_is_answered_by_its_row_numbers(world: World) -> None:
    roll, mapping = world.listed([("P9", "Nobody", "", "2001-01-01", ""), ("P1", "Ash", "Jo", "2015-02-01", "")])
    mapping.write_text(mapping.read_text().replace("record_key: pupil\n", ""))
    outcome = world.share("entitled", Mode.MATCH, match=roll, match_dataset=mapping)
    assert [record["your_reference"] for record in read(outcome.data)] == ["2"]


def test_the_list_is_not_kept(world: World) -> None:
    world.match([("P1", "Ash", "Jo", "2015-02-01", "")])
    found = [path for path in world.node.rglob("*") if path.is_file() and b"2015-02-01" in path.read_bytes()]
    assert found == []


def test_two_lists_asked_for_apart_give_what_one_would(world: World, tmp_path: Path) -> None:
    """One person's match does not depend on who else is on the list, unless two could be the same."""
    ash, twin = ("P1", "Ash", "Jo", "2015-02-01", "NT1 1AA"), ("P8", "Twin", "Bea", "2010-07-07", "NT3 3DD")
    both = read(world.match([ash, twin], "both.csv").data)
    apart = read(world.match([ash], "one.csv").data) + read(world.match([twin], "two.csv").data)
    assert both == apart
    assert len(both) == 2


def test_a_register_in_another_file_of_the_node_can_answer(world: World) -> None:
    other = world.node / "datasets" / "other.csv"
    write_rows(other, COLUMNS, plain_rows(2))
    mapping = world.node / "datasets" / "other.yaml"
    text = (world.node / "datasets" / "awards.yaml").read_text()
    mapping.write_text(text.replace("path: awards.csv", "path: other.csv"))
    assert world.share("forms", Mode.BULK, dataset=mapping).released.count == 2
