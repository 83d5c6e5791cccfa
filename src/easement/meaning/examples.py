"""An invented value for each element of a standard, so that people see what a field would hold. About nobody."""

from easement.meaning.identifiers import Kind
from easement.meaning.model import Element, Key
from easement.meaning.syntax import Type

__all__ = ["example_of"]

_NUMBERED = {
    Kind.NHS_NUMBER: "999 000 0018",  # the range that the health service keeps for tests
    Kind.CHI: "0102150003",
    Kind.NINO: "QQ123456C",  # a prefix that is never given out
    Kind.UPN: "B801200005001",
    Kind.ULN: "9276308686",
    Kind.UPRN: "10000000001",
    Kind.USRN: "10000001",
    Kind.POSTCODE: "ZZ99 3WZ",  # no place has it
    Kind.DATE: "2015-02-01",
    Kind.E164: "+441632960001",  # a range kept for fiction
}
_KEYED = {Key.FAMILY_NAME: "Ash", Key.GIVEN_NAME: "Jo", Key.DATE_OF_BIRTH: "2015-02-01", Key.POSTCODE: "ZZ99 3WZ"}
_TYPED = {Type.TEXT: "A1", Type.INTEGER: "3", Type.NUMBER: "310.50", Type.DATE: "2026-04-06", Type.BOOLEAN: "yes"}


def example_of(element: Element) -> str:
    """A value that an element could have; of a code, the first of its list with what it means."""
    if element.codes:
        code, label = next(iter(element.codes.items()))
        return f"{code} ({label})" if label != code else code
    if element.identifier is not None:
        return _NUMBERED[element.identifier]
    if element.key in _KEYED:
        return _KEYED[element.key]
    value = "jo@home.example" if element.format and "@" in element.format else _TYPED[element.type]
    return f"{value} {element.unit}".strip()
