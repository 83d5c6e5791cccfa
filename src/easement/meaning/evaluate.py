"""The meaning of a condition, one row at a time; every compiler is held to it by generated tests."""

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from easement.meaning.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Expression,
    ExpressionError,
    In,
    IsNull,
    Literal,
    Name,
    Not,
    Or,
    Today,
    Value,
)

__all__ = ["evaluate"]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(expression: Expression, row: Mapping[str, Value], *, today: date) -> Value:
    """The value of a typed condition on one row; `None` is unknown or absent.

    Inside it a number is a double, and a date that was calculated is its count of days from 0001-01-01.
    """
    e = expression
    match e:
        case Literal(value=value):
            return value
        case Name(name=name):
            return row.get(name)
        case Today():
            return today
        case IsNull():
            return (_operand(e.value, row, today) is None) is not e.negated
        case Not(part=part):
            return _not(evaluate(part, row, today=today))
        case And() | Or():
            sides = {evaluate(e.left, row, today=today), evaluate(e.right, row, today=today)}
            decisive = isinstance(e, Or)
            return decisive if decisive in sides else (None if None in sides else not decisive)
        case Compare():
            return _compare(e.operator, _operand(e.left, row, today), _operand(e.right, row, today))
        case In():
            value = _operand(e.value, row, today)
            found = None if value is None else any(_compare("=", value, option.value) for option in e.options)
            return _not(found) if e.negated else found
        case Between():
            value = _operand(e.value, row, today)
            low, high = _operand(e.low, row, today), _operand(e.high, row, today)
            sides = {_compare(">=", value, low), _compare("<=", value, high)}
            inside = False if False in sides else (None if None in sides else True)
            return _not(inside) if e.negated else inside
        case Arithmetic():
            return _calculate(e.operator, evaluate(e.left, row, today=today), evaluate(e.right, row, today=today))
        case Call():
            raise ExpressionError(f"`{e.function}` cannot be used in a condition", at=e.at)


def _operand(e: Expression, row: Mapping[str, Value], today: date) -> Value:
    """A side of a comparison: a calculation that ended in no number is absent."""
    value = evaluate(e, row, today=today)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _not(value: Value) -> bool | None:
    return None if value is None else not value


def _compare(sign: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, str | bool) or (isinstance(left, date) and isinstance(right, date)):
        return _COMPARE[sign](left, right)
    return _COMPARE[sign](_double(left), _double(right))


def _double(value: Any) -> float:
    return float(value.toordinal() if isinstance(value, date) else value)


def _calculate(sign: str, left: Value, right: Value) -> float | None:
    if left is None or right is None:
        return None
    a, b = _double(left), _double(right)
    match sign:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _:
            return a / b if b else None
