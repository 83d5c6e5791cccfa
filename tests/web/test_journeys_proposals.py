"""R1.5, R2.3: a draft becomes a proposal and an agreement in force, in the pages of two organisations' own nodes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from easement.permission import carrying, drafts, service
from easement.permission.actor import at_console
from easement.permission.service import Wish
from easement.permission.silence import escalate_all
from easement.staff.permissions import NodeRole
from tests.gate.world import TERMS

from .browser import Seat, seated
from .signed_in import statuses
from .world import Person, World

STEVE = at_console("data-steward", "Steve Poole")
LEAD = at_console("governance-lead", "Gil Lead")
SENIOR = at_console("senior-risk-owner", "Sid Orr")


def named(id_: str) -> str:
    """A complete agreement of the department and the council."""
    return TERMS.replace("id: school-meals", f"id: {id_}").replace("title: ", f"title: {id_} ", 1)


@pytest.fixture
def desk(browser, world) -> Iterator[Seat]:
    """A browser at the department's own node."""
    assert world.partner is not None
    with seated(browser, world.partner) as made:
        yield made


def person(world: World, name: str, *roles: NodeRole) -> Person:
    """Somebody who works at a node, let in once."""
    return world.people.get(name) or world.employ(name, *roles)


@pytest.fixture
def dee(world) -> Person:
    """Who answers for what the department shares."""
    return person(world.partner, "Dee Lane", NodeRole.GOVERNANCE_LEAD)


@pytest.fixture
def rae(world) -> Person:
    """Who answers for the department's risk."""
    return person(world.partner, "Rae Moss", NodeRole.SENIOR_RISK_OWNER)


@pytest.fixture
def sid(world) -> Person:
    """Who answers for the council's risk."""
    return person(world, "Sid Orr", NodeRole.SENIOR_RISK_OWNER)


def proposed(world: World, id_: str, **more) -> str:
    """A proposal of the council's to the department; its id."""
    wish = Wish(f"{id_} title", "Children go without.", "One in ten goes without.", {"dwp": "provider"}, **more)
    return service.propose(world.node, wish, LEAD, world.clock()).id


def reviewed(world: World, id_: str, text: str = "") -> str:
    """A proposal whose text is with the approvers."""
    made = proposed(world, id_, text=text or named(id_))
    service.agree(world.partner.node, made, LEAD, world.clock())
    service.submit(world.node, made, LEAD, world.clock())
    return made


def in_force(world: World, id_: str, text: str = "") -> str:
    """A proposal all the way to an agreement in force."""
    made = reviewed(world, id_, text)
    for node in (world.node, world.partner.node):
        for who in (LEAD, SENIOR):
            service.approve(node, made, who, world.clock())
    for node in (world.node, world.partner.node):
        service.sign(node, made, LEAD, world.clock())
    return made


def step(seat: Seat, axe: str, name: str, words: str = "", role: str = "") -> None:
    """Do one thing to the proposal that is open, by its form."""
    push(seat, name)
    seat.check(axe)
    if words:
        seat.page.get_by_label("in a few words").fill(words)
    if role:
        seat.page.get_by_label("In which of your roles?").select_option(role)
    push(seat, name)


def push(seat: Seat, name: str) -> None:
    """Press the button that says just this."""
    with seat.page.expect_navigation():
        seat.page.get_by_role("button", name=name, exact=True).click()


def test_a_draft_becomes_an_agreement_in_force_at_both_nodes(seat, desk, world, gwen, sid, dee, rae, axe):
    draft = drafts.start(world.node, named("uniform-grants"), STEVE, world.clock())
    seat.sign_in(gwen, f"/drafts/{draft.id}")
    seat.press("Propose it")
    assert seat.page.get_by_label("Why share?").input_value() == draft.file.terms.purpose.statement
    assert seat.page.get_by_label("What happens if it is not shared?").input_value()
    seat.check(axe)
    seat.press("Propose it")
    id_ = seat.path.rsplit("/", 1)[1]
    assert "Department for Living Standards" in seat.text
    seat.check(axe)
    assert world.node.ledger
    seat.go("/drafts")
    assert "uniform-grants" not in seat.text, "the text stands in the proposal now"

    desk.sign_in(dee)
    assert "wait for your answer" in desk.text
    desk.check(axe)
    desk.go("/proposals")
    desk.check(axe)
    desk.follow("uniform-grants")
    step(desk, axe, "Agree in principle")
    assert "Dee Lane" in desk.text, "at home, one's own are named"

    seat.go(f"/proposals/{id_}")
    assert "Dee Lane" not in seat.text, "elsewhere, only the role is"
    step(seat, axe, "Put it to the approvers")
    step(seat, axe, "Approve")
    assert "senior risk owner" in seat.text
    seat.sign_in(sid, f"/proposals/{id_}")
    step(seat, axe, "Approve")
    carrying.catch_up_all(world.partner.node, world.clock())
    desk.go("/")
    assert "wait for your approval" in desk.text
    desk.go(f"/proposals/{id_}")
    step(desk, axe, "Approve")
    desk.sign_in(rae, f"/proposals/{id_}")
    step(desk, axe, "Approve")
    step(desk, axe, "Sign")

    seat.go(f"/proposals/{id_}")
    push(seat, "Sign")
    assert "With your signature the agreement is in force" in seat.text
    digest = service.find(world.node, id_).text.digest
    assert digest in seat.text
    seat.check(axe)
    push(seat, "Sign")
    seat.check(axe)
    for made in (world, world.partner):
        dossier = service.find(made.node, id_)
        assert dossier.state == "in-force"
        today = made.clock().date()
        assert made.node.shelf.get("uniform-grants", today).standing(today).in_force


