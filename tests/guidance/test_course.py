"""R6.4: a short course whose pass is the training record that roles can demand."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.guidance.model import Choice, Question, mark
from easement.guidance.read import course, courses
from easement.law.catalogue import catalogue

COURSE = course("data-sharing")


def right_answers() -> dict[str, int]:
    return {each.id: [choice.right for choice in each.choices].index(True) for each in COURSE.questions}


def answered(wrong: set[str]) -> dict[str, int]:
    """Right answers but for those named."""
    return {id_: (at + (id_ in wrong)) % 3 for id_, at in right_answers().items()}


@given(st.sets(st.sampled_from([each.id for each in COURSE.questions])))
def test_a_test_is_passed_with_four_fifths_right_and_what_was_wrong_says_what_to_read_again(wrong):
    marked = mark(COURSE, answered(wrong))
    assert set(marked.wrong) == wrong
    assert (marked.right, marked.of) == (len(COURSE.questions) - len(wrong), len(COURSE.questions))
    assert marked.passed == (marked.right * 5 >= marked.of * 4)
    assert set(marked.again) == {
        lesson.id for lesson in COURSE.lessons if any(question.id in wrong for question in lesson.questions)
    }


@pytest.mark.parametrize("given", [None, -1, 3])
def test_a_question_without_an_answer_of_its_own_is_told(given):
    answers = answered(set())
    if given is None:
        del answers["breach"]
    else:
        answers["breach"] = given
    with pytest.raises(UsageError, match="`breach` has no answer"):
        mark(COURSE, answers)


def test_a_pass_counts_for_a_year():
    assert COURSE.counts_until(date(2026, 11, 22)) == date(2027, 11, 22)


def test_it_can_be_read_and_answered_in_twenty_minutes():
    texts = [text for lesson in COURSE.lessons for text in lesson.text]
    asked = [[each.ask, *(part for c in each.choices for part in (c.text, c.why))] for each in COURSE.questions]
    words = sum(len(text.split()) for text in [*texts, *(said for question in asked for said in question)])
    assert sum(lesson.minutes for lesson in COURSE.lessons) == COURSE.minutes == 20
    assert words / 200 < COURSE.minutes  # a slow reader of plain English reads 200 words a minute


def test_the_right_answer_stands_nowhere_in_particular_and_is_not_the_longest():
    places = Counter(right_answers().values())
    assert max(places.values()) <= len(COURSE.questions) / 2
    longest = [max(each.choices, key=lambda choice: len(choice.text)).right for each in COURSE.questions]
    assert sum(longest) <= len(longest) * 2 / 3


def test_every_lesson_says_what_it_rests_on_and_asks_something():
    assert all(lesson.sources and lesson.questions for lesson in COURSE.lessons)
    cited = " ".join(source for lesson in COURSE.lessons for source in lesson.sources)
    assert "s.164A" in cited
    assert catalogue().entry("complaints").citation == "Data Protection Act 2018 s.164A"


def test_a_course_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="one right answer"):
        Question("both", "Which?", (Choice("a", True, ""), Choice("b", True, "")))
    with pytest.raises(ValueError, match="names something twice"):
        replace(COURSE, lessons=COURSE.lessons * 2)
    with pytest.raises(ValueError, match="cannot be passed"):
        replace(COURSE, pass_share=0)


def test_a_course_that_is_not_there_names_the_nearest():
    with pytest.raises(UsageError, match="data-sharin") as told:
        course("data-sharin")
    assert "data-sharing" in told.value.remedy
    assert [each.id for each in courses()] == ["data-sharing"]
