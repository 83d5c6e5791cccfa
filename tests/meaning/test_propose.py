"""R4.3: what is proposed for a table from names, types, patterns, check digits and codes, for a person to confirm."""

import os
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.meaning.mapping import read_mapping
from easement.meaning.profile_queries import profiled
from easement.meaning.propose import SURE, propose, ranked
from easement.meaning.propose_assign import assigned
from easement.meaning.propose_codes import walk
from easement.meaning.propose_names import likeness, phrases_of, words_of
from easement.meaning.standards import standard, standards
from easement.sources.files import open_source
from tests.often import often

from .fakes import FakeColumn, FakeSource, a_standard, table
from .studio_tables import BODIES, LATER, Right, nhs

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "examples" / "registers" / "mappings"
REGISTERS = Path(os.environ.get("EASEMENT_REGISTERS", ROOT.parent / "shared" / "data" / "registers"))
EARLIEST = ("benefit-award/1", "health-contact/1", "person/1", "police-contact/1", "school-roll/1")


def held(columns, rows):
    """A table in memory, put there in one statement."""
    source = FakeSource([FakeColumn(name) for name in columns], [])
    places = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
    source.connection.execute(f"insert into held values {places}", [cell or None for row in rows for cell in row])
    return source


@cache
def profile_of(name):
    body = next(each for each in (*BODIES, *LATER) if each.name == name)
    with held(body.columns, body.rows) as source:
        return profiled(source, body.name, formats=formats())


@cache
def formats():
    return tuple(e.format for each in standards() for e in each.elements.values() if e.format)


def proposed(text, ref="person/1"):
    with table(text) as source:
        target = ref if not isinstance(ref, str) else standard(ref)
        return propose(profiled(source, formats=formats()), target)


def is_right(proposal, right):
    way = proposal.way
    written = (way.dates or ("",))[0]
    dates = not right.dates or right.dates == written or right.dates in str(way.expression)
    return way.columns == right.columns and (way.part or "") == right.part and dates


def judged(proposals, rights):
    """The elements proposed rightly, wrongly, and not at all."""
    found = {each.element: each for each in proposals.found}
    right = [name for name, way in rights.items() if name in found and is_right(found[name], way)]
    wrong = [name for name in found if name not in right]
    return right, wrong, [name for name in rights if name not in found]


@pytest.mark.parametrize("body", [*BODIES, *LATER], ids=lambda body: body.name)
def test_no_element_is_proposed_wrongly_for_tables_in_many_styles_of_naming(body):
    _, wrong, missing = judged(propose(profile_of(body.name), standard(body.standard)), body.right)
    assert wrong == []
    assert len(missing) <= (1 if body.name == "no-names" else 0), missing


@pytest.mark.parametrize("body", [*BODIES, *LATER], ids=lambda body: body.name)
def test_the_standard_that_fits_a_table_best_is_ranked_first(body):
    known = [standard(ref) for ref in EARLIEST]
    first, *rest = ranked(profile_of(body.name), known)
    assert first.standard == body.standard
    assert all(0.0 <= fit.fit <= first.fit <= 1.0 for fit in rest)
    assert "elements found" in first.reason


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_no_column_is_proposed_twice_but_one_of_whole_names(body):
    found = propose(profile_of(body.name), standard(body.standard)).found
    whole = [column for each in found for column in each.columns if not each.way.part]
    assert len(whole) == len(set(whole))
    assert all(each.confidence >= SURE and each.reason for each in found)


@pytest.mark.skipif(not REGISTERS.is_dir(), reason="the registers are not on this machine")
def test_proposals_for_the_four_registers_are_right_at_first_sight():
    right, wrong, missing = [], [], []
    for name in ("department", "council", "health_trust", "police"):
        by_hand = read_mapping(MAPPINGS / f"{name}.yaml")
        ways = {element: way for element, way in by_hand.elements.items() if way.absent is None}
        with open_source(REGISTERS / f"{name}.csv") as source:
            profile = profiled(source, name, formats=formats())
        assert ranked(profile, [standard(ref) for ref in EARLIEST])[0].standard == by_hand.standard
        found = propose(profile, standard(by_hand.standard))
        rights = {e: Right(way.columns, way.part or "", (way.dates or ("",))[0]) for e, way in ways.items()}
        these = judged(found, rights)
        for kept, more in zip((right, wrong, missing), these, strict=True):
            kept += [(name, element) for element in more]
        for element, way in ways.items():
            if way.codes:
                assert way.codes.items() <= found.of(element).way.codes.items()
        assert found.record_key == by_hand.record_key
    assert len(right) >= 0.95 * (len(right) + len(wrong))
    assert len(right) >= 0.9 * (len(right) + len(missing))
    assert (wrong, missing) == ([], [])


