"""Statements straight through the driver, on SQLCipher and PostgreSQL alike: the same rows, and the same errors."""

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from easement.base.database import writing
from easement.base.errors import EasementError
from easement.base.statements import Statement

metadata = MetaData()
things = Table(
    "test_things",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String),
    Column("data", LargeBinary),
)
ADD = Statement(insert(things), "id", "name", "data")
RENAME = Statement(
    update(things).where(things.c.id == bindparam("of"), things.c.name == "old").values(name=bindparam("name"))
)
GROW = Statement(update(things).values(id=things.c.id + bindparam("by")).returning(things.c.id))
NAMED = Statement(select(things.c.id, things.c.data).where(things.c.name == bindparam("name")).order_by(things.c.id))


@pytest.fixture
def made(engine):
    metadata.create_all(engine)
    return engine


def add(engine, *rows):
    with writing(engine) as connection:
        ADD.run_rows(connection, rows)


def test_what_was_written_is_read_again(made):
    add(made, (1, "old", b"\x00\xff"), (2, "old", None))
    with writing(made) as connection:
        ADD.run(connection, {"id": 3, "name": "new", "data": b""})
    assert NAMED.fetch(made, {"name": "old"}) == [(1, b"\x00\xff"), (2, None)]
    assert NAMED.fetch(made, {"name": "nobody"}) == []


def test_values_that_stand_in_the_statement_are_given_by_it(made):
    add(made, (1, "old", None), (2, "other", None))
    with writing(made) as connection:
        assert [RENAME.run(connection, {"of": id_, "name": "new"}).rowcount for id_ in (1, 2)] == [1, 0]
    assert NAMED.fetch(made, {"name": "new"}) == [(1, None)]


def test_what_a_change_returns_can_be_had(made):
    add(made, (1, "old", None))
    with writing(made) as connection:
        assert GROW.run(connection, {"by": 4}).fetchall() == [(5,)]


@pytest.mark.parametrize(
    "again",
    [
        lambda connection: ADD.run(connection, {"id": 1, "name": "private", "data": None}),
        lambda connection: ADD.run_rows(connection, [(1, "private", None)]),
    ],
)
def test_a_rule_that_is_broken_is_told_as_ever_and_without_the_values(made, again):
    add(made, (1, "old", None))
    with pytest.raises(EasementError) as caught, writing(made) as connection:
        again(connection)
    assert isinstance(caught.value.__cause__, IntegrityError)
    assert "private" not in str(caught.value.__cause__)
    assert NAMED.fetch(made, {"name": "old"}) == [(1, None)]


def test_what_cannot_be_read_is_told(made):
    with pytest.raises(EasementError, match="the database cannot be read") as caught:
        Statement(text("select nothing from nowhere")).fetch(made)
    assert isinstance(caught.value.__cause__, DBAPIError)
    add(made, (1, "old", None))
    assert NAMED.fetch(made, {"name": "old"}) == [(1, None)]


class Lost:
    """Takes every error for the end of the connection, and notes what is done about it."""

    def __init__(self, dialect):
        self.name, self.loaded_dbapi, self.times = dialect.name, dialect.loaded_dbapi, 0

    def __call__(self, *_):
        self.times += 1
        return True


def test_a_connection_that_is_lost_is_not_used_again(made, monkeypatch):
    lost = Lost(made.dialect)
    monkeypatch.setattr(made.dialect, "is_disconnect", lost)
    wrong = Statement(text("select nothing from nowhere"))
    with pytest.raises(EasementError) as caught:
        wrong.fetch(made)
    assert caught.value.__cause__.connection_invalidated
    with pytest.raises(EasementError) as caught, writing(made) as connection:
        wrong.run(connection)
    assert caught.value.__cause__.connection_invalidated
    assert lost.times == 2
    monkeypatch.undo()
    add(made, (1, "old", None))
    assert NAMED.fetch(made, {"name": "old"}) == [(1, None)]
