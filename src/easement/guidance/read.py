"""The courses that come with Easement, from their data files."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from easement.base.errors import UsageError
from easement.base.words import did_you_mean
from easement.guidance.model import Choice, Course, Lesson, Question

__all__ = ["course", "courses"]


@cache
def courses() -> tuple[Course, ...]:
    """Every course, in the order of their files' names."""
    folder = resources.files("easement.guidance") / "data" / "uk"
    files = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    return tuple(_course(tomllib.loads(path.read_text(encoding="utf-8"))) for path in files)


def course(id_: str) -> Course:
    """The course of an id; raises `UsageError` with near matches."""
    known = {each.id: each for each in courses()}
    if id_ not in known:
        raise UsageError(f"there is no course `{id_}`", remedy=did_you_mean(id_, known, "see /learn for all courses"))
    return known[id_]


def _course(table: dict[str, Any]) -> Course:
    lessons = tuple(_lesson(each) for each in table.pop("lesson"))
    return Course(**table, lessons=lessons)


def _lesson(table: dict[str, Any]) -> Lesson:
    questions = tuple(_question(each) for each in table["question"])
    said = table["id"], table["title"], table["minutes"], tuple(table["text"]), tuple(table["sources"])
    return Lesson(*said, questions)


def _question(table: dict[str, Any]) -> Question:
    return Question(table["id"], table["ask"], tuple(Choice(**each) for each in table["choices"]))
