"""Linkage on Spark: an engine of a session that is handed in, for registers of hundreds of millions of rows.

It carries out the same SQL as DuckDB (`linkage.spark_sql`), and drives Splink by Splink's own Spark backend. What Spark
has no function for is compiled by Spark itself from `data/Words.java`, so that no executor needs Python. Tables that
are made are kept by the executors and go when the engine is closed; nothing is written to storage.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlglot import exp

from easement.base.errors import SourceUnreachable, UsageError
from easement.linkage.spark_sql import in_spark, read, written

__all__ = ["SparkEngine", "spark_engine"]

_WORDS = "easement.linkage.Words"
_ADDED = {
    "easement_likeness": ("Likeness", "double"),
    "easement_slips": ("Slips", "int"),
    "easement_bare": ("Bare", "string"),
    "easement_lower": ("Lower", "string"),
    "easement_upper": ("Upper", "string"),
}
"""Functions that are added to Spark: their class in `Words.java`, and what they give."""


_SETTINGS = {
    # A query of ours joins dozens of tables at once, and each that is sent to all executors takes a page of memory.
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "-1",
    "spark.sql.session.timeZone": "UTC",
}


FEW_PARTS = 4
"""From this many on, the parts of a union are made one by one."""


class _Found:
    """Rows of a query, as DuckDB gives them."""

    def __init__(self, frame: Any = None) -> None:
        self.frame = frame

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row."""
        return [] if self.frame is None else [tuple(row) for row in self.frame.collect()]


class SparkEngine:
    """An engine for `linkage` over a Spark session; `spark_engine` opens one."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self._kept: set[str] = set()

    def add(self, name: str, frame: Any) -> None:
        """Let a frame be a table, kept by the executors without what it was made of, which Spark would plan anew."""
        frame.localCheckpoint().createOrReplaceTempView(name)
        self._kept.add(name)

    def frame(self, place: str, kind: str, *, delimiter: str, encoding: str) -> Any:
        """Files by their address, or a table of Spark's catalogue by its name, as a frame; raises `SourceUnreachable`.

        Of `kind` csv every column is text, as it is on DuckDB; an address has a `/`, or ends as a file does.
        """
        from pyspark.errors import PySparkException

        reader = self.session.read
        try:
            if "/" not in place and not place.endswith((".parquet", ".csv", ".csv.gz", ".tsv")):
                return self.session.table(place)
            if kind == "csv":
                return reader.csv(place, header=True, sep=delimiter, encoding=encoding, escape='"', multiLine=True)
            return reader.parquet(place)
        except PySparkException as error:
            raise SourceUnreachable(
                f"Spark cannot read `{place}`: {_first_line(error)}", remedy="name what its executors can reach"
            ) from None

    def is_there(self, place: str) -> bool:
        """Whether there is a file or folder at an address."""
        java, context = _java(self.session)
        path = java.org.apache.hadoop.fs.Path(place)
        return bool(path.getFileSystem(context._jsc.hadoopConfiguration()).exists(path))  # noqa: SLF001 (as below)

    def table(self, name: str) -> Any:
        """A table as Spark's frame."""
        return self.session.table(name)

    def query(self, sql: str) -> Any:
        """What a query of ours gives, as Spark's frame: nothing is worked out before it is written or counted."""
        return self.session.sql(in_spark(sql))

    def execute(self, query: str) -> _Found:
        """Carry a query out, or make, drop or rename a table; raises `UsageError` for what Spark does otherwise."""
        asked = read(query)
        made, actions = asked.args.get("expression"), list(asked.args.get("actions") or ())
        if isinstance(asked, exp.Create) and isinstance(made, exp.Query):
            self._make(asked.this.name, made)
        elif isinstance(asked, exp.Drop):
            self._drop(asked.args["tables"][0].name)
        elif isinstance(asked, exp.Alter) and all(isinstance(each, exp.AlterRename) for each in actions):
            self._rename(asked.this.name, actions[0].this.name)
        elif isinstance(asked, exp.Query):
            return _Found(self.session.sql(written(asked)))
        else:
            raise UsageError("this is not asked of Spark", remedy="report this as a defect")
        return _Found()

    def _make(self, name: str, made: exp.Query) -> None:
        """Make a table; what is a union of many is made part by part, for Spark plans each anew as it goes."""
        parts = list(_parts(made)) if isinstance(made, exp.Union) else []
        if len(parts) < FEW_PARTS:
            return self.add(name, self.session.sql(written(made)))
        names = [f"easement_part_{place}" for place in range(len(parts))]
        for part, query in zip(names, parts, strict=True):
            self.add(part, self.session.sql(written(query)))
        whole = reduce(lambda one, other: one.union(other), map(self.table, names))
        self.add(name, whole.distinct() if made.args.get("distinct") else whole)
        for part in names:
            self._drop(part)
        return None

    def splink_database(self) -> Any:
        """Splink's Spark backend, its tables kept as ours are."""
        from splink import SparkAPI

        class Backend(SparkAPI):
            """Tables are kept as ours are."""

            def _break_lineage_and_repartition(self, spark_df: Any, templated_name: str, _name: str) -> Any:
                spread = self._repartition_if_needed(spark_df, templated_name)  # type: ignore[no-untyped-call]
                return spread.localCheckpoint()

        facts: dict[str, Any] = {"break_lineage_method": "persist", "register_udfs_automatically": False}
        return Backend(spark_session=self.session, **facts)  # type: ignore[no-untyped-call]

    def splink_settings(self, made: Mapping[str, Any]) -> dict[str, Any]:
        """Splink's settings with every condition in Spark's SQL."""
        rules = [{"blocking_rule": in_spark(rule["blocking_rule"]), "sql_dialect": "spark"}
                 for rule in made["blocking_rules_to_generate_predictions"]]  # fmt: skip
        comparisons = [
            each | {"comparison_levels": [level | {"sql_condition": _condition(level["sql_condition"])}
                                          for level in each["comparison_levels"]]}
            for each in made["comparisons"]
        ]  # fmt: skip
        return dict(made) | {"sql_dialect": "spark", "comparisons": comparisons,
                             "blocking_rules_to_generate_predictions": rules}  # fmt: skip

    def close(self) -> None:
        """Forget every table that was made."""
        for name in list(self._kept):
            self._drop(name)

    def _drop(self, name: str) -> None:
        if name in self._kept:
            self._kept.remove(name)
            self.session.catalog.dropTempView(name)

    def _rename(self, name: str, other: str) -> None:
        self.table(name).createOrReplaceTempView(other)
        self._kept.add(other)
        self._drop(name)


