"""What every entry of the catalogue says of itself, and the words its answers are given in."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

__all__ = ["Checked", "Entry", "Jurisdiction", "Kind", "Labelled", "Verdict", "need"]


class Kind(StrEnum):
    """The shelves of the catalogue; the value is the word used on the command line."""

    BASIS = "basis"
    CONDITION = "condition"
    POWER = "power"
    PURPOSE = "purpose"
    CLASS = "class"
    CLASH = "clash"
    DUTY = "duty"
    EXPECTED_FIELD = "expected-field"
    DPIA_TRIGGER = "dpia-trigger"
    IDENTIFIER = "identifier"
    SMALL_NUMBER_RULE = "small-number-rule"
    QUESTION = "question"


class Checked(StrEnum):
    """How well an entry was held against its source."""

    VERIFIED = "verified"
    PARTLY = "partly"
    KNOWLEDGE = "knowledge"

    @property
    def words(self) -> str:
        """What a reader is told, wherever an entry is used."""
        return _CHECKED[self]


_CHECKED = {
    Checked.VERIFIED: "read in the source",
    Checked.PARTLY: "partly read in the source",
    Checked.KNOWLEDGE: "not yet read in the source",
}


class Jurisdiction(StrEnum):
    """The four parts of the United Kingdom."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Verdict(StrEnum):
    """The answer to whether the law's words take a case in."""

    FITS = "fits"
    UNCLEAR = "unclear"
    DOES_NOT_FIT = "does-not-fit"


_ID = re.compile(r"[a-z][A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every entry says of itself; raises `ValueError` when something is missing or malformed.

    `shelf` is the kind of entry it is; `jurisdiction` the places where it applies.
    """

    shelf: ClassVar[Kind]
    id: str
    citation: str
    jurisdiction: tuple[Jurisdiction, ...]
    plain: str
    check: Checked
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        for name in (self.id, *self.aliases):
            need(_ID.match(name) is not None, f"`{name}` is not an id")
        for field in ("citation", "jurisdiction", "plain", "sources"):
            need(bool(getattr(self, field)), f"`{field}` is missing")
        need(all(self.sources), "a source is empty")

    @property
    def name(self) -> str:
        """The short name under which lists show the entry."""
        return self.citation


@dataclass(frozen=True, kw_only=True)
class Labelled(Entry):
    """An entry that has a name of its own besides its citation."""

    label: str

    @property
    def name(self) -> str:
        """The entry's own name."""
        return self.label


def need(holds: bool, what: str) -> None:
    """Raise `ValueError` with `what` unless it holds."""
    if not holds:
        raise ValueError(what)
