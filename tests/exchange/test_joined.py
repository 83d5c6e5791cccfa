"""A body that joined an agreement by its class is answered under it once the directory vouches for the class (R2.5)."""

from dataclasses import replace

import pytest

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement
from easement.agreement.signing import sign, signed_by
from easement.exchange import directory_store
from easement.exchange.audit import audit
from easement.exchange.directory_parts import MemberKey
from easement.exchange.service import ask
from easement.gate.decide import decide
from easement.gate.joined import with_joined
from easement.gate.model import Code
from easement.ledger.model import EntryType
from easement.node.home import open_node
from tests.gate.conftest import facts
from tests.gate.world import NOW, TERMS, furnish

from . import cluster
from .cluster import signer_of
from .pair import ASKER, paired

JOINING = ("purpose:\n", "joining:\n  recipient: {class: local-authority}\npurpose:\n")
ASKED = {"recipient": "easton", "person": {"national_insurance_number": "AB123456C"}}
DAY = NOW.date()


@pytest.fixture
def log(tmp_path):
    (tmp_path / "operator").mkdir()
    made = cluster.Log(tmp_path / "operator")
    yield made
    made.engine.dispose()


@pytest.fixture
def world(tmp_path):
    """The department and the council, under terms that other councils may join."""
    made = furnish(tmp_path)
    return sign_again(made, TERMS.replace(*JOINING))


def sign_again(world, terms, *joiners):
    """The same world under other terms, signed by the parties and by who joins them."""
    world.agreement.write_text(terms)
    file, note = read_agreement(world.agreement), None
    for signer in (*world.keys, *joiners):
        note = sign(file, signer, note, joins_as=None if signer in world.keys else "local-authority")
    world.agreement.with_name(f"{world.agreement.name}.signatures").write_text(note)
    return world


def listed(world, log, body_class="local-authority", sequence=1, **said):
    """Give the department's node a directory that has easton in it."""
    key = MemberKey(key=str(signer_of("easton").key), since=NOW, **said)
    easton = cluster.member("easton", keys=(key,), **{"class": body_class})
    version = cluster.directory(easton, sequence=sequence, issued=NOW, expires=NOW + cluster.DAY)
    directory_store.keep(world.node, log.publish(version), cluster.trust(), NOW)


def unmet(outcome):
    return [reason.code for reason in outcome.decision.unmet]


def test_who_joined_is_answered_and_the_log_says_on_what_basis(world, log):
    sign_again(world, TERMS.replace(*JOINING), signer_of("easton"))
    listed(world, log)
    outcome = world.share("entitled", Mode.LOOKUP, **ASKED)
    assert outcome.decision.allowed, outcome.decision.unmet
    said = next(reason for reason in outcome.decision.reasons if reason.code is Code.RECIPIENT_NOT_NAMED)
    assert (said.clause, "`easton` signed these terms" in said.text) == ("joining.recipient", True)
    released = world.last(EntryType.DISCLOSURE_RELEASED).entry
    assert released.parties == {"provider": "dwp", "recipient": "easton"}
    assert released.basis == {"provider": "art6_1_e", "recipient": "art6_1_e"}
    assert world.share("entitled", Mode.LOOKUP, "named.csv", **ASKED | {"recipient": "northtown"}).decision.allowed


def test_a_class_below_the_one_that_may_join_joins_too(world, log):
    sign_again(world, TERMS.replace(*JOINING), signer_of("easton"))
    listed(world, log, "unitary-authority")
    assert world.share("entitled", Mode.LOOKUP, **ASKED).decision.allowed


@pytest.mark.parametrize(
    ("terms", "joiners", "body_class", "said"),
    [
        (TERMS.replace(*JOINING), (), "local-authority", {}),
        (TERMS.replace(*JOINING), ("easton",), "police", {}),
        (TERMS.replace(*JOINING), ("easton",), "no-such-class", {}),
        (TERMS.replace(*JOINING), ("easton",), None, {}),
        (TERMS.replace(*JOINING), ("easton",), "local-authority", {"revoked": NOW}),
    ],
    ids=["not signed", "another class", "unknown class", "no directory", "revoked key"],
)
def test_who_lacks_one_of_the_two_is_refused(world, log, terms, joiners, body_class, said):
    sign_again(world, terms, *map(signer_of, joiners))
    if body_class:
        listed(world, log, body_class, **said)
    assert unmet(world.share("entitled", Mode.LOOKUP, **ASKED)) == [
        Code.RECIPIENT_NOT_NAMED, Code.ROLE_NOT_ENTITLED,
    ]  # fmt: skip
    refused = world.last(EntryType.DISCLOSURE_REFUSED).entry
    assert refused.parties is None


