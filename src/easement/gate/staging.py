"""Answers on their way out: made inside the node, delivered only once their ledger entry is durable.

Each answer has a folder of its own under `releases/`, locked while somebody works on it, and a note of where it goes
and where in the ledger to look for it. What became of it is never noted here: the ledger alone knows.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import NamedTuple

from easement.base.durable import aside, flush_directory, write_whole
from easement.base.errors import StorageFailed

__all__ = ["Note", "Staged", "exclusive", "left_behind", "receipt_path", "staged"]

SECRET = 0o600
MAKING, DELIVERING = "making", "delivering"
"""What is done by one process at a time: making a folder together with its lock; putting a receipt and its data."""


class Note(NamedTuple):
    """What a later process needs to finish an answer: where it goes, and the entry from which on to look for it."""

    target: Path
    after: int


@dataclass(frozen=True, slots=True)
class Staged:
    """One answer in the making: its folder, whose name its intent repeats in private, and where its data is to go."""

    folder: Path
    target: Path

    @property
    def id(self) -> str:
        """The random name of this answer."""
        return self.folder.name

    @property
    def data(self) -> Path:
        """Where the answer is made."""
        return self.folder / f"answer{self.target.suffix}"

    @property
    def receipt(self) -> Path:
        """Where its receipt waits."""
        return self.folder / "receipt"

    def note(self, *, after: int) -> None:
        """Keep where it goes, and that its intent will be entry `after` or a later one."""
        write_whole(_note(self.folder), json.dumps({"target": str(self.target), "after": after}), mode=SECRET)

    def deliver(self) -> None:
        """Put receipt and data at their target, receipt first, each whole or not at all; then forget the folder."""
        with exclusive(self.folder.parent, DELIVERING):
            if self.receipt.exists():
                _move(self.receipt, receipt_path(self.target), SECRET)
            if self.data.exists():
                try:
                    _move(self.data, self.target, SECRET)
                except StorageFailed:
                    receipt_path(self.target).unlink(missing_ok=True)
                    raise
        self.forget()

    def forget(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def receipt_path(target: Path) -> Path:
    """Where the receipt of an answer stands: `OUT.receipt`."""
    return target.with_name(target.name + ".receipt")


def _note(folder: Path) -> Path:
    return folder / "note.json"


def _lock(folder: Path) -> Path:
    return folder / "lock"


def _move(source: Path, target: Path, mode: int) -> None:
    """Rename where both are on one disk, else copy aside and rename there."""
    try:
        source.chmod(mode)
        source.replace(target)
        flush_directory(target.parent)
    except OSError:
        _copy(source, target, mode)


def _copy(source: Path, target: Path, mode: int) -> None:
    for begun in target.parent.glob(f".{escape(target.name)}.*.partial"):  # by a copy that was killed
        begun.unlink(missing_ok=True)
    with aside(target, mode=mode) as partial:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET))
        shutil.copyfile(source, partial)
    source.unlink()


@contextmanager
def staged(releases: Path, target: Path) -> Iterator[Staged]:
    """A locked folder for one answer. What is noted and neither delivered nor forgotten stays for a later process.

    Raises `StorageFailed` where nothing could be put at `target`.
    """
    _check_place(target)
    folder = releases / secrets.token_hex(8)
    with exclusive(releases, MAKING):
        folder.mkdir(mode=0o700)
        lock = _locked(_lock(folder))
    answer = Staged(folder, target.absolute())
    try:
        yield answer
    finally:
        if folder.exists() and not _note(folder).exists():
            answer.forget()
        os.close(lock)


def _check_place(target: Path) -> None:
    folder = target.parent
    if not folder.is_dir():
        raise StorageFailed(f"there is no folder `{folder}`", remedy="make it, or name another place for the answer")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageFailed(f"nothing can be written in `{folder}`", remedy="name another place for the answer")
    for path in (target, receipt_path(target)):
        if path.is_dir():
            raise StorageFailed(f"`{path}` is a folder", remedy="name a file in it")


def _locked(path: Path, how: int = fcntl.LOCK_EX) -> int:
    """An open file that holds its lock until it is closed; raises `BlockingIOError` where `how` says not to wait."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, SECRET)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def exclusive(releases: Path, name: str) -> Iterator[None]:
    """One at a time for a name, across processes: so that two at once cannot both stay under a day's limit."""
    descriptor = _locked(releases / f".{name}.lock")
    try:
        yield
    finally:
        os.close(descriptor)


def left_behind(releases: Path) -> Iterator[tuple[Staged, Note]]:
    """The noted answers that no living process works on, each locked while it is looked at.

    A folder without a note was not begun, or was about to be forgotten: it is removed.
    """
    for folder in sorted(path for path in releases.glob("[!.]*") if path.is_dir()):
        lock = _abandoned(folder)
        if lock is None:
            continue
        try:
            note = _read_note(folder)
        except StorageFailed:  # notes are written whole: somebody's hand was here, and what lies here is left to them
            os.close(lock)
            continue
        try:
            if note is None:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                yield Staged(folder, note.target), note
        finally:
            os.close(lock)


def _abandoned(folder: Path) -> int | None:
    """The lock of a folder that nobody works on; `None` where somebody does, or has just finished."""
    with exclusive(folder.parent, MAKING):
        try:
            return _locked(_lock(folder), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, FileNotFoundError):
            return None


def _read_note(folder: Path) -> Note | None:
    try:
        said = json.loads(_note(folder).read_text())
        return Note(Path(said["target"]), int(said["after"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageFailed(f"the note in `{folder}` cannot be read", remedy="look at what lies there") from error