def _parts(query: exp.Query) -> Iterator[exp.Query]:
    """The queries that a union is of, where it is of one kind."""
    if isinstance(query, exp.Union) and not query.args.get("with_"):
        yield from _parts(query.this)
        yield from _parts(query.expression)
    else:
        yield query


def _condition(sql: str) -> str:
    return sql if sql == "ELSE" else in_spark(sql)


@contextmanager
def spark_engine(session: Any) -> Iterator[SparkEngine]:
    """An engine over a Spark session, which must be in this process (Spark Connect is not), until the block ends.

    Its tables stand in a session of their own beside the one given, and every table is gone afterwards.
    """
    own = session.newSession()
    for name, value in _SETTINGS.items():
        own.conf.set(name, value)
    with TemporaryDirectory(prefix="easement-") as folder:
        _add_functions(own, Path(folder) / "words.jar")
        engine = SparkEngine(own)
        try:
            yield engine
        finally:
            engine.close()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _java(session: Any) -> tuple[Any, Any]:
    """Spark's own Java, and its context; raises `UsageError` for a session that is not in this process."""
    try:
        context = session.sparkContext
        return context._jvm, context  # noqa: SLF001 (Spark shows its Java in no other way, and Splink does the same)
    except Exception as error:
        remedy = "open a session of the cluster itself, with a master, and not by Spark Connect"
        raise UsageError("this session of Spark is not in this process", remedy=remedy) from error


def _add_functions(session: Any, jar: Path) -> None:
    """Compile what Spark lacks, hand it to every executor, and give it its names."""
    java, context = _java(session)
    loader = java.java.lang.Thread.currentThread().getContextClassLoader()
    compiler = java.org.codehaus.janino.SimpleCompiler()
    compiler.setParentClassLoader(loader)
    compiler.cook("Words.java", (files("easement.linkage") / "data" / "Words.java").read_text(encoding="utf-8"))
    compiled = compiler.getBytecodes()
    with zipfile.ZipFile(jar, "w") as archive:
        for name in compiled:
            archive.writestr(f"{name.replace('.', '/')}.class", bytes(compiled[name]))
    session.sql(f"add jar '{jar}'")
    loader = java.java.lang.Thread.currentThread().getContextClassLoader()
    new_array = context._gateway.new_array  # noqa: SLF001 (as above)
    none, nothing = (new_array(kind, 0) for kind in (java.java.lang.Class, java.java.lang.Object))
    for name, (part, gives) in _ADDED.items():
        made = loader.loadClass(f"{_WORDS}${part}").getDeclaredConstructor(none).newInstance(nothing)
        kind = java.org.apache.spark.sql.types.DataType.fromDDL(gives)
        session._jsparkSession.udf().register(name, made, kind)  # noqa: SLF001 (as above)
