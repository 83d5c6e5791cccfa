"""What programs read: agreements, disclosures, refusals, the ledger, registers and counts."""

import csv
import io

import pytest

from easement.ledger.receipt import check_receipt
from easement.staff.permissions import Permission

from .conftest import Program
from .test_app import is_problem

LISTS = ["agreements", "disclosures", "refusals", "datasets", "ledger/entries", "counts"]
READS = [*LISTS, "me", "agreements/school-meals", "disclosures/2", "datasets/awards", "ledger", "ledger/entries/2"]


def test_a_program_learns_who_it_is(auditor):
    me = auditor.get("/api/v1/me").json()
    assert (me["name"], me["kind"], me["organisation"]) == ("case-system", "program", "dwp")
    assert me["permissions"] == sorted(Permission)
    assert me["roles"] == {"school-meals": ["benefits-officer"]}


def test_an_agreement_says_where_it_stands(auditor):
    shown = auditor.get("/api/v1/agreements/school-meals").json()
    assert shown["state"] == "in-force"
    assert shown["signed"] == ["dwp", "northtown"]
    assert shown["terms"]["title"] == shown["title"]
    whole = next(each for each in shown["offers"] if each["id"] == "forms")
    assert whole["fields"]["award"] == "plain"
    assert auditor.get(f"/api/v1/agreements/{shown['digest']}").json() == shown


