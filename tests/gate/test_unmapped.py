"""What does not map is reported, not dropped (R4.2): the giver is told how much, and nobody a value."""

from easement.agreement.model import Mode
from easement.ledger.model import EntryType

from .world import DIRTY, World, plain_rows


def test_rows_that_hold_what_does_not_map_are_counted_by_element(world: World) -> None:
    outcome = world.share("forms", Mode.BULK)
    assert outcome.released.count == len(DIRTY)
    assert outcome.released.unmapped == {"date_of_birth": 1, "award": 1, "net_monthly_earnings": 1, "award_end": 1}
    assert outcome.as_dict()["unmapped"] == outcome.released.unmapped


def test_a_table_that_maps_whole_has_nothing_to_report(world: World) -> None:
    world.hold(plain_rows(3))
    assert world.share("forms", Mode.BULK).released.unmapped == {}


def test_a_row_that_the_condition_cannot_judge_is_reported_though_it_does_not_cross(world: World) -> None:
    rows = [*plain_rows(2, award="IS"), *plain_rows(1, award="income support", start=200)]
    world.hold(rows)
    outcome = world.share("limited", Mode.BULK)
    assert (outcome.released.count, outcome.released.unmapped) == (2, {"award": 1})


def test_a_match_reports_by_what_people_could_not_be_found(world: World) -> None:
    world.hold([("C1", "", "Ash", "Jo", "31/02/2015", "F", "NT1 1AA", "UC", "1", "", "")])
    outcome = world.match([("P1", "Ash", "Jo", "2015-02-28", "NT9 1AA")])
    assert (outcome.released.count, outcome.released.unmapped) == (0, {"date_of_birth": 1})


def test_a_count_reports_what_could_not_be_counted_or_added_up(world: World) -> None:
    assert world.share("counted", Mode.AGGREGATE, "c.csv").released.unmapped == {
        "sex": 1, "award": 1, "net_monthly_earnings": 1,
    }  # fmt: skip


def test_elements_that_the_answer_does_not_rest_on_are_not_reported(world: World) -> None:
    world.hold([("C1", "", "Ash", "Jo", "31/02/2015", "?", "NT1 1AA", "IS", "1", "", "")])
    assert world.share("limited", Mode.BULK).released.unmapped == {}


def test_a_lookup_reports_the_element_by_which_nobody_could_be_found(world: World) -> None:
    world.hold([("C1", "", "Ash", "Jo", "31/02/2015", "F", "NT1 1AA", "IS", "1", "", "")])
    outcome = world.lookup(share="limited", family_name="Ash", date_of_birth="2015-02-28")
    assert (outcome.released.count, outcome.released.unmapped) == (0, {"date_of_birth": 1})


def test_nothing_of_it_is_in_the_ledger_nor_in_the_answer(world: World) -> None:
    world.share("forms", Mode.BULK, "answer.json")
    assert "unmapped" not in world.last(EntryType.DISCLOSURE_RELEASED).body.decode()
    assert "unmapped" not in (world.out / "answer.json").read_text()
