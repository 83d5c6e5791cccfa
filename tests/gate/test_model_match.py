"""R3.9, R4.4: a list is matched by the model that the agreement names and the provider signed, and by no other."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from easement.agreement.model import Mode
from easement.base.errors import EasementError, ProofFailed, UsageError
from easement.cli.held import held
from easement.gate.ask import Outcome
from easement.gate.linking import Side, opened, train_on
from easement.ledger.model import EntryType
from easement.linkage.cli import link
from easement.linkage.model import LinkModel
from easement.linkage.review_desk import Reviewer, Wanted, settle
from easement.linkage.review_models import explanation
from easement.linkage.review_queues import pairs_in, shown
from easement.linkage.review_turns import Verdict
from easement.linkage.store import model_path, read_model, save
from easement.node.home import open_node
from tests.gate.deciding import decide
from tests.gate.world import NOW, World, copied, furnish, read, write_rows
from tests.linkage.people import Person, town

BY_MODEL = (
    "    subjects: matched\n    rows: award in",
    "    subjects: matched\n    match: {method: model, model: town/1}\n    rows: award in",
)
TOWN = town()


def award(row: int, person: Person) -> tuple[str, ...]:
    """A record of the department; every fourth is of an award that the share does not cover."""
    born = "/".join(reversed((person.birth or "--").split("-")))
    sex = {"male": "M", "female": "F"}.get(person.sex or "", "")
    kind = "PC" if row % 4 == 0 else "UC"
    return (f"C{row}", "", person.family or "", person.givens or "", born, sex, person.place or "", kind, "90", "", "")


def pupil(row: int, person: Person) -> tuple[str, ...]:
    return (f"P{row}", person.family or "", person.givens or "", person.birth or "", person.place or "")


TRUTH = {(f"P{listed}", f"C{held}") for held, listed in TOWN.truth}
COVERED = {(listed, held) for listed, held in TRUTH if int(held[1:]) % 4}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, LinkModel]:
    """The department's awards, the council's list, and a model of both that nobody signed yet."""
    made = furnish(tmp_path_factory.mktemp("model"), [award(row, each) for row, each in enumerate(TOWN.held, 1)])
    world = made.under(BY_MODEL)
    roll, mapping = world.listed([pupil(row, each) for row, each in enumerate(TOWN.listed, 1)])
    sides = Side(world.node / "datasets" / "awards.yaml"), Side(mapping, roll)
    with opened(world.node, *sides) as session:
        return world, train_on(session, *sides, id="town", title="A town").model


@pytest.fixture
def world(trained: tuple[World, LinkModel], tmp_path: Path) -> World:
    return copied(trained[0], tmp_path)


@pytest.fixture
def signed(world: World, trained: tuple[World, LinkModel]) -> World:
    """The same, with the model signed by the department."""
    with open_node(world.node) as node:
        save(node.home, trained[1], node.organisation_key)
    return world


def match(world: World, out: str = "answer.csv", **changes: Any) -> Outcome:
    roll = {"match": world.out / "roll.csv", "match_dataset": world.out / "roll.yaml"}
    return world.share("entitled", Mode.MATCH, out, **roll | changes)


def told(world: World, out: str = "answer.csv") -> set[tuple[str, str]]:
    return {(row["your_reference"], row["claim_reference"]) for row in read(world.out / out)}


@pytest.fixture(scope="module")
def matched(trained: tuple[World, LinkModel], tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Outcome]:
    world = copied(trained[0], tmp_path_factory.mktemp("matched"))
    with open_node(world.node) as node:
        save(node.home, trained[1], node.organisation_key)
    return world, match(world)


def test_people_whose_records_differ_are_found_and_nobody_who_is_not_covered(matched: tuple[World, Outcome]) -> None:
    world, _ = matched
    found = told(world)
    assert len(found - COVERED) <= len(found) // 100
    assert len(found & COVERED) >= 0.85 * len(COVERED)
    spelt_alike = {
        (f"P{listed}", f"C{held}") for held, listed in TOWN.truth if TOWN.held[held - 1] == TOWN.listed[listed - 1]
    }
    assert len(found - spelt_alike) > 20  # whom no exact rule on all keys finds


def test_what_is_in_doubt_goes_to_the_queue_and_never_into_the_answer(matched: tuple[World, Outcome]) -> None:
    world, done = matched
    assert done.queue is not None
    with open_node(world.node) as node:
        held = {(each.pair.listed, each.pair.held) for each in pairs_in(node, done.queue, Reviewer("x", "Sam"))}
    assert held
    assert not held & told(world)


def test_what_is_told_of_a_match_does_not_tell_whom_the_share_does_not_cover_from_nobody(signed: World) -> None:
    """A list of one who is in the register and not covered, and of one who is not in it: the same is told of both."""
    exact = [held for held, listed in sorted(TOWN.truth) if TOWN.held[held - 1] == TOWN.listed[listed - 1]]
    uncovered = next(held for held in exact if held % 4 == 0)
    people = {"uncovered": TOWN.held[uncovered - 1], "nobody": Person("zzyx", "qadir", "1911-01-01", "ZE11AA")}
    said, linked = {}, {}
    for name, each in people.items():
        roll, mapping = signed.listed([pupil(1, each)])
        done = signed.share("entitled", Mode.MATCH, f"{name}.json", match=roll, match_dataset=mapping)
        said[name], linked[name] = (signed.out / f"{name}.json").read_text(), done.released.linkage["linked"]
    assert linked == {"uncovered": 1, "nobody": 0}
    assert said["uncovered"] == said["nobody"]


def test_the_model_and_what_it_promises_stand_in_the_private_record_alone(
    matched: tuple[World, Outcome], trained: tuple[World, LinkModel]
) -> None:
    world, _ = matched
    released = world.last(EntryType.DISCLOSURE_RELEASED)
    with open_node(world.node) as node:
        private = str({name: part.value() for name, part in node.ledger.private(released.index).items()})
    assert trained[1].digest in private
    assert trained[1].digest not in str(released.entry.as_dict())


def test_the_same_list_again_links_the_same_people(matched: tuple[World, Outcome]) -> None:
    world, _ = matched
    match(world, "again.csv")
    assert told(world, "again.csv") == told(world)


def nothing_crossed(world: World) -> None:
    assert EntryType.DISCLOSURE_RELEASED not in {logged.entry.type for logged in world.entries()}
    assert not (world.out / "answer.csv").exists()


def test_a_model_that_is_not_there_releases_nothing(world: World) -> None:
    with pytest.raises(UsageError, match="no model `town/1`") as refused:
        match(world)
    assert "easement link train" in refused.value.remedy
    nothing_crossed(world)


def test_a_model_that_nobody_signed_releases_nothing(world: World, trained: tuple[World, LinkModel]) -> None:
    save(world.node, trained[1])
    with pytest.raises(EasementError, match="sign"):
        match(world)
    nothing_crossed(world)


def test_a_model_changed_after_it_was_signed_releases_nothing(signed: World) -> None:
    path = model_path(signed.node, "town/1")
    text = path.read_text()
    path.write_text(text.replace('"title": "A town"', '"title": "A city"'))
    assert path.read_text() != text
    with pytest.raises(ProofFailed):
        match(signed)
    nothing_crossed(signed)


def test_a_model_that_somebody_else_signed_releases_nothing(world: World, trained: tuple[World, LinkModel]) -> None:
    save(world.node, trained[1], next(key for key in world.keys if key.name == "northtown"))
    with pytest.raises(ProofFailed):
        match(world)
    nothing_crossed(world)


INDEX = """\
format: easement-mapping/1
id: index
title: People of the district
organisation: dwp
standard: person/1
source: {path: index.csv, format: csv, encoding: utf-8, delimiter: ","}
record_key: person
elements:
  person_reference: person
  family_name: surname
  given_name: forename
  date_of_birth: {column: born, dates: yyyy-mm-dd}
  postcode: place
