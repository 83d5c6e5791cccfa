"""How waits grow, and who counts as being in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.staff.waits import ADDRESS, NAME, PAIR, Growing, place


@given(st.sampled_from([PAIR, NAME, ADDRESS]), st.integers(0, 10**6))
def test_a_wait_never_shrinks_with_failures_and_never_passes_its_longest(growing: Growing, failures: int):
    assert 0 <= growing.wait(failures) <= growing.wait(failures + 1) <= growing.longest
    assert (growing.wait(failures) == 0) == (failures <= growing.free)


def test_a_wait_doubles():
    assert [PAIR.wait(n) for n in range(5, 10)] == [0, 1, 2, 4, 8]
    assert PAIR.wait(10**9) == PAIR.longest


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("'; drop table staff_attempts", "unknown"),
        ("192.0.2.7, 198.51.100.1", "unknown"),
    ],
)
def test_a_place_is_an_address_or_a_household(source: str, where: str):
    assert place(source) == where


@given(st.text())
def test_any_source_is_a_place(source: str):
    assert place(source)
