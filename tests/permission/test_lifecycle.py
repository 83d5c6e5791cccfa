"""R2.3: from a wish to an agreement in force, between nodes; every party holds the same events and the same file."""

import pytest

from easement.agreement.service import signatures_path
from easement.ledger.model import EntryType

from .trio import nodes


@pytest.fixture
def pair(tmp_path):
    with nodes(tmp_path) as made:
        yield made


def types(node) -> list[str]:
    return [each.entry.type.value for each in node.ledger.entries(1)]


def test_a_wish_becomes_an_agreement_in_force_at_both_nodes(pair):
    proposal = pair.in_force()
    told = pair.agreeing(proposal)
    assert told.state == "in-force"
    for name in ("dwp", "northtown"):
        shelved = pair[name].shelf.get("school-meals", pair.now.date())
        assert shelved.standing(pair.now.date()).in_force
        assert shelved.signed == {"dwp", "northtown"}
        assert shelved.path.name == "school-meals.yaml"
        assert signatures_path(shelved.path).exists()


def test_both_ledgers_tell_the_same_story(pair):
    pair.in_force()
    expected = [
        EntryType.PROPOSAL_MADE,
        EntryType.PROPOSAL_AGREED,
        *[EntryType.VERSION_APPROVED] * 4,
        *[EntryType.VERSION_SIGNED] * 2,
    ]
    assert types(pair["northtown"]) == types(pair["dwp"]) == [each.value for each in expected]
    assert pair["dwp"].ledger.fsck() == []
