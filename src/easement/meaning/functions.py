"""The closed list of functions that a mapping may use: what each takes and yields, in words and in SQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NoReturn

from sqlglot import exp

from easement.meaning.compile import compiled
from easement.meaning.convert import to_day, to_double
from easement.meaning.dates import DateFormatError, strptime_formats
from easement.meaning.syntax import Call, Expression, ExpressionError, Literal, Today, Type, children, names
from easement.meaning.template import fill
from easement.meaning.typed import Recurse, typed_value

__all__ = ["FUNCTIONS", "Function", "Takes", "column_sql", "typed_column"]

Sql = exp.Expr


class Takes(StrEnum):
    """What an argument may be."""

    TEXT = "text"
    COUNT = "a whole number from 1"
    FORMAT = "a way to write dates, such as 'dd/mm/yyyy'"
    CONDITION = "a condition"
    SAME = "a value like the others"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its arguments, what it yields (`None`: what it was given), what it does, and its SQL.

    With `more`, the last argument may be given several times. `sql` gets the arguments in order; counts and formats
    arrive as literals.
    """

    name: str
    takes: tuple[Takes, ...]
    yields: Type | None
    does: str
    sql: Callable[..., Sql]
    more: bool = False


_T, _N = Takes.TEXT, Takes.COUNT


def _template(sql: str) -> Callable[..., Sql]:
    """A function whose SQL is one template with the places `:a`, `:b` and `:c`."""
    return lambda *given: fill(sql, **dict(zip("abc", given, strict=False)))


def _text(name: str, takes: tuple[Takes, ...], does: str, sql: str) -> Function:
    return Function(name, takes, Type.TEXT, does, _template(sql))


def _formatted(value: Sql, *formats: Sql) -> Sql:
    return to_day(value, strptime_formats(str(form.this) for form in formats))


def _joined(*given: Sql) -> Sql:
    return fill("nullif(:joined, '')", joined=_anonymous("concat", given))


def _first(*given: Sql) -> Sql:
    return _anonymous("coalesce", given)


def _anonymous(name: str, given: Sequence[Sql]) -> Sql:
    return exp.Anonymous(this=name, expressions=[part.copy() for part in given])


_BARE = "upper(replace(:a, ' ', ''))"
_SPACED = f"nullif(trim(left({_BARE}, -3) || ' ' || right({_BARE}, 3)), '')"

_ALL = (
    _text("upper", (_T,), "in capital letters", "upper(:a)"),
    _text("lower", (_T,), "in small letters", "lower(:a)"),
    _text("trim", (_T,), "without spaces around it; nothing left is absent", "nullif(trim(:a), '')"),
    _text("replace", (_T, _T, _T), "with each occurrence of the second as the third", "replace(:a, :b, :c)"),
    _text("substring", (_T, _N, _N), "from a position, so many characters", "nullif(substring(:a, :b, :c), '')"),
    _text("split_part", (_T, _T, _N), "that part of it, split at the second", "nullif(split_part(:a, :b, :c), '')"),
    _text("left", (_T, _N), "its first characters", "nullif(left(:a, :b), '')"),
    _text("right", (_T, _N), "its last characters", "nullif(right(:a, :b), '')"),
    _text("postcode", (_T,), "in capitals, with one space before the last three", _SPACED),
    Function("concat", (_T, _T), Type.TEXT, "one after the other; what is absent is left out", _joined, more=True),
    Function("number", (_T,), Type.NUMBER, "read as a number", to_double),
    Function("date", (_T, Takes.FORMAT), Type.DATE, "read as a date in one of the formats", _formatted, more=True),
    Function("coalesce", (Takes.SAME, Takes.SAME), None, "the first that is not absent", _first, more=True),
    Function(
        "if",
        (Takes.CONDITION, Takes.SAME, Takes.SAME),
        None,
        "the second where the condition holds, else the third",
        _template("case when :a then :b else :c end"),
    ),
)

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _ALL}
"""Every function by its name; there is no other."""


