"""Rows that go into the same commit as an entry: both or neither, and one that fails takes nobody else with it."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from easement.base.database import reading, writing
from easement.base.errors import StorageFailed, UsageError
from tests.ledger.makers import new_ledger, private, released, reopened

ROOT = Path(__file__).parents[2]

metadata = MetaData()
rows = Table("also_rows", metadata, Column("index", Integer, primary_key=True), Column("word", String, unique=True))


@pytest.fixture
def ledger(home):
    made = new_ledger(home)
    metadata.create_all(made.engine)
    yield made
    made.engine.dispose()


def kept(ledger):
    with reading(ledger.engine) as connection:
        return dict(connection.execute(select(rows).order_by(rows.c.index)).all())


def word(text_):
    return lambda connection, index: connection.execute(insert(rows).values(index=index, word=text_))


def refuses(connection, index):
    word(f"refused {index}")(connection, index)
    raise UsageError("the day is full")


def test_a_row_and_its_entry_are_kept_together(ledger):
    index = ledger.append(released(), private(), also=word("one"))
    assert kept(ledger) == {index: "one"}
    assert ledger.entry(index).entry.count == 1
    assert ledger.private(index)["who"]


def test_what_refuses_leaves_neither_row_nor_entry_and_the_ledger_goes_on(ledger):
    with pytest.raises(UsageError, match="the day is full"):
        ledger.append(released(count=5), private(), also=refuses)
    assert (ledger.size, kept(ledger), ledger.refusal) == (1, {}, None)
    assert ledger.counted("free-school-meals", "entitled-children", "2026-11-21") == 0
    assert ledger.append(released(), also=word("next")) == 1
    ledger.checkpoint()
    assert ledger.fsck() == []


def test_one_that_refuses_takes_no_other_of_its_group_with_it(ledger):
    handed = [released(mode="a"), released(mode="b"), released(mode="c"), released(mode="d"), released(mode="e")]
    with_it = [None, word("b"), refuses, word("d"), None]
    tickets = [ledger.submit(entry, also=also) for entry, also in zip(handed, with_it, strict=True)]
    with pytest.raises(UsageError):
        tickets[2].wait()
    indexes = [ticket.wait() for at, ticket in enumerate(tickets) if at != 2]
    assert indexes == [1, 2, 3, 4]
    assert [logged.entry.mode for logged in ledger.entries(1)] == ["a", "b", "d", "e"]
    assert kept(ledger) == {2: "b", 3: "d"}
    assert ledger.counted("free-school-meals", "entitled-children", "2026-11-21") == 4
    assert ledger.fsck() == []


def test_a_row_that_breaks_a_rule_of_its_table_is_its_own_entrys_affair(ledger):
    tickets = [ledger.submit(released(), also=word("same")) for _ in range(3)]
    assert tickets[0].wait() == 1
    for ticket in tickets[1:]:
        with pytest.raises(IntegrityError):
            ticket.wait()
    assert (ledger.size, kept(ledger)) == (2, {1: "same"})


def test_what_is_written_with_an_entry_sees_those_before_it_in_the_same_group(ledger):
    """So that a check of what may still cross today holds however many ask at once."""

    def at_most_three(connection, index):
        if connection.scalar(select(func.count()).select_from(rows)) == 3:
            raise UsageError("three are enough")
        word(f"{index}")(connection, index)

    tickets = [ledger.submit(released(), also=at_most_three) for _ in range(8)]
    outcomes = []
    for ticket in tickets:
        try:
            outcomes.append(ticket.wait())
        except UsageError:
            outcomes.append(None)
    assert outcomes == [1, 2, 3, None, None, None, None, None]
    assert ledger.append(released()) == 4


@pytest.mark.parametrize(
    "failure", [StorageFailed("the disk is full"), OperationalError("insert", {}, Exception("io"))]
)
def test_a_disk_that_refuses_fails_all_and_is_not_tried_again(ledger, failure):
    def breaks(_connection, _index):
        raise failure

    tickets = [ledger.submit(released(), also=also) for also in (None, breaks, word("c"))]
    for ticket in tickets:
        with pytest.raises(StorageFailed):
            ticket.wait()
    assert (ledger.size, kept(ledger)) == (1, {})
    with pytest.raises(StorageFailed):
        ledger.append(released())


def test_a_disk_that_refuses_only_the_second_time_fails_all_too(ledger):
    calls = []

    def breaks_later(connection, _index):
        calls.append(1)
        if len(calls) == 2:
            raise OperationalError("insert", {}, Exception("io"))
        connection.execute(text("select 1"))

    tickets = [ledger.submit(released(), also=also) for also in (breaks_later, refuses)]
    for ticket in tickets:
        with pytest.raises(StorageFailed):
            ticket.wait()
    assert (ledger.size, len(calls)) == (1, 2)
    assert ledger.refusal is not None


def test_an_interrupt_within_breaks_the_append_off(ledger):
    def interrupted(_connection, _index):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.append(released(), also=interrupted)
    assert (ledger.size, kept(ledger)) == (1, {})
    with pytest.raises(StorageFailed, match="broken off by KeyboardInterrupt"):
        ledger.append(released())


def test_among_many_threads_each_row_has_its_entry_and_each_refused_has_none(ledger):
    said, refused, lock = {}, [], threading.Lock()

    def work(name):
        chance = random.Random(name)
        for number in range(40):
            mode = f"{name}-{number}"
            also = chance.choice([None, word(mode), refuses])
            try:
                index = ledger.append(released(mode=mode), also=also)
            except UsageError:
                refused.append(mode)
            else:
                with lock:
                    said[index] = (mode, also is not None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused
    assert sorted(said) == list(range(1, len(said) + 1))
    assert {logged.index: logged.entry.mode for logged in ledger.entries(1)} == {at: it[0] for at, it in said.items()}
    assert kept(ledger) == {at: mode for at, (mode, with_row) in said.items() if with_row}
    ledger.checkpoint()
    assert ledger.fsck() == []


APPENDER = """
import sys
from pathlib import Path
from tests.ledger.makers import released, reopened
from tests.ledger.test_also import word
ledger = reopened(Path(sys.argv[1]))
for number in range(100_000):
    mode = f"{sys.argv[2]}-{number}"
    index = ledger.append(released(mode=mode), also=word(mode))
    print(index, mode, flush=True)
"""


def test_a_kill_leaves_rows_and_entries_that_agree(home):
    made = new_ledger(home)
    metadata.create_all(made.engine)
    made.engine.dispose()
    chance = random.Random(7)
    said = {}
    for round_ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(home), f"r{round_}"], cwd=ROOT, stdout=subprocess.PIPE
        )
        lines = [process.stdout.readline() for _ in range(chance.randrange(1, 50))]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.communicate()[0].splitlines(keepends=True)
        said |= {int(line.split()[0]): line.split()[1].decode() for line in lines if line.endswith(b"\n")}
    ledger = reopened(home)
    entries = {logged.index: logged.entry.mode for logged in ledger.entries(1)}
    assert kept(ledger) == entries
    assert said.items() <= entries.items()
    ledger.engine.dispose()


def test_a_row_written_apart_stays_apart(ledger):
    """The transaction of an entry is its own: what others write beside it neither waits for it for long nor mixes."""
    with writing(ledger.engine) as connection:
        word("beside")(connection, 1_000)
    ledger.append(released(), also=word("with"))
    assert kept(ledger) == {1: "with", 1_000: "beside"}
