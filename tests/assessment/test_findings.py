"""What each part of an assessment finds: powers, bars, bases, conditions, confidence, rights, purposes, openness."""

from datetime import date
from typing import Any

import pytest

from easement.assessment.assess import assess
from easement.assessment.contradictions import CONTRADICTIONS
from easement.assessment.questions import questions
from easement.assessment.result import REFER, Outcome, Section, Standing, Statement, own_rule
from easement.assessment.rights import AIMS
from easement.assessment.sensitive import pairings

from .makers import LAW, ON, STANDARDS, answers, came_to, facts, said

CARE = {
    "giver": "nhs-trust",
    "receiver": "social-services-authority",
    "purpose": "adult-social-care",
    "collected_for": "direct-care",
    "protected": ["patient-information"],
    "sensitive": ["health"],
    "confidence": True,
    "standard": None,
    "elements": None,
    "why_fields": None,
    "modes": ["lookup"],
}
"""A hospital and a council, about an adult who needs care."""


def test_what_fits_in_everything_can_be_shared() -> None:
    assert came_to().outcome is Outcome.CAN


def test_nothing_answered_is_not_clear_and_says_what_to_answer() -> None:
    result = assess(answers(**dict.fromkeys(answers().given)), LAW, ON)
    assert result.outcome is Outcome.UNCLEAR
    assert "What kind of body has the data?" in said(result, Section.ANSWERS, Standing.UNCLEAR)[0].mend


def test_a_public_body_without_a_power_cannot_share_and_is_told_what_would_make_it_lawful() -> None:
    result = came_to(giver="nhs-trust", receiver="company", purpose="empty-homes", collected_for="direct-care")
    assert result.outcome is Outcome.CANNOT
    assert REFER in said(result, Section.POWER, Standing.AGAINST)[0].mend


def test_a_charity_needs_no_power_and_still_a_basis() -> None:
    result = came_to(giver="charity", receiver="charity", purpose="welfare-support", collected_for="welfare-support",
                     protected=[], confidence=False)  # fmt: skip
    assert said(result, Section.POWER, Standing.HOLDS)
    assert result.giver.basis == "art6_1_f_legitimate_interests"
    assert any("legitimate interests assessment" in each.mend for each in result.to_do)


def test_a_power_that_names_its_bodies_elsewhere_leaves_one_thing_to_look_up() -> None:
    result = came_to(giver="local-authority", receiver="tax-authority", purpose="fraud-prevention", protected=[])
    assert result.giver.power == "dea_2017_s56"
    assert "regulations" in said(result, Section.POWER, Standing.TO_DO)[0].mend


def test_a_power_by_implication_is_referred_until_the_legal_lead_confirms_it() -> None:
    case: dict[str, Any] = {
        "giver": "local-authority",
        "receiver": "company",
        "purpose": "service-planning",
        "collected_for": "service-planning",
        "protected": [],
        "confidence": False,
        "elements": ["date_of_birth"],
    }
    assert came_to(**case).outcome is Outcome.UNCLEAR
    confirmed = case | {"confirmed": "localism_2011_s1", "confirmed_where": "Head of legal, advice 114"}
    result = came_to(**confirmed)
    assert result.outcome is Outcome.CAN_IF
    assert "advice 114" in said(result, Section.POWER, Standing.TO_DO)[0].mend


def test_a_power_that_does_not_fit_cannot_be_confirmed_into_fitting() -> None:
    case = {"giver": "nhs-trust", "receiver": "company", "purpose": "empty-homes", "collected_for": "direct-care"}
    result = came_to(**case, confirmed="edu_2005_s110", confirmed_where="Somebody said so")
    assert result.outcome is Outcome.CANNOT


def test_an_act_not_yet_in_force_carries_nothing() -> None:
    early = assess(answers(), LAW, date(2004, 1, 1), STANDARDS)
    assert early.giver.power != "edu_2005_s110"


def test_patient_records_are_outside_the_serious_violence_duty() -> None:
    case: dict[str, Any] = {"giver": "school", "receiver": "prison", "purpose": "crime-prevention", "where": ["wales"]}
    assert "pcsca_2022_s16" in [each.power.id for each in facts(**case, protected=[]).candidates]
    held = facts(**case, protected=["patient-information"]).candidates
    assert "pcsca_2022_s16" not in [each.power.id for each in held]


