"""R4.4, R7.4: a sample of every match's links is looked at, drawn by chance that nobody chooses and seen by nobody as
such; what people decide of it says how good the links are, for everybody and by group, and the recipient is told."""

import json
from pathlib import Path

import pytest

from easement.agreement.model import Mode
from easement.gate.ask import Outcome
from easement.gate.reviewing import drawing_key
from easement.ledger.model import EntryType
from easement.linkage.quality_desk import quality_of, quality_of_entry
from easement.linkage.quality_report import Report
from easement.linkage.review import Scope
from easement.linkage.review_desk import Done, Reviewer, Wanted, settle
from easement.linkage.review_queues import Shown, pairs_in, queue, queues
from easement.linkage.review_turns import Verdict
from easement.node.home import open_node

from .world import NOW, Row, World, copied, read

SCOPE = Scope("school-meals", "entitled", "northtown")
ANN = Reviewer("name:ann lee", "Ann Lee")
SUBJECTS = "    subjects: matched\n    rows: award in"
MANY = 60


def under(world: World, match: str) -> World:
    return world.under((SUBJECTS, f"    subjects: matched\n    match: {match}\n    rows: award in"))


def people() -> list[Row]:
    """Sixty children found by their names and birthdays, the younger ones girls, and one pair of twins."""
    found = [
        (f"C{n}", "", f"Name{n}", "Pat", f"01/01/{2005 + n % 20}", "F" if n % 20 > 9 else "M",
         "NT9 9ZZ" if n % 3 else "LS1 1AA", "UC", "100", "01/01/2026", "")
        for n in range(100, 100 + MANY)
    ]  # fmt: skip
    twins = [
        (f"C0{n}", "", "Twin", name, "07/07/2010", "F", "NT3 3DD", "IS", "10", "07/01/2026", "")
        for n, name in ((7, "Ada"), (8, "Bea"))
    ]
    return [*found, *twins]


