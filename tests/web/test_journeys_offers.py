"""R2.4, R2.5, R1.7: an agreement that others made is joined by one act, and what could not wait is written down."""

from datetime import timedelta

from easement.agreement.read import read_agreement
from easement.agreement.signing import sign
from easement.law.catalogue import catalogue
from easement.law.model import BodyClass
from easement.permission import emergency, offering, service
from easement.permission.actor import at_console
from easement.permission.emergency import Happened
from easement.staff.permissions import NodeRole

from .signed_in import statuses
from .test_journeys_proposals import LEAD, in_force, named
from .world import TRICKY, World

JOINED = "joining:\n  recipient: {class: CLASS}\npurpose:\n"


def offered(world: World, id_: str, kind: str = "local-authority") -> str:
    """An agreement of the department and the trust that the department offers; its digest."""
    text = named(id_).replace("northtown", "trust").replace("purpose:\n", JOINED.replace("CLASS", kind), 1)
    nodes = {"dwp": world.partner.node, "trust": world.others["trust"]}
    note = None
    for node in nodes.values():
        (node.home / "agreements" / f"{id_}.yaml").write_text(text)
    file = read_agreement(nodes["dwp"].home / "agreements" / f"{id_}.yaml")
    for party in ("dwp", "trust"):
        note = sign(file, nodes[party].organisation_key, note)
    for node in nodes.values():
        (node.home / "agreements" / f"{id_}.yaml.signatures").write_text(note)
    offering.offer(nodes["dwp"], id_, LEAD, world.clock())
    return file.digest


def test_an_agreement_that_is_offered_is_joined_by_one_act(seat, world, gwen, axe):
    digest = offered(world, "to-join")
    seat.sign_in(gwen, "/proposals")
    seat.follow("Agreements that others offer, to join")
    assert "We may join" in seat.text
    assert "No answer came from Northshire Police" in seat.text
    seat.check(axe)
    seat.follow("to-join")
    assert "word for word" in seat.text
    seat.check(axe)
    seat.press("Sign and join")
    assert "Type the address of a role" in seat.text
    seat.check(axe)
    seat.page.get_by_label("Where questions go").fill("dpo@northtown.example")
    seat.page.get_by_label("Whose assessments do you rely on?").fill("DPIA-2026-014 of the department")
    seat.page.get_by_label("Benefits officer", exact=True).first.fill("Welfare team, grade 7")
    seat.press("Sign and join")
    assert "We joined it" in seat.text
    seat.check(axe)
    today = world.clock().date()
    for node in (world.node, world.partner.node):
        shelved = node.shelf.get("to-join", today)
        assert (shelved.prepared.digest, shelved.standing(today).in_force) == (digest, True)
        assert "— northtown " in shelved.path.with_name(f"{shelved.path.name}.signatures").read_text()


def test_less_is_joined_by_clearing_what_is_not_wanted(plain, world, gwen):
    offered(world, "to-join-less")
    plain.sign_in(gwen, "/agreements/offered")
    plain.follow("to-join-less")
    plain.page.get_by_label("Where questions go").fill("dpo@northtown.example")
    plain.page.get_by_text("Take less than is agreed", exact=True).click()
    for box in plain.page.locator('input[name="share"]').all()[1:]:
        box.uncheck()
    kept = plain.page.locator('input[name="share"]').first.get_attribute("value")
    plain.press("Sign and join")
    assert "We joined it" in plain.text
    path = world.partner.node.shelf.get("to-join-less", world.clock().date()).path
    text = path.with_name(path.name + ".joins").read_text()
    shares = set(read_agreement(path).terms.shares)
    assert f'"{kept}"' in text
    assert [each for each in shares - {kept} if f'"{each}"' in text] == []


def test_who_is_of_another_kind_is_told_and_cannot_join(seat, world, gwen, axe):
    digest = offered(world, "not-for-us", other_kind())
    seat.sign_in(gwen, f"/agreements/offered/dwp/{digest}")
    assert "Not for our kind of body" in seat.text
    assert seat.page.get_by_role("button", name="Sign and join").count() == 0
    seat.check(axe)
    assert seat.go(f"/agreements/offered/dwp/{'0' * 64}") == 404
    silent = seat.page.request.get(f"{world.url}/agreements/offered/police/{digest}")
    assert silent.status == 503
    assert "Why this was not done" in silent.text()


def other_kind() -> str:
    """A kind of body that a council is not."""
    known = catalogue()
    return next(each.id for each in known.all(BodyClass) if not known.is_a("local-authority", each.id))


def test_what_is_in_force_is_offered_to_others(seat, world, gwen, axe):
    text = named("to-offer").replace("purpose:\n", JOINED.replace("CLASS", "local-authority"), 1)
    id_ = in_force(world, "to-offer", text)
    seat.sign_in(gwen, f"/proposals/{id_}")
    seat.press("Offer it to others")
    assert "It is offered" in seat.text
    seat.check(axe)
    assert "to-offer" in {each.id for each in offering.offered_here(world.node, world.clock())}
    seat.press("Offer it no more")
    assert "Once you offer it" in seat.text
    service.end(world.node, id_, at_console("governance-lead"), world.clock(), words="over")


def test_an_emergency_is_recorded_by_a_caseworker_and_looked_at_by_another(seat, world, sam, gwen, ola, axe):
    seat.sign_in(sam)
    seat.follow("Record what was shared in an emergency")
    seat.check(axe)
    seat.press("Record what was shared")
    seat.check(axe)
    seat.press("Record it")
    assert "Say why it could not wait" in seat.text
    seat.check(axe)
    seat.page.get_by_label("We gave").check()
    seat.page.get_by_label("The other organisation").select_option("police")
    seat.page.get_by_label("What it was for").select_option("safeguarding-children")
    seat.page.get_by_label("What was shared").fill(f"The last known address. {TRICKY}")
    seat.page.get_by_label("Why it could not wait").fill("A child was in danger that night.")
    seat.press("Record it")
    assert TRICKY in seat.text
    assert "Waits for a review" in seat.text
    assert seat.page.get_by_role("button", name="Look at it").count() == 0
    seat.sign_in(ola, "/emergencies")
    assert "Waits for a review" in seat.text
    assert "in danger that night" not in seat.text, "auditors read nobody's words"
    assert "Sam Carter" not in seat.text
    seat.sign_in(gwen)
    assert "wait for somebody to look at them" in seat.text
    seat.go("/emergencies")
    seat.check(axe)
    seat.press("Look at it")
    assert "in danger that night" in seat.text
    seat.press("Record the review")
    assert "Choose what you found" in seat.text
    seat.check(axe)
    seat.page.get_by_label("It was right", exact=True).check()
    seat.page.get_by_label("in a few words").fill("The duty to protect came first.")
    seat.press("Record the review")
    assert "The duty to protect came first." in seat.text


def test_who_recorded_an_emergency_does_not_look_at_it_and_late_ones_say_so(seat, world, gwen, axe):
    now = world.clock()
    who = at_console(NodeRole.GOVERNANCE_LEAD.value, "Gwen Hughes")
    happened = Happened("received", "dwp", "safeguarding-children", "an address", "danger", now - timedelta(days=2))
    seen = emergency.record(world.node, happened, who, now)
    seat.sign_in(gwen, f"/emergencies/{seen.row.id}/review")
    assert "Somebody else must look at it" in seat.text
    seat.check(axe)
    seat.go("/emergencies")
    assert "Recorded late" in seat.text


def test_who_lets_people_in_sees_none_of_it(world, ali):
    assert statuses(world, ali, "/agreements/offered", "/emergencies", "/emergencies/new") == [403] * 3
