"""Small numbers (R4.9): the health service's rule, and nothing from which a hidden count could be worked out."""

from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.model import SmallNumbers
from easement.gate.small_numbers import Cell, protected, rounded

RULE = SmallNumbers()
cells = st.builds(
    Cell,
    place=st.tuples(st.sampled_from("abc")),
    people=st.integers(0, 500),
    sums=st.fixed_dictionaries({"earnings": st.floats(0, 1e6)}),
)


def test_counts_of_one_to_seven_are_hidden_and_others_go_to_the_nearest_five() -> None:
    shown = {n: [c.people for c in protected([Cell((), n, {})], RULE)] for n in (0, 1, 7, 8, 12, 13, 17, 18, 1002)}
    assert shown == {0: [], 1: [None], 7: [None], 8: [10], 12: [10], 13: [15], 17: [15], 18: [20], 1002: [1000]}


@given(st.lists(cells))
def test_what_is_published_is_the_same_for_every_count_that_is_hidden(table: list[Cell]) -> None:
    """A hidden cell could be any of 1 to 7: had it been another, the published table would not differ."""
    published = list(protected(table, RULE))
    for other in range(1, 8):
        changed = [Cell(c.place, other if 0 < c.people < 8 else c.people, c.sums) for c in table]
        assert list(protected(changed, RULE)) == published


@given(st.lists(cells))
def test_everything_published_follows_from_rounded_numbers(table: list[Cell]) -> None:
    for cell in protected(table, RULE):
        if cell.people is None:
            assert set(cell.sums.values()) | set(cell.means.values()) == {None}
        else:
            total = cell.sums["earnings"]
            assert total is not None
            assert cell.people % 5 == 0
            assert total % 5 == 0
            assert cell.means["earnings"] == round(total / cell.people, 2)


@given(st.integers(0, 10**9), st.integers(1, 100))
def test_rounding_moves_a_count_by_no_more_than_half_the_base(number: int, base: int) -> None:
    assert abs(rounded(number, base) - number) <= base / 2
    assert rounded(number, base) % base == 0


def test_another_rule_is_the_agreements_to_set() -> None:
    rule = SmallNumbers(hide_below=10, round_to=1)
    assert [c.people for c in protected([Cell((), 9, {}), Cell((), 11, {})], rule)] == [None, 11]
