"""What an expression is made of: a closed list of nodes, each remembering where it stood in the text."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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
    "Value",
    "children",
    "names",
]


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
"""What an expression can yield; `None` is unknown, as in SQL."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out."""

    value: Value
    at: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """An element of the standard, or a column of the table; `typed` fills in what it holds."""

    name: str
    at: int = 0
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the decision; passed in, never read from a clock."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function the caller allowed by name; typing fills in what it yields."""

    function: str
    arguments: "tuple[Expression, ...]"
    at: int = 0
    type: Type | None = None


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
"""Every node there is; nothing else can stand in a condition or a mapping."""


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
