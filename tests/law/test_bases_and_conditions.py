"""Who may rely on which basis, and what sensitive data needs besides (R1.1)."""

from datetime import date

import pytest

from easement.base.errors import UsageError
from easement.law.bases import basis_allows
from easement.law.catalogue import catalogue
from easement.law.conditions import conditions_for, conditions_hold
from easement.law.entry import Verdict
from easement.law.findings import Outcome
from easement.law.model import ConditionKind, Sensitivity

KNOWN = catalogue()
DAY = date(2026, 9, 1)


def allows(basis: str, body: str, power: str = "", on: date = DAY) -> Verdict:
    cited = KNOWN.power(power) if power else None
    return basis_allows(KNOWN.basis(basis), body, KNOWN, on, cited).verdict


@pytest.mark.parametrize("basis", ["art6_1_ea", "art6_1_f"])
def test_a_public_authority_cannot_use_legitimate_interests_for_its_tasks(basis: str) -> None:
    assert allows(basis, "local-authority") is Verdict.DOES_NOT_FIT
    assert allows(basis, "gp-practice") is Verdict.DOES_NOT_FIT
    assert allows(basis, "charity") is Verdict.FITS


def test_recognised_legitimate_interest_starts_on_its_day() -> None:
    assert allows("art6_1_ea", "charity", on=date(2026, 2, 4)) is Verdict.DOES_NOT_FIT
    assert allows("art6_1_ea", "charity", on=date(2026, 2, 5)) is Verdict.FITS


def test_public_task_is_for_those_who_have_one() -> None:
    assert allows("art6_1_e", "local-authority") is Verdict.FITS
    assert allows("art6_1_e", "energy-supplier") is Verdict.UNCLEAR


def test_consent_is_rarely_right_for_a_public_authority() -> None:
    answer = basis_allows(KNOWN.basis("art6_1_a"), "local-authority", KNOWN, DAY)
    assert answer.verdict is Verdict.UNCLEAR
    assert "imbalance of power" in answer.against[0].text


def test_legal_obligation_needs_a_power_that_is_a_duty() -> None:
    assert allows("art6_1_c", "police", "daa_2021_s49A") is Verdict.FITS
    assert allows("art6_1_c", "local-authority", "edu_2005_s110") is Verdict.DOES_NOT_FIT
    assert allows("art6_1_c", "local-authority") is Verdict.UNCLEAR


def test_what_a_basis_asks_to_be_written_down_is_told() -> None:
    notes = [
        f for f in basis_allows(KNOWN.basis("art6_1_e"), "school", KNOWN, DAY).findings if f.outcome is Outcome.NOTE
    ]
    assert any("why less data would not do" in note.text for note in notes)


@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_every_sensitivity_has_conditions_and_all_of_them_cover_it(sensitivity: Sensitivity) -> None:
    found = conditions_for(sensitivity, KNOWN)
    assert len(found) > 10
    assert all(sensitivity in condition.covers for condition in found)
    standing = (
        {ConditionKind.CRIMINAL_OFFENCE, ConditionKind.SCHEDULE_1}
        if sensitivity == "criminal"
        else {ConditionKind.ARTICLE_9}
    )
    assert found[0].kind in standing


def test_equality_monitoring_does_not_cover_union_membership() -> None:
    assert "s1_p8_equality" in {condition.id for condition in conditions_for("ethnicity", KNOWN)}
    assert "s1_p8_equality" not in {condition.id for condition in conditions_for("union", KNOWN)}


def test_substantial_public_interest_needs_a_paragraph_of_schedule_1() -> None:
    alone = conditions_hold(["art9_g"], "health", KNOWN)
    assert alone.verdict is Verdict.DOES_NOT_FIT
    assert alone.against[0].about == "schedule-1"
    with_paragraph = conditions_hold(["art9_g", "s1_p18"], "health", KNOWN)
    assert with_paragraph.verdict is Verdict.FITS
    assert any(finding.about == "policy-document" for finding in with_paragraph.findings)


def test_a_paragraph_that_covers_something_else_does_not_help() -> None:
    assert conditions_hold(["art9_g", "s1_p19"], "health", KNOWN).verdict is Verdict.FITS
    assert conditions_hold(["art9_g", "s1_p19"], "religion", KNOWN).verdict is Verdict.DOES_NOT_FIT


def test_direct_care_needs_no_policy_document() -> None:
    answer = conditions_hold(["art9_h", "s1_p2"], "health", KNOWN)
    assert answer.verdict is Verdict.FITS
    assert not any(finding.about == "policy-document" for finding in answer.findings)


def test_no_condition_is_no_answer() -> None:
    for sensitivity in Sensitivity:
        answer = conditions_hold([], sensitivity, KNOWN)
        assert answer.verdict is Verdict.DOES_NOT_FIT
        assert f"`{sensitivity}`" in answer.against[0].text


def test_schedule_1_alone_serves_offence_data_but_not_health_data() -> None:
    assert conditions_hold(["s1_p18"], "criminal", KNOWN).verdict is Verdict.FITS
    assert conditions_hold(["s1_p18"], "health", KNOWN).verdict is Verdict.DOES_NOT_FIT


def test_unknown_words_are_refused_with_what_is_known() -> None:
    with pytest.raises(UsageError, match="`shoe-size` is not a known sensitivity"):
        conditions_for("shoe-size", KNOWN)
    with pytest.raises(UsageError, match="`art9_z` is not a known condition"):
        conditions_hold(["art9_z"], "health", KNOWN)