def test_a_duty_that_waits_for_agreement_carries_nothing_without_it() -> None:
    case: dict[str, Any] = {"giver": "prison", "receiver": "district-council", "purpose": "homelessness-prevention"}
    assert said(came_to(**case, consent="not-free"), Section.POWER, Standing.AGAINST)
    assert said(came_to(**case, consent="free"), Section.POWER, Standing.HOLDS)


def test_a_duty_that_waits_for_a_request_says_so() -> None:
    case: dict[str, Any] = {"giver": "gp-practice", "receiver": "coroner", "purpose": "death-investigation"}
    assert any("ask in writing" in each.mend for each in came_to(**case).to_do)
    assert not any("ask in writing" in each.mend for each in came_to(**case, asked_in_writing=True).to_do)


@pytest.mark.parametrize("kind", ["gender-history", "adoption", "fertility"])
def test_a_bar_of_its_own_is_never_lifted_by_a_power(kind: str) -> None:
    result = came_to(protected=["social-security", kind])
    assert result.outcome is Outcome.CANNOT
    assert "leave those facts out" in said(result, Section.BARS, Standing.AGAINST)[0].mend


def test_what_somebody_says_lifts_a_bar_goes_to_the_legal_lead() -> None:
    result = came_to(
        protected=["social-security", "gender-history"], cleared={"gra_2004_s22": "She agreed in writing."}
    )
    (bar,) = said(result, Section.BARS, Standing.TO_DO)
    assert "She agreed in writing." in bar.text
    assert "legal lead" in bar.mend


def test_a_bar_of_secrecy_is_lifted_by_the_gateway_that_names_the_giver() -> None:
    (bar,) = [each for each in came_to().of(Section.BARS) if each.source.id == "ssaa_1992_s123"]
    assert bar.standing is Standing.HOLDS
    assert "Education Act 2005 s.110" in bar.text


def test_revenue_data_in_other_hands_needs_the_revenue() -> None:
    result = came_to(giver="local-authority", receiver="work-and-pensions-department", protected=["tax"])
    assert [each.source.id for each in result.against if each.section is Section.BARS] == ["crca_2005_s18"]


def test_a_bar_that_nobody_has_thought_of_concerns_whoever_it_binds() -> None:
    result = came_to(giver="publisher", protected=[], confidence=False)
    assert "soaa_1992" in [each.source.id for each in result.against]


def test_the_giver_writes_down_its_own_task() -> None:
    assert any("giver's own" in each.mend for each in came_to(own_task=None).to_do)


def test_a_body_that_was_asked_in_writing_has_a_recognised_interest() -> None:
    case: dict[str, Any] = {
        "giver": "housing-association", "receiver": "local-authority", "purpose": "housing-support",
        "collected_for": "housing-support", "protected": [], "confidence": False,
    }  # fmt: skip
    assert came_to(**case, asked_in_writing=True).giver.annex_1 == "rli_1_public_task_request"
    assert came_to(**case, asked_in_writing=False).giver.basis == "art6_1_f_legitimate_interests"


@pytest.mark.parametrize("purpose", [purpose.id for purpose in LAW.purposes])
def test_every_pairing_of_conditions_holds_before_the_statute_or_there_is_none(purpose: str) -> None:
    result = came_to(purpose=purpose, sensitive=["health", "criminal"], collected_for=purpose)
    found = said(result, Section.SENSITIVE, Standing.UNCLEAR)
    assert bool(found) == (purpose not in pairings())


def test_a_purpose_that_no_condition_is_known_for_is_referred() -> None:
    result = came_to(purpose="electoral-registration", collected_for="electoral-registration", sensitive=["health"])
    assert "legal lead" in said(result, Section.SENSITIVE, Standing.UNCLEAR)[0].mend


def test_the_policy_document_is_asked_for_and_then_named() -> None:
    case: dict[str, Any] = {"sensitive": ["health"]}
    assert any("policy document" in each.mend for each in came_to(**case).to_do)
    told = came_to(**case, policy_document="APD 7").of(Section.SENSITIVE)
    assert any("APD 7" in each.text for each in told)


def test_police_who_enforce_are_under_part_3() -> None:
    result = came_to(giver="police", receiver="probation", purpose="offender-management",
                     collected_for="law-enforcement", sensitive=["criminal"], protected=[])  # fmt: skip
    assert result.conditions.criminal == ("part3_s35_task",)