"""
TIED = (BY_MODEL[0], BY_MODEL[1].replace("town/1}", "town/1, through: [index], sample: 500}"))
PLACED = Counter((each.family, each.givens) for each in TOWN.held) - Counter(
    {(each.family, each.givens): len(TOWN.held) for each in TOWN.listed if each.place is None}
)
[[(FAMILY, GIVEN), _]] = PLACED.most_common(1)
SHE = Person(FAMILY, GIVEN, "1984-03-17", "ZE90XX", "female")
"""A woman of a common name: the department has no birthday of hers, the council no postcode, the index has both. Nobody
else of that name is without a postcode, for of several who are the council would learn which is hers."""


@pytest.fixture
def tied(signed: World, trained: tuple[World, LinkModel]) -> World:
    """The department has an index of people, with models of it, and the share says that it ties records."""
    with open_node(signed.node) as node:
        for side in ("held", "listed"):
            model = LinkModel.model_validate(trained[1].model_dump(mode="json") | {"id": f"entitled-index-{side}"})
            save(node.home, model, node.organisation_key)
    datasets = signed.node / "datasets"
    (datasets / "index.yaml").write_text(INDEX)
    write_rows(datasets / "index.csv", ("person", "surname", "forename", "born", "place"),
               [("N1", SHE.family or "", SHE.givens or "", SHE.birth or "", SHE.place or "")])  # fmt: skip
    signed.hold([*(award(row, each) for row, each in enumerate(TOWN.held, 1)), award(9001, replace(SHE, birth=None))])
    signed.listed(
        [*(pupil(row, each) for row, each in enumerate(TOWN.listed, 1)), pupil(9001, replace(SHE, place=None))]
    )
    return signed


def test_a_further_dataset_ties_records_that_say_too_little_and_nothing_of_it_crosses(tied: World) -> None:
    match(tied, "alone.csv")
    through = tied.under(TIED)
    done = match(through)
    assert told(through) - told(through, "alone.csv") == {("P9001", "C9001")}
    assert "N1" not in (through.out / "answer.csv").read_text()
    assert done.released.linkage["through"] == {
        f"entitled-index-{side}/1": read_model(model_path(tied.node, f"entitled-index-{side}/1")).digest
        for side in ("held", "listed")
    }
    explains_what_ties(through, done.queue or "")


STRICT = (BY_MODEL[0], BY_MODEL[1].replace("town/1}", "town/1, through: [index], disclose: 0.999999}"))


def explains_what_ties(world: World, queue: str) -> None:
    """Both steps are told to who looked at the pair, not before, and to who asks on the command line."""
    models = {f"entitled-index-{side}/1" for side in ("held", "listed")}
    sam = Reviewer("x", "Sam")
    with open_node(world.node) as node:
        found = pairs_in(node, queue, sam, most=1_000)
        [pair] = [each for each in found if (each.pair.listed, each.pair.held) == ("P9001", "C9001")]
        assert explanation(node, shown(node, pair.id, sam)) is None  # it is one of a sample: nobody is to go by it
        settle(node, [Wanted(pair.id, Verdict.SAME)], sam, now=NOW)
        looked_at = shown(node, pair.id, sam)
        why = explanation(node, looked_at)
    assert looked_at.pair.rule.startswith("town/1 through index: ")
    assert why is not None
    [way] = why.ways
    assert (why.tied, way.register, way.record, {way.held.model, way.listed.model}) == (True, "index", "N1", models)
    assert looked_at.pair.probability == pytest.approx(why.by_ways, abs=1e-5)
    assert "birth dates are not known on both sides" in {part.words for part in way.held.why.parts}
    assert "birth dates are the same" in way.listed.why.words
    datasets = world.node / "datasets"
    named = ["explain", "town/1", "P9001", "C9001", "--node", str(world.node), "--held", str(datasets / "awards.yaml"),
             "--listed", str(world.out / "roll.yaml"), "--list", str(world.out / "roll.csv"),
             "--through", str(datasets / "index.yaml"), *sorted(models)]  # fmt: skip
    told = CliRunner().invoke(link, named, catch_exceptions=False)
    assert told.stdout.startswith("Tied by a third register, `index`, not by the two records alone: "), told.output
    assert "By itself a match takes the pair as linked." in told.stdout
    assert "Step 1, by entitled-index-listed/1: `P9001` on the list is `N1` in index" in told.stdout
    assert "Step 2, by entitled-index-held/1: `N1` in index is your own `C9001`" in told.stdout
    again = CliRunner().invoke(held, ["explain", queue, "P9001", "C9001", "--node", str(world.node)])
    assert again.stdout.splitlines()[0] == told.stdout.splitlines()[0]


@pytest.mark.parametrize("same", [True, False])
def test_what_people_say_of_a_pair_that_only_a_further_dataset_ties_is_honoured(tied: World, same: bool) -> None:
    strict, usual = tied.under(STRICT), tied.under(TIED)
    match(strict, "held.csv")
    assert ("P9001", "C9001") not in told(strict, "held.csv")
    decide(tied, {("P9001", "C9001"): same})
    match(strict, "after.csv")
    match(usual, "usual.csv")
    assert [("P9001", "C9001") in told(world, out) for world, out in ((strict, "after.csv"), (usual, "usual.csv"))] == [
        same, same,
    ]  # fmt: skip


def test_a_dataset_that_should_tie_and_is_not_there_releases_nothing(tied: World) -> None:
    (tied.node / "datasets" / "index.yaml").unlink()
    with pytest.raises(UsageError, match="tied by the dataset `index`, which this node does not have"):
        match(tied.under(TIED))
    nothing_crossed(tied)


def test_a_dataset_ties_by_signed_models_alone(tied: World) -> None:
    model_path(tied.node, "entitled-index-listed/1").unlink()
    with pytest.raises(UsageError, match="no signed model `entitled-index-listed`"):
        match(tied.under(TIED))
    nothing_crossed(tied)
