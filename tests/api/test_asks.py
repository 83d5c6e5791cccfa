"""Asking through the API: one provider or several, once however often it is sent, and nothing of anybody in the log."""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Response
from fastapi.testclient import TestClient

from easement.api import idempotency
from easement.api.app import create_app
from easement.api.problems import Problem
from easement.exchange import service
from easement.ledger.model import EntryType
from easement.node import logs
from easement.staff.permissions import Permission
from tests.exchange.pair import Pair, paired

from .conftest import JO, Program, program
from .test_app import is_problem

ASKED = {
    "provider": "dwp",
    "agreement": "school-meals",
    "share": "entitled",
    "purpose": "benefit-eligibility",
    "person": JO,
    "why": "Zoë Ash applied on 1 November",
}
KEYED = {"idempotency-key": "2f1c9a52-7f2a-4e4b-9b1e-6f1d0a6f3c11"}
RECEIVED = EntryType.DISCLOSURE_RECEIVED


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    """Two nodes that serve each other."""
    with paired(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def council(pair) -> TestClient:
    """The council's app."""
    app = create_app(pair.northtown, clock=pair.clock)
    return TestClient(app, base_url=pair.urls["northtown"], raise_server_exceptions=False)


@pytest.fixture
def officer(pair, council) -> Program:
    """A program that may ask, under the agreement."""
    scopes = (Permission.DISCLOSURE_PERSON_ASK, Permission.DATA_JOB_RUN, Permission.DISCLOSURE_RECORD_READ)
    return Program(council, program(pair.northtown, *scopes, agreements=("school-meals",)))


def test_an_ask_is_answered_with_what_crossed_and_its_proof(officer, pair):
    told = officer.post("/api/v1/asks", json=ASKED)
    assert told.status_code == 200, told.text
    answer = told.json()
    assert [record["claim_reference"] for record in answer["records"]] == ["C01"]
    assert answer["fields"]["family_name"] == "plain"
    assert "national_insurance_number" in answer["withheld"]
    assert told.headers["cache-control"] == "no-store"
    checked = officer.post("/api/v1/receipts/check", json={"receipt": answer["receipt"], "organisation": "dwp"}).json()
    assert (checked["holds"], checked["index"]) == (True, answer["peer_entry"])
    shown = officer.get(f"/api/v1/disclosures/{answer['entry']}").json()
    assert (shown["direction"], shown["peer_entry"]) == ("received", answer["peer_entry"])


def test_counts_are_answered_as_tables(officer):
    answer = officer.post("/api/v1/asks", json=ASKED | {"share": "counted", "mode": "aggregate", "person": {}}).json()
    assert answer["measures"]["people"] == "count"


def test_a_refusal_is_a_problem_with_every_reason(officer, pair):
    told = is_problem(officer.post("/api/v1/asks", json=ASKED | {"purpose": "immigration-enforcement"}), 403)
    assert told["type"].endswith("#refused")
    assert "purpose.never-for" in [each["code"] for each in told["reasons"]]
    assert all(not each["met"] and each["text"] and each["remedy"] for each in told["reasons"])
    (newest, *_) = officer.get("/api/v1/refusals").json()["items"]
    assert newest["reasons"] == [each["code"] for each in told["reasons"]]


def test_who_lacks_the_training_is_told_so(pair, council):
    key = program(pair.northtown, Permission.DISCLOSURE_PERSON_ASK, agreements=("school-meals",), trained=False)
    told = is_problem(Program(council, key).post("/api/v1/asks", json=ASKED), 403)
    assert [each["code"] for each in told["reasons"]] == ["training.missing"]


@pytest.mark.parametrize(
    "change", [{"role": "director"}, {"agreement": "other-agreement"}, {"agreement": "a" * 63}], ids=str
)
def test_a_role_that_is_not_held_asks_nothing(officer, pair, change):
    before = pair.northtown.ledger.size
    told = is_problem(officer.post("/api/v1/asks", json=ASKED | change), 403)
    assert told["type"].endswith("#forbidden")
    assert pair.northtown.ledger.size == before


def test_a_program_that_counts_may_not_look_up(pair, council):
    analyst = Program(council, program(pair.northtown, Permission.DATA_JOB_RUN, agreements=("school-meals",)))
    is_problem(analyst.post("/api/v1/asks", json=ASKED), 403)
    assert analyst.post("/api/v1/asks", json=ASKED | {"share": "counted", "mode": "aggregate", "person": {}}).is_success


def test_a_provider_that_does_not_answer_is_named(officer, pair):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        was = pair.directory.members
        away = f"http://127.0.0.1:{closed.getsockname()[1]}"
        pair.publish(*(each.model_copy(update={"url": away}) if each.id == "dwp" else each for each in was))
        told = is_problem(officer.post("/api/v1/asks", json=ASKED, headers=KEYED), 502)
        pair.publish(*was)
    assert "dwp" in told["detail"]
    assert officer.post("/api/v1/asks", json=ASKED, headers=KEYED).is_success  # what failed is asked anew


def test_a_question_sent_twice_is_asked_once(officer, pair):
    headers = {"idempotency-key": "asked-once-0001"}
    first = officer.post("/api/v1/asks", json=ASKED, headers=headers)
    entries = len(pair.entries(pair.northtown, RECEIVED))
    again = officer.post("/api/v1/asks", json=ASKED, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(pair.entries(pair.northtown, RECEIVED)) == entries


def test_a_refusal_sent_twice_is_refused_once(officer, pair):
    headers, wrong = {"idempotency-key": "refused-once-01"}, ASKED | {"purpose": "immigration-enforcement"}
    first = is_problem(officer.post("/api/v1/asks", json=wrong, headers=headers), 403)
    size = pair.northtown.ledger.size
    again = officer.post("/api/v1/asks", json=wrong, headers=headers)
    assert (again.status_code, again.json()["reasons"]) == (403, first["reasons"])
    assert again.headers["content-type"] == "application/problem+json"
    assert pair.northtown.ledger.size == size


def test_another_question_under_the_same_key_is_a_conflict(officer, pair):
    headers = {"idempotency-key": "another-question"}
    officer.post("/api/v1/asks", json=ASKED, headers=headers)
    size = pair.northtown.ledger.size
    is_problem(officer.post("/api/v1/asks", json=ASKED | {"why": "another"}, headers=headers), 409)
    is_problem(officer.post("/api/v1/pictures", json={"asks": [ASKED]}, headers=headers), 409)
    assert pair.northtown.ledger.size == size


def test_somebody_elses_key_is_another_key(officer, council, pair):
    headers = {"idempotency-key": "shared-by-chance"}
    mine = officer.post("/api/v1/asks", json=ASKED, headers=headers).json()
    other = Program(council, program(pair.northtown, Permission.DISCLOSURE_PERSON_ASK, agreements=("school-meals",)))
    theirs = other.post("/api/v1/asks", json=ASKED | {"why": "mine"}, headers=headers)
    assert theirs.json()["entry"] > mine["entry"]


def test_a_question_in_hand_is_not_asked_beside_itself(officer, pair, monkeypatch):
    headers, real, seen = {"idempotency-key": "in-hand-0000001"}, service.ask, []

    def meanwhile(*given):
        seen.append(officer.post("/api/v1/asks", json=ASKED, headers=headers))
        return real(*given)

    monkeypatch.setattr(service, "ask", meanwhile)
    assert officer.post("/api/v1/asks", json=ASKED, headers=headers).is_success
    assert seen[0].headers["retry-after"] == "1"
    is_problem(seen[0], 409)


@pytest.mark.parametrize("waits", [10, 120])
def test_after_a_kill_the_key_is_free_once_nobody_can_still_be_waited_for(pair, waits):
    rules = pair.northtown.settings.exchange.model_copy(update={"timeout_seconds": waits})
    node = replace(pair.northtown, settings=pair.northtown.settings.model_copy(update={"exchange": rules}))
    key, killed, asked = f"killed-{waits:08}", datetime(2026, 11, 22, 12, tzinfo=UTC), []

    def ask(seconds, answer):
        return idempotency.once(node, "pat", key, b"the question", killed + timedelta(seconds=seconds), answer)

    def dies():
        with pytest.raises(Problem, match="this question is being answered"):
            ask(waits + idempotency.MARGIN_SECONDS - 1, lambda: asked.append("beside") or Response(b"{}"))
        assert ask(waits + idempotency.MARGIN_SECONDS, lambda: asked.append("again") or Response(b"{}")).body == b"{}"
        return Response(b"{}")

    ask(0, dies)
    assert asked == ["again"]


def test_what_is_kept_of_an_answer_is_sealed_and_goes(officer, pair):
    from sqlalchemy import text

    from easement.base.database import reading

    officer.post("/api/v1/asks", json=ASKED, headers={"idempotency-key": "sealed-answer-1"})
    with reading(pair.northtown.engine) as connection:
        rows = connection.execute(text("select * from api_answers")).all()
    assert rows
    assert not any(
        "Ash" in str(row) or "AB123456C" in str(row) or b"records" in bytes(row.sealed or b"") for row in rows
    )
    later = pair.clock.now.replace(year=2027)
    assert idempotency.prune(pair.northtown, later) == len(rows)


def test_several_are_asked_at_once_and_what_some_answer_is_an_answer(officer):
    asks = [ASKED, ASKED | {"purpose": "immigration-enforcement"}, ASKED | {"share": "forms"}]
    told = officer.post("/api/v1/pictures", json={"asks": asks}).json()
    assert len(told["answers"]) == 2
    (refused,) = told["refused"]
    assert refused["by"] == "here"
    assert "purpose.never-for" in [each["code"] for each in refused["reasons"]]
    assert told["silent"] == []


def found(secrets: list[str], text: str) -> list[str]:
    """Those that stand in a text as words: the digits of an identifier made at random may happen to be a year's."""
    return [each for each in secrets if re.search(rf"\b{re.escape(each)}\b", text)]


def test_nothing_of_anybody_gets_into_logs_metrics_or_errors(officer, pair, written, council):
    """R7.2: lookups that are allowed, refused, malformed and unforeseen, and then every line that was written."""
    secrets = ["Ash", "Zoë", "AB123456C", "NT1", "2015", "applied", officer.key, officer.key.split("_")[2]]
    officer.post("/api/v1/asks", json=ASKED)
    officer.post("/api/v1/asks", json=ASKED | {"purpose": "immigration-enforcement"})
    told = [
        officer.post("/api/v1/asks", json=ASKED | {"share": "Zoë Ash", "provider": "AB123456C"}),
        officer.post("/api/v1/asks", json=ASKED | {"person": {"AB123456C": "Zoë Ash"}, "Zoë": "Ash"}),
        officer.post("/api/v1/asks", content=json.dumps(ASKED)[:-3], headers={"content-type": "application/json"}),
        officer.get("/api/v1/disclosures/AB123456C?agreement=Ash"),
        officer.get("/Zoë/Ash/AB123456C?postcode=NT1+1AA"),
        council.get("/api/v1/me", headers={"authorization": "Bearer AB123456C", "x-request-id": "Ash"}),
        council.request("ASH", "/api/v1/me"),
    ]
    assert all(answer.is_error for answer in told)
    for answer in told:
        assert not found(secrets, answer.text), answer.text
    log = written.getvalue()
    assert log.count('"event": "answered"') == len(told) + 2
    assert not found(secrets, log)
    assert logs.LEFT_OUT not in log
    monitor = Program(council, program(pair.northtown, Permission.NODE_METRICS_READ))
    numbers = monitor.get("/metrics").text
    assert 'easement_entries_total{agreement="school-meals",type="exchange:disclosure:received"}' in numbers
    assert not found(secrets, numbers)


def test_an_error_that_nobody_foresaw_tells_its_kind_and_place_alone(officer, written, monkeypatch):
    def fails(*_):
        raise ValueError("Zoë Ash, AB123456C")

    monkeypatch.setattr(service, "ask", fails)
    told = is_problem(officer.post("/api/v1/asks", json=ASKED), 500)
    assert "Ash" not in json.dumps(told)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    error = next(line for line in lines if line["level"] == "error")
    assert (error["error"], error["request"]) == ("ValueError", told["instance"].removeprefix("urn:uuid:"))
    assert error["place"].startswith("easement.api.")
    assert "Ash" not in written.getvalue()
