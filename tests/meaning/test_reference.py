"""The reference pages and the program say the same."""

import re
from pathlib import Path

import pytest

from easement.meaning.functions import FUNCTIONS, Function
from easement.meaning.identifiers import Kind
from easement.meaning.mapping import DatasetMapping, Way
from easement.meaning.model import Element, Key, Sensitivity, Standard
from easement.meaning.parser import MAX_DEPTH, MAX_HEIGHT, MAX_LENGTH
from easement.meaning.project import Fault
from easement.meaning.report import Report
from easement.meaning.standards import read_standard
from tests.meaning.fakes import written_mapping

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"


def page(name):
    return (PAGES / f"{name}.md").read_text()


def example(name):
    return page(name).partition("```yaml\n")[2].partition("```")[0]


def row(function: Function) -> str:
    takes = ", ".join(function.takes) + (", …" if function.more else "")
    return f"| `{function.name}({takes})` | {function.yields or 'what it is given'} | {function.does} |"


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_function_is_in_the_mapping_page_as_it_is(function):
    assert row(function) in page("mapping")


def test_every_fault_and_every_key_is_in_the_mapping_page():
    for fault in Fault:
        fate = "crosses" if fault.keeps_the_value else "is withheld"
        assert re.search(rf"\| `{fault}` \|.*\| {fate} \|", page("mapping"))
    for name in (*DatasetMapping.model_fields, *Way.model_fields, *Report.__dataclass_fields__):
        assert re.search(rf"\b{name}\b", page("mapping"))


def test_every_kind_sensitivity_and_key_is_in_the_standard_page():
    for kind in Kind:
        assert f"| `{kind}` |" in page("standard")
    for sensitivity in Sensitivity:
        written = f"{{{sensitivity}}}" if ":" in sensitivity else sensitivity
        assert f"| `{written}` |" in page("standard")
    for name in (*Key, *Standard.model_fields, *(set(Element.model_fields) - {"name"})):
        assert f"`{name}`" in page("standard")


def test_the_limits_are_in_the_expression_page():
    assert f"{MAX_LENGTH:,}" in page("expression")
    assert f"| {MAX_DEPTH} |" in page("expression")
    assert f"| {MAX_HEIGHT};" in page("expression")


def test_the_examples_of_the_pages_hold(tmp_path):
    path = tmp_path / "housing-application-1.yaml"
    path.write_text(example("standard"))
    assert read_standard(path).elements["mobility"].special_category == "health"
    elements = example("mapping").partition("elements:\n")[2]
    assert written_mapping(tmp_path, elements).elements["award_end"].constant == "2027-03-31"
