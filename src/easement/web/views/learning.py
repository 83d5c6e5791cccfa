"""The courses, a lesson, the test and what came of it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from easement.assessment.cases import WorkedCase
from easement.assessment.result import Result
from easement.guidance.model import Course, Lesson, Marked
from easement.web.views.page import View

__all__ = ["CasePage", "Cases", "CourseLine", "CoursePage", "Courses", "LessonPage", "TestDone", "TestPage"]


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course, and whether a pass of it counts today: `until` is its last day."""

    course: Course
    until: date | None


@dataclass(frozen=True, kw_only=True)
class Courses(View):
    """Every course."""

    template: ClassVar[str] = "learning/courses.html"
    lines: tuple[CourseLine, ...]


@dataclass(frozen=True, kw_only=True)
class CoursePage(View):
    """One course: its lessons, and what a pass is good for."""

    template: ClassVar[str] = "learning/course.html"
    line: CourseLine


@dataclass(frozen=True, kw_only=True)
class LessonPage(View):
    """One lesson; `number` counts from 1, `onward` is the address of what comes next."""

    template: ClassVar[str] = "learning/lesson.html"
    course: Course
    lesson: Lesson
    number: int
    onward: str


@dataclass(frozen=True, kw_only=True)
class TestPage(View):
    """The test; `chosen` are the answers given already, by question."""

    __test__ = False
    template: ClassVar[str] = "learning/test.html"
    course: Course
    chosen: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class TestDone(View):
    """What came of a test: each question with its reason after a pass, what to read again after a fail."""

    __test__ = False
    template: ClassVar[str] = "learning/done.html"
    course: Course
    marked: Marked
    until: date | None
    again: tuple[Lesson, ...]


@dataclass(frozen=True, kw_only=True)
class Cases(View):
    """Every case that was worked through."""

    template: ClassVar[str] = "learning/cases.html"
    cases: tuple[WorkedCase, ...]


@dataclass(frozen=True, kw_only=True)
class CasePage(View):
    """One case, with what its answers come to and where the next one is."""

    template: ClassVar[str] = "learning/case.html"
    case: WorkedCase
    result: Result
    onward: str
