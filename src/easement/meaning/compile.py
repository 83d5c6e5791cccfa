"""Typed expressions into SQL, as objects: each node of the language has one form, and the tests hold it to `evaluate`.

Numbers are compared as doubles on every engine. A calculated date is its count of days, so that no engine's limits
show; a date worked out from `today()` alone is worked out here, and compared as a date, where an index can serve.
"""

import math
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import cast

from sqlglot import exp

from easement.meaning.evaluate import evaluate
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
    Type,
    children,
)
from easement.meaning.template import enclosed, text

__all__ = ["Calls", "compiled", "to_sql"]

Sql = exp.Expr
Calls = Callable[[Call, Callable[[Expression], Sql]], Sql]
"""How a caller compiles the functions that it allows; it is handed the way to compile their arguments."""

_COMPARE: Mapping[str, Callable[..., Sql]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
_CALCULATE: Mapping[str, Callable[..., Sql]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}
_FIRST_DAY, _LAST_DAY = date.min.toordinal(), date.max.toordinal()


def to_sql(expression: Expression, columns: Mapping[str, Sql], *, today: date) -> Sql:
    """A typed condition as SQL over `columns` (element to expression); `today` is written in as a literal."""
    return _Compiler(columns, today, _no_call).compile(expression)


def compiled(expression: Expression, columns: Mapping[str, Sql], calls: Calls) -> Sql:
    """A typed mapping expression as SQL; it has no `today()`."""
    return _Compiler(columns, date.min, calls).compile(expression)


def _no_call(call: Call, _recurse: Callable[[Expression], Sql]) -> Sql:
    raise AssertionError(f"`{call.function}` was let into a condition")


class _Compiler:
    def __init__(self, columns: Mapping[str, Sql], today: date, calls: Calls) -> None:
        self.columns, self.today, self.calls = columns, today, calls

    def compile(self, e: Expression) -> Sql:
        match e:
            case Literal() | Today():
                return _literal(evaluate(e, {}, today=self.today))
            case Name(name=name):
                return self.columns[name].copy()
            case Call():
                return self.calls(e, self.compile)
            case Not(part=part):
                return exp.Not(this=self._part(part))
            case And() | Or():
                return (exp.And if isinstance(e, And) else exp.Or)(
                    this=self._part(e.left), expression=self._part(e.right)
                )
            case IsNull(value=value):
                [operand] = self._operands(value)
                return _opposite(exp.Is(this=operand, expression=exp.Null()), e.negated)
            case Compare():
                left, right = self._operands(e.left, e.right)
                return _COMPARE[e.operator](this=left, expression=right)
            case In():
                member, *options = self._operands(e.value, *e.options)
                return _opposite(exp.In(this=member, expressions=options), e.negated)
            case Between():
                inner, low, high = self._operands(e.value, e.low, e.high)
                return _opposite(exp.Between(this=inner, low=low, high=high), e.negated)
            case Arithmetic():
                return self._double(e)

    def _part(self, e: Expression) -> Sql:
        return enclosed(self.compile(e))

    def _operands(self, *parts: Expression) -> list[Sql]:
        """Values that are compared, all brought to one kind."""
        folded = [self._folded(part) for part in parts]
        if any(_kind(part) in (Type.INTEGER, Type.NUMBER) for part in folded):
            return [self._finite(part) for part in folded]
        return [self._part(part) for part in folded]

    def _folded(self, e: Expression) -> Expression:
        """A calculation over no element, worked out; one that gives a day becomes that day again."""
        if not isinstance(e, Arithmetic) or not _is_constant(e):
            return e
        value = evaluate(e, {}, today=self.today)
        if not isinstance(value, float) or not math.isfinite(value):
            return Literal(None)
        is_day = _is_day(e) and _FIRST_DAY <= value <= _LAST_DAY
        return Literal(date.fromordinal(int(value)) if is_day else value)

    def _finite(self, e: Expression) -> Sql:
        """A double; a calculation that ends in no number is absent."""
        value = self._double(e)
        if not isinstance(e, Arithmetic):
            return value
        low, high = (_literal(sign * sys.float_info.max) for sign in (-1, 1))
        inside = exp.Between(this=enclosed(value), low=low, high=high)
        return exp.Case(ifs=[exp.If(this=inside, true=value)])

    def _double(self, e: Expression) -> Sql:
        if isinstance(e, Arithmetic):
            left, right = enclosed(self._double(e.left)), enclosed(self._double(e.right))
            if e.operator == "/":
                right = exp.Nullif(this=right, expression=_literal(0))
            return _CALCULATE[e.operator](this=left, expression=right)
        value = self._part(e)
        if _kind(e) is Type.DATE:
            start = _cast(exp.Literal.string("1970-01-01"), "DATE")
            count = exp.DateDiff(this=value, expression=start, unit=exp.var("DAY"))
            value = exp.Paren(this=exp.Add(this=count, expression=exp.Literal.number(date(1970, 1, 1).toordinal())))
        return _cast(value, "DOUBLE")


def _kind(e: Expression) -> Type | None:
    """What a value is compared as: a calculation, also of days, is a number unless it was folded."""
    match e:
        case Name(type=kind) | Call(type=kind):
            return kind
        case Arithmetic():
            return Type.NUMBER
        case Today() | Literal(value=date()):
            return Type.DATE
        case Literal(value=bool()):
            return Type.BOOLEAN
        case Literal(value=int() | float()):
            return Type.NUMBER
        case _:
            return None


def _is_day(e: Expression) -> bool:
    if isinstance(e, Arithmetic):
        return _is_day(e.left) and not _is_day(e.right)
    return _kind(e) is Type.DATE


def _is_constant(e: Expression) -> bool:
    return not isinstance(e, Name | Call) and all(_is_constant(child) for child in children(e))


def _opposite(condition: Sql, negated: bool) -> Sql:
    return exp.Not(this=exp.Paren(this=condition)) if negated else condition


def _literal(value: object) -> Sql:
    match value:
        case None:
            return exp.Null()
        case bool():
            return exp.Boolean(this=value)
        case str():
            return text(value)
        case date():
            return _cast(exp.Literal.string(value.isoformat()), "DATE")
        case _:
            return _cast(exp.Literal.number(repr(value)), "DOUBLE")


def _cast(value: exp.Expr, kind: str) -> Sql:
    return cast("exp.Expr", exp.Cast(this=value, to=exp.DataType.build(kind)))
