"""The small language of conditions and mappings: parsed whole, every node from a closed list, never passed on as text.

    award in ('UC', 'IS') and net_monthly_earnings <= 616.67
    date_of_birth between '2008-09-01' and today() and not (postcode is null)

A condition speaks of a standard's elements, a mapping of a table's columns. The grammar has comparison, `in`,
`between`, `is null`, `and`, `or`, `not`, arithmetic on numbers and dates, `today()`, and the functions a caller
allows by name. It has no way to write a subquery, a file, a cast or a comment, so there is nothing to filter out.

Truth has three values, as in SQL: a comparison with an absent value is neither true nor false, and a row is taken
only where the whole condition is true. `evaluate` is the meaning; `meaning.sql` compiles to it; the tests hold the
two together on every engine.
"""

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from easement.base.errors import EasementError

__all__ = [
    "And",
    "Arithmetic",
    "Between",
    "Call",
    "Compare",
    "Expression",
    "ExpressionError",
    "In",
    "IsNull",
    "Literal",
    "Name",
    "Not",
    "Or",
    "Today",
    "Type",
    "evaluate",
    "names",
    "parse",
    "typed",
    "write",
]

MAX_LENGTH = 4_000
"""Longest expression, in characters: the longest real condition met had 600."""

MAX_DEPTH = 32
"""Deepest nesting, so that no expression can exhaust the stack of whoever walks it."""


class Type(StrEnum):
    """What kind of value an element or expression holds; `code` is text from a closed list."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    CODE = "code"


class ExpressionError(EasementError):
    """An expression that is not in the language; `at` is the position of the offence, from 0."""

    exit_code = 11

    def __init__(self, what: str, *, at: int, remedy: str = "", text: str = "") -> None:
        super().__init__(what, where=f"character {at + 1}", remedy=remedy)
        self.at = at
        self.text = text


Value = str | int | float | date | bool | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out."""

    value: Value
    at: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """An element of the standard, or a column of the table."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the decision; passed in, never read from a clock."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function the caller allowed by name."""

    function: str
    arguments: "tuple[Expression, ...]"
    at: int = 0


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`+ - * /` on numbers; date - date in days; date + or - days."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    """`= != < <= > >=` of two values of one kind."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: int = 0


