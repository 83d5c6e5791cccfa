"""Making a node again from a backup, and holding what comes of it against everything that was signed.

A log that is restored is older than it was. What others saw of it since must come back, or the log would go two ways
at once: a newer copy of the published ledger gives the lost entries back, without their private records. Where there
is none, only those who saw more can tell: the witnesses, who refuse to sign a log that goes back, and other nodes.
"""

import hashlib
import json
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Engine

from easement.base.database import open_database, rekey, writing
from easement.base.durable import flush_directory, write_whole
from easement.base.errors import EasementError, ProofFailed, StorageFailed, UsageError
from easement.ledger import publish, tables, verifier
from easement.ledger.checkpoint import Checkpoint, verified_checkpoint
from easement.ledger.model import Logged, minute
from easement.ledger.note import Key, parse, verify
from easement.ledger.service import Ledger
from easement.ledger.tiles import WIDTH, Edge
from easement.node.backup import FORMAT, container_key
from easement.node.copying import copy_tables
from easement.node.home import open_node, read_settings, write_settings
from easement.node.keybox import open_box
from easement.node.keys import SECRET, public_keys, read_secret, read_signer
from easement.node.model import DatabaseSettings
from easement.node.opening import new_database
from easement.node.rotation import log_keys
from easement.node.schema import HEAD
from easement.node.tables import key_digest, put_fact

__all__ = ["Restored", "Source", "restore"]

NOT_WHOLE = "take another copy of the backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """A node that was made again: its entries, how many of them came from the published ledger, the backup's time."""

    home: Path
    entries: int
    from_ledger: int
    made: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a node is made again from, beside the backup: its keys, a newer published ledger, another database."""

    passphrase: str = ""
    keys: Path | None = None
    ledger: Path | None = None
    database_url: str = ""
    database_password: str = ""


def restore(backup: Path, home: Path, *, now: datetime, source: Source = Source()) -> Restored:
    """Make the node in a backup again at `home`, whole or not at all; raises `EasementError` naming what does not fit.

    Its keys come from the backup by the passphrase, or from a folder. The database becomes an encrypted file, or with
    `database_url` one in PostgreSQL, whichever it was before.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"`{home}` is not empty", remedy="name a new folder for the node")
    made = home.with_name(f".{home.name}.{secrets.token_hex(4)}.partial")
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        made.mkdir(mode=0o755)
        said = _unpack(backup, made, source)
        count, added = _furnish(made, said, source, now)
        if home.exists():
            home.rmdir()
        made.rename(home)
        flush_directory(home.parent)
    except OSError as error:
        raise StorageFailed(f"cannot restore to `{home}`: {error.strerror or error}", remedy="free space") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    with open_node(home):
        return Restored(home, count, added, said["made"])


# Unpacking


def _unpack(backup: Path, home: Path, source: Source) -> dict[str, Any]:
    """Put every file of a backup where it belongs, its keys too, and hold all against the signed manifest."""
    try:
        packed = zipfile.ZipFile(backup)
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"`{backup}` is not a backup", remedy="name a file that `easement backup` wrote") from error
    with packed:
        said, note = _manifest(packed)
        for name, digest in said["files"].items():
            if _extract(packed, name, home / _place(name)) != digest:
                raise ProofFailed(f"`{name}` in the backup is not what was put in", remedy=NOT_WHOLE)
    _put_keys(home, source)
    own = read_signer(home, "organisation", said["organisation"]).key
    verify(note, {own, *_former(source, own.name)})
    return said


def _former(source: Source, name: str) -> tuple[Key, ...]:
    """The organisation's public keys as they stand beside its secrets: a backup cannot say who may have signed it."""
    kept = source.keys / "organisation.vkey" if source.keys else None
    return public_keys(kept, name) if kept and kept.exists() else ()


def _manifest(packed: zipfile.ZipFile) -> tuple[dict[str, Any], bytes]:
    try:
        note = packed.read("manifest")
        first, line, *_ = parse(note).text.split("\n")
        said = json.loads(line)
    except (KeyError, ValueError, ProofFailed, zipfile.BadZipFile):
        first, said, note = "", {}, b""
    if first != FORMAT:
        raise ProofFailed("the backup's manifest cannot be read", remedy=NOT_WHOLE)
    return said, note


def _place(name: str) -> str:
    """Where a file of the backup belongs in the node's folder; raises `ProofFailed` for one that would leave it."""
    if name in {"checkpoint", "node.db", "keys.sealed"}:
        return f".{name}" if name != "node.db" else name
    parts = PurePosixPath(name).parts
    if parts[:1] != ("files",) or len(parts) < 2 or ".." in parts:
        raise ProofFailed(f"the backup holds `{name}`, which has no place in a node", remedy=NOT_WHOLE)
    return str(PurePosixPath(*parts[1:]))


def _extract(packed: zipfile.ZipFile, name: str, target: Path) -> str:
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with packed.open(name) as entry, target.open("xb") as file:
            while piece := entry.read(1 << 20):
                digest.update(piece)
                file.write(piece)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ProofFailed(f"`{name}` in the backup cannot be read", remedy=NOT_WHOLE) from error
    target.chmod(0o600 if name == "node.db" else 0o644)
    return digest.hexdigest()


