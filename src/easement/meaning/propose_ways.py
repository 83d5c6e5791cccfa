"""The way a chosen column becomes an element: how its dates are written, its codes, its spelling; what is in doubt."""

from easement.meaning.identifiers import Kind
from easement.meaning.mapping import NamePart, Way
from easement.meaning.model import Element, Key
from easement.meaning.profile import ColumnProfile
from easement.meaning.propose_codes import walk
from easement.meaning.syntax import Name, Type
from easement.meaning.write import write

__all__ = ["way_of"]

Found = tuple[Way, tuple[str, ...], str, tuple[str, ...]]
"""The way, more reasons, the question that must be answered first, and the answers it can have."""

_PARTS = {Key.FAMILY_NAME: NamePart.FAMILY, Key.GIVEN_NAME: NamePart.GIVEN}
HALF = 0.5
"""A column of which more values are whole names than this holds them."""

ALSO = 0.02
"""A second way of writing dates is told where so many values need it."""


def way_of(element: Element, column: ColumnProfile) -> Found:
    """How a column is read as an element, as far as its values tell."""
    if element.type is Type.DATE:
        return _date(column)
    if element.type is Type.CODE:
        return _code(element, column)
    if element.key in _PARTS and column.names.full > HALF:
        return Way(column=column.name, part=_PARTS[element.key]), ("taken out of whole names",), "", ()
    if element.identifier is Kind.POSTCODE and column.tidy.get(Kind.POSTCODE, 0.0) < 0.9 * _share(column):
        return Way(expression=f"postcode({_called(column)})"), ("put into one spelling",), "", ()
    return Way(column=column.name), (), "", ()


def _share(column: ColumnProfile) -> float:
    return column.identifiers.get(Kind.POSTCODE, 0.0)


def _called(column: ColumnProfile) -> str:
    return write(Name(column.name))


def _date(column: ColumnProfile) -> Found:
    if column.type == "DATE" or column.type.startswith("TIMESTAMP") or not column.dates:
        return Way(column=column.name), (), "", ()
    undecided = column.dates_undecided
    if undecided:
        question = f"its dates can be read as {' or '.join(f'`{form}`' for form in undecided)}: say which it is"
        return Way(column=column.name), (), question, undecided
    forms = _forms(column)
    if column.moments:
        text = f"left({_called(column)}, {len(forms[0].replace('month', 'mon'))})"
        return Way(expression=f"date({text}, '{forms[0]}')"), ("the time of day is left out",), "", ()
    return Way(column=column.name, dates=forms), (), "", ()


def _forms(column: ColumnProfile) -> tuple[str, ...]:
    """The commonest way of writing, and others of another kind that some values need; never both orders of one kind."""
    forms = [column.dates[0].format]
    for other in column.dates[1:]:
        if other.share >= ALSO and all(_kind(other.format) != _kind(form) for form in forms):
            forms.append(other.format)
    return tuple(forms)


def _kind(form: str) -> str:
    return form.replace("dd", "#").replace("mm", "#")


def _code(element: Element, column: ColumnProfile) -> Found:
    found = walk(column.codes, element)
    if found.unknown and found.codes:
        rows = sum(count for _, count in found.unknown)  # the values themselves are not for everybody who sees a draft
        values = "1 value" if len(found.unknown) == 1 else f"{len(found.unknown):,} values"
        more: tuple[str, ...] = (f"no code was found for {values} ({rows:,} in all)",)
    else:
        more = ()
    unknown = "none of its values is a code of the standard: say what each means"
    question = "" if found.codes or not column.filled else unknown
    if found.same or not found.codes:
        return Way(column=column.name), more, question, ()
    return Way(column=column.name, codes=dict(found.codes)), more, question, ()
