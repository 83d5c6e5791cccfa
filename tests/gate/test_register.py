"""The register of datasets (R4.8): what an organisation holds, who answers for it, and what nobody has said."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from easement.base.errors import BadFile, UsageError
from easement.gate.dcat import CONTEXT, FREQUENCIES, catalogue
from easement.gate.register import COLUMNS, entries, entry, register
from easement.meaning.about import About, Frequency
from easement.meaning.cli import dataset

MAPPING = """\
format: easement-mapping/1
id: roll
title: Pupils on roll
organisation: northtown
standard: person/1
source: {path: PATH}
record_key: ref
ABOUTelements:
  person_reference: ref
  family_name: surname
"""
ABOUT = """\
about:
  owner: Head of Education
  contact: education@northtown.example
  classification: official-sensitive
  created: 2011-09-01
  location: the council's own data centre
  transmitted: answers from this node
  updated: daily
  retention: P7Y
  retained_until: 2031-08-31
  personal_data: true
  special_categories: [health, criminal]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    node = tmp_path / "northtown"
    (node / "datasets").mkdir(parents=True)
    (node / "easement.toml").write_text('[organisation]\nid = "northtown"\n')
    (tmp_path / "roll.csv").write_text("ref,surname\n1,Ash\n2,Birch\n")
    return node


def write(home: Path, about: str = ABOUT, *, name: str = "mine.yaml", id_: str = "roll") -> Path:
    text = (
        MAPPING.replace("PATH", str(home.parent / "roll.csv")).replace("ABOUT", about).replace("id: roll", f"id: {id_}")
    )
    path = home.parent / name
    path.write_text(text)
    return path


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(dataset, [str(each) for each in arguments], standalone_mode=False, catch_exceptions=False)


def test_a_dataset_whose_table_fits_is_put_into_the_register(home: Path) -> None:
    done = register(write(home), home)
    assert done.entry.file == home / "datasets" / "roll.yaml"
    assert (done.report.usable, done.entry.missing) == (True, ())
    assert [one.mapping.id for one in entries(home) if one.mapping] == ["roll"]
    assert entry(home, "roll").about.owner == "Head of Education"


def test_a_dataset_whose_table_does_not_fit_is_not(home: Path) -> None:
    (home.parent / "roll.csv").write_text("ref\n1\n1\n")
    done = run("register", write(home), "--node", home)
    assert done.return_value == 14
    assert "not registered\nmissing: `surname`" in done.stdout
    assert entries(home) == ()


def test_a_dataset_of_which_nothing_is_said_still_works_and_the_register_tells_what_lacks(home: Path) -> None:
    done = run("register", write(home, ""), "--node", home)
    assert done.return_value == 0
    assert f"nobody has said yet, under `about:`: {', '.join(About.model_fields)}" in done.stdout
    listed = run("list", "--node", home).stdout
    assert "owner, contact, classification" in listed
    assert json.loads(run("list", "--node", home, "--json").stdout)[0]["missing"] == list(About.model_fields)


def test_nothing_is_replaced_unawares(home: Path) -> None:
    register(write(home), home)
    assert register(write(home), home).report.usable
    other = write(home, "", name="other.yaml")
    with pytest.raises(UsageError, match="`roll` is registered already") as refused:
        register(other, home)
    assert "--replace" in refused.value.remedy
    register(other, home, replace=True)
    assert entry(home, "roll").missing == tuple(About.model_fields)


def test_what_stands_in_the_register_already_is_only_checked(home: Path) -> None:
    place = home / "datasets" / "another_name.yaml"
    place.write_text(write(home).read_text())
    assert register(place, home).entry.file == place
    assert [path.name for path in (home / "datasets").iterdir()] == ["another_name.yaml"]


def test_a_path_that_would_not_be_found_from_the_node_is_refused_with_the_whole_one(home: Path) -> None:
    mapping = home.parent / "near.yaml"
    mapping.write_text(MAPPING.replace("PATH", "roll.csv").replace("ABOUT", ""))
    with pytest.raises(UsageError, match=r"`roll.csv` would not be found") as refused:
        register(mapping, home)
    assert refused.value.remedy == f"write its whole path: `path: {home.parent / 'roll.csv'}`"


def test_a_mapping_that_cannot_be_read_stands_in_the_list_with_its_problem(home: Path) -> None:
    register(write(home), home)
    (home / "datasets" / "bad.yaml").write_text("format: easement-mapping/1\nid: bad\n")
    (home / "datasets" / "x.connection.yaml").write_text("format: easement-connection/1\n")
    first, second = entries(home)
    assert (first.mapping, first.file.name) == (None, "bad.yaml")
    assert "missing" in first.problem
    assert second.mapping is not None
    assert "bad.yaml" in run("list", "--node", home).stdout