@pytest.mark.parametrize(
    ("met", "more", "standing"),
    [
        ("direct-care", {}, Standing.HOLDS),
        ("direct-care", {"purpose": "service-planning"}, Standing.AGAINST),
        ("consent", {"consent": "free"}, Standing.HOLDS),
        ("consent", {"consent": "not-free"}, Standing.AGAINST),
        ("public-interest", {}, Standing.TO_DO),
        ("public-interest", {"modes": ["bulk"]}, Standing.UNCLEAR),
        ("section-251", {}, Standing.TO_DO),
        ("law", {}, Standing.UNCLEAR),
        ("unsure", {}, Standing.UNCLEAR),
        ("nothing", {}, Standing.AGAINST),
        ("nothing", {"level": "aggregate", "modes": ["aggregate"]}, Standing.TO_DO),
    ],
)
def test_a_confidence_is_met_or_it_is_not(met: str, more: dict[str, Any], standing: Standing) -> None:
    result = came_to(**CARE | {"confidence_met": met} | more)
    assert [each.standing for each in result.of(Section.CONFIDENCE)] == [standing]


def test_care_that_serves_enforcement_is_refused_and_the_clash_is_named() -> None:
    """R1.6."""
    result = came_to(**CARE | {"receiver": "home-office", "purpose": "immigration-enforcement"})
    (clash,) = said(result, Section.PURPOSES, Standing.AGAINST)
    assert clash.source.id == "help_against_immigration"
    assert "`Direct care` pulls against `Immigration enforcement`" in clash.text


def test_another_use_that_clashes_is_refused_and_one_that_does_not_is_assessed_by_itself() -> None:
    """R1.6."""
    clashing = came_to(other_purposes=["debt-recovery"])
    assert said(clashing, Section.PURPOSES, Standing.AGAINST)[0].answers == ("other_purposes", "purpose")
    assert said(came_to(other_purposes=["welfare-support"]), Section.PURPOSES, Standing.TO_DO)


def test_passing_on_says_what_the_power_says_of_it() -> None:
    (onward,) = said(came_to(passed_to=["school"]), Section.PURPOSES, Standing.TO_DO)
    assert "school" in onward.text
    assert "join the agreement" in onward.mend


def test_every_family_of_purposes_has_a_legitimate_aim() -> None:
    assert {purpose.family for purpose in LAW.purposes} == set(AIMS)


def test_between_two_private_bodies_article_8_is_not_asked() -> None:
    assert came_to(giver="charity", receiver="company").of(Section.RIGHTS) == ()


def test_people_are_told_or_it_is_said_which_exemption() -> None:
    assert said(came_to(told="no"), Section.OPENNESS, Standing.TO_DO)
    exempt = came_to(told="exempt", told_why_not="Schedule 2 paragraph 2")
    assert "Schedule 2 paragraph 2" in said(exempt, Section.OPENNESS, Standing.TO_DO)[0].text


def test_a_program_that_decides_alone_needs_somebody_who_looks_again() -> None:
    result = came_to(decided_by="program")
    assert any("person look again" in each.mend for each in said(result, Section.OPENNESS, Standing.TO_DO))


def test_an_emergency_does_not_wait_and_is_written_down() -> None:
    case = CARE | {"receiver": "police", "purpose": "safeguarding-adults", "how_many": "one", "often": "once"}
    urgent = came_to(**case, emergency=True, life_at_risk=True, confidence_met="public-interest")
    assert urgent.outcome is Outcome.CAN_IF
    assert urgent.giver.basis == "art6_1_d_vital_interests"
    assert any("within 24 hours" in each.mend for each in urgent.to_do)
    assert came_to(**case, emergency=False, confidence_met="public-interest").outcome is Outcome.UNCLEAR


def test_serious_harm_does_not_wait_for_a_lawyer_where_a_power_may_fit() -> None:
    case: dict[str, Any] = CARE | {
        "receiver": "police", "purpose": "safeguarding-adults", "modes": ["lookup"], "often": "as-needed",
        "confidence_met": "public-interest", "life_at_risk": False, "asked_in_writing": True,
    }  # fmt: skip
    urgent = came_to(**case, emergency=True)
    assert said(urgent, Section.POWER, Standing.TO_DO)[0].mend.startswith("share now only what prevents the harm")
    assert came_to(**case, emergency=False).outcome is Outcome.UNCLEAR


