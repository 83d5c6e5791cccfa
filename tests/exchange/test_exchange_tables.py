"""What the exchange keeps, on SQLCipher and PostgreSQL alike: nonces once, questions once, the largest checkpoint."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from easement.base.database import reading, writing
from easement.base.errors import ProofFailed
from easement.exchange import seen, tables
from easement.exchange.message import Fault, Genuine, NotGenuine, Question
from easement.exchange.outbox import Ended, end
from easement.exchange.replay import PRUNE_SECONDS, Replays
from easement.exchange.tables import Concern, Duty, Out
from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.note import Signer
from tests.databases import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = Signer("northtown", b"n" * 32)
LOG = Signer("dwp/ledger", b"d" * 32)


def message(nonce: str = "0" * 32, expires: int = 0, keyid: str = "northtown+00000000") -> Genuine:
    at = int(NOW.timestamp())
    return Genuine(KEY.key, keyid, at, expires or at + 300, nonce, Question("POST", "", "", ""))


def test_a_nonce_is_new_once_for_each_key_and_after_a_restart(database: Database):
    first = database.open()
    Replays(first).hold_new(message(), NOW)
    Replays(first).hold_new(message(keyid="dwp+00000000"), NOW)
    first.dispose()
    again = database.open()
    for store in (Replays(again), Replays(again)):
        with pytest.raises(NotGenuine) as caught:
            store.hold_new(message(), NOW)
        assert caught.value.fault is Fault.REPLAYED
    again.dispose()


def test_of_many_that_bring_one_nonce_at_once_one_is_taken(engine: Engine):
    stores, taken = [Replays(engine), Replays(engine)], []

    def bring(store: Replays) -> None:
        for number in range(20):
            try:
                store.hold_new(message(f"{number:032x}"), NOW)
            except NotGenuine:
                continue
            taken.append(number)

    threads = [threading.Thread(target=bring, args=(store,)) for store in stores * 3]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == list(range(20))


def test_what_expired_is_dropped_and_what_lives_is_kept(engine: Engine):
    store, at = Replays(engine), int(NOW.timestamp())
    store.hold_new(message("1" * 32, expires=at - PRUNE_SECONDS - 1), NOW)
    store.hold_new(message("2" * 32), NOW)
    Replays(engine).hold_new(message("3" * 32), NOW)
    with reading(engine) as connection:
        kept = {row.nonce for row in connection.execute(tables.nonces.select())}
    assert kept == {"2" * 32, "3" * 32}


def test_a_question_ends_once(engine: Engine):
    with writing(engine) as connection:
        tables.put_out(connection, Out("a" * 32, "dwp", 1, 1, b"sealed"))
        tables.put_out(connection, Out("b" * 32, "police", 2, 2, b"sealed"))
        assert [each.message for each in tables.waiting(connection, "dwp")] == ["a" * 32]
        end(connection, "a" * 32)
        with pytest.raises(Ended):
            end(connection, "a" * 32)
        assert tables.waiting(connection) == [Out("b" * 32, "police", 2, 2, b"sealed")]


def test_the_largest_checkpoint_is_remembered_and_another_of_its_size_is_caught(engine: Engine):
    def note(size: int, root: bytes = b"r") -> str:
        return sign_checkpoint(size, root * 32, LOG)

    with writing(engine) as connection:
        for size in (3, 9, 5):
            seen.see(connection, "dwp", note(size))
        found = seen.last_seen(connection, "dwp", LOG.name)
        assert found is not None
        assert (found[0].size, found[1]) == (9, note(9))
        seen.see(connection, "dwp", note(9))
        with pytest.raises(ProofFailed, match="two histories of 9 entries"):
            seen.see(connection, "dwp", note(9, b"x"))
        assert seen.last_seen(connection, "police", LOG.name) is None


def test_duties_fall_due_in_order_and_are_met_once(engine: Engine):
    owed = [
        Duty(1, "breach-notice", "dwp", "school-meals", None, 24),
        Duty(1, "delete", "dwp", "school-meals", 200, None),
        Duty(2, "delete", "dwp", "school-meals", 100, None),
    ]
    with writing(engine) as connection:
        tables.add_duties(connection, owed)
        tables.add_duties(connection, [])
        assert [(each.entry, each.duty) for each in tables.due(connection)] == [
            (2, "delete"), (1, "delete"), (1, "breach-notice"),
        ]  # fmt: skip
        assert [each.entry for each in tables.due(connection, before=150)] == [2]
        assert tables.end_duty(connection, 2, "delete", 7)
        assert not tables.end_duty(connection, 2, "delete", 8)
        assert not tables.end_duty(connection, 9, "delete", 8)
        assert [each.entry for each in tables.due(connection, before=150)] == []


def test_whom_entries_concern_is_noted_once_however_many_look(engine: Engine):
    found = [Concern("dwp", 1, "a", "f" * 32), Concern("", 2, "b", "e" * 32)]
    with writing(engine) as connection:
        tables.add_concerns(connection, 0, 3, found)
        tables.add_concerns(connection, 0, 3, found)
        assert tables.looked_through(connection) == 3
        assert tables.concerning(connection, "dwp", 0, 3, 10) == [found[0]]
        assert tables.concerning(connection, "dwp", 2, 3, 10) == []
        assert tables.about_message(connection, "police", "e" * 32) == [found[1]]
        assert tables.about_message(connection, "police", "f" * 32) == []
