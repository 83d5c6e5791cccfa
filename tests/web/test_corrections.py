"""R4.4, R6.2: a value that was put right is told to whoever was given it, and counted where somebody is to act."""

import re
from collections import Counter
from datetime import timedelta

import httpx

from easement.exchange.correct_bodies import Kind
from easement.exchange.correct_cases import Wrong, report
from easement.ledger.model import EntryType
from easement.staff import service as staff
from easement.staff.permissions import NodeRole, Permission

from .signed_in import as_person, asked, send, words
from .world import TRICKY, Person, World

HERE = "corrections wait to be put right here"
CASES, LATE = "cases of something wrong wait for our answer", "recipients are late with putting right what we gave"
VALUES = "/api/v1/corrections/values"


def waits(world: World, person: Person) -> Counter[str]:
    """What the first page says waits for somebody, and how much of it."""
    with as_person(world, person) as client:
        page = client.get("/").text
    found = re.findall(r'easement-card-number">([0-9,]+)</span>\s*<a[^>]*>([^<]+)</a>', page)
    return Counter({what: int(count.replace(",", "")) for count, what in found})


def program(world: World, *scopes: Permission) -> httpx.Client:
    """A program of an organisation, with a key of its own."""
    now = world.clock()
    made = staff.make_key(world.node, "register", scopes, expires=now + timedelta(days=30), by="console", now=now)
    return httpx.Client(base_url=world.url, headers={"authorization": f"Bearer {made.secret}"}, timeout=30)


def received(world: World, client: httpx.Client) -> str:
    """The message of an answer of the department's that just came in."""
    asked(client, about=("school-meals/entitled", "benefit-eligibility"))
    return list(world.node.ledger.entries(type=EntryType.DISCLOSURE_RECEIVED))[-1].entry.message


def test_a_value_put_right_is_told_in_its_own_words_counted_and_done(world, client, sam, mel):
    dana = world.partner.employ("Dina Steward", NodeRole.DATA_STEWARD)
    message, before = received(world, client), waits(world, sam)
    wanted = {"message": message, "element": "family_name", "why": f"It is Ashe. {TRICKY}"}
    with (
        program(world.partner, Permission.DATA_CORRECTION_MANAGE) as may,
        program(world.partner, Permission.AUDIT_LEDGER_READ) as may_not,
    ):
        assert may_not.post(VALUES, json=wanted).status_code == 403
        assert may.post(VALUES, json=wanted | {"element": "postcode"}).status_code == 409, "it was not given"
        assert may.post(VALUES, json=wanted | {"message": "0" * 32}).status_code == 409
        assert may.post(VALUES, json=wanted | {"why": ""}).status_code in (409, 422)
        first, second = (may.post(VALUES, json=wanted) for _ in range(2))
    assert (first.status_code, second.json()["id"]) == (200, first.json()["id"]), first.text
    assert (first.json()["about"], first.json()["element"]) == ("value", "family_name")
    letters = first.json()["recipients"]
    assert waits(world, sam)[HERE] == before[HERE] + letters > before[HERE]
    assert HERE in waits(world, mel), "whoever works under the agreement sees it"
    told = f"/corrections/told/{first.json()['id']}/{message}"
    page = words(client.get(told))
    for said in (
        "Put this right",
        "gave us something that was wrong, and has put it right",
        "What was wrong Family name",
    ):
        assert said.lower() in page.lower()
    assert " ".join(TRICKY.split()) in page
    assert "mixed up" not in page, "nothing is said of another person"
    assert "<script>alert" not in client.get(told).text
    with as_person(world.partner, dana) as steward:
        link = words(steward.get(f"/corrections/links/{first.json()['id']}"))
        assert "A value that we put right" in link
        assert "Was told" in link
        assert "wrong link" not in link
        assert "family name" in words(steward.get("/corrections")).lower()
    report(world.node, Wrong("dwp", message, Kind.WRONG_VALUE, "Not her.", "given_name"), world.clock(), by=sam.id)
    assert waits(world.partner, dana)[CASES] >= 1
    late = waits(world.partner, dana)[LATE]
    world.clock.ahead = timedelta(days=6)
    try:
        assert waits(world.partner, dana)[LATE] >= late + letters
        with as_person(world, sam) as again:
            assert send(again, told).headers["location"] == told
            assert "This was put right" in words(again.get(told))
        assert waits(world, sam)[HERE] == before[HERE] + letters - 1
    finally:
        world.clock.ahead = timedelta()