def test_an_emergency_makes_no_power_out_of_none() -> None:
    none = {"giver": "nhs-trust", "receiver": "company", "purpose": "empty-homes", "collected_for": "direct-care"}
    assert came_to(**none, emergency=True, life_at_risk=False).outcome is Outcome.CANNOT
    life = came_to(**none, emergency=True, life_at_risk=True)
    assert REFER in said(life, Section.POWER, Standing.UNCLEAR)[0].mend


def test_an_emergency_lifts_no_bar() -> None:
    case = CARE | {"receiver": "police", "purpose": "safeguarding-adults", "how_many": "one", "often": "once"}
    urgent = came_to(**case | {"protected": ["adoption"]}, emergency=True, life_at_risk=True)
    assert urgent.outcome is Outcome.CANNOT


CONTRADICTORY: list[tuple[str, str, dict[str, Any]]] = [
    ("level", "elements", {"level": "aggregate", "modes": ["aggregate"]}),
    ("level", "modes", {"level": "aggregate", "modes": ["bulk"]}),
    ("modes", "level", {"modes": ["aggregate"]}),
    ("level", "modes", {"level": "pseudonymised", "modes": ["lookup"]}),
    ("sensitive", "elements", {"standard": "school-roll/1", "elements": ["ethnicity"]}),
    ("sensitive", "protected", {"protected": ["patient-information"]}),
    ("sensitive", "protected", {"protected": ["spent-convictions"]}),
    ("confidence", "elements", {"confidence": False}),
    ("confidence", "protected", {"confidence": False, "protected": ["social-care"], "elements": None}),
    ("confidence_met", "consent", {"confidence_met": "consent"}),
    ("confidence_met", "purpose", {"confidence_met": "direct-care"}),
    ("how_many", "modes", {"how_many": "one"}),
    ("other_purposes", "purpose", {"other_purposes": ["benefit-eligibility"]}),
    ("decided_by", "level", {"level": "anonymised", "modes": ["bulk"], "decided_by": "program"}),
    ("decided_by", "purpose", {"purpose": "research"}),
    ("emergency", "often", {"emergency": True, "life_at_risk": False}),
]


@pytest.mark.parametrize(("one", "other", "more"), CONTRADICTORY)
def test_answers_that_cannot_both_be_so_are_named_with_both_places(one: str, other: str, more: dict[str, Any]) -> None:
    result = came_to(**more)
    assert result.outcome in (Outcome.UNCLEAR, Outcome.CANNOT)
    assert (one, other) in [each.answers for each in said(result, Section.ANSWERS, Standing.UNCLEAR)]


def test_every_contradiction_is_tried_here_and_names_questions() -> None:
    assert sorted((each.one, each.other) for each in CONTRADICTIONS) == sorted((a, b) for a, b, _ in CONTRADICTORY)
    known = {each.id for each in questions()}
    assert {name for each in CONTRADICTIONS for name in (each.one, each.other)} <= known


def test_counts_only_and_names_are_named() -> None:
    result = came_to(level="aggregate", modes=["aggregate"])
    text = said(result, Section.ANSWERS, Standing.UNCLEAR)[0].text
    assert "`level` and `elements` cannot both be so" in text
    assert "`national_insurance_number`" in text


def test_each_answer_narrows_the_law_and_shows_by_how_much() -> None:
    steps = [(each.question, len(each.powers)) for each in came_to().narrowed]
    assert [question for question, _ in steps] == ["", "giver", "receiver", "where", "purpose", "protected"]
    assert steps[0][1] > 60
    assert steps[-1][1] <= 3


def test_a_statement_that_does_not_hold_must_say_a_mend() -> None:
    with pytest.raises(ValueError, match="says no mend"):
        Statement(Section.POWER, Standing.TO_DO, "something", own_rule("a rule"))


def test_the_result_as_data_says_all_that_the_page_says() -> None:
    told = came_to(own_task=None).as_dict()
    assert told["outcome"] == "can-if"
    assert told["to_do"] == [each.mend for each in came_to(own_task=None).to_do]
    assert {each["source"]["check"] for each in told["statements"]} <= {"verified", "partly", "knowledge"}
