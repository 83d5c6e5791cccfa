"""What an expression holds: every name known, every comparison of like with like, dates read from text."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn

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
    Type,
    Value,
)

__all__ = ["typed", "typed_value"]

_NUMERIC = frozenset({Type.INTEGER, Type.NUMBER})
_TEXTUAL = frozenset({Type.TEXT, Type.CODE})


Calls = Callable[[Call, "Recurse"], tuple[Expression, Type]]
"""How a caller types the functions that it allows; it is handed the way to type their arguments."""

Recurse = Callable[[Expression], tuple[Expression, Type]]


def typed(expression: Expression, types: Mapping[str, Type]) -> Expression:
    """A condition with every name known, every comparison of like with like, and dates read from text.

    Raises `ExpressionError` for an unknown name, a comparison of unlike kinds, a date that is none, and for an
    expression that is not a condition. Mapping expressions are typed by `meaning.functions`.
    """
    return _condition(expression, _Typing(types, _no_call))


def typed_value(expression: Expression, types: Mapping[str, Type], calls: Calls) -> tuple[Expression, Type]:
    """An expression of any kind, typed, and the kind of value it yields; `calls` types each function met."""
    return _typed(expression, _Typing(types, calls))


def _no_call(call: Call, _recurse: Recurse) -> NoReturn:
    raise ExpressionError(f"`{call.function}` cannot be used in a condition", at=call.at)


@dataclass(frozen=True, slots=True)
class _Typing:
    types: Mapping[str, Type]
    calls: Calls


def _typed(e: Expression, known: _Typing) -> tuple[Expression, Type]:
    match e:
        case Literal(value=value):
            return e, _type_of(value)
        case Today():
            return e, Type.DATE
        case Name():
            return _name(e, known.types)
        case Call():
            return known.calls(e, lambda part: _typed(part, known))
        case Not(part=part):
            return replace(e, part=_condition(part, known)), Type.BOOLEAN
        case And() | Or():
            return replace(e, left=_condition(e.left, known), right=_condition(e.right, known)), Type.BOOLEAN
        case IsNull(value=value):
            return replace(e, value=_typed(value, known)[0]), Type.BOOLEAN
        case Compare():
            left, right = _alike(e, (e.left, e.right), known, ordered=e.operator not in ("=", "!="))
            return replace(e, left=left, right=right), Type.BOOLEAN
        case In():
            value, *options = _alike(e, (e.value, *e.options), known, ordered=False)
            return replace(e, value=value, options=tuple(o for o in options if isinstance(o, Literal))), Type.BOOLEAN
        case Between():
            value, low, high = _alike(e, (e.value, e.low, e.high), known, ordered=True)
            return replace(e, value=value, low=low, high=high), Type.BOOLEAN
        case Arithmetic():
            return _sum_typed(e, known)


def _name(e: Name, types: Mapping[str, Type]) -> tuple[Name, Type]:
    if e.name not in types:
        near = difflib.get_close_matches(e.name, types, n=1)
        known = ", ".join(f"`{name}`" for name in types)
        mend = f"did you mean `{near[0]}`?" if near else f"it has {known}"
        raise ExpressionError(f"`{e.name}` is not an element of the standard", at=e.at, remedy=mend)
    return replace(e, type=types[e.name]), types[e.name]


def _condition(part: Expression, known: _Typing) -> Expression:
    result, kind = _typed(part, known)
    if kind is not Type.BOOLEAN:
        raise ExpressionError(
            "a condition is needed here, not a value", at=part.at, remedy="compare it with something: `award = 'UC'`"
        )
    return result


def _type_of(value: Value) -> Type:
    match value:
        case bool():
            return Type.BOOLEAN
        case int():
            return Type.INTEGER
        case float():
            return Type.NUMBER
        case date():
            return Type.DATE
        case _:
            return Type.TEXT


def _alike(e: Expression, parts: tuple[Expression, ...], known: _Typing, *, ordered: bool) -> list[Expression]:
    pairs = [_typed(part, known) for part in parts]
    if any(kind is Type.DATE for _, kind in pairs):
        pairs = [(_as_date(part), Type.DATE) if kind is Type.TEXT else (part, kind) for part, kind in pairs]
    kinds = {kind for _, kind in pairs}
    if not (kinds <= _NUMERIC or kinds <= _TEXTUAL or len(kinds) == 1):
        raise ExpressionError(
            f"{' and '.join(sorted(kinds))} cannot be compared",
            at=e.at,
            remedy="compare like with like; text stands in single quotes, numbers without",
        )
    if ordered and kinds == {Type.BOOLEAN}:
        raise ExpressionError("true and false have no order", at=e.at, remedy="use `=` or `!=`")
    return [part for part, _ in pairs]


def _as_date(part: Expression) -> Expression:
    if not isinstance(part, Literal):
        raise ExpressionError("text cannot be compared with a date", at=part.at, remedy="map the element to a date")
    try:
        return replace(part, value=date.fromisoformat(str(part.value)))
    except ValueError:
        raise ExpressionError(
            f"`{part.value}` is not a date", at=part.at, remedy="write it as `'2026-09-01'`"
        ) from None


def _sum_typed(e: Arithmetic, known: _Typing) -> tuple[Expression, Type]:
    (left, a), (right, b) = _typed(e.left, known), _typed(e.right, known)
    result = replace(e, left=left, right=right)
    if a in _NUMERIC and b in _NUMERIC:
        return result, Type.NUMBER
    if e.operator == "-" and a is b is Type.DATE:
        return result, Type.INTEGER
    if e.operator in "+-" and a is Type.DATE and b is Type.INTEGER:
        return result, Type.DATE
    raise ExpressionError(
        f"`{e.operator}` cannot be used on {a} and {b}",
        at=e.at,
        remedy="use numbers, the difference of two dates, or a date and whole days",
    )