def typed_column(expression: Expression) -> tuple[Expression, Type]:
    """A mapping expression with every call checked, and what it yields; columns are read as text.

    Raises `ExpressionError` with the position of the first argument that is not what its function takes.
    """
    _refuse_today(expression)
    return typed_value(expression, dict.fromkeys(names(expression), Type.TEXT), _typed_call)


def column_sql(expression: Expression, columns: Mapping[str, Sql]) -> Sql:
    """A mapping expression, as `typed_column` gave it, over the columns as text."""
    return compiled(expression, columns, _call_sql)


def _refuse_today(expression: Expression) -> None:
    if isinstance(expression, Today):
        raise ExpressionError(
            "`today()` cannot be used in a mapping", at=expression.at, remedy="a table maps the same way every day"
        )
    for child in children(expression):
        _refuse_today(child)


def _typed_call(call: Call, recurse: Recurse) -> tuple[Expression, Type]:
    function = FUNCTIONS[call.function]
    wanted = _wanted(function, call)
    pairs = [recurse(argument) for argument in call.arguments]
    for (argument, kind), takes in zip(pairs, wanted, strict=True):
        _hold(argument, kind, takes, call)
    same = {_broad(kind) for (_, kind), takes in zip(pairs, wanted, strict=True) if takes is Takes.SAME}
    if len(same) > 1:
        _fail(call, call, f"`{call.function}` needs values of one kind, not {' and '.join(sorted(same))}")
    yields = function.yields or _broad(pairs[-1][1])
    return replace(call, arguments=tuple(argument for argument, _ in pairs), type=yields), yields


def _wanted(function: Function, call: Call) -> tuple[Takes, ...]:
    extra = len(call.arguments) - len(function.takes)
    if extra < 0 or (extra > 0 and not function.more):
        least = f"at least {len(function.takes)}" if function.more else str(len(function.takes))
        _fail(call, call, f"`{call.function}` takes {least} values, not {len(call.arguments)}")
    return (*function.takes, *function.takes[-1:] * extra)


def _hold(argument: Expression, kind: Type, takes: Takes, call: Call) -> None:
    written = argument.value if isinstance(argument, Literal) else None
    match takes:
        case Takes.TEXT:
            right = kind is Type.TEXT
        case Takes.COUNT:
            right = isinstance(written, int) and not isinstance(written, bool) and 1 <= written <= 10_000
        case Takes.FORMAT:
            right = isinstance(written, str)
            _hold_format(argument, written)
        case Takes.CONDITION:
            right = kind is Type.BOOLEAN
        case Takes.SAME:
            right = True
    if not right:
        _fail(call, argument, f"`{call.function}` needs {takes.value} here")


def _hold_format(argument: Expression, written: object) -> None:
    try:
        strptime_formats([str(written)])
    except DateFormatError as error:
        what, _, mend = str(error).partition("\n")
        raise ExpressionError(what, at=argument.at, remedy=mend) from None


def _fail(call: Call, at: Expression, what: str) -> NoReturn:
    function = FUNCTIONS[call.function]
    takes = ", ".join(function.takes) + (", …" if function.more else "")
    raise ExpressionError(what, at=at.at, remedy=f"`{function.name}({takes})`: {function.does}")


def _broad(kind: Type) -> Type:
    return {Type.INTEGER: Type.NUMBER, Type.CODE: Type.TEXT}.get(kind, kind)


def _call_sql(call: Call, recurse: Callable[[Expression], Sql]) -> Sql:
    function = FUNCTIONS[call.function]
    wanted = _wanted(function, call)
    plain = [
        exp.convert(argument.value) if takes is Takes.COUNT and isinstance(argument, Literal) else recurse(argument)
        for argument, takes in zip(call.arguments, wanted, strict=True)
    ]
    return function.sql(*plain)
