"""The commands: data on stdout, every problem with its next step, the exit codes as documented."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from easement.base.errors import BadData, BadFile, EasementError, SourceUnreachable
from easement.cli.standards import standard
from easement.meaning.cli import dataset

MAPPING = """\
format: easement-mapping/1
id: awards
title: Awards
organisation: dwp
standard: benefit-award/1
record_key: claim
elements:
  claim_reference: claim
  date_of_birth: {column: dob, dates: dd/mm/yyyy}
  award: benefit
"""
DATA = "claim,dob,benefit\n1,15/03/1955,UC\n2,32/03/1955,XX\n"


@pytest.fixture
def files(tmp_path):
    def write(mapping=MAPPING, data=DATA):
        (tmp_path / "mapping.yaml").write_text(mapping)
        (tmp_path / "data.csv").write_text(data)
        return [str(tmp_path / "mapping.yaml"), str(tmp_path / "data.csv")]

    return write


def run(command, *arguments):
    return CliRunner().invoke(command, arguments, standalone_mode=False, catch_exceptions=False)


def test_the_standards_are_listed_for_people_and_for_programs():
    assert "benefit-award/1" in run(standard, "list").stdout
    listed = json.loads(run(standard, "list", "--json").stdout)
    assert {"ref", "title", "elements", "retired"} == listed[0].keys()


def test_a_standard_is_shown_with_the_sensitivity_of_each_element():
    shown = run(standard, "show", "health-contact/1").stdout
    assert "special: health" in shown
    assert "nhs-number" in shown
    data = json.loads(run(standard, "show", "police-contact/1", "--json").stdout)
    assert data["elements"]["incidents_12_months"]["sensitivity"] == "criminal"


def test_an_unknown_standard_ends_with_what_to_do_next():
    with pytest.raises(EasementError) as caught:
        run(standard, "show", "health-contacts/1")
    assert "did you mean `health-contact/1`" in caught.value.remedy


def test_a_standard_of_ones_own_is_checked(tmp_path):
    path = tmp_path / "thing-1.yaml"
    path.write_text("format: easement-standard/1\nid: thing\nversion: 1\ntitle: T\ndescription: D\nsource: S\n"
                    "elements:\n  a: {definition: A, sensitivity: none}\n")  # fmt: skip
    assert run(standard, "check", str(path)).stdout == "thing/1 holds: 1 elements\n"
    path.write_text(path.read_text().replace("none", "nothing"))
    with pytest.raises(BadFile) as caught:
        run(standard, "check", str(path))
    assert caught.value.exit_code == 11


def test_a_dataset_with_findings_ends_0_and_shows_each(files):
    result = run(dataset, "check", *files())
    assert result.return_value == 0
    assert "1 not-a-date: row 2 `32/03/1955`" in result.stdout
    assert "1 code-not-listed: `XX` 1" in result.stdout
    assert "say how it is had" in result.stdout


def test_no_value_is_shown_where_examples_are_off(files):
    shown = run(dataset, "check", *files(), "--no-examples").stdout
    assert "1 not-a-date: row 2" in shown
    assert "32/03/1955" not in shown
    assert "XX" not in shown


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("claim,dob,benefit\n1,,UC\n1,,UC\n", "1 stand in 2 rows"),
        ("claim,dob,benefit\n1,,UC\n,,UC\n", "blank in 1 rows"),
        ("claim,dob,benefits\n1,,UC\n", "`benefit` did you mean `benefits`?"),
    ],
)
def test_a_dataset_that_cannot_be_shared_from_ends_14(files, data, word):
    result = run(dataset, "check", *files(data=data))
    assert result.return_value == 14
    assert word in result.stdout


def test_a_bad_mapping_ends_11_and_bad_data_14(files):
    with pytest.raises(BadFile):
        run(dataset, "check", *files(mapping=MAPPING + "  awrd: x\n"))
    with pytest.raises(BadData):
        run(dataset, "check", *files(data="claim,dob\n1,2,3,4\n"))


def test_a_file_that_is_not_there_ends_13(files):
    mapping, data = files()
    with pytest.raises(SourceUnreachable) as caught:
        run(dataset, "check", mapping, f"{data}.csv")
    assert caught.value.exit_code == 13


def test_duplicate_and_empty_headers_are_columns_with_names_of_their_own(files):
    mapping = MAPPING + "  given_name: name_2\n  postcode: column_6\n"
    result = run(dataset, "check", *files(mapping, "claim,dob,benefit,name,name,\n1,,UC,lee,ann,M1 1AE\n"), "--json")
    filled = {element["name"]: element["filled"] for element in json.loads(result.stdout)["elements"]}
    assert (filled["given_name"], filled["postcode"]) == (1, 1)


def test_a_name_that_two_columns_have_is_refused(files):
    mapping = MAPPING + "  family_name: name\n"
    result = run(dataset, "check", *files(mapping, "claim,dob,benefit,name,x,Name,name\n1,,UC,lee,ann,lu,lo\n"))
    assert result.return_value == 14
    assert "missing: `name` columns 4 and 7 are all called `name`: give each a name of its own" in result.stdout


def test_help_is_quick_because_nothing_heavy_is_imported():
    code = "import easement.meaning.cli, sys; print([m for m in ('duckdb', 'sqlglot', 'pydantic') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
