"""What speaks for two people holds a pair as often as the registers themselves give reason to doubt (R4.4)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from easement.linkage.assign import Policy, assigned
from easement.linkage.explain import explained
from easement.linkage.link import link, run
from easement.linkage.model import LinkModel
from easement.linkage.score import score
from easement.linkage.train import train
from tests.linkage.people import GIVEN, Person, Registers, engine, pairs, town

MANY = 20
TOWN = town(150)


def called_otherwise(person: Person) -> Person:
    """The same person by a name that is no form of the first."""
    return replace(person, givens=GIVEN[(GIVEN.index(person.givens or "") + 9) % len(GIVEN)])


def families(many: int = MANY) -> Sequence[Person]:
    """People of families that nobody else in the town is of, each at a place of their own."""
    sounds = [f"{'bcdlmr'[number % 6]}{'aeiou'[number % 5]}{'dgkmnt'[number // 6]}worth" for number in range(many)]
    return [
        Person(
            family, GIVEN[number], f"19{50 + number}-0{number % 9 + 1}-1{number % 9}", f"ZE{number + 1}9ZZ", "female"
        )
        for number, family in enumerate(sounds)
    ]


RENAMED = Registers(
    [*TOWN.held, *families()],
    [*TOWN.listed, *map(called_otherwise, families())],
)
"""A town in which some are called otherwise in the other register, and nobody has a twin."""

TWINS = Registers(
    [*TOWN.held, *families(), *map(called_otherwise, families())],
    [*TOWN.listed, *map(called_otherwise, families())],
)
"""A town in which as many have a twin in the register, who alone is in the other one."""


def trained(registers: Registers) -> LinkModel:
    return train(engine(registers), id="town", title="A town", held="one", listed="other").model


@pytest.fixture(scope="module")
def renamed() -> LinkModel:
    return trained(RENAMED)


def outcome(registers: Registers, model: LinkModel, policy: Policy) -> tuple[set[tuple[int, int]], ...]:
    connection = engine(registers)
    link(connection, model, policy)
    return pairs(connection, "linked"), pairs(connection, "doubtful")


def of_families(found: set[tuple[int, int]]) -> set[tuple[int, int]]:
    return {(held, listed) for held, listed in found if listed > len(TOWN.listed)}


SAME = {(len(TOWN.held) + number, len(TOWN.listed) + number) for number in range(1, MANY + 1)}


def test_where_nobody_looks_like_another_a_name_that_differs_is_a_slip(renamed: LinkModel) -> None:
    assert renamed.doubts["given"] <= 0.05
    linked, _ = outcome(RENAMED, renamed, Policy())
    assert len(of_families(linked) & SAME) >= MANY * 3 // 4
    assert of_families(linked) <= SAME


def test_a_policy_that_wants_more_than_the_registers_can_show_holds_the_pair(renamed: LinkModel) -> None:
    connection = engine(RENAMED)
    score(connection, renamed, floor=Policy().floor)
    run(connection, (("repeated", "select 0 as listed_row where false"),))
    held = []
    for disclose in (1 - renamed.doubts["given"] * 2, 1 - renamed.doubts["given"] / 2):
        run(connection, tuple(step for step in assigned(Policy(disclose=disclose)) if step[0] != "repeated"))
        held.append(len(of_families(pairs(connection, "doubtful")) & SAME))
    assert held[0] == 0
    assert held[1] >= MANY * 3 // 4


def test_where_there_are_twins_a_name_that_differs_is_another_person() -> None:
    model = trained(TWINS)
    assert model.doubts.get("given", 1.0) > 0.05
    linked, _ = outcome(TWINS, model, Policy())
    others = {(len(TOWN.held) + MANY + number, len(TOWN.listed) + number) for number in range(1, MANY + 1)}
    assert of_families(linked) <= others


def test_the_explanation_says_the_doubt_and_how_seldom_it_is_right(renamed: LinkModel) -> None:
    levels = {"family": 6, "given": 0, "birth": 7, "place": 5, "sex": 1}
    told = explained(renamed, levels)
    assert (
        f"given names differ, as those of twins do, which is right of some {renamed.doubts['given']:.1%}" in told.words
    )
    assert told.probability <= 1 - renamed.doubts["given"]
    bare = explained(renamed.model_copy(update={"doubts": {}}), levels)
    assert bare.words.endswith("in doubt because given names differ, as those of twins do")


def test_a_model_of_an_unknown_doubt_is_refused(renamed: LinkModel) -> None:
    said = renamed.model_dump(mode="json") | {"doubts": {"stars": 0.1}}
    with pytest.raises(ValueError, match="no doubt `stars`"):
        LinkModel.model_validate(said)
