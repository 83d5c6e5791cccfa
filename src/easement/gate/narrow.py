"""What a database may leave out before it sends anything: an agreement's condition and a person, over raw columns.

Only what follows from the mapping without doubt is asked of it, and whatever comes is judged again by the plan: the
answer is the same without any of this, and later. Names are never asked for, for many spellings are one name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal as OneOfThese
from typing import NamedTuple

from easement.agreement.model import Mode
from easement.gate.datasets import Dataset
from easement.meaning.dates import strptime_formats
from easement.meaning.expression import And, Between, Compare, Expression, In, Literal, Name, Or, Today, parse, typed
from easement.meaning.identifiers import REMOVED, SPACES, Kind
from easement.meaning.mapping import Way
from easement.meaning.model import Element, Key, Standard
from easement.meaning.normalise import normalise
from easement.meaning.syntax import Type
from easement.sources.conditions import Compared, Condition, Either, Holding, OneOf, Tidied, joined
from easement.sources.model import Column
from easement.sources.session import FileSource

__all__ = ["Wanted", "about_person", "covered", "narrow"]

EXACT = 2**53
"""From here on whole numbers and doubles no longer compare alike."""

_DAYS = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_NAMES = (Key.FAMILY_NAME, Key.GIVEN_NAME)

Operator = OneOfThese["=", "<", "<=", ">", ">="]


class Wanted(NamedTuple):
    """What a disclosure reads a table for: its mode, the share's condition, the person looked up, the day.

    `listed` says that a list came with it.
    """

    mode: Mode
    rows: str | None
    today: date
    person: Mapping[str, str] | None = None
    listed: bool = False


def narrow(source: FileSource, dataset: Dataset, standard: Standard, wanted: Wanted) -> None:
    """Let an open source leave out what a disclosure cannot need; a file is read as it is.

    Everybody is needed where a list is matched, and for a lookup everyone who fits, covered by the share or not.
    """
    if source.stream is None or wanted.mode is Mode.MATCH or wanted.listed:
        return
    if wanted.mode is Mode.LOOKUP:
        source.narrow(about_person(dataset, standard, source.columns, wanted.person or {}))
    elif wanted.rows:
        source.narrow(covered(dataset, standard, source.columns, wanted.rows, wanted.today))


def about_person(
    dataset: Dataset, standard: Standard, columns: tuple[Column, ...], person: Mapping[str, str]
) -> Condition | None:
    """What every record of a person fulfils, by elements; `None` where none of them can be asked of a database."""
    table = _Table(dataset, standard, columns)
    return joined([table.said(name, value) for name, value in person.items() if name in standard.elements])


def covered(
    dataset: Dataset, standard: Standard, columns: tuple[Column, ...], rows: str, today: date
) -> Condition | None:
    """What every record that a share's condition covers fulfils; `None` where nothing of it can be asked."""
    return _Table(dataset, standard, columns).implied(typed(parse(rows), standard.types), today)


@dataclass(frozen=True, slots=True)
class _Plain:
    """An element that is one column as it stands, or through a cross-walk."""

    element: Element
    way: Way
    column: Column

    @property
    def name(self) -> str:
        return self.column.original

    def codes(self, fits: Callable[[str], bool]) -> Condition | None:
        """The column's codes that lead to one that fits; where the table has the standard's own, those."""
        listed = self.way.codes or {code: code for code in self.element.codes}
        found = tuple(code for code, to in listed.items() if fits(to))
        return OneOf(self.name, found, trimmed=True) if found and self.column.type != "BOOLEAN" else None


