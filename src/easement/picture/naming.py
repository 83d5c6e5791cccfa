"""How people are named to several organisations at once: by parts that every standard has under a name of its own."""

from collections.abc import Mapping

from easement.gate.prepare import Offer
from easement.meaning.model import Element, Key

__all__ = ["NAMING", "part_name", "parts_of", "person_for"]

NAMING = (Key.IDENTIFIER, Key.FAMILY_NAME, Key.GIVEN_NAME, Key.DATE_OF_BIRTH, Key.POSTCODE)
"""The parts by which a person is named, in the order in which they are asked for."""


def part_name(element: Element, key: Key) -> str:
    """What a part is called wherever it comes from: the kind of an identifier, else the part it plays."""
    return str(element.identifier or element.name) if key is Key.IDENTIFIER else key.value


def parts_of(offer: Offer) -> list[tuple[str, Element, Key]]:
    """How a share names a person: what each part is called, whatever the standard calls it; its element; its key."""
    named_by = [(offer.standard.elements[name], key) for name, key in offer.roles.items() if key in NAMING]
    found = [(part_name(element, key), element, key) for element, key in named_by]
    return sorted(found, key=lambda each: NAMING.index(each[2]))


def person_for(offer: Offer, said: Mapping[str, str]) -> dict[str, str]:
    """A person by the elements of one share's own standard; what it has no element for is not told to its provider."""
    found = {}
    for name, element, _ in parts_of(offer):
        value = said.get(name) or said.get(element.name)
        if value:
            found[element.name] = value
    return found
