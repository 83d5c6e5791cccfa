"""Worked cases: a story, its answers, the outcome and why. Tests hold the assessment to them; guidance shows them."""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from easement.assessment.answers import Answers
from easement.assessment.packaged import packaged_cases
from easement.assessment.result import Outcome
from easement.base.errors import UsageError
from easement.base.located import read_text, validate
from easement.base.words import did_you_mean

__all__ = ["Expected", "WorkedCase", "worked_case", "worked_cases"]

_FROZEN = ConfigDict(frozen=True, extra="forbid")
_STRICT = StringConstraints(strip_whitespace=True, min_length=1)
Text = Annotated[str, _STRICT]


class Expected(BaseModel):
    """What a case comes to: the outcome, the power relied on where one is, and statements as `section: standing`."""

    model_config = _FROZEN

    outcome: Outcome
    power: str = ""
    says: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]+: (holds|to-do|unclear|against)$")], ...] = ()


class WorkedCase(BaseModel):
    """One worked case: the story in plain words, its answers, what they come to, and the argument with its sources."""

    model_config = _FROZEN

    format: Literal["easement-worked-case/1"]
    id: str = ""
    title: Text
    area: Text
    story: Text
    expected: Expected
    argument: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    answers: Answers


@cache
def worked_cases() -> tuple[WorkedCase, ...]:
    """Every worked case that comes with the program, in the order of the files."""
    return tuple(_read(name, text) for name, text in packaged_cases().items())


def worked_case(id_: str) -> WorkedCase:
    """One worked case by its id; raises `UsageError` with near matches."""
    known = {case.id: case for case in worked_cases()}
    if id_ not in known:
        raise UsageError(
            f"there is no worked case `{id_}`", remedy=did_you_mean(id_, known, "see: easement assess cases")
        )
    return known[id_]


def _read(name: str, text: str) -> WorkedCase:
    document = read_text(text, name=f"{name}.yaml", what="worked case")
    case = validate(WorkedCase, document, what="worked case")
    return case.model_copy(update={"id": name.partition("-")[2]})
