"""Tables of databases are read in place (R3.4, R3.5): every kind alike, and nothing is written."""

import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from easement.base.errors import BadData, EasementError, SourceUnreachable, UsageError
from easement.sources.connection import Connection
from easement.sources.files import open_sources
from easement.sources.model import DatabaseTable, File
from easement.sources.rows import stream
from tests.sources.reading import put
from tests.sources.stores import KINDS, Store, quoted, read, store

DAY = datetime.date(2015, 3, 14)


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return store(request.param, tmp_path, request)


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return store("postgresql", tmp_path, request)


@pytest.fixture
def mariadb_store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return store("mariadb", tmp_path, request)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return store("sqlite", tmp_path, request)


TEXTS = [
    None,
    "",
    " ",
    "a,b",
    'say "hi"',
    "two\nlines",
    "two\r\nlines",
    "back\\slash",
    "\\N",
    "\\.",
    "NULL",
    "é ß 中 😀",
    "'",
    "%s %",
    "x" * 100_000,
    "\t",
    '"',
    '""',
    "\\",
    "\x1f",
    "\u2028",
]


def test_text_comes_as_it_is_kept(kept: Store) -> None:
    kept.run("create table t (n int, a " + ("longtext" if kept.kind == "mariadb" else "text") + ")")
    kept.fill("insert into t values (%s, %s)", list(enumerate(TEXTS)))
    found = {int(n): text for n, text in read(kept, "t")}
    assert found == dict(enumerate(TEXTS))


@pytest.mark.parametrize("texts", [[None], [None, None], ["", None], ['"', None, ""]])
def test_a_table_of_one_column_keeps_its_nulls(kept: Store, texts: list[str | None]) -> None:
    kept.run("create table t (a varchar(20))")
    kept.fill("insert into t values (%s)", [[text] for text in texts])
    assert sorted(read(kept, "t"), key=str) == sorted([(text,) for text in texts], key=str)


def test_any_name_is_a_name_and_never_text(kept: Store) -> None:
    names = ["select", 'a"b', "a`b", "a b", "%(p)s", "x;drop", "Ünï", "a'b", "100%"]
    table = quoted(kept.kind, "t'; drop table people; --")
    columns = ", ".join(f"{quoted(kept.kind, name)} varchar(9)" for name in names)
    kept.run(f"create table {table} ({columns})", "create table people (a int)")
    kept.run(f"insert into {table} values ({', '.join(chr(39) + 'v' + chr(39) for _ in names)})")
    with open_sources(DatabaseTable(kept.connection, ("t'; drop table people; --",))) as session:
        source = session.sources["source"]
        assert [column.original for column in source.columns] == names
        assert session.measure("FROM source") == [("v",) * len(names)]
    assert read(kept, "people") == []


def test_an_empty_table_has_columns_and_no_rows(kept: Store) -> None:
    kept.run("create table t (a int, b varchar(9))")
    assert read(kept, "t") == []


def test_a_view_is_a_table(kept: Store) -> None:
    kept.run("create table t (a varchar(9))", "insert into t values ('x')", "create view v as select a from t")
    assert read(kept, "v") == [("x",)]


