"""The description is whole: every operation explains itself, with an example of everything it takes and gives."""

import re

import jsonschema
import pytest

from easement.api.problems import KINDS, type_of
from easement.api.v1.router import description
from tests.docs.page import anchor_of
from tests.structure.tree import ROOT

TOLD = description()
OPERATIONS = {op["operationId"]: op for methods in TOLD["paths"].values() for op in methods.values()}


def whole(schema: dict) -> dict:
    """A schema with what it refers to."""
    return schema | {"components": TOLD["components"]}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does_and_what_it_needs(name):
    operation = OPERATIONS[name]
    assert re.fullmatch(r"[a-z][A-Za-z]+", name)
    assert operation["description"].rstrip().endswith(".")
    assert operation["tags"]
    assert all(list(each) == ["programKey"] for each in operation["security"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_parameter_has_an_example_that_fits(name):
    for parameter in OPERATIONS[name].get("parameters", ()):
        jsonschema.validate(parameter["example"], whole(parameter["schema"]))


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_taken_and_given_has_an_example_that_fits(name):
    operation = OPERATIONS[name]
    for body in (operation.get("requestBody", {}), operation["responses"]["200"]):
        for content in body.get("content", {}).values():
            jsonschema.validate(content["example"], whole(content["schema"]))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_error_has_an_example_that_fits(name):
    errors = {status: told for status, told in OPERATIONS[name]["responses"].items() if int(status) >= 400}
    keyed = {"401", "403"} if OPERATIONS[name]["security"] else set()
    assert keyed | {"404", "405", "413", "422", "500", "503"} <= errors.keys()
    for status, told in errors.items():
        content = told["content"]["application/problem+json"]
        for example in content["examples"].values():
            jsonschema.validate(example["value"], whole(content["schema"]))
            assert example["value"]["status"] == int(status)


def test_every_reference_leads_somewhere():
    def found(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for each in value.values():
                yield from found(each)
        elif isinstance(value, list):
            for each in value:
                yield from found(each)

    assert {ref.rpartition("/")[2] for ref in found(TOLD)} <= TOLD["components"]["schemas"].keys()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_type_of_a_problem_leads_to_its_place_in_the_documentation(kind):
    page, _, anchor = type_of(kind).removeprefix("/").partition("#")
    assert anchor in {anchor_of(line) for line in (ROOT / page).read_text().splitlines() if line.startswith("#")}


def test_the_description_can_be_asked_for(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.json() == TOLD
    assert answer.headers["etag"]
