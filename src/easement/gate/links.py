"""Whose records a disclosure gave, kept so that what was wrong can be taken back from exactly those who got it (R4.4).

One sealed file for each match: for every record that crossed, keyed tokens of the person it
is about, made as those of a lookup (`gate.subjects`), and the key by which the recipient knows it. Who did not cross is
not in it. Its key comes of a salt in the private record of the released entry: before that entry stands, and once its
private record is erased, nobody can read it.
"""

import io
import secrets
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from easement.agreement.model import Mode
from easement.base.database import reading
from easement.base.errors import ProofFailed
from easement.base.sealed import SealedReader, SealedWriter, derived_key
from easement.gate.plan import Plan
from easement.gate.ports import Holder
from easement.gate.release import release_links
from easement.gate.subjects import subjects_key
from easement.gate.token_columns import NAMES, OWN_RECORD, REFERENCE, token_of
from easement.ledger import tables
from easement.ledger.model import EntryType
from easement.linkage.review import Scope
from easement.sources.session import Session

__all__ = [
    "PART",
    "Given",
    "Links",
    "broken_since",
    "clear_links",
    "forget_links",
    "keep_links",
    "read_links",
    "record_token",
]

PART = "links"
"""The part of a released entry's private record that opens the file."""

FOLDER = "links"


class Given(NamedTuple):
    """One record that crossed: the recipient's key of it, the tokens that are one person's, and that of names alone."""

    reference: str
    sure: frozenset[int]
    names: int | None


def record_token(master: bytes, own: str) -> int:
    """The token of a record by the provider's own key."""
    return token_of(subjects_key(master).pseudonym(OWN_RECORD, own))


def _path(home: Path, intent: int) -> Path:
    return home / FOLDER / f"{intent}.sealed"


def _key(master: bytes, salt: str) -> bytes:
    return derived_key(master, f"links/{salt}")


def keep_links(holder: Holder, session: Session, plan: Plan, intent: int) -> dict[str, Any]:
    """Keep what a plan gave, while its session is open; the part of the private record, nothing where nobody is named.

    Its memory is that of a batch. `apart` counts the pairs found that people had decided to be two.
    """
    if not plan.links:
        return {}
    path, salt = _path(holder.home, intent), secrets.token_hex(32)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)  # of a log that was restored to before this entry
    with SealedWriter(path, _key(holder.master_key, salt)) as file, _Batches(file) as batches:
        rows = release_links(session, plan, subjects_key(holder.master_key), batches.take)
    apart = int(session.measure("select count(*) from judged where not same")[0][0]) if plan.settled else 0
    return {"salt": salt, "rows": rows, "lasting": plan.lasting, "apart": apart}


class _Batches:
    """Rows on their way into a file, in Arrow's stream format."""

    def __init__(self, file: SealedWriter) -> None:
        self._file = file
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def take(self, batch: pa.RecordBatch) -> None:
        if self._writer is None:
            self._writer = pa.ipc.new_stream(pa.PythonFile(_Open(self._file), mode="w"), batch.schema)
        self._writer.write_batch(batch)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writer is not None and kind is None:
            self._writer.close()


class _Open:
    """A file that Arrow may write to and not close."""

    closed = False

    def __init__(self, file: SealedWriter) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        return

    def close(self) -> None:
        return


class Links:
    """What a disclosure gave. `lasting` says that both sides of its match named records by keys of their own."""

    def __init__(self, reader: SealedReader, part: Mapping[str, Any]) -> None:
        self._reader, self.lasting = reader, bool(part["lasting"])

    def find(self, tokens: Collection[int] = (), *, reference: str = "") -> Iterator[Given]:
        """The records of whom one of these tokens speaks, or that the recipient knows by this key, in bounded memory.

        Raises `ProofFailed` where the file was changed.
        """
        wanted = pa.array(sorted(tokens), pa.uint64())
        with pa.ipc.open_stream(io.BufferedReader(_Reading(self._reader))) as stream:
            for batch in stream:
                for row in batch.filter(_fits(batch, wanted, reference)).to_pylist():
                    yield _given(row)


def _fits(batch: pa.RecordBatch, wanted: pa.Array, reference: str) -> Any:
    """Which rows of a batch are looked for. No record has an empty reference."""
    known = pa.array([reference] if reference else [], pa.string())
    fits = pc.is_in(batch.column(REFERENCE), value_set=known)
    for name in batch.schema.names:
        if name != REFERENCE:
            fits = pc.or_(fits, pc.is_in(batch.column(name), value_set=wanted))
    return fits


def _given(row: Mapping[str, Any]) -> Given:
    sure = frozenset(token for name, token in row.items() if name not in (REFERENCE, NAMES) and token is not None)
    return Given(row[REFERENCE] or "", sure, row.get(NAMES))


class _Reading(io.RawIOBase):
    """A sealed file as Arrow reads it, from its beginning to its end."""

    def __init__(self, reader: SealedReader) -> None:
        super().__init__()
        self._reader, self._at = reader, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b"".join(self._reader.read(self._at, self._at + len(buffer)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def broken_since(connection: Connection, intent: int, index: int, scope: Scope) -> bool:
    """Whether a link of a match of this agreement's share was broken after the entry `intent` and before `index`."""
    for each in tables.read(connection, intent, index, kind=EntryType.LINK_BROKEN):
        said = each.entry
        if (said.agreement_id, said.share) == (scope.agreement_id, scope.share) and said.mode != Mode.LOOKUP:
            return True
    return False


def read_links(holder: Holder, intent: int, index: int) -> Links | None:
    """What the disclosure gave that `intent` began and the entry `index` released; `None` where it is not known.

    It is not known of older disclosures, nor once the private record is erased, nor where the file was lost.
    """
    try:
        part = holder.ledger.private(index).get(PART)
        if part is None:
            return None
        said: Any = part.value()
        return Links(SealedReader(_path(holder.home, intent), _key(holder.master_key, said["salt"])), said)
    except (ProofFailed, FileNotFoundError):
        return None


def forget_links(home: Path, intent: int) -> None:
    """Remove what was kept of a disclosure."""
    _path(home, intent).unlink(missing_ok=True)


def clear_links(holder: Holder) -> int:
    """Remove what a kill left of disclosures that came to nothing, and what was not erased to its end; how many."""
    folder = holder.home / FOLDER
    found = [int(each.stem) for each in folder.glob("*.sealed")] if folder.is_dir() else []
    gone = [intent for intent in found if _over(holder, intent)]
    for intent in gone:
        forget_links(holder.home, intent)
    return len(gone)


def _over(holder: Holder, intent: int) -> bool:
    """Whether a disclosure ended otherwise than released, or its private record is erased."""
    for each in holder.ledger.entries(intent=intent):
        if each.entry.type is EntryType.DISCLOSURE_RELEASED:
            with reading(holder.ledger.engine) as connection:
                return tables.sealed(connection, each.index)[1] is None
        if each.entry.type in _ENDED:
            return True
    return False


_ENDED = (EntryType.DISCLOSURE_REFUSED, EntryType.DISCLOSURE_FAILED, EntryType.DISCLOSURE_ABANDONED)
