"""What a profile says of a column, in words for people. Pure."""

from collections.abc import Iterator

from easement.meaning.identifiers import Kind
from easement.meaning.profile import ColumnProfile

__all__ = ["could_be"]

LEAST = 0.5
"""A reading that fewer values bear is not told as what the column could be."""

_KINDS = {
    Kind.NHS_NUMBER: "NHS number",
    Kind.CHI: "CHI number",
    Kind.NINO: "National Insurance number",
    Kind.UPN: "UPN",
    Kind.ULN: "ULN",
    Kind.POSTCODE: "postcode",
    Kind.E164: "telephone number",
}
"""Identifiers that values alone can tell; a UPRN is any whole number."""


def could_be(column: ColumnProfile) -> tuple[str, ...]:
    """What the values could be, each with its share where that is not all; the surest first."""
    return tuple(_told(column)) or (("nothing",) if not column.filled else ("text",))


def _told(column: ColumnProfile) -> Iterator[str]:
    if column.constant:
        yield "one value alone"
    for kind, words in _KINDS.items():
        if (share := column.identifiers.get(kind, 0.0)) >= LEAST:
            yield words + _of(share)
    if column.dates and column.dates[0].share >= LEAST:
        undecided = column.dates_undecided
        written = " or ".join(undecided) + ", undecided" if undecided else column.dates[0].format
        yield f"date {written}{_of(column.dates[0].share)}"
    elif column.types.get("boolean", 0.0) >= 0.95 and column.distinct <= 3:
        yield "yes or no"
    elif column.types.get("integer", 0.0) >= LEAST:
        yield "whole number" + _of(column.types["integer"])
    elif column.types.get("number", 0.0) >= LEAST:
        yield "number" + _of(column.types["number"])
    if column.types.get("email", 0.0) >= LEAST:
        yield "email address" + _of(column.types["email"])
    yield from _names(column)
    if column.codes and 1 < len(column.codes) <= 40:
        yield f"code of {len(column.codes)} values"
    if column.unique:
        yield "unique" if column.checked_unique else "seems unique"


def _names(column: ColumnProfile) -> Iterator[str]:
    few = len(column.codes) and len(column.codes) <= 40
    if column.names.full >= LEAST and not few:
        yield "whole name" + _of(column.names.full)
    elif column.names.single >= 0.8 and not few and column.longest > 2:
        yield "name" + _of(column.names.single)


def _of(share: float) -> str:
    return "" if share >= 0.995 else f" ({share:.0%})"
