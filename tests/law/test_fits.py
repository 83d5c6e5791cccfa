"""A power takes in a case only as far as its words go (R1.1, R1.2)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.law.catalogue import catalogue
from easement.law.entry import Jurisdiction, Verdict
from easement.law.findings import Fit, Outcome
from easement.law.fits import bars, fit, passes, powers_for, serves

KNOWN = catalogue()
DAY = date(2026, 9, 1)
DWP = "work-and-pensions-department"


def ask(
    power: str, giver: str, receiver: str, purpose: str, on: date = DAY, where: tuple[Jurisdiction, ...] = ()
) -> Fit:
    return fit(KNOWN.power(power), giver, receiver, purpose, KNOWN, on, where)


def against(answer: Fit) -> dict[str, Outcome]:
    return {finding.about: finding.outcome for finding in answer.against}


def test_free_school_meals_the_department_may_tell_the_council() -> None:
    answer = ask("edu_2005_s110", DWP, "local-authority", "benefit-eligibility")
    assert answer.verdict is Verdict.FITS
    assert answer.against == ()
    assert {finding.about for finding in answer.findings} >= {
        "nature",
        "giver",
        "receiver",
        "purpose",
        "in-force",
        "jurisdiction",
    }
    assert any("not a general poverty flag" in finding.text for finding in answer.findings)


def test_a_unitary_council_receives_what_any_council_may() -> None:
    assert ask("edu_2005_s110", DWP, "unitary-authority", "benefit-eligibility").verdict is Verdict.FITS


@pytest.mark.parametrize(
    ("giver", "receiver", "purpose", "about"),
    [
        ("charity", "local-authority", "benefit-eligibility", "giver"),
        (DWP, "charity", "benefit-eligibility", "receiver"),
        (DWP, "local-authority", "immigration-enforcement", "purpose"),
    ],
)
def test_free_school_meals_anyone_else_or_anything_else_does_not_fit(
    giver: str, receiver: str, purpose: str, about: str
) -> None:
    answer = ask("edu_2005_s110", giver, receiver, purpose)
    assert answer.verdict is Verdict.DOES_NOT_FIT
    assert against(answer) == {about: Outcome.NOT_MET}
    assert all(finding.mend and finding.citation for finding in answer.against)


def test_free_school_meals_schools_wait_for_the_amendment() -> None:
    answer = ask("edu_2005_s110", DWP, "school", "benefit-eligibility")
    assert answer.verdict is Verdict.UNCLEAR
    assert against(answer) == {"receiver": Outcome.UNCLEAR}


def ask_of_its_own(power: str) -> Fit:
    """A case that the power's words take in."""
    entry = KNOWN.power(power)
    return ask(power, min(entry.givers), min(entry.receivers), (*entry.purposes, "housing-support")[0])


@pytest.mark.parametrize("power", ["duaa_2025_s45", "pafer_2025"])
def test_what_is_not_known_to_be_in_force_never_fits(power: str) -> None:
    answer = ask_of_its_own(power)
    assert answer.verdict is Verdict.UNCLEAR
    assert against(answer)["in-force"] is Outcome.UNCLEAR


@pytest.mark.parametrize("power", ["ca_2004_s16LA", "lga_2000_s2", "cpa_2026_csa"])
def test_what_is_repealed_or_not_commenced_does_not_fit(power: str) -> None:
    answer = ask_of_its_own(power)
    assert answer.verdict is Verdict.DOES_NOT_FIT
    assert against(answer)["in-force"] is Outcome.NOT_MET


def test_a_duty_starts_on_its_day() -> None:
    case = ("daa_2021_s49A", "police", "school", "safeguarding-children")
    assert against(ask(*case, on=date(2025, 11, 6))) == {"in-force": Outcome.NOT_MET}
    assert ask(*case, on=date(2025, 11, 7)).verdict is Verdict.FITS


