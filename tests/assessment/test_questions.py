"""R1.2: one definition of the questions, in plain words, each with its source; which are asked follows from answers."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from easement.assessment.answers import Answers, answers_of, answers_text, check_codes, read_answers_text
from easement.assessment.asked import WHEN, asked, options, unanswered
from easement.assessment.facts import Facts
from easement.assessment.questions import Kind, parts, question, questions
from easement.base.errors import BadFile, UsageError
from tests.often import often

from .makers import LAW, MEALS, ON, STANDARDS, answers, facts
from .strategies import any_answers


def literals(annotation: Any) -> set[str]:
    """Every word that a type takes."""
    if isinstance(annotation, str):
        return {annotation}
    return set().union(*(literals(each) for each in get_args(annotation))) if get_args(annotation) else set()


def test_every_question_has_its_answer_and_every_answer_its_question() -> None:
    assert [each.id for each in questions()] == list(Answers.model_fields)


@pytest.mark.parametrize("each", questions(), ids=lambda each: each.id)
def test_a_question_is_plain_and_rests_on_a_source(each: Any) -> None:
    assert each.ask.endswith(("?", "please."))
    assert len(each.ask.split()) <= 20
    assert each.help
    source = each.source(LAW)
    assert source.citation
    assert source.sources
    assert each.part in {part.id for part in parts()}


@pytest.mark.parametrize("each", [each for each in questions() if each.options], ids=lambda each: each.id)
def test_the_options_are_what_an_answer_may_be(each: Any) -> None:
    assert {code for code, _ in each.options} == literals(Answers.model_fields[each.id].annotation)


def test_every_case_in_which_a_question_is_asked_has_its_rule() -> None:
    assert {each.when for each in questions() if each.when} == set(WHEN)


def test_an_unknown_question_is_told_with_what_was_meant() -> None:
    with pytest.raises(UsageError, match="did you mean `purpose`"):
        question("purpos")


def test_only_what_the_answers_call_for_is_asked() -> None:
    first = {each.id for each in asked(Facts(answers_of({}), LAW, ON, STANDARDS))}
    assert {"giver", "purpose", "sensitive"} <= first
    assert not {"elements", "confidence_met", "told_why_not", "life_at_risk", "policy_document"} & first


@pytest.mark.parametrize(
    ("more", "question_"),
    [
        ({"standard": "school-roll/1"}, "elements"),
        ({"told": "exempt"}, "told_why_not"),
        ({"emergency": True}, "life_at_risk"),
        ({"sensitive": ["health"], "purpose": "safeguarding-children"}, "policy_document"),
        ({"protected": ["adoption"]}, "cleared"),
        ({"confirmed": "localism_2011_s1"}, "confirmed_where"),
        ({"giver": "charity", "receiver": "local-authority"}, "asked_in_writing"),
        ({"giver": "local-authority", "receiver": "company", "purpose": "service-planning"}, "confirmed"),
    ],
)
def test_an_answer_calls_for_the_next_question(more: dict[str, Any], question_: str) -> None:
    assert question_ in [each.id for each in asked(facts(**more))]


def test_who_may_join_is_not_asked_of_a_single_disclosure() -> None:
    assert "joining" in [each.id for each in asked(facts(often="once", how_many="many"))]
    assert "joining" not in [each.id for each in asked(facts(often="once", how_many="one"))]


def test_what_lifts_a_confidence_is_not_asked_where_the_power_says_so() -> None:
    assert "confidence_met" not in [each.id for each in asked(facts(confidence=True))]
    care = facts(giver="nhs-trust", receiver="local-authority", purpose="adult-social-care", confidence=True)
    assert "confidence_met" in [each.id for each in asked(care)]


def test_the_fields_are_those_of_the_standard() -> None:
    assert [code for code, _ in options(question("elements"), facts())] == list(STANDARDS["benefit-award/1"].elements)
    assert [code for code, _ in options(question("why_fields"), facts())] == MEALS["elements"]


def test_only_powers_whose_words_leave_it_open_can_be_confirmed() -> None:
    open_ = facts(giver="local-authority", receiver="company", purpose="service-planning")
    assert "localism_2011_s1" in [code for code, _ in options(question("confirmed"), open_)]
    assert options(question("confirmed"), facts()) == ()


@given(any_answers())
@settings(max_examples=often(60), deadline=None)
def test_every_question_that_is_asked_of_choices_has_some(given_: Answers) -> None:
    known = Facts(given_, LAW, ON, STANDARDS)
    for each in asked(known):
        if each.kind in (Kind.CHOICE, Kind.CHOICES) and not (each.id == "elements" and known.standard is None):
            assert options(each, known)
    assert {each.id for each in unanswered(known)} <= {each.id for each in asked(known)}


def test_answers_are_read_from_a_file_with_the_line_of_each_mistake() -> None:
    text = "format: easement-answers/1\ngiver: school\nlevel: named\nhow: often\n"
    with pytest.raises(BadFile) as told:
        read_answers_text(text, name="answers.yaml")
    assert re.search(r"answers.yaml:3:\d+", str(told.value))
    assert re.search(r"answers.yaml:4:\d+", str(told.value))
    assert read_answers_text("format: easement-answers/1\ngiver: school\n") == answers_of({"giver": "school"})


def test_a_file_of_something_else_is_refused() -> None:
    with pytest.raises(BadFile, match="format"):
        read_answers_text("giver: school\n")


@pytest.mark.parametrize(
    ("more", "meant"),
    [
        ({"giver": "schol"}, "`school`"),
        ({"other_purposes": ["researc"]}, "`research`"),
        ({"cleared": {"gra_2004_s2": "consent"}}, "`gra_2004_s22`"),
        ({"forms": {"award": "blurred"}}, "outward"),
    ],
)
def test_a_word_that_nothing_knows_is_told_with_what_was_meant(more: dict[str, Any], meant: str) -> None:
    with pytest.raises(BadFile) as told:
        check_codes(answers(**more), LAW)
    assert meant in str(told.value)


def test_the_digest_is_of_what_was_answered_however_it_was_written() -> None:
    turned = answers_of(dict(reversed(MEALS.items())))
    assert turned.digest == answers().digest
    assert answers(how_many="some").digest != answers().digest


def test_answers_are_never_changed_in_place() -> None:
    before = answers()
    assert before.with_(how_many="one").how_many == "one"
    assert before == answers()


def test_a_key_that_is_no_question_is_refused() -> None:
    with pytest.raises(BadFile, match="`colour` is not a known key"):
        answers_of({"colour": "blue"})


@given(any_answers())
@settings(max_examples=often(60), deadline=None)
def test_what_is_written_to_a_file_is_read_again(given_: Answers) -> None:
    assert read_answers_text(answers_text(given_)) == given_
