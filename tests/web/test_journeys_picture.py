"""Journeys in a real browser: one person as several organisations see them, and putting right what is wrong (R3.7)."""

from typing import Any

from easement.exchange.correct_told import seen_tolds
from easement.staff.permissions import NodeRole

from .browser import Seat, seated
from .signed_in import statuses
from .world import TRICKY, World


def fill(seat: Seat, number: int = 1, family: str = "Ash") -> None:
    """Name a person, as on paper."""
    seat.page.locator(f"#p{number}-family_name").fill(family)
    for part, value in (("day", "1"), ("month", "2"), ("year", "2015")):
        seat.page.locator(f"#p{number}-date_of_birth-{part}").fill(value)


def picture(seat: Seat, why: str = "A worry, case 4021") -> None:
    """Ask for a picture of Jo Ash, and wait until it is there."""
    seat.go("/picture/for/safeguarding-children")
    fill(seat)
    seat.page.get_by_label("Why do you need this?").fill(why)
    seat.press("Ask them now")
    seat.page.get_by_role("heading", name="The whole picture").wait_for()


def test_a_picture_shows_who_says_what_and_who_said_nothing(seat: Seat, sam: Any, axe: str):
    seat.sign_in(sam, "/picture")
    seat.check(axe)
    seat.press("Continue")
    assert "Choose what you need the information for" in seat.text
    seat.page.get_by_label("Safeguarding children", exact=True).check()
    seat.press("Continue")
    seat.check(axe)
    seat.press("Add another person of the family")
    seat.check(axe)
    seat.press("Leave out the last person")
    seat.press("Ask them now")
    assert "Say more about the person" in seat.text
    assert "Say why you need this" in seat.text
    seat.check(axe)
    picture(seat)
    seat.check(axe)
    row = seat.page.locator(".govuk-summary-list__row", has_text="Given name").first.inner_text()
    for part in ("Jo", "Northtown Health Trust", "safeguarding 1.0.0", "UK GDPR Art 6(1)(c)", "in full", "fair match"):
        assert part in row
    assert "Northshire Police" in seat.text
    assert "Did not answer" in seat.text
    assert "September 2026" in seat.page.locator("table").inner_text(), "when the last contact was"


def test_a_family_without_scripts_and_the_same_form_twice(plain: Seat, sam: Any):
    plain.sign_in(sam, "/picture/for/safeguarding-children")
    fill(plain)
    plain.press("Add another person of the family")
    assert plain.page.locator("#p1-family_name").input_value() == "Ash"
    fill(plain, 2, "Elm")
    plain.page.get_by_label("Northshire Police").uncheck()
    plain.page.get_by_label("Why do you need this?").fill("A worry")
    plain.press("Ask them now")
    assert "Person 1" in plain.text
    assert "Person 2" in plain.text
    assert "Nobody found" in plain.text
    plain.go("/picture/for/safeguarding-children")
    fields = {each.get_attribute("name"): each.input_value() for each in plain.page.locator("main input").all()}
    form = fields | {"p1-family_name": "Elm", "p1-date_of_birth-day": "1", "p1-date_of_birth-month": "2"}
    form |= {"p1-date_of_birth-year": "2015", "why": "A worry", "source": "safeguarding/health-contact@trust"}
    said = [
        plain.context.request.post(plain.page.url, form=form, headers={"origin": plain.world.url}).text() for _ in "12"
    ]
    assert ["You asked this already" in each for each in said] == [False, True]


def test_what_is_wrong_is_told_answered_and_put_right(browser: Any, world: World, sam: Any, axe: str):
    assert world.partner is not None
    dana = world.partner.employ("Dana Steward", NodeRole.DATA_STEWARD)
    with seated(browser, world) as seat:
        seat.sign_in(sam, "/picture/for/benefit-eligibility")
        fill(seat)
        seat.page.get_by_label("Why do you need this?").fill("Application 2026-118")
        seat.press("Ask them now")
        with seat.context.expect_page() as opened:
            seat.page.get_by_role("button", name="Tell us what is wrong with given name").first.click()
        seat.page = opened.value
        seat.page.wait_for_load_state()
        seat.check(axe)
        seat.press("Tell Department for Living Standards")
        assert "Choose what is wrong" in seat.text
        seat.page.get_by_label("It is about somebody else").check()
        seat.page.get_by_label("How do you know?").fill(TRICKY)
        seat.press("Tell Department for Living Standards")
        assert seat.heading.startswith("What we told Department for Living Standards")
        assert TRICKY in seat.text
        seat.check(axe)
        case = seat.path
    with seated(browser, world.partner) as steward:
        steward.sign_in(dana, "/corrections")
        steward.check(axe)
        steward.follow("It is about somebody else")
        assert TRICKY in steward.text
        steward.check(axe)
        steward.press("Answer")
        assert "Choose what came of it" in steward.text
        steward.page.get_by_label("Two people were mixed up: break the link").check()
        steward.page.get_by_label("In words").fill("Two people of one name.")
        steward.press("Answer")
        assert "Link broken" in steward.text
        steward.go("/corrections")
        steward.follow("A question about one person")
        assert "Was told" in steward.text
        steward.check(axe)
    with seated(browser, world) as seat:
        seat.sign_in(sam, case)
        assert "Two people of one name." in seat.text
        seat.go("/corrections")
        seat.check(axe)
        seat.go("/duties")
        seat.check(axe)
        with seat.page.expect_navigation():
            seat.page.get_by_role("button", name="See what is wrong").first.click()
        seat.page.locator("table", has_text="For us to put right").get_by_role("link").first.click()
        seat.page.get_by_role("heading", name="Put this right").wait_for()
        seat.check(axe)
        seat.press("Our copy is put right")
        assert "of theirs" in seat.text
    assert any(each.row.certified is not None for each in seen_tolds(world.node))


def test_who_may_not_see_it_does_not(world: World, mel: Any, ola: Any):
    assert statuses(world, ola, "/picture", "/corrections") == [403, 403]
    none = "/picture/for/safeguarding-children"  # a purpose of which no agreement is theirs
    inside = (f"/corrections/links/{'5e' * 16}", f"/corrections/cases/{'5e' * 16}")
    assert statuses(world, mel, none, *inside) == [404, 403, 404]


def test_a_value_of_another_session_is_nobodys(seat: Seat, sam: Any, mel: Any):
    seat.sign_in(sam)
    picture(seat)
    about = seat.page.locator("input[name=about]").first.get_attribute("value")
    seat.context.clear_cookies()
    seat.sign_in(mel, "/picture")
    csrf = seat.page.locator("input[name=csrf]").first.get_attribute("value")
    for said, status in ((about, 404), ("bm8=", 404), ("x", 404)):
        form = {"csrf": csrf, "about": said}
        sent = seat.context.request.post(
            seat.world.url + "/picture/wrong", form=form, headers={"origin": seat.world.url}
        )
        assert sent.status == status
