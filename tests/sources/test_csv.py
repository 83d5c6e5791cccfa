"""CSV as it really comes: odd names, odd separators, odd endings. No row is dropped or padded unsaid (R3.5)."""

import gzip
from pathlib import Path

import pytest

from easement.base.errors import BadData
from easement.sources.files import open_source
from easement.sources.model import Column
from tests.sources.reading import names_and_rows, put, rows


def refusal(path: Path, **how: object) -> tuple[str, str]:
    with pytest.raises(BadData) as raised, open_source(path, **how):  # type: ignore[arg-type]
        pass
    assert raised.value.exit_code == 14
    assert raised.value.remedy
    return raised.value.where.removeprefix(str(path)), raised.value.what


def test_every_column_comes_as_text(tmp_path: Path) -> None:
    with open_source(put(tmp_path, "id,born\n007,1990-01-02\n")) as source:
        assert source.columns == (Column("id", "VARCHAR", "id"), Column("born", "VARCHAR", "born"))
        assert source.measure("SELECT * FROM source") == [("007", "1990-01-02")]
        assert (source.dialect, source.relation, source.notes) == ("duckdb", '"source"', ())


def test_an_empty_field_is_null_quoted_or_not(tmp_path: Path) -> None:
    assert rows(put(tmp_path, 'a,b,c\n,"",x\n')) == [(None, None, "x")]


def test_values_keep_their_blanks_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = put(tmp_path, 'a,b\n two ,"say ""no"""\n"one\ntwo","a,b"\n')
    assert rows(path) == [(" two ", 'say "no"'), ("one\ntwo", "a,b")]


def test_a_quote_inside_a_plain_value_is_a_letter_like_any(tmp_path: Path) -> None:
    assert rows(put(tmp_path, 'a,b\n5" nail,2\n')) == [('5" nail', "2")]


def test_names_are_cleaned_and_the_written_ones_kept(tmp_path: Path) -> None:
    path = put(tmp_path, '\ufeff Family name ,"born\non",,name,Name,"the ""id""",\u200b\n1,2,3,4,5,6,7\n')
    with open_source(path) as source:
        assert [column.name for column in source.columns] == [
            "Family name", "born on", "column_3", "name", "Name_2", 'the "id"', "column_7",
        ]  # fmt: skip
        assert [column.original for column in source.columns] == [
            " Family name ", "born\non", "", "name", "Name", 'the "id"', "\u200b",
        ]  # fmt: skip
        assert source.measure('SELECT "the ""id""", "Name_2", column_3 FROM source') == [("6", "5", "3")]


def test_a_cleaned_name_never_meets_one_that_is_there(tmp_path: Path) -> None:
    assert names_and_rows(put(tmp_path, "a,a,a_2,A\n1,2,3,4\n"))[0] == ["a", "a_2", "a_2_2", "A_3"]


def test_a_thousand_columns(tmp_path: Path) -> None:
    header = ",".join(f"element {number}" for number in range(1_000))
    record = ",".join(str(number) for number in range(1_000))
    names, found = names_and_rows(put(tmp_path, f"{header}\n{record}\n"))
    assert (len(names), names[999]) == (1_000, "element 999")
    assert found == [tuple(str(number) for number in range(1_000))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, delimiter: str) -> None:
    path = put(tmp_path, f"name{delimiter}earned\nann{delimiter}1.5\n")
    assert names_and_rows(path) == (["name", "earned"], [("ann", "1.5")])


def test_a_comma_in_numbers_does_not_pass_for_the_separator(tmp_path: Path) -> None:
    path = put(tmp_path, "name;earned\nann;1,5\nbob;2,5\n")
    assert rows(path) == [("ann", "1,5"), ("bob", "2,5")]


@pytest.mark.parametrize("delimiter", ["'", "~", "¦", " ", ":"])
def test_a_separator_can_be_given(tmp_path: Path, delimiter: str) -> None:
    assert rows(put(tmp_path, f"a{delimiter}b\n1{delimiter}2\n"), delimiter=delimiter) == [("1", "2")]


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    assert names_and_rows(put(tmp_path, "nhs_number\n9434765919\n\n9434765870\n")) == (
        ["nhs_number"],
        [("9434765919",), (None,), ("9434765870",)],
    )


def test_blank_lines_between_records_hold_nothing(tmp_path: Path) -> None:
    assert rows(put(tmp_path, "\n\na,b\n1,2\n\n\n3,4\n\n")) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_kind_of_line_ending(tmp_path: Path, ending: str, last: bool) -> None:
    text = ending.join(["a,b", "1,2", '3,"x\r\ny"']) + ending * last
    assert rows(put(tmp_path, text)) == [("1", "2"), ("3", "x\r\ny")]