@pytest.mark.parametrize(("accept", "begins"), [("text/markdown", "# School meals"), ("text/html", "<!doctype html>")])
def test_the_document_that_people_signed_comes_as_asked(auditor, accept, begins):
    answer = auditor.get("/api/v1/agreements/school-meals/document", headers={"accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    assert answer.text.lower().startswith(begins.lower())


def test_disclosures_come_newest_first_and_page_by_page(auditor):
    all_ = auditor.get("/api/v1/disclosures").json()["items"]
    assert [each["entry"] for each in all_] == [4, 2]
    assert {each["direction"] for each in all_} == {"given"}
    first = auditor.get("/api/v1/disclosures?limit=1")
    assert first.json()["items"] == all_[:1]
    following = first.links["next"]["url"]
    assert following.startswith("/api/v1/disclosures?limit=1&cursor=")
    second = auditor.get(following).json()
    assert second["items"] == all_[1:]


def test_a_disclosure_brings_its_proof(auditor, node):
    shown = auditor.get("/api/v1/disclosures/2").json()
    holds = check_receipt(shown["proof"], [node.ledger.key])
    assert holds.index == 2
    assert holds.entry["agreement_id"] == shown["agreement"] == "school-meals"
    assert holds.answer == {}


def test_refusals_name_their_reasons(auditor):
    (refused,) = auditor.get("/api/v1/refusals").json()["items"]
    assert refused["by"] == "dwp"
    assert "purpose.never-for" in refused["reasons"]


def test_entries_can_be_chosen_by_type(auditor):
    lines = auditor.get("/api/v1/ledger/entries?type=gate:disclosure:released").json()["items"]
    assert [each["index"] for each in lines] == [4, 2]
    is_problem(auditor.get("/api/v1/ledger/entries?type=gate:disclosure:made-up"), 422)


def test_a_proof_of_any_entry_holds(auditor, node):
    proof = auditor.get("/api/v1/ledger/entries/0/proof").text
    assert check_receipt(proof, [node.ledger.key]).entry["type"] == "ledger:log:opened"


def test_the_ledger_says_where_it_stands(auditor, node):
    state = auditor.get("/api/v1/ledger").json()
    assert state["size"] == state["published"] == node.ledger.size
    assert state["takes_entries"]
    assert state["key"] == auditor.client.get("/ledger/key").text.strip()


def test_a_receipt_is_checked(auditor, world):
    receipt = (world.out / "one.csv.receipt").read_text()
    told = auditor.post("/api/v1/receipts/check", json={"receipt": receipt}).json()
    assert (told["holds"], told["index"], told["proves_answer"]) == (True, 2, False)
    wrong = auditor.post("/api/v1/receipts/check", json={"receipt": receipt, "sha256": "0" * 64}).json()
    assert not wrong["holds"]
    assert wrong["why"]
    spoilt = auditor.post("/api/v1/receipts/check", json={"receipt": receipt.replace("index 2", "index 3")}).json()
    assert not spoilt["holds"]


def test_counts_are_raw(auditor):
    (line,) = auditor.get("/api/v1/counts").json()["items"]
    assert (line["agreement"], line["day"], line["side"]) == ("school-meals", "2026-11-21", "provider")
    assert (line["asked"], line["answered"], line["refused"], line["failed"], line["waiting"]) == (3, 2, 1, 0, 0)
    assert line["records"] == 16
    assert line["minutes"] == {"0": 2}
    assert auditor.get("/api/v1/counts?since=2026-11-22").json()["items"] == []


def test_datasets_are_told_as_their_mappings_say(auditor):
    (line,) = auditor.get("/api/v1/datasets").json()["items"]
    assert (line["id"], line["standard"]) == ("awards", "benefit-award/1")
    assert auditor.get("/api/v1/datasets/awards").json() == line
    is_problem(auditor.get("/api/v1/datasets/made-up"), 404)


def test_a_node_in_no_cluster_has_no_members(auditor):
    is_problem(auditor.get("/api/v1/members"), 404)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_comes_as_a_table_too(auditor, name):
    as_json = auditor.get(f"/api/v1/{name}").json()["items"]
    for answer in (
        auditor.get(f"/api/v1/{name}?format=csv"),
        auditor.get(f"/api/v1/{name}", headers={"accept": "text/csv"}),
    ):
        assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(rows) == len(as_json) > 0
        assert rows[0].keys() == as_json[0].keys()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_comes_in_no_other_format(auditor, name):
    is_problem(auditor.get(f"/api/v1/{name}", headers={"accept": "image/png"}), 406)


@pytest.mark.parametrize("name", READS)
def test_what_did_not_change_is_not_sent_again(auditor, name):
    first = auditor.get(f"/api/v1/{name}")
    again = auditor.get(f"/api/v1/{name}", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    other = auditor.get(f"/api/v1/{name}", headers={"if-none-match": '"another"'})
    assert other.status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "cursor", ["x", "e30", "WzEsICJhIl0", "WzEsIC0xXQ", "WzIsIDFd", "a" * 401, "%00", "WzEsIDFlOTk5XQ"]
)
def test_a_cursor_that_is_none_is_refused(auditor, name, cursor):
    answer = auditor.get(f"/api/v1/{name}?cursor={cursor}")
    is_problem(answer, 422 if len(cursor) > 400 or "%" in cursor else 404)


def test_the_last_page_has_no_next(auditor):
    for name in LISTS:
        path, seen = f"/api/v1/{name}?limit=1", 0
        while path:
            answer = auditor.get(path)
            seen += len(answer.json()["items"])
            assert ("next" in answer.links) == (answer.json()["next"] is not None)
            path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert seen == len(auditor.get(f"/api/v1/{name}").json()["items"])


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed():
    from pydantic import BaseModel

    from easement.api.paging import _table

    class Line(BaseModel):
        title: str

    assert _table(Line, [Line(title="=HYPERLINK(1)")]) == "title\r\n'=HYPERLINK(1)\r\n"


# What somebody may not see is not there


@pytest.mark.parametrize("name", ["elsewhere", "nowhere"])
def test_what_happened_under_another_agreement_is_not_there(client, keys, name):
    other = Program(client, keys[name])
    for path in ("agreements", "disclosures", "refusals", "counts"):
        assert other.get(f"/api/v1/{path}").json() == {"items": [], "next": None}
    for path in ("agreements/school-meals", "agreements/school-meals/document", "disclosures/2"):
        there, nowhere = other.get(f"/api/v1/{path}"), other.get("/api/v1/disclosures/4096")
        assert is_problem(there, 404)["detail"] == is_problem(nowhere, 404)["detail"]


@pytest.mark.parametrize("index", [0, 1, 3, 5, 6, 10**6])
def test_an_entry_that_is_no_disclosure_is_none(auditor, index):
    is_problem(auditor.get(f"/api/v1/disclosures/{index}"), 404)
