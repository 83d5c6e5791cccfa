"""The questions of "can we share this?": one definition from which pages, the command line and the API all ask."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from easement.assessment.packaged import packaged
from easement.assessment.result import Cited, cited
from easement.base.errors import UsageError
from easement.base.words import did_you_mean
from easement.law.shelves import Catalogue

__all__ = ["Kind", "Part", "Question", "parts", "question", "questions"]


class Kind(StrEnum):
    """What kind of answer a question takes."""

    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes-no"
    LINE = "line"
    TEXT = "text"
    REASONS = "reasons"
    FORMS = "forms"


@dataclass(frozen=True, slots=True)
class Part:
    """Questions that belong together, under one heading."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its id (the key of its answer), plain words, help, kind of answer, and what it rests on.

    `options` are codes with labels; `options_from` names a list that depends on the law, the standards or earlier
    answers (`asked.options` gives it). `when` says when it is asked, empty for always; a question that is not `needed`
    may be left out for good.
    """

    id: str
    part: str
    ask: str
    help: str
    kind: Kind
    rests_on: str
    needed: bool = True
    when: str = ""
    options: tuple[tuple[str, str], ...] = ()
    options_from: str = ""

    def source(self, catalogue: Catalogue) -> Cited:
        """Why it is asked: the entry of the law catalogue behind it, and how well that was checked."""
        return cited(catalogue.entry(self.rests_on))

    def label(self, code: str) -> str:
        """An option of its own in words; a code that is none stands for itself."""
        return dict(self.options).get(code, code)


@cache
def questions() -> tuple[Question, ...]:
    """Every question, in the order of asking."""
    return tuple(map(_question, packaged("questions.toml")["question"]))


@cache
def parts() -> tuple[Part, ...]:
    """The headings, in the order of asking."""
    return tuple(Part(**part) for part in packaged("questions.toml")["part"])


def question(id_: str) -> Question:
    """One question by its id; raises `UsageError` with near matches."""
    found = {each.id: each for each in questions()}
    if id_ not in found:
        raise UsageError(
            f"`{id_}` is not a question", remedy=did_you_mean(id_, found, "see: easement assess questions")
        )
    return found[id_]


def _question(table: dict[str, Any]) -> Question:
    options = tuple((code, label) for code, label in table.get("options", ()))
    return Question(**table | {"kind": Kind(table["kind"]), "options": options})
