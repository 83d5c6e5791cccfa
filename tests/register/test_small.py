"""No count that is published points at a person, and none that is hidden can be worked out from a total."""

from hypothesis import given
from hypothesis import strategies as st

from easement.register.small import RULE, exact, guarded, total

COUNTS = st.integers(0, 10_000)


@given(COUNTS)
def test_small_counts_are_hidden_and_others_rounded(count):
    shown = guarded(count)
    if 0 < count < RULE.hide_below:
        assert (shown.count, shown.words) == (None, "fewer than 8")
    else:
        assert abs(shown.count - count) <= RULE.round_to // 2
        assert shown.count % RULE.round_to == 0
        assert bool(shown.count) == bool(count)


@given(st.lists(COUNTS), st.integers(1, 7), st.integers(1, 7))
def test_a_total_says_nothing_of_what_is_hidden(counts, one, other):
    known = [guarded(each) for each in counts]
    assert total([*known, guarded(one)]) == total([*known, guarded(other)])


@given(st.lists(COUNTS))
def test_a_total_says_how_much_it_lacks(counts):
    shown = [guarded(each) for each in counts]
    assert total(shown).hidden == sum(each.count is None for each in shown)
    assert total([total(shown[:2]), total(shown[2:])]) == total(shown)


def test_counts_are_told_in_words():
    assert [each.words for each in (exact(3), guarded(0), guarded(12), guarded(1004))] == [
        "3",
        "0",
        "about 10",
        "about 1,005",
    ]
    assert total([guarded(3), guarded(20)]).words == "at least 20"
