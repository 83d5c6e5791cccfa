"""The people of the town hang together as people do, and none of them can be anybody real."""

from collections import Counter
from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.demo.households import households, school_year
from easement.demo.lexicon import lexicon
from easement.demo.numbers import nhs_numbers, nino, postcode, upn
from easement.meaning.identifiers import Identifier, Kind, check

from .conftest import PEOPLE, SEED, TODAY


def valid(kind: Kind, text: str) -> bool:
    return isinstance(check(kind, text), Identifier)


def people(families):
    return [person for household in families for person in household.members]


def test_a_town_has_exactly_as_many_people_as_asked(families):
    assert [person.number for person in people(families)] == list(range(PEOPLE))


@given(st.integers(1, 40), st.integers(0, 10**9))
def test_any_number_of_people_make_a_town(count, seed):
    assert sum(len(each.members) for each in households(count, seed=seed, today=TODAY)) == count


def test_the_same_seed_makes_the_same_town(families):
    assert list(households(PEOPLE, seed=SEED, today=TODAY)) == families


def test_another_seed_makes_another_town(families):
    assert next(households(PEOPLE, seed=SEED + 1, today=TODAY)).members != families[0].members


def test_nobody_is_born_on_a_coming_day_or_past_every_age(families):
    ages = [TODAY.year - person.born.year for person in people(families)]
    assert min(person.born for person in people(families)) > date(1900, 1, 1)
    assert max(person.born for person in people(families)) <= TODAY
    assert max(ages) > 85


def test_parents_are_born_long_before_their_children(families):
    pairs = [
        (household.members[parent - household.members[0].number], person)
        for household in families
        for person in household.members
        for parent in person.parents
    ]
    assert len(pairs) > 1_000
    gaps = [(child.born - parent.born).days / 365.25 for parent, child in pairs]
    assert min(gaps) >= 16.9
    assert max(gap for (parent, _), gap in zip(pairs, gaps, strict=True) if parent.female) < 60


def test_parents_live_with_their_children(families):
    for household in families:
        numbers = {person.number for person in household.members}
        assert all(numbers.issuperset(person.parents) for person in household.members)


def test_children_bear_a_name_of_their_parents(families):
    for household in families:
        by_number = {person.number: person for person in household.members}
        for child in household.members:
            if len(child.parents) == 2:
                words = {
                    word
                    for parent in child.parents
                    for name in (by_number[parent].family, by_number[parent].former)
                    for word in name.replace("-", " ").split()
                }
                assert words & set(child.family.replace("-", " ").split()), household


def test_no_two_children_of_a_family_have_one_name(families):
    for household in families:
        names = [child.given for child in household.members if len(child.parents) == 2]
        assert len(names) == len(set(names)), household


def test_there_are_twins_and_sons_with_their_fathers_name(families):
    twins = juniors = 0
    for household in families:
        children = [person for person in household.members if person.parents]
        grown = {(person.given, person.family) for person in household.members if not person.parents}
        twins += len(children) > len({child.born for child in children})
        juniors += any((child.given, child.family) in grown for child in children)
    assert twins >= 10
    assert juniors >= 10


def test_names_come_in_every_shape(families):
    names = [name for person in people(families) for name in (person.given, person.family)]
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)
    assert any(not name.isascii() for name in names)
    assert any(" " in person.family for person in people(families))
    assert {person.ethnicity for person in people(families)} == {each.ethnicity for each in lexicon().cultures}


def test_some_households_moved_and_every_home_has_an_address(families):
    moved = [household for household in families if household.before]
    assert 0.12 < len(moved) / len(families) < 0.20
    assert all(household.home.line and household.home.postcode for household in families)


def test_homes_share_postcodes_as_streets_do(families):
    per_postcode = Counter(household.home.postcode for household in families)
    assert max(per_postcode.values()) == 14
    assert len({household.home for household in families}) == len(families)


@pytest.mark.parametrize("kind", [Kind.NHS_NUMBER, Kind.NINO, Kind.UPN])
def test_every_number_passes_its_check_and_is_one_persons(families, kind):
    field = {Kind.NHS_NUMBER: "nhs", Kind.NINO: "nino", Kind.UPN: "upn"}[kind]
    numbers = [number for person in people(families) if (number := getattr(person, field))]
    assert len(numbers) > 1_000
    assert all(valid(kind, number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_postcode_passes_its_check_and_is_nowhere(families):
    areas = {lexicon().places.area, lexicon().places.elsewhere}
    for household in families:
        for address in filter(None, (household.home, household.before)):
            assert valid(Kind.POSTCODE, address.postcode)
            assert address.postcode[:2] in areas


def test_no_number_can_be_a_real_persons(families):
    assert {person.nhs[:3] for person in people(families)} == {"999"}
    assert {person.nino[:2] for person in people(families) if person.nino} <= {"PY", "PZ"}
    assert {person.upn[1:4] for person in people(families) if person.upn} == {"999"}


@given(st.integers(0, 7_999_999), st.integers(0, 7_999_999))
def test_national_insurance_numbers_never_meet(one, other):
    assert (nino(one) == nino(other)) is (one == other)
    assert valid(Kind.NINO, nino(one))


@given(st.integers(0, 9_999_999), st.integers(2000, 2099))
def test_pupil_numbers_pass_their_check(n, year):
    assert valid(Kind.UPN, upn(n, year))


@given(st.integers(1, 99), st.integers(0, 100_000))
def test_postcodes_pass_their_check(districts, n):
    assert valid(Kind.POSTCODE, postcode("NT", n, districts))


def test_nhs_numbers_are_each_their_own_past_the_test_range():
    numbers = list(islice(nhs_numbers(), 909_000, 911_000))
    assert len(set(numbers)) == len(numbers)
    assert {number[:3] for number in numbers} == {"999", "998"}
    assert all(valid(Kind.NHS_NUMBER, number) for number in numbers[::50])


@pytest.mark.parametrize(
    ("born", "year"),
    [((2021, 9, 1), 0), ((2022, 8, 31), 0), ((2022, 9, 1), -1), ((2010, 12, 1), 11), ((2015, 4, 2), 7)],
)
def test_the_school_year_turns_on_the_first_of_september(born, year):
    assert school_year(date(*born), TODAY) == year
    assert school_year(date(*born), date(2026, 9, 1)) == year
    assert school_year(date(*born), date(2026, 8, 31)) == year - 1
