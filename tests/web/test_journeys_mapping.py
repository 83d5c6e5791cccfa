"""R4.2, R4.3: a data steward leads a table to a standard on the pages, and stands for it; others see shapes alone."""

import json

import pytest

from easement.meaning.mapping import read_mapping
from easement.staff.permissions import NodeRole

from .signed_in import as_person, send
from .world import TRICKY

ROWS = """Pupil Ref,Surname,Forename,DOB,Gender,Home Post Code,School URN,FSM,Shoe <b>
501,Ash,Rowan,01/02/2015,1,nt1 1aa,100001,yes,4
502,Birch,Hazel,03/04/2014,2,NT1 2BB,100001,no,5
503,Elm,Linden,05/06/2013,1,NT1 3DD,100002,yes,3
504,Oak,Jo,07/08/2012,7,not one,100002,no,=1+1
505,Yew,Di,09/10/2015,2,NT1 4EE,100001,no,5
"""


@pytest.fixture
def table(world):
    """A table in the node's folder, which goes with the test, and whatever was made of it."""
    folder = world.node.home / "datasets"
    path = folder / "pupils 2026.csv"
    path.write_text(ROWS)
    yield path
    path.unlink()
    for made in (folder / "pupils-2026.yaml", folder / "drafts" / "pupils-2026.yaml"):
        made.unlink(missing_ok=True)


def begun(seat, person):
    seat.sign_in(person, "/datasets")
    seat.follow("Map a table to a standard")
    seat.follow("pupils 2026.csv")
    seat.page.get_by_label("Which standard is it to be led to?").select_option("school-roll/1")
    seat.press("Propose a mapping")


def test_a_table_is_led_to_a_standard_and_stood_for(seat, world, gwen, table, axe):
    seat.sign_in(gwen, "/datasets/map")
    seat.check(axe)
    seat.follow("pupils 2026.csv")
    assert "5 rows and 9 columns" in seat.text
    assert "postcode (80%)" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Which standard is it to be led to?").select_option("school-roll/1")
    seat.press("Propose a mapping")
    assert "is a usual name for it" in seat.text
    assert "day first" in seat.text or "dd/mm/yyyy or mm/dd/yyyy" in seat.text
    seat.check(axe)
    seat.go("/datasets/map/drafts/pupils-2026/confirm")
    assert "These questions must be answered first" in seat.text
    seat.check(axe)
    seat.follow("Answer them")
    seat.page.locator("[id='dates.date_of_birth']").select_option("dd/mm/yyyy")
    seat.page.locator("[id='reason.upn']").fill("The schools hold it")
    seat.press("Save and see what does not map")
    assert "not one" in seat.text
    assert "“7” (rows: 1) means" in seat.text
    seat.check(axe)
    seat.page.get_by_label("“7” (rows: 1) means").select_option("unknown")
    seat.press("Save what they mean")
    assert "means" not in seat.text
    seat.follow("See what comes of it")
    assert "NT1 1AA" in seat.text
    seat.check(axe)
    seat.follow("Show an invented row")
    assert "ZZ99 3WZ" in seat.text
    seat.follow("Show real rows")
    seat.follow("Go on to confirm it")
    seat.press("Confirm and put in force")
    assert "Say why it is right" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Why is it right?").fill("Checked with the schools, " + TRICKY)
    seat.press("Confirm and put in force")
    assert seat.path == "/datasets/pupils-2026"
    mapping = read_mapping(world.node.home / "datasets" / "pupils-2026.yaml")
    assert mapping.elements["date_of_birth"].dates == ("dd/mm/yyyy",)
    assert mapping.elements["sex"].codes["7"] == "unknown"
    assert mapping.elements["upn"].absent == "The schools hold it"
    assert mapping.confirmed[0].by == "Gwen Hughes"
    assert set(mapping.confirmed[0].otherwise) == {"date_of_birth", "sex", "upn"}
    why = "Checked with the schools, " + TRICKY
    for words in ("Gwen Hughes", why, "school-roll/1", "In use", "decided otherwise:"):
        assert words in seat.text
    assert "Postcode: 1 not valid: it fails its check" in seat.text
    seat.check(axe)
    seat.follow("See what does not map now")
    assert "Just now 5 rows were read to the end" in seat.text
    seat.check(axe)
    seat.follow("Look at the table, and map it anew")
    assert seat.heading == "pupils 2026.csv"


def test_another_column_is_read_as_its_values_tell_and_what_changes_is_shown(plain, world, gwen, table):
    begun(plain, gwen)
    plain.page.locator("[id='dates.date_of_birth']").select_option("dd/mm/yyyy")
    plain.page.locator("[id='column.given_name']").select_option("Surname")
    plain.press("Only save")
    assert "Surname was chosen by a person" in plain.text
    plain.go("/datasets/map/drafts/pupils-2026/confirm")
    plain.page.get_by_label("Why is it right?").fill("A try")
    plain.press("Confirm and put in force")
    begun(plain, gwen)
    plain.page.locator("[id='dates.date_of_birth']").select_option("dd/mm/yyyy")
    plain.press("Only save")
    plain.go("/datasets/map/drafts/pupils-2026/confirm")
    assert "It takes the place of the mapping in force" in plain.text
    assert "Forename" in plain.text
    plain.go("/datasets/map/drafts/pupils-2026")
    plain.press("Forget this draft")
    assert plain.path == "/datasets/map"


