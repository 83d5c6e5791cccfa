"""Backing a node up while it runs, into one file that nobody can change unnoticed.

The file is a zip, for its owner alone:

    manifest        a signed note: what this is, and the SHA-256 of every other file in it
    node.db         the database as it was at one moment, encrypted (a PostgreSQL is copied into such a file)
    checkpoint      the checkpoint that was published just before, which the database must lead to
    files/…         settings, public keys, agreements, standards, datasets and what else stands in the node's folder
    keys.sealed     the node's secrets under a passphrase, only where they are asked for

The published tree is not in it, since the entries make it again; nor are indexes, which are made again from the
sources, nor answers on their way out, nor the lists of other organisations while they are matched.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from easement.base.database import copy_database, open_database, reading
from easement.base.durable import aside
from easement.base.errors import EasementError, StorageFailed
from easement.base.sealed import derived_key
from easement.ledger import tables
from easement.ledger.note import sign_text
from easement.node.copying import copy_tables
from easement.node.home import read_settings
from easement.node.keybox import seal_box
from easement.node.keys import SECRET, read_secret, read_signer, read_text
from easement.node.model import Settings
from easement.node.opening import open_engine
from easement.node.schema import upgrade, version

__all__ = ["FORMAT", "Backup", "back_up", "container_key"]

FORMAT = "easement-backup/1"
"""The first line of a manifest, so that no signature made for another use can stand for it."""

LEFT_OUT = {"keys", "ledger", "indexes", "jobs", "releases"}
"""Folders that are not copied: secrets go sealed, and the others are made again; others' lists stand in `jobs`."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: how many entries and files it holds, and whether the keys are in it."""

    path: Path
    entries: int
    files: int
    keys: bool


def container_key(master: bytes) -> bytes:
    """The key of the encrypted file that a PostgreSQL database is copied into."""
    return derived_key(master, "backup")


def back_up(home: Path, out: Path, *, now: datetime, passphrase: str = "") -> Backup:
    """Write a backup of the node at `home` to `out`, whole or not at all, while others may use the node.

    With a passphrase its keys are in it too, sealed. Raises `EasementError` where something cannot be read or written.
    """
    settings = read_settings(home)
    signer = read_signer(home, "organisation", settings.organisation.id)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".backup-", dir=_beside(out))))
        checkpoint = _published(home)
        database, step, entries = _database(home, settings, folder / "node.db")
        partial = stack.enter_context(aside(out, mode=SECRET))
        packed = stack.enter_context(zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED))
        digests = {"checkpoint": _pack(packed, "checkpoint", checkpoint)}
        digests["node.db"] = _pack_file(packed, "node.db", folder / "node.db", zipfile.ZIP_STORED)
        for path in _files(home):
            name = f"files/{path.relative_to(home).as_posix()}"
            digests[name] = _pack_file(packed, name, path, zipfile.ZIP_DEFLATED)
        if passphrase:
            digests["keys.sealed"] = _pack(packed, "keys.sealed", seal_box(_secrets(home), passphrase))
        said = {
            "organisation": settings.organisation.id,
            "origin": settings.ledger.origin,
            "made": now.isoformat(timespec="seconds"),
            "database": database,
            "schema": step,
            "entries": entries,
            "files": digests,
        }
        text = f"{FORMAT}\n{json.dumps(said, sort_keys=True)}\n"
        packed.writestr("manifest", sign_text(text, [signer]))
    return Backup(out, entries, len(digests), bool(passphrase))


def _beside(out: Path) -> Path:
    if not out.parent.is_dir():
        raise EasementError(f"there is no folder `{out.parent}`", remedy="make it, or name another file")
    return out.parent


def _published(home: Path) -> bytes:
    try:
        return (home / "ledger" / "checkpoint").read_bytes()
    except OSError as error:
        what = f"the published checkpoint cannot be read: {error.strerror}"
        raise StorageFailed(what, remedy="mend the ledger first: easement doctor") from error


def _database(home: Path, settings: Settings, target: Path) -> tuple[str, str, int]:
    """Copy the database into an encrypted file; which kind it was, at which step, and how many entries it holds."""
    if settings.database.url:
        key = container_key(read_secret(home, "master"))
        source, copy = open_engine(home, settings.database.url), open_database(target, key)
        try:
            upgrade(copy)
            copy_tables(source, copy)
        finally:
            source.dispose()
    else:
        key = read_secret(home, "database")
        copy_database(home / "node.db", key, target)
        copy = open_database(target, key)
    try:
        with reading(copy) as connection:
            step, entries = version(connection), tables.size(connection)
    finally:
        copy.dispose()
    return ("postgresql" if settings.database.url else "sqlcipher"), step or "", entries


def _files(home: Path) -> Iterator[Path]:
    """What stands in the node's folder and is copied as it is: whole files, none that is still being written."""
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        hidden = any(part.startswith(".") for part in inside.parts) or path.name.startswith("node.db")
        public = inside.parts[0] == "keys" and path.suffix == ".vkey"
        if path.is_file() and not path.is_symlink() and not hidden and (public or inside.parts[0] not in LEFT_OUT):
            yield path


def _secrets(home: Path) -> dict[str, str]:
    """All secrets but the witness's: what a witness has seen it must not forget, so it begins anew with another key."""
    paths = sorted((home / "keys").iterdir())
    return {path.name: read_text(path) for path in paths if path.suffix != ".vkey" and path.name != "witness.key"}


def _pack(packed: zipfile.ZipFile, name: str, data: bytes) -> str:
    packed.writestr(name, data)
    return hashlib.sha256(data).hexdigest()


def _pack_file(packed: zipfile.ZipFile, name: str, path: Path, how: int) -> str:
    """Put a file in, a piece at a time; its SHA-256 as it was put in."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo(name)
    entry.compress_type = how
    with path.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
        while piece := source.read(1 << 20):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()
