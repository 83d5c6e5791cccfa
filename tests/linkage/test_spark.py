"""Linkage on Spark itself (R4.4): the same pairs, weights and links as on DuckDB. `make spark` makes what it needs."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from easement.base.errors import BadData, SourceUnreachable, UsageError
from easement.gate.linking import Side, linked_keys, opened, try_on
from easement.gate.spark import SparkSide, link_on_spark
from easement.linkage.assign import Policy
from easement.linkage.link import link, prepared, run
from easement.linkage.model import LinkModel
from easement.linkage.spark import SparkEngine, spark_engine
from easement.linkage.spark_session import spark_session
from easement.linkage.spark_sql import in_spark
from easement.linkage.standardise import standardised
from easement.linkage.through import Through
from easement.linkage.train import train
from easement.meaning.convert import to_day
from easement.meaning.identifiers import Kind
from easement.meaning.keys import normalised
from easement.meaning.model import Key
from easement.meaning.template import column
from tests.linkage.people import Person, Registers, engine, fill, pairs, town

pytestmark = [
    pytest.mark.torture,
    pytest.mark.timeout(3_000),
    pytest.mark.filterwarnings("ignore"),  # of Spark's own library
    pytest.mark.skipif(find_spec("pyspark") is None, reason="Spark's library is not installed: make spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java, which Spark needs"),
]

SMALL = {"spark.sql.shuffle.partitions": "1", "spark.sql.adaptive.enabled": "false",
         "spark.sql.codegen.wholeStage": "false"}  # fmt: skip
"""Settings by which small tables take seconds, not minutes."""


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with spark_session("local[2]", SMALL) as found:
        yield found


@pytest.fixture
def spark(session: Any) -> Iterator[SparkEngine]:
    with spark_engine(session) as found:
        yield found


def dirty(people: int, seed: int) -> Registers:
    """A town whose registers also write ranks, honours, double names, accents, other scripts, numbers and twins."""
    chance = random.Random(seed)
    found = town(people, seed=seed)

    def spoilt(each: Person) -> Person:
        family, givens = each.family or "", each.givens or ""
        return chance.choice([
            each, each, each,
            replace(each, family=f"{family} {chance.choice(['hart', 'jr', 'obe', 'the third', 'unknown'])}"),
            replace(each, givens=f"{chance.choice(['captain', 'lord', 'king', 'dr', givens[:1]])} {givens} ann"),
            replace(each, givens=family, family=givens),
            replace(each, givens=givens[:1]),
            replace(each, givens=None),
            replace(each, family=chance.choice(["王", "иванова", "शर्मा", "müller", "o", family[::-1]])),
            replace(each, birth=f"{(each.birth or '1950')[:4]}-01-01"),
            replace(each, birth=chance.choice(["1900-01-01", "0999-05-05", "9999-12-31", None])),
            replace(each, place=(each.place or "NT11AB")[:-1] + "Z"),
            replace(each, number=chance.choice(["9434765919", "4010232137", "9434765991", None])),
        ])  # fmt: skip

    held, listed = [spoilt(each) for each in found.held], [spoilt(each) for each in found.listed]
    twins = [replace(each, givens=chance.choice(["ann", "amy", "tom"])) for each in chance.sample(held, people // 20)]
    return Registers([*held, *twins], [*listed, *chance.sample(listed, people // 20), *twins[:3]])


def handed(connection: duckdb.DuckDBPyConnection, spark: SparkEngine, tables: list[str], folder: Path) -> None:
    """Let tables of DuckDB be tables of Spark."""
    for name in tables:
        connection.execute(f"copy {name} to '{folder / name}.parquet'").fetchall()
        spark.add(name, spark.session.read.parquet(str(folder / f"{name}.parquet")))


def rows(engine: Any, table: str) -> list[tuple[Any, ...]]:
    """A table's rows in order, lists without order: neither engine keeps any in those."""
    found = engine.execute(f"select * from {table}").fetchall()
    plain = [tuple(tuple(sorted(v)) if isinstance(v, list) and None not in v else v for v in row) for row in found]
    return sorted(plain, key=repr)


def same_scores(one: Any, other: Any) -> float:
    """Hold the tables `scored` of two engines against each other; by how much weights differ at most."""
    ours, theirs = ({row[:2]: row for row in each.execute("select * from scored").fetchall()} for each in (one, other))
    assert ours.keys() == theirs.keys()
    assert ours
    for pair, row in ours.items():
        assert row[4] == theirs[pair][4]  # the doubt
        assert figures(row) == pytest.approx(figures(theirs[pair]), abs=1e-6)
    return max(abs(row[2] - theirs[pair][2]) for pair, row in ours.items())


def figures(row: tuple[Any, ...]) -> list[float | None]:
    """The weight and probability, what its doubt counts for, and every level met."""
    return [None if each is None else float(each) for each in (*row[2:4], *row[5:])]