ROLL = [
    *((f"P{n}", f"Name{n}", "Pat", f"{2005 + n % 20}-01-01", "") for n in range(100, 100 + MANY)),
    ("P7", "Twin", "", "2010-07-07", "NT3 3DD"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, first_world: World) -> tuple[World, Outcome]:
    """A match under an agreement that has ten links looked at, and errors counted by three elements."""
    world = under(copied(first_world, tmp_path_factory.mktemp("sample")),
                  "{sample: 10, groups: [sex, date_of_birth, postcode]}")  # fmt: skip
    world.hold(people())
    return world, world.match(ROLL)


@pytest.fixture
def matched(made: tuple[World, Outcome], tmp_path: Path) -> World:
    return copied(made[0], tmp_path)


def held(world: World, *, only_open: bool = True) -> tuple[Shown, ...]:
    with open_node(world.node) as node:
        return pairs_in(node, SCOPE.queue, ANN, only_open=only_open, most=1_000)


def drawn(world: World) -> set[str]:
    """The keys of the links that wait for a person."""
    return {each.pair.held for each in held(world)} - {"C07", "C08"}


def say(world: World, **verdicts: Verdict) -> Done:
    """Say of every open pair that it is one person, but for those named."""
    usual = {"C07": Verdict.DIFFERENT}
    said = [Wanted(each.id, (usual | verdicts).get(each.pair.held, Verdict.SAME)) for each in held(world)]
    with open_node(world.node) as node:
        return settle(node, said, ANN, now=NOW)


def report(world: World) -> Report:
    with open_node(world.node) as node:
        return quality_of(node, SCOPE.queue)


def told(world: World) -> dict[str, object]:
    """What the last disclosure's receipt opens of how its people were found."""
    index = world.last(EntryType.DISCLOSURE_RELEASED).index
    with open_node(world.node) as node:
        found, _ = quality_of_entry(node, index)
    assert found is not None
    return found.as_dict()


def test_as_many_links_as_agreed_are_drawn_and_all_of_them_cross(made: tuple[World, Outcome]) -> None:
    world, done = made
    assert done.released.count == MANY
    assert len(drawn(world)) == 10
    with open_node(world.node) as node:
        assert queue(node, SCOPE.queue).open == 12


def test_without_a_sample_agreed_none_is_drawn(world: World) -> None:
    world.hold(people())
    world.match(ROLL)
    assert drawn(world) == set()


def test_every_disclosure_draws_anew_and_nobody_chooses(matched: World) -> None:
    before = drawn(matched)
    matched.match(ROLL, "again.csv")
    assert len(drawn(matched) - before) >= 5
    keys = {drawing_key(bytes(32), 1), drawing_key(bytes(32), 2), drawing_key(bytes([1]) * 32, 1)}
    assert len(keys) == 3


def test_what_is_drawn_is_sealed_as_doubts_are(matched: World) -> None:
    database = b"".join(path.read_bytes() for path in matched.node.rglob("*") if path.is_file() and "db" in path.suffix)
    with open_node(matched.node) as node:
        assert {each.pair.fields["family"] for each in held(matched)} >= {("twin", "twin")}
        assert queues(node)
    assert b"name1" not in database


def test_no_reviewer_can_tell_links_from_doubts(made: tuple[World, Outcome]) -> None:
    world, _ = made
    shown = held(world)
    told = [{k: v for k, v in each.as_dict().items() if k not in ("id", "seen", "fields")} for each in shown]
    assert {json.dumps(each | {"held_reference": "", "list_reference": ""}) for each in told} == {
        json.dumps(told[0] | {"held_reference": "", "list_reference": ""})
    }
    assert told[0]["kind"] is told[0]["probability"] is None
    assert told[0]["rule"] == ""
    places = [at for at, each in enumerate(shown) if each.pair.held in ("C07", "C08")]
    assert places != [10, 11]  # doubts and links stand in no order
    assert places != [0, 1]


def test_why_a_pair_was_there_is_told_once_it_is_decided(matched: World) -> None:
    say(matched)
    shown = {each.pair.held: each for each in held(matched, only_open=False)}
    assert shown["C07"].as_dict()["kind"] == "doubt"
    kinds = {key: each.as_dict()["kind"] for key, each in shown.items()}
    assert list(kinds.values()).count("sample") == 10
    assert all(each.pair.rule for each in shown.values())


def test_what_people_decide_of_links_is_the_figure_that_is_told(matched: World) -> None:
    assert told(matched)["reviewed"] == {"precision": {"decisions": 0}}
    for again in range(4):
        say(matched)
        matched.match(ROLL, f"again-{again}.csv")
    found = report(matched).quality
    assert found.precision.range is not None
    assert found.precision.range.value == 1
    assert found.precision.range.low > 0.9
    said = told(matched)
    assert said["method"] == "rules"
    assert "expected" not in said
    assert said["reviewed"]["precision"]["estimate"] == "1.0000"  # type: ignore[index]
    assert said["reviewed"]["precision"]["decisions"] >= 40  # type: ignore[index]


def test_a_link_found_wrong_is_linked_no_more_and_counts_against_the_rest(matched: World) -> None:
    wrong = sorted(drawn(matched))[0]
    assert say(matched, **{wrong: Verdict.DIFFERENT}).wrong == ((f"P{wrong[1:]}", wrong),)
    matched.match(ROLL, "again.csv")
    assert wrong not in {row["claim_reference"] for row in read(matched.out / "again.csv")}
    [stratum] = [each for each in report(matched).quality.strata if each.linked and each.different]
    assert (stratum.same, stratum.different) == (9, 1)


def test_what_people_linked_is_a_stratum_of_its_own_and_drawn_no_more(matched: World) -> None:
    first = drawn(matched)
    say(matched)
    matched.match(ROLL, "again.csv")
    strata = {each.name: each for each in report(matched).quality.strata if each.linked}
    assert (strata["settled by people"].pairs, strata["settled by people"].same) == (11, 11)
    assert sum(each.pairs for each in strata.values()) == MANY + 1
    assert drawn(matched) & first == set()


def test_errors_are_counted_by_what_the_agreement_names(made: tuple[World, Outcome]) -> None:
    found = report(made[0])
    assert {kind: set(of) for kind, of in found.groups.items()} == {
        "sex": {"male", "female"}, "date_of_birth": {"5–15"}, "postcode": {"LS", "NT"},
    }  # fmt: skip
    links = {name: each.quality.links for name, each in found.groups["sex"].items()}
    assert links == {"female": 30, "male": 30}


def test_a_group_left_out_never_follows_from_the_rest(made: tuple[World, Outcome]) -> None:
    """Nine are under five; so that nobody takes the others from the whole, the next smallest group goes with them."""
    assert report(made[0]).left_out == {"sex": 0, "date_of_birth": 2, "postcode": 0}


def test_groups_of_few_people_are_left_out_before_anything_is_kept(world: World) -> None:
    few = under(world, "{groups: [sex, award]}")
    few.hold([*people()[:40], ("C1", "", "Elm", "Kim", "04/04/2013", "F", "NT1 1AA", "IS", "5", "04/01/2026", "")])
    few.match([*ROLL[:40], ("P1", "Elm", "Kim", "2013-04-04", "")])
    found = report(few)
    assert (dict(found.groups["award"]), found.left_out["award"]) == ({}, 2)  # the other group would tell of the one
    assert found.left_out["sex"] == 0


def test_what_was_decided_of_a_group_is_told_apart_from_what_it_was_not_decided_of(matched: World) -> None:
    boys = {each.pair.held for each in held(matched) if int(each.pair.held[1:]) % 20 <= 9} - {"C07", "C08"}
    assert boys
    say(matched, **dict.fromkeys(boys, Verdict.DIFFERENT))
    sexes = report(matched).groups["sex"]
    decided = {name: each.quality.precision.decisions for name, each in sexes.items()}
    assert decided == {"male": len(boys), "female": 10 - len(boys)}
    assert sexes["male"].quality.precision.range is None  # too few to say
    assert sexes["male"].as_dict()["expected_by_model"] == {"precision": None, "recall": None}


def test_records_without_keys_of_their_own_are_not_drawn(matched: World) -> None:
    roll, mapping = matched.listed(ROLL)
    mapping.write_text(mapping.read_text().replace("record_key: pupil\n", ""))
    outcome = matched.share("entitled", Mode.MATCH, "rows.csv", match=roll, match_dataset=mapping)
    assert outcome.released.linkage["drawn"] == 0


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "json"])
def test_the_receipt_of_every_form_tells_how_good_the_links_are(matched: World, ending: str) -> None:
    matched.match(ROLL, f"form.{ending}")
    proved = matched.verified(matched.out / f"form.{ending}").answer["linkage"]
    assert proved == {"method": "rules", "reviewed": {"precision": {"decisions": 0}}}
    if ending == "json":
        assert json.loads((matched.out / "form.json").read_text())["linkage"] == proved
