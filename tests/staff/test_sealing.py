"""What is sealed opens where it belongs and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.errors import ProofFailed
from easement.staff.sealing import Sealer

SEALER = Sealer(b"m" * 32)


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_a_sealed_value_opens_again(value: bytes, what: str, whose: str):
    assert SEALER.open(SEALER.seal(value, what, whose), what, whose) == value


@given(st.integers(0, 10**4), st.integers(1, 255))
def test_a_changed_value_does_not_open(at: int, by: int):
    sealed = bytearray(SEALER.seal(b"somebody's secret", "factor", "p1"))
    sealed[at % len(sealed)] ^= by
    with pytest.raises(ProofFailed):
        SEALER.open(bytes(sealed), "factor", "p1")


@pytest.mark.parametrize(
    ("key", "what", "whose"), [(b"n" * 32, "factor", "p1"), (b"m" * 32, "password", "p1"), (b"m" * 32, "factor", "p2")]
)
def test_a_value_moved_to_another_row_column_or_node_does_not_open(key: bytes, what: str, whose: str):
    sealed = SEALER.seal(b"somebody's secret", "factor", "p1")
    with pytest.raises(ProofFailed):
        Sealer(key).open(sealed, what, whose)


@pytest.mark.parametrize("cut", [b"", b"x", b"x" * 27])
def test_what_is_too_short_to_be_sealed_does_not_open(cut: bytes):
    with pytest.raises(ProofFailed):
        SEALER.open(cut, "factor", "p1")


def test_the_same_value_is_sealed_differently_each_time_and_found_by_the_same_index():
    assert SEALER.seal(b"x", "a", "b") != SEALER.seal(b"x", "a", "b")
    assert SEALER.index("name", "amina") == SEALER.index("name", "amina")
    assert SEALER.index("name", "amina") != Sealer(b"n" * 32).index("name", "amina")


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_no_two_lists_of_parts_have_one_index(one: list[str], other: list[str]):
    assert (SEALER.index(*one) == SEALER.index(*other)) == (one == other)