def words(chance: random.Random) -> str:
    letters = chance.choice(["ab", "abcdefgh", "aeéioöu ß'-", "АБВгдё", "ÀÉîõÜçÑŁøđþÐŒæİıſΣςσ", "ɐʼ’王शर्म", "a1.,"])
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, 9)))


def in_both(spark: SparkEngine, table: str, made: list[str]) -> tuple[list[Any], list[Any]]:
    """Expressions over a Parquet file, by DuckDB and by Spark."""
    query = f"select n, {', '.join(made)} from "
    spark.session.read.parquet(table).createOrReplaceTempView("given")
    theirs = spark.session.sql(in_spark(f"{query} given")).collect()
    return (sorted(duckdb.sql(f"{query} '{table}'").fetchall(), key=lambda row: row[0]),
            sorted(map(tuple, theirs), key=lambda row: row[0]))  # fmt: skip


def test_words_are_compared_to_the_last_digit(spark: SparkEngine, tmp_path: Path) -> None:
    chance, table = random.Random(1), str(tmp_path / "words.parquet")
    given = [(n, a, b) for n in range(40_000) for a in [words(chance)]
             for b in [chance.choice([words(chance), a[1:], a[::-1], "".join(chance.sample(a, len(a)))])]]  # fmt: skip
    write(table, given)
    made = ["jaro_winkler_similarity(a, b)", "damerau_levenshtein(a, b)", "lower(a)", "upper(b)"]
    ours, theirs = in_both(spark, table, made)
    assert ours == theirs


def test_keys_and_dates_are_read_alike(spark: SparkEngine, tmp_path: Path) -> None:
    chance, table = random.Random(2), str(tmp_path / "keys.parquet")
    days = ["1/2/1990", "31/02/1990", " 01-02-1990 ", "29 feb 2000", "1 September 1950", "19900201", "1/2/90",
            "epoch", "01021990", "infinity", "1Jan 1990", "2024-13-01", "0090-01-01", "",
            "9999-12-31", "1\tjan 1990"]  # fmt: skip
    names = ["Mr. O’Brien-Smith", "DR JOHN", "Lord", "ŁUKASZ  Żółć", "İbrahim", "ΣΊΣΥΦΟΣ", "Müller,Anna", "नमस्ते दुनिया",
             " ", "NG1 1AA", "ng11aa ", "943 476 5919", "qq 12 34 56 c", "00100023336956", "A123456789012"]  # fmt: skip
    write(table, [(n, chance.choice([*names, words(chance)]), chance.choice(days)) for n in range(8_000)])
    formats = [["%d/%m/%Y", "%d-%m-%Y"], ["%d %b %Y", "%d %B %Y"], ["%Y%m%d"], ["%Y-%m-%d", "%d%m%Y"]]
    made = [*(normalised(each, column("a")).sql("duckdb") for each in (*Kind, *Key)),
            *(to_day(column("b"), each).sql("duckdb") for each in formats)]  # fmt: skip
    ours, theirs = in_both(spark, table, made)
    assert ours == theirs
    assert len({row[-1] for row in ours}) > 2


def write(table: str, given: list[tuple[Any, ...]]) -> None:
    import pyarrow
    import pyarrow.parquet

    columns = dict(zip(("n", "a", "b"), map(list, zip(*given, strict=True)), strict=True))
    pyarrow.parquet.write_table(pyarrow.table(columns), table)


@pytest.fixture(scope="module")
def model() -> LinkModel:
    return train(engine(dirty(800, 3)), id="town", title="A town", held="one", listed="other").model


@pytest.mark.parametrize("seed", [11, 12])
def test_dirty_registers_are_linked_alike(spark: SparkEngine, tmp_path: Path, model: LinkModel, seed: int) -> None:
    connection = engine(dirty(700, seed))
    handed(connection, spark, ["held", "listed"], tmp_path)
    run(spark, prepared())
    for table in ("held_people", "listed_people", "repeated_rows", "tried"):
        assert rows(connection, table) == rows(spark, table)
    for policy in (Policy(), Policy(0.999, 0.05)):
        ours, theirs = link(connection, model, policy), link(spark, model, policy)
        assert ours == theirs
        assert same_scores(connection, spark) < 1e-9
        for table in ("linked", "doubtful"):
            assert pairs(connection, table) == {row[:2] for row in rows(spark, table)}
        assert ours.linked > 250
        assert ours.doubtful > 5


def test_a_list_that_tries_values_is_held_alike(spark: SparkEngine, tmp_path: Path, model: LinkModel) -> None:
    found = town(200)
    tried = [replace(found.held[0], place=f"NT1{n}AB") for n in range(9)]
    connection = engine(Registers(found.held, [*found.listed, *tried]))
    handed(connection, spark, ["held", "listed"], tmp_path)
    run(spark, prepared())
    assert rows(connection, "tried") == rows(spark, "tried")
    assert len(rows(spark, "tried")) >= len(tried)
    assert link(connection, model, Policy()) == link(spark, model, Policy())


