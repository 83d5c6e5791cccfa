"""A row condition in words, for the signed document. The exact text always stands beside it and is what counts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from easement.agreement.words import named
from easement.base.words import day, listed, many, number
from easement.meaning.expression import (
    And,
    Arithmetic,
    Between,
    Compare,
    Expression,
    In,
    IsNull,
    Literal,
    Name,
    Not,
    Or,
    Today,
    parse,
)

__all__ = ["Codes", "condition_words"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_COMPARE = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_COMPARE_DAYS = {
    "=": "is",
    "!=": "is not",
    "<": "is before",
    "<=": "is on or before",
    ">": "is after",
    ">=": "is on or after",
}
_SUM = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


Codes = Mapping[str, Mapping[str, str]]
"""For each element that holds codes, what each code stands for."""


def condition_words(text: str, codes: Codes | None = None) -> str:
    """A row condition in words; `codes` says what the codes of an element stand for.

    Raises `ExpressionError` for text outside the language of conditions.
    """
    return _words(parse(text), codes or {})


def _words(e: Expression, codes: Codes) -> str:
    match e:
        case And() | Or():
            word = "and" if isinstance(e, And) else "or"
            parts = [_inside(part, type(e), codes) for part in _chain(e, type(e))]
            return f" {word} ".join(parts)
        case Not(part=IsNull() as part):
            return _words(replace(part, negated=not part.negated), codes)
        case Not(part=part):
            return f"it is not so that ({_words(part, codes)})"
        case Compare():
            table = _COMPARE_DAYS if _is_day(e.left) or _is_day(e.right) else _COMPARE
            known = _codes(e.left, codes) or _codes(e.right, codes)
            return f"{_value(e.left, codes, known)} {table[e.operator]} {_value(e.right, codes, known)}"
        case In():
            known = _codes(e.value, codes)
            options = listed((_value(option, codes, known) for option in e.options), "or")
            return f"{_value(e.value, codes)} {'is none of' if e.negated else 'is one of'} {options}"
        case Between():
            verb = "is not between" if e.negated else "is between"
            ends = f"{_value(e.low, codes)} and {_value(e.high, codes)}"
            return f"{_value(e.value, codes)} {verb} {ends} (both included)"
        case IsNull():
            return f"{_value(e.value, codes)} {'is given' if e.negated else 'is not given'}"
    return _value(e, codes)


def _chain(e: Expression, kind: type[Expression]) -> tuple[Expression, ...]:
    """The parts of `a and b and c` in one row, for brackets stand only where `and` meets `or`."""
    if isinstance(e, And | Or) and isinstance(e, kind):
        return (*_chain(e.left, kind), *_chain(e.right, kind))
    return (e,)


def _inside(e: Expression, kind: type[Expression], codes: Codes) -> str:
    words = _words(e, codes)
    return f"({words})" if isinstance(e, And | Or) and not isinstance(e, kind) else words


def _codes(e: Expression, codes: Codes) -> Mapping[str, str]:
    return codes.get(e.name, {}) if isinstance(e, Name) else {}


def _value(e: Expression, codes: Codes, known: Mapping[str, str] | None = None) -> str:
    match e:
        case Name(name=name):
            return named(name)
        case Today():
            return "the day of the request"
        case Literal(value=value):
            return _literal(value, known or {})
        case Arithmetic(operator="+" | "-", right=Literal(value=int() as days_)) if _is_day(e.left):
            side = "after" if e.operator == "+" else "before"
            return f"{many(days_, 'day')} {side} {_value(e.left, codes)}"
        case Arithmetic():
            return f"({_value(e.left, codes)} {_SUM[e.operator]} {_value(e.right, codes)})"
    return f"({_words(e, codes)})"


def _literal(value: object, known: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    text = str(value)
    if _is_date(text):
        return day(date.fromisoformat(text))
    return f"‘{text}’ ({known[text]})" if known.get(text, text) != text else f"‘{text}’"


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.match(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_day(e: Expression) -> bool:
    match e:
        case Today():
            return True
        case Literal(value=value):
            return isinstance(value, date) or (isinstance(value, str) and _is_date(value))
        case Arithmetic():
            return _is_day(e.left) and isinstance(e.right, Literal) and isinstance(e.right.value, int)
    return False
