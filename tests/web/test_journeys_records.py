"""Journeys in a real browser: what was given and received, its proof and duties, and what else a node shows."""

from easement.base.database import writing
from easement.exchange.bulk_tables import Bulk, BulkState, add_bulk, change_bulk
from easement.staff.permissions import NodeRole

from .steps import ask, send
from .world import TRICKY


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


def test_a_job_shows_how_far_it_is_with_scripts_and_without(seat, plain, world, axe):
    made = bulk("5e" * 16, BulkState.RUNNING, rows=1200)
    with writing(world.node.engine) as connection:
        add_bulk(connection, made)
    person = world.employ("Jo Analyst", NodeRole.ANALYST, grants=[("school-meals", "benefits-officer")])
    for each in (seat, plain):
        each.sign_in(person, "/jobs")
        assert "Being made" in each.text
        each.page.locator(f"a[href='/jobs/{made.message}']").click()
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
