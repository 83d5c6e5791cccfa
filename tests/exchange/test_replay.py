"""One message, taken once: its nonce is durable with its first entry, or by itself, however the work on it ends."""

import pytest
from sqlalchemy import select

from easement.base.database import reading, writing
from easement.base.errors import StorageFailed, UsageError
from easement.exchange import tables
from easement.exchange.message import Fault, NotGenuine
from easement.exchange.replay import Replays
from tests.exchange.test_exchange_tables import NOW, message


@pytest.fixture
def replays(engine):
    return Replays(engine)


def nonces(engine):
    with reading(engine) as connection:
        return connection.execute(select(tables.nonces.c.nonce)).scalars().all()


def log(engine, once, also=lambda *_: None, *, undone=False):
    """Write what goes with the first entry; `undone` as when the disk refuses the commit."""
    with writing(engine) as connection:
        once.first(also)(connection, 0)
        if undone:
            raise StorageFailed("the disk is full")


def test_what_is_logged_holds_its_nonce_in_the_same_commit(engine, replays):
    with replays.once(message(), NOW) as once:
        log(engine, once)
        assert nonces(engine) == [message().nonce]
        once.hold()
    with pytest.raises(NotGenuine, match="came before"):
        replays.hold_new(message(), NOW)


def test_what_is_not_logged_is_held_by_itself(engine, replays):
    with replays.once(message(), NOW):
        assert nonces(engine) == []
    assert nonces(engine) == [message().nonce]


def test_what_came_before_is_not_logged(engine, replays):
    replays.hold_new(message(), NOW)
    with pytest.raises(NotGenuine) as caught, replays.once(message(), NOW) as once:
        log(engine, once)
    assert caught.value.fault is Fault.REPLAYED


def test_what_came_before_is_told_nothing_of_what_came_of_it(replays):
    replays.hold_new(message(), NOW)
    with pytest.raises(NotGenuine), replays.once(message(), NOW):
        pass
    with pytest.raises(NotGenuine), replays.once(message(), NOW):
        raise UsageError("its share is not known")


def test_what_could_not_be_done_is_held_all_the_same(engine, replays):
    with pytest.raises(UsageError), replays.once(message(), NOW):
        raise UsageError("its share is not known")
    assert nonces(engine) == [message().nonce]


def test_what_goes_with_the_entry_and_refuses_leaves_the_nonce_to_a_commit_of_its_own(engine, replays):
    def refuses(*_):
        raise UsageError("the day is full")

    with replays.once(message(), NOW) as once:
        with pytest.raises(UsageError):
            log(engine, once, refuses)
        assert nonces(engine) == []
    assert nonces(engine) == [message().nonce]


def test_a_commit_that_fails_leaves_no_message_that_could_be_taken_again(engine, replays):
    with pytest.raises(StorageFailed, match="disk is full"), replays.once(message(), NOW) as once:
        log(engine, once, undone=True)
    assert nonces(engine) == [message().nonce]


def test_a_disk_that_fails_after_the_entry_is_told_of_as_such(engine, replays):
    def logs_and_fails(once):
        log(engine, once)
        raise StorageFailed("no room")

    with pytest.raises(StorageFailed, match="no room"), replays.once(message(), NOW) as once:
        logs_and_fails(once)
    assert nonces(engine) == [message().nonce]
