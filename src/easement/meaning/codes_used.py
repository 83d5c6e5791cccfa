"""Where the codes of an element are named: in conditions, and in the ways of a mapping."""

from collections.abc import Iterator, Mapping

from easement.meaning.mapping import Way
from easement.meaning.model import Standard
from easement.meaning.syntax import Compare, Expression, In, Literal, Name, Type, children

__all__ = ["codes_in_condition", "codes_in_way", "elements_with"]


def codes_in_condition(part: Expression, types: Mapping[str, Type]) -> Iterator[tuple[str, Literal]]:
    """Each comparison of a coded element with a written-out value, anywhere in a condition."""
    match part:
        case (
            Compare(left=Name(name=name), right=Literal() as code)
            | Compare(left=Literal() as code, right=Name(name=name))
        ):
            pairs = [(name, code)]
        case In(value=Name(name=name), options=options):
            pairs = [(name, option) for option in options if isinstance(option, Literal)]
        case _:
            pairs = []
    yield from ((name, code) for name, code in pairs if types.get(name) is Type.CODE)
    for inner in children(part):
        yield from codes_in_condition(inner, types)


def codes_in_way(way: Way) -> tuple[str, ...]:
    """The codes of the standard that a way leads to, each once."""
    named = [str(way.constant)] if way.constant is not None else []
    return tuple(dict.fromkeys([*named, *way.codes.values()]))


def elements_with(standard: Standard, codes: str) -> tuple[str, ...]:
    """The elements whose codes come from a list."""
    return tuple(name for name, element in standard.elements.items() if element.code_list == codes)
