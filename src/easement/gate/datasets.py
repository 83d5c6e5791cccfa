"""Which table answers: the provider's dataset for a standard, and the recipient's list, each through its mapping."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from easement.base.errors import UsageError
from easement.gate.plan import Table
from easement.meaning.mapping import DatasetMapping, read_mapping
from easement.meaning.model import Standard
from easement.meaning.project import project
from easement.sources.model import File
from easement.sources.session import FileSource

__all__ = ["Dataset", "dataset_for", "dataset_from", "file_of", "table_of"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A mapping and the file it maps."""

    mapping: DatasetMapping
    data: Path


def dataset_from(mapping_file: Path, data: Path | None, folders: Sequence[Path]) -> Dataset:
    """The dataset that a mapping describes, in `data` or where the mapping says; raises `UsageError` for neither."""
    return _dataset(mapping_file, read_mapping(mapping_file, folders), data)


def _dataset(mapping_file: Path, mapping: DatasetMapping, data: Path | None) -> Dataset:
    if data is None and mapping.source.path is None:
        raise UsageError(
            f"`{mapping_file}` does not say where its data is", remedy="add `source: {path: FILE}` to the mapping"
        )
    return Dataset(mapping, data or mapping_file.parent / str(mapping.source.path))


def dataset_for(home: Path, standard: str, chosen: Path | None) -> Dataset:
    """The node's dataset for a standard; `chosen` names one mapping where several, or another, could answer.

    Raises `UsageError` where none or several fit.
    """
    folders = (home / "standards",)
    if chosen is not None:
        if chosen.resolve().parent != (home / "datasets").resolve():
            remedy = f"put it into {home / 'datasets'}, where whoever keeps the node can see it"
            raise UsageError(f"`{chosen}` is not one of this node's mappings", remedy=remedy)
        dataset = dataset_from(chosen, None, folders)
        if dataset.mapping.standard != standard:
            what = f"`{chosen}` maps to `{dataset.mapping.standard}`, and the share is of `{standard}`"
            raise UsageError(what, remedy="name a mapping to the share's standard")
        return dataset
    known = {path: read_mapping(path, folders) for path in sorted((home / "datasets").glob("*.yaml"))}
    fitting = [path for path, mapping in known.items() if mapping.standard == standard]
    if len(fitting) == 1:
        return _dataset(fitting[0], known[fitting[0]], None)
    if not fitting:
        remedy = f"put a mapping to `{standard}` into {home / 'datasets'}"
        raise UsageError(f"this node has no dataset of `{standard}`", remedy=remedy)
    names = ", ".join(f"`{path.name}`" for path in fitting)
    raise UsageError(f"several datasets of `{standard}` could answer: {names}", remedy="name one: --dataset FILE")


def file_of(dataset: Dataset, name: str) -> File:
    """The dataset's file, to be opened under a name."""
    hints = dataset.mapping.source
    return File(dataset.data, name, hints.format, hints.encoding, hints.delimiter, hints.sheet, hints.header)


def table_of(source: FileSource, dataset: Dataset, standard: Standard) -> Table:
    """An open source seen as its standard; raises `BadData` naming the columns that it lacks."""
    elements = project(dataset.mapping, standard, columns=source.columns)
    filled = frozenset(name for name, way in dataset.mapping.elements.items() if way.absent is None)
    return Table(source.relation, elements, filled, standard, _reference(dataset.mapping))


def _reference(mapping: DatasetMapping) -> exp.Expr | None:
    """The table's own record key as one text; `None` where the mapping names none."""
    parts = [exp.cast(exp.column(name, quoted=True), "varchar") for name in mapping.record_key]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else exp.func("concat_ws", exp.convert("/"), *parts)
