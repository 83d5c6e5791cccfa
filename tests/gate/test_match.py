"""Matching (R3.9): exact rules over several keys, one to one; what is ambiguous is held and never disclosed."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.agreement.model import Mode
from easement.gate.decide import decide
from easement.gate.keys import PseudonymKey
from easement.gate.match import RULES
from easement.gate.pairs import DOUBTFUL
from easement.gate.plan import LIST_REFERENCE, plan
from easement.gate.prepare import Prepared
from easement.gate.release import match_pairs
from easement.meaning.model import Standard
from tests.often import often

from .conftest import facts, request
from .tables import Rows, opened

KEY = PseudonymKey(bytes(32))
ASH = {
    "family_name": "Ash",
    "given_name": "Jo",
    "date_of_birth": "2015-02-01",
    "postcode": "NT1 1AA",
    "award": "UC",
    "earnings": 100,
}


def person(reference: str, **changes: Any) -> dict[str, Any]:
    return ASH | {"reference": reference} | changes


def matched(
    agreement: Prepared, standard: Standard, folder: Path, held: Rows, listed: Rows
) -> tuple[set[tuple[str, str]], set[str]]:
    """The pairs disclosed (list's reference, family name), and the list's references held for a person."""
    decision = decide(request(), agreement, facts())
    with opened(folder, standard, held_data=held, listed_data=listed) as (session, tables):
        made = plan(
            decision,
            agreement.offers["entitled"].terms,
            tables["held_data"],
            key=KEY,
            today=facts().now.date(),
            listed=tables["listed_data"],
        )
        for name, query in made.steps:
            session.make(name, query)
        rows = session.measure(made.sql, dict(made.parameters) or None)
        names = list(made.columns)
        found = [dict(zip(names, row, strict=True)) for row in rows]
        doubtful = {pair.listed for pair in match_pairs(session, made, DOUBTFUL)}
    return {(row[LIST_REFERENCE], row["family_name"]) for row in found}, doubtful


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ({}, "everything is the same"),
        ({"family_name": "ASH", "given_name": "jo", "postcode": "nt11aa"}, "spelling differs"),
        ({"postcode": ""}, "names and birth are enough"),
        ({"postcode": "ZZ9 9ZZ"}, "a person may have moved"),
        ({"given_name": "J"}, "an initial does not contradict"),
        ({"date_of_birth": ""}, "names and place are enough where no birth contradicts"),
        ({"given_name": "Jo Anne"}, "the first given name counts"),
        ({"family_name": "Ashe"}, "a family name may be misspelt or changed"),
    ],
)
def test_a_person_is_found_through_what_two_tables_share(
    agreement: Prepared, standard: Standard, tmp_path: Path, theirs: dict[str, Any], why: str
) -> None:
    pairs, held = matched(agreement, standard, tmp_path, [person("H1")], [person("L1", **theirs)])
    assert (pairs, held) == ({("L1", "Ash")}, set()), why


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ({"family_name": "Beech", "postcode": "ZZ9 9ZZ"}, "another family, elsewhere"),
        ({"given_name": "Kim"}, "a twin"),
        ({"given_name": "Jane"}, "a twin with the same initial"),
        ({"date_of_birth": "1985-02-01"}, "a parent of the same name at the same place"),
        ({"date_of_birth": "", "postcode": ""}, "names alone say too little"),
        ({"family_name": "", "given_name": ""}, "birth and place alone say too little"),
        ({"nino": "AB123456C"}, "another number"),
    ],
)
def test_what_contradicts_or_says_too_little_is_no_match(
    agreement: Prepared, standard: Standard, tmp_path: Path, theirs: dict[str, Any], why: str
) -> None:
    held = [person("H1", nino="CE123456A" if "nino" in theirs else "")]
    pairs, doubtful = matched(agreement, standard, tmp_path, held, [person("L1", **theirs)])
    assert (pairs, doubtful) == (set(), set()), why


def test_a_number_that_both_sides_hold_outweighs_a_changed_name(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    held = [person("H1", nino="AB123456C")]
    listed = [person("L1", nino="ab 12 34 56 c", family_name="Elm", postcode="")]
    assert matched(agreement, standard, tmp_path, held, listed) == ({("L1", "Ash")}, set())


@pytest.mark.parametrize("number", ["AB123456Z", "QQ123456C", "not a number"])
def test_a_number_that_cannot_be_one_links_nobody(
    agreement: Prepared, standard: Standard, tmp_path: Path, number: str
) -> None:
    held = [person("H1", nino=number)]
    listed = [person("L1", nino=number, family_name="Elm", given_name="Al", date_of_birth="", postcode="")]
    assert matched(agreement, standard, tmp_path, held, listed) == (set(), set())


def test_without_a_given_name_it_may_be_a_twin_and_is_held(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    assert matched(agreement, standard, tmp_path, [person("H1")], [person("L1", given_name="")]) == (set(), {"L1"})


def test_a_number_alone_is_held_where_nothing_else_agrees(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    held = [person("H1", nino="AB123456C")]
    listed = [person("L1", nino="AB123456C", family_name="Elm", given_name="Al", date_of_birth="", postcode="")]
    assert matched(agreement, standard, tmp_path, held, listed) == (set(), {"L1"})


def test_a_list_made_to_try_values_out_learns_none(agreement: Prepared, standard: Standard, tmp_path: Path) -> None:
    """One number with every birthday, or one name at one place with every birthday: the row that fits is held."""
    days = ["2015-02-01", "2015-02-02", "2015-02-03"]
    by_number = [{"reference": f"L{n}", "nino": "AB123456C", "date_of_birth": day} for n, day in enumerate(days)]
    assert matched(agreement, standard, tmp_path, [person("H1", nino="AB123456C")], by_number)[0] == set()
    by_name = [person(f"L{n}", date_of_birth=day) for n, day in enumerate(days)]
    assert matched(agreement, standard, tmp_path, [person("H1")], by_name)[0] == set()


ELSEWHERE = [{"postcode": f"ZZ{n} 9ZZ"} for n in range(9)]
TRIES: dict[str, list[dict[str, Any]]] = {
    "birthdays, at places invented": [
        place | {"date_of_birth": f"2015-02-0{n}"} for n, place in enumerate(ELSEWHERE, 1)
    ],
    "postcodes": [{"postcode": f"NT{n} 1AA"} for n in range(1, 9)],
    "postcodes, without a birthday": [{"postcode": f"NT{n} 1AA", "date_of_birth": ""} for n in range(1, 9)],
    "postcodes, under names that begin alike": [
        {"postcode": f"NT{n} 1AA", "given_name": f"Jo{each}"} for n, each in enumerate("abcdefgh", 1)
    ],
    "family names": [{"family_name": each} for each in ("Oak", "Ash", "Elm")],
    "family names, at places invented": [
        ELSEWHERE[n] | {"family_name": each} for n, each in enumerate(("Oak", "Ash", "Elm", "Fir", "Yew", "Box"))
    ],
    "given names": [{"given_name": each} for each in ("Al", "Jo", "Di", "Ed")],
}


@pytest.mark.parametrize("tried", TRIES)
def test_a_list_that_goes_through_any_one_thing_learns_nothing(
    agreement: Prepared, standard: Standard, tmp_path: Path, tried: str
) -> None:
    """Whatever stands beside it: the one row that fits is held for a person, as are all that could be it."""
    listed = [person(f"L{n}", **each) for n, each in enumerate(TRIES[tried])]
    pairs, held = matched(agreement, standard, tmp_path, [person("H1")], listed)
    assert pairs == set()
    assert held


def test_namesakes_are_not_taken_for_tries_where_the_place_agrees_or_the_register_has_as_many(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    many = [person(f"N{n}", date_of_birth=f"2011-02-0{n}", postcode=f"ZZ{n} 9ZZ") for n in range(1, 9)]
    assert matched(agreement, standard, tmp_path, [person("H1")], [person("L1"), *many])[0] == {("L1", "Ash")}
    moved = [person(f"H{n}", date_of_birth=f"2011-02-0{n}") for n in range(1, 4)]
    pairs, _ = matched(agreement, standard, tmp_path, [*moved, person("H0", family_name="Elm")], many)
    assert {listed for listed, _ in pairs} == {"N1", "N2", "N3"}


def test_triplets_are_three_people_and_no_tries(agreement: Prepared, standard: Standard, tmp_path: Path) -> None:
    names = ("Jo", "Kim", "Lee")
    held = [person(f"H{each}", given_name=each) for each in names]
    pairs, _ = matched(agreement, standard, tmp_path, held, [person(each, given_name=each) for each in names])
    assert {listed for listed, _ in pairs} == set(names)


def test_two_candidates_on_either_side_are_held_and_nothing_of_them_is_disclosed(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    two_held = [person("H1", postcode=""), person("H2", postcode="")]
    assert matched(agreement, standard, tmp_path, two_held, [person("L1")]) == (set(), {"L1"})
    two_listed = [person("L1"), person("L2")]
    assert matched(agreement, standard, tmp_path, [person("H1")], two_listed) == (set(), {"L1", "L2"})


def test_the_stronger_pair_wins_and_the_weaker_is_held(agreement: Prepared, standard: Standard, tmp_path: Path) -> None:
    listed = [person("L1"), person("L2", date_of_birth="")]
    assert matched(agreement, standard, tmp_path, [person("H1")], listed) == ({("L1", "Ash")}, {"L2"})


def test_only_people_whom_the_share_covers_are_disclosed_but_all_are_matched(
    agreement: Prepared, standard: Standard, tmp_path: Path
) -> None:
    """Else the nearest entitled stranger would be taken for somebody who is not entitled."""
    held = [person("H1", award="PC"), person("H2", postcode="")]
    pairs, doubtful = matched(agreement, standard, tmp_path, held, [person("L1")])
    assert pairs == set()
    assert doubtful == set()


def test_nothing_is_said_of_the_rest(agreement: Prepared, standard: Standard, tmp_path: Path) -> None:
    """R3.9: the provider learns and keeps nothing of unmatched people, the recipient nothing of the provider's."""
    held = [person("H1"), person("H2", family_name="Oak", date_of_birth="2014-05-05", postcode="NT2 2BB")]
    listed = [person("L1"), person("L2", family_name="Yew", date_of_birth="2013-03-03", postcode="NT3 3DD")]
    assert matched(agreement, standard, tmp_path, held, listed) == ({("L1", "Ash")}, set())


people = st.builds(
    lambda family, given, birth, place: {
        "family_name": family, "given_name": given, "date_of_birth": birth, "postcode": place, "award": "UC",
    },
    st.sampled_from(["Ash", "Oak", ""]),
    st.sampled_from(["Jo", "Kim", ""]),
    st.sampled_from(["2015-02-01", "2014-05-05", ""]),
    st.sampled_from(["NT1 1AA", "NT2 2BB", ""]),
)  # fmt: skip


@settings(max_examples=often(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.lists(people, min_size=1, max_size=6), listed=st.lists(people, min_size=1, max_size=6))
def test_no_record_is_ever_linked_twice_and_no_held_one_is_disclosed(
    agreement: Prepared, standard: Standard, tmp_path: Path, held: Rows, listed: Rows
) -> None:
    numbered = [row | {"reference": f"L{n}"} for n, row in enumerate(listed)]
    pairs, doubtful = matched(
        agreement, standard, tmp_path, [r | {"reference": f"H{n}"} for n, r in enumerate(held)], numbered
    )
    references = Counter(reference for reference, _ in pairs)
    assert all(count == 1 for count in references.values())
    assert not doubtful & references.keys()
    covered = {row["family_name"] for row in held}
    assert all((family or "") in covered for _, family in pairs)


def test_every_sure_rule_needs_a_number_and_more_or_three_keys() -> None:
    for rule in RULES:
        assert not rule.sure or len(rule.equal) >= (2 if "identifier" in rule.equal else 3)
        assert not set(rule.equal) & set(rule.agree)


def test_a_bulk_of_matched_people_goes_the_same_way(agreement: Prepared) -> None:
    assert decide(request(mode=Mode.BULK), agreement, facts()).allowed
    assert not decide(request(mode=Mode.BULK, listed=False), agreement, facts()).allowed
