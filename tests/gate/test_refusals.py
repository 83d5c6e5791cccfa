"""Refusals (R3.1, R1.1): each is logged with its reasons, nothing is read or delivered, and no asker writes the log."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.agreement.model import Mode
from easement.gate import service
from easement.gate.model import Code
from easement.ledger.model import EntryType
from easement.node.home import create_node, open_node
from tests.often import often

from .world import NOW, World, signed

HOSTILE = {
    "newlines": "a\nb\r\n\r\n— dwp/ledger AAAA",
    "long": "x" * 10_000,
    "sql": "'; drop table ledger_entries; --",
    "unicode": "\u202e\u0000\ufeff李😀",
    "broken bytes": "caf\udce9",
    "a name": "JaneAshworth",
    "a number": "9434765919",
    "a postcode": "NT11AA",
    "empty": "",
}


@pytest.mark.parametrize("part", ["share", "purpose", "recipient", "role", "asked_by", "why"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_an_asker_makes_up_never_breaks_the_logging_and_never_enters_the_log(
    shared_world: World, part: str, text: str
) -> None:
    changes = {"share": "forms", "purpose": "immigration-enforcement"} | {part: text}
    outcome = shared_world.share(changes.pop("share"), Mode.BULK, **changes)
    assert not outcome.decision.allowed
    logged = shared_world.entries()[-1]
    assert logged.index == outcome.entry
    assert logged.entry.type is EntryType.DISCLOSURE_REFUSED
    assert logged.entry.reasons == tuple(reason.code.value for reason in outcome.decision.unmet)
    assert getattr(logged.entry, part, None) is None
    assert not text or text.encode("utf-8", "replace") not in logged.body


def test_the_log_of_hostile_requests_is_sound(world: World) -> None:
    for text in HOSTILE.values():
        world.share(text, Mode.BULK, recipient=text, purpose=text, role=text, asked_by=text, why=text, fields=(text,))
    assert world.types() == ["refused"] * len(HOSTILE)
    assert world.fsck() == []
    assert [logged.entry.parties for logged in world.entries()] == [None] * len(HOSTILE)


def test_what_the_agreement_or_the_law_knows_is_in_the_log_of_a_refusal(world: World) -> None:
    world.share("forms", Mode.BULK, role="teacher", purpose="debt-recovery")
    (logged,) = world.entries()
    said = logged.entry
    assert said.purpose == "debt-recovery"
    assert said.share == "forms"
    assert said.parties == {"provider": "dwp", "recipient": "northtown"}
    assert said.reasons == ("purpose.not-agreed", "role.not-entitled")


@settings(max_examples=often(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_whatever_stops_a_refusal_from_being_logged(shared_world: World, text: str) -> None:
    with open_node(shared_world.node) as node:
        asked = shared_world.ask(text, Mode.LOOKUP, recipient=text, purpose=text, person={text: text}, why=text)
        outcome = service.ask(node, asked, now=NOW)
        assert node.ledger.entry(outcome.entry).entry.type is EntryType.DISCLOSURE_REFUSED


def test_a_refusal_leaves_nothing_at_the_destination_and_intends_nothing(world: World) -> None:
    outcome = world.share("entitled", Mode.BULK, role="teacher", purpose="immigration-enforcement")
    assert [reason.code for reason in outcome.decision.unmet] == [
        Code.PURPOSE_NOT_AGREED,
        Code.PURPOSE_NEVER_FOR,
        Code.ROLE_NOT_ENTITLED,
        Code.SUBJECTS_LIST_NEEDED,
    ]
    assert world.delivered() == world.staged() == []
    assert world.types() == ["refused"]
    assert outcome.intent is None


def codes(world: World, **changes: Any) -> list[str]:
    outcome = world.share("forms", Mode.BULK, **changes)
    assert outcome.decision.allowed is (outcome.data is not None)
    return [reason.code.value for reason in outcome.decision.unmet]


def test_an_agreement_that_was_altered_after_it_was_signed_opens_nothing(world: World) -> None:
    world.agreement.write_text(world.agreement.read_text().replace("family_name: {truncate: 2}", "family_name: plain"))
    assert codes(world) == ["agreement.not-in-force"]


def test_an_agreement_without_its_signatures_opens_nothing(world: World) -> None:
    world.agreement.with_name("school-meals.yaml.signatures").unlink()
    assert codes(world) == ["agreement.not-in-force"]


@pytest.mark.parametrize("note", [b"", b"no note at all\n", b"\xff\xfe", "easement-agreement/1\n\n— dwp x\n".encode()])
def test_signatures_that_are_none_are_nobodys(world: World, note: bytes) -> None:
    world.agreement.with_name("school-meals.yaml.signatures").write_bytes(note)
    assert codes(world) == ["agreement.not-in-force"]
    assert world.types() == ["refused"]


@pytest.mark.parametrize("signers", [("dwp",), ("northtown",), ()])
def test_an_agreement_that_one_party_has_not_signed_opens_nothing(world: World, signers: tuple[str, ...]) -> None:
    assert codes(world, agreement=world.variant(signers=signers)) == ["agreement.not-in-force"]


def test_a_signature_by_another_key_of_the_same_name_counts_for_nothing(world: World, tmp_path: Path) -> None:
    stranger = create_node(tmp_path / "stranger", "northtown").organisation_key
    signed(world.agreement, [world.keys[0], stranger])
    assert codes(world) == ["agreement.not-in-force"]


def test_a_party_whose_key_is_not_known_here_has_not_signed(world: World) -> None:
    (world.node / "members" / "northtown.vkey").unlink()
    assert codes(world) == ["agreement.not-in-force"]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 8, 31, 23, 59, tzinfo=UTC), "not-begun"),
        (datetime(2027, 9, 2, tzinfo=UTC), "review-overdue"),
        (datetime(2029, 9, 1, tzinfo=UTC), "ended"),
    ],
)
def test_outside_its_time_an_agreement_opens_nothing_and_says_why(world: World, now: datetime, state: str) -> None:
    outcome = world.share("forms", Mode.BULK, now=now)
    assert Code.AGREEMENT_NOT_IN_FORCE in [reason.code for reason in outcome.decision.unmet]
    assert any(f"({state})" in reason.text for reason in outcome.decision.unmet)
    assert world.delivered() == []


def test_an_agreement_that_lacks_what_it_must_have_opens_nothing_though_all_signed(world: World) -> None:
    """R1.1: no purpose, basis, power and confidence, no data."""
    lacking = world.variant(
        ("northtown: {power: edu_2005_s110, basis: art6_1_e}", "northtown: {power: none_such, basis: art6_1_e}")
    )
    outcome = world.share("forms", Mode.BULK, agreement=lacking)
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.AGREEMENT_INCOMPLETE
    assert "law." in reason.text


def test_a_purpose_that_the_law_does_not_know_clashes_with_nothing_and_is_refused(world: World) -> None:
    odd = world.variant(("code: benefit-eligibility", "code: fun"))
    outcome = world.share("forms", Mode.BULK, agreement=odd)
    assert Code.PURPOSE_NOT_AGREED in [reason.code for reason in outcome.decision.unmet]


def test_training_is_asked_for(world: World) -> None:
    assert codes(world, training=frozenset()) == ["training.missing"]


def test_consent_is_asked_for_where_it_is_the_basis(world: World) -> None:
    by_consent = world.variant(
        ("northtown: {power: edu_2005_s110, basis: art6_1_e}", "northtown: {power: edu_2005_s110, basis: art6_1_a}")
    )
    assert "consent.missing" in codes(world, agreement=by_consent)
    assert "consent.missing" not in codes(world, agreement=by_consent, consented=True)
