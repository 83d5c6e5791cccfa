"""What a page makes of text that would be code, of forms that are too long, and of what goes wrong; lists as files."""

import re

import pytest

from .signed_in import as_person, asked, begun, listed, send, token
from .world import TRICKY

# Text that would be code


def test_tricky_text_is_text_in_every_field(world, client):
    journey = begun(client)
    born = {"date_of_birth-day": "<b>", "date_of_birth-month": "{{7*7}}", "date_of_birth-year": '"><script>'}
    page = send(client, f"{journey}/person", family_name=TRICKY, given_name=TRICKY, **born).text
    assert "<script>alert" not in page
    assert "49" not in re.sub(r'csrf" value="[^"]*"|[0-9a-f]{32}|-[0-9a-f]{12}\.', "", page)
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in client.get("/sign-in", params={"next": f"/{TRICKY}"}).text
    assert "<script>alert" not in client.get("/disclosures", params={"agreement": TRICKY, "since": TRICKY}).text
    page = send(client, "/disclosures/find", page="/disclosures", find=TRICKY).text
    assert "<script>alert" not in page
    page = send(client, "/the-ledger/check", text=TRICKY).text
    assert "<script>alert" not in page
    assert "does not hold" in page


def test_tricky_records_are_text_in_the_answer(client):
    """The register itself holds a name with a tag in it, and one that a template would work out."""
    journey = begun(client)
    born = {"date_of_birth-day": "3", "date_of_birth-month": "3", "date_of_birth-year": "2014"}
    send(client, f"{journey}/person", family_name="Elm<b>", **born)
    send(client, f"{journey}/why", why=TRICKY)
    send(client, f"{journey}/check")
    page = client.get(f"{journey}/answer").text
    assert "Elm&lt;b&gt;" in page
    assert "{{7*7}}" in page
    assert "Elm<b>" not in page


def test_tricky_names_of_staff_and_keys_are_text(world, ali):
    with as_person(world, ali) as client:
        page = send(client, "/staff/new", name=f"Zed {TRICKY}", role="caseworker").text
        assert "<script>alert" not in page
        page = send(client, "/keys/new", name=TRICKY, scope="audit:ledger:read", days="9").text
        assert "<script>alert" not in page
        for path in ("/staff", "/keys"):
            page = client.get(path).text
            assert "<script>alert" not in page
            assert "{{7*7}}" in page
        table = client.get("/keys?format=csv").text
        assert '"' in table


# Lists as files


@pytest.mark.parametrize("path", ["/disclosures", "/duties", "/refusals", "/agreements", "/members"])
def test_every_list_is_also_json_and_csv_at_the_same_address(client, path):
    asked(client)
    rows = listed(client, f"{path}?format=json", path.strip("/"))
    text = client.get(f"{path}?format=csv")
    assert text.headers["content-type"].startswith("text/csv")
    assert text.headers["content-disposition"] == f'attachment; filename="{path.strip("/")}.csv"'
    assert text.text.count("\r\n") == len(rows) + 1
    assert client.get(f"{path}?format=exe").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("name", "path"),
    [("Ali Khan", "/staff"), ("Ali Khan", "/keys"), ("Gwen Hughes", "/datasets"), ("Gwen Hughes", "/jobs")],
)
def test_the_other_lists_are_too(world, name, path):
    with as_person(world, world.people[name]) as client:
        assert isinstance(listed(client, f"{path}?format=json", path.strip("/")), list)
        assert client.get(f"{path}?format=csv").status_code == 200


# What goes wrong


def test_a_form_too_long_is_refused_as_a_page(client):
    csrf = token(client.get("/the-ledger/check"))
    answer = client.post("/the-ledger/check", data={"csrf": csrf, "text": "x" * 20_000_000})
    assert answer.status_code == 413
    many = {"csrf": csrf} | {f"f{n}": "x" for n in range(400)}
    assert client.post("/ask", data=many).status_code in {400, 403, 422}


def test_a_ledger_that_takes_nothing_is_told_as_a_page(client, world, monkeypatch):
    from easement.base.errors import StorageFailed
    from easement.web.reading import records

    def full(*_: object) -> None:
        raise StorageFailed("the disk is full", remedy="free space")

    monkeypatch.setattr(records, "disclosures", full)
    answer = client.get("/disclosures")
    assert answer.status_code == 503
    assert "What cannot be recorded is not shared" in answer.text
    assert "disk is full" not in answer.text


def test_an_error_that_nobody_foresaw_is_a_page_without_its_words(client, monkeypatch):
    from easement.web.reading import records

    def broken(*_: object) -> None:
        raise RuntimeError("Jo Ash of 1 High Street")

    monkeypatch.setattr(records, "disclosures", broken)
    answer = client.get("/disclosures")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "High Street" not in answer.text
