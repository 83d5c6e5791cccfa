"""R2.7, R5.5: programs read the register, its figures and the concerns without a key; no word nobody looked at."""

import csv
import io

import pytest

from easement.api.access import OPEN
from easement.api.v1.router import description
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.verifier import check_receipt
from easement.register import service
from tests.gate.world import NOW

from .test_app import is_problem


def test_the_register_is_read_page_by_page_without_a_key(client):
    told = client.get("/api/v1/register?limit=1").json()
    assert [each["id"] for each in told["items"]] == ["school-meals"]
    assert (told["items"][0]["state"], told["items"][0]["times"], told["next"]) == ("in-force", 2, None)
    assert client.get("/api/v1/register?words=nothing").json()["items"] == []
    assert client.get("/api/v1/register?organisation=northtown&state=in-force").json()["items"] == told["items"]
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/register?format=csv").text)))
    assert rows[0]["parties"] == "dwp=provider; northtown=recipient"


def test_an_entry_is_read_whole(client):
    told = client.get("/api/v1/register/school-meals")
    assert "It may not be passed on to anybody else." in told.json()["entry"]["safeguards"]
    again = client.get("/api/v1/register/school-meals", headers={"if-none-match": told.headers["etag"]})
    assert again.status_code == 304
    is_problem(client.get("/api/v1/register/none"), 404)
    is_problem(client.get("/api/v1/register/school-meals/proof"), 404)


def test_a_proof_of_signing_is_for_anybody(client, node):
    digest = service.entry(node, "school-meals", NOW).card.digest
    facts = {"organisation": "dwp", "agreement": digest, "agreement_id": "school-meals", "version": "1.0.0"}
    node.ledger.append(Entry(time=minute(NOW), type=EntryType.VERSION_SIGNED, **facts))
    told = client.get("/api/v1/register/school-meals/proof")
    assert check_receipt(told.text, [node.ledger.key]).entry["agreement"] == digest


def test_numbers_are_read_without_a_key(client):
    told = client.get("/api/v1/numbers?since=2026-11-01&until=2026-11-30&limit=500").json()["items"]
    found = {(each["measure"], each["part"]): each["count"] for each in told}
    assert found["disclosures-given", ""] == 2
    assert found["requests-refused", ""] is None, "one refusal could point at somebody"
    first = client.get("/api/v1/numbers?limit=3").json()
    second = client.get("/api/v1/numbers", params={"limit": 3, "cursor": first["next"]}).json()
    assert len({each["measure"] for each in first["items"] + second["items"]}) == 6
    is_problem(client.get("/api/v1/numbers?since=yesterday"), 422)


def test_concerns_are_read_without_words_that_nobody_looked_at(client, node):
    made = service.raise_concern(node, "school-meals", "A worry about Jo Bloggs", now=NOW, contact="jo@mail.example")
    told = client.get("/api/v1/concerns")
    assert [each["id"] for each in told.json()["items"]] == [made.id]
    assert "Bloggs" not in told.text
    assert "jo@mail" not in told.text
    service.look(node, made.id, role="governance-lead", now=NOW)
    assert "Bloggs" in client.get("/api/v1/concerns").text


@pytest.mark.parametrize("path", [each for each in OPEN if each.startswith("/api/v1/") and "openapi" not in each])
def test_what_asks_for_no_key_says_so_in_the_description(path):
    (operation,) = description()["paths"][path].values()
    assert operation["security"] == []