def test_a_power_that_ended_carries_nothing_after_its_day() -> None:
    power = KNOWN.power("edu_2005_s110")
    ended = replace(power, in_force=replace(power.in_force, valid_to=date(2026, 8, 31)))
    case = (DWP, "local-authority", "benefit-eligibility", KNOWN)
    assert against(fit(ended, *case, on=DAY)) == {"in-force": Outcome.NOT_MET}
    assert fit(ended, *case, on=date(2026, 8, 31)).verdict is Verdict.FITS


def test_an_act_gives_no_power_before_the_year_it_was_made() -> None:
    answer = ask("edu_2005_s110", DWP, "local-authority", "benefit-eligibility", on=date(2004, 12, 31))
    assert against(answer) == {"in-force": Outcome.NOT_MET}


@pytest.mark.parametrize("power", ["gra_2004_s22", "crca_2005_s18", "dpa_2018_sch2_p2", "common_law_confidence"])
def test_a_bar_or_an_exemption_is_never_a_power(power: str) -> None:
    answer = ask(power, "tax-authority", "police", "law-enforcement")
    assert answer.verdict is Verdict.DOES_NOT_FIT
    assert against(answer)["nature"] is Outcome.NOT_MET


def test_specified_persons_must_be_named_in_regulations() -> None:
    answer = ask("dea_2017_s35", "local-authority", DWP, "fuel-poverty")
    assert against(answer) == {"giver": Outcome.UNCLEAR, "receiver": Outcome.UNCLEAR}
    assert "only if it is named" in answer.against[0].text


def test_health_bodies_are_left_out_where_the_words_leave_them_out() -> None:
    assert against(ask("pcsca_2022_s16", "nhs-trust", "prison", "crime-prevention")) == {"giver": Outcome.NOT_MET}
    assert against(ask("dea_2017_s64", "gp-practice", "university", "research"))["giver"] is Outcome.NOT_MET


def test_a_wider_class_than_the_words_name_is_unclear_and_told_the_narrower() -> None:
    answer = ask("housing_1996_s213B", "prison", "local-authority", "homelessness-prevention")
    assert against(answer) == {"receiver": Outcome.UNCLEAR}
    assert "housing authority" in answer.against[0].text
    assert ask("housing_1996_s213B", "prison", "district-council", "homelessness-prevention").verdict is Verdict.FITS
    assert (
        ask("housing_1996_s213B", "prison", "county-council", "homelessness-prevention").verdict is Verdict.DOES_NOT_FIT
    )


def test_a_general_power_is_for_a_person_to_settle() -> None:
    answer = ask("localism_2011_s1", "local-authority", "charity", "welfare-support")
    assert against(answer) == {"nature": Outcome.UNCLEAR, "purpose": Outcome.UNCLEAR}


def test_routes_are_not_mixed() -> None:
    assert ask("wra_2012_s127", DWP, "tax-authority", "tax-administration").verdict is Verdict.FITS
    assert ask("wra_2012_s127", DWP, DWP, "tax-administration").verdict is Verdict.DOES_NOT_FIT
    assert ask("rpr_2001", "local-authority", "bank", "electoral-registration").verdict is Verdict.DOES_NOT_FIT


def test_places_are_held_against_the_reach_of_the_power() -> None:
    case = ("edu_2005_s110", DWP, "local-authority", "benefit-eligibility")
    assert ask(*case, where=(Jurisdiction.WALES,)).verdict is Verdict.FITS
    assert against(ask(*case, where=(Jurisdiction.SCOTLAND,))) == {"jurisdiction": Outcome.NOT_MET}
    uncertain = ask("cda_1998_s115", "charity", "police", "crime-prevention", where=(Jurisdiction.SCOTLAND,))
    assert against(uncertain) == {"jurisdiction": Outcome.UNCLEAR}


