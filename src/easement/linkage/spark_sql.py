"""Queries of ours as Spark reads them: each is written once, for DuckDB; what Spark does otherwise is rewritten here.

Only what is known to mean the same is let through. A function that is not listed is refused, for Spark has many that
share a name and differ in what they give. In queries of ours `len` counts lists and `length` counts text.
"""

from collections.abc import Callable, Mapping

from sqlglot import ErrorLevel, exp, parse_one
from sqlglot.dialects.duckdb import DuckDB

from easement.base.errors import UsageError
from easement.linkage.spark_dates import day_read

__all__ = ["NEW_FUNCTIONS", "in_spark", "read", "written"]

NEW_FUNCTIONS = {
    "jarowinkler_similarity": "easement_likeness",
    "damerau_levenshtein": "easement_slips",
    "strip_accents": "easement_bare",
    "lower": "easement_lower",
    "upper": "easement_upper",
}
"""What Spark lacks or does otherwise, by what SQLGlot calls it, and what it is called once `linkage.spark` adds it."""

Sql = exp.Expr

_SAME: tuple[type[Sql], ...] = (
    exp.Abs, exp.Array, exp.ArrayContains, exp.ArrayDistinct, exp.ArrayFilter, exp.ArrayMax, exp.ArraySize,
    exp.ArraySort, exp.ArrayToString, exp.Avg, exp.Case, exp.Cast, exp.Coalesce, exp.Connector, exp.Count, exp.Day,
    exp.Exists, exp.Exp, exp.Floor, exp.Greatest, exp.If, exp.Least, exp.Left, exp.Length, exp.Ln, exp.Log, exp.Max,
    exp.Min, exp.Month, exp.NthValue, exp.Nullif, exp.Pow, exp.RegexpExtract, exp.RegexpLike, exp.Replace, exp.Right,
    exp.RowNumber, exp.Split, exp.SplitPart, exp.StartsWith, exp.StrPosition, exp.Substring, exp.Sum, exp.TimeToStr,
    exp.Transform, exp.Translate, exp.Trim, exp.TryCast, exp.Year, exp.Anonymous,
)  # fmt: skip
"""Functions that SQLGlot writes so that Spark gives what DuckDB does, for all that queries of ours give them."""


class Reader(DuckDB):
    """DuckDB's SQL with the length of a list told from that of a text, which SQLGlot takes for one."""

    class Parser(DuckDB.Parser):  # type: ignore[misc, valid-type]
        """What `len` is read as."""

        FUNCTIONS = DuckDB.Parser.FUNCTIONS | {"LEN": exp.ArraySize.from_arg_list}


def read(sql: str) -> Sql:
    """One statement of ours, parsed."""
    return parse_one(sql, dialect=Reader)


def in_spark(sql: str) -> str:
    """A query or condition of ours in Spark's SQL; raises `UsageError` for what Spark is not known to do the same."""
    return written(read(sql))


def written(expression: Sql) -> str:
    """The same of what is parsed already."""
    whole = exp.Tuple(expressions=[expression.copy()])
    for node in reversed(list(whole.walk(bfs=True))):
        change = _CHANGES.get(type(node))
        if change is not None and (changed := change(node)) is not node:
            node.replace(changed)
    return str(whole.expressions[0].sql(dialect="spark", unsupported_level=ErrorLevel.RAISE))


def _call(name: str, *parts: Sql | int) -> Sql:
    given = [part.copy() if isinstance(part, exp.Expr) else exp.Literal.number(part) for part in parts]
    return exp.Anonymous(this=name, expressions=given)


def _refused(what: str) -> UsageError:
    remedy = "match on DuckDB, where everything works: easement link score; or write the mapping without it"
    return UsageError(f"`{what}` is not known to give the same on Spark", remedy=remedy)


def _whole(node: Sql) -> int | None:
    """A whole number written as such, or nothing."""
    sign, number = (-1, node.this) if isinstance(node, exp.Neg) else (1, node)
    return sign * int(number.this) if isinstance(number, exp.Literal) and number.this.isdecimal() else None


def _anonymous(node: Sql) -> Sql:
    name, given = str(node.this).lower(), node.expressions
    match name:
        case "hash":
            return _call("xxhash64", *given)
        case "strlen":
            return _call("octet_length", *given)
        case "try_strptime":
            return day_read(given[0], [form.this for form in given[1].expressions])
        case "strip_accents":
            return _call(NEW_FUNCTIONS[name], *given)
        case "damerau_levenshtein":
            return _call(NEW_FUNCTIONS[name], *given)
    raise _refused(name)


def _at(node: Sql) -> Sql:
    """An element by its place from 1, from the end by a negative one, or a slice."""
    [place] = node.expressions
    if isinstance(place, exp.Slice):
        return _slice(node.this, place)
    number = _whole(place)
    if number is None:
        raise _refused("a place in a list that is worked out")
    return _call("try_element_at", node.this, number + 1)  # SQLGlot counts from 0


def _slice(values: Sql, place: exp.Slice) -> Sql:
    first = 1 if place.this is None else _whole(place.this)
    last = -1 if place.expression is None else _whole(place.expression)
    if first is None or last is None or first < 1 or last > -1:
        raise _refused("a part of a list that is worked out")
    many = exp.Add(this=exp.ArraySize(this=values.copy()), expression=exp.Literal.number(last + 2 - first))
    return _call("slice", values, first, exp.Greatest(this=many, expressions=[exp.Literal.number(0)]))


