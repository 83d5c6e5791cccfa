"""What is kept of each record that crosses, as columns of a query: of whom it speaks, in tokens, and its reference.

A token is the beginning of what `gate.subjects` makes of the same person, so that one asked about by number, and one
on a list, are found to be the same without either being named.
"""

from collections.abc import Iterator, Sequence

from sqlglot import exp

from easement.gate.protect import hashed, tokenised
from easement.meaning.model import Element, Key, Standard

__all__ = ["NAMES", "OWN_RECORD", "RECORD", "REFERENCE", "token_columns", "token_of", "told_apart_by"]

REFERENCE, RECORD, NAMES = "reference", "record", "names"
"""The columns: the recipient's own key, the record's token, and that of names and birthday, which two may share."""

OWN_RECORD = "record"
"""The label under which a record's own key is a token."""

BITS = 64
"""Of a token that are kept: among a hundred million records one is taken for another once in a hundred thousand."""


def token_of(pseudonym: str) -> int:
    """A token as the columns have it, from its 32 hexadecimal characters."""
    return int(pseudonym[: BITS // 4], 16)


def told_apart_by(standard: Standard, filled: frozenset[str]) -> tuple[str, ...]:
    """The elements of a table that tokens are made of: identifiers, a family name and a birthday."""
    return tuple(each.name for each in (*_numbers(standard, filled), *_named(standard, filled)))


def _numbers(standard: Standard, filled: frozenset[str]) -> list[Element]:
    return [each for each in standard.keyed(Key.IDENTIFIER) if each.name in filled]


def _named(standard: Standard, filled: frozenset[str]) -> list[Element]:
    """A family name and a birthday, where a table has both."""
    keys = (Key.FAMILY_NAME, Key.DATE_OF_BIRTH)
    found = [next((e for e in standard.keyed(key) if e.name in filled), None) for key in keys]
    return [each for each in found if each is not None] if None not in found else []


def token_columns(standard: Standard, filled: frozenset[str], *, reference: str, own: str | None) -> Sequence[str]:
    """The columns as SQL, over the elements' own names; `own` is the column of the provider's key, where it has one."""
    columns = [f"{reference} as {REFERENCE}"]
    if own is not None:
        columns.append(_token(exp.column(own), OWN_RECORD, RECORD))
    return [*columns, *_people(standard, filled)]


def _people(standard: Standard, filled: frozenset[str]) -> Iterator[str]:
    for place, element in enumerate(_numbers(standard, filled)):
        text = tokenised(exp.column(element.name, quoted=True), element)
        yield _token(text, element.identifier or element.name, f"number_{place}")
    if named := _named(standard, filled):
        family, birth = (tokenised(exp.column(each.name, quoted=True), each) for each in named)
        both = exp.DPipe(
            this=exp.DPipe(this=family, expression=exp.convert("\x1f"), safe=True), expression=birth, safe=True
        )
        yield _token(both, "family and birth", NAMES)


def _token(text: exp.Expr, label: str, name: str) -> str:
    short = f"left({hashed(text, label).sql(dialect='duckdb')}, {BITS // 4})"
    return f"cast('0x' || {short} as ubigint) as {name}"
