"""The ledger of one organisation: append, publish, prove, open what is private, erase."""

import hmac
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine

from easement.base.database import reading, scrub, writing
from easement.base.errors import BadData, Problem, ProofFailed, StorageFailed
from easement.ledger import fsck, publish, tables
from easement.ledger.checkpoint import Checkpoint
from easement.ledger.commit import Unwritten, commit_all, commit_apart
from easement.ledger.commitment import OpenPart, Sealed, open_sealed, seal
from easement.ledger.fresh import Fresh, Stored
from easement.ledger.grouping import Grouping, Outcomes, Ticket
from easement.ledger.model import Entry, EntryType, Logged, PrivateRecord, clock_set_back, minute
from easement.ledger.note import Key, Signer
from easement.ledger.proof import make_proof, proof_text, signed_proof
from easement.ledger.tail import Tail
from easement.ledger.tiles import WIDTH, Edge, TileReader
from easement.ledger.tree import consistency_proof, inclusion_proof, root_at

__all__ = ["Ledger", "utc_now"]

WRAPPING = b"easement-ledger-wrapping/1"
"""Sets the key that wraps records' keys apart from everything else that is derived from the node's master key."""


RECENT = 1_000
"""Entries among which the latest disclosure is looked for when a ledger is opened."""


def utc_now() -> datetime:
    """The clock of a running node."""
    return datetime.now(UTC)