def test_only_the_columns_that_a_query_needs_are_asked_for(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.run("create table t (a varchar(9), b varchar(9), c varchar(9))", "insert into t values ('1', '2', '3')")
    asked: list[str] = []
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        stream_ = session.sources["source"].stream
        assert stream_ is not None
        inner = type(stream_.database).query
        monkeypatch.setattr(
            type(stream_.database), "query", lambda *args: asked.append(inner(*args)[0]) or inner(*args)
        )
        assert session.measure("SELECT c FROM source WHERE a = '1'") == [("3",)]
        assert session.measure("SELECT a FROM source WHERE a = '2'") == []
        assert session.measure("SELECT count(*) FROM source WHERE c IS NULL OR c > '1'") == [(1,)]
    assert asked
    assert not [text for text in asked if "b" in text.partition("FROM")[0].replace("ab", "")]


def test_a_file_and_a_database_stand_side_by_side(kept: Store, tmp_path: Path) -> None:
    kept.run("create table t (a varchar(9))", "insert into t values ('1'), ('2')")
    file = File(put(tmp_path, "a,b\n1,one\n3,three\n"), "listed")
    with open_sources(DatabaseTable(kept.connection, ("t",), "held"), file) as session:
        assert session.measure("SELECT b FROM held JOIN listed USING (a)") == [("one",)]


def test_a_table_may_be_looked_at_twice_in_one_query(kept: Store) -> None:
    kept.run("create table t (a varchar(9))", "insert into t values ('1'), ('2')")
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        assert session.measure("SELECT count(*) FROM source x, source y WHERE x.a <> y.a") == [(2,)]


def test_rows_left_early_leave_the_session_fit(kept: Store) -> None:
    kept.run("create table t (a varchar(9))")
    kept.fill("insert into t values (%s)", [[str(n)] for n in range(60_000)])
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        rows = stream(session, "FROM source")
        assert next(rows).num_rows > 0
        rows.close()  # type: ignore[attr-defined]
        assert session.measure("SELECT count(DISTINCT a) FROM source") == [(60_000,)]


def test_nothing_can_be_written(kept: Store) -> None:
    """The transaction says so itself: what the account may do elsewhere does not matter."""
    kept.run("create table t (a varchar(9))")
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        stream_ = session.sources["source"].stream
        assert stream_ is not None
        for statement in ("insert into t values ('x')", "drop table t", "create table u (a int)"):
            reached = stream_.database.connect()
            with pytest.raises(SourceUnreachable), stream_.database.translated():
                stream_.database.execute(reached, statement)
            reached.close()
    assert read(kept, "t") == []


def test_a_table_that_is_not_there_is_named(kept: Store) -> None:
    kept.run("create table t (a int)")
    with (
        pytest.raises(SourceUnreachable, match="has no table `nowhere`"),
        open_sources(DatabaseTable(kept.connection, ("nowhere",))),
    ):
        pass


def test_a_table_that_goes_while_it_is_read_is_told(sqlite: Store) -> None:
    sqlite.run("create table t (a text)")
    with open_sources(DatabaseTable(sqlite.connection, ("t",))) as session:
        stream_ = session.sources["source"].stream
        assert stream_ is not None
        stream_.close()
        sqlite.run("drop table t")
        with pytest.raises(SourceUnreachable, match="there is no `t` in the database `register`"):
            session.measure("FROM source")


def test_all_looks_of_a_session_see_one_state(kept: Store) -> None:
    kept.run("create table t (a varchar(9))", "insert into t values ('1')")
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        assert session.measure("SELECT count(*) FROM source") == [(1,)]
        if kept.kind != "sqlite":  # which makes the writer wait instead
            kept.run("insert into t values ('2')")
        assert session.measure("SELECT count(*) FROM source") == [(1,)]


# -- what PostgreSQL holds

TYPES: list[tuple[str, str, Any]] = [
    ("smallint", "-3", -3),
    ("bigint", "9223372036854775807", 2**63 - 1),
    ("numeric(10,2)", "616.60", "616.60"),
    ("numeric", "'NaN'", "NaN"),
    ("numeric", "1e30", "1" + "0" * 30),
    ("real", "616.67", 616.67),
    ("double precision", "0.1::float8 + 0.2", 0.30000000000000004),
    ("boolean", "true", True),
    ("date", "'2015-03-14'", DAY),
    ("date", "'infinity'", None),
    ("date", "'-infinity'", None),
    ("date", "'0044-03-15 BC'", None),
    ("date", "'0001-01-01'", datetime.date(1, 1, 1)),
    ("date", "'20000-01-01'", None),
    ("timestamp", "'2026-09-02 10:30:00.25'", "2026-09-02 10:30:00.25"),
    ("timestamp", "'infinity'", None),
    ("timestamptz", "'2026-09-02 10:30:00+05:30'", "2026-09-02 05:00:00+00"),
    ("time", "'23:59:59'", datetime.time(23, 59, 59)),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("char(5)", "'ab'", "ab"),
    ("varchar(5)", "'ab '", "ab "),
    ("bytea", "'\\x00ff'", b"\x00\xff"),
    ("json", "'{\"a\": 1}'", '{"a": 1}'),
    ("text[]", "'{a,b}'", "{a,b}"),
    ("interval", "'1 year 2 days'", "P1Y2D"),
    ("inet", "'10.0.0.1'", "10.0.0.1/32"),
]


@pytest.mark.parametrize(("type_", "value", "expected"), TYPES)
def test_each_type_of_postgresql(postgresql: Store, type_: str, value: str, expected: Any) -> None:
    postgresql.run(f"create table t (a {type_})", f"insert into t values ({value}), (null)")
    assert sorted(read(postgresql, "t"), key=repr) == sorted([(expected,), (None,)], key=repr)


def test_an_enum_a_domain_and_a_schema_of_postgresql(postgresql: Store) -> None:
    postgresql.run(
        'create schema "My Schema"',
        "create type award as enum ('UC', 'IS')",
        "create domain short as varchar(9)",
        'create table "My Schema"."T" (a award, b short, gone int)',
        "insert into \"My Schema\".\"T\" values ('UC', 'x', 1)",
        'alter table "My Schema"."T" drop column gone',
    )
    assert read(postgresql, "My Schema", "T") == [("UC", "x")]


def test_a_database_in_another_encoding_comes_as_text_too(postgresql: Store, server: Any, tmp_path: Path) -> None:
    server.run("create database latin template template0 encoding 'LATIN1' locale 'C'")
    other = store_of(server, "latin", tmp_path)
    with psycopg.connect(server.url("latin"), password=other.password) as connection:
        connection.execute("create table t (a text)")
        connection.execute("insert into t values ('zoë')")
    with open_sources(DatabaseTable(other, ("t",))) as session:
        assert session.measure("FROM source") == [("zoë",)]


def test_bytes_that_are_no_text_are_refused(server: Any, tmp_path: Path) -> None:
    server.run("create database bytes template template0 encoding 'SQL_ASCII' locale 'C'")
    other = store_of(server, "bytes", tmp_path)
    with psycopg.connect(server.url("bytes"), password=other.password) as connection:
        connection.execute("set client_encoding to sql_ascii")
        connection.execute("create table t (a text)")
        connection.execute("insert into t values (E'secret \\xff')")
    with open_sources(DatabaseTable(other, ("t",))) as session, pytest.raises(BadData, match="no UTF-8") as raised:
        session.measure("FROM source")
    assert "secret" not in str(raised.value)


def store_of(server: Any, name: str, folder: Path) -> Connection:
    return Connection("other", make_url(server.url(name)), folder / "c.yaml", password="a password for tests")


def test_an_account_that_may_not_read_is_told_so(postgresql: Store, server: Any, tmp_path: Path) -> None:
    postgresql.run("create table t (a int)")
    server.run("create role stranger login password 'a stranger'")
    url = postgresql.connection.url.set(username="stranger")
    with open_sources(DatabaseTable(Connection("r", url, tmp_path, password="a stranger"), ("t",))) as session:
        with pytest.raises(SourceUnreachable, match="the account may not read `t` in the database `r`") as raised:
            session.measure("FROM source")
        assert "GRANT SELECT" in raised.value.remedy


def test_a_slow_query_is_stopped_by_the_server(postgresql: Store, tmp_path: Path) -> None:
    postgresql.run("create view t as select pg_sleep(30)::text as a")
    connection = Connection("r", postgresql.connection.url, tmp_path, 1, postgresql.connection.password)
    with (
        open_sources(DatabaseTable(connection, ("t",))) as session,
        pytest.raises(SourceUnreachable, match="took longer than 1 seconds"),
    ):
        session.measure("FROM source")


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_a_query_that_takes_too_long_is_stopped_where_the_data_is(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kept = store(kind, tmp_path, request)
    slow = {
        "postgresql": "select pg_sleep(30)::text as a",
        "sqlite": "with recursive n(a) as (select 1 union all select a + 1 from n) select a from n where a < 0",
    }
    kept.run(f"create view t as {slow[kind]}")
    with (
        open_sources(DatabaseTable(kept.connection, ("t",)), seconds=0.3) as session,
        pytest.raises(EasementError, match=r"the query took longer than 0\.3 seconds and was stopped"),
    ):
        session.measure("FROM source")


def test_long_values_come_in_small_batches(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easement.sources.databases.BATCH_BYTES", 100_000)
    monkeypatch.setattr("easement.sources.postgresql.BATCH_BYTES", 100_000)
    kept.run("create table t (a " + ("longtext" if kept.kind == "mariadb" else "text") + ")")
    kept.fill("insert into t values (%s)", [["x" * 10_000]] * 500)
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        stream_ = session.sources["source"].stream
        assert stream_ is not None
        sizes = [len(batch[0]) for batch in stream_.batches([0])]
    assert sum(sizes) == 500
    assert max(sizes[1:]) <= 11


def test_a_server_that_goes_away_is_told(postgresql: Store, server: Any) -> None:
    postgresql.run("create table t (a int)")
    with open_sources(DatabaseTable(postgresql.connection, ("t",))) as session:
        name = postgresql.connection.url.database
        server.run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
        with pytest.raises(SourceUnreachable, match="stopped answering"):
            session.measure("FROM source")
        assert session.measure("FROM source") == []


# -- what MariaDB holds

MARIA_TYPES: list[tuple[str, str, Any]] = [
    ("tinyint(1)", "1", 1),
    ("bigint unsigned", "18446744073709551615", 2**64 - 1),
    ("decimal(10,2)", "616.60", "616.60"),
    ("double", "0.1e0 + 0.2e0", 0.30000000000000004),
    ("bit(1)", "b'1'", 1),
    ("year", "2026", 2026),
    ("date", "'2015-03-14'", DAY),
    ("date", "'0000-00-00'", None),
    ("date", "'2015-00-10'", None),
    ("datetime(3)", "'2026-09-02 10:30:00.250'", "2026-09-02 10:30:00.25"),
    ("datetime", "'0000-00-00 00:00:00'", None),
    ("timestamp", "'2026-09-02 10:30:00'", "2026-09-02 10:30:00"),
    ("time", "'101:02:03'", "101:02:03"),
    ("char(5)", "'ab'", "ab"),
    ("varchar(5)", "'ab '", "ab "),
    ("varbinary(5)", "x'00ff'", b"\x00\xff"),
    ("blob", "''", b""),
    ("enum('UC', 'IS')", "'IS'", "IS"),
    ("json", "'{\"a\": 1}'", '{"a": 1}'),
    ("varchar(9) character set latin1", "'zoë'", "zoë"),
]


@pytest.mark.parametrize(("type_", "value", "expected"), MARIA_TYPES)
def test_each_type_of_mariadb(mariadb_store: Store, type_: str, value: str, expected: Any) -> None:
    mariadb_store.run("set sql_mode = ''", f"create table t (a {type_} null)", "set time_zone = '+00:00'")
    mariadb_store.run("set sql_mode = ''", "set time_zone = '+00:00'", f"insert into t values ({value})")
    assert read(mariadb_store, "t") == [(expected,)]


def test_a_nul_in_text_is_refused(mariadb_store: Store) -> None:
    mariadb_store.run("create table t (a text)", ("insert into t values (%s)", ["secret\0"]))
    with pytest.raises(BadData, match="the column `a` holds a NUL character") as raised:
        read(mariadb_store, "t")
    assert "secret" not in str(raised.value)


# -- what SQLite holds


def test_what_stands_in_a_column_of_sqlite_comes_as_text_whatever_it_declares(sqlite: Store) -> None:
    sqlite.run("create table t (n integer primary key, a integer, b date, c, d real)")
    sqlite.fill("insert into t values (%s, %s, %s, %s, %s)", [[1, "abc", "2015-03-14", 5, 616.67], [2, 7, 1.5, "x", 3]])
    assert read(sqlite, "t") == [("1", "abc", "2015-03-14", "5", "616.67"), ("2", "7", "1.5", "x", "3.0")]


def test_bytes_in_sqlite(sqlite: Store) -> None:
    sqlite.run("create table t (a blob)", ("insert into t values (%s)", [b"\x00\xff"]))
    assert read(sqlite, "t") == [(b"\x00\xff",)]
    sqlite.run("create table u (a text)", ("insert into u values (%s)", [b"\x80secret"]))
    with pytest.raises(BadData, match="the column `a` holds bytes where text is meant"):
        read(sqlite, "u")
    sqlite.run("create table w (a text)", "insert into w values (cast(x'80736563726574' as text))")
    with pytest.raises(BadData, match="no UTF-8") as raised:
        read(sqlite, "w")
    assert "secret" not in str(raised.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_text("name,date\n" * 200)
    connection = Connection("r", make_url("sqlite:///r.db"), tmp_path / "c.yaml")
    with (
        pytest.raises(SourceUnreachable, match="cannot reach the database `r`: file is not a database"),
        open_sources(DatabaseTable(connection, ("t",))),
    ):
        pass
    missing = Connection("r", make_url("sqlite:///gone.db"), tmp_path / "c.yaml")
    with pytest.raises(SourceUnreachable, match="there is no file"), open_sources(DatabaseTable(missing, ("t",))):
        pass
    assert not (tmp_path / "gone.db").exists()


# -- what cannot be reached


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://reader@127.0.0.1:1/pupils", "at `127.0.0.1`: nothing answers there"),
        ("postgresql://reader@/pupils?host=/nowhere", "nothing answers there"),
        ("mariadb://reader@127.0.0.1:1/pupils", "at `127.0.0.1`: nothing answers there"),
        ("postgresql://reader@nowhere.invalid/pupils", "there is no such host"),
    ],
)
def test_a_server_that_does_not_answer_is_told_without_its_password(url: str, said: str, tmp_path: Path) -> None:
    connection = Connection("pupils", make_url(url), tmp_path / "pupils.connection.yaml", password="hunter2")
    with pytest.raises(SourceUnreachable) as raised, open_sources(DatabaseTable(connection, ("t",))):
        pass
    assert said in raised.value.what
    assert "pupils.connection.yaml" in raised.value.remedy
    assert "hunter2" not in f"{raised.value}{raised.value.__cause__!r}{connection!r}"


def test_a_wrong_password_is_told(postgresql: Store, tmp_path: Path) -> None:
    connection = Connection("r", postgresql.connection.url, tmp_path, password="hunter2")
    with (
        pytest.raises(SourceUnreachable, match="it does not take the password") as raised,
        open_sources(DatabaseTable(connection, ("t",))),
    ):
        pass
    assert "hunter2" not in str(raised.value)


def test_a_kind_of_database_without_a_driver_is_told(tmp_path: Path) -> None:
    connection = Connection("r", make_url("mssql+pyodbc://reader@db.example/x"), tmp_path)
    with (
        pytest.raises(UsageError, match="no driver for `mssql` is installed"),
        open_sources(DatabaseTable(connection, ("t",))),
    ):
        pass


def test_two_of_one_name_are_refused(sqlite: Store) -> None:
    sqlite.run("create table t (a text)")
    table = DatabaseTable(sqlite.connection, ("t",))
    with pytest.raises(UsageError, match="two sources have the same name"), open_sources(table, table):
        pass


@pytest.mark.parametrize("table", [(), ("",), ("a", ""), ("a", "b", "c"), ("a\0",)])
def test_what_cannot_be_a_table_is_refused(sqlite: Store, table: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="cannot be a table"):
        DatabaseTable(sqlite.connection, table)


def test_the_way_out_stays_shut_beside_a_database(kept: Store) -> None:
    kept.run("create table t (a varchar(9))")
    with open_sources(DatabaseTable(kept.connection, ("t",))) as session:
        for query in ("FROM read_text('/etc/passwd')", "FROM sqlite_scan('x', 'y')", "FROM postgres_scan('', '', '')"):
            with pytest.raises(EasementError):
                session.measure(query)
