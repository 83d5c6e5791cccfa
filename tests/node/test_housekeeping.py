"""What a running node does besides answering: when it is due, by one process, and whatever fails."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from easement.gate.service import finish_left_behind
from easement.ledger.model import Entry, EntryType
from easement.ledger.service import utc_now
from easement.node.home import create_node, open_node
from easement.node.housekeeping import LOCK, TASKS, Keeper, Task, _taken


@dataclass
class Done:
    """A task that notes when it ran, and fails when told to."""

    times: list[float] = field(default_factory=list)
    fails: bool = False

    def __call__(self, node: Any, now: Any) -> int:
        self.times.append(now)
        if self.fails:
            raise ValueError("Zoë Ash")
        return 1


@dataclass
class Home:
    home: Path


def test_a_task_runs_when_it_is_due_and_not_before(tmp_path):
    often, seldom = Done(), Done()
    keeper = Keeper(Home(tmp_path), [Task("often", 5, often), Task("seldom", 60, seldom)], clock=lambda: 0)
    for second in range(61):
        keeper.tick(second)
    assert len(often.times) == 13
    assert len(seldom.times) == 2


def test_one_that_fails_holds_up_nobody_and_is_tried_again(tmp_path, capsys):
    wrong, right = Done(fails=True), Done()
    keeper = Keeper(Home(tmp_path), [Task("wrong", 5, wrong), Task("right", 5, right)], clock=lambda: 0)
    keeper.tick(0)
    keeper.tick(5)
    assert (len(wrong.times), len(right.times)) == (2, 2)
    told = capsys.readouterr()
    assert "Ash" not in told.out + told.err


def test_one_process_does_it_at_a_time(tmp_path):
    first = _taken(tmp_path / LOCK)
    assert first is not None
    assert _taken(tmp_path / LOCK) is None
    first.close()
    again = _taken(tmp_path / LOCK)
    assert again is not None
    again.close()


def test_a_node_alone_is_kept_without_complaint(tmp_path):
    """Every task, on a node that belongs to no cluster and asked nobody anything."""
    made = create_node(tmp_path / "node", "dwp")
    with open_node(made.home) as node:
        node.ledger.append(Entry(time="2026-11-22T09:00Z", type=EntryType.LOG_OPENED))
        ran = {task.name: task.run(node, utc_now()) for task in TASKS}
        assert ran["publish"] == 1
        assert node.ledger.published.size == node.ledger.size
        assert not any(count for name, count in ran.items() if name != "publish")
        assert finish_left_behind(node, now=utc_now()) == ()


def test_the_thread_begins_and_ends(tmp_path, monkeypatch):
    monkeypatch.setattr("easement.node.housekeeping.BREATH_SECONDS", 0.01)
    ran = Done()
    keeper = Keeper(Home(tmp_path), [Task("once", 3600, ran)])
    keeper.start()
    while not ran.times:
        keeper._thread.join(0.01)
    keeper.stop()
    assert not keeper._thread.is_alive()
    assert len(ran.times) == 1


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_has_a_name_that_the_log_takes(task):
    from easement.node.logs import KEYS

    assert KEYS["task"](task.name)
    assert task.every >= 1
