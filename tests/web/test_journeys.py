"""Every journey in a real browser: by clicking, by keyboard, and without scripts; axe finds nothing on any page."""

import re

import pyotp
import pytest

from easement.base.database import writing
from easement.exchange.bulk_tables import Bulk, BulkState, add_bulk, change_bulk
from easement.staff.permissions import NodeRole

from .browser import Seat
from .world import PASSWORD, TRICKY

SLOW = pytest.mark.timeout(300)


def ask(seat: Seat, *sources: str, purpose: str = "Safeguarding children", why: str = "A worry, case 4021") -> None:
    """Ask about Jo Ash, as far as the page where everything is checked."""
    seat.go("/ask")
    seat.page.get_by_label(purpose, exact=True).check()
    seat.press("Continue")
    for source in sources:
        seat.page.get_by_label(source).check()
    seat.press("Continue")
    seat.page.get_by_label("Family name").fill("Ash")
    for part, value in (("Day", "1"), ("Month", "2"), ("Year", "2015")):
        seat.page.get_by_label(part).fill(value)
    seat.press("Continue")
    seat.page.get_by_label("Why do you need this?").fill(why)
    seat.press("Continue")


def send(seat: Seat) -> None:
    """Ask, and wait until the answer is there."""
    seat.press("Ask now")
    seat.page.get_by_role("heading", name="What came back").wait_for()


def test_signing_in_needs_name_password_and_code(seat, sam, axe):
    seat.go("/sign-in")
    seat.check(axe)
    seat.press("Sign in")
    assert "Type your user name" in seat.text
    assert "Type your password" in seat.text
    assert seat.page.title().startswith("Error: ")
    assert seat.page.evaluate("document.activeElement.className") == "govuk-error-summary"
    seat.check(axe)
    seat.page.get_by_label("User name").fill(sam.name)
    seat.page.get_by_label("Password", exact=True).fill("not the password")
    seat.page.get_by_label("Security code").fill("000000")
    seat.press("Sign in")
    assert "not right" in seat.text
    seat.sign_in_by_hand(sam, "/disclosures")
    assert seat.path == "/disclosures"
    seat.go("/")
    assert seat.heading == "Hello, Sam Carter"
    seat.check(axe)


def test_signing_in_by_keyboard_alone(seat, mel):
    seat.go("/sign-in")
    seat.page.keyboard.press("Tab")
    assert seat.page.evaluate("document.activeElement.innerText") == "Skip to main content"
    seat.page.keyboard.press("Enter")
    seat.page.keyboard.press("Tab")
    seat.page.keyboard.type(mel.name)
    seat.page.keyboard.press("Tab")
    seat.page.keyboard.type(PASSWORD)
    seat.page.keyboard.press("Tab")  # past the button that shows the password
    seat.page.keyboard.press("Tab")
    seat.page.keyboard.type(mel.code(seat.world.clock()))
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_url("**/")
    assert seat.heading == "Hello, Mel Price"


def test_the_first_sign_in_sets_a_password_and_an_authenticator(seat, browser, world, ali, axe):
    seat.sign_in(ali, "/staff")
    seat.check(axe)
    seat.press("Add a person")
    seat.check(axe)
    seat.press("Add")
    assert "There is a problem" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Name").fill("Noa Newcomer")
    seat.page.get_by_label("Caseworker").check()
    seat.press("Add")
    code = seat.page.locator(".easement-secret").inner_text().strip()
    seat.check(axe)
    seat.press("Sign out")
    seat.check(axe)

    seat.go("/enrol")
    seat.check(axe)
    seat.page.get_by_label("Invitation code").fill("no such invitation")
    seat.press("Continue")
    assert "does not work" in seat.text
    seat.page.get_by_label("Invitation code").fill(code)
    seat.press("Continue")
    assert seat.heading == "Set up your account"
    seat.check(axe)
    assert seat.page.get_by_role("img", name="QR code").is_visible()
    seat.page.get_by_label("Choose a password").fill("short")
    seat.press("Finish")
    assert "12 characters" in seat.text
    seat.check(axe)
    secret = seat.page.locator("strong.easement-code").inner_text().replace(" ", "")
    seat.page.get_by_label("Choose a password").fill(PASSWORD)
    seat.page.get_by_label("Security code").fill(pyotp.TOTP(secret).at(world.clock().timestamp()))
    seat.press("Finish")
    assert seat.heading == "Your account is ready"
    assert seat.page.locator(".easement-secret li").count() == 10
    seat.check(axe)
    seat.press("I have kept them")
    assert seat.heading == "Hello, Noa Newcomer"
    assert seat.go(f"/enrol?code={code}") == 200
    assert "does not work" in seat.text, "an invitation works once"


@SLOW
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


@SLOW
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


@SLOW
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


@SLOW
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


@SLOW
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


@SLOW
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


