"""A standard: a described kind of record, made of elements that each mean one thing and are of one sensitivity."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from easement.base.located import misplaced
from easement.base.words import day
from easement.meaning.identifiers import Kind
from easement.meaning.parser import RESERVED
from easement.meaning.syntax import Type

__all__ = ["Element", "Key", "Retired", "Sensitivity", "Standard"]


class Sensitivity(StrEnum):
    """How an element bears on a person: the closed list that agreements are held against.

    `personal` is about a person, `direct` names or numbers one, `confidential` is owed a duty of confidence,
    `criminal` is criminal-offence data (UK GDPR art. 10), and the special categories are those of art. 9(1).
    """

    NONE = "none"
    PERSONAL = "personal"
    DIRECT = "direct"
    CONFIDENTIAL = "confidential"
    CRIMINAL = "criminal"
    ETHNICITY = "special: ethnicity"
    POLITICS = "special: politics"
    RELIGION = "special: religion"
    TRADE_UNION = "special: trade-union"
    GENETIC = "special: genetic"
    BIOMETRIC = "special: biometric"
    HEALTH = "special: health"
    SEX_LIFE = "special: sex-life"
    SEXUAL_ORIENTATION = "special: sexual-orientation"


class Key(StrEnum):
    """The part an element plays when persons are matched across organisations."""

    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    DATE_OF_BIRTH = "date_of_birth"
    POSTCODE = "postcode"
    SEX = "sex"
    IDENTIFIER = "identifier"


_FROZEN = ConfigDict(frozen=True, extra="forbid")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_NOT_EVERYWHERE = re.compile(r"\(\?|\\[0-9ABZbkGz]|\\[pPX]|[+*?}]\+")
"""What a pattern may not hold: forms that engines read differently (look-around, back-references, possessives)."""

Codes = dict[str, str]
"""Code to label, in the order in which people choose."""


def _special(value: Any) -> Any:
    """`{special: health}` as people write it, or `special: health` in quotes."""
    if isinstance(value, dict) and list(value) == ["special"]:
        return f"special: {value['special']}"
    return value


def _labels(value: Any) -> Any:
    """Labels are text even where they look like a number or are left out (then the code is its own label)."""
    if isinstance(value, dict):
        return {code: code if label is None else str(label) for code, label in value.items()}
    return value


class Element(BaseModel):
    """One part of a record: what it means, what it holds, and how it bears on a person.

    `code_list` is the list that its codes come from, by name; empty where they stand in the standard itself.
    """

    model_config = _FROZEN

    name: str
    definition: str
    type: Type = Type.TEXT
    format: str | None = None
    codes: Annotated[Codes, BeforeValidator(_labels)] = {}
    code_list: str = ""
    identifier: Kind | None = None
    sensitivity: Annotated[Sensitivity, BeforeValidator(_special)]
    key: Key | None = None
    unit: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it holds text, free or from a list of codes."""
        return self.type in (Type.TEXT, Type.CODE)

    @property
    def special_category(self) -> str | None:
        """The special category that this element is of, such as `health` (UK GDPR art. 9(1)); else `None`."""
        return self.sensitivity.partition("special: ")[2] or None

    @property
    def criminal(self) -> bool:
        """Whether this is criminal-offence data (UK GDPR art. 10)."""
        return self.sensitivity is Sensitivity.CRIMINAL

    @property
    def confidential(self) -> bool:
        """Whether a duty of confidence goes with it: said so, or health, where it always does."""
        return self.sensitivity in (Sensitivity.CONFIDENTIAL, Sensitivity.HEALTH, Sensitivity.GENETIC)

    @property
    def identifies(self) -> bool:
        """Whether it names or numbers a person by itself."""
        return self.sensitivity is Sensitivity.DIRECT

    @property
    def personal(self) -> bool:
        """Whether it says anything of a person at all."""
        return self.sensitivity is not Sensitivity.NONE

    @field_validator("name")
    @classmethod
    def _named_plainly(cls, name: str) -> str:
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise ValueError("not a name for an element\nuse small letters, digits and `_`, starting with a letter")
        return name

    @field_validator("format")
    @classmethod
    def _format_reads_alike_everywhere(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        if _NOT_EVERYWHERE.search(pattern):
            raise ValueError("a pattern that not every engine reads alike\nuse classes, groups, `|`, `?`, `*`, `{n,m}`")
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a pattern: {error}\nwrite a regular expression for the whole value") from None
        return pattern

    @model_validator(mode="after")
    def _hangs_together(self) -> "Element":
        if (self.type is Type.CODE) != bool(self.codes):
            raise ValueError("an element of type `code`, and no other, has `codes`\nadd the list, or change the type")
        if self.type is not Type.TEXT and (self.identifier or self.format):
            raise ValueError("only text has an `identifier` or a `format`\nmake its type `text`, or remove them")
        if self.key is Key.DATE_OF_BIRTH and self.type is not Type.DATE:
            raise ValueError("the date of birth must be of type `date`\nset `type: date`")
        return self


class Retired(BaseModel):
    """That a standard is not to be used for anything new: from which day, what to use instead, and why."""

    model_config = _FROZEN

    on: date
    successor: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,5}$")
    why: str = ""

    @property
    def told(self) -> str:
        """That it is retired, in words: `retired on 1 April 2026: it gained two codes`."""
        return f"retired on {day(self.on)}" + (f": {self.why}" if self.why else "")

    @property
    def remedy(self) -> str:
        """What to do about something that names it."""
        return f"use `{self.successor}`" if self.successor else "ask whoever keeps the standard what to use instead"


class Standard(BaseModel):
    """A kind of record, agreed once; what it says under one id and version never changes, but that it is retired."""

    model_config = _FROZEN

    format: Literal["easement-standard/1"]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    version: int = Field(ge=1)
    title: str
    description: str
    source: str
    record_key: tuple[str, ...] = ()
    retired: Retired | None = None
    elements: dict[str, Element] = Field(min_length=1)

    def is_retired(self, on: date) -> bool:
        """Whether it was retired by a day."""
        return self.retired is not None and self.retired.on <= on

    @property
    def ref(self) -> str:
        """How agreements and mappings name it: `benefit-award/1`."""
        return f"{self.id}/{self.version}"

    @property
    def types(self) -> dict[str, Type]:
        """What each element holds, for `expression.typed`."""
        return {name: element.type for name, element in self.elements.items()}

    def keyed(self, key: Key) -> tuple[Element, ...]:
        """The elements that play one part in matching persons, in order."""
        return tuple(element for element in self.elements.values() if element.key is key)

    @field_validator("record_key", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("elements", mode="before")
    @classmethod
    def _each_knows_its_name(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: {"name": name, **part} if isinstance(part, dict) else part for name, part in value.items()}

    @model_validator(mode="after")
    def _is_not_its_own_successor(self) -> "Standard":
        if self.retired is not None and self.retired.successor == self.ref:
            what = f"`{self.ref}` cannot take its own place"
            raise misplaced(("retired", "successor"), what, "name what takes its place, or leave it out")
        return self

    @model_validator(mode="after")
    def _record_key_is_of_elements(self) -> "Standard":
        for name in self.record_key:
            if name not in self.elements:
                raise ValueError(f"`{name}` in `record_key` is not an element\nname one of the elements")
        return self