class Ledger:
    """One organisation's verifiable log: entries in the database, the signed tree as files in `directory`.

    Safe for many threads, for several processes over one database and directory, and with PostgreSQL for several
    machines that share the directory.
    """

    def __init__(
        self,
        engine: Engine,
        directory: Path,
        signer: Signer,
        master_key: bytes,
        clock: Callable[[], datetime],
        *,
        retiring: Sequence[Signer] = (),
        former: Sequence[Key] = (),
    ) -> None:
        self.engine, self.directory, self.signer = engine, directory, signer
        self._latest = ""
        self._signers = (signer, *retiring)
        self._former = tuple(former)
        self._master = AESGCM(hmac.digest(master_key, WRAPPING, "sha256"))
        self._clock = clock
        self._grouping = Grouping(self._commit)
        self._fresh = Fresh()
        self._publishing = threading.Lock()
        self._tiles = TileReader(directory)
        self._tail: Tail | None = None
        self._tail_lock = threading.Lock()

    @classmethod
    def create(
        cls,
        engine: Engine,
        directory: Path,
        *,
        signer: Signer,
        master_key: bytes,
        clock: Callable[[], datetime] = utc_now,
    ) -> "Ledger":
        """Make a new ledger whose first entry says that it was opened, and publish its first checkpoint.

        Raises `StorageFailed` when there is a ledger already.
        """
        if (directory / "checkpoint").exists():
            raise StorageFailed(f"there is a ledger in `{directory}` already", remedy="open it, or name another folder")
        directory.mkdir(parents=True, exist_ok=True)
        tables.create(engine)
        ledger = cls(engine, directory, signer, master_key, clock)
        if ledger.size == 0:
            ledger.append(Entry(time=minute(clock()), type=EntryType.LOG_OPENED))
        with publish.locked(directory, engine):
            publish.publish(directory, Edge(), ledger.entries(), [signer])
        return ledger

    @classmethod
    def open(
        cls,
        engine: Engine,
        directory: Path,
        *,
        signer: Signer,
        master_key: bytes,
        clock: Callable[[], datetime] = utc_now,
        retiring: Sequence[Signer] = (),
        former: Sequence[Key] = (),
    ) -> "Ledger":
        """Open a ledger. Where published tree and database disagree it opens for reading, and `refusal` says why.

        Keys that are `retiring` sign too for a while, and `former` ones still verify what they signed.
        """
        ledger = cls(engine, directory, signer, master_key, clock, retiring=retiring, former=former)
        ledger._hold_against_published()
        with suppress(StorageFailed, ProofFailed), reading(engine) as connection:
            intended = tables.recent(connection, EntryType.DISCLOSURE_INTENDED, RECENT)
            ledger._latest = max((each.entry.time for each in intended), default="")
        with suppress(StorageFailed):  # a second chance for an erasure that a reader or a kill kept from finishing
            scrub(engine, wait=False)
        return ledger

    def _hold_against_published(self) -> None:
        try:
            checkpoint = self.published
            if checkpoint.size > self.size:
                raise ProofFailed(
                    f"{checkpoint.size} entries were published but the database holds {self.size}",
                    remedy="this database is an older copy: restore the newest one",
                )
            publish.sound_edge(self.directory, checkpoint)
            publish.hold_last(self.directory, checkpoint.size, self._last_bundle(checkpoint.size))
        except ProofFailed as error:
            remedy = error.remedy or "run `easement ledger fsck` to see what is damaged"
            what = f"the ledger takes no entries: {error.what}"
            self._grouping.stop(StorageFailed(what, where=error.where, remedy=remedy))

    def close(self) -> None:
        """Take no more entries through this object."""
        self._grouping.stop(StorageFailed("the ledger is closed", remedy="open the node again"))

    @property
    def refusal(self) -> StorageFailed | None:
        """Why the ledger takes no entries: a failed append, or a database that does not fit what was published."""
        return self._grouping.failure

    def _last_bundle(self, size: int) -> Iterator[Logged]:
        """The stored entries from the beginning of the bundle in which entry `size - 1` stands."""
        return self.entries(max(0, size - 1) // WIDTH * WIDTH, size)

    # Writing

    def submit(
        self, entry: Entry, private: PrivateRecord | None = None, *, also: tables.Also | None = None
    ) -> Ticket[tables.Draft]:
        """Hand in an entry; it is durable only when the ticket's `wait` returns its index.

        With a private record, the entry's commitment is made here. `also` writes rows into the same commit: it gets
        the transaction, which it neither ends nor leaves for another, and the entry's index. It may be called twice,
        the first time for nothing. What it raises, `wait` raises, and nothing of this entry is kept; others do not
        notice. Raises `BadData` for what cannot be held and `StorageFailed` once an append has failed.
        """
        self._hold_clock(entry)
        if entry.commitment is not None:
            raise BadData("an entry comes without its commitment", remedy="hand in its private record instead")
        sealed = seal(private, self._master) if private else None
        body = entry.encode(sealed.commitment.hex() if sealed else None)
        return self._grouping.add(tables.draft(entry, body, sealed, also))

    def _hold_clock(self, entry: Entry) -> None:
        """Refuse a disclosure that would stand before an earlier one: limits and terms are told by the clock."""
        if entry.type is not EntryType.DISCLOSURE_INTENDED:
            return
        if back := clock_set_back(self._latest, entry.time):
            raise StorageFailed(back, remedy="set the clock right, then ask again: easement doctor")
        self._latest = max(self._latest, entry.time)

    @property
    def latest(self) -> str:
        """The minute of the latest disclosure that is known of, empty where there is none."""
        return self._latest

    def append(self, entry: Entry, private: PrivateRecord | None = None, *, also: tables.Also | None = None) -> int:
        """Write an entry and return its index once it is durable; raises `StorageFailed` when it could not be.

        `also` is as `submit` has it, and what it raises is raised here.
        """
        return self.submit(entry, private, also=also).wait()

    def _commit(self, drafts: Sequence[tables.Draft]) -> Outcomes:
        try:
            outcomes = commit_all(self.engine, drafts)
        except Unwritten:
            outcomes = commit_apart(self.engine, drafts)
        self._fresh.note(outcomes, drafts)
        return outcomes

    def erase(self, index: int) -> int:
        """Destroy the key to an entry's private record for good, and log that it was done; the entry that says so.

        Every proof still holds afterwards. Erasing again cleans up what was left, and gives that same entry. Raises
        `BadData` when there never was a record, and `StorageFailed` also when the erasure is done and logged, but a
        reader keeps the database from letting go of the older pages.
        """
        self._grouping.check()
        self._fresh.take(index)
        try:
            with writing(self.engine) as connection:
                logged = self._erase(connection, index)
        except StorageFailed as failure:
            self._grouping.stop(failure)
            raise
        if not scrub(self.engine):
            what = f"the private record of entry {index} is erased, but the database's log of changes still holds it"
            again = f"erase it again when nobody reads the database: easement ledger erase {index}"
            raise StorageFailed(what, remedy=again)
        return logged

    def _erase(self, connection: Connection, index: int) -> int:
        if tables.erase(connection, index):
            said = Entry(time=minute(self._clock()), type=EntryType.RECORD_ERASED, erased=index)
            return tables.append(connection, [tables.draft(said, said.encode(), None)])
        for logged in tables.read(connection, index, tables.size(connection), kind=EntryType.RECORD_ERASED):
            if logged.entry.erased == index:
                return logged.index
        raise BadData(f"entry {index} has no private record", remedy="look at it with `easement ledger show`")

    # Publishing

    def checkpoint(self) -> Checkpoint:
        """Publish all that is durable by now and return the signed checkpoint; callers at one time share the work.

        Raises `ProofFailed` when what was published before no longer fits, and `StorageFailed` when the disk refuses.
        """
        self._grouping.check()
        wanted = self.size
        with self._publishing, publish.locked(self.directory, self.engine):
            latest = self.published
            if latest.size >= wanted:
                return latest
            edge = publish.sound_edge(self.directory, latest)
            start = latest.size // WIDTH * WIDTH
            return publish.publish(self.directory, edge, self.entries(start), self._signers)

    @property
    def published(self) -> Checkpoint:
        """The checkpoint that was published last; raises `ProofFailed` when it is missing or not this log's."""
        return publish.published(self.directory, self.keys)

    # Reading

    @property
    def key(self) -> Key:
        """The public key that outsiders check this log with."""
        return self.signer.key

    @property
    def keys(self) -> tuple[Key, ...]:
        """All public keys this log has had that still count, the one in use first."""
        return tuple(dict.fromkeys((*(each.key for each in self._signers), *self._former)))

    @property
    def size(self) -> int:
        """How many entries are durable, published or not."""
        with reading(self.engine) as connection:
            return tables.size(connection)

    @property
    def root(self) -> bytes:
        """The root over all durable entries, published or not."""
        latest = self.published
        edge = publish.sound_edge(self.directory, latest)
        for _ in publish.grow(edge, self.entries(latest.size // WIDTH * WIDTH)):
            pass
        return edge.root()

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        type: EntryType | None = None,  # noqa: A002 - the entry's own word
        agreement: str | None = None,
        intent: int | None = None,
    ) -> Iterator[Logged]:
        """Entries `start` to before `stop` in order, or those of one type, one agreement's digest or one intent."""
        with reading(self.engine) as connection:
            last = tables.size(connection) if stop is None else stop
            yield from tables.read(connection, start, last, kind=type, agreement=agreement, intent=intent)

    def entry(self, index: int) -> Logged:
        """One entry; raises `ProofFailed` when there is none at `index`."""
        for logged in self.entries(index, index + 1):
            return logged
        raise ProofFailed(f"there is no entry {index}", remedy=f"the ledger holds {self.size}, counted from 0")

    def chosen(self, indexes: Iterable[int]) -> list[Logged]:
        """The entries at these indexes that there are, in order, read at once."""
        with reading(self.engine) as connection:
            return list(tables.chosen(connection, sorted(indexes)))

    def counted(self, agreement_id: str, share: str, day: str) -> int:
        """The records released under an agreement's share, whatever its version, on one UTC day (`2026-11-21`).

        Every answer counts as one at least: that nobody was found is told too.
        """
        with reading(self.engine) as connection:
            return tables.counted(connection, agreement_id, share, day)

    def private(self, index: int) -> dict[str, OpenPart]:
        """The parts of an entry's private record; raises `ProofFailed` when it has none, or no longer has."""
        commitment = self.entry(index).entry.commitment
        with reading(self.engine) as connection:
            record, wrapped = tables.sealed(connection, index)
        if commitment is None:
            raise ProofFailed(f"entry {index} never had a private record", remedy="ask for another entry")
        return self.unseal(commitment, record, wrapped)

    def stored(self, index: int) -> Stored:
        """One entry's bytes, its private record as sealed and the key to it, each absent where there is none."""
        found = self._fresh.take(index) or tables.whole(self.engine, index)
        if found is None:
            raise ProofFailed(f"there is no entry {index}", remedy=f"the ledger holds {self.size}, counted from 0")
        return found

    def unseal(self, commitment: str, record: bytes | None, wrapped: bytes | None) -> dict[str, OpenPart]:
        """Open a stored private record; raises `ProofFailed` when it is gone or is not what was committed to."""
        if record is None or wrapped is None:
            raise ProofFailed(
                "the private record is gone", remedy="if it was erased, the ledger has an entry saying so"
            )
        return open_sealed(Sealed(bytes.fromhex(commitment), record, wrapped), self._master)

    def prove(self, index: int, size: int | None = None, extra: bytes = b"") -> str:
        """The proof, as C2SP tlog-proof text, that an entry is in the published log, now or when it held `size`.

        Raises `ProofFailed` for what is not published yet; `checkpoint` publishes.
        """
        latest = self.published.size
        if not index < (size or latest) <= latest:
            raise ProofFailed(
                f"entry {index} is not in the {size or latest} published entries",
                remedy="publish with `easement ledger checkpoint`, then ask again",
            )
        return proof_text(make_proof(index, size or latest, self._tiles.at(latest), self._signers, extra))

    def inclusion(self, indexes: Iterable[int], size: int) -> dict[int, list[bytes]]:
        """The hashes that show each of these entries to be in the published tree of `size`, worked out together.

        Raises `ProofFailed` for what is not in it.
        """
        read = cache(self._tiles.at(self.published.size))
        return {index: inclusion_proof(index, size, read) for index in indexes}

    def prove_new(self, index: int, extra: bytes = b"") -> str:
        """The proof that a durable entry is the newest of the log as it then was, published or not.

        The tree is the one that the next publication writes. Raises `ProofFailed` for an entry that is not there.
        """
        self._grouping.check()
        size, at_hand = index + 1, False
        with self._tail_lock:
            if self._tail is None:
                self._tail = Tail(publish.sound_edge(self.directory, self.published))
            self._tail.extend(self._fresh.bodies(range(self._tail.size, size)))
            if self._tail.size < size:
                with reading(self.engine) as connection:
                    self._tail.extend(tables.bodies(connection, self._tail.size, size))
            with suppress(ProofFailed):
                root, hashes = root_at(size, self._tail.read), inclusion_proof(index, size, self._tail.read)
                at_hand = True
        if at_hand:
            return proof_text(signed_proof(index, size, root, hashes, self._signers, extra))
        self.checkpoint()
        return self.prove(index, size, extra)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The hashes that show a checkpoint of `old` entries to be the beginning of one of `new`, both published."""
        latest = self.published.size
        if new > latest:
            raise ProofFailed(f"{latest} entries are published, not {new}", remedy="publish, then ask again")
        return consistency_proof(old, new, self._tiles.at(latest))

    def fsck(self) -> list[Problem]:
        """Everything that does not fit together, each thing named; nothing when the ledger is sound."""
        return fsck.examine(self)
