"""Proposals for programs: they read, propose, draft and comment; what a person decides, they do not."""

import pytest
from fastapi.testclient import TestClient

from easement.api.app import create_app
from easement.staff.permissions import Permission
from tests.api.conftest import Program, program
from tests.gate.world import TERMS

from .trio import LEAD, nodes

PLACE = "/api/v1/proposals"
WISH = {
    "title": "School meals", "parties": {"dwp": "provider"}, "why": "Children go without.",
    "harm_if_not_shared": "One in ten goes hungry.", "text": TERMS,
}  # fmt: skip
SCOPES = (
    Permission.AGREEMENT_PROPOSAL_READ, Permission.AGREEMENT_DRAFT_WRITE, Permission.AGREEMENT_VERSION_SUSPEND,
)  # fmt: skip


@pytest.fixture
def pair(tmp_path):
    with nodes(tmp_path) as made:
        yield made


def at(pair, name: str, *scopes: Permission) -> Program:
    """A program at a node."""
    url = f"http://127.0.0.1:{pair.ports[name]}"
    app = create_app(pair[name], clock=pair.clock)
    return Program(TestClient(app, base_url=url, raise_server_exceptions=False), program(pair[name], *scopes))


def test_a_program_proposes_drafts_and_comments_and_sees_it_all(pair):
    council = at(pair, "northtown", *SCOPES)
    headers = {"idempotency-key": "a-wish-00000001"}
    made = council.post(PLACE, json=WISH, headers=headers)
    assert made.status_code == 200, made.text
    id_ = made.json()["proposal"]["id"]
    assert council.post(PLACE, json=WISH, headers=headers).json()["proposal"]["id"] == id_
    pair.do("agree", "dwp", id_)
    seen = council.get(f"{PLACE}/{id_}/text").json()
    text = TERMS.replace("P1Y", "P6M")
    put = council.ask("PUT", f"{PLACE}/{id_}/text", json={"text": text, "replaces": seen["digest"]})
    assert put.status_code == 200, put.text
    said = council.post(f"{PLACE}/{id_}/acts", json={"act": "comment", "clause": "duties.retain", "words": "half?"})
    assert said.json()["proposal"]["remarks"][0]["clause"] == "duties.retain"
    assert "submit" in said.json()["possible"]
    line = council.get(PLACE).json()["items"][0]
    assert (line["id"], line["state"], line["agreement"], line["overdue"]) == (id_, "draft", "school-meals", False)
    assert council.get(PLACE, headers={"accept": "text/csv"}).text.startswith("id,title,state")
    assert pair.at("dwp", id_).text.source == text


def test_two_programs_at_once_are_told_of_the_conflict(pair):
    council = at(pair, "northtown", *SCOPES)
    id_ = council.post(PLACE, json=WISH).json()["proposal"]["id"]
    pair.do("agree", "dwp", id_)
    seen = council.get(f"{PLACE}/{id_}/text").json()["digest"]
    body = {"text": TERMS.replace("P1Y", "P6M"), "replaces": seen}
    assert council.ask("PUT", f"{PLACE}/{id_}/text", json=body).status_code == 200
    again = council.ask("PUT", f"{PLACE}/{id_}/text", json=body | {"text": TERMS.replace("P1Y", "P2Y")})
    assert again.status_code == 409
    assert [each["code"] for each in again.json()["reasons"]] == ["text.changed"]


@pytest.mark.parametrize("act", ["agree", "refuse", "approve", "sign", "escalate"])
def test_what_a_person_decides_no_program_does(pair, act):
    department = at(pair, "dwp", *Permission)
    id_ = pair.propose().id
    told = department.post(f"{PLACE}/{id_}/acts", json={"act": act, "words": "yes"})
    assert told.status_code == 422
    assert pair.at("dwp", id_).number == 1


def test_what_may_not_happen_is_a_problem_with_its_reason(pair):
    council = at(pair, "northtown", *SCOPES)
    id_ = pair.propose(actor=LEAD).id
    told = council.post(f"{PLACE}/{id_}/acts", json={"act": "suspend", "words": "no"})
    assert told.status_code == 403
    assert told.json()["reasons"][0]["code"] == "stage.wrong"
    assert council.post(f"{PLACE}/{id_}/acts", json={"act": "submit"}).status_code == 403
    assert council.get(f"{PLACE}/{'0' * 32}").status_code == 404
    pair.down("northtown")
    department = at(pair, "dwp", *SCOPES)
    assert department.post(f"{PLACE}/{id_}/acts", json={"act": "comment", "words": "hm"}).status_code == 502


def test_a_key_without_the_scope_sees_and_does_nothing(pair):
    reader = at(pair, "northtown", Permission.AGREEMENT_PROPOSAL_READ)
    assert reader.get(PLACE).status_code == 200
    assert reader.post(PLACE, json=WISH).status_code == 403
    assert at(pair, "northtown", Permission.DATA_JOB_RUN).get(PLACE).status_code == 403
