"""Made-up people in two registers, spelt apart as registers spell them: some are in both, and who is known."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from easement.linkage.comparisons import COMPARISONS
from easement.linkage.link import prepared, run
from easement.linkage.model import Frequencies, LinkModel, Trained
from easement.linkage.standardise import VERSION

FAMILIES = [
    "ashdown",
    "berrow",
    "calloway",
    "dunmore",
    "eastgate",
    "fairclough",
    "garside",
    "hollis",
    "ingram",
    "jessop",
    "kenward",
    "lorimer",
    "mossley",
    "nuttall",
    "oakden",
    "pickering",
    "quayle",
    "rushton",
    "standish",
    "thackray",
    "underhill",
    "varley",
    "wadsworth",
    "yardley",
    "bellamy",
    "crowther",
    "dalby",
    "entwistle",
    "farrow",
    "gledhill",
    "haworth",
    "kettlewell",
    "langstaff",
    "midgley",
    "normanton",
    "ormerod",
    "penhale",
    "ridley",
    "sowerby",
    "tattersall",
]
GIVEN = [
    "william",
    "elizabeth",
    "thomas",
    "margaret",
    "james",
    "catherine",
    "robert",
    "dorothy",
    "henry",
    "edith",
    "frederick",
    "alice",
    "walter",
    "florence",
    "arthur",
    "harriet",
    "samuel",
    "eleanor",
    "joseph",
    "matilda",
    "edward",
    "susannah",
    "daniel",
    "rebecca",
    "albert",
    "philippa",
    "hugh",
    "beatrice",
]
SHORT = {"william": "bill", "elizabeth": "bess", "robert": "bob", "margaret": "peggy", "henry": "harry"}


@dataclass(frozen=True)
class Person:
    """One record as `person_columns` gives it; `family`, `givens` normalised, `birth` as yyyy-mm-dd."""

    family: str | None
    givens: str | None
    birth: str | None
    place: str | None
    sex: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Registers:
    """Either side's records, and which rows (from 1) are of one person."""

    held: Sequence[Person]
    listed: Sequence[Person]
    truth: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def town(people: int = 400, *, seed: int = 7) -> Registers:
    """A register of `people`, and another that shares three quarters of them with errors of its own."""
    chance = random.Random(seed)
    everybody = [_person(chance) for _ in range(people * 5 // 4)]
    held, listed = everybody[:people], everybody[people // 4 :]
    order = list(range(len(listed)))
    chance.shuffle(order)
    spoilt = [_spoilt(listed[place], chance) for place in order]
    truth = {(people // 4 + place + 1, row) for row, place in enumerate(order, 1) if people // 4 + place < people}
    return Registers(held, spoilt, frozenset(truth))


def _person(chance: random.Random) -> Person:
    given, sex = chance.choice(GIVEN), chance.choice(("male", "female"))
    day = f"{chance.randint(1930, 2015)}-{chance.randint(1, 12):02}-{chance.randint(2, 28):02}"
    place = f"NT{chance.randint(1, 20)}{chance.randint(1, 9)}{chance.choice('ABDEFG')}{chance.choice('HJLNPQ')}"
    return Person(f"{chance.choice(FAMILIES)}{chance.choice(('', 'son', 'ton'))}", given, day, place, sex)


def _spoilt(person: Person, chance: random.Random) -> Person:
    """The person as another register has them: a short name, a letter missed, day and month swapped, moved, unsaid."""
    changes: list[dict[str, Any]] = [
        {"givens": SHORT.get(person.givens or "", person.givens)},
        {"family": (person.family or "")[:3] + (person.family or "")[4:]},
        {"place": None},
        {"birth": None},
        {"place": "BD71AQ"},
        {"sex": None},
    ]
    if person.birth and int(person.birth[8:]) <= 12:
        changes.append({"birth": f"{person.birth[:4]}-{person.birth[8:]}-{person.birth[5:7]}"})
    return replace(person, **chance.choice(changes)) if chance.random() < 0.5 else person


def engine(registers: Registers) -> duckdb.DuckDBPyConnection:
    """An engine in which both registers stand, standardised."""
    connection = duckdb.connect(":memory:")
    for side, people in (("held", registers.held), ("listed", registers.listed)):
        fill(connection, side, people)
    run(connection, prepared())
    return connection


def fill(connection: duckdb.DuckDBPyConnection, side: str, people: Iterable[Person]) -> None:
    """Make one side's table of what is compared."""
    connection.execute(
        f"create or replace table {side} ({side}_row bigint, key_identifier varchar, key_family varchar, "
        "key_given varchar, key_birth date, key_place varchar, key_givens varchar, key_sex varchar)"
    ).fetchall()
    values: list[Any] = []
    for row, each in enumerate(people, 1):
        first = (each.givens or "").split(" ")[0] or None
        values += [row, each.number, each.family, first, each.birth, each.place, each.givens, each.sex]
    if values:
        places = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * (len(values) // 8))
        connection.execute(f"insert into {side} values {places}", values).fetchall()


def pairs(connection: duckdb.DuckDBPyConnection, table: str) -> set[tuple[int, int]]:
    """The rows of `linked` or `doubtful`."""
    return set(connection.execute(f"select held_row, listed_row from {table}").fetchall())


def untrained() -> LinkModel:
    """A model of what is usual, for what follows whatever the figures are."""
    usual = {
        each.name: {level.name: Frequencies(m=level.m, u=level.u) for level in each.levels} for each in COMPARISONS
    }
    trained = Trained(held="one", listed="other", held_rows=1, listed_rows=1, seed=1, splink="0")
    return LinkModel(id="usual", version=1, title="Usual", standardised=VERSION, trained=trained, prior=0.001,
                     comparisons=usual, blocking=("birth",))  # fmt: skip
