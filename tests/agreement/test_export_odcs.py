"""An agreement as a data contract: the fields that cross and no others, in their forms (R7.1)."""

import json

from hypothesis import given, settings

from easement.agreement.export import export
from easement.law.catalogue import catalogue
from easement.meaning.odcs import standard_from_contract
from easement.meaning.standards import standards
from tests.often import often

from .makers import agreements, as_file, example

LAW = catalogue()
STANDARDS = {standard.ref: standard for standard in standards()}


def contract(file, known=STANDARDS):
    return json.loads(export(file, "odcs", catalogue=LAW, standards=known))


def test_only_the_fields_of_a_share_are_in_its_schema_with_their_forms():
    said = contract(as_file(example()))
    [schema] = said["schema"]
    assert [each["name"] for each in schema["properties"]] == [
        "family_name", "given_name", "date_of_birth", "postcode", "award", "net_monthly_earnings",
    ]  # fmt: skip
    custom = {each["property"]: each["value"] for each in schema["properties"][-1]["customProperties"]}
    assert custom["easementForm"] == "band 0, 300, 616.67"
    assert {each["property"] for each in schema["customProperties"]} >= {"easementRows", "easementFrom", "easementTo"}
    assert said["customProperties"] == [{"property": "easementDigest", "value": as_file(example()).digest}]


def test_it_says_what_it_is_never_for_and_what_binds():
    said = contract(as_file(example()))["description"]
    assert "debt-recovery" in said["limitations"]
    assert "binds" in said["limitations"]


def test_a_standard_can_be_drafted_from_what_crosses():
    made = standard_from_contract(contract(as_file(example())), id_="crossing")
    assert made.standard.elements["award"].codes == STANDARDS["benefit-award/1"].elements["award"].codes


def test_a_standard_that_is_not_at_hand_leaves_names():
    [schema] = contract(as_file(example()), {})["schema"]
    assert schema["properties"][0]["name"] == "family_name"


@given(agreements())
@settings(max_examples=often(20))
def test_every_agreement_is_a_contract(data):
    file = as_file(data)
    said = contract(file)
    assert [each["name"] for each in said["schema"]] == list(file.terms.shares)
