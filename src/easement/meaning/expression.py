"""The small language of conditions and mappings: parsed whole, every node from a closed list, never passed on as text.

    award in ('UC', 'IS') and net_monthly_earnings <= 616.67
    date_of_birth between '2008-09-01' and today() and not (postcode is null)

A condition speaks of a standard's elements, a mapping of a table's columns. The grammar has comparison, `in`,
`between`, `is null`, `and`, `or`, `not`, arithmetic on numbers and dates, `today()`, and the functions a caller
allows by name. It has no way to write a subquery, a file, a cast or a comment, so there is nothing to filter out.

Truth has three values, as in SQL: a comparison with an absent value is neither true nor false, and a row is taken
only where the whole condition is true. `evaluate` is the meaning; `meaning.sql` compiles to it; the tests hold the
two together on every engine.

Numbers are IEEE doubles and a date in a calculation is its count of days, so neither can overflow into an error: a
result that is no number is absent, like the quotient by nought.
"""

from easement.meaning.evaluate import evaluate
from easement.meaning.parser import parse
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
    children,
    names,
)
from easement.meaning.typed import typed, typed_value
from easement.meaning.write import write

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
    "evaluate",
    "names",
    "parse",
    "typed",
    "typed_value",
    "write",
]