def _put_keys(home: Path, source: Source) -> None:
    box = home / ".keys.sealed"
    if source.keys is not None:
        files = {path.name: path.read_text() for path in source.keys.iterdir() if path.is_file()}
    elif box.exists() and source.passphrase:
        files = open_box(box.read_bytes(), source.passphrase)
    else:
        remedy = "name the folder where you keep them: --keys FOLDER"
        if box.exists():
            remedy = f"they are in the backup, sealed: give the passphrase, or {remedy}"
        raise UsageError("the node's keys are needed", remedy=remedy)
    for name, text in files.items():
        mode = 0o644 if name.endswith(".vkey") else SECRET
        write_whole(home / "keys" / Path(name).name, text.strip() + "\n", mode=mode)
    (home / "keys").chmod(0o700)
    box.unlink(missing_ok=True)


# Making the database and the tree


def _furnish(home: Path, said: dict[str, Any], source: Source, now: datetime) -> tuple[int, int]:
    """Make the database and the published tree; how many entries there are, and how many came from the ledger."""
    settings, master = read_settings(home), read_secret(home, "master")
    if said["database"] == "postgresql":
        fresh = secrets.token_bytes(32)
        rekey(home / "node.db", container_key(master), fresh)
        write_whole(home / "keys" / "database.key", fresh.hex() + "\n", mode=SECRET)
        (home / "keys" / "database.password").unlink(missing_ok=True)
    database = DatabaseSettings(url=source.database_url)
    write_settings(home, settings.model_copy(update={"database": database}))
    log, checkpoint = log_keys(home, said["origin"], now), home / ".checkpoint"
    with _engine(home, said, source) as engine:
        ledger = Ledger(
            engine, home / "ledger", log.signer, master, lambda: now, retiring=log.retiring, former=log.former
        )
        _hold(ledger, verified_checkpoint(checkpoint.read_bytes(), ledger.keys))
        added = _bring_back(ledger, source.ledger) if source.ledger else 0
        (home / "ledger").mkdir()
        publish.publish(home / "ledger", Edge(), ledger.entries(), (log.signer, *log.retiring))
        size = ledger.size
        own = read_signer(home, "organisation", said["organisation"])
        with writing(engine) as connection:
            put_fact(connection, "restored", json.dumps({"entries": size, "at": minute(now), "of": said["made"]}))
            for stem, value in (("organisation", key_digest(own.key)), ("log", key_digest(log.signer.key))):
                put_fact(connection, f"key:{stem}", value)
            put_fact(connection, "key:database", None)
        checkpoint.unlink()
        return size, added


@contextmanager
def _engine(home: Path, said: dict[str, Any], source: Source) -> Iterator[Engine]:
    """The database of the backup: the encrypted file, or a PostgreSQL into which it is copied."""
    with ExitStack() as stack:
        file = open_database(home / "node.db", read_secret(home, "database"))
        stack.callback(file.dispose)
        if not source.database_url:
            yield file
            return
        if said["schema"] != HEAD:
            remedy = "restore it without --database, upgrade it, back it up, and restore that"
            raise EasementError("the backup is of an older easement", remedy=remedy)
        if source.database_password:
            write_whole(home / "keys" / "database.password", source.database_password + "\n", mode=SECRET)
        target = stack.enter_context(new_database(home, source.database_url))
        copy_tables(file, target)
        file.dispose()
        for path in (home / "keys" / "database.key", *home.glob("node.db*")):
            path.unlink()
        yield target


def _hold(ledger: Ledger, signed: Checkpoint) -> None:
    """The entries must lead to the checkpoint that was published when the backup was made."""
    edge = Edge()
    for _ in edge.extend(verifier.leaf_hash(each.body) for each in ledger.entries(0, signed.size)):
        pass
    if edge.size != signed.size or edge.root() != signed.root:
        raise ProofFailed("the database in the backup is not the one that was published", remedy=NOT_WHOLE)


def _bring_back(ledger: Ledger, copy: Path) -> int:
    """Take the entries that the backup lacks from a copy of the published ledger; how many."""
    known = verifier.check_log(str(copy), ledger.keys)
    drafts = []
    for number in range(-(-known.size // WIDTH)):
        start = number * WIDTH
        kept = {each.index: each.body for each in ledger.entries(start, start + WIDTH)}
        for at, body in enumerate(verifier.read_bundle(str(copy), number, min(WIDTH, known.size - start)), start):
            if at not in kept:
                drafts.append(tables.draft(Logged(at, body).entry, body, None))
            elif kept[at] != body:
                remedy = "one of the two is not this node's: look for the backup that belongs to this ledger"
                raise ProofFailed(f"entry {at} is another in the backup than in the ledger", remedy=remedy)
    if drafts:
        with writing(ledger.engine) as connection:
            tables.append(connection, drafts)
    return len(drafts)
