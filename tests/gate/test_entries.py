"""What the ledger is told (R5.1, R5.4): codes and counts that somebody agreed, and never what an asker made up."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.model import Mode
from easement.gate.decide import decide
from easement.gate.entries import entry, who_record
from easement.gate.prepare import Prepared
from easement.ledger.model import EntryType, PrivateRecord

from .conftest import facts, request

REFUSED, RELEASED = EntryType.DISCLOSURE_REFUSED, EntryType.DISCLOSURE_RELEASED


def said(agreement: Prepared, type_: EntryType = REFUSED, **asked: Any) -> dict[str, Any]:
    decision = decide(request(**asked), agreement, facts())
    more: dict[str, Any] = {"reasons": ("x",)} if type_ is REFUSED else {"count": 1, "intent": 1}
    return entry(type_, facts().now, decision, agreement, **more).as_dict()


def test_a_refusal_says_nothing_of_fields_basis_or_risk(agreement: Prepared) -> None:
    assert set(said(agreement, role="teacher")) == {
        "time", "type", "parties", "agreement", "agreement_id", "version", "share", "purpose", "mode", "reasons",
    }  # fmt: skip


def test_a_release_says_both_bases_and_who_answers_from_now_on(agreement: Prepared) -> None:
    found = said(agreement, RELEASED)
    assert found["basis"] == {"provider": "art6_1_e", "recipient": "art6_1_e"}
    assert found["risk"] == "recipient"


def test_a_basis_that_one_side_lacks_is_left_out_whole(agreement: Prepared) -> None:
    assert "basis" not in said(replace(agreement, basis={"dwp": "art6_1_e"}), RELEASED)


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"share": "JaneAshworth"}, {"share", "parties"}),
        ({"recipient": "JaneAshworth"}, {"parties"}),
        ({"purpose": "9434765919"}, {"purpose"}),
    ],
)
def test_what_only_the_asker_knows_is_left_out(agreement: Prepared, asked: dict[str, Any], missing: set[str]) -> None:
    usual = said(agreement, role="teacher")
    assert usual.keys() - said(agreement, role="teacher", **asked).keys() == missing


@pytest.mark.parametrize("purpose", ["benefit-eligibility", "immigration-enforcement", "public-health"])
def test_a_purpose_that_agreement_or_law_know_is_named(agreement: Prepared, purpose: str) -> None:
    known = replace(agreement, purposes=frozenset({"public-health"}))
    assert said(known, purpose=purpose, role="teacher")["purpose"] == purpose


@given(text=st.text(max_size=40))
def test_whatever_a_request_says_of_itself_can_be_sealed(agreement: Prepared, text: str) -> None:
    asked = replace(request(mode=Mode.LOOKUP), asked_by=text, why=text, role=text, recipient=text)
    record = who_record(replace(asked, person={"family_name": text, "nino": text}), bytes(32), agreement)
    assert PrivateRecord({"who": record}).parts["who"]["asked_by"].encode() is not None
    assert text not in record["subjects"]


def test_broken_bytes_of_a_command_line_are_kept_visibly(agreement: Prepared) -> None:
    record = who_record(request(why="caf\udce9", person={"nino": "caf\udce9"}), bytes(32), agreement)
    assert record["why"] == "caf\\udce9"
    assert len(record["subjects"][0]) == 32


def tokens(agreement: Prepared, master: int = 1, **person: str) -> set[str]:
    """The tokens of a request about one person, at a node with this master key."""
    return set(who_record(request(person=person), bytes([master]) * 32, agreement)["subjects"])


def test_one_person_has_one_token_however_spelt(agreement: Prepared) -> None:
    assert tokens(agreement, nino="AB123456C") == tokens(agreement, nino="ab 12 34 56 c")
    named = tokens(agreement, family_name="O'Brien", date_of_birth="2015-02-01")
    assert named == tokens(agreement, family_name="o'brien ", given_name="Jo", date_of_birth="2015-02-01")
    assert named != tokens(agreement, family_name="O'Brien", date_of_birth="2015-02-02")


def test_asked_for_by_number_and_by_name_at_once_joins_the_two(agreement: Prepared) -> None:
    both = tokens(agreement, nino="AB123456C", family_name="Ash", date_of_birth="2015-02-01")
    assert tokens(agreement, nino="AB123456C") < both
    assert tokens(agreement, family_name="Ash", date_of_birth="2015-02-01") < both


def test_a_subjects_token_is_the_nodes_own(agreement: Prepared) -> None:
    assert not tokens(agreement, 1, nino="AB123456C") & tokens(agreement, 2, nino="AB123456C")


def test_nobody_named_and_no_such_share_have_no_tokens(agreement: Prepared) -> None:
    assert tokens(agreement) == set()
    assert who_record(request(share="none", person={"nino": "AB123456C"}), bytes(32), agreement)["subjects"] == []
