"""R1.2: worked cases land where their arguments put them; the unlawful and the unclear ones say so.

The story, the expected outcome and the argument with its sources stand in the case's own file, which the guidance shows
too: `src/easement/assessment/data/cases`.
"""

from collections import Counter

import pytest

from easement.assessment.answers import check_codes
from easement.assessment.asked import unanswered
from easement.assessment.assess import assess
from easement.assessment.cases import WorkedCase, worked_case, worked_cases
from easement.assessment.facts import Facts
from easement.assessment.result import REFER, Outcome
from easement.base.errors import UsageError

from .makers import LAW, ON, STANDARDS


def cases(*outcomes: Outcome) -> pytest.MarkDecorator:
    """The worked cases that come to one of these outcomes, each by its name."""
    chosen = [case for case in worked_cases() if case.expected.outcome in (outcomes or tuple(Outcome))]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.id)


@cases()
def test_a_worked_case_comes_to_what_is_argued(case: WorkedCase) -> None:
    result = assess(case.answers, LAW, ON, STANDARDS)
    told = {f"{each.section}: {each.standing.word}" for each in result.statements}
    assert result.outcome is case.expected.outcome
    assert set(case.expected.says) <= told
    assert case.expected.power in ("", result.giver.power)


@cases()
def test_a_worked_case_answers_everything_that_is_asked(case: WorkedCase) -> None:
    assert check_codes(case.answers, LAW) == case.answers
    assert unanswered(Facts(case.answers, LAW, ON, STANDARDS)) == ()


@cases(Outcome.UNCLEAR)
def test_an_unclear_case_is_referred_and_not_guessed(case: WorkedCase) -> None:
    result = assess(case.answers, LAW, ON, STANDARDS)
    assert all(REFER in each.mend for each in result.unresolved)
    assert result.unresolved


@cases(Outcome.CANNOT)
def test_an_unlawful_case_says_what_would_make_it_lawful(case: WorkedCase) -> None:
    result = assess(case.answers, LAW, ON, STANDARDS)
    assert result.against
    assert all(each.mend and each.source.citation for each in result.against)


def test_there_are_twenty_cases_from_every_field_and_five_that_do_not_stand() -> None:
    cases = worked_cases()
    fields = {"schools", "health", "police", "benefits", "housing", "debt", "fraud", "research", "charities"}
    outcomes = Counter(case.expected.outcome for case in cases)
    assert len(cases) >= 20
    assert {case.area for case in cases} == fields
    assert outcomes[Outcome.UNCLEAR] + outcomes[Outcome.CANNOT] >= 5
    assert min(outcomes[Outcome.CAN], outcomes[Outcome.CAN_IF]) > 0


def test_a_case_is_found_by_its_name_and_a_near_miss_is_told() -> None:
    assert worked_case("free-school-meals").area == "schools"
    with pytest.raises(UsageError, match="did you mean `free-school-meals`"):
        worked_case("free-school-meal")