def _overlap(node: Sql) -> Sql:
    """Whether two lists share a value; what is missing in a list is no value, as in DuckDB."""
    absent = exp.Or(this=exp.Is(this=node.this.copy(), expression=exp.null()),
                    expression=exp.Is(this=node.expression.copy(), expression=exp.null()))  # fmt: skip
    met = [exp.If(this=_call("arrays_overlap", node.this, node.expression), true=exp.true()),
           exp.If(this=absent, true=exp.null())]  # fmt: skip
    return exp.Case(ifs=met, default=exp.false())


def _pattern(node: Sql, form: str = "{}") -> Sql:
    """A pattern that both engines read alike, with what cannot be written in a query as its number."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise _refused("a pattern that is worked out")
    plain = "".join(sign if sign >= " " else f"\\x{ord(sign):02x}" for sign in node.this)
    return exp.Literal.string(form.format(plain))


def _matches(node: Sql) -> Sql:
    form = "^(?:{})\\z" if isinstance(node, exp.RegexpFullMatch) else "{}"
    if node.args.get("flag") or node.args.get("options"):
        raise _refused("a pattern with options")
    return exp.RegexpLike(this=node.this.copy(), expression=_pattern(node.expression, form))


def _replaced(node: Sql) -> Sql:
    """DuckDB replaces the first match unless told otherwise, Spark all of them: at the beginning there is but one."""
    pattern, put = _pattern(node.expression), node.args["replacement"]
    every = node.args.get("modifiers")
    if not ((every is not None and every.this == "g") or (every is None and pattern.this.startswith("^"))):
        raise _refused("regexp_replace of the first match")
    if not isinstance(put, exp.Literal) or set(put.this) & {"$", "\\"}:
        raise _refused("regexp_replace by parts of the match")
    return _call("regexp_replace", node.this, pattern, put)


def _windowed(node: Sql) -> Sql:
    """Spark numbers no rows without an order, and counts no distinct values in a window."""
    inner = node.this
    if isinstance(inner, exp.RowNumber) and not (node.args.get("order") or node.args.get("partition_by")):
        return exp.Add(this=_call("monotonically_increasing_id"), expression=exp.Literal.number(1))
    if isinstance(inner, exp.Count) and isinstance(inner.this, exp.Distinct):
        window = node.copy()
        window.set("this", _call("collect_set", inner.this.expressions[0]))
        return _call("size", window)
    return node


def _not(node: Sql) -> Sql:
    """No row among those of a query, so that Spark may join: a row's number is never missing."""
    inside = node.this.unnest()
    query = inside.args.get("query") if isinstance(inside, exp.In) else None
    if query is None or not inside.this.name.endswith("_row"):
        return node
    rows = query.unnest()
    named = exp.alias_(exp.column(rows.selects[0].alias_or_name), "easement_there")
    there = exp.select(named).from_(rows.subquery("easement_rows"))
    same = exp.column("easement_there").eq(inside.this.copy())
    return exp.Not(this=exp.Exists(this=exp.select(exp.Literal.number(1)).from_(there.subquery("t")).where(same)))


def _number(node: Sql) -> Sql:
    """Spark takes what has a point for a decimal, and rounds what is worked out of it."""
    pointed = not node.is_string and "." in node.this and "e" not in node.this.lower()
    return exp.Literal.number(f"{node.this}D") if pointed else node


def _left(node: Sql) -> Sql:
    number = _whole(node.expression)
    if number is None or number >= 0:
        return node
    rest = exp.Add(this=exp.Length(this=node.this.copy()), expression=exp.Literal.number(number))
    return exp.Left(this=node.this.copy(), expression=exp.Greatest(this=rest, expressions=[exp.Literal.number(0)]))


def _added(node: Sql) -> Sql:
    given = [part for part in (node.this, node.args.get("expression")) if part is not None]
    return _call(NEW_FUNCTIONS[_name(node)], *given)


def _together(node: Sql) -> Sql:
    """What is missing is left out, as DuckDB does."""
    return _call("concat_ws", *([exp.Literal.string("")] if isinstance(node, exp.Concat) else []), *node.expressions)


def _name(node: Sql) -> str:
    return node.sql_name().lower() if isinstance(node, exp.Func) else ""


def _checked(node: Sql) -> Sql:
    raise _refused(_name(node))


_CHANGES: Mapping[type[Sql], Callable[[Sql], Sql]] = {
    kind: _checked for kind in exp.ALL_FUNCTIONS if not issubclass(kind, _SAME)
} | {
    exp.Anonymous: _anonymous,
    exp.ArrayOverlaps: _overlap,
    exp.Bracket: _at,
    exp.Concat: _together,
    exp.ConcatWs: _together,
    exp.JarowinklerSimilarity: _added,
    exp.Left: _left,
    exp.Literal: _number,
    exp.Lower: _added,
    exp.Not: _not,
    exp.RegexpFullMatch: _matches,
    exp.RegexpLike: _matches,
    exp.RegexpReplace: _replaced,
    exp.Upper: _added,
    exp.Window: _windowed,
}
