"""A node's directory, made and opened.

easement.toml   settings
keys/           secrets (0600): organisation.key, log.key, database.key, master.key; and their public *.vkey
members/        the public keys of the organisations this one deals with, one `ID.vkey` each
node.db         the database, encrypted at rest (SQLCipher)
ledger/         tiles and checkpoint, public
agreements/ standards/ datasets/   the files this node works by
directory/      the exchange's signed directory, as it was fetched last
indexes/ jobs/  what lookups answer from, and the work of bulk disclosures; both hold personal data
releases/ held/ answers on their way out, and matches held for a person; no answer is left when nothing is in hand
"""

import json
import secrets
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import Engine

from easement.base.database import open_database
from easement.base.durable import flush_directory, write_whole
from easement.base.errors import BadFile, EasementError, Problem, ProofFailed, StorageFailed, UsageError
from easement.ledger.note import Key, Signer, parse_key
from easement.ledger.service import Ledger
from easement.node.model import Settings
from easement.node.schema import make_tables

if TYPE_CHECKING:
    from easement.gate.shelf import Shelf

__all__ = ["Node", "create_node", "open_node"]

SECRET, PRIVATE, PUBLIC = 0o600, 0o700, 0o755
FOLDERS = {
    "keys": PRIVATE,
    "releases": PRIVATE,
    "held": PRIVATE,
    "directory": PRIVATE,
    "indexes": PRIVATE,
    "jobs": PRIVATE,
    "members": PUBLIC,
    "ledger": PUBLIC,
    "agreements": PUBLIC,
    "standards": PUBLIC,
    "datasets": PUBLIC,
}


@dataclass(frozen=True)
class Node:
    """An open node. `master_key` (32 bytes) is the root of pseudonym keys and wraps the keys of private records."""

    home: Path
    settings: Settings
    organisation_key: Signer
    master_key: bytes
    ledger: Ledger
    engine: Engine

    @property
    def organisation(self) -> str:
        """The id under which agreements name this organisation."""
        return self.settings.organisation.id

    @property
    def memory_mb(self) -> int:
        """Memory that one query may use, in megabytes."""
        return self.settings.sources.memory_mb

    @cached_property
    def members(self) -> Mapping[str, Key]:
        """The public keys of the organisations this node deals with, its own among them, by organisation id."""
        keys = {path.stem: _public_key(path) for path in sorted((self.home / "members").glob("*.vkey"))}
        return keys | {self.organisation: self.organisation_key.key}

    @cached_property
    def shelf(self) -> "Shelf":
        """The agreements this node works by, read once and again when a file changes."""
        from easement.gate.shelf import Shelf

        return Shelf(self)


