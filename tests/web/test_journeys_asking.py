"""Journeys in a real browser: asking about a person, by clicking, by keyboard, and without scripts."""

import re

from easement.staff.permissions import NodeRole

from .browser import Seat
from .steps import ask, send


def test_asking_about_a_person_shows_each_field_with_its_ground(seat, sam, axe):
    seat.sign_in(sam, "/ask")
    seat.check(axe)
    seat.press("Continue")
    assert "Choose what you need the information for" in seat.text
    seat.check(axe)
    ask(seat, "Northshire Police", "Northtown Health Trust")
    assert seat.heading == "Check before you ask"
    assert "1 February 2015" in seat.text
    seat.check(axe)
    send(seat)
    seat.check(axe)
    row = seat.page.locator(".govuk-summary-list__row", has_text="Given name").inner_text()
    for part in ("Jo", "Northtown Health Trust", "safeguarding 1.0.0", "UK GDPR Art 6(1)(c)", "in full", "as at"):
        assert part in row
    withheld = seat.page.locator(".govuk-summary-list__row", has_text="Postcode").inner_text()
    assert "Withheld" in withheld
    assert "the agreement does not name it" in withheld
    assert "Northshire Police" in seat.text
    assert "Their service could not be reached" in seat.text, "who did not answer, and why"
    assert re.fullmatch(r"/ask/[0-9a-f]{32}/answer", seat.path)


def tab_to(seat: Seat, name: str) -> None:
    """Press the tabulator until what is named has the focus, as somebody without a mouse does."""
    for _ in range(60):
        seat.page.keyboard.press("Tab")
        said = seat.page.evaluate(
            "(() => { const e = document.activeElement; return (e.labels && e.labels[0] || e).innerText.trim(); })()"
        )
        if said.startswith(name):
            return
    raise AssertionError(f"`{name}` cannot be reached by keyboard on {seat.path}")


def type_into(seat: Seat, name: str, text: str) -> None:
    """Go to a field by keyboard and type."""
    tab_to(seat, name)
    seat.page.keyboard.type(text)


def enter(seat: Seat, name: str) -> None:
    """Go to a button or link by keyboard and press Enter."""
    tab_to(seat, name)
    before = seat.page.url
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_url(lambda url: url != before)


def test_asking_by_keyboard_alone(seat, sam):
    seat.sign_in(sam)
    enter(seat, "Ask about a person")
    tab_to(seat, "Safeguarding children")
    seat.page.keyboard.press("Space")
    enter(seat, "Continue")
    tab_to(seat, "Northtown Health Trust")
    seat.page.keyboard.press("Space")
    enter(seat, "Continue")
    type_into(seat, "Family name", "Ash")
    for part, value in (("Day", "1"), ("Month", "2"), ("Year", "2015")):
        type_into(seat, part, value)
    enter(seat, "Continue")
    type_into(seat, "Why do you need this?", "A worry")
    enter(seat, "Continue")
    enter(seat, "Ask now")
    assert seat.heading == "What came back"
    enter(seat, "Why?")
    assert seat.heading.startswith("Why ")
    enter(seat, "Disclosures")
    type_into(seat, "Find a disclosure", "school meals")
    enter(seat, "Find")
    assert seat.path == "/disclosures?agreement=school-meals"
    enter(seat, "Sign out")
    assert seat.heading == "You are signed out"


def test_why_is_answered_for_a_field_given_and_for_one_withheld(seat, sam, axe):
    seat.sign_in(sam)
    ask(seat, "Northtown Health Trust")
    send(seat)
    answer = seat.path
    seat.page.get_by_role("link", name="Why? given name").click()
    assert seat.heading == "Why given name was shared"
    assert "shares.health-contact.fields.given_name" in seat.text
    assert "What had to be true" in seat.text
    seat.check(axe)
    seat.follow("Back to what came back")
    assert seat.path == answer
    seat.page.get_by_role("link", name="postcode was withheld").click()
    assert seat.heading == "Why postcode was withheld"
    assert "can agree a new version" in seat.text
    seat.check(axe)
    seat.go(answer)
    with seat.page.expect_download() as download:
        seat.page.get_by_role("link", name="Download the receipt").click()
    receipt = download.value.path().read_text()
    seat.go("/the-ledger/check")
    seat.page.get_by_label("or paste it here").fill(receipt)
    seat.press("Check")
    assert seat.heading == "The receipt holds", "the provider's receipt, by the keys of the directory"
    seat.go(answer)
    seat.press("I have finished: forget this page")
    assert seat.go(answer) == 404


