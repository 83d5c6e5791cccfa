"""The catalogue that comes with the program; each kind is read from its files when it is first asked for."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from easement.law.entry import Entry, Kind
from easement.law.read import entries
from easement.law.shelves import Catalogue

__all__ = ["Catalogue", "catalogue"]

DATA = Path(__file__).parent / "data" / "uk"

_FILES = {
    Kind.BASIS: "bases.toml",
    Kind.CONDITION: "conditions.toml",
    Kind.POWER: "powers/*.toml",
    Kind.PURPOSE: "purposes.toml",
    Kind.CLASS: "classes.toml",
    Kind.CLASH: "clashes.toml",
    Kind.DUTY: "duties.toml",
    Kind.EXPECTED_FIELD: "expected-fields.toml",
    Kind.DPIA_TRIGGER: "dpia-triggers.toml",
    Kind.IDENTIFIER: "identifiers.toml",
    Kind.SMALL_NUMBER_RULE: "small-number-rules.toml",
    Kind.QUESTION: "questions.toml",
}


@cache
def catalogue() -> Catalogue:
    """The law of the United Kingdom on sharing between public bodies, as at its date; not legal advice."""
    about = tomllib.loads((DATA / "catalogue.toml").read_text())
    return Catalogue(about["as_at"], _load)


def _load(kind: Kind) -> Iterator[Entry]:
    for path in sorted(DATA.glob(_FILES[kind])):
        yield from entries(kind, tomllib.loads(path.read_text()), where=path.name)
