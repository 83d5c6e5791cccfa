"""Opening files as sources: one, or two side by side in one session, as matching needs."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from easement.base.errors import StorageFailed, UsageError
from easement.sources.held import hold
from easement.sources.model import Column, File, Format, quote
from easement.sources.ready import Ready, make_ready
from easement.sources.session import MEMORY, FileSource, Session, lock
from easement.sources.views import find_view

__all__ = ["open_source", "open_sources"]


@contextmanager
def open_source(
    path: Path | str,
    *,
    format: Format | str | None = None,  # noqa: A002 (the word that users write)
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header: int | None = None,
    name: str = "source",
    output: Path | None = None,
    memory: str = MEMORY,
) -> Iterator[FileSource]:
    """A file as a source, in a session of its own (`source.session`), until the block ends; see `open_sources`."""
    file = File(Path(path), name, format, encoding, delimiter, sheet, header)
    with open_sources(file, output=output, memory=memory) as session:
        yield session.sources[name]


@contextmanager
def open_sources(*files: File, output: Path | None = None, memory: str = MEMORY) -> Iterator[Session]:
    """A locked session over files that stay where they are; `output` is the one folder where copies may be written.

    Every file is checked to its end first. Raises `SourceUnreachable` where one cannot be opened, `BadData` (with
    the line) where what it holds is no table, `UsageError` where two have one name.
    """
    if len({file.name for file in files}) != len(files):
        raise UsageError("two sources have the same name", remedy="name each apart")
    with ExitStack() as stack:
        folder = stack.enter_context(_private_folder(output))
        held = [stack.enter_context(hold(file)) for file in files]
        tables = [make_ready(one, folder, stack.enter_context) for one in held]
        connection = lock([table.place for table in tables], output=output, scratch=folder / "spill", memory=memory)
        stack.callback(connection.close)
        session = Session(connection, tables)
        session.sources = {table.held.file.name: _source(session, table) for table in tables}
        yield session


@contextmanager
def _private_folder(output: Path | None) -> Iterator[Path]:
    """A folder only we may enter, on the disk where the output goes: what spills may be as large as what is read."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=".easement-", dir=output)
    except OSError as error:
        raise StorageFailed(
            f"nothing can be written in `{output or tempfile.gettempdir()}`: {error.strerror}",
            remedy="make the folder, or name another",
        ) from None
    with folder as path:
        yield Path(path)


def _source(session: Session, table: Ready) -> FileSource:
    name = table.held.file.name
    with session.cursor() as cursor:
        view = find_view(cursor, table)
        cursor.execute(view.definition(name)).fetchall()
        found = cursor.execute(f"DESCRIBE {quote(name)}").fetchall()
    columns = tuple(Column(row[0], row[1], original) for row, original in zip(found, view.names, strict=True))
    return FileSource(name, columns, view.notes, table.held.file.path, session)
