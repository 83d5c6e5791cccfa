"""R4.2, design 5: conditions are read whole, mean one thing, and nothing outside the language gets through."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from easement.meaning.expression import (
    Arithmetic,
    Compare,
    Expression,
    ExpressionError,
    Literal,
    Name,
    Type,
    Value,
    evaluate,
    names,
    parse,
    typed,
    write,
)
from easement.meaning.sql import to_sql
from easement.meaning.template import column
from tests.meaning.generated import SQL_TYPES, TYPES, conditions, rows
from tests.often import often

TODAY = date(2026, 11, 21)
FREE_MEALS = "award in ('UC', 'IS') and net_monthly_earnings <= 616.67"
MEALS_TYPES = {"award": Type.CODE, "net_monthly_earnings": Type.NUMBER, "born": Type.DATE, "postcode": Type.TEXT}


def unplaced(expression: Expression) -> Expression:
    """The same tree with every position at 0."""
    changes = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if field.name == "at":
            changes["at"] = 0
        elif is_dataclass(value):
            changes[field.name] = unplaced(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(unplaced(part) for part in value)
    return replace(expression, **changes)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    columns = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in TYPES.items())
    connection.execute(f"create table held ({columns})")
    return connection


def in_duckdb(database: duckdb.DuckDBPyConnection, expression: Expression, row: Mapping[str, Value]) -> object:
    sql = to_sql(expression, {name: column(name) for name in TYPES}, today=TODAY).sql("duckdb")
    database.execute("delete from held").fetchall()
    database.execute(f"insert into held values ({', '.join('?' * len(row))})", [row[name] for name in TYPES]).fetchall()
    [(answer,)] = database.execute(f"select {sql} from held").fetchall()
    return answer


@settings(max_examples=often(600), deadline=None)
@given(conditions, rows)
def test_a_condition_means_the_same_in_python_and_in_duckdb(database, condition, row):
    ready = typed(condition, TYPES)
    assert in_duckdb(database, ready, row) == evaluate(ready, row, today=TODAY)


@settings(max_examples=often(600), deadline=None)
@given(conditions)
@example(Compare("=", Name("hours"), Literal(1e-07)))
@example(Compare("=", Name("hours"), Arithmetic("-", Literal(1), Arithmetic("-", Literal(2), Literal(-3)))))
def test_what_is_written_reads_back_as_it_was(condition):
    assert unplaced(parse(write(condition))) == unplaced(condition)


@settings(max_examples=often(200), deadline=None)
@given(conditions)
def test_what_is_written_keeps_no_bracket_that_grows(condition):
    once = write(condition)
    assert write(parse(once)) == once


def test_a_condition_is_true_false_or_unknown():
    condition = typed(parse(FREE_MEALS), MEALS_TYPES)
    poor, rich = {"award": "UC", "net_monthly_earnings": 616.67}, {"award": "UC", "net_monthly_earnings": 616.68}
    assert evaluate(condition, poor, today=TODAY) is True
    assert evaluate(condition, rich, today=TODAY) is False
    assert evaluate(condition, {"award": "UC"}, today=TODAY) is None
    assert evaluate(condition, {"award": "PC"}, today=TODAY) is False


def test_a_condition_names_the_elements_it_reads():
    assert names(parse(FREE_MEALS)) == {"award", "net_monthly_earnings"}


def test_a_date_worked_out_from_today_is_compared_as_a_date():
    condition = typed(parse("born > today() - 365"), MEALS_TYPES)
    sql = to_sql(condition, {"born": column("born")}, today=TODAY).sql("duckdb")
    assert sql == "\"born\" > CAST('2025-11-21' AS DATE)"


@pytest.mark.parametrize(
    ("text", "row", "answer"),
    [
        ("1 / 0 = 1", {}, None),
        ("hours / children > 2", {"hours": 6.0, "children": 0}, None),
        ("hours * hours > 1", {"hours": 1e300}, None),
        ("0.1 + 0.2 = 0.3", {}, False),
        ("born + children > '2020-01-01'", {"born": date(2020, 1, 1), "children": 999_999_999}, True),
        ("born - children < '2020-01-01'", {"born": date(2020, 1, 1), "children": 999_999_999}, True),
        ("today() - born >= 6570", {"born": date(2000, 1, 1)}, True),
        ("registered", {"registered": True}, True),
        ("not registered", {"registered": None}, None),
        ("registered = (children = 2)", {"registered": False, "children": 1}, True),
        ("award not in ('UC')", {"award": None}, None),
        ("award is null or award = 'UC'", {"award": None}, True),
    ],
)
def test_edges_have_one_meaning(database, text, row, answer):
    condition = typed(parse(text), TYPES)
    whole = dict.fromkeys(TYPES) | row
    assert evaluate(condition, whole, today=TODAY) is answer
    assert in_duckdb(database, condition, whole) is answer


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("award", None),
        ("award = ", 8),
        ("award = 'UC", 8),
        ('"award = 1', 0),
        ("award = 'UC';", 12),
        ("award = 'UC' -- and more", 14),
        ("award = 'UC' /* all */", 14),
        ("award = 'UC' # all", 13),
        ("award = (select 1)", 16),
        ("award in (select award from other)", 10),
        ("award in (born)", 10),
        ("award in ()", 10),
        ("exists (select 1)", 0),
        ("award = 'UC' union select 1", 13),
        ("award::text = 'UC'", 5),
        ("cast(award as text) = 'UC'", 0),
        ("read_csv('/etc/passwd') = 1", 0),
        ("upper(award) = 'UC'", 0),
        ("award like '%'", 6),
        ("award = $1", 8),
        ("award = ?", 8),
        ("award = [1]", 8),
        ("award = {a: 1}", 8),
        ("award || 'x' = 'y'", 6),
        ("a.award = 'UC'", 1),
        ("award = 'UC' and", 16),
        ("award = = 'UC'", 8),
        ("award not = 'UC'", 10),
        ("award = e'UC'", 9),
        ("1e5 = 1", 1),
        ("1 = 1234567890123456", 4),
        ("award = 'UC'\u00a0", 12),
        ("award\u200b = 'UC'", 5),
        ("award = 'U\u202eC'", 10),
        ("award = ‘UC’", 8),
        ("award ＝ 'UC'", 6),
        ("аward = 'UC'", 0),
        ("award = '\x00'", 9),
        ("today(1) = 1", 6),
        ("-award = 1", 0),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_position(text, at):
    with pytest.raises(ExpressionError) as caught:
        typed(parse(text), MEALS_TYPES)
    assert caught.value.what
    if at is not None:
        assert caught.value.at == at


WORDS = ["award", "born", "1", "0.5", "'x'", "today()", "null", "select", "case", "from"]
SIGNS = ["(", ")", "'", '"', "in", "and", "or", "not", "is", "between", ";", "--", "/*", "*/", "::", ",", "=", "<", "-"]
PIECES = [*WORDS, *SIGNS]


def offence(text: str) -> ExpressionError | None:
    """What is wrong with a condition; without an offence it compiles."""
    try:
        condition = typed(parse(text), MEALS_TYPES)
    except ExpressionError as error:
        return error
    assert names(condition) <= MEALS_TYPES.keys()
    assert to_sql(condition, {name: column(name) for name in MEALS_TYPES}, today=TODAY).sql("duckdb")
    return None


@settings(max_examples=often(1500), deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=15).map(" ".join))
def test_any_text_is_a_condition_or_is_refused_with_a_position_inside_it(text):
    error = offence(text)
    assert error is None or (0 <= error.at <= len(text) and error.where == f"character {error.at + 1}")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000 + "1 = 1" + ")" * 3000,
        "not " * 900 + "award = 'UC'",
        "+".join(["1"] * 1900) + " > 1",
        "1 = 1" + " and 1 = 1" * 390,
        "1 = 1 or " * 300 + "1 = 1",
        "a" * 4001,
        "(" * 33 + "1 = 1" + ")" * 33,
        "1 > " + "-" * 500 + "1",
        "('a' in ('b')) = " * 70 + "true",
    ],
)
def test_no_text_exhausts_whoever_reads_it(text):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert 0 <= caught.value.at <= len(text)


def test_the_tallest_condition_allowed_can_be_walked_and_compiled():
    for text in ("+".join(["1"] * 63) + " > 1", " and ".join(["award = 'UC'"] * 63), "not " * 31 + "award = 'UC'"):
        condition = typed(parse(text), MEALS_TYPES)
        assert evaluate(condition, {"award": "UC"}, today=TODAY) is not None
        assert to_sql(condition, {"award": column("award")}, today=TODAY).sql("duckdb")
        assert unplaced(parse(write(condition))) is not None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("awardd = 'UC'", "`awardd` is not an element of the standard"),
        ("award = 1", "code and integer cannot be compared"),
        ("award + 1 = 2", "`+` cannot be used on code and integer"),
        ("born = 'yesterday'", "`yesterday` is not a date"),
        ("born > '2026-02-30'", "`2026-02-30` is not a date"),
        ("born = postcode", "text cannot be compared with a date"),
        ("born + 1.5 > today()", "`+` cannot be used on date and number"),
        ("today()", "a condition is needed here, not a value"),
        ("award = 'UC' and born", "a condition is needed here, not a value"),
        ("true < false", "true and false have no order"),
    ],
)
def test_unlike_things_are_not_compared(text, what):
    with pytest.raises(ExpressionError) as caught:
        typed(parse(text), MEALS_TYPES)
    assert caught.value.what == what
    assert caught.value.remedy


def test_a_name_near_a_known_one_is_suggested():
    with pytest.raises(ExpressionError) as caught:
        typed(parse("awardd = 'UC'"), MEALS_TYPES)
    assert caught.value.remedy == "did you mean `award`?"


def test_a_functions_name_is_allowed_by_the_caller_alone():
    assert parse("upper(award)", functions={"upper"})
    with pytest.raises(ExpressionError, match="not a function that may be used here"):
        parse("upper(award)", functions={"lower"})
