"""R4.2: a table is mapped to a standard once, and what is wrong with a mapping is told by line and character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.errors import BadFile
from easement.meaning.dates import DateFormatError, strptime_formats
from easement.meaning.expression import ExpressionError, Type, parse
from easement.meaning.functions import FUNCTIONS, typed_column
from easement.meaning.mapping import NamePart
from tests.meaning.fakes import written_mapping


def test_an_element_is_had_from_a_column_an_expression_a_constant_or_not_at_all(tmp_path):
    mapping = written_mapping(
        tmp_path,
        """\
  family_name: Net pay (£), upper(x)
  given_name: {column: full name, part: given}
  date_of_birth: {column: dob, dates: [dd/mm/yyyy, yyyymmdd]}
  postcode: {expression: "postcode(concat(pc1, ' ', \\"pc 2\\"))"}
  sex: {column: sex, codes: {1: male, F: female}}
  award: {constant: UC}
  award_end: {absent: still running}
""",
    )
    assert mapping.elements["family_name"].column == "Net pay (£), upper(x)"
    assert mapping.elements["given_name"].part is NamePart.GIVEN
    assert mapping.elements["sex"].codes == {"1": "male", "F": "female"}
    assert mapping.elements["postcode"].columns == ("pc 2", "pc1")
    assert mapping.elements["award"].columns == ()
    assert mapping.columns == ("Net pay (£), upper(x)", "full name", "dob", "pc 2", "pc1", "sex")


@pytest.mark.parametrize(
    ("line", "key", "what"),
    [
        ("  famly_name: surname", "famly_name", "did you mean `family_name`?"),
        ("  sex: {column: sex, codes: {M: man}}", "codes", "`man` is not a code of the standard"),
        ("  postcode: {column: pc, codes: {a: b}}", "codes", "`codes` is for codes, and this is text"),
        ("  postcode: {column: pc, dates: dd/mm/yyyy}", "dates", "`dates` is for dates, and this is text"),
        ("  date_of_birth: {column: dob, part: given}", "part", "`part` is for names, and this is date"),
        ("  date_of_birth: {column: dob, dates: dd/mm/yy}", "dates", "write the year with four digits"),
        ("  date_of_birth: {column: dob, dates: [dd/mm/yyyy, mm/dd/yyyy]}", "dates", "read one text as two days"),
        ("  date_of_birth: {constant: 2026-02-30}", "constant", "`2026-02-30` is not date"),
        ("  award: {constant: XX}", "constant", "`XX` is not code"),
        ("  net_monthly_earnings: {constant: much}", "constant", "`much` is not number"),
        ("  award: {column: a, constant: UC}", "award", "`column` and `constant` given"),
        ("  award: {}", "award", "nothing given"),
        ("  award: {absent: none, part: given}", "award", "go with a `column`"),
        ("  award: {column: a, colour: b}", "colour", "is not a known key"),
        ("  postcode: {expression: uper(pc)}", "expression", "character 1 of `uper(pc)`"),
        ("  postcode: {expression: 'upper(pc'}", "expression", "character 9 of `upper(pc`"),
        ("  postcode: {expression: upper(number(pc))}", "expression", "character 7 of `upper(number(pc))`"),
        ("  award_start: {expression: number(pc)}", "expression", "it gives number, and this is date"),
        ("  award_start: {expression: today()}", "expression", "a table maps the same way every day"),
        ("  postcode: {expression: (select 1)}", "expression", "character 9"),
    ],
)
def test_a_bad_way_is_told_with_its_line_and_mend(tmp_path, line, key, what):
    with pytest.raises(BadFile) as caught:
        written_mapping(tmp_path, line + "\n")
    assert f"mapping.yaml:7:{line.index(key) + 1}: " in str(caught.value)
    assert what in str(caught.value)


def test_every_problem_is_told_at_once(tmp_path):
    with pytest.raises(BadFile) as caught:
        written_mapping(
            tmp_path, "  awrd: a\n  sex: {column: s, codes: {M: man, F: woman}}\n  postcode: b\n  born: c\n"
        )
    assert len(caught.value.problems) == 4


def test_an_unknown_standard_is_told_where_it_is_named(tmp_path):
    with pytest.raises(BadFile) as caught:
        written_mapping(tmp_path, "  a: b\n", standard="benefit-awrd/1")
    assert "mapping.yaml:5:1" in str(caught.value)
    assert "benefit-award/1" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("surname", Type.TEXT),
        ("upper(trim(surname))", Type.TEXT),
        ("replace(pc, ' ', '')", Type.TEXT),
        ("substring(pc, 1, 3)", Type.TEXT),
        ("split_part(name, ',', 2)", Type.TEXT),
        ("concat(a, b, c, d)", Type.TEXT),
        ("number(replace(pay, ',', '')) * 12", Type.NUMBER),
        ("number(a) / number(b)", Type.NUMBER),
        ("date(left(seen, 10), 'yyyy-mm-dd')", Type.DATE),
        ("coalesce(date(a, 'yyyymmdd'), date(b, 'dd/mm/yyyy'))", Type.DATE),
        ("if(kind in ('A', 'B') and place is not null, 'yes', 'no')", Type.TEXT),
        ("if(number(age) >= 18, 1, 0)", Type.NUMBER),
        ("fsm = 'Y'", Type.BOOLEAN),
    ],
)
def test_an_expression_is_typed_with_columns_as_text(text, kind):
    assert typed_column(parse(text, functions=FUNCTIONS.keys()))[1] is kind


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("upper()", 0, "`upper` takes 1 values, not 0"),
        ("upper(a, b)", 0, "`upper` takes 1 values, not 2"),
        ("concat(a)", 0, "`concat` takes at least 2 values, not 1"),
        ("left(a, b)", 8, "`left` needs a whole number from 1 here"),
        ("left(a, 0)", 8, "`left` needs a whole number from 1 here"),
        ("left(a, true)", 8, "`left` needs a whole number from 1 here"),
        ("left(a, 1.5)", 8, "`left` needs a whole number from 1 here"),
        ("left(a, -1)", 8, "`left` needs a whole number from 1 here"),
        ("date(a, b)", 8, "`None` is not a way to write a date"),
        ("date(a, 'dd-mm')", 8, "`dd-mm` lacks a day, month or year, or has one twice"),
        ("if(a, b, c)", 3, "`if` needs a condition here"),
        ("if(a = 'x', 'y', 1)", 0, "`if` needs values of one kind, not number and text"),
        ("coalesce(a, number(b))", 0, "`coalesce` needs values of one kind, not number and text"),
        ("a + 1", 2, "`+` cannot be used on text and integer"),
        ("if(a = 1, b, c)", 5, "integer and text cannot be compared"),
        ("concat(a, today())", 10, "`today()` cannot be used in a mapping"),
    ],
)
def test_a_function_given_the_wrong_thing_is_refused_with_the_position(text, at, what):
    with pytest.raises(ExpressionError) as caught:
        typed_column(parse(text, functions=FUNCTIONS.keys()))
    assert (caught.value.what, caught.value.at) == (what, at)
    assert caught.value.remedy


@given(st.text(max_size=20) | st.lists(st.sampled_from(["yyyy", "mm", "dd", "mon", "/", "-", " ", "yy"])).map("".join))
def test_any_text_is_a_date_format_or_is_refused_with_its_mend(text):
    try:
        answer = strptime_formats([text])[0]
    except DateFormatError as error:
        answer = str(error)
    assert ("%Y" in answer and "%d" in answer) or answer.count("\n") == 1 + text.count("\n")