def test_who_is_taken_out_of_the_directory_is_answered_no_more(world, log):
    sign_again(world, TERMS.replace(*JOINING), signer_of("easton"))
    listed(world, log)
    with open_node(world.node) as node:
        assert "easton" in node.shelf.get("school-meals", DAY).prepared.offers["entitled"].recipients
        version = cluster.directory(cluster.member("weston"), issued=NOW, expires=NOW + cluster.DAY, sequence=2)
        directory_store.keep(world.node, log.publish(version), cluster.trust(), NOW)
        assert "easton" not in node.shelf.get("school-meals", DAY).prepared.offers["entitled"].recipients


def test_a_role_that_the_terms_do_not_entitle_is_refused_to_who_joined(world, log):
    sign_again(world, TERMS.replace(*JOINING), signer_of("easton"))
    listed(world, log)
    assert unmet(world.share("entitled", Mode.LOOKUP, **ASKED, role="teacher")) == [Code.ROLE_NOT_ENTITLED]
    assert unmet(world.share("entitled", Mode.LOOKUP, **ASKED, training=frozenset())) == [Code.TRAINING_MISSING]


def test_where_the_named_differ_who_joined_has_what_they_share(world, log):
    two = TERMS.replace(*JOINING).replace("to: [northtown]", "to: [northtown, weston]", 1)
    weston = "  weston: {as: recipient, class: local-authority, controller: independent, contact: a@weston.example}\n"
    two = two.replace("joining:", f"{weston}joining:")
    two = two.replace("  special_category", "  weston: {power: edu_2005_s110, basis: art6_1_e}\n  special_category", 1)
    roles = "  weston: {roles: [benefits-officer, clerk], training: [records]}\nduties:"
    prepared = prepare_under(world, two.replace("duties:", roles, 1), log)
    offer = prepared.offers["entitled"]
    assert offer.entitled["easton"] == frozenset({"benefits-officer"})
    assert offer.training["easton"] == frozenset({"information-governance", "records"})
    other = two.replace(
        "weston: {power: edu_2005_s110, basis: art6_1_e}", "weston: {power: edu_2005_s110, basis: art6_1_c}"
    )
    differing = prepare_under(world, other.replace("duties:", roles, 1), log)
    assert "easton" not in differing.offers["entitled"].recipients
    assert "easton" in differing.offers["limited"].recipients


def prepare_under(world, terms, log):
    """Terms as the department's node would decide under them, with easton joined."""
    sign_again(world, terms, signer_of("easton"))
    listed(world, log)
    with open_node(world.node) as node:
        return node.shelf.at(world.agreement, DAY).prepared


def test_a_council_that_joined_asks_another_node_and_both_logs_have_it(tmp_path):
    """The terms name another council; this one signed them in one act, and nobody else had to do anything."""
    world = furnish(tmp_path)
    terms = TERMS.replace("northtown", "weston").replace(*JOINING)
    weston, (dwp, northtown) = signer_of("weston"), world.keys
    named = replace(world, keys=(dwp, weston))
    sign_again(named, terms, northtown)
    for home in (world.node, world.node.with_name("northtown")):
        (home / "members" / "weston.vkey").write_text(f"{weston.key}\n")
    with paired(tmp_path, named) as pair:
        told = ask(pair.northtown, pair.wish(), ASKER, NOW)
        assert told.allowed, told.decision
        assert told.basis == {"dwp": "art6_1_e", "weston": "art6_1_e", "northtown": "art6_1_e"}
        for node in (pair.dwp, pair.northtown):
            entry = pair.entries(node, EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED)[-1]
            assert entry.parties == {"provider": "dwp", "recipient": "northtown"}
            assert entry.basis == {"provider": "art6_1_e", "recipient": "art6_1_e"}
        assert audit(pair.northtown, "dwp", now=NOW).agrees


def test_signatures_of_other_terms_let_nobody_join(world):
    file = read_agreement(world.agreement)
    note = sign(file, signer_of("easton"), None, joins_as="local-authority")
    with open_node(world.node) as node:
        prepared = node.shelf.at(world.agreement, DAY).prepared
    world.agreement.write_text(world.agreement.read_text().replace("School meals", "School dinners"))
    altered = signed_by(read_agreement(world.agreement), note, [signer_of("easton").key])
    assert altered.altered
    joined = replace(altered, joined=frozenset({"easton"}))
    assert with_joined(prepared, joined, {"easton": "local-authority"}) is prepared
    assert with_joined(prepared, None, {"easton": "local-authority"}) is prepared
    request = world.ask("entitled", Mode.LOOKUP, **ASKED).request
    assert not decide(request, prepared, facts_for(prepared)).allowed


def facts_for(agreement):
    return facts(signed=frozenset(agreement.terms.parties))