@dataclass(frozen=True, slots=True)
class In:
    """Membership of a written-out list."""

    value: "Expression"
    options: tuple[Literal, ...]
    negated: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Between:
    """Low and high both included."""

    value: "Expression"
    low: "Expression"
    high: "Expression"
    negated: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether a value is absent."""

    value: "Expression"
    negated: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: "Expression"
    at: int = 0


@dataclass(frozen=True, slots=True)
class And:
    """True where both are; false where either is."""

    left: "Expression"
    right: "Expression"
    at: int = 0


@dataclass(frozen=True, slots=True)
class Or:
    """True where either is; false where both are."""

    left: "Expression"
    right: "Expression"
    at: int = 0


Expression = Literal | Name | Today | Call | Arithmetic | Compare | In | Between | IsNull | Not | And | Or

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<text>'(?:[^']|'')*')
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<quoted>"(?:[^"]|"")+")
    |(?P<sign><=|>=|<>|!=|[-+*/=<>(),])""",
    re.VERBOSE,
)
_RESERVED = frozenset(["and", "or", "not", "in", "between", "is", "null", "true", "false"])


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str, *, functions: Set[str] = frozenset()) -> Expression:
    """Read an expression; `functions` are the names that may be called besides `today`.

    Raises `ExpressionError` with the position of the first thing that is not in the language.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH:,} characters", at=MAX_LENGTH, remedy="split it", text=text)
    return _Parser(text, functions).whole()


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            mend = "close the text with `'`" if text[at] == "'" else "only names, values and comparisons may stand here"
            raise ExpressionError(f"`{text[at]}` is not part of the language", at=at, remedy=mend, text=text)
        kind = str(match.lastgroup)
        found = match.group()
        if kind == "word" and found.lower() in _RESERVED:
            tokens.append(_Token("reserved", found.lower(), at))
        elif kind != "space":
            tokens.append(_Token(kind, found, at))
        at = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


class _Parser:
    """Precedence climbing over the tokens; each method is one line of the grammar."""

    def __init__(self, text: str, functions: Set[str]) -> None:
        self.text, self.functions = text, functions
        self.tokens, self.position, self.depth = _tokens(text), 0, 0

    def whole(self) -> Expression:
        expression = self.either()
        if self.token.kind != "end":
            self.fail(f"`{self.token.text}` is not expected here", "join conditions with `and` or `or`")
        return expression

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def fail(self, what: str, mend: str = "", at: int | None = None) -> NoReturn:
        raise ExpressionError(what, at=self.token.at if at is None else at, remedy=mend, text=self.text)

    def take(self, *texts: str) -> _Token | None:
        token = self.token
        if token.kind in ("sign", "reserved") and token.text in texts:
            self.position += 1
            return token
        return None

    def need(self, text: str) -> _Token:
        token = self.take(text)
        if token is None:
            found = f"`{self.token.text}`" if self.token.kind != "end" else "the end"
            self.fail(f"`{text}` is needed here, not {found}")
        return token

    def either(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels", "split it")
        left = self.both()
        while token := self.take("or"):
            left = Or(left, self.both(), token.at)
        self.depth -= 1
        return left

    def both(self) -> Expression:
        left = self.opposite()
        while token := self.take("and"):
            left = And(left, self.opposite(), token.at)
        return left

    def opposite(self) -> Expression:
        negations = []
        while token := self.take("not"):
            negations.append(token.at)
            if len(negations) > MAX_DEPTH:
                self.fail(f"nested deeper than {MAX_DEPTH} levels", "split it")
        part = self.predicate()
        for at in reversed(negations):
            part = Not(part, at)
        return part

    def predicate(self) -> Expression:
        left = self.sum()
        if token := self.take("=", "!=", "<>", "<", "<=", ">", ">="):
            return Compare("!=" if token.text == "<>" else token.text, left, self.sum(), token.at)
        if token := self.take("is"):
            negated = self.take("not") is not None
            self.need("null")
            return IsNull(left, negated, token.at)
        negated = self.take("not") is not None
        if token := self.take("in"):
            return In(left, self.options(), negated, token.at)
        if token := self.take("between"):
            low = self.sum()
            self.need("and")
            return Between(left, low, self.sum(), negated, token.at)
        if negated:
            self.fail("`in` or `between` is needed after `not` here")
        return left

    def options(self) -> tuple[Literal, ...]:
        self.need("(")
        options = [self.literal()]
        while self.take(","):
            options.append(self.literal())
        self.need(")")
        return tuple(options)

    def literal(self) -> Literal:
        value = self.unary()
        if not isinstance(value, Literal):
            self.fail("a list holds only written-out values", "write each value, text in single quotes", at=value.at)
        return value

    def sum(self) -> Expression:
        left = self.product()
        while token := self.take("+", "-"):
            left = Arithmetic(token.text, left, self.product(), token.at)
        return left

    def product(self) -> Expression:
        left = self.unary()
        while token := self.take("*", "/"):
            left = Arithmetic(token.text, left, self.unary(), token.at)
        return left

    def unary(self) -> Expression:
        if token := self.take("-"):
            value = self.unary_number(token)
            return Literal(-value, token.at)
        return self.primary()

    def unary_number(self, minus: _Token) -> int | float:
        if self.token.kind != "number":
            self.fail("`-` stands only before a number or between two values", at=minus.at)
        value = self.primary()
        assert isinstance(value, Literal)
        assert isinstance(value.value, int | float)
        return value.value

    def primary(self) -> Expression:
        token = self.token
        self.position += 1
        match token.kind:
            case "number" if len(token.text) > 15:
                self.fail(
                    "a number of more than 15 digits", "a number this long is an identifier: put it in quotes", token.at
                )
            case "number":
                return Literal(float(token.text) if "." in token.text else int(token.text), token.at)
            case "text":
                return Literal(token.text[1:-1].replace("''", "'"), token.at)
            case "quoted":
                return Name(token.text[1:-1].replace('""', '"'), token.at)
            case "reserved" if token.text in ("true", "false"):
                return Literal(token.text == "true", token.at)
            case "word" if self.take("("):
                return self.call(token)
            case "word":
                return Name(token.text, token.at)
            case "sign" if token.text == "(":
                inner = self.either()
                self.need(")")
                return inner
        self.position -= 1
        found = f"`{token.text}`" if token.kind != "end" else "the end"
        self.fail(f"a name or a value is needed here, not {found}")

    def call(self, token: _Token) -> Expression:
        name = token.text.lower()
        if name == "today":
            self.need(")")
            return Today(token.at)
        if name not in self.functions:
            allowed = ", ".join(f"`{known}`" for known in sorted({"today", *self.functions}))
            self.fail(f"`{token.text}` is not a function that may be used here", f"allowed: {allowed}", token.at)
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self.either())
            while self.take(","):
                arguments.append(self.either())
            self.need(")")
        return Call(name, tuple(arguments), token.at)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts directly inside an expression."""
    match expression:
        case Literal() | Name() | Today():
            return ()
        case Call(arguments=arguments):
            return arguments
        case In(value=value, options=options):
            return (value, *options)
        case Between(value=value, low=low, high=high):
            return (value, low, high)
        case IsNull(value=value):
            return (value,)
        case Not(part=part):
            return (part,)
        case Arithmetic() | Compare() | And() | Or():
            return (expression.left, expression.right)