def test_a_refusal_needs_a_reason_and_words_and_both_sides_see_it(seat, desk, world, gwen, dee, axe):
    id_ = proposed(world, "refused")
    desk.sign_in(dee, f"/proposals/{id_}/refuse")
    desk.press("Refuse")
    assert "Choose the reason" in desk.text
    assert "Say it in a few words" in desk.text
    desk.check(axe)
    desk.page.get_by_label("Less than this would do").check()
    desk.page.get_by_label("in a few words").fill("A yes or no would do.")
    desk.press("Refuse")
    desk.check(axe)
    seat.sign_in(gwen, f"/proposals/{id_}")
    assert "Less than this would do, and less was not offered" in seat.text
    assert "A yes or no would do." in seat.text
    seat.check(axe)


def test_nobody_approves_a_text_that_was_changed_since_they_opened_it(seat, world, gwen, dee, axe):
    id_ = reviewed(world, "changing")
    seat.sign_in(gwen, f"/proposals/{id_}/approve")
    now = named("changing").replace("retain: P1Y", "retain: P6M")
    assert now != named("changing")
    service.draft(world.partner.node, id_, now, LEAD, world.clock(), words="six months")
    service.submit(world.partner.node, id_, LEAD, world.clock())
    seat.press("Approve")
    assert "The text was changed since you opened this page" in seat.text
    assert "duties.retain" in seat.text
    assert "Shares less" in seat.text
    assert service.find(world.node, id_).approvals == {}
    seat.check(axe)
    seat.press("Approve")
    assert seat.path == f"/proposals/{id_}"
    assert "governance-lead" in service.find(world.node, id_).approvals["northtown"].given


def test_a_text_is_edited_in_a_draft_and_put_to_the_others(seat, desk, world, gwen, dee, axe):
    id_ = reviewed(world, "edited")
    service.approve(world.partner.node, id_, LEAD, world.clock())
    seat.sign_in(gwen, f"/proposals/{id_}")
    seat.press("Edit the text")
    draft = seat.path.rsplit("/", 1)[1]
    drafts.change(world.node, draft, 1, {("duties", "retain"): "P6M"}, STEVE, world.clock())
    seat.go(f"/drafts/{draft}")
    seat.check(axe)
    seat.press("Put this draft to the others")
    assert "Approvals of the text that stands fall: Department for Living Standards" in seat.text
    assert "duties.retain" in seat.text
    seat.check(axe)
    seat.press("Put it to the others")
    assert "Say what is new in a few words" in seat.text
    seat.page.get_by_label("What is new").fill("six months will do")
    other = named("edited").replace("version: 1.0.0", "version: 1.1.0")
    service.draft(world.partner.node, id_, other, LEAD, world.clock(), words="numbered")
    seat.press("Put it to the others")
    assert "The text was changed meanwhile" in seat.text
    assert "1.1.0" in seat.text
    assert seat.page.get_by_label("What is new").input_value() == "six months will do"
    seat.check(axe)
    seat.press("Put my draft in its place")
    assert seat.path == f"/proposals/{id_}"
    assert "six months will do" in seat.text
    desk.sign_in(dee, f"/proposals/{id_}")
    desk.follow("What changed since the text that we looked at last")
    assert "duties.retain" in desk.text
    desk.check(axe)
    desk.follow("Read the text as it stands")
    desk.check(axe)
    assert "6 months" in desk.text


