"""Duties by the API (R2.9): what is owed, and saying that it is gone, for whoever works under the agreement."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from easement.api.app import create_app
from easement.ledger.model import EntryType
from easement.staff.permissions import Permission
from tests.exchange.pair import Pair, paired

from .conftest import JO, Program, program
from .test_app import is_problem

ASKED = {
    "provider": "dwp", "agreement": "school-meals", "share": "entitled", "purpose": "benefit-eligibility",
    "mode": "lookup", "person": JO,
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def council(pair) -> TestClient:
    app = create_app(pair.northtown, clock=pair.clock)
    return TestClient(app, base_url=pair.urls["northtown"], raise_server_exceptions=False)


@pytest.fixture
def officer(pair, council) -> Program:
    scopes = (Permission.DISCLOSURE_PERSON_ASK, Permission.DISCLOSURE_RECORD_READ)
    return Program(council, program(pair.northtown, *scopes, agreements=("school-meals",)))


def received(officer: Program) -> int:
    answer = officer.post("/api/v1/asks", json=ASKED)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["entry"])


def owed(who: Program) -> set[int]:
    return {each["entry"] for each in who.get("/api/v1/duties").json()["items"]}


def test_what_came_in_is_owed_until_it_is_said_to_be_gone(officer, pair):
    entry = received(officer)
    assert entry in owed(officer)
    told = officer.post(f"/api/v1/duties/{entry}/met", headers={"idempotency-key": "gone-00000001"})
    assert told.status_code == 200, told.text
    certificate = told.json()
    assert (certificate["entry"], certificate["provider"], certificate["problem"]) == (entry, "dwp", "")
    assert pair.northtown.ledger.entry(certificate["met"]).entry.type is EntryType.DUTY_MET
    assert pair.dwp.ledger.entry(certificate["certified"]).entry.type is EntryType.DUTY_MET
    assert entry not in owed(officer)


def test_said_again_it_is_logged_once(officer, pair):
    entry = received(officer)
    first = officer.post(f"/api/v1/duties/{entry}/met").json()
    size = pair.northtown.ledger.size
    assert officer.post(f"/api/v1/duties/{entry}/met").json() == first
    assert pair.northtown.ledger.size == size


def test_whoever_does_not_work_under_the_agreement_sees_nothing_and_can_say_nothing(officer, pair, council):
    """An auditor sees every entry, and has received nothing that could be deleted."""
    entry = received(officer)
    scopes = (Permission.DISCLOSURE_RECORD_READ, Permission.AUDIT_LEDGER_READ)
    for agreements in ((), ("other-agreement",)):
        other = Program(council, program(pair.northtown, *scopes, agreements=agreements))
        assert owed(other) == set()
        is_problem(other.post(f"/api/v1/duties/{entry}/met"), 404)
    assert entry in owed(officer)


def test_what_did_not_come_in_cannot_be_met(officer, pair):
    met = officer.post(f"/api/v1/duties/{received(officer)}/met").json()["met"]
    is_problem(officer.post(f"/api/v1/duties/{met}/met"), 409)
    is_problem(officer.post("/api/v1/duties/99999/met"), 404)
