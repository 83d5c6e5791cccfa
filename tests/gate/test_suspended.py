"""What is known of suspensions: at once what this process did, within half a second what another did."""

import pytest

from easement.base.database import writing
from easement.gate import tables
from easement.gate.suspended import KNOWN_SECONDS, Suspended, changed


class Clock:
    """Tells the time that it is set to."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def known(engine, clock):
    suspended = Suspended(clock)
    return lambda: dict(suspended.at(engine))


def suspend(engine, id_="meals"):
    with writing(engine) as connection:
        tables.suspend(connection, id_, "a concern was raised", since=0, entry=0)


def test_the_bound_is_below_a_second():
    assert KNOWN_SECONDS < 1


def test_what_this_process_changed_counts_at_once(engine, known):
    assert known() == {}
    suspend(engine)
    changed()
    assert known() == {"meals": "a concern was raised"}
    with writing(engine) as connection:
        assert tables.resume(connection, "meals")
    changed()
    assert known() == {}


def test_what_another_process_changed_counts_when_the_time_is_over(engine, known, clock):
    assert known() == {}
    suspend(engine)
    clock.seconds += KNOWN_SECONDS - 0.01
    assert known() == {}
    clock.seconds += 0.01
    assert known() == {"meals": "a concern was raised"}


def test_a_clock_that_goes_back_makes_it_look_again(engine, known, clock):
    assert known() == {}
    suspend(engine)
    clock.seconds -= 1
    assert known() == {"meals": "a concern was raised"}


def test_every_node_of_the_process_is_told(engine, clock):
    one, other = Suspended(clock), Suspended(clock)
    assert (one.at(engine), other.at(engine)) == ({}, {})
    suspend(engine)
    changed()
    assert set(one.at(engine)) == set(other.at(engine)) == {"meals"}