@pytest.mark.parametrize("inner", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_line_break_inside_a_name_is_not_taken_for_the_ending(tmp_path: Path, inner: str, ending: str) -> None:
    text = ending.join([f'"family{inner}name",born', '"o""dea",1990', f'"x{inner}y",1991']) + ending
    assert names_and_rows(put(tmp_path, text)) == (["family name", "born"], [('o"dea', "1990"), (f"x{inner}y", "1991")])
    assert refusal(put(tmp_path, text + f"1{ending}")) == (":6", "this record has 1 field; the table has 2")


def test_names_below_a_title_are_found_where_said(tmp_path: Path) -> None:
    path = put(tmp_path, 'School roll "autumn\nprinted today\n\nname,born\nann,1990\n')
    assert names_and_rows(path, header=4) == (["name", "born"], [("ann", "1990")])


def test_a_table_without_names_gets_names_by_place(tmp_path: Path) -> None:
    assert names_and_rows(put(tmp_path, "ann,1990\nbob,1991\n"), header=0) == (
        ["column_1", "column_2"],
        [("ann", "1990"), ("bob", "1991")],
    )


def test_a_table_of_names_alone_has_no_rows(tmp_path: Path) -> None:
    assert names_and_rows(put(tmp_path, "name,born")) == (["name", "born"], [])


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    assert rows(put(tmp_path, gzip.compress(b'a,b\n1,"x\ny"\n'), "people.csv.gz")) == [("1", "x\ny")]


def test_an_empty_last_field_too_many_is_let_pass(tmp_path: Path) -> None:
    assert rows(put(tmp_path, "a,b\n1,2,\n3,4\n")) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a,b\n1,2\n3\n", ":3", "this record has 1 field; the table has 2"),
        ("a,b\n1,2,3\n", ":2", "this record has 3 fields; the table has 2"),
        ('a,b\n"x\n\ny",2\n3\n', ":5", "this record has 1 field; the table has 2"),
        ("a,b\n1,2\n   \n", ":3", "this record has 1 field; the table has 2"),
        ('a,b\n1,2\n"3,4\n5,6\n', ":3", 'a `"` opens a value here that is never closed'),
        ('a,b\n1,2\n3,"4', ":3", 'a `"` opens a value here that is never closed'),
        ('a,b\n"5" nail,2\n', ":2", 'text follows the `"` that closes a value'),
        ("a,b\n1,2\r\n3,4\n", ":2", "this line ends otherwise than the lines before it"),
        ("a,b\r\n1,2\r\n3,4\n5,6\r\n", ":3", "this line ends otherwise than the lines before it"),
        ("", "", "the file is empty"),
        ("\n \n\n", "", "the file is empty"),
    ],
)
def test_what_is_no_table_is_refused_by_its_line(tmp_path: Path, text: str, where: str, what: str) -> None:
    assert refusal(put(tmp_path, text)) == (where, what)


def test_a_header_line_beyond_the_end_is_told(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a,b\n1,2\n"), header=7) == ("", "there are no column names in line 7")


@pytest.mark.parametrize("length", [2_000_050, 40_000_000])
def test_a_line_too_long_is_refused_not_lost(tmp_path: Path, length: int) -> None:
    where, what = refusal(put(tmp_path, b"a,b\n1,2\n" + b"x" * length + b",3\n4,5\n"))
    assert (where, what) == (":3", "a value here is longer than 2,000,000 bytes")


def test_a_quote_never_closed_is_refused_far_into_a_large_file(tmp_path: Path) -> None:
    lines = [f'{number},"name {number}"' for number in range(400_000)]
    lines[300_000] = '300000,"name'
    path = put(tmp_path, "id,name\n" + "\n".join(lines) + "\n")
    where, what = refusal(path)
    assert where == ":300002"
    assert what in {'text follows the `"` that closes a value', 'a `"` opens a value here that is never closed'}


def test_a_large_file_full_of_quoted_line_breaks_is_read_whole(tmp_path: Path) -> None:
    text = "id,note\n" + "".join(f'{number},"line\n\n{number},""x"","\n' for number in range(400_000))
    with open_source(put(tmp_path, text)) as source:
        found = source.measure("SELECT count(*), sum(id::INT), count(DISTINCT note), min(length(note)) FROM source")
    assert found == [(400_000, 399_999 * 400_000 // 2, 400_000, len('line\n\n0,"x",'))]


def test_an_error_names_no_value(tmp_path: Path) -> None:
    path = put(tmp_path, "name,born\nzebedee,1990\nzebedee\n")
    with pytest.raises(BadData) as raised, open_source(path):
        pass
    assert "zebedee" not in str(raised.value)
    assert raised.value.__cause__ is None
    with open_source(put(tmp_path, "name,born\nzebedee,1990\n")) as source:
        with pytest.raises(BadData) as raised:
            source.measure("SELECT name::DATE FROM source")
        assert "zebedee" not in str(raised.value)
        assert raised.value.what == "a value cannot be read as a date"
