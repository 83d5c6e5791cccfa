"""How the register is kept up: new entries of the ledger are counted, and agreements whose files changed are read.

Both go on from where they stopped, whichever process did it last, so that looking again costs little: with 10,000
agreements and nothing new, a stamp for each file. What once stood on the register stays, in the state it has now.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from easement.agreement.service import signatures_path
from easement.base.database import reading, take_turn, writing
from easement.base.errors import EasementError
from easement.base.stamps import rested, stamps
from easement.exchange import directory_store
from easement.gate.shelf import Shelved
from easement.gate.tables import suspended
from easement.law.catalogue import catalogue
from easement.ledger.model import EntryType
from easement.register import tables
from easement.register.card import card, words_of
from easement.register.counting import summed
from easement.register.model import Card, Redaction, State
from easement.register.ports import Publisher
from easement.register.standing import Version, stand

__all__ = ["FRESH_SECONDS", "catch_up", "names_of", "refresh", "refresh_if_old", "reword", "version_of"]

PAGE = 10_000
"""Entries counted in one transaction: a tenth of a second of writing."""

AT_ONCE = 200
"""Files read before what they say is published: some seconds' work, and all that a reader ever waits for."""

FRESH_SECONDS = 30
"""How old what the register saw may be before a reader looks again by itself; a serving node looks more often."""

TURN = "register"
_DIGEST = re.compile("[0-9a-f]{64}")
UNSURE = (State.GONE, State.REVIEW_OVERDUE)
"""States of entries whose files are read each time: they come back, or are reviewed, without a change to the file."""

LIGHT = (
    *("digest", "agreement_id", "version", "path", "stamp", "supersedes", "starts", "ends", "next_review"),
    *("state", "newest", "since"),
)
"""The columns that say whether an entry must be read anew, and where it stands."""


def refresh_if_old(publisher: Publisher, now: datetime) -> None:
    """Bring the register up to date where nobody did lately; a reader waits for so many files and no more."""
    with reading(publisher.engine) as connection:
        upto, seen, _ = tables.head(connection)
    if not 0 <= now.timestamp() - seen < FRESH_SECONDS:
        catch_up(publisher)
        _look(publisher, now.astimezone(UTC), AT_ONCE)
    elif publisher.ledger.size > upto:
        catch_up(publisher)


def refresh(publisher: Publisher, now: datetime) -> int:
    """Bring the register up to date; how many versions it read anew. What is read is published as it goes on."""
    catch_up(publisher)
    return _look(publisher, now.astimezone(UTC))


def _look(publisher: Publisher, now: datetime, most: int | None = None) -> int:
    """Read the agreements whose files changed, at most so many, and see where all stand; how many were read."""
    known, found, count, start = _known(publisher), _files(publisher.home / "agreements"), 0, 0
    changed = _changed(publisher, known, found)
    while True:
        step = changed[start : start + min(AT_ONCE, most or AT_ONCE)]
        start += len(step)
        count += _read_some(publisher, step, found, known if start >= len(changed) else None, now)
        if start >= len(changed) or (most is not None and start >= most):
            return count


def _changed(publisher: Publisher, known: str, found: Mapping[str, str]) -> list[str]:
    """The files that are not as they were when they were read; all, where others' keys or classes changed."""
    with reading(publisher.engine) as connection:
        _, _, known_then = tables.head(connection)
        rows = tables.mapped(connection, ("path", "stamp", "state"))
    kept = {row["path"]: row["stamp"] for row in rows if row["state"] not in UNSURE}
    same = known == known_then
    return [path for path, stamp in found.items() if not (same and stamp and kept.get(path) == stamp)]


def _read_some(
    publisher: Publisher, paths: Sequence[str], found: Mapping[str, str], known: str | None, now: datetime
) -> int:
    """Read some files, and write what changed; `known` is given with the last of them."""
    with reading(publisher.engine) as connection:
        old = {row["digest"]: row for row in tables.mapped(connection, LIGHT)}
        left_out = tables.redactions(connection)
    read = _read(publisher, paths, now, left_out)
    fresh = {row["digest"]: row | {"stamp": found[row["path"]]} for row in read}
    _write(publisher, _merged(old, fresh, found, set(paths)), old, known, now)
    return len(fresh)


def catch_up(publisher: Publisher) -> int:
    """Count the ledger's entries that came since; the index from which on they were new."""
    ledger, first = publisher.ledger, None
    while True:
        with reading(publisher.engine) as connection:
            upto, *_ = tables.head(connection)
        first = upto if first is None else first
        page = list(ledger.entries(upto, min(upto + PAGE, ledger.size)))
        if not page:
            return first
        sums = summed(page)
        with writing(publisher.engine) as connection:
            take_turn(connection, TURN)
            if tables.head(connection)[0] == upto:  # else another process counted them meanwhile
                tables.add_sums(connection, sums)
                tables.forget_stamps(connection, {each.agreement_id for each in sums.events if each.agreement_id})
                tables.keep_head(connection, upto=page[-1].index + 1)


