"""How far one column could be one element: odds (natural logarithms), added up from its name and from its values.

The numbers were set by hand, from what each kind of evidence is worth: a check digit that nine values in ten pass is
all but proof; a name is strong; a type alone is weak.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from easement.meaning.identifiers import Kind
from easement.meaning.model import Element, Key, Standard
from easement.meaning.profile import ColumnProfile
from easement.meaning.propose_codes import walk
from easement.meaning.propose_names import Phrases, full_name_phrases, likeness, phrases_of, reference_phrases, words_of
from easement.meaning.syntax import Type

__all__ = ["Score", "chance", "full_name_score", "score"]

SUREST = 0.99
"""Nothing that a person has not looked at is surer than this."""

LIKE = 0.35
"""A name less like an element's than this says nothing."""

NO = -9.0
"""The odds of what cannot be."""

_UNNAMED, _NAMED = -3.5, 8.0
_PLAIN_REFERENCE = 0.75
_CHECKED = {Kind.NHS_NUMBER, Kind.CHI, Kind.UPN, Kind.ULN, Kind.NINO, Kind.POSTCODE}
_TITLES = {
    Kind.NHS_NUMBER: "NHS numbers", Kind.CHI: "CHI numbers", Kind.NINO: "National Insurance numbers", Kind.UPN: "UPNs",
    Kind.ULN: "ULNs", Kind.UPRN: "UPRNs", Kind.USRN: "USRNs", Kind.POSTCODE: "postcodes",
    Kind.E164: "telephone numbers", Kind.DATE: "dates",
}  # fmt: skip

Told = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Score:
    """The odds that a column is an element, what speaks for and against it, and whether its name does."""

    odds: float
    reasons: tuple[str, ...]
    named: bool = False


def chance(odds: float, others: Iterable[float]) -> float:
    """The chance of one among several that exclude each other, and none."""
    top = max([odds, 0.0, *others])
    each = math.exp(odds - top)
    return min(SUREST, each / (each + math.exp(-top) + sum(math.exp(other - top) for other in others)))


def score(element: Element, column: ColumnProfile, standard: Standard) -> Score:
    """What name and values of a column say of it as an element."""
    alike = likeness(_words(column.name), _phrases(element))
    if element.name in standard.record_key and element.identifier is None:
        alike = max(alike, _PLAIN_REFERENCE * likeness(_words(column.name), reference_phrases()))
    named = _UNNAMED + _NAMED * alike
    if column.filled == 0:
        return Score(min(named - 1.5, 2.0), (_name_said(alike, column), "the column is empty"))
    worth, why = _values(element, column, standard)
    odds = named + worth
    reasons = [_name_said(alike, column), why]
    return Score(odds, tuple(reason for reason in reasons if reason), alike >= LIKE)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    return frozenset(words_of(name))


_KNOWN: dict[tuple[str, str, str], Phrases] = {}


def _phrases(element: Element) -> Phrases:
    key = (element.name, str(element.key), str(element.identifier))
    if key not in _KNOWN:
        _KNOWN[key] = phrases_of(element)
    return _KNOWN[key]


def _name_said(alike: float, column: ColumnProfile) -> str:
    if alike >= 0.95:
        return f"`{column.name}` is a usual name for it"
    if alike >= 0.6:
        return f"`{column.name}` is much like its name"
    return (
        f"`{column.name}` is something like its name"
        if alike >= LIKE
        else f"the name `{column.name}` says nothing of it"
    )


def full_name_score(column: ColumnProfile) -> Score:
    """What name and values of a column say of it as one that holds whole names."""
    alike = likeness(_words(column.name), full_name_phrases())
    full = column.names.full
    worth = 3.0 if full >= 0.6 else 0.0 if full >= 0.3 else NO
    return Score(
        _UNNAMED + _NAMED * alike + worth, (_name_said(alike, column), f"{full:.0%} of values look like whole names")
    )


def _values(element: Element, column: ColumnProfile, standard: Standard) -> Told:
    if element.identifier is not None:
        return _identifier(element.identifier, column)
    if element.key in (Key.FAMILY_NAME, Key.GIVEN_NAME):
        return _name(column)
    match element.type:
        case Type.DATE:
            return _date(element, column)
        case Type.NUMBER | Type.INTEGER:
            return _number(element.type, column)
        case Type.BOOLEAN:
            return _boolean(column)
        case Type.CODE:
            return _code(element, column)
    if element.format is not None:
        return _format(element.format, column)
    if element.name in standard.record_key or element.name.endswith("_reference"):
        return _reference(column)
    return _text(column)


