"""A file held open from the first look to the last row, so that what was checked is what is read."""

import gzip
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from easement.base.errors import SourceUnreachable
from easement.sources.model import File

__all__ = ["Held", "hold", "unnamed"]


@dataclass(frozen=True, slots=True)
class Held:
    """An open file; `place` is the path by which the engine reads this very file, whatever its name points to later."""

    file: File
    descriptor: int
    stamp: tuple[int, ...]

    @property
    def place(self) -> str:
        """The path of the open file itself (Linux: procfs)."""
        return f"/proc/self/fd/{self.descriptor}"

    @property
    def size(self) -> int:
        """How many bytes the file had when it was opened, packed as it is."""
        return self.stamp[2]

    def stream(self) -> BinaryIO:
        """The file's bytes from the start, unpacked where it is packed; the caller closes it."""
        if self.file.packed:
            return cast("BinaryIO", gzip.open(self.place, "rb"))
        return Path(self.place).open("rb")

    def check_unchanged(self) -> None:
        """Raise `SourceUnreachable` where the file is no longer the one that was opened."""
        if _stamp(os.fstat(self.descriptor)) != self.stamp or self._stamp_by_name() != self.stamp:
            raise SourceUnreachable(
                f"`{self.file.path}` changed while it was being read",
                remedy="wait until whoever writes it has finished, then ask again",
            )

    def _stamp_by_name(self) -> tuple[int, ...] | None:
        try:
            return _stamp(self.file.path.lstat())
        except OSError:
            return None


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@contextmanager
def hold(file: File) -> Iterator[Held]:
    """Open a file for as long as it is needed; raises `SourceUnreachable` for what is no plain, readable file.

    A symbolic link is refused: it may come to point elsewhere between the check and the reading.
    """
    descriptor = _open(file.path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a plain file"
            raise SourceUnreachable(f"`{file.path}` is {kind}", remedy="name the file that holds the data")
        yield Held(file, descriptor, _stamp(status))
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceUnreachable(f"there is no file `{path}`", remedy="check the name and the folder") from None
    except PermissionError:
        raise SourceUnreachable(
            f"`{path}` may not be read by this user", remedy="ask its owner for the right to read it"
        ) from None
    except OSError as error:
        if path.is_symlink():
            raise SourceUnreachable(
                f"`{path}` is a link to another file", remedy="name the file that it points to"
            ) from None
        raise SourceUnreachable(f"cannot open `{path}`: {error.strerror}", remedy="check the name") from None


def unnamed(folder: Path) -> AbstractContextManager[BinaryIO]:
    """A file without a name, for what must stand on disk for a while: nobody can open it, and no kill leaves it."""
    return cast("AbstractContextManager[BinaryIO]", TemporaryFile(dir=folder))
