"""R1.3, R2.1, R2.4: an agreement is written in the pages, by form or by hand, over one file; no edit is lost."""

import re

from easement.permission import drafts
from easement.permission.actor import at_console
from easement.web.reading.editing import PARTS

from .signed_in import statuses

STEVE = at_console("data-steward", "Steve Poole")


def begin(seat, template: str = "Free school meals") -> str:
    """Begin a draft from a template; its id."""
    seat.go("/drafts")
    seat.press("Begin a draft")
    seat.page.get_by_label("Who gives?").select_option("dwp")
    seat.page.get_by_label("Who receives?").select_option("northtown")
    seat.page.get_by_label(template).check()
    seat.page.get_by_role("button", name="Begin", exact=True).click()
    return seat.path.rsplit("/", 1)[1]


def test_a_template_becomes_a_complete_draft_section_by_section(seat, gwen, world, axe):
    seat.sign_in(gwen, "/drafts")
    seat.check(axe)
    id_ = begin(seat)
    assert "to be mended" in seat.text
    seat.check(axe)
    seat.follow("About this agreement")
    for _ in PARTS:
        seat.check(axe)
        for name, words in FILLED.items():
            field = seat.page.locator(f'[name="{name}"]')
            if field.count() and field.get_attribute("type") != "checkbox":
                field.fill(words)
        seat.press("Save and go on")
    assert seat.path == f"/drafts/{id_}"
    seat.check(axe)
    left = [each.text for each in drafts_findings(world, id_)]
    assert left == []
    assert "Complete" in seat.text
    seat.follow("Read it as people will sign it")
    assert "What is the purpose of the sharing?" in seat.text
    seat.check(axe)


FILLED = {
    "parties.dwp.contact": "information.governance@dwp.example",
    "parties.northtown.contact": "dpo@northtown.example",
    "purpose.harm_if_not_shared": "One in nine entitled children goes without.",
    "law.dpia.reference": "DPIA-2026-014",
    "law.dpia.outcome": "residual risk low",
    "law.dpia.dated": "2026-05-02",
    "transparency.notice": "https://northtown.example/privacy/meals",
}


def drafts_findings(world, id_: str) -> list:
    from easement.web.reading.editing import draft_page

    page = draft_page(world.node, drafts.draft(world.node, id_), world.clock())
    return [each for each in page.findings if each.level == "must"]


def test_a_weaker_form_and_a_band_are_chosen_field_by_field(seat, gwen, world, axe):
    seat.sign_in(gwen)
    id_ = begin(seat)
    seat.follow("What data will be shared?")
    at = "shares.entitled-children.fields"
    assert "Example: QQ123456C" in seat.text
    seat.page.locator(f'[name="{at}.date_of_birth"]').select_option("year")
    seat.page.locator(f'[name="{at}.net_monthly_earnings"]').select_option("other")
    seat.page.get_by_text("Write another form net monthly earnings").click()
    seat.page.locator(f'[name="{at}.net_monthly_earnings.other"]').fill("bands of 100")
    seat.press("Save and go back")
    assert "is not a form" in seat.text
    assert "&#39;" not in seat.text
    seat.check(axe)
    seat.page.locator(f'[name="{at}.net_monthly_earnings"]').select_option("other")
    seat.page.locator(f'[name="{at}.net_monthly_earnings.other"]').fill("band 0, 300, 616.67")
    seat.page.locator(f'[name="{at}.date_of_birth"]').select_option("year")
    seat.page.get_by_label("One person at a time").check()
    seat.press("Save and go back")
    share = drafts.draft(world.node, id_).file.terms.shares["entitled-children"]
    assert share.fields["net_monthly_earnings"].written == "band 0, 300, 616.67"
    assert share.fields["date_of_birth"].written == "year"
    assert set(share.modes) == {"lookup", "match"}
    seat.follow("What changed since")
    assert "Shares less" in seat.text
    assert "Shares more" in seat.text
    seat.check(axe)


