"""What a rule is given: the file, the law catalogue, the standards and the day; and the few questions rules share."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from easement.agreement.model import Agreement, Mode, PartyLaw, Share
from easement.agreement.read import AgreementFile
from easement.base.located import Path_
from easement.base.words import did_you_mean
from easement.law.catalogue import Catalogue
from easement.law.model import BodyClass
from easement.law.power import Power
from easement.meaning.expression import names, parse
from easement.meaning.model import Element, Standard

__all__ = ["Case", "Described", "Use", "near"]


class Described(NamedTuple):
    """A share whose standard is known, with its id and the path to it."""

    id: str
    share: Share
    standard: Standard
    path: Path_


class Use(NamedTuple):
    """One use of an element by a share: where it stands, and the element."""

    path: Path_
    element: Element


@dataclass(frozen=True)
class Case:
    """One agreement to be checked, against the law and the standards, on a day."""

    file: AgreementFile
    catalogue: Catalogue
    standards: Mapping[str, Standard]
    today: date

    @property
    def terms(self) -> Agreement:
        """The terms of the agreement."""
        return self.file.terms

    @cached_property
    def described(self) -> tuple[Described, ...]:
        """The shares whose standard is known."""
        return tuple(
            Described(id_, share, self.standards[share.standard], ("shares", id_))
            for id_, share in self.terms.shares.items()
            if share.standard in self.standards
        )

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every use of a known element: as a field, in a row condition, as a dimension or a measure."""
        return tuple(use for described in self.described for use in _uses(described))

    def controllers(self) -> Iterator[str]:
        """The parties that decide for themselves; a processor acts on another's law."""
        return (id_ for id_, party in self.terms.parties.items() if party.controller != "processor")

    def powers(self) -> Iterator[tuple[str, PartyLaw, Power]]:
        """Each party with its section of the law and the power it names, where that is known and is a power."""
        for party, law in self.terms.law.parties.items():
            power = self.catalogue.find_power(law.power) if law.power else None
            if power is not None and power.is_power:
                yield party, law, power

    def body_class(self, party: str) -> BodyClass | None:
        """A party's class of body, where it is stated and known."""
        code = self.terms.class_of(party)
        return self.catalogue.find_body_class(code) if code else None

    def recipients_of(self, party: str) -> set[str]:
        """The parties to whom one gives."""
        shares = self.terms.shares.values()
        return {recipient for share in shares if share.provider == party for recipient in share.recipients}

    def providers_of(self, party: str) -> set[str]:
        """The parties from whom one receives."""
        return {share.provider for share in self.terms.shares.values() if party in share.recipients}

    def asked(self, *modes: Mode) -> Iterator[tuple[str, Share]]:
        """The shares that may be asked for in one of these modes."""
        return ((id_, share) for id_, share in self.terms.shares.items() if set(modes) & set(share.modes))


def _uses(described: Described) -> Iterator[Use]:
    share, elements = described.share, described.standard.elements
    named = [((*described.path, "fields", name), name) for name in share.fields]
    if share.rows is not None:
        named += [((*described.path, "rows"), name) for name in sorted(names(parse(share.rows)))]
    if share.aggregate is not None:
        path = (*described.path, "aggregate")
        named += [((*path, "dimensions", i), name) for i, name in enumerate(share.aggregate.dimensions)]
        for measure, of in share.aggregate.measures.items():
            named += [((*path, "measures", measure), name) for name in (of.values() if isinstance(of, Mapping) else ())]
    return (Use(path, elements[name]) for path, name in named if name in elements)


def near(word: str, known: Iterable[str], *, look_up: str) -> str:
    """The mend for a word that is not known: what was perhaps meant, else where to look."""
    return did_you_mean(word, known, f"look it up: {look_up}")
