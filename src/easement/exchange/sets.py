"""Bulk disclosures at rest: one sealed set of Parquet files for each, and who may read it until when.

A set is made whole or not at all, and is known here only from the commit that also holds its `released` entry. Without
the node's keys nothing of it is readable; it leaves only through links that end with the agreement.
"""

import hmac
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, func, insert, select, update

from easement.base.canonical import sha256_hex
from easement.base.database import METADATA, Whole
from easement.base.errors import Refused
from easement.base.sealed import SealedReader, derived_key
from easement.exchange.delta import File, SharedTable, Version

__all__ = [
    "Link",
    "Made",
    "Reader",
    "add_reader",
    "add_set",
    "drop_set",
    "end_readers",
    "file_key",
    "file_path",
    "forget_files",
    "kept_sets",
    "link_signature",
    "made_under",
    "next_version",
    "open_file",
    "read_set",
    "reader",
    "reader_of",
    "same",
    "sets_folder",
    "shared_tables",
]

sets = Table(
    "exchange_sets",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("agreement", String(64), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("recipient", String(63), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Whole, nullable=False),
    Column("schema", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("intent", Whole, nullable=False),
    Column("dropped", Whole),
    Index("exchange_sets_by_table", "recipient", "agreement_id", "share", "version", unique=True),
)
"""Each set that was released: `id` is its request's, `at` in milliseconds since 1970, `intent` its entry in the log."""

readers = Table(
    "exchange_readers",
    METADATA,
    Column("token", String(64), primary_key=True),
    Column("recipient", String(63), nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("expires", Whole, nullable=False),
    Column("ended", Whole),
)
"""Who may read sets through Delta Sharing: SHA-256 of the token, never the token itself."""


@dataclass(frozen=True, slots=True)
class Made:
    """A set that was made: its request's id, under what, for whom, when (ms since 1970), and its files."""

    id: str
    agreement: str
    agreement_id: str
    share: str
    recipient: str
    version: int
    at: int
    schema: str
    files: tuple[File, ...]
    intent: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose token it is, and what it opens until when (seconds since 1970)."""

    recipient: str
    agreement: str
    agreement_id: str
    share: str
    expires: int


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens: one file of one set, until an instant in seconds since 1970.

    It is given to a reader, named by the SHA-256 of their token and the key that asked for it, and ends with both.
    """

    set: str
    number: int
    expires: int
    reader: str
    keyid: str


def sets_folder(home: Path) -> Path:
    """Where the sealed files stand."""
    return home / "sets"


def file_path(home: Path, set_: str, number: int) -> Path:
    """Where one file of a set stands."""
    return sets_folder(home) / set_ / f"{number}.sealed"


def file_key(master: bytes, set_: str, number: int) -> bytes:
    """The key of one file of a set: no other file opens in its place, and none adds to what is sealed under its key."""
    return derived_key(master, f"sets/{set_}/{number}")


def open_file(home: Path, master: bytes, set_: str, number: int) -> SealedReader:
    """A file of a set, to be read from anywhere in it; raises `ProofFailed` where it is gone or changed."""
    return SealedReader(file_path(home, set_, number), file_key(master, set_, number))


def link_signature(master: bytes, link: Link) -> str:
    """What proves a link to be ours: HMAC-SHA-256 over all that it says."""
    said = f"{link.set}/{link.number}/{link.expires}/{link.reader}/{link.keyid}".encode()
    return hmac.new(derived_key(master, "delta-links"), said, "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two signatures are the same, in a time that does not tell how far they agree."""
    return hmac.compare_digest(one.encode(), other.encode())


def add_set(connection: Connection, made: Made) -> None:
    """Keep a set, within the transaction of the entry that releases it. Its version must still be the next one."""
    if made.version != next_version(connection, made.recipient, made.agreement_id, made.share):
        remedy = "ask again: another disclosure of the same share was finished in the meantime"
        raise Refused("another version of this set came first", remedy=remedy)
    row = asdict(made) | {"files": json.dumps([asdict(file) for file in made.files])}
    connection.execute(insert(sets).values(row))


def next_version(connection: Connection, recipient: str, agreement_id: str, share: str) -> int:
    """The number that the next set of a share for a recipient gets."""
    place = (sets.c.recipient == recipient, sets.c.agreement_id == agreement_id, sets.c.share == share)
    latest = connection.scalar(select(func.max(sets.c.version)).where(*place))
    return 0 if latest is None else int(latest) + 1


def read_set(connection: Connection, id_: str, *, or_dropped: bool = False) -> Made | None:
    """A set that is still kept, or that was kept once."""
    place = (sets.c.id == id_, *(() if or_dropped else (sets.c.dropped.is_(None),)))
    row = connection.execute(select(*_COLUMNS).where(*place)).one_or_none()
    return _made(row) if row else None


_COLUMNS = tuple(column for column in sets.c if column.name != "dropped")


def _made(row: Sequence[object]) -> Made:
    said = dict(zip((column.name for column in _COLUMNS), row, strict=True))
    files = tuple(File(**each) for each in json.loads(str(said["files"])))
    return Made(**said | {"files": files})  # type: ignore[arg-type]


def drop_set(connection: Connection, id_: str, now: datetime) -> bool:
    """Say that a set is no longer kept; whether it was. `forget_files` removes its files afterwards."""
    held = (sets.c.id == id_, sets.c.dropped.is_(None))
    return connection.execute(update(sets).where(*held).values(dropped=int(now.timestamp()))).rowcount == 1


def forget_files(home: Path, id_: str) -> None:
    """Remove a set's sealed files."""
    shutil.rmtree(sets_folder(home) / id_, ignore_errors=True)


def kept_sets(connection: Connection) -> Iterator[Made]:
    """All sets that are kept, in the order in which they were made."""
    for row in connection.execute(select(*_COLUMNS).where(sets.c.dropped.is_(None)).order_by(sets.c.at, sets.c.id)):
        yield _made(row)


def made_under(connection: Connection, intent: int) -> list[Made]:
    """The set that is kept of one disclosure, by the index of its intent; none where there is none."""
    place = (sets.c.intent == intent, sets.c.dropped.is_(None))
    return [_made(row) for row in connection.execute(select(*_COLUMNS).where(*place))]


def shared_tables(connection: Connection, reader: Reader) -> Iterator[SharedTable]:
    """What a reader's token opens: one table for the share, of all its versions that are kept."""
    place = (
        sets.c.recipient == reader.recipient,
        sets.c.agreement_id == reader.agreement_id,
        sets.c.share == reader.share,
        sets.c.dropped.is_(None),
    )
    made = [_made(row) for row in connection.execute(select(*_COLUMNS).where(*place).order_by(sets.c.version))]
    if made:
        versions = tuple(Version(each.version, each.at, each.id, each.files) for each in made)
        name = f"{reader.recipient}/{reader.agreement_id}/{reader.share}"
        yield SharedTable(sha256_hex(name.encode())[:32], reader.share, made[-1].schema, versions)


def add_reader(connection: Connection, token: str, reader: Reader) -> None:
    """Let a token read; only its SHA-256 is kept."""
    connection.execute(insert(readers).values(asdict(reader) | {"token": sha256_hex(token.encode())}))


def reader(connection: Connection, token: str, now: datetime) -> Reader | None:
    """Whose token this is; nobody's where it is unknown, ended or past its time."""
    return reader_of(connection, sha256_hex(token.encode()), now)


def reader_of(connection: Connection, digest: str, now: datetime) -> Reader | None:
    """The same, for a token of which only the SHA-256 is known."""
    place = (
        readers.c.token == digest,
        readers.c.ended.is_(None),
        readers.c.expires > int(now.timestamp()),
    )
    columns = (readers.c.recipient, readers.c.agreement, readers.c.agreement_id, readers.c.share, readers.c.expires)
    row = connection.execute(select(*columns).where(*place)).one_or_none()
    return Reader(*row) if row else None


def end_readers(connection: Connection, recipient: str, agreement_id: str, share: str, now: datetime) -> int:
    """End every token of a recipient for a share; how many there were."""
    place = (
        readers.c.recipient == recipient,
        readers.c.agreement_id == agreement_id,
        readers.c.share == share,
        readers.c.ended.is_(None),
    )
    return connection.execute(update(readers).where(*place).values(ended=int(now.timestamp()))).rowcount
