"""Evidence from a third register: who is tied to one person there from both sides is one person (R4.4)."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest

from easement.linkage.assign import Policy, assigned
from easement.linkage.link import link, run
from easement.linkage.score import score
from easement.linkage.standardise import standardised
from easement.linkage.through import Through
from easement.linkage.train import train
from tests.linkage.people import Person, Registers, engine, fill, pairs, town, untrained

TOWN = town(150)
[[(FAMILY, GIVEN), _]] = Counter((each.family, each.givens) for each in TOWN.held).most_common(1)
SHE = Person(FAMILY, GIVEN, "1984-03-17", "ZE90XX", "female")
"""A woman of the commonest name of the town: by the name alone nobody knows her."""

CASES = {
    # what one register says of her, what the other does, and what the third knows of both
    "tied": ([replace(SHE, birth=None)], [replace(SHE, place=None)], [SHE]),
    "namesakes": (
        [Person("quillworth", "una", None, "ZE91AB")],
        [Person("quillworth", "una", day, None) for day in ("1984-03-17", "1951-08-30")],
        [Person("quillworth", "una", day, "ZE91AB") for day in ("1984-03-17", "1951-08-30")],
    ),
    "mother and daughter": (
        [Person("zimmermann", "oda", "1984-03-17", "ZE92CD")],
        [Person("zimmermann", "oda", "2009-11-02", "ZE92CD")],
        [Person("zimmermann", "oda", None, "ZE92CD")],
    ),
}


@dataclass(frozen=True)
class Found:
    """The pairs of each case by their places in it, and of the town, linked and held."""

    linked: dict[str, set[tuple[int, int]]]
    held: dict[str, set[tuple[int, int]]]
    town: set[tuple[int, int]]
    rows: tuple[int, int]


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    """Everybody linked without the third register, through it, and through it by a strict policy."""
    connection = engine(Registers(*([*people, *(each for case in CASES.values() for each in case[side])]
                                    for side, people in enumerate((TOWN.held, TOWN.listed)))))  # fmt: skip
    fill(connection, "third", [each for case in CASES.values() for each in case[2]])
    connection.execute(f"create table third_people as {standardised('third', 'third_row')}").fetchall()
    model = train(engine(TOWN), id="town", title="A town", held="one", listed="other").model
    model = model.model_copy(update={"doubts": {}})
    told = {}
    for name, policy, through in (
        ("alone", Policy(), []),
        ("through", Policy(), [Through("third_people", model, model)]),
        ("strict", Policy(disclose=0.9999995), [Through("third_people", model, model)]),
    ):
        link(connection, model, policy, through)
        every = {table: pairs(connection, table) for table in ("linked", "doubtful")}
        rows = [connection.execute(f"select count(*) from {side}").fetchall()[0][0]
                for side in ("held_people", "listed_people")]  # fmt: skip
        in_town = {pair for pair in every["linked"] if pair[1] <= len(TOWN.listed)}
        told[name] = Found(by_case(every["linked"]), by_case(every["doubtful"]), in_town, tuple(rows))
    return told


def by_case(every: set[tuple[int, int]]) -> dict[str, set[tuple[int, int]]]:
    found, held, listed = {}, len(TOWN.held), len(TOWN.listed)
    for name, (ours, theirs, _) in CASES.items():
        found[name] = {(h - held, li - listed) for h, li in every
                       if held < h <= held + len(ours) and listed < li <= listed + len(theirs)}  # fmt: skip
        held, listed = held + len(ours), listed + len(theirs)
    return found


def test_a_pair_that_says_too_little_is_tied_by_a_register_that_knows_both(found: dict[str, Found]) -> None:
    assert not found["alone"].linked["tied"]
    assert found["through"].linked["tied"] == {(1, 1)}


def test_nobody_else_is_linked_otherwise_for_a_third_register(found: dict[str, Found]) -> None:
    assert found["through"].town == found["alone"].town


def test_two_whom_the_third_register_cannot_tell_apart_are_not_tied(found: dict[str, Found]) -> None:
    assert not found["through"].linked["namesakes"]


def test_what_the_two_records_say_against_it_holds_the_pair(found: dict[str, Found]) -> None:
    """The third register has no birthday, so it fits both; that the two births lie apart still counts."""
    assert not found["through"].linked["mother and daughter"]
    assert found["through"].held["mother and daughter"] == {(1, 1)}


def test_a_strict_policy_holds_what_it_does_not_link(found: dict[str, Found]) -> None:
    assert not found["strict"].linked["tied"]
    assert found["strict"].held["tied"] == {(1, 1)}


def test_either_side_stands_as_it_was(found: dict[str, Found]) -> None:
    many = [sum(len(case[side]) for case in CASES.values()) for side in (0, 1)]
    assert found["through"].rows == (len(TOWN.held) + many[0], len(TOWN.listed) + many[1])


@pytest.mark.parametrize("same", [None, True, False])
def test_what_people_said_of_a_pair_that_no_rule_finds_is_honoured(same: bool | None) -> None:
    """Else a wrong link that was broken would be made again by the third register."""
    connection = engine(Registers([replace(SHE, birth=None)], [replace(SHE, place=None)]))
    for side, key in (("held", "easement_own"), ("listed", "easement_theirs")):
        connection.execute(f"alter table {side} add column {key} varchar default 'K1'").fetchall()
    assert score(connection, untrained(), floor=0.0).kept == 0
    connection.execute("create table chained as select 1 as held_row, 1 as listed_row, 0.99 as probability").fetchall()
    said = f"select 'K1' as theirs, 'K1' as own, {same is True} as same where {same is not None}"
    run(connection, (("settled", said), *assigned(Policy(), settled=True, chained=True)))
    assert pairs(connection, "linked") == (set() if same is False else {(1, 1)})
    assert not pairs(connection, "doubtful")
