"""A source's value into the type that a standard asks for, so that one bad value never fails the query (DuckDB).

What does not convert becomes NULL. Nothing is done where the column is of the right type already.
"""

import re
from collections.abc import Iterable

from sqlglot import exp

from easement.meaning.syntax import Type
from easement.meaning.template import fill, text

__all__ = ["as_text", "blank", "converted", "to_day", "to_double"]

Sql = exp.Expr

_WHOLE = frozenset(
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"]
)
_EXACT = re.compile(r"DECIMAL(\([0-9]+, ?[0-9]+\))?")
_FLOATING = frozenset({"DOUBLE", "FLOAT", "REAL"})
_MOMENTS = re.compile(r"TIMESTAMP.*|DATETIME")
_TRUE, _FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")

LARGEST_WHOLE = 2**53 - 1
"""The largest whole number that every engine and JSON reader holds exactly (RFC 8259, section 6)."""


def as_text(value: Sql, kind: str) -> Sql:
    """A value of a DuckDB type as text."""
    return value.copy() if kind == "VARCHAR" else fill("cast(:x as varchar)", x=value)


def blank(value: Sql, kind: str) -> Sql:
    """Whether the source holds nothing here: NULL, or text of spaces alone."""
    if kind == "VARCHAR":
        return fill("coalesce(trim(:x) = '', true)", x=value)
    return fill(":x is null", x=value)


def converted(value: Sql, kind: str, to: Type, formats: tuple[str, ...]) -> Sql:
    """A value of a DuckDB type as what the standard asks for; `formats` are the ways its dates are written."""
    match to:
        case Type.DATE:
            return _day(value, kind, formats)
        case Type.NUMBER:
            return _number(value, kind)
        case Type.INTEGER:
            return _whole(value, kind)
        case Type.BOOLEAN:
            return value.copy() if kind == "BOOLEAN" else _truth(as_text(value, kind))
        case _:
            return as_text(value, kind)


def cannot_fail(kind: str, to: Type) -> bool:
    """Whether every value of a DuckDB type is a value of the element's type."""
    match to:
        case Type.DATE:
            return kind == "DATE" or _MOMENTS.fullmatch(kind) is not None
        case Type.NUMBER:
            return kind in _WHOLE or _EXACT.fullmatch(kind) is not None
        case Type.INTEGER:
            return kind in _WHOLE
        case Type.BOOLEAN:
            return kind == "BOOLEAN"
        case _:
            return True


def to_day(value: Sql, formats: Iterable[str]) -> Sql:
    """Text as a day of the calendar; a year has four digits, so `55` is not the year 55.

    DuckDB reads the words `infinity` and `epoch` in any format as 1 January 1900, so that day must have digits.
    """
    patterns = exp.Array(expressions=[text(form) for form in formats])
    return fill(
        "case when :day = date '1900-01-01' then case when regexp_matches(:x, '[0-9]') then :day end"
        " when :day between date '1000-01-01' and date '9999-12-31' then :day end",
        day=fill("cast(try_strptime(:x, :patterns) as date)", x=value, patterns=patterns),
        x=value,
    )


def to_double(value: Sql) -> Sql:
    """Text as a finite double."""
    return _finite(fill("try_cast(:x as double)", x=value))


def _finite(value: Sql) -> Sql:
    return fill("case when isfinite(:x) then :x end", x=value)


def _day(value: Sql, kind: str, formats: tuple[str, ...]) -> Sql:
    if kind == "DATE":
        return value.copy()
    if _MOMENTS.fullmatch(kind):
        return fill("cast(:x as date)", x=value)
    return to_day(as_text(value, kind), formats)


def _number(value: Sql, kind: str) -> Sql:
    if cannot_fail(kind, Type.NUMBER):
        return value.copy()
    return _finite(value) if kind in _FLOATING else to_double(as_text(value, kind))


def _whole(value: Sql, kind: str) -> Sql:
    if kind in _WHOLE:
        return value.copy()
    read = value if cannot_fail(kind, Type.NUMBER) or kind in _FLOATING else to_double(as_text(value, kind))
    return fill(f"case when :x = floor(:x) and abs(:x) <= {LARGEST_WHOLE} then cast(:x as bigint) end", x=read)


def _truth(value: Sql) -> Sql:
    ways = {way: answer for answer, spelt in (("true", _TRUE), ("false", _FALSE)) for way in spelt}
    cases = " ".join(f"when '{way}' then {answer}" for way, answer in ways.items())
    return fill(f"case lower(trim(:x)) {cases} end", x=value)
