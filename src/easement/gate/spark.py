"""Linking two registers of one organisation on Spark, by a model that it signed: pairs of both sides' own keys.

Releases stay with the gate on DuckDB, and nothing here discloses anything: the pairs are written where the organisation
keeps its own tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from easement.base.errors import BadData, UsageError
from easement.gate.datasets import reference_of
from easement.gate.plan import OWN, THEIRS, Table, match_tables
from easement.linkage.assign import Policy
from easement.linkage.link import Linked, link, prepared, run
from easement.linkage.model import LinkModel
from easement.linkage.spark import SparkEngine
from easement.meaning.mapping import DatasetMapping, read_mapping
from easement.meaning.project import project
from easement.meaning.standards import standard
from easement.sources.model import Column, clean_names

__all__ = ["SparkSide", "link_on_spark"]

_TYPES = {
    "string": "VARCHAR",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
}
"""Types of Spark that are written as text alike on both engines, by what DuckDB calls them."""

_PAIRS = f"""select {THEIRS} as listed_key, {OWN} as held_key, weight, probability{{more}}
  from {{table}} join held using (held_row) join listed using (listed_row)"""  # noqa: S608 (names of ours)


@dataclass(frozen=True, slots=True)
class SparkSide:
    """One register: its mapping, and where Spark finds it: files by their address, or a table of its catalogue.

    Without `data` it is the file that the mapping names. What ends in `.csv`, or whose mapping says so, is read as CSV,
    other files as Parquet.
    """

    mapping: Path
    data: str = ""


def link_on_spark(
    engine: SparkEngine,
    held: SparkSide,
    listed: SparkSide,
    model: LinkModel,
    policy: Policy,
    out: str,
    *,
    folders: Sequence[Path] = (),
) -> Linked:
    """Link two registers, and write `linked` and `doubtful` as Parquet under the folder `out`, which is new.

    Each pair has both records' own keys, its weight and its probability; one in doubt the doubt's place in `UNSURE` as
    well. Raises what mappings raise, and `UsageError` for what cannot be read, named or written.
    """
    for name in ("linked", "doubtful"):
        _check_free(engine, f"{out}/{name}")
    sides = (_opened(engine, "held_data", held, folders), _opened(engine, "listed_data", listed, folders))
    run(engine, (*match_tables(*sides), *prepared()))
    found = link(engine, model, policy)
    for name, more in (("linked", ""), ("doubtful", ", unsure")):
        engine.query(_PAIRS.format(table=name, more=more)).write.parquet(f"{out}/{name}")
    return found


def _check_free(engine: SparkEngine, place: str) -> None:
    if engine.is_there(place):
        raise UsageError(f"`{place}` is there already", remedy="name a new folder with --into")


def _opened(engine: SparkEngine, name: str, side: SparkSide, folders: Sequence[Path]) -> Table:
    """A register seen as its standard; its rows are read when they are first asked for."""
    mapping = read_mapping(side.mapping, folders)
    reference = reference_of(mapping)
    if reference is None:
        remedy = "add `record_key: [COLUMN]` to the mapping"
        raise UsageError(f"`{side.mapping}` does not say which column names a record", remedy=remedy)
    frame = _frame(engine, side, mapping)
    types = dict(frame.dtypes)
    names = clean_names(frame.columns)
    columns = [
        Column(clean, _TYPES.get(types[name], ""), name) for name, clean in zip(frame.columns, names, strict=True)
    ]
    frame.toDF(*names).createOrReplaceTempView(name)
    known = standard(mapping.standard, folders)
    elements = project(mapping, known, columns=columns)
    keyed = {e.name: elements[e.name] for e in known.elements.values() if e.key is not None and e.name in elements}
    _check_types(side, columns, (reference, *keyed.values()))
    filled = frozenset(name for name, way in mapping.elements.items() if way.absent is None)
    return Table(name, elements, filled, known, reference)


def _frame(engine: SparkEngine, side: SparkSide, mapping: DatasetMapping) -> Any:
    hints = mapping.source
    if not side.data and hints.path is None:
        raise UsageError(
            f"`{side.mapping}` does not say where its data is", remedy="name it: --held-data or --listed-data"
        )
    place = side.data or str((side.mapping.parent / str(hints.path)).absolute())
    kind = hints.format or ("csv" if place.endswith((".csv", ".csv.gz", ".tsv")) else "parquet")
    if kind not in ("csv", "parquet"):
        raise UsageError(
            f"Spark does not read {kind} here", remedy="keep the table as Parquet, or in Spark's catalogue"
        )
    if hints.header not in (None, 1):
        raise UsageError("Spark reads the names of columns in the first line alone", remedy="keep the table as Parquet")
    delimiter = hints.delimiter or ("\t" if place.endswith(".tsv") else ",")
    return engine.frame(place, kind, delimiter=delimiter, encoding=hints.encoding or "UTF-8")


def _check_types(side: SparkSide, columns: Sequence[Column], used: Sequence[exp.Expr]) -> None:
    """Raise `BadData` where people would be compared by a column that DuckDB and Spark write otherwise."""
    named = {column.name for each in used for column in each.find_all(exp.Column)}
    other = [column.name for column in columns if column.name in named and not column.type]
    if other:
        what = f"`{', '.join(other)}` is neither text, a date, a whole number nor true or false"
        raise BadData(what, where=str(side.mapping), remedy="cast it to one of them in the table that Spark reads")
