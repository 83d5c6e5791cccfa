"""The mapping studio: look at a table, have a mapping proposed, see what it makes of real rows, confirm it.

Nothing leaves the organisation. Values are shown only to whoever may manage datasets; everybody else sees shapes,
counts and invented rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from easement.base.errors import BadData, EasementError, UsageError
from easement.meaning.catalogue import refuse_retired
from easement.meaning.examples import example_of
from easement.meaning.mapping import DatasetMapping, SourceHints, read_mapping
from easement.meaning.measure import measured
from easement.meaning.model import Standard
from easement.meaning.profile import TableProfile
from easement.meaning.profile_queries import profiled
from easement.meaning.project import cells
from easement.meaning.propose import Fit, Proposals, propose, ranked
from easement.meaning.report import Report
from easement.meaning.service import where_it_is
from easement.meaning.standards import standard, standards
from easement.meaning.studio_draft import Head, draft
from easement.meaning.studio_faults import ToMend, to_mend
from easement.meaning.template import fill

if TYPE_CHECKING:
    from easement.sources.model import DatabaseTable, File
    from easement.sources.session import FileSource

__all__ = [
    "MOST_PREVIEWED",
    "Held",
    "PreviewRow",
    "called",
    "columns_at",
    "dummy",
    "fits",
    "held_against",
    "hints_of",
    "look",
    "measured_at",
    "place_at",
    "place_of",
    "preview",
    "proposals_for",
    "propose_mapping",
    "read_draft",
    "rows_to_mend",
]

MOST_PREVIEWED = 20
"""Rows of a preview: enough to see what comes of the mapping, too few to be a copy of the data."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as the mapping makes it: for each element what the table has and what would cross.

    `None` is nothing; `raw` is `None` too where the row is invented.
    """

    row: int
    raw: Mapping[str, str | None]
    mapped: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Held:
    """A table held against a mapping, confirmed or not: the report and the rows to mend."""

    report: Report
    to_mend: tuple[ToMend, ...]


def look(place: "File | DatabaseTable", *, folders: Sequence[Path] = (), name: str = "") -> TableProfile:
    """The profile of a table; raises `SourceUnreachable` or `BadData` where it cannot be read."""
    asked = [each.format for one in standards(folders) for each in one.elements.values() if each.format]
    with _open(place) as source:
        if not source.columns:
            raise BadData("the table has no columns", remedy="give one with a line of column names")
        return profiled(source, name, formats=asked, notes=source.notes)


def columns_at(place: "File | DatabaseTable") -> tuple[str, ...]:
    """The columns of a table, in order."""
    with _open(place) as source:
        return tuple(column.name for column in source.columns)


@contextmanager
def _open(place: "File | DatabaseTable") -> "Iterator[FileSource]":
    from easement.sources.files import open_sources

    with open_sources(place) as session:
        yield session.sources[place.name]


def fits(profile: TableProfile, on: date, folders: Sequence[Path] = ()) -> tuple[Fit, ...]:
    """The standards by how well they fit a table, the best first; what is retired is left out."""
    return ranked(profile, [each for each in standards(folders) if not each.is_retired(on)])


def proposals_for(profile: TableProfile, ref: str, on: date, folders: Sequence[Path] = ()) -> Proposals:
    """What is proposed for a table and a standard; raises `EasementError` for one that is unknown or retired."""
    target = standard(ref, folders)
    refuse_retired(target, on)
    return propose(profile, target)


def propose_mapping(
    profile: TableProfile, ref: str | None, head: Head, on: date, folders: Sequence[Path] = ()
) -> DatasetMapping:
    """A draft of a mapping to a standard, or to the one that fits best; raises `EasementError` where none fits."""
    if ref is None:
        best = fits(profile, on, folders)
        if not best or best[0].found == 0:
            raise EasementError(
                "no standard fits this table", remedy="name one: --standard person/1; see easement standard list"
            )
        ref = best[0].standard
    return draft(proposals_for(profile, ref, on, folders), head)


def read_draft(path: Path, folders: Sequence[Path] = ()) -> DatasetMapping:
    """A mapping that may hold what nobody has confirmed; else as `read_mapping`."""
    return read_mapping(path, folders, draft=True)


def place_at(
    data: Path | None,
    database: str | None = None,
    table: str | None = None,
    home: Path | None = None,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> "File | DatabaseTable":
    """A file, or a table in a database of the node at `home`; raises `UsageError` where it is neither or both."""
    from easement.sources.connection import read_connection
    from easement.sources.model import DatabaseTable, File

    if (data is None) == (database is None):
        raise UsageError("name one table", remedy="give a file, or --database NAME --table TABLE --node DIR")
    if data is not None:
        return File(data, delimiter=delimiter, encoding=encoding)
    if table is None or home is None:
        raise UsageError("a database needs a table and a node", remedy="add --table TABLE --node DIR")
    return DatabaseTable(read_connection(str(database), home), tuple(table.split(".")))


def called(place: "File | DatabaseTable") -> str:
    """What a table is called: after its file, or as its database has it."""
    from easement.sources.model import File

    return place.path.name.partition(".")[0] if isinstance(place, File) else place.table[-1]


def hints_of(place: "File | DatabaseTable", folder: Path | None = None) -> SourceHints:
    """Where a table is, as a mapping in `folder` says it."""
    from easement.sources.model import File

    if not isinstance(place, File):
        return SourceHints(database=place.connection.name, table=place.table)
    beside = folder is None or place.path.absolute().parent == folder.absolute()
    path = place.path.name if beside else str(place.path.absolute())
    return SourceHints(path=path, delimiter=place.delimiter, encoding=place.encoding)


def place_of(
    mapping_file: Path, mapping: DatasetMapping, data: Path | None, home: Path | None
) -> "File | DatabaseTable":
    """Where a mapping's table is, ready to be opened; `data` is another file. Raises what `where_it_is` does."""
    from easement.sources.model import DatabaseTable, File

    path, connection = where_it_is(mapping_file, mapping, data, home)
    return DatabaseTable(connection, mapping.source.table) if connection else File(path, **mapping.source.of_file)


