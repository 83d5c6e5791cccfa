"""A course as types: lessons to read, questions to answer, and what makes a pass. Frozen, no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from easement.base.errors import UsageError

__all__ = ["Choice", "Course", "Lesson", "Marked", "Question", "mark"]

DAYS_IN_A_MONTH = 365 / 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be chosen, whether it is right, and why."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right answer among its choices; raises `ValueError` for any other number of right ones."""

    id: str
    ask: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        if sum(choice.right for choice in self.choices) != 1:
            raise ValueError(f"the question `{self.id}` needs one right answer")


@dataclass(frozen=True, slots=True)
class Lesson:
    """Some paragraphs, what they rest on, and the questions that show whether they were understood."""

    id: str
    title: str
    minutes: int
    text: tuple[str, ...]
    sources: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A course. `pass_share` of the questions answered right is a pass, which counts for `counts_months`.

    `id` is the code by which agreements ask for it as training; `as_at` the day as of which its law was looked at.
    """

    id: str
    title: str
    summary: str
    minutes: int
    pass_share: float
    counts_months: int
    as_at: date
    lessons: tuple[Lesson, ...]

    def __post_init__(self) -> None:
        ids = [question.id for question in self.questions]
        if len({lesson.id for lesson in self.lessons}) < len(self.lessons) or len(set(ids)) < len(ids):
            raise ValueError(f"the course `{self.id}` names something twice")
        if not (ids and 0 < self.pass_share <= 1 and self.counts_months > 0):
            raise ValueError(f"the course `{self.id}` cannot be passed")

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order of the lessons."""
        return tuple(question for lesson in self.lessons for question in lesson.questions)

    @property
    def needed(self) -> int:
        """How many right answers are a pass."""
        return ceil(self.pass_share * len(self.questions))

    def lesson(self, id_: str) -> Lesson | None:
        """The lesson of an id, or `None`."""
        return next((lesson for lesson in self.lessons if lesson.id == id_), None)

    def counts_until(self, passed: date) -> date:
        """The last day on which a pass of that day counts."""
        return passed + timedelta(days=round(self.counts_months * DAYS_IN_A_MONTH))


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of a test: right answers out of all, whether it is a pass, and the questions answered wrongly.

    `again` are the lessons to read again, in order.
    """

    right: int
    of: int
    passed: bool
    wrong: tuple[str, ...]
    again: tuple[str, ...]


def mark(course: Course, answers: Mapping[str, int]) -> Marked:
    """Mark a test; `answers` gives the number of the choice, counted from 0, for each question's id.

    Raises `UsageError` where a question has no answer, or one that is not among its choices.
    """
    wrong = tuple(_wrong(course, answers))
    right = len(course.questions) - len(wrong)
    again = tuple(lesson.id for lesson in course.lessons if any(each.id in wrong for each in lesson.questions))
    return Marked(right, len(course.questions), right >= course.needed, wrong, again)


def _wrong(course: Course, answers: Mapping[str, int]) -> Iterator[str]:
    for question in course.questions:
        given = answers.get(question.id)
        if given is None or not 0 <= given < len(question.choices):
            raise UsageError(f"`{question.id}` has no answer", remedy="choose one answer to each question")
        if not question.choices[given].right:
            yield question.id
