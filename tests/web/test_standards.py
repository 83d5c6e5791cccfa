"""R4.1, R4.2: anybody reads standards and code lists, compares them and takes them elsewhere (browser and axe)."""

import csv
import io
import json
from datetime import date

import jsonschema
import pytest

from easement.meaning.codes_shelf import code_list
from easement.meaning.sssom import read_sssom

from .world import TRICKY

# In a browser


def test_anybody_finds_a_standard_and_reads_it(seat, axe):
    seat.go("/standards")
    assert seat.heading == "Data standards"
    seat.check(axe)
    seat.page.get_by_label("Words").fill("rent arrears")
    seat.press("Search")
    assert "1 standard" in seat.text
    seat.follow("Housing tenancy")
    assert seat.heading == "Housing tenancy"
    for words in ("modelled on", "Identifies", "local-authorities", "Used to match people"):
        assert words in seat.text
    seat.check(axe)
    seat.go("/standards?words=nothing-like-this")
    assert "No standard says all of these words" in seat.text
    seat.check(axe)


def test_two_standards_are_compared(seat, axe):
    seat.go("/standards/compare")
    seat.check(axe)
    seat.page.get_by_label("From").select_option("person/1")
    seat.page.get_by_label("To", exact=True).select_option("housing-tenancy/1")
    seat.press("Compare")
    assert "differences" in seat.text
    assert "Breaks" in seat.text
    assert "What it touches at this node" not in seat.text
    seat.check(axe)


def test_a_code_list_is_read_as_it_stood_and_where_it_leads(seat, axe):
    seat.go("/codes")
    seat.check(axe)
    seat.page.get_by_label("Words").fill("Aylesbury")
    seat.press("Search")
    seat.follow("Local authorities of the United Kingdom")
    assert "E07000004" in seat.text
    assert "Until 31 March 2020" in seat.text
    seat.check(axe)
    seat.go("/codes/local-authorities?on=2019-01-01&words=buckinghamshire")
    assert "1 code on 1 January 2019" in seat.text
    seat.go("/codes/ethnicity-nhs")
    seat.follow("Ethnic group, England and Wales, 2021")
    assert "could be several codes" in seat.text
    seat.check(axe)
    seat.follow("The other way round")
    assert "3 codes become “C”: cannot be undone" in seat.text


def test_who_keeps_data_sees_what_a_change_breaks(seat, gwen, axe):
    seat.sign_in(gwen, "/codes/change")
    assert "Choose two different lists" not in seat.text, "nobody chose anything yet"
    assert seat.page.get_by_label("List in use").input_value() == ""
    seat.check(axe)
    seat.page.get_by_label("List in use").select_option("sex")
    seat.press("Show")
    assert "Choose the other list." in seat.text
    seat.page.get_by_label("List to use instead").select_option("sex")
    seat.press("Show")
    assert "Choose two different lists." in seat.text
    seat.page.get_by_label("List to use instead").select_option("sex-nhs")
    seat.press("Show")
    assert "(sex-nhs)” in the place of" in seat.text
    for words in ("What it touches at this node", "comes with Easement", "differences"):
        assert words in seat.text
    seat.check(axe)


# Without a browser


def test_what_a_change_breaks_is_not_for_strangers(stranger):
    answer = stranger.get("/codes/change?old=sex&new=sex-nhs")
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    assert "What it touches" not in stranger.get("/standards/compare?old=person/1&new=school-roll/1").text


def test_who_keeps_data_sees_what_moving_to_another_standard_breaks(steward):
    assert "What it touches" in steward.get("/standards/compare?old=person/1&new=school-roll/1").text


def test_a_standard_is_taken_elsewhere(stranger):
    schema = stranger.get("/standards/person/1?format=json-schema").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert stranger.get("/standards/person/1?format=json").json()["id"] == "person"
    assert "kind: DataContract" in stranger.get("/standards/person/1?format=odcs").text
    rows = list(csv.DictReader(io.StringIO(stranger.get("/standards/person/1?format=csv").text)))
    assert rows[0]["element"] == "person_reference"


def test_lists_come_as_json_and_csv(stranger):
    whole = stranger.get("/codes/sex-nhs?format=json").json()
    assert [each["code"] for each in whole["codes"]] == list(code_list("sex-nhs").codes)
    rows = list(csv.DictReader(io.StringIO(stranger.get("/codes/local-authorities?format=csv&on=2022-01-01").text)))
    assert len(rows) == len(code_list("local-authorities").as_at(date(2022, 1, 1)))
    assert json.loads(stranger.get("/codes?format=json&words=Roma").text)["code-lists"]
    assert "ref" in stranger.get("/standards?format=csv").text


def test_a_way_between_lists_comes_as_sssom(stranger):
    found = read_sssom(stranger.get("/crosswalks/ethnicity-dfe/ethnicity-nhs?format=sssom").text)
    assert len(found.rows) > 15
    assert "through ethnicity-2021" not in stranger.get("/crosswalks/sex-nhs/sex").text


@pytest.mark.parametrize(
    "path",
    [
        "/standards/nothing/1", "/standards/person/999", "/standards/person/0", "/standards/..%2F..%2Fetc/1",
        "/codes/nothing", "/codes/sex.v9", "/codes/..%2Fsex", "/crosswalks/sex/local-authorities",
        "/crosswalks/nothing/sex",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(stranger, path):
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/standards", "/codes", "/codes/local-authorities"])
@pytest.mark.parametrize("words", [TRICKY, "a" * 300, "\u202e\u0000", "%"])
def test_hostile_words_stay_words(stranger, path, words):
    answer = stranger.get(path, params={"words": words, "on": words, "page": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert stranger.get("/standards/compare", params={"old": words, "new": words}).status_code == 200