def held_against(
    place: "File | DatabaseTable", mapping: DatasetMapping, target: Standard, *, values: bool = True
) -> Held:
    """A table held against a mapping, with the rows to mend."""
    with _open(place) as source:
        report = measured(source, mapping, target, examples=values)
        return Held(report, to_mend(source, mapping, target, values=values))


def measured_at(place: "File | DatabaseTable", mapping: DatasetMapping, target: Standard) -> Report:
    """How a table fits a mapping, in counts alone; raises `BadData` where it lacks a column that the mapping reads."""
    with _open(place) as source:
        report = measured(source, mapping, target, examples=False)
    if report.missing:
        name, mend = next(iter(report.missing.items()))
        raise BadData(f"the table has no column `{name}`", remedy=mend)
    return report


def rows_to_mend(
    place: "File | DatabaseTable", mapping: DatasetMapping, target: Standard, *, values: bool = True
) -> tuple[ToMend, ...]:
    """The rows to mend alone."""
    with _open(place) as source:
        return to_mend(source, mapping, target, values=values)


def preview(
    place: "File | DatabaseTable", mapping: DatasetMapping, target: Standard, rows: int = 5
) -> tuple[PreviewRow, ...]:
    """The first rows of a table as the mapping makes them, at most `MOST_PREVIEWED`; they stay in the organisation."""
    with _open(place) as source:
        mapped = cells(mapping, target, columns=source.columns)
        wanted = []
        for cell in mapped.values():
            wanted += [fill("left(cast(:x as varchar), 200)", x=each).sql("duckdb") for each in (cell.raw, cell.value)]
        if not wanted:
            return ()
        found = source.measure(
            f"select easement_row, {', '.join(wanted)} from "  # noqa: S608 (written by SQLGlot)
            f"(select row_number() over () as easement_row, * from {source.relation}) "
            f"order by easement_row limit {max(1, min(rows, MOST_PREVIEWED))}"
        )
    names = list(mapped)
    return tuple(
        PreviewRow(row, dict(zip(names, cells_[::2], strict=True)), dict(zip(names, cells_[1::2], strict=True)))
        for row, *cells_ in found
    )


def dummy(mapping: DatasetMapping, target: Standard) -> tuple[PreviewRow, ...]:
    """What would cross, with invented values: for whoever may not see the table's. About nobody."""
    filled = {
        name: element
        for name, element in target.elements.items()
        if name in mapping.elements and mapping.elements[name].absent is None
    }
    return (PreviewRow(1, dict.fromkeys(filled), {name: example_of(element) for name, element in filled.items()}),)
