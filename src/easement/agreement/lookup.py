"""What the law catalogue and the standards say about the codes of an agreement, for the document and the exports.

What cannot be found is never passed over: the code stands alone, says that it was not found, and is kept as a gap for
the head of the document.
"""

from collections.abc import Mapping
from datetime import date

from easement.agreement.paper import Item
from easement.agreement.words import named
from easement.law.entry import Entry, Kind
from easement.law.shelves import Catalogue
from easement.meaning.model import Element, Standard

__all__ = ["Lookup"]


class Lookup:
    """Words for codes. `gaps` collects, in order and once each, what was asked for and not found."""

    def __init__(self, catalogue: Catalogue, standards: Mapping[str, Standard]) -> None:
        self._catalogue = catalogue
        self._standards = standards
        self._gaps: dict[str, None] = {}

    @property
    def gaps(self) -> tuple[str, ...]:
        """One sentence for each thing that was not found."""
        return tuple(self._gaps)

    def _missing(self, sentence: str) -> None:
        self._gaps[sentence] = None

    @property
    def as_at(self) -> date:
        """The day of the catalogue's law."""
        return self._catalogue.as_at

    def purpose(self, code: str) -> Item:
        """A purpose by its name, with what it takes in."""
        found = self._catalogue.find_purpose(code)
        if found is None:
            self._missing(f"The purpose {code} is not in the law catalogue.")
            return Item(named(code), code)
        return Item(f"{found.label}: {found.plain}", code)

    def body_class(self, code: str) -> Item:
        """A kind of body by its name."""
        found = self._catalogue.find_body_class(code)
        if found is None:
            self._missing(f"The kind of body {code} is not in the law catalogue.")
        return Item(found.label if found else named(code), code)

    def law(self, code: str, *kinds: Kind) -> Item:
        """A power, basis or condition in plain words, with its citation and how well that was checked."""
        found = self.entry(code, *kinds)
        if found is None:
            self._missing(f"{code} is not in the law catalogue as a {' or a '.join(kinds)}.")
            return Item("Not in the law catalogue.", code)
        return Item(found.plain, code, f"{found.citation}. How well this was checked: {found.check.words}.")

    def entry(self, code: str, *kinds: Kind) -> Entry | None:
        """The catalogue's entry of one of these kinds, if it has one."""
        return next((found for kind in kinds if (found := self._catalogue.on_shelf(kind, code))), None)

    def standard(self, ref: str) -> Item:
        """A standard's title."""
        found = self._standards.get(ref)
        if found is None:
            self._missing(f"The standard {ref} was not at hand, so its fields have no definitions here.")
            return Item("A standard that was not at hand.", ref)
        return Item(found.title, ref)

    def definition(self, ref: str, name: str) -> Item:
        """What an element of a standard means."""
        found = self.element(ref, name)
        if found is None and ref in self._standards:
            self._missing(f"The standard {ref} has no element {name}, so it cannot be shared under it.")
        return Item(found.definition if found else "No definition was at hand.")

    def element(self, ref: str, name: str) -> Element | None:
        """An element of a standard, where both are known."""
        standard = self._standards.get(ref)
        return standard.elements.get(name) if standard else None

    def codes(self, ref: str) -> Mapping[str, Mapping[str, str]]:
        """For each element of a standard that holds codes, what they stand for."""
        standard = self._standards.get(ref)
        return {name: element.codes for name, element in standard.elements.items()} if standard else {}
