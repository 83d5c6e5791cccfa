"""The courses: open to everybody who is signed in; a pass is recorded for whoever took the test."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from easement.base.errors import UsageError
from easement.guidance.model import Course
from easement.web.language import say
from easement.web.reading import learning
from easement.web.route import pages
from easement.web.views.learning import TestPage
from easement.web.views.page import Wrong
from easement.web.visit import Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/learn…`."""

Learner = Annotated[Visit, Depends(visitor())]
Word = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]


@router.get("/learn")
def courses(visit: Learner) -> Response:
    """Every course."""
    return visit.show(learning.all_courses(visit.node, visit.identity, visit.now))


@router.get("/learn/cases")
def cases(visit: Learner) -> Response:
    """Every case that was worked through."""
    return visit.show(learning.all_cases())


@router.get("/learn/cases/{id_}")
def case(visit: Learner, id_: Word) -> Response:
    """One case."""
    return visit.show(there(learning.case_page(id_, visit.now)))


@router.get("/learn/{id_}")
def course(visit: Learner, id_: Word) -> Response:
    """One course."""
    return visit.show(there(learning.course_page(visit.node, visit.identity, id_, visit.now)))


@router.get("/learn/{id_}/test")
def test(visit: Learner, id_: Word) -> Response:
    """The test of a course."""
    return visit.show(TestPage(course=_course(visit, id_), chosen={}))


@router.post("/learn/{id_}/test")
def take(visit: Learner, id_: Word, form: Annotated[Posted, Depends(posted)]) -> Response:
    """Mark a test; every question needs an answer before it is marked."""
    found = _course(visit, id_)
    sent = {each.id: form.text(each.id) for each in found.questions}
    answers = {name: int(text) for name, text in sent.items() if text.isascii() and text.isdigit() and len(text) < 3}
    try:
        done = learning.taken(visit.node, visit.identity, found, answers, visit.now)
    except UsageError:
        return visit.show(_open(found, answers), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.show(done)


@router.get("/learn/{id_}/{lesson_id}")
def lesson(visit: Learner, id_: Word, lesson_id: Word) -> Response:
    """One lesson."""
    return visit.show(there(learning.lesson_page(id_, lesson_id)))


def _course(visit: Visit, id_: str) -> Course:
    return there(learning.course_page(visit.node, visit.identity, id_, visit.now)).line.course


def _open(course: Course, answers: dict[str, int]) -> TestPage:
    """The test again, with each question named that has no answer."""
    errors = tuple(
        Wrong(question.id, say("Question %(number)s: choose an answer") % {"number": number})
        for number, question in enumerate(course.questions, start=1)
        if answers.get(question.id, -1) not in range(len(question.choices))
    )
    return TestPage(course=course, chosen=answers, errors=errors)
