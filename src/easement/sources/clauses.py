"""Conditions as a database's own SQL: names quoted, values bound, and no clause stricter than its condition."""

from datetime import date, timedelta
from typing import Any, cast

import sqlalchemy as sa

from easement.sources.conditions import All, Compared, Condition, Either, Holding, OneOf, Tidied
from easement.sources.stored import Stored

__all__ = ["clause"]

_OPERATORS = {"=": "__eq__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
_WHOLE = frozenset({"BIGINT", "UBIGINT"})
_DAYS = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"})

Clause = sa.ColumnElement[bool]


def clause(condition: Condition, columns: dict[str, Stored]) -> Clause | None:
    """The condition over a table's columns; `None` where nothing of it can be asked of this database."""
    match condition:
        case All(parts):
            found = [made for part in parts if (made := clause(part, columns)) is not None]
            return sa.and_(*found) if found else None
        case Either(parts):
            either = [clause(part, columns) for part in parts]
            known = [one for one in either if one is not None]
            return sa.or_(*known) if known and len(known) == len(either) else None
        case OneOf():
            return _one_of(condition, columns[condition.column])
        case Tidied():
            return _tidied(condition, columns[condition.column])
        case Holding(part=part):
            stored = columns[condition.column]
            return stored.text.contains(_bound(part), autoescape=False) if _is_plain(stored, part) else None
        case Compared():
            return _compared(condition, columns[condition.column])


def _bound(value: object) -> Any:
    """A value bound without a type of its own: the database reads it as what it is compared with."""
    return sa.bindparam(None, value, type_=sa.types.NullType())


def _is_plain(stored: Stored, part: str) -> bool:
    return stored.type == "VARCHAR" and stored.text is not None and part.isalnum()


def _one_of(asked: OneOf, stored: Stored) -> Clause | None:
    if stored.type in _WHOLE:
        whole = [_whole(value) for value in asked.values]
        return stored.raw.in_([_bound(value) for value in whole]) if None not in whole else None
    if stored.type in _DAYS:
        return None
    if stored.text is None or not all(isinstance(value, str) for value in asked.values):
        return None
    compared = sa.func.trim(stored.text) if asked.trimmed else stored.text
    return compared.in_([_bound(value) for value in asked.values])


def _whole(value: object) -> int | None:
    """The number that is written so and no otherwise, for a column whose text is always written so."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = value if isinstance(value, str) else ""
    fits = digits.isascii() and digits.isdigit() and len(digits) <= 18 and str(int(digits)) == digits
    return int(digits) if fits else None


def _tidied(asked: Tidied, stored: Stored) -> Clause | None:
    if stored.type in _WHOLE:
        return _one_of(OneOf(asked.column, (asked.value,)), stored)
    if stored.type != "VARCHAR" or stored.text is None:
        return None
    found: Any = stored.upper(stored.text)
    for sign in asked.removed:
        found = sa.func.replace(found, _bound(sign), _bound(""))
    return found == _bound(asked.value)  # type: ignore[no-any-return]


def _compared(asked: Compared, stored: Stored) -> Clause | None:
    day = isinstance(asked.value, date)
    if day and stored.type in _DAYS:
        return _on_a_day(asked, stored)
    if day or stored.number is None:
        return None
    return getattr(stored.number, _OPERATORS[asked.operator])(_bound(asked.value))  # type: ignore[no-any-return]


def _on_a_day(asked: Compared, stored: Stored) -> Clause | None:
    """A moment is on its day until the next begins, so it is compared with the day's two ends."""
    assert isinstance(asked.value, date)
    if asked.value == date.max:
        return None
    start, after = _bound(asked.value), _bound(asked.value + timedelta(days=1))
    if stored.type == "DATE":
        return getattr(stored.raw, _OPERATORS[asked.operator])(start)  # type: ignore[no-any-return]
    match asked.operator:
        case "=":
            return sa.and_(stored.raw >= start, stored.raw < after)
        case "<" | ">=":
            return getattr(stored.raw, _OPERATORS[asked.operator])(start)  # type: ignore[no-any-return]
        case "<=":
            return cast("Clause", stored.raw < after)
    return cast("Clause", stored.raw >= after)
