"""Which table answers (R3.5, R4.2): the one whose mapping fits, and never a guess between two."""

from pathlib import Path

import pytest

from easement.base.errors import UsageError
from easement.gate.datasets import dataset_for, dataset_from, place_of
from easement.sources.model import Format

from .world import MAPPING, ROLL


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "awards.yaml").write_text(MAPPING)
    return tmp_path


def test_the_one_dataset_of_a_standard_answers(home: Path) -> None:
    found = dataset_for(home, "benefit-award/1", None)
    assert found.mapping.id == "awards"
    assert found.data == home / "datasets" / "awards.csv"


def test_between_several_the_asker_says_which(home: Path) -> None:
    other = home / "datasets" / "older.yaml"
    other.write_text(MAPPING.replace("id: awards", "id: older"))
    with pytest.raises(UsageError) as refused:
        dataset_for(home, "benefit-award/1", None)
    assert refused.value.what == "several datasets of `benefit-award/1` could answer: `awards.yaml`, `older.yaml`"
    assert refused.value.remedy == "name one: --dataset FILE"
    assert dataset_for(home, "benefit-award/1", other).mapping.id == "older"


def test_a_standard_that_no_dataset_maps_to_is_told(home: Path) -> None:
    with pytest.raises(UsageError, match="has no dataset of `person/1`"):
        dataset_for(home, "person/1", None)


def test_a_mapping_to_another_standard_is_not_taken(home: Path) -> None:
    with pytest.raises(UsageError, match="maps to `benefit-award/1`, and the share is of `person/1`"):
        dataset_for(home, "person/1", home / "datasets" / "awards.yaml")


def test_a_mapping_that_does_not_say_where_its_data_is_needs_to_be_told(home: Path) -> None:
    mapping = home / "roll.yaml"
    mapping.write_text(ROLL)
    with pytest.raises(UsageError, match="does not say where its data is"):
        dataset_from(mapping, None, ())
    assert dataset_from(mapping, home / "given.csv", ()).data == home / "given.csv"


def test_what_the_mapping_says_of_its_file_goes_to_whoever_opens_it(home: Path) -> None:
    mapping = home / "datasets" / "awards.yaml"
    hints = "source: {path: a.txt, format: csv, encoding: windows-1252, delimiter: ';'}"
    mapping.write_text(MAPPING.replace(MAPPING.splitlines()[5], hints))
    opened = place_of(dataset_for(home, "benefit-award/1", None), "held_data")
    assert (opened.name, opened.format, opened.delimiter) == ("held_data", Format.CSV, ";")
    assert opened.encoding is not None


def test_a_mapping_from_outside_the_node_is_not_its_own(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.yaml"
    other.write_text(MAPPING)
    with pytest.raises(UsageError, match="is not one of this node's mappings"):
        dataset_for(home, "benefit-award/1", other)
