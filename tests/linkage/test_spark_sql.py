"""Linkage on Spark, without Spark: every query is one text, and what Spark would take otherwise is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlglot import parse_one

from easement.base.errors import UsageError
from easement.cli.link_spark import spark
from easement.linkage.assign import Policy, assigned
from easement.linkage.comparisons import BLOCKING, COMPARISONS, UNSURE
from easement.linkage.engine import Driven, Engine, Rows
from easement.linkage.link import link, prepared, run
from easement.linkage.spark import SparkEngine
from easement.linkage.spark_session import check_spark
from easement.linkage.spark_sql import in_spark
from easement.linkage.splink_engine import settings
from easement.linkage.standardise import standardised
from easement.linkage.through import Through
from easement.meaning.functions import FUNCTIONS
from easement.meaning.identifiers import Kind
from easement.meaning.keys import normalised
from easement.meaning.model import Key
from easement.meaning.template import column
from tests.linkage.people import engine, fill, town, untrained


class Watched:
    """A DuckDB connection that remembers what was asked of it, and what Splink was given."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.asked = connection, list[str]()

    def execute(self, query: str) -> Rows:
        self.asked.append(query)
        found: Rows = self.connection.execute(query)
        return found

    def splink_database(self) -> Any:
        from splink import DuckDBAPI

        return DuckDBAPI(self.connection)

    def splink_settings(self, made: Mapping[str, Any]) -> dict[str, Any]:
        return dict(made)


def test_every_statement_of_a_match_is_read_by_spark() -> None:
    """R4.4: one text for both engines; the whole way through, with a third register."""
    watched = Watched(engine(town(30)))
    fill(watched.connection, "third", town(30, seed=8).held)
    port: Engine = watched
    assert isinstance(watched, Driven)
    model = untrained()
    run(port, (*prepared(), ("third_people", standardised("third", "third_row"))))
    link(port, model, Policy(), [Through("third_people", model, model)])
    assert len(watched.asked) > 20
    made = SparkRead()
    for query in watched.asked:
        SparkEngine(made).execute(query)
    for query in made.asked:
        parse_one(query, dialect="spark")
    assert len(made.asked) > len(watched.asked) / 2


class SparkRead:
    """A session that only remembers what it was asked; every table is itself."""

    def __init__(self) -> None:
        self.asked = list[str]()
        self.catalog = self

    def sql(self, query: str) -> "SparkRead":
        self.asked.append(query)
        return self

    def localCheckpoint(self) -> "SparkRead":  # noqa: N802 (Spark's own)
        return self

    def createOrReplaceTempView(self, _name: str) -> None: ...  # noqa: N802

    def dropTempView(self, _name: str) -> None: ...  # noqa: N802

    def table(self, _name: str) -> "SparkRead":
        return self

    def union(self, _other: "SparkRead") -> "SparkRead":
        return self

    def distinct(self) -> "SparkRead":
        return self


def test_what_people_settled_and_every_condition_is_read_by_spark() -> None:
    conditions = [level.sql for each in COMPARISONS for level in each.levels if level.sql]
    settled = [query for _, query in assigned(Policy(), settled=True, chained=True)]
    for query in (*settled, *conditions, *(each.missing for each in COMPARISONS)):
        parse_one(in_spark(query), dialect="spark")
    said = SparkEngine(SparkRead()).splink_settings(settings(COMPARISONS, BLOCKING, prior=0.01))
    assert said["sql_dialect"] == "spark"
    assert {rule["sql_dialect"] for rule in said["blocking_rules_to_generate_predictions"]} == {"spark"}
    conditions = [level["sql_condition"] for each in said["comparisons"] for level in each["comparison_levels"]]
    assert conditions.count("ELSE") == len(COMPARISONS)
    assert not [each for each in conditions if "jaro_winkler" in each.lower() or "&&" in each]
    assert len(UNSURE) == len({doubt.name for doubt in UNSURE})


@pytest.mark.parametrize("kind", [*Kind, *Key])
def test_every_key_is_read_by_spark(kind: Kind | Key) -> None:
    parse_one(in_spark(normalised(kind, column("x")).sql(dialect="duckdb")), dialect="spark")


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"number", "date"}))
def test_a_mappings_functions_are_read_by_spark(name: str) -> None:
    given = {"a": "x", "b": "'y'", "c": "2"}
    function = FUNCTIONS[name]
    parts = [parse_one(given[place], dialect="duckdb") for place in "abc"[: len(function.takes)]]
    parse_one(in_spark(function.sql(*parts).sql(dialect="duckdb")), dialect="spark")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("x[1]", "TRY_ELEMENT_AT(x, 1)"),
        ("x[-1]", "TRY_ELEMENT_AT(x, -1)"),
        ("x[2:]", "SLICE(x, 2, GREATEST(SIZE(x) + -1, 0))"),
        ("x[:-2]", "SLICE(x, 1, GREATEST(SIZE(x) + -1, 0))"),
        ("len(x) + length(y)", "SIZE(x) + LENGTH(y)"),
        ("hash(a, b)", "XXHASH64(a, b)"),
        ("0.92 * 2", "0.92D * 2"),
        ("lower(x) = strip_accents(y)", "EASEMENT_LOWER(x) = EASEMENT_BARE(y)"),
        ("row_number() over ()", "MONOTONICALLY_INCREASING_ID() + 1"),
        ("count(distinct a) over (partition by b)", "SIZE(COLLECT_SET(a) OVER (PARTITION BY b))"),
        ("left(x, -3)", "LEFT(x, GREATEST(LENGTH(x) + -3, 0))"),
        ("a.held_row not in (select held_row from b)",
         "NOT EXISTS(SELECT 1 FROM (SELECT held_row AS easement_there FROM (SELECT held_row FROM b) AS easement_rows)"
         " AS t WHERE easement_there = a.held_row)"),
    ],
)  # fmt: skip
def test_what_spark_does_otherwise_is_rewritten(ours: str, theirs: str) -> None:
    assert in_spark(ours) == theirs


@pytest.mark.parametrize("sql", [
    "soundex(x)", "random()", "isfinite(x)", "x[n]", "x[2:3]", "regexp_replace(x, 'a', 'b')", "x ~ y",
    "regexp_replace(x, '(a)', '\\1', 'g')", "list_aggregate(x, 'sum')", "try_cast(x as double) / median(y)",
])  # fmt: skip
def test_what_is_not_known_to_be_the_same_is_refused(sql: str) -> None:
    with pytest.raises(UsageError, match="not known to give the same on Spark"):
        in_spark(sql)


def test_nothing_but_tables_is_asked_of_spark() -> None:
    with pytest.raises(UsageError, match="not asked of Spark"):
        SparkEngine(SparkRead()).execute("delete from linked")


def test_where_spark_or_java_is_missing_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError) as refused:
        check_spark({})
    assert refused.value.remedy == "install it: pip install 'easement[spark]'"
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: object())
    for environment in ({"PATH": ""}, {"PATH": "", "JAVA_HOME": "/nowhere"}):
        with pytest.raises(UsageError, match="no Java") as refused:
            check_spark(environment)
        assert "JAVA_HOME" in refused.value.remedy


def test_the_command_says_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    asked = ["a/1", "--node", "n", "--held", "a.yaml", "--listed", "b.yaml", "--into", str(tmp_path)]
    for more, said in (((), "not installed"), (("--hold", "0.9", "--disclose", "0.8"), "below what is linked")):
        found = CliRunner().invoke(spark, [*asked, *more])
        assert isinstance(found.exception, UsageError)
        assert said in found.exception.what
