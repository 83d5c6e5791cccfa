"""A node's directory, made and opened.

easement.toml   settings
keys/           secrets (0600): organisation.key, log.key, master.key, database.key or database.password; public *.vkey
members/        the public keys of the organisations this one deals with, one `ID.vkey` each
node.db         the database, encrypted at rest (SQLCipher); none where the settings name a PostgreSQL
ledger/         tiles and checkpoint, public
agreements/ standards/ datasets/   the files this node works by
directory/      the exchange's signed directory, as it was fetched last
indexes/ jobs/  what lookups answer from, and the work of bulk disclosures; both hold personal data
links/          whose records were given, sealed, so that what was wrong can be taken back
releases/       answers on their way out; none is left when nothing is in hand
"""

import json
import secrets
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import Engine

from easement.base.durable import flush_directory, write_whole
from easement.base.errors import BadFile, EasementError, Problem, UsageError
from easement.base.postgresql import checked_url
from easement.base.stamps import Kept
from easement.exchange.directory_service import vouched_classes, vouched_keys
from easement.exchange.directory_store import files as directory_files
from easement.ledger.note import Key, Signer
from easement.ledger.service import Ledger, utc_now
from easement.node.keys import SECRET, own_public_keys, public_keys, read_secret, read_signer
from easement.node.model import Settings
from easement.node.opening import check_current, check_keys, new_database, open_engine
from easement.node.rotation import finish_changes, finish_database, log_keys, say_database_changed

if TYPE_CHECKING:
    from easement.gate.indexes import Indexes
    from easement.gate.shelf import Shelf

__all__ = ["Node", "create_node", "open_node", "read_settings", "write_settings"]

PRIVATE, PUBLIC = 0o700, 0o755
FIT_FOR = timedelta(seconds=5)
"""For how long a node that was found fit to disclose is not looked at again."""

