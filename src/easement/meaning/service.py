"""What a person can do with meaning: look standards up, check one, and hold a table against its mapping."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from easement.base.errors import UsageError
from easement.meaning.catalogue import retired_words
from easement.meaning.mapping import DatasetMapping, read_mapping
from easement.meaning.measure import measured
from easement.meaning.model import Standard
from easement.meaning.report import Report
from easement.meaning.standards import read_standard, standard

if TYPE_CHECKING:
    from easement.sources.connection import Connection

__all__ = ["check_dataset", "check_standard", "where_it_is"]


def check_standard(path: Path) -> Standard:
    """The standard in a file, if it holds; raises `BadFile` with every problem."""
    return read_standard(path)


def where_it_is(
    mapping_file: Path, mapping: DatasetMapping, data: Path | None = None, home: Path | None = None
) -> "tuple[Path, Connection | None]":
    """The file of a mapping's data: `data`, or what the mapping says; for a database its connection and that file.

    `home` is the node that keeps the connection, by default the one in whose `datasets/` the mapping stands. Raises
    `UsageError` where nothing says where the data is.
    """
    from easement.sources.connection import read_connection

    hints = mapping.source
    if data is None and hints.database is not None:
        connection = read_connection(hints.database, home or mapping_file.absolute().parent.parent)
        return connection.path, connection
    if data is None and hints.path is None:
        raise UsageError(
            f"`{mapping_file}` does not say where its data is",
            remedy="add `source: {path: FILE}` to the mapping, or `source: {database: NAME, table: TABLE}`",
        )
    return data or mapping_file.parent / str(hints.path), None


def check_dataset(
    mapping_file: Path,
    data: Path | None = None,
    *,
    folders: Sequence[Path] = (),
    examples: bool = True,
    home: Path | None = None,
) -> Report:
    """Hold a table against a mapping: the file `data`, or the file or database that the mapping names.

    Raises `BadFile` for a bad mapping, `SourceUnreachable` or `BadData` for a table that cannot be read.
    """
    from easement.sources.files import open_sources
    from easement.sources.model import DatabaseTable, File

    mapping = read_mapping(mapping_file, folders)
    path, connection = where_it_is(mapping_file, mapping, data, home)
    hints = mapping.source
    place = DatabaseTable(connection, hints.table) if connection else File(path, **hints.of_file)
    with open_sources(place) as session:
        known = standard(mapping.standard, folders)
        found = measured(session.sources[place.name], mapping, known, examples=examples)
    return replace(found, warnings=(retired_words(known),)) if known.retired else found
