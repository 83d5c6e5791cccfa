"""R2.7, R6.3: the public reads the register, raises concerns and sees answers, signed in or not (browser and axe)."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest

from easement.ledger.verifier import check_receipt
from easement.register import service

from .signed_in import HTML, as_person, send, token
from .world import TRICKY, World

WORRY = f"Why are postcodes needed? {TRICKY}"


@pytest.fixture
def officer(world: World) -> Iterator[httpx.Client]:
    """Who answers for what is shared."""
    with as_person(world, world.people["Gwen Hughes"]) as client:
        yield client


def raised(world: World, text: str = WORRY, hours: int = 0, **more: str) -> str:
    """A concern raised on an entry."""
    at = world.clock() - timedelta(hours=hours)
    return service.raise_concern(world.node, "school-meals", text, now=at, **more).id


# In a browser


def test_the_public_reads_the_register_without_signing_in(seat, axe):
    seat.go("/register")
    assert seat.heading == "Register of data sharing"
    assert "School meals" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Words").fill("families meals")
    seat.press("Search")
    assert re.search(r"\b\d+ agreements?\b", seat.text)
    seat.follow("School meals")
    assert seat.heading == "School meals"
    for words in ("How people are protected", "Who gains, and what", "Fingerprint of what was signed", "In force"):
        assert words in seat.text
    seat.check(axe)
    seat.go("/register?words=nothing-like-this")
    assert "No agreement fits" in seat.text
    seat.check(axe)
    seat.go("/register/numbers")
    assert "Agreements in force" in seat.text
    seat.check(axe)


def test_a_concern_is_raised_looked_at_and_answered_in_the_browser(plain, seat, gwen, axe):
    seat.go("/register/agreements/school-meals/concern")
    seat.check(axe)
    plain.go("/register/agreements/school-meals")
    plain.page.get_by_role("button", name="Raise a concern").click()
    plain.press("Send")
    assert "The concern is shorter than 10 characters" in plain.text
    plain.page.get_by_label("Your concern").fill(WORRY)
    plain.page.get_by_label("How to reach you (optional)").fill("jo@mail.example")
    plain.press("Send")
    assert plain.heading == "We have your concern"
    assert WORRY not in plain.text
    id_ = re.search("[0-9a-f]{32}", plain.path).group(0)

    seat.sign_in(gwen, "/concerns")
    seat.check(axe)
    seat.go(f"/concerns/{id_}")
    assert "jo@mail.example" in seat.text
    assert TRICKY in seat.text
    seat.check(axe)
    seat.press("Acknowledge")
    assert "choose whether the words are published" in seat.text.lower()
    seat.check(axe)
    seat.page.get_by_label("Yes, publish them").check()
    seat.press("Acknowledge")
    seat.page.get_by_label("Your answer").fill("To tell two children apart.")
    seat.check(axe)
    seat.press("Publish the answer")
    assert "To tell two children apart." in seat.text

    plain.go(f"/register/concerns/{id_}")
    assert TRICKY in plain.text
    assert "Answered by: governance lead" in plain.text
    assert "jo@mail.example" not in plain.text
    plain.go("/register/agreements/school-meals")
    assert "To tell two children apart." in plain.text
    for path in (f"/register/concerns/{id_}?new=yes", "/register/concerns", "/register/agreements/school-meals"):
        seat.go(path)
        seat.check(axe)


def test_something_is_left_out_and_shown_again_in_the_browser(seat, plain, gwen, axe):
    seat.sign_in(gwen, "/register/agreements/school-meals")
    seat.follow("Leave something out of this entry")
    seat.check(axe)
    seat.press("Leave it out")
    assert "There is a problem" in seat.text
    seat.page.get_by_label("What", exact=True).select_option("contacts")
    seat.page.get_by_label("Why", exact=True).select_option("crime-prevention")
    seat.page.get_by_label("More about why").fill(f"Officers were threatened {TRICKY}")
    seat.press("Leave it out")
    seat.check(axe)
    plain.go("/register/agreements/school-meals")
    assert "Left out, because it would make it harder to prevent or detect crime" in plain.text
    assert "dpo@northtown.example" not in plain.text
    assert TRICKY in plain.text
    seat.go("/register/agreements/school-meals")
    seat.check(axe)
    seat.go("/register/agreements/school-meals/left-out")
    seat.press("Show it again")
    assert "Nothing is left out." in seat.text
    plain.go("/register/agreements/school-meals")
    assert "dpo@northtown.example" in plain.text


# Without one


def test_the_register_is_open_data_in_every_format(stranger):
    told = json.loads(stranger.get("/register.json").text)
    assert {each["id"] for each in told["entries"]} >= {"school-meals", "safeguarding"}
    rows = list(csv.DictReader(io.StringIO(stranger.get("/register.csv").text)))
    assert {row["Number"] for row in rows} == {each["id"] for each in told["entries"]}
    assert len(rows[0]) == 18
    linked = json.loads(stranger.get("/register.jsonld").text)
    assert (linked["@type"], len(linked["dcat:dataset"])) == ("dcat:Catalog", len(rows))
    feed = stranger.get("/register/feed.atom")
    assert feed.headers["content-type"] == "application/atom+xml"
    assert ET.fromstring(feed.content).tag == "{http://www.w3.org/2005/Atom}feed"
    only = json.loads(stranger.get("/register.json?words=families+meals").text)
    assert "school-meals" in {each["id"] for each in only["entries"]} <= {each["id"] for each in told["entries"]}
    assert json.loads(stranger.get("/register.json?words=nothing-like-this").text)["entries"] == []
    assert stranger.get("/register?format=csv").text.startswith("Number,Name")
    assert json.loads(stranger.get("/register/agreements/school-meals?format=json").text)["version"] == "1.0.0"
    numbers = json.loads(stranger.get("/register/numbers?format=json").text)["numbers"]
    assert "agreements-in-force" in {each["measure"] for each in numbers}
    assert stranger.get("/register/numbers?format=csv").text.startswith("since,until,measure")


def test_a_proof_is_for_anybody_and_checked_with_the_public_key(world, stranger):
    entry = service.entry(world.node, "school-meals", world.clock())
    answer = stranger.get("/register/agreements/school-meals/proof")
    if entry.signed is None:
        assert answer.status_code == 404
    else:
        assert check_receipt(answer.text, [world.node.ledger.key]).index == entry.signed


def test_what_is_not_on_the_register_is_not_found(stranger):
    for path in (
        "agreements/none",
        "agreements/Ünreal",
        "concerns/" + "0" * 32,
        "agreements/school-meals/versions/9.9.9",
    ):
        assert stranger.get(f"/register/{path}").status_code == 404, path
    assert stranger.get("/register/agreements/none/concern").status_code == 404
    assert stranger.get("/register?page=99999999999&words=" + "x" * 1500).status_code == 200
    assert stranger.get("/register/numbers?since=0001-01-01&until=9999-12-31").status_code == 200
    assert stranger.get("/register/numbers?until=0001-01-01").status_code == 200
    assert stranger.get("/register?page=-1&state=%27%3B--&organisation=%25").status_code == 200


def test_words_searched_for_come_back_as_words(stranger):
    page = stranger.get("/register", params={"words": TRICKY}).text
    assert TRICKY not in page
    assert "49" not in re.search(r'name="words"[^>]*', page).group(0)


def test_nobody_raises_a_concern_through_another_site(stranger):
    form = {"csrf": "0" * 64, "text": WORRY}
    assert stranger.post("/register/agreements/school-meals/concern", data=form).status_code == 403
    page = stranger.get("/register/agreements/school-meals/concern")
    stolen = {"csrf": token(page), "text": WORRY}
    with httpx.Client(base_url=str(stranger.base_url), headers=HTML) as other:
        assert other.post("/register/agreements/school-meals/concern", data=stolen).status_code == 403


def test_a_flood_of_concerns_is_told_to_wait(world, stranger, monkeypatch):
    path = "/register/agreements/safeguarding/concern"
    answers = [send(stranger, path, text=f"{WORRY} {number}") for number in range(7)]
    assert {each.status_code for each in answers[:2]} == {303}
    assert answers[-1].status_code == 429
    assert "Try again in an hour" in answers[-1].text
    assert TRICKY not in answers[-1].text, "what was typed stays, as words"
    assert "Why are postcodes needed?" in answers[-1].text


def test_too_long_a_concern_is_told_with_what_was_typed(world, stranger):
    answer = send(stranger, "/register/agreements/school-meals/concern", text="word " * 500)
    assert answer.status_code == 422
    assert "longer than 2,000 characters" in answer.text


def test_words_nobody_looked_at_are_on_no_public_page(world, stranger):
    id_ = raised(world, "A worry about somebody called Jo Bloggs", hours=2, contact="jo@mail.example")
    for path in (f"/register/concerns/{id_}", "/register/concerns", "/register/agreements/school-meals"):
        assert "Bloggs" not in stranger.get(path).text, path
    told = stranger.get("/register/concerns?format=json").text
    assert id_ in told
    assert "Bloggs" not in told
    assert "jo@mail" not in told


def test_only_who_may_answers_concerns_or_leaves_things_out(world, officer):
    id_ = raised(world, hours=3)
    with as_person(world, world.people["Sam Carter"]) as sam:
        page = sam.get("/register/agreements/school-meals")
        assert "Leave something out" not in page.text
        for path in (f"/concerns/{id_}", "/concerns", "/register/agreements/school-meals/left-out"):
            assert sam.get(path).status_code == 403, path
        csrf = token(sam.get("/"))
        for path in (f"/concerns/{id_}/look", f"/concerns/{id_}/answer", "/register/agreements/school-meals/left-out"):
            assert sam.post(path, data={"csrf": csrf, "decided": "publish", "answer": "x"}).status_code == 403, path
    assert send(officer, f"/concerns/{id_}/look", page=f"/concerns/{id_}", decided="hold-back").status_code == 422
    held = send(officer, f"/concerns/{id_}/look", page=f"/concerns/{id_}", decided="hold-back", reason="unrelated")
    assert held.status_code == 303
    assert send(officer, f"/concerns/{id_}/answer", page=f"/concerns/{id_}", answer="").status_code == 422
    assert "csv" in officer.get("/concerns?format=csv").headers["content-type"]


def test_the_register_may_be_found_by_search_engines_and_staff_pages_may_not(stranger, officer):
    assert "noindex" not in stranger.get("/register").text
    assert "noindex" in officer.get("/concerns").text
    assert "Public register" in stranger.get("/register").text
    assert "Sign out" not in stranger.get("/register").text