def test_hostile_names_of_columns_harm_no_page(seat, world, gwen, axe):
    names = ("<img src=x onerror=alert(1)>", "A" * 10_000, "", "dup", "dup", "\u202egnp.txt", "=1+1", "{{7*7}}", "a b")
    path = world.node.home / "datasets" / "odd.csv"
    path.write_text("\n".join([",".join(names), *(",".join(f"{row}-{at}" for at in range(9)) for row in range(20))]))
    try:
        seat.sign_in(gwen, "/datasets/map/look?file=odd.csv")
        assert "None seems to" in seat.text
        assert "<img src=x onerror=alert(1)>" in seat.text
        assert len(seat.text) < 3_000
        seat.check(axe)
        seat.page.get_by_label("Which standard is it to be led to?").select_option("person/1")
        seat.press("Propose a mapping")
        for step in ("", "/mend", "/preview", "/confirm"):
            assert seat.go(f"/datasets/map/drafts/odd{step}") == 200
            seat.check(axe)
        seat.page.get_by_label("Why is it right?").fill("x")
        seat.press("Confirm and put in force")
        assert "No element is had from the table" in seat.text
        seat.go("/datasets/map/drafts/odd")
        seat.press("Forget this draft")
    finally:
        path.unlink()


OWN = """\
format: easement-standard/1
id: shoes
version: 1
title: Shoes
description: Whose shoe
source: these tests
{retired}elements:
  surname: {{definition: The family name, sensitivity: personal}}
"""


def test_nothing_is_led_to_a_standard_that_was_retired_meanwhile_and_what_was_is_told(world, gwen, table):
    own = world.node.home / "standards" / "shoes-1.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(OWN.format(retired=""))
    try:
        with as_person(world, gwen) as steward:
            fields = {"file": table.name, "standard": "shoes/1", "id": "pupils-2026", "title": "Pupils"}
            at, look = "/datasets/map/drafts/pupils-2026", "/datasets/map/look?file=pupils%202026.csv"
            assert send(steward, "/datasets/map/drafts", "/datasets/map", **fields).status_code == 303
            own.write_text(OWN.format(retired="retired: {on: 2026-01-01, why: worn out}\n"))
            refused = send(steward, f"{at}/confirm", f"{at}/confirm", why="so")
            assert (refused.status_code, "was retired" in refused.text or "worn out" in refused.text) == (409, True)
            own.write_text(OWN.format(retired=""))
            assert send(steward, f"{at}/confirm", f"{at}/confirm", why="so").status_code == 303
            own.write_text(OWN.format(retired="retired: {on: 2026-01-01, why: worn out}\n"))
            shown = steward.get("/datasets/pupils-2026").text
            assert ("Retired" in shown, "worn out" in shown) == (True, True)
            assert steward.get(look).text.count("Shoes") == 0
            table.unlink()
            assert "no file" in steward.get("/datasets/pupils-2026?check=now").text.lower()
            table.write_text(ROWS)
    finally:
        own.unlink()


def test_who_may_not_manage_datasets_sees_no_value(world, gwen, table):
    world.employ("Ana List", NodeRole.ANALYST)
    with as_person(world, gwen) as steward:
        fields = {"file": table.name, "standard": "school-roll/1", "id": "pupils-2026", "title": "Pupils"}
        assert send(steward, "/datasets/map/drafts", "/datasets/map", **fields).status_code == 303
        shown = steward.get("/datasets/map/drafts/pupils-2026/mend?format=json").json()
        assert "not one" in json.dumps(shown)
    with as_person(world, world.people["Ana List"]) as analyst:
        for page in (
            "look?file=pupils%202026.csv",
            "drafts/pupils-2026",
            "drafts/pupils-2026/mend",
            "drafts/pupils-2026/preview",
        ):
            for more in ("", "&format=json", "&format=csv"):
                address = f"/datasets/map/{page}{more if '?' in page else more.replace('&', '?')}"
                answer = analyst.get(address)
                assert answer.status_code == 200, address
                assert "not one" not in answer.text
                assert "Rowan" not in answer.text
        assert "ZZ99 3WZ" in analyst.get("/datasets/map/drafts/pupils-2026/preview").text
        refused = send(analyst, "/datasets/map/drafts/pupils-2026", "/datasets/map/look?file=pupils%202026.csv")
        assert refused.status_code in (403, 404)


@pytest.mark.parametrize(
    "address",
    [
        "look?file=../easement.toml",
        "look?file=no.csv",
        "look?database=none&table=x",
        "look?file=x&database=../y&table=z",
    ],
)
def test_only_tables_of_the_node_are_read(world, gwen, address):
    with as_person(world, gwen) as steward:
        answer = steward.get(f"/datasets/map/{address}")
        assert answer.status_code == 422
        assert "This table cannot be read" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("evil.exe", b"MZ", "not a kind of file that is read"),
        ("../../easement.toml", b"x", "not a kind of file that is read"),
        ("pupils 2026.csv", b"a,b", "a file"),
    ],
)
def test_an_upload_is_a_table_and_takes_no_files_place(world, gwen, table, name, content, says):
    with as_person(world, gwen) as steward:
        page = steward.get("/datasets/map").text
        csrf = page.partition('name="csrf" value="')[2][:64]
        answer = steward.post("/datasets/map/upload", data={"csrf": csrf}, files={"upload": (name, content)})
        assert answer.status_code == 422
        assert says in answer.text
    assert table.read_text() == ROWS


def test_an_upload_is_kept_for_its_owner_alone(world, gwen):
    target = world.node.home / "datasets" / "kept.csv"
    with as_person(world, gwen) as steward:
        csrf = steward.get("/datasets/map").text.partition('name="csrf" value="')[2][:64]
        sent = steward.post("/datasets/map/upload", data={"csrf": csrf}, files={"upload": ("kept.csv", b"a,b\n1,2\n")})
    assert sent.headers["location"] == "/datasets/map/look?file=kept.csv"
    assert target.stat().st_mode & 0o077 == 0
    target.unlink()
