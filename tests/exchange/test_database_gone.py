"""A node whose database or disk is gone says so, releases nothing, and goes on when it is back (R5.1)."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from easement.base.database import reading
from easement.base.errors import StorageFailed
from easement.exchange.audit import audit
from easement.exchange.message_carry import NoAnswer
from easement.exchange.service import ask, finish_outbox
from easement.exchange.tables import waiting
from easement.gate.recovery import abandon_overdue
from easement.ledger.model import EntryType
from easement.node.home import open_node
from easement.node.readiness import State, readiness
from tests.databases import PASSWORD, Server, new_server
from tests.gate.world import furnish

from .pair import ASKER, Pair, paired, wish

LATER = timedelta(minutes=10)
"""After which no message is still on its way, and no worker still has an answer in hand."""

IMPATIENT = {"exchange__timeout_seconds": 4}


def own_server(within: Path | None = None) -> Server:
    try:
        return new_server(within)
    except RuntimeError as error:
        pytest.skip(str(error))


@contextmanager
def small_disk(mb: int) -> Iterator[Path]:
    """A disk that is soon full, open to everybody; skips where none can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="easement-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mb}m,mode=755", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("only who may mount can have a disk that is full")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Take all that is left of a disk; the file to remove again."""
    path = folder / "filling"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
    return path


def on(server: Server) -> dict[str, str]:
    return {"database_url": server.url(server.create(filled=False)), "database_password": PASSWORD}


def missing(pair: Pair, node) -> set[str]:
    return {each.name for each in readiness(node, now=pair.clock()) if each.state is State.MISSING}


def asks(pair: Pair) -> None:
    """A question that is answered, and is in both logs."""
    assert ask(pair.northtown, wish(), ASKER, pair.clock()).allowed


def use_up(pair: Pair) -> None:
    """Ask until what was left of a full disk is used up, which is soon."""
    with suppress(NoAnswer, StorageFailed):
        for _ in range(5_000):
            asks(pair)
        pytest.fail("the disk is never full")


def released(pair: Pair) -> list[str | None]:
    return [each.message for each in pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED)]


def agree(pair: Pair) -> None:
    """Time passes, what was left is finished, and all that was released is in both logs, and proved."""
    pair.clock.now += LATER
    abandon_overdue(pair.dwp, now=pair.clock())
    finish_outbox(pair.northtown, pair.clock())
    with reading(pair.northtown.engine) as connection:
        assert waiting(connection) == []
    known = pair.entries(pair.northtown, EntryType.DISCLOSURE_RECEIVED, EntryType.DISCLOSURE_LOST)
    assert sorted(filter(None, released(pair))) == sorted(each.message or "" for each in known)
    for one, other in ((pair.northtown, "dwp"), (pair.dwp, "northtown")):
        assert audit(one, other, now=pair.clock()).agrees
        assert one.ledger.fsck() == []


def gone_and_back(pair: Pair, node, go: Callable[[], None], back: Callable[[], None], silent: type[Exception]) -> None:
    """One question before, three while the database is gone, one after; nothing crosses meanwhile."""
    asks(pair)
    before = released(pair)
    go()
    for _ in range(3):
        with pytest.raises(silent):
            ask(pair.northtown, wish(), ASKER, pair.clock())
    assert "database" in missing(pair, node)
    back()
    assert missing(pair, node) == set()
    assert released(pair) == before
    asks(pair)
    agree(pair)
    assert len(released(pair)) == len(before) + 1


@pytest.fixture(scope="module")
def away() -> Iterator[Server]:
    """A server that is killed and started again."""
    server = own_server()
    yield server
    server.stop()


def test_a_provider_whose_database_is_gone_releases_nothing_and_goes_on_when_it_is_back(away: Server, tmp_path: Path):
    world = furnish(tmp_path, **on(away))
    with paired(tmp_path, world, **IMPATIENT) as pair:
        gone_and_back(pair, pair.dwp, away.kill, away.start_again, NoAnswer)


def test_who_asks_without_a_database_asks_nobody_and_goes_on_when_it_is_back(away: Server, tmp_path: Path):
    world = furnish(tmp_path, partner=on(away))
    with paired(tmp_path, world, **IMPATIENT) as pair:
        gone_and_back(pair, pair.northtown, away.kill, away.start_again, StorageFailed)


def test_a_process_of_the_server_that_is_killed_costs_no_more_than_the_questions_in_hand(away: Server, tmp_path: Path):
    world = furnish(tmp_path, **on(away))
    with paired(tmp_path, world, **IMPATIENT) as pair:
        for number in range(4):
            asks(pair)
            away.kill_backend(number)
            away.await_start()
        asks(pair)
        agree(pair)
        assert len(released(pair)) == 5


def test_a_server_whose_disk_is_full_releases_nothing_and_goes_on_when_there_is_room(tmp_path: Path):
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(200))
        server = own_server(disk)
        stack.callback(server.stop)
        pair = stack.enter_context(paired(tmp_path, furnish(tmp_path, **on(server)), **IMPATIENT))
        asks(pair)
        filling = fill(disk)
        answered, silent = 0, 0
        while silent < 3:  # what the server has made room for before is still used up
            try:
                asks(pair)
                answered += 1
            except NoAnswer:
                silent += 1
            assert answered < 5_000
        filling.unlink()
        if server.process.poll() is not None:
            server.start_again()
        server.await_start()
        asks(pair)
        agree(pair)
        assert len(released(pair)) >= answered + 2


def test_a_node_whose_disk_is_full_releases_nothing_says_so_and_goes_on_when_started_again():
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(60))
        world = furnish(disk)
        with paired(disk, world, serving_nodes=("dwp",), **IMPATIENT) as pair:
            asks(pair)
            filling = fill(disk)
            use_up(pair)
            assert "disk" in missing(pair, pair.dwp)
            told = len(released(pair))
            with pytest.raises((NoAnswer, StorageFailed)):
                asks(pair)
            assert len(released(pair)) == told
            filling.unlink()
        with open_node(world.node) as dwp:
            assert {each.name for each in readiness(dwp, now=pair.clock()) if each.state is State.MISSING} == set()
            assert dwp.ledger.fsck() == []
