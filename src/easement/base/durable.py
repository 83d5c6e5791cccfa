"""Files that are whole or absent: written aside, flushed to the disk, then renamed into place."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from easement.base.errors import StorageFailed

__all__ = ["aside", "flush_directory", "write_whole"]


@contextmanager
def aside(target: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """A path beside `target` to write to; on leaving without error it is flushed and renamed onto `target`.

    The name ends in `.partial`, so that what a kill leaves behind is known for what it is. On any error nothing
    stands at `target` that was not there before. Raises `StorageFailed` when the disk refuses.
    """
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fchmod(written.fileno(), mode)
            os.fsync(written.fileno())
        partial.replace(target)
        flush_directory(target.parent)
    except OSError as error:
        raise StorageFailed(
            f"cannot write `{target}`: {error.strerror or error}", remedy="free space or mend the disk, then ask again"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def write_whole(target: Path, data: bytes | str, *, mode: int = 0o644) -> None:
    """Put `data` at `target`, whole or not at all, and durable when this returns."""
    content = data.encode() if isinstance(data, str) else data
    with aside(target, mode=mode) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def flush_directory(directory: Path) -> None:
    """Make the names in a directory durable (POSIX: a rename is kept only once its directory is flushed)."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
