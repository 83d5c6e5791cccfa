"""Several processes over one PostgreSQL (R5.2): limits, messages and leases hold there as they do in one file."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.gate import service, suspension
from easement.gate.ask import Answer
from easement.gate.recovery import Abandoned
from easement.gate.service import InHand
from easement.node.home import open_node
from tests.databases import PASSWORD, new_database

from .world import NOW, World, furnish, plain_rows

PERSON = {"family_name": "Name100", "date_of_birth": "2014-01-01"}


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A department whose node keeps everything in PostgreSQL."""
    found = new_database("postgresql", tmp_path, request, filled=False)
    rows = plain_rows(1, award="IS")
    return furnish(tmp_path, rows, database_url=found.url, database_password=PASSWORD)


def at_once(world: World, work: Callable[[Any, int], None], each: int = 3) -> None:
    """Do some work in several threads of each of two openings of the node, as two processes would."""
    with open_node(world.node) as one, open_node(world.node) as two:
        threads = [threading.Thread(target=work, args=(node, n)) for n, node in enumerate((one, two) * each)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def test_processes_cannot_pass_a_days_limit_together(world: World) -> None:
    said: list[bool] = []

    def work(node: Any, name: int) -> None:
        for number in range(3):
            asked = world.message("limited", Mode.LOOKUP, f"{name * 100 + number:032x}", person=PERSON)
            said.append(service.answer(node, asked, now=NOW, clock=lambda: NOW).outcome.decision.allowed)

    at_once(world, work)
    assert sorted(said) == [False] * 8 + [True] * 10
    assert world.fsck() == []


def test_one_message_asked_of_two_processes_is_disclosed_once(world: World) -> None:
    got: list[Answer | InHand] = []
    asked = world.message("entitled", Mode.LOOKUP, person=PERSON)

    def work(node: Any, _: int) -> None:
        try:
            got.append(service.answer(node, asked, now=NOW, clock=lambda: NOW))
        except InHand as told:
            got.append(told)

    at_once(world, work)
    assert len({(each.body, each.receipt) for each in got if isinstance(each, Answer)}) == 1
    assert len(got) == 6
    assert world.types() == ["intended", "released"]


def test_a_worker_given_up_by_another_process_releases_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = service.Disclosure._release

    def late(self: Any, now: Any, intent: int) -> Any:
        with open_node(world.node) as other:
            service.finish_left_behind(other, now=NOW + timedelta(minutes=1))
        return real(self, now, intent)

    with monkeypatch.context() as patched:
        patched.setattr("easement.gate.disclosure.Disclosure._release", late)
        with pytest.raises(Abandoned):
            world.answer("entitled", Mode.LOOKUP, person=PERSON)
    assert world.types() == ["intended", "abandoned"]
    again = world.answer("entitled", Mode.LOOKUP, person=PERSON, now=NOW + timedelta(minutes=2))
    assert again.outcome.released.count == 1


def test_a_suspension_by_one_process_counts_for_the_other_at_once(world: World) -> None:
    with open_node(world.node) as one, open_node(world.node) as two:
        first = world.message("entitled", Mode.LOOKUP, "01" * 16, person=PERSON)
        assert service.answer(one, first, now=NOW, clock=lambda: NOW).outcome.decision.allowed
        suspension.suspend(two, "school-meals", "a breach", now=NOW)
        second = world.message("entitled", Mode.LOOKUP, "02" * 16, person=PERSON)
        assert not service.answer(one, second, now=NOW, clock=lambda: NOW).outcome.decision.allowed
