"""Answers on their way out: made inside the node, delivered only once their ledger entry is durable.

Each answer has a folder of its own under `releases/`, locked while somebody works on it, and a note of where it goes.
A kill at any point leaves one of three things: a folder without an outcome in the ledger (nothing crossed: it is
removed and logged as abandoned), a folder with an outcome (it is delivered), or no folder (it was delivered).
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from easement.base.durable import aside, flush_directory, write_whole
from easement.base.errors import StorageFailed

__all__ = ["Staged", "exclusive", "left_behind", "staged"]


@dataclass(frozen=True, slots=True)
class Staged:
    """One answer in the making: its folder, where its data is to go, and what is noted of it so far."""

    folder: Path
    target: Path

    @property
    def data(self) -> Path:
        """Where the answer is made."""
        return self.folder / f"answer{self.target.suffix}"

    @property
    def receipt(self) -> Path:
        """Where its receipt waits."""
        return self.folder / "receipt"

    def note(self, **facts: Any) -> None:
        """Keep what a later process needs to finish or abandon this answer: the intent's index, the outcome's."""
        known = self.noted()
        write_whole(self.folder / "note.json", json.dumps(known | facts | {"target": str(self.target)}), mode=0o600)

    def noted(self) -> dict[str, Any]:
        """What was noted; empty before the first note."""
        path = self.folder / "note.json"
        facts: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return facts

    def deliver(self) -> None:
        """Put receipt and data at their target, receipt first, each whole or not at all; then forget the folder."""
        for source, target in ((self.receipt, receipt_path(self.target)), (self.data, self.target)):
            if source.exists():
                _move(source, target)
        self.forget()

    def forget(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def receipt_path(target: Path) -> Path:
    """Where the receipt of an answer stands: `OUT.receipt`."""
    return target.with_name(target.name + ".receipt")


def _move(source: Path, target: Path) -> None:
    try:
        source.chmod(0o644 if target.suffix == ".receipt" else 0o600)
        source.replace(target)
        flush_directory(target.parent)
    except OSError:
        with aside(target, mode=0o600) as partial:
            shutil.copyfile(source, partial)
        source.unlink()


@contextmanager
def staged(releases: Path, target: Path) -> Iterator[Staged]:
    """A locked folder for one answer; what is not delivered on leaving is removed."""
    if not target.parent.is_dir():
        raise StorageFailed(
            f"there is no folder `{target.parent}`", remedy="make it, or name another place for the answer"
        )
    folder = releases / secrets.token_hex(8)
    unlocked = releases / f".{folder.name}"
    unlocked.mkdir(mode=0o700)
    with _held(unlocked / "lock"):
        # Only now may others see it: a folder that is seen and not locked belongs to nobody living.
        unlocked.rename(folder)
        answer = Staged(folder, target.absolute())
        try:
            yield answer
        except BaseException:
            if "outcome" not in answer.noted():
                answer.forget()
            raise


@contextmanager
def _held(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(releases: Path, name: str) -> Iterator[None]:
    """One at a time for a name, across processes: so that two at once cannot both stay under a day's limit."""
    with _held(releases / f".{name}.lock"):
        yield


def left_behind(releases: Path) -> Iterator[Staged]:
    """The folders that no living process works on, each locked while it is looked at."""
    for folder in sorted(path for path in releases.glob("[!.]*") if path.is_dir()):
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            note = folder / "note.json"
            target = Path(json.loads(note.read_text())["target"]) if note.exists() else folder / "none"
            yield Staged(folder, target)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