@SLOW
def test_a_disclosure_has_its_proof_receipt_and_duties(seat, sam, axe):
    seat.sign_in(sam)
    ask(seat, "Northtown Health Trust", why=TRICKY)
    send(seat)
    seat.go("/disclosures")
    seat.check(axe)
    seat.page.get_by_label("Agreement").select_option("safeguarding")
    seat.press("Show")
    assert "agreement=safeguarding" in seat.path
    seat.check(axe)
    seat.page.get_by_role("link", name="(disclosure)").first.click()
    for part in ("We received", "What crossed", "What was withheld", "Proof", "Sam Carter", "social worker", TRICKY):
        assert part in seat.text
    assert "Northtown Council may keep it for 1 year" in seat.text
    assert "must confirm in writing" in seat.text
    assert "must not pass it on" in seat.text
    seat.check(axe)
    page = seat.path
    seat.page.get_by_role("link", name="Why?").first.click()
    seat.check(axe)
    seat.go(page)
    with seat.page.expect_download() as download:
        seat.page.get_by_role("link", name="Download the receipt").click()
    receipt = download.value.path()
    seat.go("/the-ledger/check")
    seat.check(axe)
    seat.page.locator("#file-input, #file").first.set_input_files(receipt)
    seat.press("Check")
    assert seat.heading == "The receipt holds"
    assert "Northtown Health Trust" in seat.text
    seat.check(axe)
    seat.go("/the-ledger/check")
    seat.page.get_by_label("or paste it here").fill(receipt.read_text().replace("A", "B", 3))
    seat.press("Check")
    assert seat.heading == "The receipt does not hold"
    seat.check(axe)


@SLOW
def test_what_is_still_owed_is_listed_by_its_day(seat, sam, axe):
    seat.sign_in(sam)
    ask(seat, "Northtown Health Trust")
    send(seat)
    seat.go("/duties")
    assert "Delete it" in seat.text
    assert "Confirm it in writing" in seat.text
    assert "Overdue" not in seat.text
    seat.check(axe)
    seat.page.get_by_role("link", name="(disclosure)").first.click()
    assert "What is still owed" in seat.text


def test_a_disclosure_is_found_by_its_number_and_never_by_a_persons_name(seat, sam, axe):
    seat.sign_in(sam, "/disclosures")
    seat.page.get_by_label("Find a disclosure").fill("Jo Ash")
    seat.press("Find")
    assert "Nothing has this number or name" in seat.text
    assert "Ash" not in seat.page.url
    seat.check(axe)
    seat.page.get_by_label("Find a disclosure").fill("school meals")
    seat.press("Find")
    assert seat.path == "/disclosures?agreement=school-meals"


def test_the_ledger_agreements_and_members_are_shown(seat, sam, axe):
    seat.sign_in(sam, "/the-ledger")
    assert "northtown/ledger" in seat.text
    seat.check(axe)
    seat.go("/agreements")
    seat.check(axe)
    seat.follow("School meals")
    assert seat.heading == "School meals"
    assert "Find pupils whose household receives a benefit." in seat.text
    seat.check(axe)
    seat.go("/members")
    seat.check(axe)
    seat.follow("Northtown Health Trust")
    assert "What police and health know" in seat.text
    seat.check(axe)


@SLOW
def test_both_ledgers_are_compared_in_the_page(seat, gwen, axe):
    seat.sign_in(gwen, "/members/trust")
    seat.press("Compare now")
    assert seat.heading == "Both ledgers agree"
    seat.check(axe)
    seat.go("/members/police")
    seat.press("Compare now")
    assert seat.heading == "The ledgers could not be compared"
    seat.check(axe)


def test_datasets_are_shown_with_who_answers_for_them(seat, gwen, axe):
    seat.sign_in(gwen, "/datasets")
    assert "Head of revenues" in seat.text
    assert "parts of its description are missing" in seat.text
    seat.check(axe)
    seat.follow("Awards in payment")
    for part in ("Official sensitive", "7 years", "1 April 2019", "asked in place", "nobody has said"):
        assert part in seat.text
    seat.check(axe)


@SLOW
def test_a_job_shows_how_far_it_is_with_scripts_and_without(seat, plain, world, axe):
    made = bulk("5e" * 16, BulkState.RUNNING, rows=1200)
    with writing(world.node.engine) as connection:
        add_bulk(connection, made)
    person = world.employ("Jo Analyst", NodeRole.ANALYST, grants=[("school-meals", "benefits-officer")])
    for each in (seat, plain):
        each.sign_in(person, "/jobs")
        assert "Being made" in each.text
        each.follow("School meals")
        assert "1,200 records so far." in each.page.get_by_role("status").inner_text()
    seat.check(axe)
    with writing(world.node.engine) as connection:
        assert change_bulk(connection, made, state=BulkState.RECEIVED, rows=2400)
    plain.follow("Refresh this page")
    assert "It is done: 2,400 records." in plain.text
    assert plain.page.get_by_role("link", name="Refresh this page").count() == 0
    seat.page.get_by_text("It is done: 2,400 records.").wait_for()  # the page asks by itself
    seat.check(axe)
    seat.go("/jobs")
    seat.check(axe)


