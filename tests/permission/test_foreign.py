"""What others agree among themselves touches nobody else: not their shelf, their gate, their ledger or their register.

A party of a wish sees all that comes of it, also where the text names it no more. An agreement's id is free to choose,
so each attack here names the one that two others have in force.
"""

import pytest

from easement.base.errors import NotInForce
from easement.ledger.model import EntryType
from easement.permission import carrying, joining, offering
from easement.permission.joining import Choice
from easement.register import service as register
from tests.gate.world import TERMS

from .trio import LEAD, SENIOR, nodes

NAMES = ("dwp", "northtown", "easton", "westport")
THEIRS = (
    TERMS.replace("dwp", "westport")
    .replace("northtown", "easton")
    .replace("version: 1.0.0", "version: 9.0.0")
    .replace("title: School meals", "title: Ha ha")
)
"""Terms of two others, under the id of an agreement that they are no parties to."""


@pytest.fixture
def four(tmp_path):
    """The department and a council in agreement; two other councils mean no good."""
    with nodes(tmp_path, NAMES) as made:
        made.in_force()
        yield made


def others_agree(four, text: str = THEIRS) -> str:
    """The department says yes to a wish of easton's; then easton and westport sign something among themselves."""
    proposal = four.propose("easton", parties={"westport": "provider", "dwp": "provider"}, text="").id
    for name in ("westport", "dwp"):
        four.do("agree", name, proposal)
    four.do("draft", "easton", proposal, text=text)
    four.do("submit", "easton", proposal)
    four.approved(proposal, "easton", "westport")
    for name in ("easton", "westport"):
        four.do("sign", name, proposal)
    carrying.tell_all(four["easton"], four.now)
    assert four.at("dwp", proposal).state == "in-force"
    return proposal


def holds(four, name: str = "dwp"):
    return four[name].shelf.get("school-meals", four.now.date())


def test_what_others_signed_does_not_take_the_place_of_what_this_organisation_signed(four):
    others_agree(four)
    assert holds(four).prepared.version == "1.0.0"
    assert holds(four).standing(four.now.date()).in_force
    assert [path.name for path in (four["dwp"].home / "agreements").glob("*.yaml")] == ["school-meals.yaml"]


def test_others_cannot_suspend_or_end_what_this_organisation_agreed_with_somebody_else(four):
    proposal = others_agree(four)
    four.do("suspend", "easton", proposal, words="ha")
    assert holds(four).standing(four.now.date()).in_force
    four.do("end", "westport", proposal, words="ha ha")
    carrying.tell_all(four["easton"], four.now)
    assert four.at("dwp", proposal).state == "ended"
    assert holds(four).standing(four.now.date()).in_force


def test_nothing_of_it_stands_on_this_organisations_register(four):
    before = register.entry(four["dwp"], "school-meals", four.now)
    proposal = others_agree(four)
    four.do("end", "westport", proposal, words="ha ha")
    carrying.tell_all(four["easton"], four.now)
    seen = register.entry(four["dwp"], "school-meals", four.later(hours=1))
    assert (seen.card, seen.state, seen.events) == (before.card, before.state, before.events)
    assert [each.title for each in register.changes(four["dwp"], four.now)] == ["School meals"] * 2


def test_the_ledger_tells_of_the_wish_and_of_nothing_that_others_signed(four):
    size = four["dwp"].ledger.size
    proposal = others_agree(four)
    four.do("suspend", "easton", proposal, words="ha")
    said = [each.entry.type for each in four["dwp"].ledger.entries(size)]
    assert said == [EntryType.PROPOSAL_MADE, *[EntryType.PROPOSAL_AGREED] * 2]


def test_who_was_bound_once_hears_of_the_version_without_it(tmp_path):
    terms = TERMS.replace(
        "purpose:\n",
        "  easton: {as: recipient, class: local-authority, controller: independent, contact: dpo@easton.example}\n"
        "purpose:\n",
        1,
    ).replace("law:\n", "law:\n  easton: {power: edu_2005_s110, basis: art6_1_e}\n", 1)
    with nodes(tmp_path, NAMES[:3]) as three:
        proposal = three.in_force(parties={"dwp": "provider", "easton": "recipient"}, text=terms)
        digest = three.agreeing(proposal).agreed.digest
        text = TERMS.replace("version: 1.0.0", f"version: 2.0.0\nsupersedes: {digest}")
        three.do("vary", "dwp", proposal, text=text, words="easton left")
        three.do("submit", "dwp", proposal)
        three.approved(proposal, "northtown", "dwp")
        for name in ("dwp", "northtown"):
            three.do("sign", name, proposal)
        carrying.tell_all(three["northtown"], three.now)
        assert holds(three, "easton").prepared.version == "2.0.0"
        three.do("end", "dwp", proposal, words="over")
        carrying.tell_all(three["northtown"], three.now)
        assert not holds(three, "easton").standing(three.now.date()).in_force


def test_nobody_approves_or_signs_terms_that_take_the_place_of_anothers(four):
    text = THEIRS.replace("westport", "dwp")
    proposal = four.propose("easton", parties={"dwp": "provider"}, text=text).id
    four.do("agree", "dwp", proposal)
    four.do("submit", "easton", proposal)
    for what in ("approve", "sign"):
        with pytest.raises(NotInForce, match="`school-meals` is the id of an agreement here with `northtown`"):
            four.do(what, "dwp", proposal)
    four.do("draft", "dwp", proposal, text=text.replace("id: school-meals", "id: easton-meals"))
    four.do("submit", "dwp", proposal)
    four.approved(proposal, "easton", "dwp")


def test_a_new_version_by_the_same_parties_may_come_by_another_proposal(four):
    proposal = four.propose(text=TERMS.replace("version: 1.0.0", "version: 2.0.0")).id
    four.do("agree", "dwp", proposal)
    four.do("submit", "dwp", proposal)
    four.do("approve", "dwp", proposal, actor=SENIOR)


def test_nobody_joins_terms_that_take_the_place_of_what_it_agreed_with_others(four):
    text = THEIRS.replace("purpose:\n", "joining:\n  recipient: {class: local-authority}\npurpose:\n", 1)
    proposal = four.propose("easton", parties={"westport": "provider"}, text=text).id
    four.do("agree", "westport", proposal)
    four.do("submit", "easton", proposal)
    four.approved(proposal, "easton", "westport")
    for name in ("easton", "westport"):
        four.do("sign", name, proposal)
    offering.offer(four["easton"], "school-meals", LEAD, four.now)
    with pytest.raises(NotInForce, match="here with `dwp`, whose place"):
        joining.join(four["northtown"], "easton", "school-meals", Choice(contact="dpo@x.example"), LEAD, four.now)
    assert holds(four, "northtown").prepared.version == "1.0.0"
