"""R7.2: the database is encrypted, durable, and never opened on a library that may lose commits."""

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from easement.base import database
from easement.base.database import KEY_BYTES, open_database, reading, scrub, writing
from easement.base.errors import StorageFailed

KEY = b"k" * KEY_BYTES


@pytest.fixture
def engine(tmp_path):
    made = open_database(tmp_path / "node.db", KEY)
    with writing(made) as connection:
        connection.execute(text("create table t (x integer)"))
    yield made
    made.dispose()


def values(engine):
    with reading(engine) as connection:
        return [row.x for row in connection.execute(text("select x from t order by x"))]


def pragma(engine, name):
    with reading(engine) as connection:
        return connection.execute(text(f"pragma {name}")).scalar_one()


def test_what_is_written_is_kept_for_the_next_opening(engine, tmp_path):
    with writing(engine) as connection:
        connection.execute(text("insert into t values (1)"))
    engine.dispose()
    again = open_database(tmp_path / "node.db", KEY)
    assert values(again) == [1]
    again.dispose()


def insert_then_fail(connection):
    connection.execute(text("insert into t values (1)"))
    connection.execute(text("insert into nowhere values (1)"))


def test_what_raises_is_undone(engine):
    with pytest.raises(StorageFailed), writing(engine) as connection:
        insert_then_fail(connection)
    assert values(engine) == []


def test_commits_are_flushed_to_the_disk_and_what_is_deleted_is_overwritten(engine):
    assert pragma(engine, "journal_mode") == "wal"
    assert pragma(engine, "synchronous") == 2
    assert pragma(engine, "secure_delete") == 1


def test_the_file_is_unreadable_without_the_key(engine, tmp_path):
    assert b"SQLite format" not in (tmp_path / "node.db").read_bytes()
    with pytest.raises(StorageFailed, match="cannot open the database") as refused:
        open_database(tmp_path / "node.db", b"x" * KEY_BYTES)
    assert "key" in refused.value.remedy


def test_a_key_of_the_wrong_length_is_refused(tmp_path):
    with pytest.raises(StorageFailed, match="not 32 bytes"):
        open_database(tmp_path / "node.db", b"short")


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(StorageFailed, match="No such file"):
        open_database(tmp_path / "absent" / "node.db", KEY)


def test_a_library_that_may_lose_commits_is_refused():
    database._check_version((3, 51, 3))
    with pytest.raises(StorageFailed, match=r"SQLite 3\.51\.2, which can lose commits") as refused:
        database._check_version((3, 51, 2))
    assert "sqlcipher3" in refused.value.remedy


def test_an_error_never_repeats_the_values_it_was_given(engine):
    with pytest.raises(StorageFailed) as refused, writing(engine) as connection:
        connection.execute(text("insert into nowhere values (:who)"), {"who": "Jane Doe"})
    assert "Jane" not in str(refused.value)
    assert "no such table" in str(refused.value)


def test_readers_do_not_wait_for_a_writer(engine):
    with writing(engine) as connection:
        connection.execute(text("insert into t values (1)"))
        assert values(engine) == []
    assert values(engine) == [1]


def test_writers_wait_for_each_other(engine):
    def add():
        for _ in range(25):
            with writing(engine) as connection:
                last = connection.execute(text("select coalesce(max(x), 0) from t")).scalar_one()
                connection.execute(text("insert into t values (:x)"), {"x": last + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values(engine) == list(range(1, 101))


def test_a_database_without_such_a_log_needs_no_scrubbing():
    assert scrub(SimpleNamespace(dialect=SimpleNamespace(name="postgresql")))


def test_scrubbing_cuts_off_the_log_of_changes(engine, tmp_path):
    with writing(engine) as connection:
        connection.execute(text("insert into t values (1)"))
    assert (tmp_path / "node.db-wal").stat().st_size > 0
    assert scrub(engine)
    assert (tmp_path / "node.db-wal").stat().st_size == 0
    assert values(engine) == [1]


def test_scrubbing_says_when_a_reader_keeps_it_from_being_done(engine, tmp_path):
    with writing(engine) as connection:
        connection.execute(text("insert into t values (1)"))
    with reading(engine) as connection:
        connection.execute(text("select x from t")).all()
        with writing(engine) as other:
            other.execute(text("insert into t values (2)"))
        assert not scrub(engine, wait=False)
        assert (tmp_path / "node.db-wal").stat().st_size > 0
    assert scrub(engine, wait=False)
    assert (tmp_path / "node.db-wal").stat().st_size == 0