def test_a_refusal_says_the_clause_and_what_would_make_it_lawful(seat, sam, axe):
    seat.sign_in(sam, "/ask")
    seat.page.get_by_label("Something else").check()
    seat.press("Continue")
    seat.check(axe)
    seat.press("Continue")
    assert "There is a problem" in seat.text
    seat.page.get_by_label("What else do you need it for?").select_option("border-control")
    seat.press("Continue")
    assert "This agreement is for another purpose" in seat.text
    seat.page.get_by_label("Standards: entitled").check()
    seat.press("Continue")
    seat.page.get_by_label("National Insurance number").fill("AB123456C")
    seat.press("Continue")
    seat.page.get_by_label("Why do you need this?").fill("To see what it says")
    seat.press("Continue")
    send(seat)
    assert "We did not ask Department for Living Standards" in seat.text
    seat.check(axe)
    seat.follow("Why, and what would make it lawful")
    assert "Not agreed for this purpose" in seat.text
    assert "purpose.code" in seat.text
    assert "This purpose needs an agreement of its own" in seat.text
    assert "People stay away from care" in seat.text, "why the two purposes clash"
    seat.check(axe)
    seat.page.get_by_role("link", name=re.compile("^number")).click()
    assert seat.path.startswith("/refusals/")
    assert "To see what it says" in seat.text
    seat.check(axe)
    seat.go("/refusals")
    assert "Not agreed for this purpose" in seat.text
    seat.check(axe)


def test_what_cannot_be_right_of_a_person_is_said_beside_its_field(seat, sam, axe):
    seat.sign_in(sam, "/ask")
    seat.page.get_by_label("Safeguarding children", exact=True).check()
    seat.press("Continue")
    seat.press("Continue")
    assert "Choose who you want to ask" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Northtown Health Trust").check()
    seat.press("Continue")
    seat.check(axe)
    seat.page.get_by_label("Family name").fill("Ash")
    seat.press("Continue")
    assert "Say more about the person" in seat.text
    seat.page.get_by_label("NHS number").fill("1234567890")
    for part, value in (("Day", "31"), ("Month", "2"), ("Year", "2015")):
        seat.page.get_by_label(part).fill(value)
    seat.press("Continue")
    assert "must be a real date" in seat.text
    assert "This cannot be right" in seat.text
    assert seat.page.get_by_label("Day").input_value() == "31", "what was typed is still there"
    seat.check(axe)
    seat.page.get_by_role("link", name="must be a real date").click()
    assert seat.page.evaluate("document.activeElement.id") == "date_of_birth-day"
    assert seat.go("/refusals?organisation=trust") == 200
    assert "(refusal)" not in seat.text, "a slip of the keyboard is no refusal"


def test_everything_works_without_scripts(plain, world, sam):
    other = world.employ("Vic Plain", NodeRole.CASEWORKER)
    plain.sign_in_by_hand(other)
    assert plain.heading == "Hello, Vic Plain"
    plain.sign_in(sam)
    ask(plain, "Northtown Health Trust")
    send(plain)
    assert "Northtown Health Trust" in plain.text
    plain.page.get_by_role("link", name="Why? given name").click()
    assert plain.heading == "Why given name was shared"
    plain.follow("Disclosures")
    plain.page.get_by_role("link", name="(disclosure)").first.click()
    assert plain.heading.startswith("Disclosure ")
    plain.follow("Ledger")
    plain.follow("Check a receipt")
    plain.press("Check")
    assert "Choose a file, or paste the receipt" in plain.text
    plain.press("Sign out")
    assert plain.heading == "You are signed out"
