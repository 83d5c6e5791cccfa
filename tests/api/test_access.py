"""Which key opens what: every route with every scope, and keys that are none."""

import json
from typing import Any

import pytest

from easement.api.app import create_app
from easement.staff import service as staff
from easement.staff.permissions import Permission
from tests.gate.world import NOW

from .conftest import Program, program
from .routes import dependencies, filled, routes_of
from .test_app import is_problem

WRITES = {
    "/api/v1/asks": {
        "provider": "dwp",
        "agreement": "school-meals",
        "share": "counted",
        "purpose": "benefit-eligibility",
    },
    "/api/v1/pictures": {
        "asks": [{"provider": "dwp", "agreement": "school-meals", "share": "counted", "purpose": "benefit-eligibility"}]
    },
    "/api/v1/sets": {
        "provider": "dwp",
        "agreement": "school-meals",
        "share": "forms",
        "purpose": "benefit-eligibility",
    },
    "/api/v1/receipts/check": {"receipt": "none"},
}


@pytest.fixture(scope="module")
def guarded(node) -> list[tuple[str, str, tuple[Permission, ...]]]:
    """Every route that asks for a key, and the permissions of which one is needed."""
    return [
        (next(iter(route.methods)), route.path_format, call.permissions)
        for route in routes_of(create_app(node))
        for call in dependencies(route.dependant)
        if hasattr(call, "permissions")
    ]


def body(template: str, scope: Permission) -> dict[str, Any] | None:
    """What is sent: a question by the mode for which the scope is."""
    text = json.dumps(WRITES.get(template))
    mode = "lookup" if scope is Permission.DISCLOSURE_PERSON_ASK else "aggregate"
    return json.loads(text.replace('"benefit-eligibility"', f'"benefit-eligibility", "mode": "{mode}"'))


def test_a_route_opens_for_the_scope_it_names_and_no_other(client, keys, guarded):
    assert len(guarded) >= 20
    for method, template, permissions in guarded:
        for scope in Permission:
            answer = Program(client, keys[scope.value]).ask(method, filled(template), json=body(template, scope))
            lacks = permissions and scope not in permissions
            if lacks:
                told = is_problem(answer, 403)
                assert all(each.value in told["detail"] for each in permissions), template
            assert bool(lacks) == ("ask for a key with that scope" in answer.text), (template, scope)
            assert answer.status_code not in (401, 500), (template, scope)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer easement_kaaaaaaaaaaaa_" + "a" * 59,
        "Basic ZHdwOmR3cA==",
        "Bearer " + "a" * 4_000,
        "Bearer ' OR 1=1 --",
        "bearer \x80\xff",
    ],
)
def test_what_is_no_key_opens_nothing(client, guarded, header):
    for method, template, _ in guarded:
        headers = {} if header is None else {"authorization": header.encode("latin-1")}
        answer = client.request(method, filled(template), headers=headers, json=WRITES.get(template))
        is_problem(answer, 401)
        assert answer.headers["www-authenticate"] == 'Bearer realm="easement"'


def test_two_keys_at_once_are_none(client, keys):
    headers = [("authorization", f"Bearer {keys['all']}"), ("authorization", f"Bearer {keys['nowhere']}")]
    is_problem(client.get("/api/v1/me", headers=headers), 401)


def test_a_key_that_was_revoked_opens_nothing_from_then_on(client, node):
    secret = program(node, Permission.AUDIT_LEDGER_READ)
    who = Program(client, secret)
    assert who.get("/api/v1/ledger").status_code == 200
    staff.revoke_key(node, who.get("/api/v1/me").json()["id"], by="pmadeup", now=NOW)
    is_problem(who.get("/api/v1/ledger"), 401)


def test_a_key_counts_in_its_header_alone(client, keys):
    is_problem(client.get(f"/api/v1/me?access_token={keys['all']}&key={keys['all']}"), 401)
    client.cookies.set("authorization", f"Bearer {keys['all']}")
    is_problem(client.get("/api/v1/me"), 401)
    client.cookies.clear()


SQL = ["' OR '1'='1", "1; DROP TABLE ledger_entries", "school-meals'--", '"; DELETE', "%27%20OR%201=1"]


@pytest.mark.parametrize("text", SQL)
def test_sql_is_only_a_wrong_word(auditor, node, text):
    size = node.ledger.size
    for path in ("agreements", "datasets", "disclosures", "ledger/entries", "members"):
        assert auditor.get(f"/api/v1/{path}/{text}").status_code in (404, 422)
    for path in ("disclosures?agreement=", "counts?agreement=", "counts?since=", "ledger/entries?type="):
        is_problem(auditor.get(f"/api/v1/{path}{text}"), 422)
    body = dict.fromkeys(("provider", "agreement", "share", "purpose", "mode", "role", "why"), text)
    is_problem(auditor.post("/api/v1/asks", json=body | {"fields": [text], "person": {text: text}}), 422)
    is_problem(auditor.post("/api/v1/asks", headers={"idempotency-key": text}, json=WRITES["/api/v1/asks"]), 422)
    assert node.ledger.size == size
    assert not node.ledger.fsck()


@pytest.mark.parametrize("name", ["agreement", "share", "why", "provider"])
def test_a_key_given_twice_in_json_is_no_trick(auditor, name):
    text = json.dumps(WRITES["/api/v1/asks"])[:-1] + f', "{name}": "evil", "{name}": "evil"}}'
    answer = auditor.post("/api/v1/asks", content=text, headers={"content-type": "application/json"})
    is_problem(answer, 422)


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"])
def test_a_body_in_another_format_is_refused(auditor, media):
    answer = auditor.post("/api/v1/receipts/check", content=b'{"receipt": "x"}', headers={"content-type": media})
    assert answer.status_code in (415, 422)
    is_problem(answer, answer.status_code)
