"""Sets through the API: asked for once, seen by whoever holds a role, opened when they came."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from easement.api.app import create_app
from easement.exchange import bulk, jobs
from easement.staff.permissions import Permission
from easement.staff.service import grant
from easement.staff.tokens import read_key
from tests.exchange.pair import Pair, paired

from .conftest import Program, program
from .test_app import is_problem

WANTED = {"provider": "dwp", "agreement": "school-meals", "share": "forms", "purpose": "benefit-eligibility"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def council(pair) -> TestClient:
    app = create_app(pair.northtown, clock=pair.clock)
    return TestClient(app, base_url=pair.urls["northtown"], raise_server_exceptions=False)


@pytest.fixture
def analyst(pair, council) -> Program:
    return Program(council, program(pair.northtown, Permission.DATA_JOB_RUN, agreements=("school-meals",)))


def test_a_set_is_asked_for_made_received_and_opened(analyst, pair):
    headers = {"idempotency-key": "one-set-000001"}
    told = analyst.post("/api/v1/sets", json=WANTED, headers=headers)
    assert told.status_code == 200, told.text
    line = told.json()
    assert (line["state"], line["mode"], line["agreement"]) == ("waiting", "bulk", "school-meals")
    assert analyst.post("/api/v1/sets", json=WANTED, headers=headers).json() == line
    place = f"/api/v1/sets/{line['message']}"
    is_problem(analyst.post(f"{place}/profile"), 409)
    jobs.run_next(pair.dwp, pair.clock)
    bulk.look(pair.northtown, line["message"], pair.clock())
    received = analyst.get(place).json()
    assert (received["state"], received["rows"]) == ("received", 8)
    assert analyst.get("/api/v1/sets").json()["items"][0] == received
    opened = analyst.post(f"{place}/profile").json()
    assert opened["profile"]["endpoint"].endswith("/delta")
    assert opened["table"] == "school-meals.dwp.forms"


def test_a_set_that_is_refused_is_a_problem_with_every_reason(analyst):
    told = is_problem(analyst.post("/api/v1/sets", json=WANTED | {"purpose": "immigration-enforcement"}), 403)
    assert "purpose.never-for" in [each["code"] for each in told["reasons"]]


def test_somebody_elses_set_is_not_there(analyst, pair, council):
    message = analyst.post("/api/v1/sets", json=WANTED).json()["message"]
    other = Program(council, program(pair.northtown, Permission.DATA_JOB_RUN, agreements=("other-agreement",)))
    assert other.get("/api/v1/sets").json()["items"] == []
    is_problem(other.get(f"/api/v1/sets/{message}"), 404)
    is_problem(other.post(f"/api/v1/sets/{message}/profile"), 404)
    is_problem(other.post("/api/v1/sets", json=WANTED), 403)


def test_who_sees_a_set_without_a_role_that_may_ask_for_it_does_not_open_it(analyst, pair, council):
    message = analyst.post("/api/v1/sets", json=WANTED).json()["message"]
    while jobs.run_next(pair.dwp, pair.clock):
        pass
    bulk.look(pair.northtown, message, pair.clock())
    scopes = (Permission.DATA_JOB_RUN, Permission.AUDIT_LEDGER_READ)
    auditor = Program(council, program(pair.northtown, *scopes))
    clerk = program(pair.northtown, *scopes)
    grant(pair.northtown, read_key(clerk).id, "school-meals", "cleaner", by="admin", now=pair.clock())
    for each in (auditor, Program(council, clerk)):
        assert each.get(f"/api/v1/sets/{message}").json()["state"] == "received"
        is_problem(each.post(f"/api/v1/sets/{message}/profile"), 403)
    assert analyst.post(f"/api/v1/sets/{message}/profile").status_code == 200


def test_states_of_sets_are_counted(pair, council):
    monitor = Program(council, program(pair.northtown, Permission.NODE_METRICS_READ))
    assert 'easement_sets{state="' in monitor.get("/metrics").text
