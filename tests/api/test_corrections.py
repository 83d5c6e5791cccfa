"""Pictures and corrections by the API (R3.7, R4.4): for whoever works under the agreement, or answers for the data."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from easement.api.app import create_app
from easement.staff.permissions import Permission
from tests.exchange.pair import Pair, paired

from .conftest import Program, program
from .test_app import is_problem

JO = {"nino": "AB123456C"}
WANTED = {"people": [JO], "purpose": "benefit-eligibility", "why": "a form came in"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


def client(pair: Pair, node, *scopes: Permission, agreements=("school-meals",)) -> Program:
    app = create_app(node, clock=pair.clock)
    opened = TestClient(app, base_url=pair.urls[node.organisation], raise_server_exceptions=False)
    return Program(opened, program(node, *scopes, agreements=agreements))


@pytest.fixture
def officer(pair) -> Program:
    return client(pair, pair.northtown, Permission.DISCLOSURE_PERSON_ASK)


@pytest.fixture
def steward(pair) -> Program:
    return client(pair, pair.dwp, Permission.DATA_CORRECTION_MANAGE, agreements=())


def seen(officer: Program) -> dict:
    answer = officer.post("/api/v1/pictures/people", json=WANTED | {"sources": ["school-meals/entitled"]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def test_a_picture_has_every_value_with_its_source(officer):
    (person,) = seen(officer)["people"]
    (source,) = person["sources"]
    names = {row["name"]: row["values"] for row in person["rows"]}
    assert names["family_name"][0]["value"] == "Ash"
    assert (source["provider"], source["power"], source["match"]["strength"]) == ("dwp", "edu_2005_s110", "strong")
    assert ("dwp", "not-covered", "postcode") in {(e["provider"], e["why"], e["name"]) for e in person["withheld"]}


def test_nobody_asks_what_no_role_of_theirs_opens(officer, pair):
    is_problem(officer.post("/api/v1/pictures/people", json=WANTED | {"sources": ["other/share"]}), 403)
    is_problem(officer.post("/api/v1/pictures/people", json=WANTED | {"purpose": "research"}), 403)
    is_problem(officer.post("/api/v1/pictures/people", json=WANTED | {"people": [{"shoe-size": "9"}]}), 422)
    other = client(pair, pair.northtown, Permission.DISCLOSURE_RECORD_READ)
    is_problem(other.post("/api/v1/pictures/people", json=WANTED), 403)


def test_what_is_wrong_goes_from_side_to_side_until_it_is_put_right(officer, steward, pair):
    (person,) = seen(officer)["people"]
    message = person["sources"][0]["message"]
    said = {"provider": "dwp", "message": message, "kind": "wrong-person", "why": "It is a cousin.", "person": {}}
    answer = officer.post("/api/v1/corrections/cases", json=said, headers={"idempotency-key": "wrong-0000001"})
    assert answer.status_code == 200, answer.text
    case = answer.json()
    again = officer.post("/api/v1/corrections/cases", json=said, headers={"idempotency-key": "wrong-0000001"})
    assert again.json()["id"] == case["id"]
    listed = {each["id"]: each for each in steward.get("/api/v1/corrections/cases").json()["items"]}
    assert (listed[case["id"]]["why"], listed[case["id"]]["mine"]) == ("It is a cousin.", False)
    path = f"/api/v1/corrections/cases/{case['id']}/answer"
    done = steward.post(path, json={"outcome": "link-broken", "text": "Two people share a number."})
    assert done.status_code == 200, done.text
    is_problem(steward.post(path, json={"outcome": "not-wrong", "text": "It is right."}), 409)
    (link,) = [each for each in steward.get("/api/v1/corrections/links").json()["items"] if each["open"]]
    told = [each for each in officer.get("/api/v1/corrections/received").json()["items"] if each["id"] == link["id"]]
    assert message in {each["message"] for each in told}
    for each in told:
        made = officer.post(f"/api/v1/corrections/received/{each['id']}/{each['message']}/made")
        assert made.json()["certified"] is not None
    assert not [each for each in steward.get("/api/v1/corrections/links").json()["items"] if each["open"]]


def test_a_link_is_broken_once(officer, steward):
    (person,) = seen(officer)["people"]
    wanted = {"message": person["sources"][0]["message"], "why": "Two people share a number."}
    first, second = (steward.post("/api/v1/corrections/links", json=wanted).json() for _ in "12")
    assert first["id"] == second["id"]
    is_problem(steward.post("/api/v1/corrections/links", json=wanted | {"message": "0" * 32}), 409)
    is_problem(steward.post("/api/v1/corrections/links", json=wanted | {"why": ""}), 409)


def test_others_find_nothing(officer, steward, pair):
    (person,) = seen(officer)["people"]
    message = person["sources"][0]["message"]
    stranger = client(pair, pair.northtown, Permission.DISCLOSURE_PERSON_ASK, agreements=("other",))
    said = {"provider": "dwp", "message": message, "kind": "wrong-value", "why": "so"}
    is_problem(stranger.post("/api/v1/corrections/cases", json=said), 404)
    is_problem(officer.post("/api/v1/corrections/links", json={"message": message, "why": "so"}), 403)
    is_problem(officer.post(f"/api/v1/corrections/received/{'5e' * 16}/{message}/made"), 404)
    for path in ("cases", "received"):
        assert stranger.get(f"/api/v1/corrections/{path}").json()["items"] == []
    is_problem(
        steward.post(f"/api/v1/corrections/cases/{'5e' * 16}/answer", json={"outcome": "corrected", "text": "x"}), 409
    )