def test_a_dataset_that_is_not_there_is_told_with_those_that_are(home: Path) -> None:
    with pytest.raises(UsageError, match="no dataset `rol`") as none:
        entry(home, "rol")
    assert "easement dataset register" in none.value.remedy
    register(write(home), home)
    with pytest.raises(UsageError) as refused:
        entry(home, "rol")
    assert refused.value.remedy == "it has `roll`"


def test_the_register_is_told_as_csv_and_json_alike(home: Path) -> None:
    register(write(home), home)
    register(write(home, "", id_="empty"), home)
    [empty, full] = json.loads(run("list", "--node", home, "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(run("list", "--node", home, "--csv").stdout)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == [empty["id"], full["id"]] == ["empty", "roll"]
    assert (rows[1]["owner"], rows[1]["created"], rows[1]["personal_data"]) == (
        "Head of Education",
        "2011-09-01",
        "yes",
    )
    assert rows[1]["special_categories"] == "health, criminal"
    assert set(full) == {*COLUMNS, "problem"}


def test_one_dataset_is_shown_with_what_each_part_means(home: Path) -> None:
    register(write(home), home)
    shown = run("show", "roll", "--node", home).stdout
    assert "retained until" in shown
    assert "who answers for it" in shown
    assert json.loads(run("show", "roll", "--node", home, "--json").stdout)["retention"] == "P7Y"


def test_the_register_is_told_as_a_dcat_catalogue(home: Path) -> None:
    register(write(home), home)
    found = json.loads(run("list", "--node", home, "--dcat").stdout)
    [one] = found["dcat:dataset"]
    assert (found["@type"], one["@type"], one["@id"]) == (
        "dcat:Catalog", "dcat:Dataset", "urn:easement:northtown:dataset:roll",
    )  # fmt: skip
    assert one["dct:accrualPeriodicity"]["@id"].endswith("/frequency/DAILY")
    assert one["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:education@northtown.example"}
    assert one["easement:retainedUntil"] == {"@type": "xsd:date", "@value": "2031-08-31"}
    assert one["easement:specialCategories"] == ["health", "criminal"]


def test_every_word_of_the_catalogue_is_of_a_vocabulary_that_it_names(home: Path) -> None:
    register(write(home), home)
    register(write(home, "", id_="empty"), home)

    def words(node: Any) -> set[str]:
        if isinstance(node, dict):
            kinds = {node["@type"]} if "@type" in node else set()
            return kinds | {key for key in node if key[0] != "@"} | set().union(*map(words, node.values()))
        return set().union(*map(words, node)) if isinstance(node, list) else set()

    made = catalogue(entries(home), "northtown")
    made.pop("@context")
    assert {word.partition(":")[0] for word in words(made)} <= CONTEXT.keys()


def test_a_catalogue_does_not_tell_where_data_is_reached(home: Path) -> None:
    register(write(home), home)
    told = json.dumps(catalogue(entries(home), "northtown"))
    assert str(home.parent) not in told
    assert "roll.csv" not in told


def test_every_frequency_has_its_word_in_the_eus_list() -> None:
    assert FREQUENCIES.keys() == set(Frequency)
    assert len(set(FREQUENCIES.values())) == len(FREQUENCIES)


def test_the_register_is_printed_in_one_way_at_a_time(home: Path) -> None:
    with pytest.raises(UsageError, match="one way at a time"):
        run("list", "--node", home, "--csv", "--dcat")


def test_a_folder_that_is_no_node_has_no_register(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no node"):
        run("list", "--node", tmp_path)


@pytest.mark.parametrize(
    ("about", "line", "said"),
    [
        ("about: {classification: restricted}\n", 8, "classification"),
        ("about: {created: yesterday}\n", 8, "created"),
        ("about: {retention: seven years}\n", 8, "`seven years` is not a length of time"),
        ("about:\n  owner: x\n  updated: hourly\n", 10, "updated"),
        ("about:\n  owner: ''\n", 9, "it is empty"),
        ("about:\n  ownr: x\n", 9, "did you mean `owner`?"),
        ("about:\n  created: 2011-09-01\n  retained_until: 2010-01-01\n", 10, "destroyed before it was begun"),
        ("about:\n  personal_data: false\n", 9, "elements about people"),
        (
            "about:\n  personal_data: false\n  special_categories: [health]\n",
            10,
            "special categories are of personal data",
        ),
        ("about:\n  special_categories: [moods]\n", 9, "special_categories"),
    ],
)
def test_what_is_wrong_with_what_is_said_is_told_with_its_line(home: Path, about: str, line: int, said: str) -> None:
    with pytest.raises(BadFile) as raised:
        register(write(home, about), home)
    assert f"mine.yaml:{line}:" in str(raised.value)
    assert said in str(raised.value)