def test_dates_that_could_be_day_first_or_month_first_are_asked_about_and_not_guessed():
    days = "\n".join(f"{row}|0{row % 9 + 1}/0{(row * 5) % 9 + 1}/19{50 + row}" for row in range(30))
    found = proposed(f"id|dob\n{days}").of("date_of_birth")
    assert found.way.columns == ("dob",)
    assert found.way.dates == ()
    assert "`dd/mm/yyyy` or `mm/dd/yyyy`" in found.question
    assert found.choices == ("dd/mm/yyyy", "mm/dd/yyyy")


def test_a_day_above_twelve_decides():
    days = "\n".join(f"{row}|{row % 28 + 1:02}/0{(row * 5) % 9 + 1}/19{50 + row}" for row in range(30))
    assert proposed(f"id|dob\n{days}").of("date_of_birth").way.dates == ("dd/mm/yyyy",)


def test_two_ways_of_writing_dates_in_one_column_are_both_proposed():
    days = [f"{row % 28 + 1:02}/0{row % 9 + 1}/19{50 + row}" for row in range(30)]
    days += [f"19{50 + row}-0{row % 9 + 1}-{row % 28 + 1:02}" for row in range(20)]
    text = "\n".join(f"{row}|{day}" for row, day in enumerate(days))
    assert proposed(f"id|dob\n{text}").of("date_of_birth").way.dates == ("dd/mm/yyyy", "yyyy-mm-dd")


def test_years_of_two_digits_are_left_out_with_the_reason():
    days = "\n".join(f"{row}|{row % 28 + 1:02}/0{row % 9 + 1}/{50 + row}" for row in range(30))
    found = proposed(f"id|dob\n{days}").of("date_of_birth")
    assert found.way is None
    assert "two digits" in found.reason


def test_a_time_of_day_is_left_out_of_a_date():
    days = "\n".join(f"{row}|19{50 + row}-0{row % 9 + 1}-{row % 28 + 1:02} 00:00:00" for row in range(30))
    way = proposed(f"id|date of birth\n{days}").of("date_of_birth").way
    assert way.expression == "date(left(\"date of birth\", 10), 'yyyy-mm-dd')"


def test_a_check_digit_tells_an_identifier_whatever_its_column_is_called():
    numbers = "\n".join(f"{row}|{number}" for row, number in enumerate(NHS_NUMBERS))
    found = proposed(f"a|b\n{numbers}").of("nhs_number")
    assert found.columns == ("b",)
    assert "100% of values pass the checks of NHS numbers" in found.reason


def test_a_column_that_is_called_an_nhs_number_and_holds_others_is_not_proposed():
    numbers = "\n".join(f"{row}|{number[:9]}{(int(number[9]) + 1) % 10}" for row, number in enumerate(NHS_NUMBERS))
    assert proposed(f"id|nhs_number\n{numbers}").of("nhs_number").way is None


NHS_NUMBERS = [nhs(random.Random(at), at) for at in range(30)]


def test_a_postcode_in_another_spelling_is_put_into_one():
    codes = "\n".join(f"{row}|ls{row}4ab" for row in range(1, 15))
    assert proposed(f"id|post code\n{codes}").of("postcode").way.expression == 'postcode("post code")'


def test_codes_are_walked_over_by_code_label_number_and_first_letter():
    sex = standard("person/1").elements["sex"]
    assert walk([("M", 2), ("F", 3), ("T", 1)], sex).codes == {"M": "male", "F": "female"}
    assert walk([("M", 2), ("F", 3), ("T", 1)], sex).unknown == (("T", 1),)
    assert walk([("1", 2), ("2", 3), ("9", 1), ("0", 1)], sex).codes == {
        "1": "male",
        "2": "female",
        "9": "indeterminate",
        "0": "unknown",
    }
    assert walk([("Female", 2), ("MALE", 1)], sex).codes == {"Female": "female", "MALE": "male"}
    assert walk([("male", 2), ("female", 3)], sex).same
    award = standard("benefit-award/1").elements["award"]
    assert walk([("Universal Credit", 1), ("pension credit", 1)], award).codes == {
        "Universal Credit": "UC",
        "pension credit": "PC",
    }


def test_codes_of_another_list_are_walked_over_by_the_cross_walk_between_the_two():
    ethnicity = standard("school-roll/1").elements["ethnicity"]
    found = walk([("WBRI", 40), ("AIND", 7), ("BAFR", 3), ("??", 1)], ethnicity)
    assert found.codes == {"WBRI": "white-british", "AIND": "asian-indian", "BAFR": "black-african"}
    assert found.how == "the list `ethnicity-dfe`"
    assert found.unknown == (("??", 1),)


