"""An expression back to text, with no bracket that is not needed."""

import re
from datetime import date
from decimal import Decimal

from easement.meaning.parser import RESERVED
from easement.meaning.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Expression,
    In,
    IsNull,
    Literal,
    Name,
    Not,
    Or,
    Today,
    Value,
)

__all__ = ["write"]

_OR, _AND, _NOT, _PREDICATE, _SUM, _PRODUCT, _VALUE = range(7)


def write(expression: Expression) -> str:
    """An expression as text that parses back to it."""
    e = expression
    match e:
        case Literal(value=value):
            return _literal(value)
        case Name(name=name):
            plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in RESERVED
            return name if plain else '"' + name.replace('"', '""') + '"'
        case Today():
            return "today()"
        case Call():
            return f"{e.function}({', '.join(write(a) for a in e.arguments)})"
        case Not(part=part):
            return f"not {_within(part, _NOT)}"
        case IsNull():
            return f"{_within(e.value, _SUM)} is {'not ' if e.negated else ''}null"
        case In():
            options = ", ".join(write(option) for option in e.options)
            return f"{_within(e.value, _SUM)} {'not ' if e.negated else ''}in ({options})"
        case Between():
            low, high = _within(e.low, _SUM), _within(e.high, _SUM)
            return f"{_within(e.value, _SUM)} {'not ' if e.negated else ''}between {low} and {high}"
        case Compare():
            return f"{_within(e.left, _SUM)} {e.operator} {_within(e.right, _SUM)}"
        case And() | Or() | Arithmetic():
            level = _level(e)
            word = e.operator if isinstance(e, Arithmetic) else "and" if isinstance(e, And) else "or"
            return f"{_within(e.left, level)} {word} {_within(e.right, level + 1)}"


def _within(part: Expression, level: int) -> str:
    return write(part) if _level(part) >= level else f"({write(part)})"


def _level(e: Expression) -> int:
    match e:
        case Or():
            return _OR
        case And():
            return _AND
        case Not():
            return _NOT
        case Compare() | In() | Between() | IsNull():
            return _PREDICATE
        case Arithmetic():
            return _SUM if e.operator in "+-" else _PRODUCT
        case _:
            return _VALUE


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case date():
            return f"'{value.isoformat()}'"
        case float():
            return f"{Decimal(repr(value)):f}"
        case _:
            return str(value)
