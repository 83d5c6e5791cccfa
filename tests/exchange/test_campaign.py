"""Both nodes as processes under load, while they and their database's server are killed (R5.1)."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.exchange.campaign import PEOPLE, campaign, closed, judge, kills_of, make, mixed, on_and_on, served
from tests.exchange.on_postgresql import made_there

SOUND = {
    "released_twice": 0,
    "known_twice": 0,
    "known_and_not_released": 0,
    "intents_ended_twice": 0,
    "audit_differences": [0, 0],
    "fsck": [],
}
"""What holds at every moment; what is still in somebody's hand is so on both sides."""

SETTLED = SOUND | {"released_and_not_known": 0, "intents_without_end": 0, "left_behind": []}
"""What holds once time has passed."""


def held(told: dict[str, object], bar: dict[str, object]) -> dict[str, object]:
    return {name: told[name] for name in bar}


@pytest.fixture
def on_postgresql(tmp_path: Path) -> Iterator[tuple]:
    with ExitStack() as stack:
        try:
            made = stack.enter_context(made_there(tmp_path))
        except RuntimeError as error:
            pytest.skip(str(error))
        yield made


@pytest.mark.timeout(600)
def test_two_workers_each_lose_nothing_while_they_and_their_database_are_killed(on_postgresql):
    nodes, key, faults = on_postgresql
    with served(nodes):
        asked = campaign(nodes, key, 200, faults=iter(faults[1:]), threads=6, every=0.6, seed=11)
        found = judge(nodes)
    assert (asked["answered"], asked["given_up"]) == (200, 0)
    assert nodes.kills.total() >= 1
    assert held(found, SOUND) == SOUND


@pytest.mark.torture
@pytest.mark.timeout(7_200)
def test_a_thousand_questions_on_postgresql_lose_nothing(on_postgresql):
    nodes, key, faults = on_postgresql
    with served(nodes):
        asked = campaign(nodes, key, 1_000, faults=on_and_on(faults, 12), threads=8, every=4, seed=12)
        assert held(closed(nodes), SETTLED) == SETTLED
    assert asked["given_up"] == 0


@pytest.mark.torture
@pytest.mark.timeout(7_200)
def test_two_thousand_questions_on_encrypted_files_lose_nothing(tmp_path: Path):
    nodes, key = make(tmp_path, PEOPLE)
    with served(nodes):
        asked = campaign(nodes, key, 2_000, faults=on_and_on(kills_of(nodes), 13), threads=8, every=6, seed=13)
        assert held(closed(nodes), SETTLED) == SETTLED
    assert asked["given_up"] == 0


@pytest.mark.torture
@pytest.mark.timeout(7_200)
def test_ten_minutes_of_everything_at_once_lose_nothing_and_leave_nothing_unlogged(tmp_path: Path):
    nodes, _ = make(tmp_path, PEOPLE)
    with served(nodes):
        told = mixed(nodes, kills_of(nodes), minutes=10, every=12, seed=14)
        assert held(closed(nodes), SETTLED) == SETTLED
    assert (told["unlogged_by_dwp"], told["unlogged_by_northtown"]) == (0, 0)
    assert told["set_runner_ended_by_itself"] == 0
