"""R4.2 on four registers of real dirt: everything maps or is reported, and no row is lost."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from easement.meaning.cli import dataset
from easement.meaning.mapping import read_mapping
from easement.meaning.service import check_dataset
from easement.meaning.sql import project
from easement.meaning.standards import standard
from easement.sources.files import open_source

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "examples" / "registers" / "mappings"
REGISTERS = Path(os.environ.get("EASEMENT_REGISTERS", ROOT.parent / "shared" / "data" / "registers"))
ROWS = {"department": 1921, "council": 1934, "health_trust": 1563, "police": 781}

needs_registers = pytest.mark.skipif(not REGISTERS.is_dir(), reason="the registers are not on this machine")


def checked(name):
    return check_dataset(MAPPINGS / f"{name}.yaml", REGISTERS / f"{name}.csv")


def by_name(report):
    return {element.name: element for element in report.elements}


@pytest.mark.parametrize("name", ROWS)
def test_each_mapping_says_how_every_element_of_its_standard_is_had(name):
    mapping = read_mapping(MAPPINGS / f"{name}.yaml")
    assert mapping.elements.keys() == standard(mapping.standard).elements.keys()


@needs_registers
@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_counted_and_every_column_used(name):
    report = checked(name)
    assert report.rows == ROWS[name]
    assert report.unused == ()
    assert not report.missing


@needs_registers
@pytest.mark.parametrize("name", ROWS)
def test_what_is_filled_and_what_fails_make_up_what_the_table_has(name):
    mapping = read_mapping(MAPPINGS / f"{name}.yaml")
    elements = by_name(checked(name))
    with open_source(REGISTERS / f"{name}.csv") as source:
        for element, way in mapping.elements.items():
            if way.column is None or way.part is not None:
                continue
            held = f"count(*) filter (where trim(cast(\"{way.column}\" as varchar)) <> '')"
            [(there,)] = source.measure(f"select {held} from {source.relation}")
            lost = sum(f.count for f in elements[element].findings if not f.fault.keeps_the_value)
            assert elements[element].filled + lost == there


@needs_registers
def test_the_known_dirt_is_found():
    department, council = by_name(checked("department")), by_name(checked("council"))
    assert department["sex"].findings[0].codes == (("T", 1),)
    assert department["date_of_birth"].findings[0].examples[0].value == "1860-01-81"
    assert council["postcode"].findings[0].examples[0].value == "ddq1 5ju"
    assert council["free_school_meals"].filled == ROWS["council"]


@needs_registers
def test_one_condition_reads_every_row_of_the_department_in_the_standards_terms():
    mapping = read_mapping(MAPPINGS / "department.yaml")
    with open_source(REGISTERS / "department.csv") as source:
        columns = project(mapping, standard(mapping.standard), columns=source.columns)
        first = ", ".join(columns[name].sql("duckdb") for name in ("family_name", "given_name", "date_of_birth"))
        assert source.measure(f"select {first} from {source.relation} limit 1") == [("boys", "c.", date(1855, 3, 15))]


@needs_registers
def test_the_command_reports_and_ends_14_only_where_records_cannot_be_told_apart():
    for name, code in {"department": 0, "police": 0, "council": 14, "health_trust": 14}.items():
        arguments = ["check", str(MAPPINGS / f"{name}.yaml"), str(REGISTERS / f"{name}.csv"), "--json"]
        result = CliRunner().invoke(dataset, arguments, standalone_mode=False)
        assert result.return_value == code
        assert json.loads(result.stdout)["rows"] == ROWS[name]
