"""The decision (R3.1, R3.2): default deny, every reason named, what is withheld marked."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from easement.agreement.model import Level, Mode
from easement.gate.checks import CHECKS
from easement.gate.decide import decide, refused_after
from easement.gate.model import Code, Reason
from easement.gate.prepare import Prepared

from .conftest import facts, request

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PERSON = {"family_name": "Ash", "date_of_birth": "2015-02-01"}


def test_a_request_within_the_terms_is_allowed_and_every_check_says_why(agreement: Prepared) -> None:
    decision = decide(request(), agreement, facts())
    assert decision.allowed
    assert decision.unmet == ()
    assert len(decision.reasons) == len(CHECKS) + 1
    assert all(reason.text and reason.clause for reason in decision.reasons)
    assert decision.level is Level.IDENTIFIABLE
    assert decision.duties is not None
    assert decision.agreement == agreement.digest
    assert {name: form.written for name, form in decision.fields.items()} == {
        "family_name": "plain",
        "award": "plain",
        "earnings": "band 0, 300",
    }


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], Code, str]] = [
    ("incomplete", {}, {"gaps": ("law.power",)}, Code.AGREEMENT_INCOMPLETE, "law"),
    ("unsigned", {}, {"signed": frozenset({"dwp"})}, Code.AGREEMENT_NOT_IN_FORCE, "term"),
    ("not begun", {}, {"now": datetime(2026, 8, 31, 23, 59, tzinfo=UTC)}, Code.AGREEMENT_NOT_IN_FORCE, "term"),
    ("ended", {}, {"now": datetime(2029, 9, 1, tzinfo=UTC)}, Code.AGREEMENT_NOT_IN_FORCE, "term"),
    ("suspended", {}, {"suspended": "a breach is looked into"}, Code.AGREEMENT_NOT_IN_FORCE, "term"),
    ("review overdue", {}, {"now": datetime(2027, 9, 2, tzinfo=UTC)}, Code.AGREEMENT_NOT_IN_FORCE, "term"),
    ("stranger", {"recipient": "easton"}, {}, Code.RECIPIENT_NOT_NAMED, "shares.entitled.to"),
    ("other purpose", {"purpose": "debt-recovery"}, {}, Code.PURPOSE_NOT_AGREED, "purpose.code"),
    ("never for", {"purpose": "immigration-enforcement"}, {}, Code.PURPOSE_NEVER_FOR, "purpose.never_for"),
    ("role", {"role": "teacher"}, {}, Code.ROLE_NOT_ENTITLED, "people.northtown.roles"),
    ("training", {}, {"training": frozenset()}, Code.TRAINING_MISSING, "people.northtown.training"),
    ("mode", {"share": "open", "mode": Mode.MATCH}, {}, Code.MODE_NOT_AGREED, "shares.open.modes"),
    ("fields", {"fields": ("nino",)}, {}, Code.FIELDS_NONE_AGREED, "shares.entitled.fields"),
    ("nobody named", {"mode": Mode.LOOKUP, "listed": False}, {}, Code.PERSON_NOT_NAMED, "shares.entitled.subjects"),
    ("no list", {"listed": False}, {}, Code.SUBJECTS_LIST_NEEDED, "shares.entitled.subjects"),
    ("counted list", {"mode": Mode.AGGREGATE}, {}, Code.SUBJECTS_LIST_REFUSED, "shares.entitled.subjects"),
    ("day's limit", {}, {"records_today": 100}, Code.LIMIT_DAY_REACHED, "shares.entitled.limits.records_per_day"),
    ("nameless", {"share": "take-up", "mode": Mode.MATCH}, {}, Code.MODE_NOT_AGREED, "shares.take-up.modes"),
    (
        "nameless by list",
        {"share": "take-up", "mode": Mode.BULK},
        {},
        Code.SUBJECTS_LIST_REFUSED,
        "shares.take-up.subjects",
    ),
    ("objection", {}, {"objected": True}, Code.PERSON_OBJECTED, "purpose"),
]


@pytest.mark.parametrize(
    ("asked", "known", "code", "clause"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_a_refusal_names_its_code_its_clause_and_what_would_make_it_lawful(
    agreement: Prepared, asked: dict[str, Any], known: dict[str, Any], code: Code, clause: str
) -> None:
    decision = decide(request(**asked), agreement, facts(**known))
    assert not decision.allowed
    assert (code, clause) in {(reason.code, reason.clause) for reason in decision.unmet}
    assert all(reason.text and reason.remedy for reason in decision.unmet)
    assert not decision.fields
    assert not decision.withheld


def test_every_reason_for_refusal_is_named_at_once(agreement: Prepared) -> None:
    decision = decide(
        request(role="teacher", purpose="immigration-enforcement", listed=False), agreement, facts(signed=frozenset())
    )
    assert [reason.code for reason in decision.unmet] == [
        Code.AGREEMENT_NOT_IN_FORCE,
        Code.PURPOSE_NOT_AGREED,
        Code.PURPOSE_NEVER_FOR,
        Code.ROLE_NOT_ENTITLED,
        Code.SUBJECTS_LIST_NEEDED,
    ]


def test_a_clash_of_purposes_is_named(agreement: Prepared) -> None:
    """R1.6"""
    (reason,) = decide(request(purpose="debt-recovery"), agreement, facts()).unmet
    assert "people would stop asking for help they are owed" in reason.text


def test_an_unknown_share_is_refused_and_the_known_ones_are_named(agreement: Prepared) -> None:
    decision = decide(request(share="everything"), agreement, facts())
    (reason,) = decision.unmet
    assert reason.code is Code.SHARE_UNKNOWN
    assert "`entitled`, `open`, `counted`, `take-up`" in reason.remedy


def test_fields_beyond_the_agreement_are_withheld_and_said_to_be(agreement: Prepared) -> None:
    decision = decide(request(fields=("award", "nino", "shoe_size")), agreement, facts())
    assert decision.allowed
    assert set(decision.fields) == {"award"}
    assert decision.withheld["nino"] == decision.withheld["shoe_size"] == "the agreement does not name it"
    assert decision.withheld["family_name"] == "it was not asked for"


def test_every_element_of_the_standard_is_either_given_or_marked_withheld(agreement: Prepared) -> None:
    decision = decide(request(), agreement, facts())
    elements = set(agreement.offers["entitled"].roles) | {"reference", "award", "earnings"}
    assert set(decision.fields) | set(decision.withheld) == elements


def test_a_count_is_by_what_the_agreement_says_and_nothing_else(agreement: Prepared) -> None:
    decision = decide(request(share="counted", mode=Mode.AGGREGATE, listed=False), agreement, facts())
    assert decision.allowed
    assert {name: form.written for name, form in decision.fields.items()} == {"award": "plain", "postcode": "outward"}
    assert decision.withheld["given_name"] == "it is not among what is counted by"
    assert decision.withheld["family_name"] == "the agreement does not name it"
    assert decision.level is Level.AGGREGATE


def test_what_a_sum_or_mean_is_of_is_said_and_not_called_withheld(agreement: Prepared) -> None:
    decision = decide(request(share="counted", mode=Mode.AGGREGATE, listed=False), agreement, facts())
    assert decision.measures == {"people": "count", "mean_earnings": "mean of earnings"}
    assert "earnings" not in decision.withheld
    assert decide(request(share="counted", mode=Mode.BULK, listed=False), agreement, facts()).measures == {}


def test_without_a_word_on_dimensions_there_is_one_count_of_everybody(agreement: Prepared) -> None:
    decision = decide(request(mode=Mode.AGGREGATE, listed=False), agreement, facts())
    assert decision.allowed
    assert not decision.fields


def test_a_day_of_birth_that_cannot_be_one_is_refused_and_not_answered_with_nobody(agreement: Prepared) -> None:
    person = PERSON | {"date_of_birth": "01/02/2015"}
    (reason,) = decide(request(mode=Mode.LOOKUP, listed=False, person=person), agreement, facts()).unmet
    assert reason.code is Code.PERSON_NOT_NAMED
    assert "date of birth" in reason.text


@pytest.mark.parametrize(
    ("person", "enough"),
    [
        (PERSON, True),
        ({"nino": "AB123456C"}, True),
        ({"family_name": "Ash", "given_name": "Jo", "postcode": "NT1 1AA"}, True),
        ({"family_name": "Ash"}, False),
        ({"postcode": "NT1 1AA"}, False),
        ({"given_name": "Jo", "postcode": "NT1 1AA"}, False),
        (PERSON | {"award": "UC"}, False),
        ({"nino": "  "}, False),
    ],
)
def test_a_lookup_names_one_person_well_enough_or_is_refused(
    agreement: Prepared, person: dict[str, str], enough: bool
) -> None:
    decision = decide(request(mode=Mode.LOOKUP, listed=False, person=person), agreement, facts())
    assert decision.allowed is enough


def test_only_a_lookup_is_about_a_named_person(agreement: Prepared) -> None:
    (reason,) = decide(request(person=PERSON), agreement, facts()).unmet
    assert reason.code is Code.PERSON_NOT_NAMED


def test_consent_is_asked_for_where_it_is_the_basis(agreement: Prepared) -> None:
    """R2.10"""
    offer = replace(agreement.offers["open"], consent_needed=True)
    by_consent = replace(agreement, offers={"open": offer})
    asked = request(share="open", mode=Mode.BULK, listed=False)
    assert [r.code for r in decide(asked, by_consent, facts()).unmet] == [Code.CONSENT_MISSING]
    assert decide(asked, by_consent, facts(consented=True)).allowed


def test_the_first_and_the_last_day_of_the_term_count(agreement: Prepared) -> None:
    assert decide(request(), agreement, facts(now=datetime(2026, 9, 1, tzinfo=UTC))).allowed


def test_any_error_while_deciding_is_a_refusal(agreement: Prepared) -> None:
    broken = replace(agreement, calendar=None)  # type: ignore[arg-type]
    decision = decide(request(), broken, facts())
    assert not decision.allowed
    assert [reason.code for reason in decision.unmet] == [Code.DECISION_FAILED]


def test_what_is_found_while_answering_can_still_refuse(agreement: Prepared) -> None:
    allowed = decide(request(), agreement, facts())
    reason = Reason(Code.LIMIT_REQUEST_TOO_LARGE, False, "shares.entitled.limits", "too many", "ask for fewer")
    refused = refused_after(allowed, reason)
    assert not refused.allowed
    assert refused.unmet == (reason,)
    assert not refused.fields


def test_a_decision_is_shown_as_plain_data(agreement: Prepared) -> None:
    shown = decide(request(), agreement, facts()).as_dict()
    assert shown["agreement"] == {"id": "school-meals", "version": "1.0.0", "digest": agreement.digest}
    assert shown["duties"]["retain"] == "P1Y"
    assert shown["reasons"][0] == {
        "code": "share.unknown",
        "met": True,
        "clause": "shares.entitled",
        "text": "the agreement has the share `entitled`",
        "remedy": "",
    }
    assert decide(request(role="x"), agreement, facts()).as_dict()["level"] is None


def test_codes_are_a_subject_and_a_finding() -> None:
    assert all(code.count(".") == 1 and code == code.lower() for code in Code)
