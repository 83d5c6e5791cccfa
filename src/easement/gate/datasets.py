"""Which table answers: the provider's dataset for a standard, and the recipient's list, each through its mapping."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from easement.base.errors import UsageError
from easement.gate.plan import Table
from easement.meaning.mapping import DatasetMapping, read_mapping
from easement.meaning.model import Standard
from easement.meaning.project import failures, project
from easement.meaning.service import where_it_is
from easement.sources.connection import SUFFIX, Connection
from easement.sources.model import DatabaseTable, File
from easement.sources.session import FileSource

__all__ = ["Dataset", "dataset_for", "dataset_from", "mappings", "place_of", "reference_of", "table_of", "unmapped"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A mapping and where its data is: the file, or the connection by which its database is reached.

    `data` is the file, or that of the connection.
    """

    mapping: DatasetMapping
    data: Path
    connection: Connection | None = None


def mappings(home: Path) -> Iterator[Path]:
    """The mappings of a node, by name."""
    found = (home / "datasets").glob("*.yaml")
    return (path for path in sorted(found) if not path.name.endswith(SUFFIX))


def dataset_from(
    mapping_file: Path, data: Path | None, folders: Sequence[Path], *, home: Path | None = None
) -> Dataset:
    """The dataset that a mapping describes, in `data` or where the mapping says.

    `home` is the node that keeps its connection, by default the one in whose `datasets/` the mapping stands. Raises
    `UsageError` where neither says where the data is.
    """
    return _dataset(mapping_file, read_mapping(mapping_file, folders), data, home)


def _dataset(mapping_file: Path, mapping: DatasetMapping, data: Path | None, home: Path | None) -> Dataset:
    return Dataset(mapping, *where_it_is(mapping_file, mapping, data, home))


def dataset_for(home: Path, standard: str, chosen: Path | None) -> Dataset:
    """The node's dataset for a standard; `chosen` names one mapping where several, or another, could answer.

    Raises `UsageError` where none or several fit.
    """
    folders = (home / "standards",)
    if chosen is not None:
        if chosen.resolve().parent != (home / "datasets").resolve():
            remedy = f"put it into {home / 'datasets'}, where whoever keeps the node can see it"
            raise UsageError(f"`{chosen}` is not one of this node's mappings", remedy=remedy)
        dataset = dataset_from(chosen, None, folders, home=home)
        if dataset.mapping.standard != standard:
            what = f"`{chosen}` maps to `{dataset.mapping.standard}`, and the share is of `{standard}`"
            raise UsageError(what, remedy="name a mapping to the share's standard")
        return dataset
    known = {path: read_mapping(path, folders) for path in mappings(home)}
    fitting = [path for path, mapping in known.items() if mapping.standard == standard]
    if len(fitting) == 1:
        return _dataset(fitting[0], known[fitting[0]], None, home)
    if not fitting:
        remedy = f"put a mapping to `{standard}` into {home / 'datasets'}"
        raise UsageError(f"this node has no dataset of `{standard}`", remedy=remedy)
    names = ", ".join(f"`{path.name}`" for path in fitting)
    raise UsageError(f"several datasets of `{standard}` could answer: {names}", remedy="name one: --dataset FILE")


def place_of(dataset: Dataset, name: str) -> File | DatabaseTable:
    """The dataset's file, or its table in a database, to be opened under a name."""
    if dataset.connection is not None:
        return DatabaseTable(dataset.connection, dataset.mapping.source.table, name)
    return File(dataset.data, name, **dataset.mapping.source.of_file)


def table_of(source: FileSource, dataset: Dataset, standard: Standard) -> Table:
    """An open source seen as its standard; raises `BadData` naming the columns that it lacks."""
    elements = project(dataset.mapping, standard, columns=source.columns)
    filled = frozenset(name for name, way in dataset.mapping.elements.items() if way.absent is None)
    return Table(source.relation, elements, filled, standard, reference_of(dataset.mapping))


def unmapped(source: FileSource, dataset: Dataset, standard: Standard, names: Iterable[str]) -> dict[str, int]:
    """How many rows of an open source have something for an element that does not map, and so is withheld.

    One scan of the columns behind these elements, over whatever the source was narrowed to; elements without any such
    row are left out.
    """
    wanted, failing = set(names), failures(dataset.mapping, standard, columns=source.columns)
    asked = {name: condition for (name, _), condition in failing.items() if name in wanted}
    if not asked:
        return {}
    counts = ", ".join(f"count(*) filter (where {condition.sql('duckdb')})" for condition in asked.values())
    [found] = source.measure(f"select {counts} from {source.relation}")  # noqa: S608 (written by SQLGlot)
    return {name: count for name, count in zip(asked, found, strict=True) if count}


def reference_of(mapping: DatasetMapping) -> exp.Expr | None:
    """The table's own record key as one text; `None` where the mapping names none."""
    parts = [exp.cast(exp.column(name, quoted=True), "varchar") for name in mapping.record_key]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else exp.func("concat_ws", exp.convert("/"), *parts)
