"""The draft: nothing is typed twice, and the check tells only of what people must still say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.agreement.check import check, musts
from easement.agreement.read import AgreementFile, read_agreement_text
from easement.assessment.answers import answers_of
from easement.assessment.assess import assess
from easement.assessment.cases import WorkedCase, worked_cases
from easement.assessment.result import Outcome
from easement.assessment.seed import ImpactMade, seed
from easement.base.errors import Refused
from tests.often import often

from .makers import LAW, MEALS, ON, STANDARDS, answers
from .strategies import given_answers

SAID_BY_PEOPLE = {
    "file.left-to-fill",
    "impact.undated",
    "fields.standard-unknown",
    "law.power-missing",
    "counting.nothing-said",
}
"""The rules that tell of what only people can say: contacts, roles, the notice, a day, a standard, a task."""


def drafted(title: str = "Free school meals", **more: Any) -> AgreementFile:
    given_ = answers(**more)
    impact = ImpactMade("DPIA 6f6f6f6f, version 2", "residual risk low", ON)
    result = assess(given_, LAW, ON, STANDARDS)
    return read_agreement_text(seed(title, given_, result, LAW, STANDARDS, today=ON, impact=impact))


def unmet(file: AgreementFile) -> list[str]:
    return [each.code for each in musts(check(file, LAW, STANDARDS, today=ON))]


def test_a_draft_passes_the_check_but_for_what_people_must_still_say() -> None:
    file = drafted()
    left = [each for each in check(file, LAW, STANDARDS, today=ON) if each.level == "must"]
    assert [each.path for each in left] == [
        "parties.department-for-work-and-pensions.contact",
        "parties.northtown-council.contact",
        "people.northtown-council.roles.0",
        "transparency.notice",
    ]


def test_who_else_may_join_is_carried_over_as_the_kind_of_those_who_begin() -> None:
    assert dict(drafted().terms.joining) == {}
    assert dict(drafted(joining=[]).terms.joining) == {}
    open_ = drafted(joining=["recipient", "provider"])
    assert {part: each.body_class for part, each in open_.terms.joining.items()} == {
        "recipient": MEALS["receiver"],
        "provider": MEALS["giver"],
    }
    assert unmet(open_) == unmet(drafted())


def test_what_people_say_then_makes_it_complete() -> None:
    text = drafted().document.text
    for left, said in (
        ("<fill in a shared address, such as dpo@…>", "dpo@northtown.example"),
        ("- fill-in", "- benefits-officer"),
        ("<fill in the address of the privacy notice>", "https://northtown.example/privacy"),
    ):
        assert left in text
        text = text.replace(left, said)
    assert unmet(read_agreement_text(text)) == []


def test_nothing_that_was_answered_is_typed_again() -> None:
    terms = drafted().terms
    assert [party.name for party in terms.parties.values()] == [MEALS["giver_name"], MEALS["receiver_name"]]
    assert [party.body_class for party in terms.parties.values()] == [MEALS["giver"], MEALS["receiver"]]
    purpose = terms.purpose
    said = (purpose.code, purpose.statement, purpose.benefits, purpose.harm_if_not_shared, purpose.necessity)
    asked = (MEALS["purpose"], MEALS["statement"], (MEALS["benefits"],), MEALS["harm_not_sharing"], MEALS["necessity"])
    assert said == asked
    assert {law.power for law in terms.law.parties.values()} == {"edu_2005_s110"}
    assert terms.law.confidentiality is not None
    assert terms.law.confidentiality.met_by == "edu_2005_s110"
    share = terms.shares["main"]
    assert (share.standard, share.subjects, [mode.value for mode in share.modes]) == (
        "benefit-award/1",
        "matched",
        ["match"],
    )
    assert {name: form.written for name, form in share.fields.items()} == {
        "national_insurance_number": "plain",
        "date_of_birth": "year",
        "award": "plain",
    }


def test_purposes_that_pull_against_it_are_ruled_out_by_name() -> None:
    """R1.6."""
    assert "immigration-enforcement" in drafted().terms.purpose.never_for


def test_the_signed_impact_assessment_stands_in_it() -> None:
    dpia = drafted().terms.law.dpia
    assert dpia is not None
    assert (dpia.reference, dpia.dated) == ("DPIA 6f6f6f6f, version 2", ON)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in worked_cases()])
def test_each_worked_case_drafts_or_says_why_not(case: WorkedCase) -> None:
    result = assess(case.answers, LAW, ON, STANDARDS)
    if result.outcome is Outcome.CANNOT or (case.answers.often == "once" and case.answers.how_many == "one"):
        with pytest.raises(Refused):
            seed(case.title, case.answers, result, LAW, STANDARDS, today=ON)
        return
    file = read_agreement_text(seed(case.title, case.answers, result, LAW, STANDARDS, today=ON))
    assert set(unmet(file)) <= SAID_BY_PEOPLE


@given(given_answers(), st.text(min_size=1, max_size=40).filter(str.strip))
@settings(max_examples=often(100), deadline=None)
def test_a_draft_of_whatever_was_answered_can_be_read_as_it_stands(more: dict[str, Any], title: str) -> None:
    given_ = answers_of(MEALS | more)
    result = assess(given_, LAW, ON, STANDARDS)
    try:
        text = seed(title, given_, result, LAW, STANDARDS, today=ON)
    except Refused:
        return
    terms = read_agreement_text(text).terms
    assert terms.purpose.statement == given_.statement
    assert result.outcome is not Outcome.CANNOT


@pytest.mark.parametrize("name", ["dpia", "Special category", "北", "42", 'A & B: "quoted" # not a comment'])
def test_a_name_that_makes_no_id_is_left_to_people(name: str) -> None:
    file = drafted(giver_name=name)
    assert name in [party.name for party in file.terms.parties.values()]


def test_two_bodies_of_one_name_are_told_apart() -> None:
    assert list(drafted(giver_name="Northtown", receiver_name="Northtown").terms.parties) == [
        "northtown",
        "northtown-2",
    ]


def test_counts_name_what_they_are_split_by_and_no_fields() -> None:
    file = drafted(level="aggregate", modes=["aggregate"], elements=["award", "sex"], decided_by="nobody")
    share = file.terms.shares["main"]
    assert share.aggregate is not None
    assert (share.aggregate.dimensions, dict(share.fields)) == (("award", "sex"), {})


def test_no_draft_is_made_of_what_cannot_be_shared_or_is_not_known() -> None:
    with pytest.raises(Refused, match="cannot be shared"):
        drafted(protected=["adoption"])
    with pytest.raises(Refused, match="not known yet"):
        drafted(statement=None)
    with pytest.raises(Refused, match="a single disclosure"):
        drafted(often="once", how_many="one", modes=["lookup"])