def test_codes_of_which_none_is_known_are_asked_about():
    rows = "\n".join(f"{row}|{'xqz'[row % 3]}" for row in range(30))
    found = proposed(f"id|sex\n{rows}").of("sex")
    assert found.way.columns == ("sex",)
    assert "say what each means" in found.question


def test_no_value_of_a_table_stands_in_what_is_said_of_a_proposal():
    """Drafts are seen by people who may know a table's shape and not what stands in it."""
    rows = "\n".join(f"{row}|{('M', 'F', 'Jo Ash, seen by Dr Elm')[row % 3]}" for row in range(30))
    found = proposed(f"id|sex\n{rows}").of("sex")
    assert found.way.codes == {"M": "male", "F": "female"}
    assert "no code was found for 1 value (10 in all)" in found.reason
    assert "Elm" not in f"{found}"


def test_what_is_not_proposed_is_told_with_the_reason():
    found = proposed("id|surname|shoe_size|empty\n1|Ash|9|\n2|Elm|8|")
    assert dict(found.left_out) == {
        "shoe_size": "the standard has no element that it seems to be",
        "empty": "it is empty",
    }
    assert "no column of the table seems to hold it" in found.of("email").reason


def test_the_words_of_a_name_are_spelt_out():
    assert words_of("custDOB") == ("customer", "date", "birth")
    assert words_of("D.O.B.") == ("date", "birth")
    assert words_of("contacts_12m") == words_of("Contacts 12 months")
    assert words_of("nationalinsurancenumber") == ("national", "insurance", "number")
    assert words_of("SURNM") == ("family", "name")
    assert words_of("") == ()


def test_somebody_elses_name_is_not_the_persons():
    element = standard("person/1").elements["family_name"]
    mine, mothers = (likeness(words_of(name), phrases_of(element)) for name in ("surname", "mother_surname"))
    assert mine == 1.0
    assert mothers < 0.5


def test_hostile_names_of_columns_are_only_names():
    hostile = ["=cmd()", "<script>alert(1)</script>", "'; drop table held; --", '"quoted"', "\u202eevil", "name\u0000"]
    with held(hostile[:5], [[value] * 5 for value in hostile[:5]]) as source:
        profile = profiled(source)
        found = propose(profile, standard("person/1"))
    assert [column.name for column in profile.columns] == hostile[:5]
    assert {column for column, _ in found.left_out} | {c for each in found.found for c in each.columns} <= set(hostile)


def test_five_hundred_columns_are_judged_and_the_right_ones_found():
    names = [f"measure_{number}" for number in range(497)] + ["Surname", "DOB", "Postcode"]
    rows = [
        ["7"] * 497 + [f"Ash{'abcdefghij'[row % 10]}", f"19{50 + row}-05-1{row % 9}", "LS1 4AB"] for row in range(30)
    ]
    with held(names, rows) as source:
        profile = profiled(source, formats=formats())
    found = {each.element: each.columns for each in propose(profile, standard("person/1")).found}
    assert found["family_name"] == ("Surname",)
    assert found["date_of_birth"] == ("DOB",)


def test_a_table_of_one_empty_column_has_nothing_proposed_but_its_name():
    found = proposed("shoe\n")
    assert found.found == ()
    assert found.left_out == (("shoe", "it is empty"),)


def test_elements_of_any_standard_are_found_by_their_own_names():
    own = a_standard(tenancy_start={"type": "date"}, weekly_rent={"type": "number"}, rooms={"type": "integer"})
    rows = "\n".join(f"20{10 + row % 10}-01-1{row % 9}|{80 + row}.50|{row % 5 + 1}" for row in range(20))
    found = proposed(f"Tenancy Start Date|Rent (weekly)|No. of rooms\n{rows}", own)
    assert {each.element: each.columns for each in found.found} == {
        "tenancy_start": ("Tenancy Start Date",),
        "weekly_rent": ("Rent (weekly)",),
        "rooms": ("No. of rooms",),
    }


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=4))
@settings(max_examples=often(40))
def test_the_assignment_gains_as_much_as_any(gains):
    def best(row, free):
        if row == len(gains):
            return 0
        return max([best(row + 1, free)] + [gains[row][at] + best(row + 1, free - {at}) for at in free])

    found = assigned(gains)
    assert len(set(found.values())) == len(found)
    assert sum(gains[row][at] for row, at in found.items()) == best(0, frozenset(range(4)))
