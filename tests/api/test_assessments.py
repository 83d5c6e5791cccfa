"""Assessments by API: answers tried and kept, the draft, and the impact assessment with its signatures (R1.2, R1.4)."""

from typing import Any

import pytest

from easement.staff.permissions import Permission
from tests.assessment.makers import MEALS

from .conftest import Program

ROUTE = "/api/v1/assessments"


@pytest.fixture
def assessor(client, keys) -> Program:
    """May assess, and nothing else."""
    return Program(client, keys[Permission.AGREEMENT_ASSESSMENT_WRITE.value])


def kept(program: Program, **more: Any) -> dict[str, Any]:
    answer = program.post(ROUTE, json={"title": "Free school meals", "answers": MEALS | more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_answers_are_tried_without_being_kept(assessor: Program) -> None:
    before = assessor.get(ROUTE).json()["items"]
    told = assessor.post(f"{ROUTE}/try", json={"answers": {"giver": "school", "receiver": "school"}}).json()
    assert told["result"]["outcome"] == "unclear"
    assert "purpose" in told["unanswered"]
    assert told["result"]["narrowed"][-1]["remaining"] < told["result"]["narrowed"][0]["remaining"]
    assert assessor.get(ROUTE).json()["items"] == before


def test_each_question_comes_with_its_options_and_source(assessor: Program) -> None:
    told = assessor.post(f"{ROUTE}/try", json={"answers": {}}).json()
    giver = next(each for each in told["asked"] if each["id"] == "giver")
    assert {"code": "school", "label": "School"} in giver["options"]
    assert giver["source"]["citation"]


def test_an_assessment_is_kept_listed_and_concluded_once(assessor: Program) -> None:
    made = kept(assessor)
    assert made["result"]["outcome"] == "can"
    assert made["id"] in [each["id"] for each in assessor.get(ROUTE).json()["items"]]
    done = assessor.post(f"{ROUTE}/{made['id']}/conclusion").json()
    assert done["entry"] is not None
    again = assessor.post(f"{ROUTE}/{made['id']}/conclusion")
    assert (again.status_code, again.json()["detail"]) == (409, "this version is concluded already")


def test_a_list_goes_on_where_the_page_before_ended(assessor: Program) -> None:
    made = {kept(assessor)["id"] for _ in range(3)}
    first = assessor.get(f"{ROUTE}?limit=2").json()
    seen, cursor = {each["id"] for each in first["items"]}, first["next"]
    while cursor:
        page = assessor.get(f"{ROUTE}?limit=2&cursor={cursor}").json()
        assert not seen & {each["id"] for each in page["items"]}
        seen, cursor = seen | {each["id"] for each in page["items"]}, page["next"]
    assert made <= seen
    assert assessor.get(f"{ROUTE}?cursor=abc").status_code == 404


def test_a_second_writer_is_told_of_the_first(assessor: Program) -> None:
    made = kept(assessor)
    body = {"title": "Meals", "answers": MEALS, "expected": 1}
    assert assessor.post(f"{ROUTE}/{made['id']}/versions", json=body).json()["version"] == 2
    second = assessor.post(f"{ROUTE}/{made['id']}/versions", json=body)
    assert second.status_code == 409
    assert "somebody saved version 2 meanwhile" in second.json()["detail"]


def test_a_code_that_the_law_does_not_know_is_named_with_what_was_meant(assessor: Program) -> None:
    body = {"title": "Meals", "answers": MEALS | {"giver": "local-authorty"}}
    answer = assessor.post(ROUTE, json=body)
    assert answer.status_code == 409
    assert "`local-authority`" in answer.json()["problems"][0]["mend"]


def test_a_draft_says_what_people_must_still_say(assessor: Program) -> None:
    told = assessor.get(f"{ROUTE}/{kept(assessor)['id']}/draft").json()
    assert told["text"].startswith("# Free school meals")
    assert any(".contact" in each for each in told["left"])


def test_no_draft_is_made_of_what_cannot_be_shared(assessor: Program) -> None:
    made = kept(assessor, protected=["adoption"])
    answer = assessor.get(f"{ROUTE}/{made['id']}/draft")
    assert answer.status_code == 409
    assert made["result"]["outcome"] == "cannot"


def test_an_impact_assessment_is_drafted_and_filled_in_and_no_program_signs_it(client, keys, assessor: Program) -> None:
    route = f"{ROUTE}/{kept(assessor)['id']}/impact"
    drafted = assessor.post(route, json={}).json()
    assert drafted["version"] == 1
    filled = drafted["impact"] | {"consultation": "Parents were asked.", "advice": "Delete what did not match."}
    saved = assessor.post(f"{route}/versions", json={"impact": filled, "expected": 1}).json()
    assert saved["open"] == []
    everything = Program(client, keys["all"])
    for role in saved["signers"]:
        assert everything.post(f"{route}/signatures", json={"role": role, "version": 2}).status_code == 404
    assert assessor.get(route).json()["missing"] == saved["signers"]


def test_an_assessment_that_is_not_there_is_not_found(assessor: Program) -> None:
    for path in ("", "/draft", "/impact"):
        assert assessor.get(f"{ROUTE}/{'0' * 32}{path}").status_code == 404