def test_a_body_that_does_not_exist_there_does_not_fit() -> None:
    answer = ask("sswba_2014_s164", "integrated-care-board", "local-authority", "adult-social-care")
    assert against(answer)["jurisdiction"] is Outcome.NOT_MET


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(UsageError, match="`councill` is not a known kind of body"):
        ask("edu_2005_s110", DWP, "councill", "benefit-eligibility")
    with pytest.raises(UsageError, match="`benefits` is not a known purpose"):
        ask("edu_2005_s110", DWP, "local-authority", "benefits")


def test_the_powers_for_a_case_come_surest_first_and_none_means_refer() -> None:
    found = powers_for(DWP, "local-authority", "benefit-eligibility", KNOWN, DAY)
    assert {power.id for power, answer in found if answer.verdict is Verdict.FITS} == {"edu_2005_s110", "wra_2012_s131"}
    assert found[0][1].verdict is Verdict.FITS
    assert powers_for("bank", "charity", "school-admissions", KNOWN, DAY) == ()


def test_bars_are_named_for_the_giver_they_bind() -> None:
    assert "crca_2005_s18" in {bar.id for bar in bars("tax-authority", KNOWN)}
    assert "crca_2005_s18" not in {bar.id for bar in bars("local-authority", KNOWN)}
    assert "common_law_confidence" in {bar.id for bar in bars("charity", KNOWN)}


powers = st.sampled_from(KNOWN.powers)
classes = st.sampled_from([body.id for body in KNOWN.body_classes])
purposes = st.sampled_from([purpose.id for purpose in KNOWN.purposes])
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
places = st.sets(st.sampled_from(Jurisdiction))


@given(powers, classes, classes, purposes, days, places)
def test_it_always_answers_and_the_worst_finding_decides(power, giver, receiver, purpose, on, where) -> None:
    answer = fit(power, giver, receiver, purpose, KNOWN, on, where)
    worst = max(finding.outcome for finding in answer.findings)
    expected = {Outcome.NOT_MET: Verdict.DOES_NOT_FIT, Outcome.UNCLEAR: Verdict.UNCLEAR}.get(worst, Verdict.FITS)
    assert answer.verdict is expected
    assert all(finding.text and finding.citation for finding in answer.findings)
    assert all(finding.mend for finding in answer.against)


@given(powers, st.data())
def test_it_fits_only_where_classes_and_purpose_are_within_the_entry(power, data) -> None:
    route = data.draw(st.sampled_from(power.routes))
    giver = data.draw(st.sampled_from(route.givers.classes or ("anyone",)) | classes)
    receiver = data.draw(st.sampled_from(route.receivers.classes or ("anyone",)) | classes)
    purpose = data.draw(st.sampled_from(power.purposes or ("research",)) | purposes)
    answer = fit(power, giver, receiver, purpose, KNOWN, DAY)
    within = any(
        any(KNOWN.is_a(giver, code) for code in open_.givers.classes)
        and any(KNOWN.is_a(receiver, code) for code in open_.receivers.classes)
        and not open_.givers.specified
        and not open_.receivers.specified
        and not any(KNOWN.is_a(giver, code) for code in open_.givers.never)
        and not any(KNOWN.is_a(receiver, code) for code in open_.receivers.never)
        for open_ in power.routes
    )
    if answer.verdict is Verdict.FITS:
        assert within
        assert purpose in power.purposes
        assert power.is_power
    if not within or purpose not in power.purposes:
        assert answer.verdict is not Verdict.FITS


@given(powers, classes, classes, purposes)
def test_a_narrower_class_never_fits_worse_than_the_class_it_belongs_to(power, giver, receiver, purpose) -> None:
    for parent in KNOWN.body_class(receiver).parents:
        if passes(power, KNOWN, giver, parent) is Outcome.MET:
            assert passes(power, KNOWN, giver, receiver) is Outcome.MET
    assert serves(power, purpose) in (Outcome.MET, Outcome.UNCLEAR, Outcome.NOT_MET)