def _identifier(kind: Kind, column: ColumnProfile) -> Told:
    share = column.identifiers.get(kind, 0.0)
    checks = {Kind.POSTCODE: "have the form of", Kind.E164: "can be dialled as"}.get(kind, "pass the checks of")
    said = f"{share:.0%} of values {checks} {_TITLES[kind]}"
    if kind in (Kind.UPRN, Kind.USRN):
        fits = share >= 0.9 and column.shortest >= 6 and column.distinct > column.filled * 0.05
        return (1.0 if fits else -2.0 if share >= 0.9 else NO), said
    if share < 0.4:
        return NO, said
    varied = column.judged_distinct >= min(10, 0.05 * column.judged)
    full = 6.0 if kind in _CHECKED else 4.5
    worth = full if share >= 0.9 else 0.6 * full if share >= 0.7 else 0.0
    if kind is Kind.NHS_NUMBER and column.identifiers.get(Kind.CHI, 0.0) >= 0.9:
        worth -= 3.0
    return (worth if varied else min(worth, 2.0)), said


def _name(column: ColumnProfile) -> Told:
    single, full = column.names.single, column.names.full
    said = f"{single + full:.0%} of values are made like names"
    if single + full < 0.5:
        return NO, said
    few = column.judged >= 50 and column.judged_distinct <= 10
    return (-2.0 if full >= 0.5 else 1.5) - (2.0 if few else 0.0), said


def _date(element: Element, column: ColumnProfile) -> Told:
    share = column.types.get("date", 0.0)
    best = f" written {column.dates[0].format}" if column.dates else ""
    said = f"{share:.0%} of values are dates{best}"
    if share < 0.2:
        return NO, "its years have two digits, so that the century is not told" if _two_digits(column) else said
    worth = 2.0 if share >= 0.85 else 1.0 if share >= 0.6 else -2.0
    if element.key is Key.DATE_OF_BIRTH and column.dates:
        span = int(column.dates[0].latest[:4] or 0) - int(column.dates[0].earliest[:4] or 0)
        worth += 1.5 if span >= 10 else -1.0 if span < 2 else 0.0
    return worth, said


def _two_digits(column: ColumnProfile) -> bool:
    return any(
        pattern in ("99/99/99", "99-99-99", "99.99.99", "99-Aaa-99", "99 Aaa 99") for pattern, _ in column.patterns
    )


def _number(kind: Type, column: ColumnProfile) -> Told:
    share = column.types.get(kind, 0.0)
    said = f"{share:.0%} of values are {'whole numbers' if kind is Type.INTEGER else 'numbers'}"
    if share < 0.5:
        return NO, said
    worth = 1.5 if share >= 0.95 else 0.0
    if column.types.get("date", 0.0) >= 0.8 or any(column.identifiers.get(each, 0.0) >= 0.9 for each in _CHECKED):
        worth -= 5.0
    if kind is Type.INTEGER and column.unique:
        worth -= 2.0
    return worth, said


def _boolean(column: ColumnProfile) -> Told:
    share = column.types.get("boolean", 0.0)
    said = f"{share:.0%} of values say yes or no"
    if share < 0.5 or column.distinct > 6:
        return NO, said
    return (2.5 if share >= 0.95 and column.distinct <= 3 else 0.0), said


def _code(element: Element, column: ColumnProfile) -> Told:
    if not column.codes:
        return (-2.0 if column.distinct <= 0.2 * column.filled else NO), "its values are too many to be codes"
    found = walk(column.codes, element)
    known = len(set(found.codes.values()))
    said = (
        f"{found.share:.0%} of values are known by {found.how}" if found.codes else "none of its values is a known code"
    )
    if found.share < 0.2:
        many = len(column.codes) > 2 * len(element.codes) + 10
        return (NO if many or column.types.get("date", 0.0) > 0.5 else -1.5), said
    worth = 4.0 if found.share >= 0.95 else 2.5 if found.share >= 0.6 else 0.0
    spelt = max((len(value) for value in found.codes), default=0) > 2
    return (worth if known >= 2 and spelt else 0.5 * worth if known >= 2 else 0.25 * worth), said


def _format(pattern: str, column: ColumnProfile) -> Told:
    share = column.formats.get(pattern, 0.0)
    said = f"{share:.0%} of values have the form that the standard asks for"
    if share < 0.5:
        return NO, said
    telling = 5.0 if "@" in pattern else 1.5
    return (telling if share >= 0.9 else 0.0), said


def _reference(column: ColumnProfile) -> Told:
    if _is_something_else(column):
        return -5.0, "its values are something else"
    apart = column.distinct / column.filled
    said = (
        "each value stands in one row alone"
        if column.unique
        else f"about {min(apart, 1.0):.0%} of its values are distinct"
    )
    return (2.5 if column.unique or apart >= 0.95 else 1.0 if apart >= 0.8 else -3.0), said


def _is_something_else(column: ColumnProfile) -> bool:
    checked = any(column.identifiers.get(kind, 0.0) >= 0.9 for kind in _CHECKED)
    typed = column.types.get("date", 0.0) >= 0.6 or column.types.get("email", 0.0) >= 0.6
    return checked or typed or column.names.full >= 0.5 or (column.names.single >= 0.8 and column.judged_distinct > 10)


def _text(column: ColumnProfile) -> Told:
    if column.types.get("date", 0.0) >= 0.6 or column.types.get("number", 0.0) >= 0.6:
        return -4.0, "its values are numbers or dates"
    return 0.5, "its values are text"
