"""R4.1, R4.2, R5.5: programs read standards, code lists and the ways between them without a key."""

import csv
import io

import jsonschema
import pytest

from easement.meaning.codes_shelf import code_list, code_lists
from easement.meaning.standards import refs

from .test_app import is_problem


def test_standards_are_listed_and_searched(client):
    told = client.get("/api/v1/standards?limit=200").json()
    assert [each["ref"] for each in told["items"]] == sorted(refs())
    found = client.get("/api/v1/standards?words=rent arrears").json()["items"]
    assert [each["ref"] for each in found] == ["housing-tenancy/1"]


def test_a_standard_is_read_whole_with_the_schema_of_its_records(client):
    told = client.get("/api/v1/standards/person/1")
    jsonschema.Draft202012Validator.check_schema(told.json()["record_schema"])
    assert told.json()["contract"]["kind"] == "DataContract"
    assert client.get("/api/v1/standards/person/1", headers={"if-none-match": told.headers["etag"]}).status_code == 304


def test_code_lists_say_where_their_codes_lead(client):
    told = client.get("/api/v1/code-lists?limit=200").json()["items"]
    assert len(told) == len(code_lists())
    [sex] = [each for each in told if each["name"] == "sex-nhs"]
    assert (sex["codes"], sex["leads_to"]) == (4, ["sex"])


def test_codes_come_page_by_page_as_they_stood_on_a_day(client):
    first = client.get("/api/v1/code-lists/local-authorities?limit=100").json()
    assert len(first["items"]) == 100
    second = client.get(f"/api/v1/code-lists/local-authorities?limit=100&cursor={first['next']}").json()
    assert not {each["code"] for each in first["items"]} & {each["code"] for each in second["items"]}
    then = client.get("/api/v1/code-lists/local-authorities?on=2019-01-01&words=buckinghamshire").json()["items"]
    assert [each["code"] for each in then] == ["E10000002"]
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/code-lists/sex-nhs?format=csv").text)))
    assert [each["code"] for each in rows] == list(code_list("sex-nhs").codes)


def test_what_codes_become_is_told_pair_by_pair(client):
    told = client.get("/api/v1/code-lists/ethnicity-police/into/ethnicity-2021").json()["items"]
    assert told[0] == {"code": "W1", "relation": "exact", "there": "white-british", "note": "", "through": ["A"]}


@pytest.mark.parametrize(
    "path",
    [
        "standards/none/1", "standards/person/9", "code-lists/none", "code-lists/sex.v2",
        "code-lists/sex/into/local-authorities", "code-lists/sex/into/none",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client, path):
    is_problem(client.get(f"/api/v1/{path}"), 404)


@pytest.mark.parametrize(
    "path", ["standards/person/x", "standards/person/0", "code-lists/local-authorities?on=yesterday"]
)
def test_what_cannot_be_is_refused(client, path):
    is_problem(client.get(f"/api/v1/{path}"), 422)
