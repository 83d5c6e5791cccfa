"""A list of codes: what each says, from when to when it may be used, and what took its place.

A list in use is never rewritten: a change of what a code says is a new version of its list, as with a standard.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from easement.base.located import misplaced

__all__ = ["MOST_CODES", "Code", "CodeList", "Standing"]

MOST_CODES = 5_000
"""Codes of one list: past that, people can neither choose from it nor read what a change does to it."""

_LONGEST_CODE, _LONGEST_LABEL = 64, 300


class Standing(StrEnum):
    """How a value stands to a list on a day."""

    CURRENT = "current"
    NOT_YET = "not-yet"
    ENDED = "ended"
    UNKNOWN = "unknown"


def _plain(value: str) -> str:
    if not value.strip() or not value.isprintable() or value != value.strip():
        raise ValueError("it is empty, or holds a line break, a space at its end, or what cannot be seen\nretype it")
    if len(value) > _LONGEST_LABEL:
        raise ValueError(f"it is longer than {_LONGEST_LABEL} characters\nshorten it; a note may say more")
    return value


Line = Annotated[str, AfterValidator(_plain)]


class Code(BaseModel):
    """One code: what it says, the days on which it may be used (both included), and the codes that took its place.

    `becomes` without `valid_to` says that it was replaced on a day that is not known here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Line
    also: tuple[Line, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    becomes: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> "Code":
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise misplaced(("valid_to",), "it ends before it begins", "mend one of the two days")
        return self

    @property
    def replaced(self) -> bool:
        """Whether it is known to have ended, be it on a day that is not known."""
        return self.valid_to is not None or bool(self.becomes)

    def standing(self, on: date) -> Standing:
        """How it stands on a day."""
        if self.valid_from is not None and on < self.valid_from:
            return Standing.NOT_YET
        if self.valid_to is not None:
            return Standing.ENDED if on > self.valid_to else Standing.CURRENT
        return Standing.ENDED if self.becomes else Standing.CURRENT

    @property
    def told(self) -> str:
        """The label as a list of past and present codes shows it."""
        if self.valid_to is not None:
            return f"{self.label} (until {self.valid_to.isoformat()})"
        return f"{self.label} (replaced)" if self.becomes else self.label


def _code(value: Any) -> Any:
    """A code with its label alone; labels are text even where they look like a number."""
    if isinstance(value, dict):
        return value | {"label": str(value["label"])} if "label" in value else value
    return {"label": str(value)} if isinstance(value, str | int | float) else value


def _codes(value: Any) -> Any:
    """A code without a label is its own."""
    if not isinstance(value, dict):
        return value
    return {str(code): code if said is None else said for code, said in value.items()}


class CodeList(BaseModel):
    """A list of codes, kept in a file of its own so that several standards can use it.

    `ignore` are words that make no difference when names are matched to its labels; `checked` is the day on which it
    was last held against its source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["easement-codes/1", "easement-codes/2"]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    version: int = Field(default=1, ge=1)
    title: Line
    about: str = ""
    source: str = ""
    licence: str = ""
    checked: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    ignore: tuple[str, ...] = ()
    codes: Annotated[
        dict[str, Annotated[Code, BeforeValidator(_code)]],
        BeforeValidator(_codes),
        Field(min_length=1, max_length=MOST_CODES),
    ]

    @property
    def ref(self) -> str:
        """How it is named: `sex`, and `sex/2` for a later version."""
        return self.id if self.version == 1 else f"{self.id}/{self.version}"

    @property
    def labels(self) -> dict[str, str]:
        """Code to label as standards have them, past codes told as such."""
        return {code: each.told for code, each in self.codes.items()}

    def standing(self, value: str, on: date) -> Standing:
        """How a value stands to the list on a day."""
        return self.codes[value].standing(on) if value in self.codes else Standing.UNKNOWN

    def as_at(self, on: date) -> dict[str, Code]:
        """The codes that may be used on a day."""
        return {code: each for code, each in self.codes.items() if each.standing(on) is Standing.CURRENT}

    def successors(self, value: str, on: date) -> tuple[str, ...]:
        """The codes in whose hands a code is on a day, through every change since; itself where it still stands."""
        if self.standing(value, on) is not Standing.ENDED:
            return (value,) if value in self.codes else ()
        found: dict[str, None] = {}
        for after in self.codes[value].becomes:
            found.update(dict.fromkeys(self.successors(after, on)))
        return tuple(found)

    @property
    def days(self) -> tuple[date, ...]:
        """The days from which the list is another than before, in order."""
        begun = {each.valid_from for each in self.codes.values() if each.valid_from}
        ended = {date.fromordinal(each.valid_to.toordinal() + 1) for each in self.codes.values() if each.valid_to}
        return tuple(sorted(begun | ended))

    @model_validator(mode="after")
    def _hangs_together(self) -> "CodeList":
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise misplaced(("valid_to",), "the list ends before it begins", "mend one of the two days")
        for code, each in self.codes.items():
            _check_code(code)
            for after in each.becomes:
                _check_successor(self.codes, code, after)
        _check_no_circle(self.codes)
        return self


def _check_code(code: str) -> None:
    if len(code) > _LONGEST_CODE or not code.isprintable() or code != code.strip():
        what = f"`{code[:_LONGEST_CODE]!s}` is no code: too long, or with spaces around it or what cannot be seen"
        raise misplaced(("codes", code), what, f"write at most {_LONGEST_CODE} signs")


def _check_successor(codes: Mapping[str, Code], code: str, after: str) -> None:
    place = ("codes", code, "becomes")
    if after not in codes:
        raise misplaced(place, f"`{code}` becomes `{after}`, which is not in the list", "add it, or mend the code")
    ends, begins = codes[code].valid_to, codes[after].valid_from
    if ends is not None and begins is not None and begins <= ends:
        what = f"`{code}` stands until {ends} and `{after}`, which takes its place, from {begins}: they overlap"
        raise misplaced(place, what, "let one end the day before the other begins")
    last = codes[after].valid_to
    if ends is not None and last is not None and last < ends:
        raise misplaced(place, f"`{after}` ended before `{code}` did", "mend the days, or name what came after")


def _check_no_circle(codes: Mapping[str, Code]) -> None:
    """Each code once; a walk that meets a code of its own path has gone in a circle."""
    safe: set[str] = set()
    for start in codes:
        path, ahead = [start], [iter(codes[start].becomes)]
        while ahead and start not in safe:
            after = next(ahead[-1], None)
            if after is None:
                safe.add(path.pop())
                ahead.pop()
            elif after in path:
                circle = " -> ".join(f"`{code}`" for code in [*path[path.index(after) :], after])
                raise misplaced(("codes", after, "becomes"), f"codes that become each other: {circle}", "break it")
            elif after not in safe:
                path.append(after)
                ahead.append(iter(codes[after].becomes))
