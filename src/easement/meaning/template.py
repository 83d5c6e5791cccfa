"""SQL written once as text by us, with places for expressions: nothing a user wrote is ever pasted into it."""

from functools import lru_cache
from typing import cast

from sqlglot import exp, parse_one

__all__ = ["column", "enclosed", "fill", "number", "text"]

_WHOLE = (exp.Column, exp.Literal, exp.Func, exp.Cast, exp.Paren, exp.Case, exp.Null, exp.Boolean, exp.Array)


@lru_cache(maxsize=512)
def _template(sql: str) -> exp.Expr:
    parsed = parse_one(sql, dialect="duckdb")
    for node in parsed.walk():
        node.meta.clear()  # where in the text each word stood, which every copy would copy
    return parsed


def fill(sql: str, **parts: exp.Expr) -> exp.Expr:
    """A constant of ours, `upper(:x)`, with an expression in each place: the parts themselves, never changed after.

    What stands in several places is one object there. To copy it would copy all within it at each layer, which took
    most of the time of a lookup; whoever writes the whole as text copies it once.
    """
    whole = _template(sql).copy()
    if isinstance(whole, exp.Placeholder):
        return enclosed(parts[str(whole.this)])
    for place in list(whole.find_all(exp.Placeholder)):
        place.replace(enclosed(parts[str(place.this)]))
    return whole


def enclosed(part: exp.Expr) -> exp.Expr:
    """What can stand beside any operator: the part in brackets, unless it is whole by itself."""
    joined = isinstance(part, exp.Binary) or not isinstance(part, _WHOLE)
    return exp.Paren(this=part) if joined else part


def column(name: str) -> exp.Column:
    """A column by its name, always quoted."""
    return exp.column(exp.to_identifier(name, quoted=True))


def text(value: str) -> exp.Literal:
    """A piece of text as a literal, escaped by the SQL writer."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """A whole number as a literal."""
    return cast("exp.Expr", exp.Literal.number(value))