def create_node(home: Path, organisation: str, *, name: str = "", origin: str = "") -> Node:
    """Make a node for an organisation at `home`, whole or not at all; raises `UsageError` where something stands."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"`{home}` is not empty", remedy="name a new folder for the node")
    if home.absolute() == Path.cwd():
        raise UsageError("a node cannot be made in the folder you stand in", remedy="name a new folder in it")
    settings = _asked_for(organisation, name, origin or f"{organisation}/ledger")
    aside = home.with_name(f".{home.name}.{secrets.token_hex(4)}.partial")
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        _furnish(aside, settings)
        if home.exists():
            home.rmdir()
        aside.rename(home)
        flush_directory(home.parent)
    except OSError as error:
        raise EasementError(
            f"cannot make a node at `{home}`: {error.strerror}", remedy="free space, or choose another folder"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    with open_node(home) as node:
        return node


def _asked_for(organisation: str, name: str, origin: str) -> Settings:
    """The settings of a new node; raises `UsageError` for the option that cannot stand."""
    try:
        return Settings.model_validate(
            {"organisation": {"id": organisation, "name": name}, "ledger": {"origin": origin}}
        )
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]["loc"][-1]
        what, remedy = {
            "id": (f"`{organisation}` cannot be an id", "use small letters, digits and hyphens: --org north-town"),
            "name": ("the name holds a line break or what cannot be seen", "write it on one line: --name 'North Town'"),
            "origin": (f"`{origin}` cannot be the name of a ledger", "use no blanks and no +: --origin north-town/log"),
        }[str(wrong)]
        raise UsageError(what, remedy=remedy) from None


def _furnish(home: Path, settings: Settings) -> None:
    home.mkdir(mode=PUBLIC)
    _make_folders(home)
    write_whole(home / "easement.toml", _written(settings))
    organisation = Signer(settings.organisation.id, secrets.token_bytes(32))
    log = Signer(settings.ledger.origin, secrets.token_bytes(32))
    for stem, signer in (("organisation", organisation), ("log", log)):
        write_whole(home / "keys" / f"{stem}.key", signer.encode() + "\n", mode=SECRET)
        write_whole(home / "keys" / f"{stem}.vkey", f"{signer.key}\n")
    for stem in ("database", "master"):
        write_whole(home / "keys" / f"{stem}.key", secrets.token_hex(32) + "\n", mode=SECRET)
    engine = open_database(home / "node.db", _secret(home, "database"))
    Ledger.create(engine, home / "ledger", signer=log, master_key=_secret(home, "master")).close()
    engine.dispose()


def _make_folders(home: Path) -> None:
    """Make the folders that are not there, as when a node was made by an older program."""
    for folder, mode in FOLDERS.items():
        (home / folder).mkdir(mode=mode, exist_ok=True)


@contextmanager
def open_node(home: Path) -> Iterator[Node]:
    """Open the node at `home`; raises `UsageError` where there is none, and plainly for a damaged one."""
    path = home / "easement.toml"
    if not path.is_file():
        raise UsageError(f"there is no node at `{home}`", remedy=f"make one: easement init {home} --org ID")
    try:
        data = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"the settings cannot be read: {error}", where=str(path), remedy="mend the line named") from error
    settings = _settings(data, str(path))
    _check_database(home)
    _make_folders(home)
    engine = open_database(home / "node.db", _secret(home, "database"))
    try:
        make_tables(engine)
        master, own = _secret(home, "master"), _signer(home, "organisation", settings.organisation.id)
        log = _signer(home, "log", settings.ledger.origin)
        ledger = Ledger.open(engine, home / "ledger", signer=log, master_key=master)
        try:
            yield Node(home, settings, own, master, ledger, engine)
        finally:
            ledger.close()
    finally:
        engine.dispose()


def _check_database(home: Path) -> None:
    """Opening makes a database where there is none; a node that lost its own must not go on with an empty one."""
    path = home / "node.db"
    if not path.is_file():
        raise StorageFailed(f"the node's database `{path}` is not there", remedy="restore it from where you keep it")


def _settings(data: object, where: str) -> Settings:
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(
                where, f"`{'.'.join(map(str, found['loc']))}`: {found['msg'].lower()}", "see the reference of settings"
            )
            for found in error.errors(include_url=False)
        ]
        raise BadFile("the settings of the node have a problem", problems, where=where) from error


def _written(settings: Settings) -> str:
    """The settings as TOML; the values are plain text and numbers without quotes or control characters."""
    lines = ["# The settings of this node; docs/reference/settings.md describes every key."]
    for section, values in settings.model_dump().items():
        lines += [
            "",
            f"[{section}]",
            *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()),
        ]
    return "\n".join(lines) + "\n"


def _read_secret(home: Path, stem: str) -> str:
    path = home / "keys" / f"{stem}.key"
    try:
        loose = path.stat().st_mode & 0o077
        text = path.read_text().strip()
    except OSError as error:
        raise EasementError(
            f"cannot read the key `{path}`: {error.strerror}", remedy="restore it from where you keep it"
        ) from error
    if loose:
        raise EasementError(f"others can read the key `{path}`", remedy=f"chmod 600 {path}")
    return text


def _secret(home: Path, stem: str) -> bytes:
    try:
        secret = bytes.fromhex(_read_secret(home, stem))
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise EasementError(f"`keys/{stem}.key` is not a key of 32 bytes", remedy="restore it from where you keep it")
    return secret


def _signer(home: Path, stem: str, name: str) -> Signer:
    where = f"`keys/{stem}.key`"
    try:
        signer = Signer.parse(_read_secret(home, stem))
    except (ProofFailed, UnicodeDecodeError):
        raise EasementError(f"{where} is not a signing key", remedy="restore it from where you keep it") from None
    if signer.name != name:
        remedy = "restore the right key, or the settings it was made with"
        raise EasementError(f"{where} signs for `{signer.name}`, and the settings say `{name}`", remedy=remedy)
    return signer


def _public_key(path: Path) -> Key:
    try:
        key = parse_key(path.read_text().strip())
    except (ProofFailed, UnicodeDecodeError):
        remedy = "ask the organisation for its `organisation.vkey` and copy it whole"
        raise BadFile("this is not a public key", where=str(path), remedy=remedy) from None
    if key.name != path.stem:
        raise BadFile(
            f"the key is named `{key.name}`",
            where=str(path),
            remedy=f"name the file `{key.name}.vkey`, or ask for the right key",
        )
    return key
