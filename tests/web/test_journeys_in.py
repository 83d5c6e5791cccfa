"""Journeys in a real browser: getting in and out, letting others in, and pages that are not there or not open."""

import pyotp

from easement.staff.permissions import NodeRole

from .signed_in import words
from .steps import ask, send
from .world import PASSWORD


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
    assert seat.go("/enrol") == 200
    seat.page.get_by_label("Invitation code").fill(code)
    seat.press("Continue")
    assert "does not work" in seat.text, "an invitation works once"


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


def test_what_is_not_there_or_not_open_is_a_plain_page(seat, sam, axe, client):
    seat.sign_in(sam)
    assert seat.go("/nothing-here") == 404
    assert seat.heading == "Page not found"
    seat.check(axe)
    for path in ("/disclosures/999999", "/disclosures/no-number", "/ask/" + 32 * "0" + "/answer"):
        answer = client.get(path)
        assert (answer.status_code, "Page not found" in words(answer)) == (404, True), path
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
