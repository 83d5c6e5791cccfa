"""Who joined by its class of body acts as the named parties of that class do, or takes less (R2.5, R2.6)."""

from dataclasses import replace

import pytest

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement_text
from easement.agreement.signing import Signed
from easement.gate.decide import decide
from easement.gate.joined import given_by, with_joined
from easement.gate.model import Code
from easement.gate.prepare import Prepared, prepare
from easement.gate.taking import Taken, Taking
from easement.meaning.model import Standard

from .conftest import TERMS, facts, request

JOINING = "joining: {provider: {class: work-and-pensions-department}, recipient: {class: local-authority}}\n"
CLASSES = {"easton": "local-authority", "second": "work-and-pensions-department", "stranger": "police", "odd": "none"}


@pytest.fixture(scope="module")
def opened(standard: Standard) -> Prepared:
    """The agreement, which others may join on both sides."""
    return prepare(read_agreement_text(TERMS.replace("purpose:\n", f"{JOINING}purpose:\n", 1)), {"award/1": standard})


def signatures(*joined: str, altered: bool = False) -> Signed:
    parties, digests = frozenset({"dwp", "northtown"}), ("cd" * 32 if altered else "ab" * 32, "ab" * 32)
    return Signed(parties, frozenset(joined), (), (), (), *digests)


def joined(agreement: Prepared, *names: str, me: str = "dwp", **takings: Taking) -> Prepared:
    return with_joined(agreement, signatures(*names), CLASSES, takings, me)


GIVES = Taking({}, parts=frozenset({"provider"}))
BOTH = Taking({}, parts=frozenset({"provider", "recipient"}))


def test_who_joined_to_receive_has_what_the_named_have(opened: Prepared) -> None:
    for offer in joined(opened, "easton").offers.values():
        assert offer.recipients == {"northtown", "easton"}
        assert (offer.entitled["easton"], offer.training["easton"]) == ({"benefits-officer"}, {"data-protection"})
        assert (offer.joined, offer.provider, offer.narrower) == ({"easton": "art6_1_e"}, "dwp", {})


def test_the_decision_says_by_which_clause_who_joined_may_ask(opened: Prepared) -> None:
    decision = decide(request(recipient="easton"), joined(opened, "easton"), facts())
    assert decision.allowed, decision.unmet
    said = next(each for each in decision.reasons if each.code is Code.RECIPIENT_NOT_NAMED)
    assert (said.clause, said.met) == ("joining.recipient", True)
    refused = decide(request(recipient="easton"), opened, facts())
    assert [each.code for each in refused.unmet] == [Code.RECIPIENT_NOT_NAMED, Code.ROLE_NOT_ENTITLED]


@pytest.mark.parametrize("name", ["stranger", "odd", "unheard-of"])
def test_who_is_not_of_the_class_has_joined_nothing(opened: Prepared, name: str) -> None:
    assert joined(opened, name) is opened


def test_nobody_joins_by_signatures_of_other_terms_or_where_the_terms_are_closed(
    opened: Prepared, agreement: Prepared
) -> None:
    assert with_joined(opened, signatures("easton", altered=True), CLASSES) is opened
    assert with_joined(opened, None, CLASSES) is opened
    assert joined(agreement, "easton") is agreement


def test_where_one_side_alone_is_open_nobody_joins_the_other(standard: Standard) -> None:
    text = TERMS.replace("purpose:\n", "joining: {recipient: {class: local-authority}}\npurpose:\n", 1)
    half = prepare(read_agreement_text(text), {"award/1": standard})
    assert joined(half, "second", second=GIVES) is half


def test_who_joined_to_give_gives_at_its_own_node_and_is_known_as_a_giver_elsewhere(opened: Prepared) -> None:
    there, here = (joined(opened, "second", me=me, second=GIVES) for me in ("dwp", "second"))
    assert {offer.provider for offer in there.offers.values()} == {"dwp"}
    assert {offer.provider for offer in here.offers.values()} == {"second"}
    assert {offer.givers for offer in (*there.offers.values(), *here.offers.values())} == {frozenset({"dwp", "second"})}
    assert here.basis["second"] == opened.basis["dwp"]


def test_nobody_receives_from_themselves(opened: Prepared) -> None:
    classes = {"second": "work-and-pensions-department"}
    same = opened.terms.model_copy(
        update={"joining": dict.fromkeys(("provider", "recipient"), opened.terms.joining["provider"])}
    )
    named = same.parties["northtown"].model_copy(update={"body_class": "work-and-pensions-department"})
    terms = same.model_copy(update={"parties": {**same.parties, "northtown": named}})
    both = replace(opened, terms=terms)
    for me, receives in (("dwp", True), ("second", False)):
        found = with_joined(both, signatures("second"), classes, {"second": BOTH}, me)
        assert {"second" in offer.recipients for offer in found.offers.values()} == {receives}


def test_a_share_is_given_by_who_gives_it_and_by_nobody_else(opened: Prepared) -> None:
    found = joined(opened, "second", second=GIVES)
    given = given_by(found, "open", "second")
    assert (given.offers["open"].provider, given.offers["entitled"].provider) == ("second", "dwp")
    assert given.basis["second"] == "art6_1_e"
    for share, provider in (("open", "dwp"), ("open", "northtown"), ("none", "second")):
        assert given_by(found, share, provider) is found


def test_who_takes_less_is_given_less_and_nobody_else_is(opened: Prepared) -> None:
    less = Taking({"entitled": Taken(fields=frozenset({"award"}))}, frozenset({"benefits-officer", "minister"}))
    found = joined(opened, "easton", easton=less)
    entitled = found.offers["entitled"]
    assert entitled.entitled["easton"] == {"benefits-officer"}
    assert set(entitled.narrower["easton"].forms[Mode.MATCH]) == {"award"}
    assert entitled.forms == opened.offers["entitled"].forms
    assert "easton" not in found.offers["open"].recipients


def test_where_the_named_rely_on_different_bases_who_joined_has_none(standard: Standard) -> None:
    party = "  weston: {as: recipient, controller: independent, contact: a@weston.example}\n"
    law = "  weston: {power: edu_2005_s110, basis: art6_1_c}\n"
    text = TERMS.replace("purpose:\n", f"{party}{JOINING}purpose:\n", 1).replace("shares:\n", f"{law}shares:\n", 1)
    text = text.replace("to: [northtown]", "to: [northtown, weston]", 1)
    found = joined(prepare(read_agreement_text(text), {"award/1": standard}), "easton")
    assert "easton" not in found.offers["entitled"].recipients
    assert "easton" in found.offers["open"].recipients
