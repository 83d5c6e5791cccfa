"""Journeys in a real browser: asking for many records, with a list and without, with scripts and without."""

import pytest

from easement.staff.permissions import NodeRole

from .browser import Seat
from .steps import make_sets
from .world import Person, World

LIST = b"Pupil no,Surname,Forename,DOB,Post code\nP1,Ash,Jo,01/02/2015,NT1 1AA\nP2,Nobody,Nell,03/03/2013,NT1 1AC\n"


@pytest.fixture(scope="module")
def analyst(world: World) -> Person:
    """Who may ask for many records, trained."""
    grants = [("school-meals", "benefits-officer"), ("school-meals", "catering-lead")]
    return world.employ("Ina Lister", NodeRole.ANALYST, grants=grants, courses=["information-governance"])


def choose(seat: Seat, purpose: str = "benefit-eligibility") -> None:
    """Say what to ask for, what for, and who asks."""
    seat.page.get_by_label("Department for Living Standards: forms").check()
    seat.page.get_by_label("What do you need the records for?").select_option(purpose)
    seat.page.get_by_label("Benefits officer").check()
    seat.press("Continue")


def upload(seat: Seat, data: bytes) -> None:
    """Choose a file and send it."""
    chosen = {"name": "roll.csv", "mimeType": "text/csv", "buffer": data}
    seat.page.locator("#file-input, #file").first.set_input_files(chosen)
    seat.press("Upload and continue")


def test_a_list_is_uploaded_matched_and_followed_until_it_is_received(seat, world, analyst, axe):
    seat.sign_in(analyst, "/jobs")
    seat.check(axe)
    seat.press("Ask for many records")
    seat.check(axe)
    seat.press("Continue")
    assert "Choose what you want to ask for" in seat.text
    seat.check(axe)
    choose(seat)
    seat.check(axe)
    seat.page.get_by_label("Only people on a list of mine").check()
    seat.press("Continue")
    seat.check(axe)
    upload(seat, b"no list at all")
    assert "needs a first line with the names of its columns" in seat.text
    seat.check(axe)
    upload(seat, LIST)
    assert "2 people in roll.csv" in seat.text
    assert seat.page.get_by_label("Family name").input_value() == "Surname"
    seat.check(axe)
    seat.press("Continue")
    assert "know your own records again" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Your own reference").select_option("Pupil no")
    seat.press("Continue")
    seat.page.get_by_label("Why do you need this?").fill("To see who may have a meal")
    seat.press("Continue")
    assert "Only those on your list: 2 people" in seat.text
    seat.check(axe)
    seat.press("Ask now")
    assert "It waits for its turn." in seat.text
    seat.check(axe)
    make_sets(world)
    seat.press("Ask them now")
    assert "It is done: 1 record." in seat.text
    seat.check(axe)
    seat.page.get_by_role("link", name="number").click()
    assert "We received" in seat.text


def test_everyone_is_asked_for_and_refused_without_scripts(plain, analyst):
    plain.sign_in(analyst, "/jobs/ask")
    choose(plain, purpose="border-control")
    plain.page.get_by_label("Everyone whom the agreement covers").check()
    plain.press("Continue")
    plain.page.get_by_label("Why do you need this?").fill("To see what it says")
    plain.press("Continue")
    assert "for another purpose, so the answer will be no" in plain.text
    plain.press("Ask now")
    assert "It was refused." in plain.text
    plain.page.get_by_role("link", name="number").click()
    assert "This purpose needs an agreement of its own" in plain.text
