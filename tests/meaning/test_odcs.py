"""R7.1: a standard goes out as the schema of a data contract and comes back; what a draft leaves out is told."""

import json

import pytest

from easement.base.errors import BadFile
from easement.meaning.model import Sensitivity
from easement.meaning.odcs import API_VERSION, contract_of, schema_of, standard_from_contract
from easement.meaning.standards import standard, standards
from easement.meaning.syntax import Type

THEIRS = {
    "apiVersion": "v3.0.2",
    "kind": "DataContract",
    "id": "53581432-6c55-4ba2-a65f-72344a91553b",
    "name": "payments",
    "version": "1.1.0",
    "status": "active",
    "servers": [{"server": "s", "type": "postgres"}],
    "slaProperties": [],
    "schema": [
        {
            "name": "tbl",
            "physicalType": "table",
            "properties": [
                {"name": "txn_ref_dt", "logicalType": "date", "businessName": "When it was paid", "partitioned": True},
                {"name": "rcvr_id", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 1,
                 "classification": "restricted", "logicalTypeOptions": {"maxLength": 18}},
                {"name": "parts", "logicalType": "array", "items": {"logicalType": "string"}},
            ],
        },
        {"name": "other", "properties": [{"name": "a", "logicalType": "integer", "description": "A"}]},
    ],
}  # fmt: skip


def back(contract, **more):
    return standard_from_contract(json.loads(json.dumps(contract)), id_="drafted", **more)


@pytest.mark.parametrize("one", standards(), ids=lambda one: one.ref)
def test_every_standard_goes_out_and_comes_back(one):
    made = back(contract_of(one))
    assert made.standard.elements == {n: e.model_copy(update={"code_list": ""}) for n, e in one.elements.items()}
    assert made.standard.record_key == one.record_key
    assert made.left_out == ()


def test_a_contract_says_which_version_of_the_format_it_is_in():
    said = contract_of(standard("person/1"))
    assert (said["apiVersion"], said["kind"], said["status"]) == (API_VERSION, "DataContract", "active")


def test_how_an_element_bears_on_a_person_is_its_classification():
    [schema] = contract_of(standard("school-roll/1"))["schema"]
    said = {each["name"]: each["classification"] for each in schema["properties"]}
    assert said["ethnicity"] == "special: ethnicity"


def test_a_schema_may_have_some_elements_alone():
    said = schema_of(standard("person/1"), ["sex", "person_reference"], name="people")
    assert [each["name"] for each in said["properties"]] == ["person_reference", "sex"]
    assert said["name"] == "people"


def test_a_contract_of_others_becomes_a_draft_and_what_is_not_in_it_is_told():
    made = back(THEIRS)
    assert list(made.standard.elements) == ["txn_ref_dt", "rcvr_id"]
    assert made.standard.elements["txn_ref_dt"].type is Type.DATE
    assert made.standard.elements["rcvr_id"].sensitivity is Sensitivity.CONFIDENTIAL
    assert made.standard.record_key == ("rcvr_id",)
    told = "\n".join(made.left_out)
    for each in (
        "`servers`",
        "`slaProperties`",
        "`other`",
        "`partitioned`",
        "`maxLength`",
        "`parts`: it holds `array`",
    ):
        assert each in told


def test_one_schema_of_several_is_chosen_by_name():
    assert list(back(THEIRS, schema="other").standard.elements) == ["a"]
    with pytest.raises(BadFile, match="has no schema `moon`"):
        back(THEIRS, schema="moon")


@pytest.mark.parametrize(
    "contract",
    [
        None, [], {}, {"kind": "Pod"}, {"kind": "DataContract"}, {"kind": "DataContract", "apiVersion": "v2.2.2"},
        {"kind": "DataContract", "apiVersion": "v3.0.0"}, {"kind": "DataContract", "apiVersion": "v3.0.0", "schema": 7},
        {"kind": "DataContract", "apiVersion": "v3.0.0", "schema": [{"name": "x", "properties": [1, None, "a"]}]},
    ],
)  # fmt: skip
def test_what_is_no_contract_is_refused(contract):
    with pytest.raises(BadFile):
        back(contract)