@dataclass(frozen=True, slots=True)
class _Table:
    dataset: Dataset
    standard: Standard
    columns: tuple[Column, ...]

    def plain(self, name: str) -> _Plain | None:
        way = self.dataset.mapping.elements.get(name)
        if way is None or way.column is None or way.part is not None:
            return None
        spelt = {c.original.lower(): c for c in self.columns} | {c.name.lower(): c for c in self.columns}
        column = spelt.get(way.column.lower())
        return None if column is None else _Plain(self.standard.elements[name], way, column)

    def said(self, name: str, value: str) -> Condition | None:
        """What a column holds where an element is what was said of a person."""
        plain = self.plain(name)
        if plain is None or plain.element.key in _NAMES:
            return None
        if plain.element.type is Type.DATE:
            return _on(plain, value)
        if plain.element.type not in (Type.TEXT, Type.CODE):
            return None
        kind = plain.element.identifier or plain.element.key or Key.IDENTIFIER
        given = normalise(kind, value)
        if plain.way.codes or plain.element.type is Type.CODE:
            return plain.codes(lambda to: normalise(kind, to) == given)
        return _spelt(plain, kind, str(given)) if given else None

    def implied(self, e: Expression, today: date) -> Condition | None:
        """A condition over columns that holds wherever the expression does."""
        match e:
            case And(left=left, right=right):
                return joined([self.implied(left, today), self.implied(right, today)])
            case Or(left=left, right=right):
                either = (self.implied(left, today), self.implied(right, today))
                return Either((either[0], either[1])) if either[0] and either[1] else None
            case In(value=Name(name=name), options=options, negated=False):
                return self._one_of(name, [option.value for option in options])
            case Between(value=Name(name=name), low=low, high=high, negated=False):
                return joined([self._compared(name, ">=", low, today), self._compared(name, "<=", high, today)])
            case Compare(operator=operator, left=Name(name=name), right=other) if operator in _TURNED:
                return self._compared(name, operator, other, today)
            case Compare(operator=operator, left=other, right=Name(name=name)) if operator in _TURNED:
                return self._compared(name, _TURNED[operator], other, today)
        return None

    def _one_of(self, name: str, values: list[object]) -> Condition | None:
        texts = tuple(value for value in values if isinstance(value, str))
        plain = self.plain(name)
        if plain is None or len(texts) != len(values) or plain.element.type not in (Type.TEXT, Type.CODE):
            return None
        if plain.way.codes or plain.element.type is Type.CODE:
            return plain.codes(lambda to: to in texts)
        return OneOf(plain.name, texts)

    def _compared(self, name: str, operator: str, other: Expression, today: date) -> Condition | None:
        value = today if isinstance(other, Today) else other.value if isinstance(other, Literal) else None
        if isinstance(value, str):
            return self._one_of(name, [value]) if operator == "=" else None
        plain = self.plain(name)
        if plain is None or plain.way.codes or not _fits(plain, value):
            return None
        assert isinstance(value, int | float | date)
        return Compared(plain.name, _operator(operator), value)


def _fits(plain: _Plain, value: object) -> bool:
    """Whether the database compares the column with the value as the engine does."""
    if isinstance(value, date):
        return plain.element.type is Type.DATE and plain.column.type in _DAYS and not isinstance(value, datetime)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < EXACT and plain.element.type in (Type.NUMBER, Type.INTEGER)  # type: ignore[arg-type]


def _operator(operator: str) -> Operator:
    known: dict[str, Operator] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
    return known[operator]


def _on(plain: _Plain, value: str) -> Condition | None:
    """A day, said as 2015-03-14, in a column of days, or of text."""
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        return None
    if plain.column.type in _DAYS:
        return Compared(plain.name, "=", day)
    if plain.column.type != "VARCHAR" or plain.way.codes:
        return None
    if plain.way.exact:
        formats = strptime_formats(plain.way.dates) or ("%Y-%m-%d",)
        return OneOf(plain.name, tuple(day.strftime(form) for form in formats))
    return Holding(plain.name, f"{day.year:04}")


def _spelt(plain: _Plain, kind: Key | Kind, value: str) -> Condition | None:
    """Text that is one value however it is spaced; `exact` promises that only the standard's own spelling is there."""
    if plain.way.exact:
        spaced = f"{value[:-3]} {value[-3:]}" if kind in (Key.POSTCODE, Kind.POSTCODE) else value
        return OneOf(plain.name, tuple(dict.fromkeys((value, spaced))))
    if kind in (Kind.UPRN, Kind.USRN) and plain.column.type == "VARCHAR":
        return None
    removed = REMOVED[kind] if isinstance(kind, Kind) else REMOVED[Kind.POSTCODE] if kind is Key.POSTCODE else SPACES
    return Tidied(plain.name, value, removed) if plain.column.type != "BOOLEAN" else None
