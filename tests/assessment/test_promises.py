"""What holds for whatever anybody answers: never a yes over a bar or without a power, and never a wider law."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from easement.assessment.answers import answers_of
from easement.assessment.asked import unanswered
from easement.assessment.assess import assess
from easement.assessment.bars import open_bars
from easement.assessment.facts import Facts
from easement.assessment.narrow import narrow
from easement.assessment.result import Outcome, Section, Standing
from easement.law.entry import Verdict
from easement.law.fits import powers_for
from tests.often import often

from .makers import LAW, MEALS, ON, STANDARDS
from .strategies import any_answers, given_answers

near = given_answers().map(lambda more: answers_of(MEALS | more))
"""Answers near to ones that come to a yes, where a wrong yes is likeliest."""

everything = st.one_of(any_answers(), any_answers(whole=True), near)


@given(everything)
@settings(max_examples=often(200), deadline=None)
def test_no_answers_come_to_a_yes_while_a_bar_is_open(answers: Any) -> None:
    facts = Facts(answers, LAW, ON, STANDARDS)
    result = assess(answers, LAW, ON, STANDARDS)
    if open_bars(facts):
        assert result.outcome is not Outcome.CAN
    if set(open_bars(facts)) and not answers.cleared:
        assert result.outcome is Outcome.CANNOT


@given(everything)
@settings(max_examples=often(200), deadline=None)
def test_no_answers_let_a_public_body_share_where_no_power_fits(answers: Any) -> None:
    result = assess(answers, LAW, ON, STANDARDS)
    if result.outcome is not Outcome.CAN:
        return
    giver = LAW.body_class(answers.giver)
    where = Facts(answers, LAW, ON, STANDARDS).where
    fitting = powers_for(giver.id, answers.receiver, answers.purpose, LAW, ON, where)
    sure = [power.id for power, how in fitting if how.verdict is Verdict.FITS]
    assert not giver.public_authority or result.giver.power in sure


@given(everything)
@settings(max_examples=often(200), deadline=None)
def test_a_yes_has_every_question_answered_and_every_statement_holding(answers: Any) -> None:
    result = assess(answers, LAW, ON, STANDARDS)
    if result.outcome is Outcome.CAN:
        assert unanswered(Facts(answers, LAW, ON, STANDARDS)) == ()
        assert {each.standing for each in result.statements} == {Standing.HOLDS}


@given(given_answers(), st.data())
@settings(max_examples=often(200), deadline=None)
def test_more_answers_never_let_a_power_back_in(given_: dict[str, Any], data: st.DataObject) -> None:
    fewer = data.draw(st.fixed_dictionaries({}, optional={key: st.just(value) for key, value in given_.items()}))
    wide = narrow(answers_of(fewer), LAW, ON)[-1].powers
    narrow_ = narrow(answers_of(given_), LAW, ON)[-1].powers
    assert set(narrow_) <= set(wide)


@given(given_answers())
@settings(max_examples=often(100), deadline=None)
def test_each_answer_leaves_as_many_powers_or_fewer(given_: dict[str, Any]) -> None:
    counts = [len(step.powers) for step in narrow(answers_of(given_), LAW, ON)]
    assert counts == sorted(counts, reverse=True)


@given(everything)
@settings(max_examples=often(200), deadline=None)
def test_every_statement_names_its_source_and_what_does_not_hold_says_its_mend(answers: Any) -> None:
    for each in assess(answers, LAW, ON, STANDARDS).statements:
        assert each.source.citation
        assert each.source.check
        assert each.source.sources or not each.source.id
        assert each.mend or each.standing is Standing.HOLDS


@given(everything)
@settings(max_examples=often(100), deadline=None)
def test_the_same_answers_come_to_the_same_result(answers: Any) -> None:
    again = answers_of(answers.given)
    assert again.digest == answers.digest
    assert assess(again, LAW, ON, STANDARDS) == assess(answers, LAW, ON, STANDARDS)


@given(everything)
@settings(max_examples=often(100), deadline=None)
def test_what_was_told_in_confidence_is_never_a_yes_with_nothing_that_lifts_it(answers: Any) -> None:
    if answers.confidence and answers.confidence_met in (None, "nothing", "unsure"):
        result = assess(answers, LAW, ON, STANDARDS)
        lifted = any(each.standing is Standing.HOLDS and each.source.id != "common_law_confidence"
                     for each in result.of(Section.CONFIDENCE))  # fmt: skip
        assert lifted or result.outcome is not Outcome.CAN
