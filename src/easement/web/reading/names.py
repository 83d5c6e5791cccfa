"""What people call things: organisations, agreements, purposes, bases and elements, by their ids."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from easement.agreement.words import named
from easement.base.errors import EasementError
from easement.exchange import directory_store
from easement.gate.shelf import Shelved
from easement.law.catalogue import catalogue
from easement.law.model import Purpose
from easement.meaning.model import Standard
from easement.node.home import Node

__all__ = ["Names", "basis_short", "basis_words", "meaning_of", "names_of", "purpose_name"]


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a node knows. Where it knows none, the id is the name."""

    organisations: Mapping[str, str]
    agreements: Mapping[str, Shelved]

    def organisation(self, id_: str) -> str:
        """The name people know an organisation by."""
        return self.organisations.get(id_) or id_

    def agreement(self, id_: str) -> str:
        """An agreement's title."""
        found = self.agreements.get(id_)
        return found.prepared.terms.title if found else id_

    def shelved(self, digest: str | None) -> Shelved | None:
        """The agreement on the shelf with a digest, whatever its version."""
        return self.agreements.get(digest) if digest else None


def names_of(node: Node, now: datetime) -> Names:
    """The names known to a node at a time, from its directory, its agreements and its own settings."""
    organisations: dict[str, str] = {}
    with suppress(EasementError):  # a directory that does not hold names nobody
        directory = directory_store.held(node.home)
        organisations |= {member.id: member.name for member in directory.members} if directory else {}
    agreements: dict[str, Shelved] = {}
    for shelved in node.shelf.all(now.date()):
        terms = shelved.prepared.terms
        organisations |= {id_: party.name for id_, party in terms.parties.items() if party.name}
        agreements.setdefault(terms.id, shelved)
        agreements[shelved.prepared.digest] = shelved
    if node.settings.organisation.name:
        organisations[node.organisation] = node.settings.organisation.name
    return Names(organisations, agreements)


def purpose_name(code: str) -> str:
    """A purpose in words, from the law catalogue where it has it."""
    found = catalogue().find(Purpose, code)
    return found.label if found else named(code)


def basis_words(code: str) -> str:
    """A lawful basis in a sentence, with where it stands in the law."""
    found = catalogue().find_basis(code)
    return f"{found.plain.rstrip('.')} ({found.citation.partition(';')[0]})" if found else named(code)


def basis_short(code: str) -> str:
    """Where a lawful basis stands in the law, in a few words: `UK GDPR Art 6(1)(e)`."""
    found = catalogue().find_basis(code)
    return found.citation.partition(";")[0].partition(",")[0].partition(" and ")[0] if found else named(code)


def meaning_of(name: str, standard: Standard | None) -> str:
    """What an element means, as its standard says."""
    element = standard.elements.get(name) if standard else None
    return element.definition if element else ""