def test_the_file_is_edited_by_hand_and_a_mistake_names_its_line(seat, gwen, world, axe):
    seat.sign_in(gwen)
    id_ = begin(seat)
    seat.follow("Edit it as a file")
    seat.check(axe)
    area = seat.page.locator("textarea")
    text = area.input_value()
    area.fill(text.replace("version: 1.0.0", "version: one"))
    seat.press("Save the file")
    assert re.search(r"Line \d+:\d+: .*version", seat.text)
    assert "version: one" in seat.page.locator("textarea").input_value()
    seat.check(axe)
    assert drafts.draft(world.node, id_).number == 1
    seat.page.locator("textarea").fill(text.replace("retain: P1Y", "retain: P6M # shorter"))
    seat.press("Save the file")
    assert drafts.draft(world.node, id_).file.terms.duties.retain.words == "6 months"
    seat.follow("Edit it as a file")
    with seat.page.expect_download() as download:
        seat.page.get_by_role("link", name="Download it").click()
    assert "P6M # shorter" in download.value.path().read_text()


def test_two_editors_at_once_lose_nothing(seat, gwen, world, axe):
    seat.sign_in(gwen)
    id_ = begin(seat)
    seat.follow("About this agreement")
    drafts.change(world.node, id_, 1, {("duties", "retain"): "P6M"}, STEVE, world.clock())
    seat.page.get_by_label("Title", exact=True).fill("Meals for everybody entitled")
    seat.press("Save and go back")
    terms = drafts.draft(world.node, id_).file.terms
    assert (terms.title, terms.duties.retain.words) == ("Meals for everybody entitled", "6 months")
    seat.follow("About this agreement")
    drafts.change(world.node, id_, 3, {("title",): "Steve’s title"}, STEVE, world.clock())
    seat.page.get_by_label("Title", exact=True).fill("Gwen’s title")
    seat.press("Save and go back")
    assert "somebody saved the draft meanwhile" in seat.text
    assert seat.page.get_by_label("Title", exact=True).input_value() == "Steve’s title"
    seat.check(axe)
    seat.page.get_by_label("Title", exact=True).fill("Gwen’s title")
    seat.press("Save and go back")
    assert drafts.draft(world.node, id_).file.terms.title == "Gwen’s title"


def test_parties_and_shares_are_put_in_and_taken_out(plain, gwen, world):
    plain.sign_in(gwen)
    id_ = begin(plain)
    plain.page.get_by_text("Add a party or a share").click()
    plain.page.get_by_label("Id of the organisation").fill("easton")
    plain.page.locator("#class").select_option("local-authority")
    plain.press("Add this party")
    assert set(drafts.draft(world.node, id_).file.terms.parties) == {"dwp", "northtown", "easton"}
    plain.page.get_by_text("Add a party or a share").click()
    plain.page.get_by_label("Name of the share").fill("roll")
    plain.page.locator("#standard").select_option("school-roll/1")
    plain.press("Add this share")
    assert "roll" in drafts.draft(world.node, id_).file.terms.shares
    plain.page.get_by_role("button", name="Take out roll").click()
    plain.page.get_by_role("button", name="Take out easton").click()
    after = drafts.draft(world.node, id_).file.terms
    assert (set(after.parties), set(after.shares)) == ({"dwp", "northtown"}, {"entitled-children"})
    plain.page.get_by_text("Add a party or a share").click()
    plain.page.get_by_label("Id of the organisation").fill("Not an id")
    plain.press("Add this party")
    assert "There is a problem" in plain.text


def test_an_agreement_file_that_somebody_has_becomes_a_draft(seat, gwen, world, tmp_path, axe):
    seat.sign_in(gwen, "/drafts/new")
    seat.check(axe)
    seat.page.get_by_label("or paste it here").fill("title: only")
    seat.press("Begin with this file")
    assert "There is a problem" in seat.text
    seat.check(axe)
    own = tmp_path / "own.yaml"
    own.write_text(next((world.node.home / "agreements").glob("*.yaml")).read_text())
    seat.page.locator("#file-input, #file").first.set_input_files(own)
    seat.press("Begin with this file")
    assert drafts.draft(world.node, seat.path.rsplit("/", 1)[1]).text == own.read_text()
    seat.press("Delete this draft")
    assert seat.path == "/drafts"


def test_only_who_may_draft_sees_drafts(world, sam):
    none = f"/drafts/{'0' * 32}"
    assert statuses(world, sam, "/drafts", "/drafts/new", none, f"{none}/file") == [403] * 4


def test_a_draft_that_is_not_there_is_not_found(world, gwen):
    none = "0" * 32
    paths = [f"/drafts/{none}{rest}" for rest in ("", "/section/1", "/file", "/document", "/changes/1")]
    assert statuses(world, gwen, *paths, "/drafts/x", f"/drafts/{none}/section/99") == [404] * 7
