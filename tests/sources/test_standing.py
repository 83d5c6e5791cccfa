"""Sessions kept between lookups see the table as it is each time, and none outlives what went wrong in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from easement.base.errors import EasementError
from easement.sources import standing as module
from easement.sources.conditions import OneOf
from easement.sources.model import DatabaseTable
from easement.sources.session import Session
from easement.sources.standing import close_standing, standing
from tests.sources.stores import KINDS, Store, store


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = store(request.param, tmp_path, request)
    made.run("create table t (a varchar(9))", "insert into t values ('1'), ('2')")
    yield made
    close_standing()


def looked(kept: Store, *values: str) -> tuple[Session, int]:
    with standing(DatabaseTable(kept.connection, ("t",)), memory="100MB", seconds=60) as session:
        if values:
            session.sources["source"].narrow(OneOf("a", values))
        return session, session.measure("SELECT count(*) FROM source")[0][0]


def test_the_next_lookup_takes_the_session_up_and_sees_what_changed(kept: Store) -> None:
    first, count = looked(kept)
    assert count == 2
    kept.run("insert into t values ('3')")
    again, count = looked(kept)
    assert (again is first, count) == (True, 3)


def test_what_one_lookup_asked_the_next_does_not(kept: Store) -> None:
    assert looked(kept, "1")[1] == 1
    assert looked(kept, "1", "2")[1] == 2
    assert looked(kept)[1] == 2


def test_two_at_once_have_a_session_each_and_no_more_are_kept_than_said(kept: Store) -> None:
    table = DatabaseTable(kept.connection, ("t",))
    with standing(table, memory="100MB", seconds=60) as one, standing(table, memory="100MB", seconds=60) as other:
        assert one is not other
    assert looked(kept)[0] in (one, other)
    assert sum(len(waiting) for waiting in module._kept.values()) == 2


def test_a_session_in_which_something_went_wrong_is_closed(kept: Store) -> None:
    first, _ = looked(kept)
    with (
        pytest.raises(EasementError),
        standing(DatabaseTable(kept.connection, ("t",)), memory="100MB", seconds=60) as session,
    ):
        session.measure("SELECT nothing FROM source")
    assert session is first
    assert looked(kept)[0] is not first
    with pytest.raises(EasementError, match="closed"):
        first.measure("SELECT 1")


def test_a_connection_that_did_not_last_is_made_anew(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    kept = store("postgresql", tmp_path, request)
    kept.run("create table t (a varchar(9))")
    first, _ = looked(kept)
    name = kept.connection.url.database
    request.getfixturevalue("server").run(
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    )
    again, count = looked(kept)
    assert (again is first, count) == (False, 0)
    close_standing()
