"""What a node keeps of its cluster's directory, in the folder `directory/` of its home.

trust.json      whom the next version is held against: written when joining, and with every version accepted
current.json    the version held: its JSON, the operator's note and the receipt of the operator's log, whole
fetched.json    when it was last fetched, and what went wrong at the last try
alarms/         what an operator must never send: a version rolled back, two versions of one number, a log rewritten

Notes by which the node's old keys vouch for the new ones stand in `keys/organisation.handovers` and `log.handovers`.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from easement.base.durable import write_whole
from easement.base.errors import BadFile, EasementError, ProofFailed
from easement.base.moments import instant_text
from easement.base.stamps import Kept
from easement.exchange.directory import Directory, Published, Trust, verified_directory
from easement.exchange.directory_handover import MOST
from easement.ledger.note import parse_key

__all__ = [
    "FOLDER",
    "Alarm",
    "Fetched",
    "add_handover",
    "alarms",
    "fetched",
    "files",
    "forget",
    "handovers",
    "held",
    "held_published",
    "keep",
    "keep_alarm",
    "locked",
    "note_fetch",
    "trusted",
]

FOLDER = "directory"
"""The folder, within a node's home."""

MOST_ALARMS = 100
"""Alarms kept: the first ones tell what happened."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What an operator sent that it must never send: `rollback` or `fork`, when, and what it was, in words."""

    kind: str
    at: str
    what: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """When the directory was last fetched (`2026-11-22T02:17:00Z`), and why the last try failed, if it did."""

    at: str = ""
    tried: str = ""
    failure: str = ""


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the folder against other threads and processes that would change it."""
    folder = home / FOLDER
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def trusted(home: Path) -> Trust | None:
    """Whom the directory is held against, nobody for a node that belongs to no cluster; raises `BadFile`."""
    path = home / FOLDER / "trust.json"
    try:
        record = json.loads(path.read_bytes())
        keys = tuple(map(parse_key, record["keys"]))
        return Trust(record["cluster"], record["operator"], record["url"], keys, parse_key(record["log"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, ProofFailed):
        remedy = "restore it from a backup, or ask the operator for a new joining code"
        raise BadFile("this does not say whom the node trusts", where=str(path), remedy=remedy) from None


_known: dict[Path, Kept[Directory | None]] = {}


def held(home: Path) -> Directory | None:
    """The version held, dead or alive; read and verified anew only when its files change. Raises `ProofFailed`."""
    kept = _known.get(home)
    if kept is None:
        kept = _known.setdefault(home, Kept())
    return kept.get(files(home), lambda: _read(home))


@lru_cache(64)
def files(home: Path) -> tuple[Path, ...]:
    """The files that say which directory is held: while they stay as they are, so does it."""
    return home / FOLDER / "trust.json", home / FOLDER / "current.json"


def _read(home: Path) -> Directory | None:
    trust = trusted(home)  # before the version: whatever is written after was accepted under this trust or a later one
    try:
        data = (home / FOLDER / "current.json").read_bytes()
    except FileNotFoundError:
        return None
    return verified_directory(Published.parse(data), trust) if trust else None


def held_published(home: Path) -> Published:
    """The version held as it came; raises `ProofFailed` where its file is none, and what reading a file raises."""
    return Published.parse((home / FOLDER / "current.json").read_bytes())


def keep(home: Path, published: Published, trust: Trust, now: datetime) -> None:
    """Keep a version and whom the next one is held against, in this order: a kill between the two harms nothing."""
    folder = home / FOLDER
    folder.mkdir(exist_ok=True)
    if trusted(home) is None:
        _write(folder / "trust.json", _written(trust))
    write_whole(folder / "current.json", published.encode())
    _write(folder / "trust.json", _written(trust))
    note_fetch(home, now)


def _written(trust: Trust) -> dict[str, Any]:
    keys = [str(key) for key in trust.keys]
    return {
        "cluster": trust.cluster,
        "operator": trust.operator,
        "url": trust.url,
        "keys": keys,
        "log": str(trust.log),
    }


def _write(path: Path, record: dict[str, Any]) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    if not path.exists() or path.read_text() != text:
        write_whole(path, text)


def forget(home: Path) -> None:
    """Forget the directory on leaving; alarms stay."""
    with locked(home):
        for name in ("current.json", "fetched.json", "trust.json"):
            (home / FOLDER / name).unlink(missing_ok=True)


def note_fetch(home: Path, now: datetime, failure: str = "") -> None:
    """Note that the directory was fetched, or that a try failed and why."""
    at = fetched(home).at if failure else instant_text(now)
    _write(home / FOLDER / "fetched.json", {"fetched": at, "tried": instant_text(now), "failure": failure})


def fetched(home: Path) -> Fetched:
    """When the directory was fetched."""
    try:
        record = json.loads((home / FOLDER / "fetched.json").read_bytes())
        return Fetched(str(record["fetched"]), str(record["tried"]), str(record["failure"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Fetched()


def keep_alarm(home: Path, alarm: Alarm, offered: Published, directory: Directory) -> None:
    """Keep an alarm with what was sent and what was held, whose signatures and receipts prove who sent them; once."""
    folder = home / FOLDER / "alarms"
    folder.mkdir(exist_ok=True)
    path = folder / f"{alarm.kind}-{directory.sequence}-{directory.digest[:12]}.json"
    if not path.exists() and sum(1 for _ in folder.iterdir()) < MOST_ALARMS:
        told = {"kind": alarm.kind, "at": alarm.at, "what": alarm.what}
        _write(path, told | {"sent": offered.encode().decode(), "held": held_published(home).encode().decode()})


def add_handover(home: Path, stem: str, note: str) -> None:
    """Keep the note by which an old key of the node, of the `organisation` or its `log`, vouches for the new one.

    Whoever changes a key calls it while the old one is still there; doing it twice is the same as once.
    """
    notes = handovers(home, stem)
    if note not in notes:
        write_whole(_handovers(home, stem), json.dumps([*notes, note][-MOST:], ensure_ascii=False, indent=2) + "\n")


def handovers(home: Path, stem: str) -> tuple[str, ...]:
    """The notes kept, the oldest first; raises `BadFile`."""
    path = _handovers(home, stem)
    try:
        notes = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ()
    except ValueError:
        notes = None
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise BadFile("these are not notes of changed keys", where=str(path), remedy="restore it from a backup")
    return tuple(notes)


def _handovers(home: Path, stem: str) -> Path:
    return home / "keys" / f"{stem}.handovers"


def alarms(home: Path) -> tuple[Alarm, ...]:
    """The alarms kept, the oldest first; a person who has settled one takes its file away."""
    found = []
    for path in (home / FOLDER / "alarms").glob("*.json"):
        try:
            record = json.loads(path.read_bytes())
            found.append(Alarm(record["kind"], record["at"], record["what"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EasementError(f"cannot read the alarm `{path}`", remedy="look at the file by hand") from error
    return tuple(sorted(found, key=lambda alarm: alarm.at))
