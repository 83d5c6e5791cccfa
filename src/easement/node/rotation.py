"""Changing a node's keys, so that a kill at any point leaves either the old key or the new one, and never neither.

The new key is written aside as `keys/STEM.next`; what the database then says decides: where it names the new key the
change is finished, at once or when the node is opened next, and else the file is thrown away. Everything signed with
the old key still verifies, since its public key stays in `STEM.vkey` below the new one, unless it was compromised.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from easement.base.database import KEY_BYTES, open_database, reading, rekey, writing
from easement.base.durable import flush_directory, write_whole
from easement.base.errors import EasementError, StorageFailed
from easement.base.postgresql import connect_database, set_password
from easement.exchange.directory_handover import hand_over
from easement.exchange.directory_store import add_handover
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.note import Key, Signer
from easement.ledger.service import Ledger
from easement.node.keys import SECRET, own_public_keys, read_password, read_secret, read_signer, read_text
from easement.node.tables import fact, key_digest, put_fact, secret_digest

__all__ = [
    "LogKeys",
    "finish_changes",
    "finish_database",
    "log_keys",
    "rotate_database",
    "rotate_signing",
    "say_database_changed",
]

RETIRING = "log.retiring"


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the keys against another process that changes them, or opens the node while they are being changed."""
    folder = os.open(home / "keys", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys a log works with: the one in use, those that sign with it for a while, and all that still count."""

    signer: Signer
    retiring: tuple[Signer, ...]
    former: tuple[Key, ...]


def log_keys(home: Path, origin: str, now: datetime) -> LogKeys:
    """The log's keys as they stand in files; a retiring key whose time has passed is destroyed."""
    signer, path = read_signer(home, "log", origin), home / "keys" / f"{RETIRING}.key"
    former = own_public_keys(home, "log", origin)
    if not path.exists():
        return LogKeys(signer, (), former)
    text, _, until = read_text(path).partition("\n")
    if now >= datetime.fromtimestamp(int(until), UTC):
        path.unlink()
        return LogKeys(signer, (), former)
    return LogKeys(signer, (Signer.parse(text),), former)


def rotate_signing(
    home: Path,
    ledger: Ledger,
    master: bytes,
    stem: str,
    *,
    name: str,
    now: datetime,
    compromised: bool = False,
    overlap: timedelta = timedelta(0),
) -> Key:
    """Change the organisation's or the log's key (`stem`); the new public key.

    The ledger says that it was changed. An old log key goes on signing beside the new one during `overlap`. What a
    `compromised` key signed no longer verifies. Raises `StorageFailed`.
    """
    new = Signer(name, secrets.token_bytes(32))
    lines = (new.encode(), "compromised" if compromised else "", str(int((now + overlap).timestamp())))
    digest = key_digest(new.key)
    said = Entry(time=minute(now), type=EntryType.KEY_CHANGED, key=digest)
    with _alone(home):
        write_whole(home / "keys" / f"{stem}.next", "\n".join(lines) + "\n", mode=SECRET)
        ledger.append(said, also=_saying(stem, digest))
        _install(home, ledger.engine, master, stem, name, now)
    return new.key


def _saying(stem: str, digest: str) -> Callable[[Connection, int], None]:
    return lambda connection, _index: put_fact(connection, f"key:{stem}", digest)


def finish_changes(home: Path, engine: Engine, master: bytes, names: dict[str, str], now: datetime) -> None:
    """Finish what a kill broke off, or undo it where it had not come to pass; `names` are those of the signers."""
    if not any((home / "keys" / f"{stem}.next").exists() for stem in names):
        return
    with _alone(home):
        for stem, name in names.items():
            path = home / "keys" / f"{stem}.next"
            if not path.exists():
                continue
            with reading(engine) as connection:
                said = fact(connection, f"key:{stem}")
            if key_digest(_next_signer(home, stem)[0].key) == said:
                _install(home, engine, master, stem, name, now)
            else:
                path.unlink()
                flush_directory(path.parent)


def _next_signer(home: Path, stem: str) -> tuple[Signer, bool, int]:
    """The key that is to come, whether the old one was compromised, and until when (epoch) the old one signs too."""
    lines = read_text(home / "keys" / f"{stem}.next").split("\n")
    return Signer.parse(lines[0]), lines[1] == "compromised", int(lines[2])


def _install(home: Path, engine: Engine, master: bytes, stem: str, name: str, now: datetime) -> None:
    """Put the new key in the old one's place. Every step may be done twice."""
    keys = home / "keys"
    old, (new, compromised, until) = read_signer(home, stem, name), _next_signer(home, stem)
    if old != new:
        former = own_public_keys(home, stem, name)
        overlaps = stem == "log" and not compromised and until > now.timestamp()
        if stem == "log":
            _sign_anew(home, engine, master, new, [old] if overlaps else [], [old.key, *former])
        if not compromised:  # while the old key is still there, it vouches for the new one in the directory
            add_handover(home, stem, hand_over(old, new))
        if overlaps:
            write_whole(keys / f"{RETIRING}.key", f"{old.encode()}\n{until}\n", mode=SECRET)
        listed = dict.fromkeys([new.key, *(key for key in (old.key, *former) if not (compromised and key == old.key))])
        write_whole(keys / f"{stem}.vkey", "".join(f"{key}\n" for key in listed))
        write_whole(keys / f"{stem}.key", new.encode() + "\n", mode=SECRET)
    (keys / f"{stem}.next").unlink()
    flush_directory(keys)


def _sign_anew(
    home: Path, engine: Engine, master: bytes, signer: Signer, retiring: list[Signer], former: list[Key]
) -> None:
    """Publish under the new key, before the old one is let go of."""
    ledger = Ledger.open(engine, home / "ledger", signer=signer, master_key=master, retiring=retiring, former=former)
    ledger.checkpoint()
    ledger.close()


def rotate_database(home: Path, url: str) -> None:
    """Change the key of the encrypted file, or the password of the PostgreSQL role, while nobody else has it open.

    Raises `StorageFailed`, and `EasementError` where there is no password to change.
    """
    if url:
        _change_password(home, url)
        return
    path, old, new = home / "keys" / "database.next", read_secret(home, "database"), secrets.token_bytes(KEY_BYTES)
    with _alone(home):
        write_whole(path, new.hex() + "\n", mode=SECRET)
        rekey(home / "node.db", old, new)
        _take_or_leave(home, url)


def _change_password(home: Path, url: str) -> None:
    old = read_password(home)
    if not old:
        remedy = "it is known to PostgreSQL by other means: change it there"
        raise EasementError("this node has no password for its database", remedy=remedy)
    new = secrets.token_urlsafe(32)
    with _alone(home):
        write_whole(home / "keys" / "database.next", new + "\n", mode=SECRET)
        engine = connect_database(url, old)
        try:
            set_password(engine, new)
        finally:
            engine.dispose()
        _take_or_leave(home, url)


def finish_database(home: Path, url: str) -> None:
    """Take the new key or password where the old one no longer opens the database, and else throw it away.

    The old one is tried first: a change of key that was broken off is undone only by the key it began with.
    """
    if (home / "keys" / "database.next").exists():
        with _alone(home):
            _take_or_leave(home, url)


def _take_or_leave(home: Path, url: str) -> None:
    path, kept = home / "keys" / "database.next", home / "keys" / ("database.password" if url else "database.key")
    if not path.exists():
        return
    if not _opens(home, url, read_text(kept)) and _opens(home, url, read_text(path)):
        path.replace(kept)
    else:
        path.unlink()
    flush_directory(path.parent)


def _opens(home: Path, url: str, text: str) -> bool:
    try:
        engine = connect_database(url, text) if url else open_database(home / "node.db", bytes.fromhex(text))
    except StorageFailed:
        return False
    engine.dispose()
    return True


def say_database_changed(ledger: Ledger, key: bytes, now: datetime) -> None:
    """Have the ledger say that the database's key was changed, where it does not say so yet."""
    digest = secret_digest(key)
    with reading(ledger.engine) as connection:
        said = fact(connection, "key:database")
    if ledger.refusal is not None:
        return
    if said is None:
        with writing(ledger.engine) as connection:
            put_fact(connection, "key:database", digest)
    elif said != digest:
        entry = Entry(time=minute(now), type=EntryType.KEY_CHANGED, key=digest)
        ledger.append(entry, also=_saying("database", digest))
