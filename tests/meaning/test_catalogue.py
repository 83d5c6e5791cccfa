"""R4.1: standards are found by words in names, meanings and codes; what is retired says what to use instead."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.meaning.catalogue import MOST_HITS, lists_with, newest, refuse_retired, retired_words, search
from easement.meaning.catalogue_draft import element_name, one_line
from easement.meaning.codes_shelf import code_lists
from easement.meaning.compare import compare_standards
from easement.meaning.model import Retired
from easement.meaning.standards import standard, standards
from tests.often import often

ALL = standards()


def refs(words):
    return [hit.standard.ref for hit in search(ALL, words)]


def retired(on=date(2026, 4, 1), **more):
    return standard("person/1").model_copy(update={"retired": Retired(on=on, **more)})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("rent arrears", ["housing-tenancy/1"]),
        ("Unique Pupil", ["school-roll/1"]),
        ("universal credit", ["benefit-award/1"]),
        ("domestic abuse", ["homelessness-case/1"]),
        ("GÝPSY", ["homelessness-case/1", "school-roll/1"]),
        ("yntax", []),
        ("klingon", []),
    ],
)
def test_a_standard_is_found_by_every_word(words, found):
    assert sorted(refs(words)) == found


def test_a_title_goes_before_a_mention():
    assert refs("council tax")[0] == "council-tax-account/1"


def test_where_the_words_stand_is_told():
    [hit] = search(ALL, "domestic abuse")
    assert [(place.element, place.codes) for place in hit.places] == [("reason", (("abuse", "Domestic abuse"),))]


def test_no_words_give_everything():
    assert len(refs("  ")) == len(ALL)
    assert len(lists_with(code_lists(), "")) == len(code_lists())


def test_lists_are_found_by_their_codes():
    found = {each.ref: codes for each, codes in lists_with(code_lists(), "aylesbury")}
    assert found == {"local-authorities": ("E07000004",)}


def test_hits_are_bounded():
    many = [ALL[0].model_copy(update={"version": number}) for number in range(1, MOST_HITS + 50)]
    assert len(search(many, "")) == MOST_HITS


@given(st.text(max_size=60))
@settings(max_examples=often(40))
def test_whatever_is_looked_for_is_answered(words):
    assert len(search(ALL, words)) <= len(ALL)


def test_the_newest_version_is_known():
    two = standard("person/1").model_copy(update={"version": 2})
    assert newest([*ALL, two])["person"].version == 2


def test_a_retired_standard_says_what_to_use():
    found = retired(successor="people/1", why="names are in parts now")
    assert retired_words(found) == "`person/1` is retired on 1 April 2026: names are in parts now; use `people/1`"
    assert retired_words(standard("person/1")) == ""
    assert "ask whoever keeps the standard" in retired_words(retired())


def test_nothing_new_is_made_on_it_from_the_day_on():
    refuse_retired(retired(), date(2026, 3, 31))
    with pytest.raises(UsageError, match="is retired on 1 April 2026"):
        refuse_retired(retired(), date(2026, 4, 1))


def test_a_standard_does_not_differ_from_itself():
    for each in ALL:
        assert compare_standards(each, each) == ()


def test_what_went_in_one_direction_came_in_the_other():
    there = compare_standards(standard("person/1"), standard("school-roll/1"))
    back = compare_standards(standard("school-roll/1"), standard("person/1"))
    gone = {each.element for each in there if each.part == "element" and each.after is None}
    assert gone == {each.element for each in back if each.part == "element" and each.before is None}
    assert "telephone" in gone
    assert all(each.breaks for each in there if each.after is None)


@pytest.mark.parametrize(
    ("name", "ours"),
    [("dateOfBirth", "date_of_birth"), ("NHSNumber", "nhs_number"), ("Post Code ", "post_code"), ("and", "x_and"),
     ("7th", "x_7th"), ("é", ""), ("", ""), ("a" * 99, "a" * 63)],
)  # fmt: skip
def test_names_of_others_are_written_as_ours(name, ours):
    assert element_name(name) == ours


def test_text_of_others_is_put_on_one_line():
    assert one_line("a\nb\u202e c") == "a b c"
    assert len(one_line("a" * 5_000)) == 300
    assert one_line(None) == ""
