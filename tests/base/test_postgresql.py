"""R7.2: PostgreSQL by its address: its password never in the address, its errors without values, its turns kept."""

import threading

import pytest
from sqlalchemy import exc, text

from easement.base import postgresql
from easement.base.database import reading, storage, take_turn, writing
from easement.base.errors import StorageAway, StorageFailed, UsageError
from easement.base.postgresql import checked_url, connect_database
from tests.databases import PASSWORD, Server, new_database


@pytest.fixture
def made(request, tmp_path):
    found = new_database("postgresql", tmp_path, request, filled=False).open()
    with writing(found) as connection:
        connection.execute(text("create table t (x integer primary key, name text)"))
    yield found
    found.dispose()


def test_what_is_written_is_durable_and_reading_is_one_steady_view_that_cannot_write(made):
    with writing(made) as connection:
        assert connection.execute(text("show synchronous_commit")).scalar_one() == "on"
        connection.execute(text("insert into t values (1, 'a')"))
    with reading(made) as view:
        assert view.execute(text("select count(*) from t")).scalar_one() == 1
        with writing(made) as connection:
            connection.execute(text("insert into t values (2, 'b')"))
        assert view.execute(text("select count(*) from t")).scalar_one() == 1
        with pytest.raises(Exception, match="read-only"):
            view.execute(text("delete from t"))
    with writing(made) as connection:
        connection.execute(text("delete from t"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("insert into t values (1, :who), (1, :who)", "duplicate key value violates unique constraint"),
        ("insert into t values (cast(:who as integer), '')", r"InvalidTextRepresentation \(22P02\)"),
        ("insert into t values (null, :who)", "null value"),
    ],
)
def test_an_error_never_repeats_the_values_it_was_given(made, statement, said):
    with pytest.raises(StorageFailed, match=said) as refused, writing(made) as connection:
        connection.execute(text(statement), {"who": "Jane Doe"})
    assert "Jane" not in str(refused.value)


def take_turn_at_once(connection):
    connection.execute(text("set local lock_timeout = '10ms'"))
    take_turn(connection, "numbers")


def test_a_lock_that_somebody_holds_too_long_is_a_server_that_is_busy(made):
    with writing(made) as holder:
        take_turn(holder, "numbers")
        with pytest.raises(StorageAway, match="lock timeout"), writing(made) as other:
            take_turn_at_once(other)


def test_a_pool_that_is_used_up_is_a_server_that_is_busy():
    with pytest.raises(StorageAway, match="the database is busy"), storage("the database is busy"):
        raise exc.TimeoutError("none left")


def test_turns_of_one_name_are_taken_one_at_a_time(made):
    def add() -> None:
        for _ in range(10):
            with writing(made) as connection:
                take_turn(connection, "numbers")
                last = connection.execute(text("select coalesce(max(x), 0) from t")).scalar_one()
                connection.execute(text("insert into t values (:x, '')"), {"x": last + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(made) as connection:
        assert connection.execute(text("select count(*), max(x) from t")).one() == (40, 40)


def test_turns_of_two_names_do_not_wait_for_each_other(made):
    with writing(made) as one, writing(made) as other:
        take_turn(one, "one")
        take_turn(other, "other")


def test_a_wrong_password_a_missing_database_and_a_silent_host_are_told_without_the_password(server: Server):
    for url, password in (
        (server.url("postgres"), "not the password"),
        (server.url("absent"), PASSWORD),
        ("postgresql://postgres@127.0.0.1:1/x", PASSWORD),
    ):
        with pytest.raises(StorageFailed, match="cannot open the database") as refused:
            connect_database(url, password)
        assert password not in str(refused.value)
        assert "\n" not in refused.value.what
        assert "database.password" in refused.value.remedy


def test_a_server_that_is_too_old_or_keeps_other_text_is_refused(server: Server, request, monkeypatch):
    server.run("drop database if exists latin with (force)")
    server.run("create database latin template template0 encoding 'LATIN1'")
    request.addfinalizer(lambda: server.run("drop database latin with (force)"))
    with pytest.raises(StorageFailed, match="its text is kept as LATIN1"):
        connect_database(server.url("latin"), PASSWORD)
    monkeypatch.setattr(postgresql, "OLDEST", 10_000_000)
    with pytest.raises(StorageFailed, match="the server is PostgreSQL"):
        connect_database(server.url("postgres"), PASSWORD)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:secret@db.example/node", "holds a password"),
        ("mysql://me@db.example/node", "not the address of a PostgreSQL database"),
        ("postgresql://me@db.example", "not the address of a PostgreSQL database"),
        ("nothing", "not the address"),
    ],
)
def test_an_address_that_cannot_stand_is_refused(url, said):
    with pytest.raises(UsageError, match=said) as refused:
        checked_url(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://me@db.example/node", "verify-full"),
        ("postgresql://me@192.0.2.7/node", "verify-full"),
        ("postgresql://me@db.example/node?sslmode=require", None),
        ("postgresql://me@127.0.0.1/node", None),
        ("postgresql://me@localhost/node", None),
        ("postgresql://me@/node?host=/run/postgresql", None),
    ],
)
def test_away_from_this_machine_the_servers_certificate_is_checked(url, mode):
    assert postgresql._arguments(checked_url(url), "").get("sslmode") == mode


def test_a_driver_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(StorageFailed, match="not installed") as refused:
        connect_database("postgresql://me@/node")
    assert "easement[postgres]" in refused.value.remedy