def bulk(message: str, state: BulkState, **said: object) -> Bulk:
    """A set that was asked for."""
    usual = {"provider": "dwp", "agreement": "0" * 64, "agreement_id": "school-meals", "share": "forms", "mode": "bulk"}
    return Bulk(message=message, state=state, since=1_795_000_000, changed=1_795_000_100, **usual | said)


@SLOW
def test_people_are_given_roles_and_training(seat, ali, world, axe):
    person = world.employ("Kit Changeable", NodeRole.CASEWORKER)
    seat.sign_in(ali, "/staff")
    seat.follow("Kit Changeable")
    seat.check(axe)
    seat.press("Give this role")
    assert "Choose a role" in seat.text
    seat.page.get_by_label("Give a role").select_option("safeguarding/social-worker")
    seat.press("Give this role")
    assert "The role was given." in seat.text
    seat.check(axe)
    seat.press("Take away")
    assert "It was taken away." in seat.text
    seat.page.get_by_label("Record a course").fill("safeguarding-level-3")
    seat.press("Record")
    assert "Say when it was passed" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Record a course").fill("safeguarding-level-3")
    passed = seat.page.get_by_role("group", name="Passed on")
    for part, value in (("Day", "1"), ("Month", "9"), ("Year", "2026")):
        passed.get_by_label(part).fill(value)
    seat.press("Record")
    assert "The training is recorded." in seat.text
    assert "1 September 2026" in seat.text
    seat.page.get_by_label("Auditor").check()
    seat.press("Save")
    assert "Their roles are saved" in seat.text
    seat.press("Shut them out")
    assert "Shut out" in seat.text
    seat.check(axe)
    seat.press("Let them sign in again")
    assert "Can sign in" in seat.text
    seat.press("Make a new invitation")
    assert seat.page.locator(".easement-secret").inner_text().strip()
    seat.go(f"/staff/{ali.id}")
    assert "This is you" in seat.text
    assert seat.page.get_by_role("button", name="Save").count() == 0
    seat.check(axe)
    assert person.id not in seat.path


def test_a_key_is_shown_once_and_can_be_revoked(seat, ali, axe):
    seat.sign_in(ali, "/keys")
    seat.check(axe)
    seat.press("Make a key")
    seat.check(axe)
    seat.page.get_by_label("Name of the program").fill("Case system")
    seat.press("Make the key")
    assert "Choose what the program may do" in seat.text
    seat.check(axe)
    seat.page.get_by_label("See what was disclosed and what was refused.").check()
    seat.press("Make the key")
    secret = seat.page.locator(".easement-secret").inner_text().strip()
    assert len(secret) > 40
    seat.check(axe)
    seat.follow("Go on to its roles under agreements")
    assert secret not in seat.page.content()
    assert "disclosure:record:read" in seat.text
    seat.check(axe)
    seat.press("Revoke this key")
    assert "Revoked" in seat.text
    seat.go("/keys")
    assert "Case system" in seat.text
    seat.check(axe)


def test_a_password_is_changed(seat, world, axe):
    person = world.employ("Pat Forgetful", NodeRole.CASEWORKER)
    seat.sign_in(person, "/account/password")
    seat.check(axe)
    seat.page.get_by_label("Your password now").fill("wrong one indeed")
    seat.page.get_by_label("Your new password").fill("green saucers under Leeds")
    seat.press("Change password")
    assert "This is not your password" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Your password now").fill(PASSWORD)
    seat.page.get_by_label("Your new password").fill("green saucers under Leeds")
    seat.press("Change password")
    assert "Your password is changed" in seat.text


@pytest.mark.parametrize(
    "path", ["/nothing-here", "/disclosures/999999", "/disclosures/no-number", "/ask/" + 32 * "0" + "/answer"]
)
def test_what_is_not_there_is_a_plain_page(seat, sam, axe, path):
    seat.sign_in(sam)
    assert seat.go(path) == 404
    assert seat.heading == "Page not found"
    seat.check(axe)


def test_what_one_may_not_see_is_a_plain_page(seat, sam, axe):
    seat.sign_in(sam)
    assert seat.go("/staff") == 403
    assert seat.heading == "You cannot use this page"
    seat.check(axe)


def test_after_signing_out_going_back_shows_nothing(seat, sam):
    seat.sign_in(sam)
    ask(seat, "Northtown Health Trust")
    send(seat)
    answer = seat.path
    assert "1 February 2015" in seat.text
    seat.press("Sign out")
    seat.page.go_back()
    seat.page.wait_for_load_state()
    assert "1 February 2015" not in seat.page.content()
    seat.go(answer)
    assert seat.path.startswith("/sign-in")
