"""What is made from files is kept until one of them changes, which the file system tells without reading them.

A stamp can only be trusted once its file has rested a little: what is written twice within one tick of the file
system's clock, to the same length, has the same stamp both times. So what was read from a file that had just been
written is read again, until the file has rested.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

__all__ = ["Kept", "Stamp", "rested", "stamp", "stamps"]

Value = TypeVar("Value")

REST_NS = 100_000_000
"""A tenth of a second: far longer than a tick of any clock by which Linux stamps files (4 ms; 10 ms at most)."""


class Stamp(NamedTuple):
    """What tells one state of a file from another: where it stands, its size, and when it was written, in ns."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


def stamp(path: Path | str) -> Stamp | None:
    """The stamp of what stands at a path, a link followed; `None` where nothing does or it cannot be looked at."""
    try:
        found = os.stat(path)  # noqa: PTH116 (a third of the cost of `Path.stat`, for every decision)
    except (OSError, ValueError):
        return None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def stamps(paths: Iterable[Path | str]) -> tuple[Stamp | None, ...]:
    """The stamps of several paths, in order."""
    return tuple(map(stamp, paths))


def rested(seen: Iterable[Stamp | None], at: int) -> bool:
    """Whether files had rested when they were seen, at a time in ns since 1970: a later change will show."""
    return all(each is None or at - max(each.modified, each.changed) > REST_NS for each in seen)


class Kept(Generic[Value]):
    """A value made from files, kept while their stamps stay as they were."""

    __slots__ = ("_seen", "_trusted", "_value")

    def __init__(self) -> None:
        self._seen: tuple[Stamp | None, ...] | None = None
        self._trusted = False

    def get(self, paths: Iterable[Path | str], make: Callable[[], Value]) -> Value:
        """The value, made anew where a file at one of `paths` changed, came or went; `make` reads them."""
        seen = stamps(paths)
        if not self._trusted or seen != self._seen:
            at = time.time_ns()
            self._seen = None
            self._value: Value = make()
            self._seen, self._trusted = seen, rested(seen, at)
        return self._value
