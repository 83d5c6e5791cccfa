"""SQL written once as text by us, with places for expressions: nothing a user wrote is ever pasted into it."""

from functools import lru_cache
from typing import cast

from sqlglot import exp, parse_one

__all__ = ["column", "enclosed", "fill", "number", "text"]

_WHOLE = (exp.Column, exp.Literal, exp.Func, exp.Cast, exp.Paren, exp.Case, exp.Null, exp.Boolean, exp.Array)


@lru_cache(maxsize=512)
def _template(sql: str) -> exp.Expr:
    return parse_one(sql, dialect="duckdb")


def fill(sql: str, **parts: exp.Expr) -> exp.Expr:
    """A copy of a constant of ours, `upper(:x)`, with an expression in each place."""

    def place(node: exp.Expr) -> exp.Expr:
        return enclosed(parts[str(node.this)]) if isinstance(node, exp.Placeholder) else node

    return _template(sql).transform(place)


def enclosed(part: exp.Expr) -> exp.Expr:
    """A copy that can stand beside any operator: in brackets, unless it is whole by itself."""
    joined = isinstance(part, exp.Binary) or not isinstance(part, _WHOLE)
    return exp.Paren(this=part.copy()) if joined else part.copy()


def column(name: str) -> exp.Column:
    """A column by its name, always quoted."""
    return exp.column(exp.to_identifier(name, quoted=True))


def text(value: str) -> exp.Literal:
    """A piece of text as a literal, escaped by the SQL writer."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """A whole number as a literal."""
    return cast("exp.Expr", exp.Literal.number(value))
