"""A change of a code list at a node: what it breaks is looked at first, then a person adopts it. For every door.

A list that somebody brings waits in `standards/codes/proposed/`, where no standard finds it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from easement.base.canonical import canonical_json, sha256_hex
from easement.base.durable import write_whole
from easement.base.errors import BadFile, EasementError, UsageError
from easement.base.located import read_text, validate
from easement.gate.standards_used import Touched, effects
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.ledger.service import Ledger
from easement.meaning.codes import CodeList
from easement.meaning.codes_change import Adoption, Proposal, adopt, adoptions, new_list, proposed
from easement.meaning.codes_shelf import code_list, file_name, list_refs
from easement.meaning.compare import CodeChange, compare_lists
from easement.meaning.crosswalk import Walk
from easement.meaning.crosswalk_shelf import crosswalk

__all__ = [
    "MOST_BROUGHT",
    "ListChange",
    "Logging",
    "Stale",
    "adopt_list",
    "adopt_logged",
    "bring",
    "brought",
    "drop_brought",
    "list_change",
]

MOST_BROUGHT = 2 << 20
"""Bytes of a code list that somebody brings; one with 10,000 codes stays below."""

_BROUGHT = "proposed"
_TOLD = ("kind", "id", "place", "what")


class Logging(Protocol):
    """A node, as far as an adoption goes."""

    @property
    def home(self) -> Path:
        """The folder with `standards/`."""

    @property
    def ledger(self) -> Ledger:
        """Its verifiable log."""


class Stale(EasementError):
    """What the change touches is no longer what the person saw."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """One list in the place of another, as it would be: what is written, what differs, and what of the node it touches.

    `source` is the file of a list that is not known yet.
    """

    proposal: Proposal
    changes: tuple[CodeChange, ...]
    touched: Touched
    source: Path | None

    @property
    def stamp(self) -> str:
        """What was seen, in one word: another list, standard, mapping, agreement or cross-walk makes it another."""
        lists = [each.model_dump(mode="json") for each in (self.proposal.old, self.proposal.new)]
        touched = [[each.kind, each.id, each.place, each.what] for each in self.touched.effects]
        return sha256_hex(canonical_json([lists, [list(pair) for pair in self.proposal.moved], touched]))[:32]


def list_change(home: Path, old: str, new: str, *, on: date, why: str = "", count: bool = False) -> ListChange:
    """What it would be to use `new` (a list's name, a file, or one that was brought) in the place of `old`.

    `count` reads the datasets. Raises `UsageError` for lists that are unknown or the same, `BadFile` for a bad one.
    """
    folders = (home / "standards",)
    one = code_list(old, folders)
    other, source = new_list(str(brought(home).get(new, new)), folders)
    proposal = proposed(home, one, other, on=on, why=why)
    touched = effects(home, one, other, walk=_way(home, one, other), count=count)
    return ListChange(proposal, compare_lists(one, other), touched, source)


def _way(home: Path, old: CodeList, new: CodeList) -> Walk | None:
    try:
        return crosswalk(old.ref, new.ref, (home / "standards",))
    except EasementError:
        return None


def adopt_list(home: Path, old: str, new: str, *, by: str, why: str, now: datetime, seen: str = "") -> Adoption:
    """Adopt `new` in the place of `old`; `seen` is the stamp of what the person was shown.

    Raises `Stale` where that is not how it is any more, and what `list_change` and `adopt` raise.
    """
    with _alone(home):
        return _adopted(home, _looked(home, old, new, why, now, seen), new, by, why, now)


def adopt_logged(
    holder: Logging, old: str, new: str, *, by: str, why: str, now: datetime, seen: str = ""
) -> tuple[Adoption, int]:
    """The same at a node, and the entry of its ledger that says so.

    An adoption that a kill left out of the ledger is written there by adopting once more.
    """
    with _alone(holder.home):
        change = _looked(holder.home, old, new, why, now, seen)
        left = _left_out(holder, change)
        done = left or _adopted(holder.home, change, new, by, why, now)
        return done, holder.ledger.append(*_entry(holder.home, done, change, now))


def _looked(home: Path, old: str, new: str, why: str, now: datetime, seen: str) -> ListChange:
    change = list_change(home, old, new, on=now.date(), why=why)
    if seen and change.stamp != seen:
        raise Stale("what it touches is no longer what you saw", remedy="look at it again, and adopt it then")
    return change


def _adopted(home: Path, change: ListChange, new: str, by: str, why: str, now: datetime) -> Adoption:
    done = adopt(home, change.proposal, change.source, by=by, why=why, now=now)
    if new in brought(home):
        drop_brought(home, new)
    return done


def _left_out(holder: Logging, change: ListChange) -> Adoption | None:
    """The adoption of this very list where it is on record and everything is written, and no entry says so."""
    proposal = change.proposal
    if proposal.list_file is not None or proposal.written:
        return None
    names = (proposal.old.ref, proposal.new.ref)
    recorded = [each for each in adoptions(holder.home) if (each.old, each.new) == names]
    lists = {"from": names[0], "to": names[1]}
    logged = sum(each.entry.codes == lists for each in holder.ledger.entries(type=EntryType.CODES_ADOPTED))
    return recorded[-1] if len(recorded) > logged else None


def _entry(home: Path, done: Adoption, change: ListChange, now: datetime) -> tuple[Entry, PrivateRecord]:
    """What the ledger says of an adoption; who, why and what is left to mend go into the private record."""
    file = list_refs((home / "standards",))[change.proposal.new.ref]
    broken = [{name: getattr(each, name) for name in _TOLD} for each in change.touched.breaking]
    said = Entry(
        time=minute(now),
        type=EntryType.CODES_ADOPTED,
        codes={"from": done.old, "to": done.new},
        digest=sha256_hex(file.read_bytes()),
        count=len(broken),
    )
    facts = {"by": done.by, "why": done.why, "at": done.at, "standards": done.standards, "broken": broken}
    return said, PrivateRecord({"adoption": facts})


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """While it lasts nobody else adopts a list at this node."""
    descriptor = os.open(home / "standards", os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def brought(home: Path) -> dict[str, Path]:
    """The lists that somebody brought and nobody adopted yet, by the names that `list_change` takes."""
    found = sorted((home / "standards" / "codes" / _BROUGHT).glob("*.yaml"))
    return {f"{_BROUGHT}:{path.name.removesuffix('.yaml')}": path for path in found}


def bring(home: Path, content: bytes) -> str:
    """Keep a list that somebody brings, and give its name for `list_change`.

    Raises `BadFile` for one that cannot be read, `UsageError` for one that is known, or says something else of it.
    """
    if len(content) > MOST_BROUGHT:
        raise UsageError(f"the file is larger than {MOST_BROUGHT >> 20} MB", remedy="bring one list in a file")
    try:
        document = read_text(content.decode("utf-8-sig"), name="the file", what="code list")
    except UnicodeDecodeError:
        raise BadFile("the file is not text in UTF-8", remedy="save it as UTF-8") from None
    found = validate(CodeList, document, what="code list")
    folder = home / "standards" / "codes" / _BROUGHT
    if found.ref in list_refs((home / "standards",)):
        what = f"the node has a list `{found.ref}` already"
        raise UsageError(what, remedy=f"give yours the next version: `version: {found.version + 1}`")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / file_name(found), content)
    return f"{_BROUGHT}:{file_name(found).removesuffix('.yaml')}"


def drop_brought(home: Path, name: str) -> None:
    """Forget a list that was brought and not adopted."""
    path = brought(home).get(name)
    if path is not None:
        path.unlink(missing_ok=True)
