"""Typed conditions and the rows to hold them against, drawn so that edges are common."""

from datetime import date

from hypothesis import strategies as st

from easement.meaning.expression import (
    And,
    Arithmetic,
    Between,
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
)

TYPES = {
    "family_name": Type.TEXT,
    "award": Type.CODE,
    "net pay (£)": Type.NUMBER,
    "hours": Type.NUMBER,
    "children": Type.INTEGER,
    "born": Type.DATE,
    "award_start": Type.DATE,
    "registered": Type.BOOLEAN,
}
SQL_TYPES = {
    Type.TEXT: "VARCHAR", Type.CODE: "VARCHAR", Type.NUMBER: "DOUBLE", Type.INTEGER: "BIGINT", Type.DATE: "DATE",
    Type.BOOLEAN: "BOOLEAN",
}  # fmt: skip

words = st.sampled_from(["", "UC", "IS", "o'brien", "Zoë", "a", "uc", "UC ", "\\", "%", "''", "1", "2020-01-01"])
whole = st.one_of(st.integers(-3, 3), st.integers(-(10**15), 10**15))
numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.3, 616.67, 1e-7, 1e300, -1e300, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
)
days = st.one_of(
    st.sampled_from([date(1, 1, 1), date(9999, 12, 31), date(2008, 2, 29), date(2026, 11, 1)]),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
VALUES = {
    Type.TEXT: words, Type.CODE: words, Type.NUMBER: numbers, Type.INTEGER: whole, Type.DATE: days,
    Type.BOOLEAN: st.booleans(),
}  # fmt: skip

rows = st.fixed_dictionaries({name: st.none() | VALUES[kind] for name, kind in TYPES.items()})
written_numbers = st.one_of(
    st.integers(-1000, 1000), st.integers(0, 999_999_999_999_999), st.decimals(0, 10**6, places=3).map(float)
)


def _names(*kinds: Type) -> st.SearchStrategy[Expression]:
    return st.sampled_from([Name(name) for name, kind in TYPES.items() if kind in kinds])


text_literals = words.map(Literal)
day_literals = days.map(lambda day: Literal(day.isoformat()))
texts = _names(Type.TEXT, Type.CODE) | text_literals
_number_leaves = _names(Type.NUMBER, Type.INTEGER) | written_numbers.map(Literal)
_day_leaves = _names(Type.DATE) | st.just(Today())


def _sums(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner)


_moved_days = st.recursive(
    _day_leaves,
    lambda inner: st.builds(
        Arithmetic, st.sampled_from("+-"), inner, _names(Type.INTEGER) | st.integers(0, 10**9).map(Literal)
    ),
    max_leaves=3,
)
_between_days = st.builds(Arithmetic, st.just("-"), _moved_days, _moved_days)
number_values = st.recursive(_number_leaves | _between_days, _sums, max_leaves=5)


def _comparisons(values: st.SearchStrategy[Expression], literals: st.SearchStrategy[Expression]) -> st.SearchStrategy:
    sign = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    options = st.lists(literals, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Compare, sign, values, values),
        st.builds(In, values, options, st.booleans()),
        st.builds(Between, values, values, values, st.booleans()),
        st.builds(IsNull, values, st.booleans()),
    )


_dated = st.one_of(
    st.builds(Compare, st.sampled_from(["=", "!=", "<", ">="]), _moved_days, _moved_days | day_literals),
    st.builds(In, _moved_days, st.lists(day_literals, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Between, _moved_days, day_literals, _moved_days, st.booleans()),
    st.builds(IsNull, _moved_days, st.booleans()),
)
_leaves = st.one_of(
    _comparisons(texts, text_literals),
    _comparisons(number_values, written_numbers.map(Literal)),
    _dated,
    _names(Type.BOOLEAN),
    st.booleans().map(Literal),
)
conditions = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(And, inner, inner),
        st.builds(Or, inner, inner),
        st.builds(Not, inner),
        st.builds(Compare, st.sampled_from(["=", "!="]), inner, inner),
        st.builds(IsNull, inner, st.booleans()),
    ),
    max_leaves=8,
)
