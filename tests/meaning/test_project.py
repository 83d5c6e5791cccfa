"""R4.2: a table seen as its standard; what does not map is NULL and named, and nothing a user wrote becomes SQL."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadData
from easement.meaning.project import Fault, cells, doubts
from easement.meaning.sql import failures, project
from tests.meaning.fakes import FakeColumn, FakeSource, a_mapping, a_standard, table
from tests.often import often


def seen(source, mapping, standard):
    """Each row as the standard sees it, and the faults of each row."""
    columns = project(mapping, standard, columns=source.columns)
    mapped = cells(mapping, standard, columns=source.columns)
    faults = failures(mapping, standard, columns=source.columns) | doubts(mapped, standard)
    values = ", ".join(value.sql("duckdb") for value in columns.values())
    flags = "".join(f", {flag.sql('duckdb')}" for flag in faults.values())
    answer = []
    for row in source.measure(f"select {values}{flags} from {source.relation}"):
        failing = row[len(columns) :]
        assert None not in failing
        named = {place for place, fails in zip(faults, failing, strict=True) if fails}
        answer.append((dict(zip(columns, row, strict=False)), named))
    return answer


def one(element, way, text, *, kind="VARCHAR"):
    """What one value of a column `c` becomes, and its fault."""
    standard, mapping = a_standard(e=element), a_mapping(e=way)
    with FakeSource([FakeColumn("c", kind)], [[text]]) as source:
        [(row, faults)] = seen(source, mapping, standard)
    return row["e"], next((fault for _, fault in faults), None)


DATES = {"column": "c", "dates": ["dd/mm/yyyy", "yyyymmdd", "dd mon yyyy"]}


@pytest.mark.parametrize(
    ("text", "day", "fault"),
    [
        ("15/03/1855", date(1855, 3, 15), None),
        (" 15/03/1855 ", date(1855, 3, 15), None),
        ("5/3/1855", date(1855, 3, 5), None),
        ("18550315", date(1855, 3, 15), None),
        ("15 Mar 1855", date(1855, 3, 15), None),
        ("29/02/2024", date(2024, 2, 29), None),
        (None, None, None),
        ("", None, None),
        ("  ", None, None),
        ("29/02/2023", None, Fault.NOT_A_DATE),
        ("31/04/2020", None, Fault.NOT_A_DATE),
        ("1860-01-81", None, Fault.NOT_A_DATE),
        ("15/03/55", None, Fault.NOT_A_DATE),
        ("00/00/0000", None, Fault.NOT_A_DATE),
        ("15/03/1855 10:00", None, Fault.NOT_A_DATE),
        ("18550315x", None, Fault.NOT_A_DATE),
        ("unknown", None, Fault.NOT_A_DATE),
        ("01/01/1900", date(1900, 1, 1), None),
        *((word, None, Fault.NOT_A_DATE) for word in ("infinity", "-Infinity", " epoch ", "today", "now")),
    ],
)
def test_a_date_is_read_in_the_formats_named_or_not_at_all(text, day, fault):
    assert one({"type": "date"}, DATES, text) == (day, fault)


def test_without_a_format_a_date_is_iso_8601():
    assert one({"type": "date"}, "c", "2026-09-01") == (date(2026, 9, 1), None)
    assert one({"type": "date"}, "c", "01/09/2026") == (None, Fault.NOT_A_DATE)


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Frank Henry Partridge", "Partridge", "Frank Henry"),
        ("  vaje  ", "vaje", None),
        ("c. boys", "boys", "c."),
        ("Smith, John", "Smith", "John"),
        ("Smith,", "Smith", None),
        (", John", None, "John"),
        ("john\tbeattie", "beattie", "john"),
        ("john\u00a0beattie", "beattie", "john"),
        ("eyton-jones", "eyton-jones", None),
        ("ann  lee", "lee", "ann"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_full_name_is_split_at_its_comma_or_its_last_word(name, family, given):
    assert one({}, {"column": "c", "part": "family"}, name) == (family, None)
    assert one({}, {"column": "c", "part": "given"}, name) == (given, None)


@pytest.mark.parametrize(
    ("kind", "text", "value", "fault"),
    [
        ("number", "616.67", 616.67, None),
        ("number", " 12 ", 12.0, None),
        ("number", "-0.5", -0.5, None),
        ("number", "1,234.50", None, Fault.NOT_A_NUMBER),
        ("number", "£5", None, Fault.NOT_A_NUMBER),
        ("number", "nan", None, Fault.NOT_A_NUMBER),
        ("number", "inf", None, Fault.NOT_A_NUMBER),
        ("number", "1e999", None, Fault.NOT_A_NUMBER),
        ("integer", "12", 12, None),
        ("integer", "12.0", 12, None),
        ("integer", "1.5", None, Fault.NOT_A_NUMBER),
        ("integer", "9007199254740993", None, Fault.NOT_A_NUMBER),
        ("integer", "", None, None),
        ("boolean", "TRUE", True, None),
        ("boolean", " y ", True, None),
        ("boolean", "0", False, None),
        ("boolean", "maybe", None, Fault.NOT_TRUE_OR_FALSE),
        ("text", "  as it is ", "  as it is ", None),
    ],
)
def test_text_is_read_as_what_the_standard_asks_for_or_not_at_all(kind, text, value, fault):
    assert one({"type": kind}, "c", text) == (value, fault)


@pytest.mark.parametrize(
    ("kind", "held", "to", "value", "fault"),
    [
        ("DATE", date(2020, 1, 2), "date", date(2020, 1, 2), None),
        ("TIMESTAMP", "2020-01-02 03:04:05", "date", date(2020, 1, 2), None),
        ("BIGINT", 5, "number", 5, None),
        ("DECIMAL(10,2)", "5.25", "number", 5.25, None),
        ("DECIMAL(10,2)", "5.25", "integer", None, Fault.NOT_A_NUMBER),
        ("DOUBLE", 5.0, "integer", 5, None),
        ("DOUBLE", float("nan"), "number", None, Fault.NOT_A_NUMBER),
        ("DOUBLE", float("inf"), "integer", None, Fault.NOT_A_NUMBER),
        ("BIGINT", 20200102, "text", "20200102", None),
        ("BOOLEAN", True, "boolean", True, None),
        ("BIGINT", 1, "boolean", True, None),
        ("DATE", date(2020, 1, 2), "text", "2020-01-02", None),
    ],
)
def test_a_column_that_has_a_type_is_read_by_it(kind, held, to, value, fault):
    assert one({"type": to}, "c", held, kind=kind) == (value, fault)


def test_a_number_of_digits_is_a_date_where_a_format_says_so():
    way = {"column": "c", "dates": "yyyymmdd"}
    assert one({"type": "date"}, way, 20200102, kind="BIGINT") == (date(2020, 1, 2), None)


SEX = {"type": "code", "codes": {"male": "Male", "female": "Female"}}


@pytest.mark.parametrize(
    ("text", "value", "fault"),
    [
        ("M", "male", None),
        (" F ", "female", None),
        (None, None, None),
        *((text, None, Fault.CODE_NOT_LISTED) for text in ("T", "m", "male", "' or '1'='1")),
    ],
)
def test_codes_are_cross_walked_and_what_is_not_listed_is_a_fault(text, value, fault):
    assert one(SEX, {"column": "c", "codes": {"M": "male", "F": "female"}}, text) == (value, fault)


def test_codes_are_cross_walked_from_columns_that_have_a_type():
    way = {"column": "c", "codes": {1: "male", 2: "female"}}
    assert one(SEX, way, 2, kind="BIGINT") == ("female", None)
    assert one({"type": "boolean"}, {"column": "c", "codes": {"J": True, "N": False}}, "N") == (False, None)


def test_a_code_without_a_cross_walk_must_be_one_of_the_standards():
    assert one(SEX, "c", "male") == ("male", None)
    assert one(SEX, "c", "Male") == (None, Fault.CODE_NOT_LISTED)


@pytest.mark.parametrize(
    ("expression", "text", "value"),
    [
        ("upper(c)", "Zoë", "ZOË"),
        ("trim(c)", "  ", None),
        ("replace(c, ' ', '')", "a b c", "abc"),
        ("substring(c, 2, 3)", "abcdef", "bcd"),
        ("split_part(c, '-', 2)", "a-b", "b"),
        ("split_part(c, '-', 2)", "a", None),
        ("left(c, 2)", "abc", "ab"),
        ("right(c, 2)", "abc", "bc"),
        ("concat(c, '-', c)", "a", "a-a"),
        ("coalesce(c, 'none')", None, "none"),
        ("if(c in ('a', 'b'), 'early', 'late')", "b", "early"),
        ("if(c is null, 'gone', c)", None, "gone"),
        ("postcode(c)", "sw1a1aa", "SW1A 1AA"),
        ("postcode(c)", " m1  1ae ", "M1 1AE"),
        ("postcode(c)", "m1", "M1"),
        ("concat(c, '''; drop table held; --')", "x", "x'; drop table held; --"),
    ],
)
def test_the_functions_of_the_closed_list(expression, text, value):
    assert one({}, {"expression": expression}, text)[0] == value


def test_an_expression_of_numbers_or_dates_never_fails_the_query():
    pay = {"expression": "number(replace(replace(c, '£', ''), ',', '')) * 52 / 12"}
    assert one({"type": "number"}, pay, "£1,200") == (5200.0, None)
    assert one({"type": "number"}, pay, "plenty") == (None, Fault.NOT_A_NUMBER)
    seen_on = {"expression": "date(left(c, 10), 'yyyy-mm-dd', 'dd/mm/yyyy')"}
    assert one({"type": "date"}, seen_on, "2020-01-02T10:00:00Z") == (date(2020, 1, 2), None)
    assert one({"type": "date"}, seen_on, "later") == (None, Fault.NOTHING_LEFT)
    assert one({"type": "number"}, {"expression": "1 / number(c)"}, "0") == (None, Fault.NOT_A_NUMBER)


def test_what_is_absent_is_an_empty_column_of_its_type_and_a_constant_is_one_in_every_row():
    standard = a_standard(
        born={"type": "date"},
        kind={"type": "code", "codes": {"a": "A"}},
        since={"type": "date"},
        count={"type": "integer"},
    )
    mapping = a_mapping(born={"absent": "not held"}, kind={"constant": "a"}, since={"constant": "2020-01-02"})
    with table("x\n1\n2\n") as source:
        rows = [row for row, _ in seen(source, mapping, standard)]
    assert rows == [{"born": None, "kind": "a", "since": date(2020, 1, 2), "count": None}] * 2


def test_a_doubted_value_crosses_all_the_same():
    assert one({"identifier": "postcode"}, "c", "ddq1 5ju") == ("ddq1 5ju", Fault.NOT_VALID)
    assert one({"identifier": "postcode"}, "c", "ls1 4fb") == ("ls1 4fb", None)
    assert one({"format": "[0-9]{6}"}, "c", "12345") == ("12345", Fault.WRONG_FORMAT)
    assert one({"format": "[0-9]{6}"}, "c", "") == ("", None)


def test_a_plain_column_of_the_right_type_is_itself():
    standard = a_standard(a={}, b={"type": "date"}, c={"type": "integer"}, d={"type": "boolean"})
    kinds = {"a": "VARCHAR", "b": "DATE", "c": "BIGINT", "d": "BOOLEAN"}
    columns = [FakeColumn(name, kind) for name, kind in kinds.items()]
    mapping = a_mapping(**{name: name for name in kinds})
    assert {n: s.sql("duckdb") for n, s in project(mapping, standard, columns=columns).items()} == {
        name: f'"{name}"' for name in kinds
    }
    assert failures(mapping, standard, columns=columns) == {}


def test_columns_are_found_in_any_case_and_the_missing_are_named_with_the_likeliest():
    standard = a_standard(a={}, b={})
    columns = [FakeColumn("Surname"), FakeColumn("dob")]
    assert project(a_mapping(a="SURNAME"), standard, columns=columns)["a"].sql("duckdb") == '"Surname"'
    with pytest.raises(BadData) as caught:
        project(a_mapping(a="surnme", b="upper(dob)"), standard, columns=columns)
    assert "`surnme`, `upper(dob)`" in str(caught.value)
    assert "did you mean `Surname`?" in str(caught.value)
    assert "{expression: …}" in str(caught.value)


hostile = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=12) | (
    st.sampled_from(['a"b', "a'b", '";drop table held;--', "a.b", "/*", "--", "$1", "?", "{x}", "a\nb", "\\", "SELECT"])
)


@settings(max_examples=often(60), deadline=None)
@given(hostile, hostile, hostile, hostile)
def test_no_name_code_or_constant_of_the_user_becomes_sql(name, code, constant, value):
    standard = a_standard(a={}, b={"type": "code", "codes": {"x": "X"}}, c={})
    mapping = a_mapping(a=name and {"column": name}, b={"column": name, "codes": {code: "x"}}, c={"constant": constant})
    with FakeSource([FakeColumn(name)], [[value]]) as source:
        [(row, _)] = seen(source, mapping, standard)
    assert row["a"] == value
    assert row["b"] == ("x" if value.strip(" ") == code else None)
    assert row["c"] == constant
