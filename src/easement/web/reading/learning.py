"""What the pages of the courses show of whoever is signed in."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from easement.assessment.cases import worked_cases
from easement.assessment.service import assessed, built_in_standards
from easement.guidance.model import Course, Marked, mark
from easement.guidance.read import courses
from easement.node.home import Node
from easement.staff.model import COURSE, Identity
from easement.staff.service import find_person, record_training
from easement.web.views.learning import CasePage, Cases, CourseLine, CoursePage, Courses, LessonPage, TestDone

__all__ = ["all_cases", "all_courses", "case_page", "course_page", "lesson_page", "taken"]


def all_courses(node: Node, who: Identity, now: datetime) -> Courses:
    """Every course, and which of them somebody has passed."""
    return Courses(lines=tuple(_line(node, who, each, now) for each in courses()))


def course_page(node: Node, who: Identity, id_: str, now: datetime) -> CoursePage | None:
    """One course, or `None`."""
    found = _course(id_)
    return CoursePage(line=_line(node, who, found, now)) if found else None


def lesson_page(id_: str, lesson: str) -> LessonPage | None:
    """One lesson, or `None`."""
    found = _course(id_)
    for number, each in enumerate(found.lessons if found else (), start=1):
        if found and each.id == lesson:
            following = found.lessons[number : number + 1]
            onward = f"/learn/{id_}/{following[0].id}" if following else f"/learn/{id_}/test"
            return LessonPage(course=found, lesson=each, number=number, onward=onward)
    return None


def taken(node: Node, who: Identity, course: Course, answers: Mapping[str, int], now: datetime) -> TestDone:
    """Mark a test, and record a pass as training; raises `UsageError` where a question has no answer."""
    marked: Marked = mark(course, answers)
    until = None
    if marked.passed:
        today = now.astimezone(UTC).date()
        until = course.counts_until(today)
        record_training(node, who.id, course.id, today, by=COURSE, now=now, expires=until)
    again = tuple(lesson for lesson in course.lessons if lesson.id in marked.again)
    return TestDone(course=course, marked=marked, until=until, again=again)


def all_cases() -> Cases:
    """Every case that was worked through."""
    return Cases(cases=worked_cases())


def case_page(id_: str, now: datetime) -> CasePage | None:
    """One case with what its answers come to, or `None`."""
    every = worked_cases()
    for number, case in enumerate(every, start=1):
        if case.id == id_:
            result = assessed(case.answers, built_in_standards(), on=now.date())
            return CasePage(case=case, result=result, onward=f"/learn/cases/{every[number % len(every)].id}")
    return None


def _course(id_: str) -> Course | None:
    return next((each for each in courses() if each.id == id_), None)


def _line(node: Node, who: Identity, course: Course, now: datetime) -> CourseLine:
    if course.id not in who.training:
        return CourseLine(course, None)
    return CourseLine(course, _until(node, who, course.id) or date.max)


def _until(node: Node, who: Identity, code: str) -> date | None:
    account = find_person(node, who.id)
    return next((each.expires for each in account.training if each.code == code), None)