FOLDERS = {
    "keys": PRIVATE,
    "releases": PRIVATE,
    "directory": PRIVATE,
    "indexes": PRIVATE,
    "jobs": PRIVATE,
    "links": PRIVATE,
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

    @property
    def query_seconds(self) -> int:
        """How long one query may take, in seconds."""
        return self.settings.sources.seconds

    @property
    def members(self) -> Mapping[str, Key]:
        """The public keys of the organisations this node deals with, its own among them, by organisation id."""
        return {name: keys[0] for name, keys in self.member_keys.items()}

    @property
    def member_keys(self) -> Mapping[str, tuple[Key, ...]]:
        """All public keys of each, the one in use first; the others still tell what was signed before a change.

        They come from `members/` and from the cluster's directory, and one that its operator revoked counts no more. A
        key that is put into `members/`, changed or taken away counts from the next time that anybody asks.
        """
        folder = self.home / "members"
        files, known = self._kept_keys
        paths = files.get([folder], lambda: tuple(sorted(folder.glob("*.vkey"))))
        seen = [folder, self.home / "keys", *paths, *directory_files(self.home)]
        return known.get(seen, lambda: self._read_keys(paths))

    @property
    def member_classes(self) -> Mapping[str, str]:
        """The class of body of each member of the cluster, for which its operator vouches; nobody's without one."""
        return vouched_classes(self.home)

    @cached_property
    def _kept_keys(self) -> "tuple[Kept[tuple[Path, ...]], Kept[Mapping[str, tuple[Key, ...]]]]":
        return Kept(), Kept()

    def _read_keys(self, paths: Iterable[Path]) -> Mapping[str, tuple[Key, ...]]:
        keys = vouched_keys(self.home, {path.stem: public_keys(path, path.stem) for path in paths})
        former = own_public_keys(self.home, "organisation", self.organisation)
        own = dict.fromkeys((self.organisation_key.key, *former))
        return {**keys, self.organisation: tuple(own)}

    @property
    def indexed(self) -> bool:
        """Whether lookups are answered from indexes."""
        return self.settings.sources.index

    @cached_property
    def indexes(self) -> "Indexes":
        """The indexes by which lookups in files are answered."""
        from easement.gate.indexes import Indexes

        return Indexes(self)

    def check_fit(self, now: datetime) -> None:
        """Raise `StorageFailed` where the node must not disclose for what its witnesses show, or its keys were changed.

        What witnesses said, and which keys are in use, is in the database, so that every process knows it.
        """
        from easement.exchange.witnesses import check_witnessed

        if not self._found_fit or abs(now - self._found_fit[0]) >= FIT_FOR:
            self.check_keys()
            check_witnessed(self, now)
            self._found_fit[:] = [now]

    def check_keys(self) -> None:
        """Raise `StorageFailed` where a key was changed since the node was opened."""
        check_current(self.engine, self.organisation_key.key, self.ledger.key)

    @cached_property
    def _found_fit(self) -> list[datetime]:
        return []

    @cached_property
    def shelf(self) -> "Shelf":
        """The agreements this node works by, read once and again when a file changes."""
        from easement.gate.shelf import Shelf

        return Shelf(self)


def create_node(
    home: Path,
    organisation: str,
    *,
    name: str = "",
    origin: str = "",
    database_url: str = "",
    database_password: str = "",
) -> Node:
    """Make a node for an organisation at `home`, whole or not at all; raises `UsageError` where something stands.

    Its database is an encrypted file, or with `database_url` an empty one in PostgreSQL.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"`{home}` is not empty", remedy="name a new folder for the node")
    if home.absolute() == Path.cwd():
        raise UsageError("a node cannot be made in the folder you stand in", remedy="name a new folder in it")
    settings = _asked_for(organisation, name, origin or f"{organisation}/ledger", database_url)
    aside = home.with_name(f".{home.name}.{secrets.token_hex(4)}.partial")
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        _furnish(aside, settings, database_password)
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


def _asked_for(organisation: str, name: str, origin: str, url: str) -> Settings:
    """The settings of a new node; raises `UsageError` for the option that cannot stand."""
    if url:
        checked_url(url)
    asked = {
        "organisation": {"id": organisation, "name": name},
        "ledger": {"origin": origin},
        "database": {"url": url},
    }
    try:
        return Settings.model_validate(asked)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]["loc"][-1]
        what, remedy = {
            "id": (f"`{organisation}` cannot be an id", "use small letters, digits and hyphens: --org north-town"),
            "name": ("the name holds a line break or what cannot be seen", "write it on one line: --name 'North Town'"),
            "url": (f"`{url}` cannot be the address of a database", "write it so: postgresql://user@host/name"),
            "origin": (f"`{origin}` cannot be the name of a ledger", "use no blanks and no +: --origin north-town/log"),
        }[str(wrong)]
        raise UsageError(what, remedy=remedy) from None


def _furnish(home: Path, settings: Settings, password: str) -> None:
    home.mkdir(mode=PUBLIC)
    _make_folders(home)
    write_settings(home, settings)
    organisation = Signer(settings.organisation.id, secrets.token_bytes(32))
    log = Signer(settings.ledger.origin, secrets.token_bytes(32))
    for stem, signer in (("organisation", organisation), ("log", log)):
        write_whole(home / "keys" / f"{stem}.key", signer.encode() + "\n", mode=SECRET)
        write_whole(home / "keys" / f"{stem}.vkey", f"{signer.key}\n")
    for stem in ("master",) if settings.database.url else ("master", "database"):
        write_whole(home / "keys" / f"{stem}.key", secrets.token_hex(32) + "\n", mode=SECRET)
    if password:
        write_whole(home / "keys" / "database.password", password + "\n", mode=SECRET)
    master = read_secret(home, "master")
    with new_database(home, settings.database.url) as engine:
        Ledger.create(engine, home / "ledger", signer=log, master_key=master).close()
        check_keys(engine, organisation, log, master)


def _make_folders(home: Path) -> None:
    """Make the folders that are not there, as when a node was made by an older program."""
    for folder, mode in FOLDERS.items():
        (home / folder).mkdir(mode=mode, exist_ok=True)


@contextmanager
def open_node(home: Path) -> Iterator[Node]:
    """Open the node at `home`; raises `UsageError` where there is none, and plainly for a damaged one."""
    settings = read_settings(home)
    _make_folders(home)
    finish_database(home, settings.database.url)
    engine = open_engine(home, settings.database.url)
    try:
        now, master = utc_now(), read_secret(home, "master")
        names = {"organisation": settings.organisation.id, "log": settings.ledger.origin}
        finish_changes(home, engine, master, names, now)
        own, log = read_signer(home, "organisation", names["organisation"]), log_keys(home, names["log"], now)
        check_keys(engine, own, log.signer, master)
        ledger = Ledger.open(
            engine,
            home / "ledger",
            signer=log.signer,
            master_key=master,
            retiring=log.retiring,
            former=log.former,
        )
        try:
            if not settings.database.url:
                say_database_changed(ledger, read_secret(home, "database"), now)
            node = Node(home, settings, own, master, ledger, engine)
            try:
                yield node
            finally:
                if "indexes" in vars(node):
                    node.indexes.close()
        finally:
            ledger.close()
    finally:
        engine.dispose()


def read_settings(home: Path) -> Settings:
    """The settings of the node at `home`; raises `UsageError` where there is none, and `BadFile`."""
    path = home / "easement.toml"
    if not path.is_file():
        raise UsageError(f"there is no node at `{home}`", remedy=f"make one: easement init {home} --org ID")
    try:
        data = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"the settings cannot be read: {error}", where=str(path), remedy="mend the line named") from error
    return _settings(data, str(path))


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


def write_settings(home: Path, settings: Settings) -> None:
    """Write the settings anew; what people wrote beside them is lost."""
    write_whole(home / "easement.toml", _written(settings))


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
