"""Names matched to the labels of a list, measured on what bodies call councils.

The names in `authority_names.csv` are from mySociety's list of UK local authorities (CC BY 4.0): official names, names
that surveys and gazetteers use, and some with slips. Labels come from the Office for National Statistics.
"""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.base.errors import UsageError
from easement.meaning.codes import Code, CodeList
from easement.meaning.codes_shelf import code_list
from easement.meaning.crosswalk_labels import MOST_NAMES, How, jaro_winkler, match_labels
from tests.often import often

NAMES = [tuple(row) for row in csv.reader((Path(__file__).parent / "authority_names.csv").read_text().splitlines())][1:]
DAY = date(2026, 11, 22)
COUNCILS = code_list("local-authorities")
LABELS_ALONE = COUNCILS.model_copy(
    update={"codes": {code: each.model_copy(update={"also": ()}) for code, each in COUNCILS.codes.items()}}
)


def scored(codes, kinds=frozenset(How)):
    found = {each.name: each for each in match_labels((name for name, _ in NAMES), codes, on=DAY)}
    given_ = [(found[name].code, code) for name, code in NAMES if found[name].code and found[name].how in kinds]
    right = sum(proposed == code for proposed, code in given_)
    return right / len(NAMES), right / len(given_)


def one(name, codes=COUNCILS, **more):
    return match_labels([name], codes, on=DAY, **more)[0]


def test_names_of_councils_are_matched_by_their_labels_alone():
    recall, precision = scored(LABELS_ALONE)
    assert recall >= 0.95
    assert precision >= 0.995


def test_what_needs_no_person_is_right():
    recall, precision = scored(LABELS_ALONE, {How.EXACT, How.NORMALISED})
    assert recall >= 0.92
    assert precision >= 0.999


def test_other_names_in_the_list_find_what_no_likeness_would():
    recall, precision = scored(COUNCILS)
    assert recall >= 0.98
    assert precision >= 0.995
    assert one("Caerdydd").code == "W06000015"


def test_names_that_the_list_has_not_are_never_taken_without_a_person():
    others = ["Derry", "Fermanagh", "North Down", "Lisburn", "Greater London Authority", "Moyle", "Larne", "Ards"]
    assert not any(each.certain for each in match_labels(others, COUNCILS, on=DAY))


@pytest.mark.parametrize(
    ("name", "code", "how"),
    [
        ("E06000060", "E06000060", How.EXACT),
        ("  bedford ", "E06000055", How.EXACT),
        ("BRISTOL, CITY OF", "E06000023", How.EXACT),
        ("City of Bristol", "E06000023", How.NORMALISED),
        ("London Borough of Hammersmith & Fulham", "E09000013", How.NORMALISED),
        ("Ynys Mon", "W06000001", How.EXACT),
        ("Buckinghamshire Council", "E06000060", How.NORMALISED),
        ("Buckinghamshire County Council", "E10000002", How.NORMALISED),
        ("north down and ards", "N09000011", How.SIMILAR),
        ("Telford and the Wrekin UA", "E06000020", How.NORMALISED),
        ("east dunbaronshire", "S12000045", How.SIMILAR),
        ("Atlantis", None, How.NONE),
        ("", None, How.NONE),
        ("'; drop table councils --", None, How.NONE),
        ("\u202e\u0000", None, How.NONE),
    ],
)
def test_a_name_is_matched_in_the_first_way_that_fits(name, code, how):
    found = one(name)
    assert (found.code, found.how) == (code, how)
    assert found.certain == (how in (How.EXACT, How.NORMALISED))


def test_a_label_that_two_codes_share_goes_to_the_one_of_the_day():
    assert match_labels(["Glasgow City"], COUNCILS, on=DAY)[0].code == "S12000049"
    assert match_labels(["Northumberland"], COUNCILS, on=date(2012, 1, 1))[0].code == "E06000048"


def test_between_equals_none_is_chosen():
    codes = CodeList(
        format="easement-codes/2", id="x", title="X", codes={"a": Code(label="Same"), "b": Code(label="same")}
    )
    found = one("SAME", codes)
    assert (found.code, found.how) == (None, How.AMBIGUOUS)
    assert [code for code, _ in found.others] == ["a", "b"]


def test_a_name_of_a_million_signs_is_soon_answered():
    assert one("a" * 1_000_000).how is How.NONE


def test_a_column_that_is_none_of_codes_is_refused():
    with pytest.raises(UsageError, match="more than can be codes"):
        match_labels((str(number) for number in range(MOST_NAMES + 1)), COUNCILS)


@pytest.mark.parametrize(
    ("one_", "other", "alike"),
    [
        ("MARTHA", "MARHTA", 0.9611),
        ("DIXON", "DICKSONX", 0.8133),
        ("DWAYNE", "DUANE", 0.84),
        ("", "", 1),
        ("a", "b", 0),
    ],
)
def test_jaro_winkler_gives_the_figures_in_print(one_, other, alike):
    assert jaro_winkler(one_, other) == pytest.approx(alike, abs=5e-5)


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=often(40))
def test_likeness_is_the_same_both_ways_and_within_its_bounds(one_, other):
    assert 0 <= jaro_winkler(one_, other) <= 1
    assert (jaro_winkler(one_, other) == 1) == (one_ == other)


@given(st.sampled_from(NAMES))
@settings(max_examples=often(40))
def test_capitals_and_signs_make_no_difference(pair):
    name, _ = pair
    assert one(name).code == one(f"  {name.upper().replace(' ', '  ')}. ").code
