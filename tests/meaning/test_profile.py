"""What a table looks like: exact counts of all rows, and a judgement of a sample that is told."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import BadData
from easement.meaning.identifiers import Kind
from easement.meaning.profile import hidden
from easement.meaning.profile_queries import MOST_ROWS, profiled
from easement.meaning.profile_values import judge, shape
from easement.meaning.studio_words import could_be
from tests.often import often

from .fakes import FakeColumn, FakeSource, table
from .studio_tables import nhs, postcode, upn


def judged(*values, start=1):
    return judge(list(enumerate(values, start)))


def made(maker, count=30):
    chance = random.Random(7)
    return [maker(chance, row) for row in range(count)]


def test_counts_are_of_all_rows():
    with table("id|town\n1|Leeds\n2|Leeds\n3|\n4|York\n5|") as source:
        profile = profiled(source, "towns")
    ident, town = profile.columns
    assert (profile.rows, profile.sampled) == (5, 5)
    assert (ident.filled, ident.distinct, ident.unique, ident.checked_unique) == (5, 5, True, True)
    assert (town.filled, town.distinct, town.unique) == (3, 2, False)
    assert (town.shortest, town.longest) == (4, 5)
    assert town.codes == (("Leeds", 2), ("York", 1))
    assert town.share_filled == 0.6


def test_a_large_table_is_judged_on_a_sample_that_is_told():
    rows = 3 * MOST_ROWS
    with FakeSource([FakeColumn("n", "BIGINT")], []) as source:
        source.connection.execute(f"insert into held select range from range({rows})").fetchall()
        first, again = profiled(source), profiled(source)
    assert first.rows == rows
    assert MOST_ROWS / 2 < first.sampled <= 2 * MOST_ROWS
    assert first == again
    assert len(source.asked) == 2 * 3  # counts, sample, distinct: no scan for each column


def test_more_columns_than_a_table_has_are_refused():
    with (
        FakeSource([FakeColumn(f"c{number}") for number in range(1001)], []) as source,
        pytest.raises(BadData) as error,
    ):
        profiled(source)
    assert "1,001 columns" in error.value.what


def test_an_empty_table_has_a_profile():
    with table("a|b\n") as source:
        profile = profiled(source)
    assert [(each.filled, each.distinct, each.constant) for each in profile.columns] == [(0, 0, False)] * 2
    assert could_be(profile.columns[0]) == ("nothing",)


def test_values_are_left_out_for_those_who_may_not_see_them():
    with table("name|born\nAsh|2010-01-02\nElm|2011-02-03") as source:
        profile = profiled(source)
    bare = hidden(profile)
    assert "Ash" in str(profile)
    assert "Ash" not in str(bare)
    assert "2010" not in str(bare)
    assert [each.filled for each in bare.columns] == [2, 2]
    assert bare.values is False


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2014-03-15", "yyyy-mm-dd"),
        ("20140315", "yyyymmdd"),
        ("15/03/2014", "dd/mm/yyyy"),
        ("03/15/2014", "mm/dd/yyyy"),
        ("15.03.2014", "dd.mm.yyyy"),
        ("15-Mar-2014", "dd-mon-yyyy"),
        ("15 March 2014", "dd month yyyy"),
        ("2014/03/15", "yyyy/mm/dd"),
        ("15032014", "ddmmyyyy"),
    ],
)
def test_dates_are_read_as_they_are_written(text, form):
    assert judged(text).dates[0].format == form


def test_what_is_no_day_of_the_calendar_is_no_date():
    assert judged("31/02/2016", "00/01/2016", "2016-13-01").dates == ()


def test_check_digits_are_tried_on_every_value():
    assert judged(*made(nhs)).identifiers[Kind.NHS_NUMBER] == 1.0
    assert judged(*made(upn)).identifiers[Kind.UPN] == 1.0
    wrong = [number[:9] + str((int(number[9]) + 1) % 10) for number in made(nhs)]
    assert Kind.NHS_NUMBER not in judged(*wrong).identifiers
    assert judged(*made(postcode)).tidy[Kind.POSTCODE] == 1.0


def test_placeholders_are_told_and_count_for_nothing():
    found = judged("UNKNOWN", "1900-01-01", "2014-03-15", "N/A")
    assert found.judged == 1
    assert found.types["date"] == 1.0
    assert {value for value, _ in found.placeholders} == {"UNKNOWN", "1900-01-01", "N/A"}


def test_a_column_that_changes_type_midway_is_told_with_the_row():
    change = judged(*["17"] * 60, *["15/03/2014"] * 40).change
    assert (change.before, change.after) == ("numbers", "dates written dd/mm/yyyy")
    assert 59 <= change.row <= 62
    assert judged(*["17", "x"] * 60).change is None


def test_names_are_told_from_whole_names():
    assert judged("Ash", "O'Brien", "van der Berg", "Llewellyn-Jones").names.single == 1.0
    whole = judged("Rowan Ash", "Elm, Linden", "J. Birch")
    assert whole.names.full == 1.0
    assert judged("Elm, Linden", "Ash, Jo").names.comma == 1.0
    assert judged("ASH Rowan", "ELM Linden").names.family_first == 1.0


def test_a_pattern_says_what_stands_where():
    assert shape("LS1 4ab") == "AA9 9aa"
    assert shape("B801200005001") == "A9{12}"


@given(st.lists(st.text(max_size=40), max_size=12))
@settings(max_examples=often(40))
def test_no_text_upsets_the_judgement(values):
    found = judged(*[value for value in values if value.strip()])
    assert all(0.0 <= share <= 1.0 for share in (*found.types.values(), *found.identifiers.values()))
    assert sum(share for _, share in found.patterns) <= 1.0001
