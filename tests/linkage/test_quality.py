"""R4.4, R7.4: false and missed links are told apart, with ranges that hold what they promise, and by group."""

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easement.linkage.quality import ENOUGH, Range, Stratum, band, by_chance, by_decisions, gap, wilson
from easement.linkage.quality_groups import FEWEST, GroupErrors, age_band, postcode_area, true_errors
from easement.linkage.quality_tally import Tally
from tests.often import often

counts = st.integers(0, 2_000)


@pytest.mark.parametrize(("right", "of", "low", "high"), [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (0, 0, 0.0, 1.0),
])  # fmt: skip
def test_wilsons_range_is_as_published(right: int, of: int, low: float, high: float) -> None:
    """Newcombe (1998), table 1: 81/263, 15/148, 0/20; and its mirror."""
    found = wilson(right, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(("one", "other", "low", "high"), [
    ((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0),
])  # fmt: skip
def test_the_range_of_a_difference_is_as_published(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), Interval estimation for the difference, table II, method 10."""
    found = gap(wilson(*one), wilson(*other))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.certain


@settings(max_examples=often(40))
@given(st.lists(st.tuples(st.booleans(), counts, counts, counts), max_size=6))
def test_figures_stand_in_their_ranges_and_those_between_nothing_and_all(
    strata: list[tuple[bool, int, int, int]],
) -> None:
    found = by_decisions([
        Stratum(str(n), linked, pairs + same + different, same, different)
        for n, (linked, pairs, same, different) in enumerate(strata)
    ])  # fmt: skip
    for each in (found.precision, found.recall):
        if each.range is not None:
            assert 0 <= each.range.low <= each.range.value <= each.range.high <= 1
            assert each.decisions >= ENOUGH


@settings(max_examples=often(30))
@given(counts, counts, counts)
def test_more_false_links_make_no_linkage_better(same: int, different: int, more: int) -> None:
    before, after = (wilson(same, same + wrong) for wrong in (different, different + more))
    assert after.low <= before.low + 1e-9
    if same + different:
        assert after.high <= before.high + 1e-9


@pytest.mark.parametrize(("strata", "said"), [
    ([Stratum("a", True, 100, 20, 5)], "too few decisions: 25, for 100% of the links"),
    ([Stratum("a", True, 100, 90, 5), Stratum("b", True, 400)], "too few decisions: 95, for 20% of the links"),
    ([], "too few decisions: 0, for 0% of the links"),
])  # fmt: skip
def test_where_decisions_are_too_few_that_is_said_and_no_figure_given(strata: list[Stratum], said: str) -> None:
    found = by_decisions(strata)
    assert (found.precision.range, found.precision.words) == (None, said)


def test_a_stratum_counts_by_its_pairs_not_by_its_decisions() -> None:
    found = by_decisions([Stratum("sure", True, 9_000, 100, 0), Stratum("less", True, 1_000, 50, 50)])
    assert found.precision.range is not None
    assert found.precision.range.value == pytest.approx(0.95)


def test_missed_links_are_what_was_held_though_it_is_one_person() -> None:
    found = by_decisions([Stratum("sure", True, 900, 100, 0), Stratum("held", False, 200, 50, 50)])
    assert found.recall.range is not None
    assert found.recall.range.value == pytest.approx(0.9)
    assert found.recall.range.low < 0.89 < 0.91 < found.recall.range.high
    nobody_looked = by_decisions([Stratum("sure", True, 900, 100, 0), Stratum("held", False, 200)])
    assert (nobody_looked.recall.range, nobody_looked.precision.range is None) == (None, False)


def test_the_range_holds_the_truth_as_often_as_it_says() -> None:
    """A thousand linkages with three strata of which 60 pairs each are looked at: few, and hardly any is wrong."""
    chance, held, sizes, truths = Random(7), 0, (5_000, 2_000, 500), (0.995, 0.97, 0.8)
    true = sum(size * truth for size, truth in zip(sizes, truths, strict=True)) / sum(sizes)
    for _ in range(1_000):
        right = [sum(chance.random() < truth for _ in range(60)) for truth in truths]
        strata = [
            Stratum(str(n), True, size, same, 60 - same)
            for n, (size, same) in enumerate(zip(sizes, right, strict=True))
        ]
        found = by_decisions(strata).precision.range
        assert found is not None
        held += found.low <= true <= found.high
    assert held >= 920


def test_the_models_chances_alone_give_what_is_expected() -> None:
    strata = [Stratum("sure", True, 100, expected=99.0), Stratum("held", False, 20, expected=11.0)]
    assert by_chance(strata) == {"precision": 0.99, "recall": 0.9}
    assert by_chance([*strata, Stratum("rule", True, 5)]) == by_chance([]) == {"precision": None, "recall": None}


@pytest.mark.parametrize(("probability", "name"), [
    (None, "names and place"), (0.0, "0–0.5"), (0.5, "0.5–0.8"), (0.9949, "0.99–0.995"), (1.0, "0.999–1"),
])  # fmt: skip
def test_pairs_are_counted_by_how_sure_they_are(probability: float | None, name: str) -> None:
    assert band("names and place", probability) == name


def test_a_tally_is_kept_and_read_as_it_was() -> None:
    tally = Tally({"0.999–1": (10, 9.9)}, {"names": (3, None)})
    assert Tally.of_dict(tally.as_dict()) == tally
    assert tally.strata({(False, "names"): (2, 1)}) == (
        Stratum("0.999–1", True, 10, 0, 0, 9.9), Stratum("names", False, 3, 2, 1),
    )  # fmt: skip


PEOPLE = {str(n): "F" if n % 2 else "M" for n in range(200)}


def test_links_held_against_the_truth_tell_false_ones_from_missed_ones() -> None:
    truth = {(f"L{n}", str(n)) for n in range(100)}
    links = {(f"L{n}", str(n)) for n in range(90)} | {("L95", "150"), ("L96", "151")}
    found = true_errors(links, truth)
    assert found.everybody == GroupErrors(90, 2, 10)
    assert found.everybody.precision.value == pytest.approx(90 / 92)
    assert found.everybody.recall.value == 0.9


def test_a_group_that_is_missed_more_than_others_is_seen() -> None:
    """R7.4"""
    truth = {(f"L{n}", str(n)) for n in range(200)}
    links = {pair for pair in truth if PEOPLE[pair[1]] == "M" or int(pair[1]) % 3 == 0}
    found = true_errors(links, truth, {"sex": PEOPLE})
    precision, recall = found.gaps("sex", "F")
    assert (precision.certain, recall.certain, recall.high < -0.5) == (False, True, True)
    told = found.as_dict()["groups"]["sex"]
    assert told["F"]["missed_links"] > told["M"]["missed_links"] == 0


def test_groups_of_few_people_are_counted_and_not_told() -> None:
    truth = {(f"L{n}", str(n)) for n in range(100)}
    areas = {str(n): "ZE" if n < FEWEST - 1 else "LS" for n in range(90)}
    found = true_errors(truth, truth, {"area": areas})
    assert (set(found.groups["area"]), found.left_out) == ({"LS"}, {"area": 1})


@pytest.mark.parametrize(("born", "told"), [
    (date(2026, 11, 22), "0–4"), (date(2010, 11, 23), "5–15"), (date(2010, 11, 22), "16–24"),
    (date(1941, 1, 1), "85 and over"), (date(2027, 1, 1), "not born yet"),
])  # fmt: skip
def test_ages_are_told_in_bands(born: date, told: str) -> None:
    assert age_band(born, date(2026, 11, 22)) == told


@pytest.mark.parametrize(("postcode", "area"), [
    ("LS1 4AP", "LS"), ("m1 1aa", "M"), ("nt33dd", "NT"), ("", "unknown"), ("12345", "unknown"),
])  # fmt: skip
def test_areas_are_the_letters_of_a_postcode(postcode: str, area: str) -> None:
    assert postcode_area(postcode) == area


def test_a_range_is_told_in_words() -> None:
    found = by_decisions([Stratum("a", True, 1_000, 99, 1)]).precision
    assert found.words == "0.990 (0.946 to 0.998), from 100 decisions"
    assert found.range == Range(*wilson(99, 100))