def test_a_clause_is_commented_on_and_changes_are_asked_for(seat, desk, world, gwen, dee, axe):
    id_ = reviewed(world, "commented")
    desk.sign_in(dee, f"/proposals/{id_}/text")
    desk.check(axe)
    push(desk, "Comment")
    desk.page.get_by_label("On which clause?").select_option("duties.retain")
    desk.page.get_by_label("in a few words").fill("Why a year? <b>{{7*7}}")
    push(desk, "Comment")
    assert "Why a year? <b>{{7*7}}" in desk.text
    step(desk, axe, "Ask for changes", words="Six months would do.")
    seat.sign_in(gwen, f"/proposals/{id_}")
    assert "Change asked for" in seat.text
    assert service.find(world.node, id_).state == "draft"
    seat.check(axe)


def test_what_is_in_force_is_suspended_let_go_on_reviewed_varied_and_ended(seat, world, gwen, axe):
    id_ = in_force(world, "lived")
    seat.sign_in(gwen, f"/proposals/{id_}")
    step(seat, axe, "Suspend", words="A breach is looked into.")
    assert "Suspended by Northtown Council: A breach is looked into." in seat.text
    today = world.clock().date()
    assert not world.node.shelf.get("lived", today).standing(today).in_force
    seat.check(axe)
    step(seat, axe, "Let it go on", words="It is mended.")
    seat.press("Record a review")
    seat.page.get_by_label("It may go on as it is").check()
    seat.page.get_by_label("in a few words").fill("120 children found.")
    seat.press("Record a review")
    assert "120 children found." in seat.text
    seat.press("Begin the next version")
    draft = drafts.draft(world.node, seat.path.rsplit("/", 1)[1])
    agreed = service.find(world.node, id_).agreed
    assert (draft.file.terms.version, draft.file.terms.supersedes) == ("1.1.0", agreed.digest)
    seat.press("Put this draft to the others")
    assert "What is in force holds until every party has approved and signed the next" in seat.text
    seat.page.get_by_label("What is new").fill("The next version.")
    seat.press("Put it to the others")
    assert service.find(world.node, id_).varying
    seat.check(axe)
    step(seat, axe, "Withdraw", words="Not yet.")
    step(seat, axe, "End it", words="The scheme is over.")
    assert service.find(world.node, id_).state == "ended"
    seat.check(axe)


def test_what_is_refused_says_every_reason_with_what_to_do(seat, world, gwen, sid, axe):
    id_ = reviewed(world, "obstacles")
    seat.sign_in(gwen, f"/proposals/{id_}/approve")
    service.approve(world.node, id_, LEAD, world.clock())
    seat.press("Approve")
    assert "Why this was not done" in seat.text
    assert "approved this text as governance-lead already" in seat.text
    seat.check(axe)
    seat.go(f"/proposals/{id_}/sign")
    assert "cannot be done as the proposal stands now" in seat.text
    seat.check(axe)


def test_the_list_is_narrowed_and_taken_along_as_a_file(plain, world, gwen):
    id_ = proposed(world, "listed")
    plain.sign_in(gwen, "/proposals")
    plain.page.get_by_label("Whose turn it is").select_option("others")
    plain.press("Show")
    assert "listed title" in plain.text
    plain.page.get_by_label("Whose turn it is").select_option("late")
    plain.press("Show")
    assert "There is none." in plain.text
    answer = plain.page.request.get(world.url + "/proposals?format=json")
    rows = {row["proposal"]: row for row in answer.json()["proposals"]}
    assert rows[id_]["waits_for"] == ["Department for Living Standards"]
    assert "listed title" in plain.page.request.get(world.url + "/proposals?format=csv&state=proposed").text()


def test_an_answer_that_is_overdue_is_told_to_both_sides(plain, world, gwen):
    id_ = proposed(world, "overdue", answer_days=1)
    world.clock.ahead = timedelta(days=5)
    try:
        plain.sign_in(gwen, "/proposals?waits=late")
        assert "overdue title" in plain.text
        assert "Overdue" in plain.text
        assert escalate_all(world.node, world.clock()) >= 1
        plain.go(f"/proposals/{id_}")
        assert "did not answer in time" in plain.text
        assert "Its silence is with: the named senior of dwp" in plain.text
    finally:
        world.clock.ahead = timedelta()


def test_who_may_not_read_proposals_sees_none(world, sam):
    none = f"/proposals/{'0' * 32}"
    assert statuses(world, sam, "/proposals", none, f"{none}/text", f"{none}/sign") == [403] * 4


def test_a_proposal_that_is_not_there_is_not_found(world, gwen):
    none = "0" * 32
    paths = [f"/proposals/{none}{rest}" for rest in ("", "/text", "/sign", f"/changes/{none * 2}")]
    assert statuses(world, gwen, *paths) == [404] * 4
