"""R4.3: a program looks at tables and has mappings proposed; it sees values only where it may, and confirms nothing."""

import pytest

from easement.api.v1.describe import PREFIX
from easement.api.v1.router import description

TABLE = "ref,Surname,DOB,Post Code\n" + "".join(
    f"{row},Ash{'abcdefghij'[row % 10]},{row % 28 + 1:02}/05/19{50 + row},NT1 1AA\n" for row in range(30)
)
AT = f"{PREFIX}/mappings"


@pytest.fixture
def api(client, keys):
    """Ask as the holder of a key."""

    def ask(key, method, path, **more):
        return client.request(method.upper(), path, headers={"Authorization": f"Bearer {keys[key]}"}, **more)

    return ask


@pytest.fixture
def table(node):
    """A table in the node's folder, and no draft left of it."""
    path = node.home / "datasets" / "people.csv"
    path.write_text(TABLE + "31,Oak,31/02/2016,not one\n")
    yield path
    path.unlink()
    for draft in (node.home / "datasets" / "drafts").glob("people*.yaml"):
        draft.unlink()


def test_a_table_is_looked_at_and_led_to_a_standard(api, table):
    seen = api("all", "get", f"{AT}/profile?file=people.csv").json()
    assert (seen["rows"], seen["values"], len(seen["columns"])) == (31, True, 4)
    assert seen["fits"][0]["standard"]
    wanted = {"file": "people.csv", "standard": "person/1", "id": "people", "title": "People"}
    made = api("all", "post", f"{AT}/drafts", json=wanted).json()
    assert {each["element"]: each["had"] for each in made["elements"]}["family_name"] == "Surname"
    assert made["unconfirmed"] == len(made["elements"])
    assert api("all", "post", f"{AT}/drafts", json=wanted).status_code == 409
    assert [each["id"] for each in api("all", "get", f"{AT}/drafts").json()["items"]] == ["people"]
    rows = api("all", "get", f"{AT}/drafts/people/to-mend").json()["items"]
    assert {(each["row"], each["fault"]) for each in rows} == {(31, "not-a-date"), (31, "not-valid")}
    assert rows[0]["value"]
    assert api("all", "get", f"{AT}/drafts/people").json() == made


def test_what_cannot_be_looked_at_is_a_conflict_with_its_remedy(api, table):
    for wrong in ("file=../easement.toml", "", "database=no&table=x", "file=no.csv"):
        answer = api("all", "get", f"{AT}/profile?{wrong}")
        assert answer.status_code == 409
        assert answer.json()["remedy"]
    assert api("all", "get", f"{AT}/drafts/none").status_code == 404


def test_nothing_is_confirmed_by_a_program():
    written = [path for path, methods in description()["paths"].items() if "/mappings" in path and "post" in methods]
    assert written == [f"{AT}/drafts"]


def test_a_key_that_may_only_see_datasets_sees_no_value(api, table):
    seen = api("data:dataset:read", "get", f"{AT}/profile?file=people.csv").json()
    assert seen["values"] is False
    assert [each["common"] for each in seen["columns"]] == [[]] * 4
    wanted = {"file": "people.csv", "standard": "person/1", "id": "people"}
    assert api("data:dataset:read", "post", f"{AT}/drafts", json=wanted).status_code == 403
    assert api("data:dataset:manage", "post", f"{AT}/drafts", json=wanted).status_code == 200
    rows = api("data:dataset:read", "get", f"{AT}/drafts/people/to-mend").json()["items"]
    assert [each["value"] for each in rows] == [None, None]
