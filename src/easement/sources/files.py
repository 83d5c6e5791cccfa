"""Opening files and tables of databases as sources: one, or two side by side in one session, as matching needs."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from easement.base.errors import StorageFailed, UsageError
from easement.sources.held import hold
from easement.sources.model import Column, DatabaseTable, File, Format, quote
from easement.sources.ready import Ready, make_ready
from easement.sources.session import MEMORY, SECONDS, FileSource, Session, lock
from easement.sources.stored import view
from easement.sources.streams import Stream
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
def open_sources(
    *places: File | DatabaseTable, output: Path | None = None, memory: str = MEMORY, seconds: float = SECONDS
) -> Iterator[Session]:
    """A locked session over files and tables that stay where they are; `output` is the one folder for copies.

    Every file is checked to its end first. No query may take longer than `seconds`. Raises `SourceUnreachable` where
    one cannot be opened, `BadData` (with the line) where what it holds is no table, `UsageError` where two have one
    name.
    """
    if len({place.name for place in places}) != len(places):
        raise UsageError("two sources have the same name", remedy="name each apart")
    with ExitStack() as stack:
        folder = stack.enter_context(_private_folder(output))
        held = [stack.enter_context(hold(file)) for file in places if isinstance(file, File)]
        tables = [make_ready(one, folder, stack.enter_context) for one in held]
        streams = [_opened(table, stack) for table in places if isinstance(table, DatabaseTable)]
        connection = lock([table.place for table in tables], output=output, scratch=folder / "spill", memory=memory)
        stack.callback(connection.close)
        session = Session(connection, tables, streams, seconds)
        sources = [_source(session, table) for table in tables] + [_streamed(session, stream) for stream in streams]
        session.sources = {source.name: source for source in sources}
        yield session


def _opened(table: DatabaseTable, stack: ExitStack) -> Stream:
    stream = Stream(table)
    stack.callback(stream.close)
    return stream


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


def _streamed(session: Session, stream: Stream) -> FileSource:
    table = stream.table
    statement, columns = view(table.name, session.rows_of(stream), stream.columns)
    with session.cursor() as cursor:
        cursor.execute(statement).fetchall()
    return FileSource(table.name, columns, (), table.connection.path, session, stream)
