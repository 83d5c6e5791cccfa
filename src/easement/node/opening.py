"""Opening a node's database, wherever it is, and holding its keys against what the database says of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, MetaData, inspect

from easement.base.database import open_database, reading, writing
from easement.base.errors import EasementError, StorageFailed, UsageError
from easement.base.postgresql import connect_database
from easement.ledger.note import Key, Signer
from easement.node.keys import read_password, read_secret
from easement.node.schema import STEPS, check_version, upgrade, version
from easement.node.tables import fact, key_digest, put_fact, secret_digest

__all__ = ["check_current", "check_keys", "new_database", "open_engine", "upgrade_database"]


def _connect(home: Path, url: str) -> Engine:
    if url:
        return connect_database(url, read_password(home))
    return open_database(home / "node.db", read_secret(home, "database"))


@contextmanager
def new_database(home: Path, url: str) -> Iterator[Engine]:
    """An empty database with all tables, for a node that is being made; of one that fails no table is left.

    Raises `UsageError` where the database at `url` holds a node already.
    """
    engine = _connect(home, url)
    try:
        before = set(inspect(engine).get_table_names())
        with reading(engine) as connection:
            held = version(connection)
        if held is not None:
            remedy = "name an empty database, or drop its tables if nobody needs that node any more"
            raise UsageError("the database holds a node already", remedy=remedy)
        try:
            upgrade(engine)
            yield engine
        except BaseException:
            _drop(engine, set(inspect(engine).get_table_names()) - before)
            raise
    finally:
        engine.dispose()


def _drop(engine: Engine, names: set[str]) -> None:
    """Drop the tables of a node that could not be made."""
    made = MetaData()
    made.reflect(engine, only=list(names))
    made.drop_all(engine)


def open_engine(home: Path, url: str) -> Engine:
    """The database of the node at `home`; raises `StorageFailed` and `EasementError`."""
    _check_file(home, url)
    engine = _connect(home, url)
    try:
        with reading(engine) as connection:
            check_version(connection, home)
    except BaseException:
        engine.dispose()
        raise
    return engine


def upgrade_database(home: Path, url: str) -> tuple[str, ...]:
    """Bring the database of the node at `home` to the newest step, all or nothing; the steps taken.

    Raises `EasementError` for a database of a newer program, and `StorageFailed`.
    """
    _check_file(home, url)
    engine = _connect(home, url)
    try:
        with reading(engine) as connection:
            found = version(connection)
            if found not in STEPS:
                check_version(connection, home)
        return upgrade(engine)
    finally:
        engine.dispose()


def _check_file(home: Path, url: str) -> None:
    """Opening makes a file where there is none; a node that lost its own must not go on with an empty one."""
    path = home / "node.db"
    if not url and not path.is_file():
        raise StorageFailed(f"the node's database `{path}` is not there", remedy="restore it from where you keep it")


def check_keys(engine: Engine, organisation: Signer, log: Signer, master: bytes) -> None:
    """Hold the keys against those the database was made with; raises `EasementError` naming the one that is another's.

    A database that says nothing of its keys yet takes these for its own.
    """
    held = {
        "organisation": key_digest(organisation.key),
        "log": key_digest(log.key),
        "master": secret_digest(master),
    }
    with reading(engine) as connection:
        said = {stem: fact(connection, f"key:{stem}") for stem in held}
    for stem, digest in held.items():
        if said[stem] not in (None, digest):
            remedy = "restore this node's own; where it was changed on another machine, copy `keys/` from there"
            raise EasementError(f"`keys/{stem}.key` is not the key of this node", remedy=remedy)
    if None in said.values():
        with writing(engine) as connection:
            for stem, digest in held.items():
                put_fact(connection, f"key:{stem}", digest)


def check_current(engine: Engine, organisation: Key, log: Key) -> None:
    """Raise `StorageFailed` where a key was changed since a running node took it into memory.

    What the node signs goes on with the old key until it is started again, so it had better sign nothing.
    """
    with reading(engine) as connection:
        said = {stem: fact(connection, f"key:{stem}") for stem in ("organisation", "log")}
    for stem, key in (("organisation", organisation), ("log", log)):
        if said[stem] not in (None, key_digest(key)):
            what = f"the {stem}'s key was changed, and this process still holds the old one"
            raise StorageFailed(what, remedy="start the node again: easement serve")
