"""The text of an agreement while it is worked on: what it is called, who is in it, and how it differs from another."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from easement.agreement.diff import differences, summary
from easement.agreement.read import AgreementFile, read_agreement_text

__all__ = ["Text", "compared", "file_of", "text_of"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an agreement: its source, and what parties sign of it."""

    source: str
    digest: str
    id: str
    version: str
    title: str
    parties: tuple[str, ...]
    supersedes: str

    @property
    def order(self) -> tuple[int, ...]:
        """Where its version stands: the higher, the newer."""
        return tuple(map(int, self.version.split(".")))


def text_of(source: str) -> Text:
    """Read a text; raises `BadFile` with every problem, each with its line and mend."""
    file = file_of(source)
    terms = file.terms
    return Text(
        source, file.digest, terms.id, terms.version, terms.title, tuple(sorted(terms.parties)), terms.supersedes or ""
    )


@lru_cache(256)
def file_of(source: str) -> AgreementFile:
    """The agreement in a text; raises `BadFile`."""
    return read_agreement_text(source, name="the draft")


def compared(old: str, new: str) -> dict[str, Any]:
    """How a text differs from an older one, clause by clause, each said to be wider, narrower or for a person to judge.

    `summary` is one line.
    """
    found = differences(file_of(old), file_of(new))
    return {"summary": summary(found), "differences": [each.as_dict() for each in found]}