def _known(publisher: Publisher) -> str:
    """A digest of what signatures are worth and who may join: whose keys, which classes, which standards."""
    keys = {name: [str(key) for key in each] for name, each in sorted(publisher.member_keys.items())}
    standards = publisher.home / "standards"
    files = sorted(str(path) for path in standards.rglob("*.yaml"))
    law = catalogue().as_at.isoformat()
    said = [keys, dict(sorted(publisher.member_classes.items())), names_of(publisher), files, stamps(files), law]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def names_of(publisher: Publisher) -> dict[str, str]:
    """What people call the organisations that the node knows of, by id."""
    names: dict[str, str] = {}
    with suppress(EasementError):  # a directory that does not hold names nobody
        directory = directory_store.held(publisher.home)
        names = {member.id: member.name for member in directory.members} if directory else {}
    own = publisher.settings.organisation.name
    return names | ({publisher.organisation: own} if own else {})


def _files(folder: Path) -> dict[str, str]:
    """How each agreement's file and its signatures stand, empty for what may change again without a sign of it."""
    at, found = time.time_ns(), {}
    for path in sorted(folder.glob("*.yaml")):
        seen = stamps([path, signatures_path(path)])
        found[str(path)] = json.dumps(seen) if rested(seen, at) else ""
    return found


def _read(
    publisher: Publisher, paths: Iterable[str], now: datetime, left_out: Mapping[str, tuple[Redaction, ...]]
) -> list[dict[str, Any]]:
    """The rows of agreements that all their parties signed, from files that changed; a draft is no entry."""
    names, classes, law = names_of(publisher), publisher.member_classes, catalogue()
    found = []
    for path in paths:
        with suppress(EasementError):
            shelved = publisher.shelf.at(Path(path), now.date())
            if shelved.prepared.calendar.parties <= shelved.signed:
                said = card(shelved.prepared, law, names, classes)
                found.append(_row(shelved, said, left_out.get(said.id, ()), now))
    return found


def _row(shelved: Shelved, said: Card, left_out: tuple[Redaction, ...], now: datetime) -> dict[str, Any]:
    terms = shelved.prepared.terms
    shown = terms.transparency
    unsaid = "" if shown else "its terms do not say whether it is public"
    return {
        "digest": said.digest,
        "agreement_id": said.id,
        "version": said.version,
        "path": str(shelved.path),
        "public": bool(shown and shown.public),
        "not_public": (shown.reason_not_public or "no reason is given") if shown and not shown.public else unsaid,
        "title": said.title,
        "purpose": said.purpose,
        "supersedes": terms.supersedes if terms.supersedes and _DIGEST.fullmatch(terms.supersedes) else "",
        "starts": said.starts.isoformat(),
        "ends": said.ends.isoformat(),
        "next_review": said.next_review.isoformat() if said.next_review else "",
        "since": int(now.timestamp()),
        "card": json.dumps(said.as_dict(), ensure_ascii=False),
        **_found_by(said.without(left_out)),
    }


def _found_by(shown: Card) -> dict[str, str]:
    """What an entry is found by: nothing that is left out of it."""
    return {"parties": f" {' '.join(each.id for each in shown.parties or ())} ", "words": words_of(shown)}


def reword(connection: Connection, agreement_id: str) -> None:
    """Find an agreement's entry by what it shows now, after something was left out of it or is shown again."""
    redacted = tables.redactions(connection, [agreement_id]).get(agreement_id, ())
    rows = tables.rows(connection, tables.entries.c.agreement_id == agreement_id, columns=("digest",))
    for digest, text in tables.cards_of(connection, [row.digest for row in rows]).items():
        shown = Card.parse(json.loads(text)).without(redacted)
        tables.set_entry(connection, digest, **_found_by(shown))


@dataclass(frozen=True, slots=True)
class _Merged:
    """All versions as they stand now, and the rows that were read anew."""

    versions: tuple[Version, ...]
    fresh: Mapping[str, dict[str, Any]]


def _merged(
    old: Mapping[str, Any], fresh: Mapping[str, dict[str, Any]], found: Mapping[str, str], changed: set[str]
) -> _Merged:
    """Who is gone: what no file tells of any more, or only a file that now tells something else."""
    versions = [version_of(row) for row in fresh.values()]
    for digest, row in old.items():
        if digest not in fresh:
            gone = row["state"] == State.GONE or row["path"] not in found or row["path"] in changed
            versions.append(version_of(row, gone=gone))
    return _Merged(tuple(versions), fresh)


def version_of(row: Mapping[str, Any], *, gone: bool = False) -> Version:
    """What the state of an entry depends on."""
    names = ("digest", "agreement_id", "version", "supersedes", "starts", "ends", "next_review")
    return Version(**{name: row[name] for name in names}, gone=gone)


def _write(publisher: Publisher, merged: _Merged, old: Mapping[str, Any], known: str | None, now: datetime) -> None:
    with reading(publisher.engine) as connection:
        ended = {each.agreement_id for each in tables.events(connection, EntryType.VERSION_ENDED)}
    where = stand(merged.versions, now.date().isoformat(), suspended(publisher.engine), ended)
    with writing(publisher.engine) as connection:
        take_turn(connection, TURN)
        for digest, stood in where.items():
            state, before = {"state": stood.state.value, "newest": stood.newest}, old.get(digest)
            if digest in merged.fresh:
                since = {"since": before["since"]} if before is not None else {}
                tables.put_entry(connection, merged.fresh[digest] | state | since)
            elif before is not None and (before["state"], before["newest"]) != (stood.state.value, stood.newest):
                tables.set_entry(connection, digest, **state)
        more = {"known": known} if known is not None else {}
        tables.keep_head(connection, seen=int(now.timestamp()), **more)