def test_a_third_register_ties_alike(spark: SparkEngine, tmp_path: Path, model: LinkModel) -> None:
    connection = engine(dirty(400, 5))
    fill(connection, "third", dirty(400, 5).held)
    handed(connection, spark, ["held", "listed", "third"], tmp_path)
    run(spark, prepared())
    third = ("third_people", standardised("third", "third_row"))
    for each in (connection, spark):
        run(each, (third,))
        link(each, model, Policy(), [Through("third_people", model, model)])
    for table in ("linked", "doubtful", "chained"):
        assert {row[:2] for row in rows(connection, table)} == {row[:2] for row in rows(spark, table)}
    assert rows(spark, "chained")


MAPPING = """\
format: easement-mapping/1
id: {name}
title: Made-up people
organisation: northtown
standard: person/1
record_key: key
source: {{path: {name}.{kind}}}
elements:
  family_name: surname
  given_name: forename
  date_of_birth: {{column: born, dates: [dd/mm/yyyy, yyyy-mm-dd]}}
  postcode: postcode
"""


def test_two_registers_are_linked_by_their_mappings(spark: SparkEngine, tmp_path: Path, model: LinkModel) -> None:
    """From files and mappings to the keys of linked pairs, as `easement link score` finds them on DuckDB."""
    mappings = registers(tmp_path)
    out = str(tmp_path / "links")
    found = link_on_spark(spark, *map(SparkSide, mappings), model, Policy(), out)
    with opened(tmp_path, *map(Side, mappings)) as session:
        tried = try_on(session, model, Policy())
        wanted = {table: set(linked_keys(session, table)) for table in ("linked", "doubtful")}
    assert (found.linked, found.doubtful, found.queue) == (tried.linked, tried.doubtful, tried.queue)
    assert found.linked > 200
    for table, keys in wanted.items():
        written = duckdb.sql(f"select listed_key, held_key from '{out}/{table}/*.parquet'").fetchall()
        assert set(written) == keys
    with pytest.raises(UsageError, match="is there already"):
        link_on_spark(spark, *map(SparkSide, mappings), model, Policy(), out)


def registers(folder: Path) -> list[Path]:
    """Two registers as files with their mappings: one as CSV, with dates as people write them, one as Parquet."""
    found, mappings = dirty(500, 21), []
    for name, people, kind in (("ours", found.held, "csv"), ("theirs", found.listed, "parquet")):
        connection = duckdb.connect()
        fill(connection, "held", people)
        born = "strftime(key_birth, '%d/%m/%Y')" if kind == "csv" else "key_birth"
        connection.execute(
            f"copy (select '{name}-' || held_row as key, upper(key_family) as surname, key_givens as forename, "
            f"{born} as born, key_place as postcode from held) to '{folder}/{name}.{kind}'"
        ).fetchall()
        mapping = folder / f"{name}.yaml"
        mapping.write_text(MAPPING.format(name=name, kind=kind), encoding="utf-8")
        mappings.append(mapping)
    return mappings


def test_what_cannot_be_read_is_said(spark: SparkEngine, tmp_path: Path, model: LinkModel) -> None:
    ours, theirs = registers(tmp_path)
    out = str(tmp_path / "links")
    for place in (str(tmp_path / "nowhere"), "nobody.knows"):
        with pytest.raises(SourceUnreachable, match="Spark cannot read"):
            link_on_spark(spark, SparkSide(ours), SparkSide(theirs, place), model, Policy(), out)
    timed = f"select * replace (now() as key) from '{tmp_path}/theirs.parquet'"
    duckdb.sql(f"copy ({timed}) to '{tmp_path}/timed.parquet'")
    with pytest.raises(BadData, match="`key` is neither"):
        link_on_spark(spark, SparkSide(ours), SparkSide(theirs, f"{tmp_path}/timed.parquet"), model, Policy(), out)
    theirs.write_text(theirs.read_text(encoding="utf-8").replace("record_key: key\n", ""), encoding="utf-8")
    with pytest.raises(UsageError, match="which column names a record"):
        link_on_spark(spark, SparkSide(ours), SparkSide(theirs), model, Policy(), out)


def test_nothing_is_left_in_the_session(session: Any) -> None:
    before = {table.name for table in session.catalog.listTables()}
    with spark_engine(session) as made:
        made.execute("create or replace table linked as select 1 as held_row").fetchall()
        assert made.execute("select held_row from linked").fetchall() == [(1,)]
        own = made.session
    assert {table.name for table in session.catalog.listTables()} == before
    assert not own.catalog.tableExists("linked")