def names(expression: Expression) -> frozenset[str]:
    """Every element or column that an expression reads."""
    own = frozenset({expression.name}) if isinstance(expression, Name) else frozenset[str]()
    return own.union(*(names(child) for child in children(expression)))


_NUMERIC = frozenset({Type.INTEGER, Type.NUMBER})
_TEXTUAL = frozenset({Type.TEXT, Type.CODE})


def typed(expression: Expression, types: Mapping[str, Type]) -> Expression:
    """A condition with every name known, every comparison of like with like, and dates read from text.

    Raises `ExpressionError` for an unknown name, a comparison of unlike kinds, a date that is none, and for an
    expression that is not a condition. Mapping expressions are typed by `meaning.mapping`, which knows functions.
    """
    result, kind = _typed(expression, types)
    if kind is not Type.BOOLEAN:
        raise ExpressionError(
            "this is a value, not a condition", at=expression.at, remedy="compare it with something: `award = 'UC'`"
        )
    return result


def _typed(e: Expression, types: Mapping[str, Type]) -> tuple[Expression, Type]:
    match e:
        case Literal(value=value):
            return e, _type_of(value)
        case Today():
            return e, Type.DATE
        case Name(name=name):
            if name not in types:
                known = ", ".join(f"`{known}`" for known in sorted(types))
                raise ExpressionError(f"`{name}` is not an element of the standard", at=e.at, remedy=f"it has {known}")
            return e, types[name]
        case Call():
            raise ExpressionError(f"`{e.function}` cannot be used in a condition", at=e.at)
        case Not(part=part):
            return replace(e, part=_condition(part, types)), Type.BOOLEAN
        case And() | Or():
            return replace(e, left=_condition(e.left, types), right=_condition(e.right, types)), Type.BOOLEAN
        case IsNull(value=value):
            return replace(e, value=_typed(value, types)[0]), Type.BOOLEAN
        case Compare():
            left, right = _alike(e, (e.left, e.right), types, ordered=e.operator not in ("=", "!="))
            return replace(e, left=left, right=right), Type.BOOLEAN
        case In():
            value, *options = _alike(e, (e.value, *e.options), types, ordered=False)
            return replace(e, value=value, options=tuple(o for o in options if isinstance(o, Literal))), Type.BOOLEAN
        case Between():
            value, low, high = _alike(e, (e.value, e.low, e.high), types, ordered=True)
            return replace(e, value=value, low=low, high=high), Type.BOOLEAN
        case Arithmetic():
            return _sum_typed(e, types)


