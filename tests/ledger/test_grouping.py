"""R5.1: many waiters share a commit; each learns its index or that nothing may be believed, and no one is forgotten."""

import signal
import threading

import pytest

from easement.base.errors import StorageFailed
from easement.ledger import grouping
from easement.ledger.grouping import Grouping


class Disk:
    """A hand-written store: gives indexes, can be held at a gate, and can refuse."""

    def __init__(self):
        self.groups: list[list[object]] = []
        self.size = 0
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.failure: BaseException | None = None

    def commit(self, drafts):
        self.entered.set()
        assert self.gate.wait(30)
        if self.failure is not None:
            raise self.failure
        first, self.size = self.size, self.size + len(drafts)
        self.groups.append(list(drafts))
        return range(first, self.size)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def group(disk):
    return Grouping(disk.commit)


def started(target, *arguments):
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def until(condition):
    """Wait for another thread to come so far."""
    settled = threading.Event()
    for _ in range(30_000):
        if condition():
            return
        settled.wait(0.001)
    raise TimeoutError("the other thread never came so far")


def test_a_draft_alone_is_committed_by_its_own_waiter(group, disk):
    assert [group.add("a").wait(), group.add("b").wait()] == [0, 1]
    assert disk.groups == [["a"], ["b"]]


def test_drafts_handed_in_before_anyone_waits_share_one_commit(group, disk):
    tickets = [group.add(number) for number in range(100)]
    assert [ticket.wait() for ticket in tickets] == list(range(100))
    assert len(disk.groups) == 1


def test_waiting_twice_gives_the_same_index(group):
    ticket = group.add("a")
    assert ticket.wait() == ticket.wait() == 0


def test_drafts_that_arrive_during_a_commit_share_the_next_one(group, disk):
    disk.gate.clear()
    first = started(group.add("first").wait)
    assert disk.entered.wait(30)
    indexes = []
    waiters = [started(lambda ticket: indexes.append(ticket.wait()), group.add(number)) for number in range(20)]
    until(lambda: group._open.heir is not None)
    disk.gate.set()
    for thread in [first, *waiters]:
        thread.join(30)
    assert sorted(indexes) == list(range(1, 21))
    assert [len(drafts) for drafts in disk.groups] == [1, 20]


def test_a_failed_commit_fails_everyone_in_it_and_all_who_come_after(group, disk):
    disk.failure = StorageFailed("the disk is full", remedy="free space")
    tickets = [group.add(number) for number in range(3)]
    for ticket in tickets:
        with pytest.raises(StorageFailed, match="the disk is full"):
            ticket.wait()
    disk.failure = None
    with pytest.raises(StorageFailed, match="the disk is full"):
        group.add("later")
    assert disk.groups == []


def test_those_who_wait_for_the_next_group_learn_of_the_failure_too(group, disk):
    disk.gate.clear()
    disk.failure = StorageFailed("the disk is full")
    told = []

    def wait(ticket):
        try:
            ticket.wait()
        except StorageFailed as failure:
            told.append(str(failure))

    threads = [started(wait, group.add("first"))]
    assert disk.entered.wait(30)
    threads += [started(wait, group.add(number)) for number in range(5)]
    until(lambda: group._open.heir is not None)
    disk.gate.set()
    for thread in threads:
        thread.join(30)
    assert told == ["the disk is full"] * 6


def test_a_draft_that_is_left_out_alone_learns_why_and_nobody_else_does():
    group = Grouping(lambda drafts: [0, ValueError("not this one"), 1])
    tickets = [group.add(number) for number in range(3)]
    assert [tickets[0].wait(), tickets[2].wait()] == [0, 1]
    for _ in range(2):
        with pytest.raises(ValueError, match="not this one"):
            tickets[1].wait()
    assert group.failure is None


def test_an_error_nobody_foresaw_is_a_failure_too(group, disk):
    disk.failure = ZeroDivisionError()
    one, other = group.add("a"), group.add("b")
    with pytest.raises(ZeroDivisionError):
        one.wait()
    with pytest.raises(StorageFailed, match="broken off by ZeroDivisionError"):
        other.wait()


def test_a_stopped_ledger_takes_nothing_and_remembers_the_first_reason(group):
    group.stop(StorageFailed("first"))
    group.stop(StorageFailed("second"))
    with pytest.raises(StorageFailed, match="first"):
        group.add("a")


def test_a_submitter_that_finds_the_group_full_helps_to_commit(group, disk, monkeypatch):
    monkeypatch.setattr(grouping, "LARGEST", 4)
    tickets = [group.add(number) for number in range(10)]
    assert [ticket.wait() for ticket in tickets] == list(range(10))
    assert [len(drafts) for drafts in disk.groups] == [4, 4, 2]


def test_a_submitter_whose_full_group_was_settled_meanwhile_goes_on(group, disk):
    ticket = group.add("a")
    ticket.wait()
    group.settle(ticket._group)
    assert disk.groups == [["a"]]


@pytest.mark.parametrize("handed_over", [False, True])
def test_an_heir_that_is_interrupted_fails_its_group_and_frees_the_rest(group, disk, handed_over):
    ticket = group.add("heir")
    waiting, group._busy = ticket._group, True

    class Interrupted:
        """A lock that is interrupted while it is waited for, before or after the turn was handed over."""

        def acquire(self, blocking=True):
            if not blocking:
                return handed_over
            if handed_over:
                group._open = grouping._Group()
            raise KeyboardInterrupt

    waiting.heir = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        group._await_turn(waiting)
    with pytest.raises(StorageFailed, match="broken off by KeyboardInterrupt"):
        ticket.wait()
    assert group._busy is not handed_over


def test_a_signal_in_the_waiting_main_thread_leaves_no_one_hanging(group, disk, request):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs tests may have it ignored
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    disk.gate.clear()
    first = started(group.add("first").wait)
    assert disk.entered.wait(30)
    ticket = group.add("main")

    def interrupt():
        until(lambda: group._open.heir is not None)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    started(interrupt)
    with pytest.raises(KeyboardInterrupt):
        ticket.wait()
    disk.gate.set()
    first.join(30)
    assert disk.groups == [["first"]]
    with pytest.raises(StorageFailed):
        group.add("later")


def test_no_draft_is_lost_or_doubled_among_many_threads(group, disk):
    indexes = {}

    def produce(name):
        for round_ in range(50):
            tickets = [(f"{name}-{round_}-{at}", group.add(f"{name}-{round_}-{at}")) for at in range(5)]
            indexes.update({draft: ticket.wait() for draft, ticket in tickets})

    threads = [started(produce, number) for number in range(12)]
    for thread in threads:
        thread.join(60)
    kept = [draft for drafts in disk.groups for draft in drafts]
    assert len(indexes) == 3_000
    assert all(kept[index] == draft for draft, index in indexes.items())
