"""R4.2: who manages datasets sees what another code list breaks, and adopts it by the pages (browser and axe)."""

import re
from collections.abc import Iterator

import pytest

from easement.meaning.codes_change import adoptions
from easement.staff.permissions import NodeRole
from tests.meaning.homes import MAPPING, NEW, OLD, ROWS, STANDARD

from .signed_in import as_person
from .world import TRICKY, World


@pytest.fixture
def home(world: World) -> Iterator[None]:
    """The node with a list and a standard of its own, and a table in it; as it was before when the test is over."""
    files = {
        "standards/codes/tenure.yaml": OLD,
        "standards/home-1.yaml": STANDARD,
        "datasets/homes.yaml": MAPPING.replace("northtown", world.node.organisation),
        "datasets/homes.csv": ROWS,
    }
    base = world.node.home
    (base / "standards/codes").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (base / name).write_text(text)
    yield
    for path in (*files, "standards/codes/tenure.v2.yaml", "standards/home-2.yaml", "standards/adoptions.jsonl"):
        (base / path).unlink(missing_ok=True)
    for path in (base / "standards/codes/proposed").glob("*"):
        path.unlink()


def form(client, page="/codes/change?old=tenure&new=proposed:tenure.v2"):
    """The hidden fields of the form that adopts."""
    text = client.get(page).text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text.partition("/codes/change/adopt")[2]))


def bring(client, text=NEW):
    token = form(client, "/codes/change?old=tenure&new=sex")["csrf"]
    sent = {"csrf": token, "old": "tenure"}
    return client.post("/codes/change/bring", data=sent, files={"list": ("t.yaml", text)})


def test_a_list_is_brought_seen_and_adopted_by_the_pages(seat, gwen, home, world, axe, tmp_path):
    (tmp_path / "new.yaml").write_text(NEW)
    seat.sign_in(gwen, "/codes/change?old=tenure")
    seat.page.get_by_label("A code list in Easement’s own format").set_input_files(tmp_path / "new.yaml")
    seat.press("Bring it and see what it breaks")
    for words in (
        "1 thing would break",
        "Mapping homes",
        "home/1 would be retired",
        "nothing is said to take the place",
    ):
        assert words.lower() in seat.text.lower()
    seat.check(axe)
    seat.follow("Count the records that have codes that go")
    assert "2 records." in seat.text
    seat.press("Adopt it, knowing what it breaks")
    assert "Say why it is adopted" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Why is it adopted?").fill("The new law")
    seat.press("Adopt it, knowing what it breaks")
    assert seat.heading == "Code lists adopted here"
    assert "home/2 took the place of home/1" in seat.text
    seat.check(axe)
    done = list(adoptions(world.node.home))
    assert [(each.by, each.why, each.new) for each in done] == [("Gwen Hughes", "The new law", "tenure/2")]
    assert not list((world.node.home / "standards/codes/proposed").glob("*"))


def test_what_was_shown_is_what_is_adopted_or_nothing(steward, home, world):
    assert bring(steward).status_code == 303
    shown = form(steward)
    mapping = world.node.home / "datasets/homes.yaml"
    mapping.write_text(mapping.read_text().replace("id: homes", "id: houses"))
    late = steward.post("/codes/change/adopt", data=shown | {"why": "now"})
    assert late.status_code == 409
    assert "no longer what you saw" in late.text
    assert steward.post("/codes/change/adopt", data=shown | {"why": "now", "seen": ""}).status_code == 409
    assert not list(adoptions(world.node.home))
    assert steward.post("/codes/change/adopt", data=form(steward) | {"why": "now"}).status_code == 303
    again = steward.post(
        "/codes/change/adopt", data=form(steward, "/codes/change?old=tenure&new=tenure.v2") | {"why": "x"}
    )
    assert (again.status_code, "already" in again.text) == (422, True)
    assert len(steward.get("/codes/adopted?format=json").json()["adopted"]) == 1


@pytest.mark.parametrize("name", ["file", "missing"])
def test_no_file_of_the_machine_is_read_for_a_list(steward, home, world, tmp_path, name):
    (tmp_path / "file").write_text(NEW)
    sent = {"csrf": form(steward, "/codes/change?old=tenure&new=sex")["csrf"], "old": "tenure", "why": "now"}
    answer = steward.post("/codes/change/adopt", data=sent | {"new": str(tmp_path / name), "seen": "5e" * 16})
    assert (answer.status_code, "Choose two code lists" in answer.text) == (422, True)
    assert str(tmp_path) not in answer.text
    assert not list(adoptions(world.node.home))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\x00\xff", "YAML"),
        (OLD, "has a list"),
        (NEW.replace("tenure", "../../evil"), "id"),
        (NEW.replace("Social", TRICKY.replace('"', "'")), ""),
        ("a: &a [*a, *a]\n", ""),
    ],
)
def test_a_bad_list_is_refused_with_what_to_mend(steward, home, world, text, said):
    answer = bring(steward, text)
    assert answer.status_code in (303, 422)
    assert said in answer.text
    assert "<script>alert" not in answer.text
    assert not (world.node.home.parent / "evil.v2.yaml").exists()


def test_a_list_that_was_brought_can_be_forgotten(steward, home, world):
    bring(steward)
    shown = form(steward)
    assert steward.post("/codes/change/drop", data=shown).status_code == 303
    assert "Brought, and not adopted" not in steward.get("/codes/change").text


def test_whoever_only_reads_sees_what_breaks_and_counts_and_adopts_nothing(world, home):
    world.employ("Una Reid", NodeRole.ANALYST)
    with as_person(world, world.people["Una Reid"]) as client:
        page = client.get("/codes/change?old=tenure&new=sex&count=1")
        assert (page.status_code, "2 records" in page.text, "/codes/change/adopt" in page.text) == (200, False, False)
        assert "is shown to whoever manages datasets" in page.text
        for path in ("adopt", "bring", "drop"):
            assert client.post(f"/codes/change/{path}", data={"old": "tenure", "new": "sex"}).status_code == 403