def _condition(part: Expression, types: Mapping[str, Type]) -> Expression:
    result, kind = _typed(part, types)
    if kind is not Type.BOOLEAN:
        raise ExpressionError("a condition is needed here, not a value", at=part.at, remedy="compare it with something")
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


def _alike(
    e: Expression, parts: tuple[Expression, ...], types: Mapping[str, Type], *, ordered: bool
) -> list[Expression]:
    pairs = [_typed(part, types) for part in parts]
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


def _sum_typed(e: Arithmetic, types: Mapping[str, Type]) -> tuple[Expression, Type]:
    (left, a), (right, b) = _typed(e.left, types), _typed(e.right, types)
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


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def evaluate(expression: Expression, row: Mapping[str, Value], *, today: date) -> Value:
    """The value of a typed condition on one row; `None` is unknown or absent."""
    e = expression
    match e:
        case Literal(value=value):
            return value
        case Name(name=name):
            return row.get(name)
        case Today():
            return today
        case IsNull():
            return (evaluate(e.value, row, today=today) is None) is not e.negated
        case Not(part=part):
            return _not(evaluate(part, row, today=today))
        case And() | Or():
            sides = {evaluate(e.left, row, today=today), evaluate(e.right, row, today=today)}
            decisive = isinstance(e, Or)
            return decisive if decisive in sides else (None if None in sides else not decisive)
        case Compare():
            return _compare(e.operator, evaluate(e.left, row, today=today), evaluate(e.right, row, today=today))
        case In():
            value = evaluate(e.value, row, today=today)
            found = None if value is None else any(value == option.value for option in e.options)
            return _not(found) if e.negated else found
        case Between():
            value = evaluate(e.value, row, today=today)
            bounds = evaluate(e.low, row, today=today), evaluate(e.high, row, today=today)
            sides = {_compare(">=", value, bounds[0]), _compare("<=", value, bounds[1])}
            inside = False if False in sides else (None if None in sides else True)
            return _not(inside) if e.negated else inside
        case Arithmetic():
            return _calculate(e.operator, evaluate(e.left, row, today=today), evaluate(e.right, row, today=today))
        case Call():
            raise ExpressionError(f"`{e.function}` cannot be used in a condition", at=e.at)


def _not(value: Value) -> bool | None:
    return None if value is None else not value


def _compare(operator: str, left: Value, right: Value) -> bool | None:
    return None if left is None or right is None else _COMPARE[operator](left, right)


def _calculate(operator: str, left: Any, right: Any) -> Value:
    if left is None or right is None:
        return None
    if isinstance(left, date):
        if isinstance(right, date):
            return (left - right).days
        return left + timedelta(days=right if operator == "+" else -right)
    a, b = float(left), float(right)
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _:
            return a / b if b else None


def write(expression: Expression) -> str:
    """An expression as text that parses back to it, with every precedence spelled out."""
    e = expression
    match e:
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=str() as value):
            return "'" + value.replace("'", "''") + "'"
        case Literal(value=date() as value):
            return f"'{value.isoformat()}'"
        case Literal(value=value):
            return f"{value:f}" if isinstance(value, float) and "e" in repr(value) else repr(value)
        case Name(name=name):
            plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in _RESERVED
            return name if plain else '"' + name.replace('"', '""') + '"'
        case Today():
            return "today()"
        case Call():
            return f"{e.function}({', '.join(write(a) for a in e.arguments)})"
        case IsNull():
            return f"({write(e.value)} is {'not ' if e.negated else ''}null)"
        case Not(part=part):
            return f"(not {write(part)})"
        case And() | Or():
            return f"({write(e.left)} {'and' if isinstance(e, And) else 'or'} {write(e.right)})"
        case Compare() | Arithmetic():
            return f"({write(e.left)} {e.operator} {write(e.right)})"
        case In():
            options = ", ".join(write(option) for option in e.options)
            return f"({write(e.value)} {'not ' if e.negated else ''}in ({options}))"
        case Between():
            return f"({write(e.value)} {'not ' if e.negated else ''}between {write(e.low)} and {write(e.high)})"
