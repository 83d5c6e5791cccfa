"""The way out of a bulk disclosure: rows stream into sealed Parquet files, never whole in memory nor clear on disk.

The set is made under its request's id. Its row, the job's end and the `released` entry are one commit; before that
nothing can be read of it, and a set that is not finished is removed and begun again.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection

from easement.base.canonical import canonical_record, sha256_hex
from easement.base.database import writing
from easement.base.sealed import SealedWriter
from easement.exchange import jobs_tables as jobs
from easement.exchange import sets
from easement.exchange.delta import File, schema_string
from easement.exchange.jobs_tables import Job, JobState
from easement.exchange.ports import Host
from easement.gate.ask import Outcome
from easement.gate.model import Decision
from easement.gate.plan import Plan
from easement.gate.prepare import Offer
from easement.gate.recovery import Abandoned
from easement.gate.release import Released, release_rows
from easement.ledger.model import EntryType
from easement.ledger.tables import Also

__all__ = ["LEASE_SECONDS", "PART_ROWS", "SetOutlet", "manifest_of"]

PART_ROWS = 1_000_000
"""Records of one file: a file of ten columns is then some 20 to 60 MB, and a reader that fails begins no more anew."""

LEASE_SECONDS = 120
"""How long a worker that shows no progress keeps a set in hand."""

NOTED_SECONDS = 1.0
"""How often progress is noted."""

FORMAT = "easement-set/1"


def manifest_of(made: sets.Made) -> bytes:
    """What the receipt of a set proves: canonical JSON that names every file with its SHA-256."""
    files = [{"number": f.number, "size": f.size, "rows": f.rows, "sha256": f.sha256} for f in made.files]
    said = {
        "format": FORMAT,
        "message": made.id,
        "agreement": made.agreement,
        "share": made.share,
        "recipient": made.recipient,
        "schema": made.schema,
        "files": files,
    }
    return canonical_record(said)


class SetOutlet:
    """Into a sealed set, for whoever asked by a message."""

    folder: Path | None = None
    binary = True

    def __init__(self, host: Host, mine: Job, clock: Callable[[], datetime]) -> None:
        self._host, self._mine, self._clock = host, mine, clock
        self._folder = sets.sets_folder(host.home) / mine.message
        self._made: sets.Made | None = None

    @property
    def message(self) -> str | None:
        """The id of the request that it answers."""
        return self._mine.message

    def begin(self) -> Mapping[str, Mapping[str, Any]]:
        """Begin with nothing left of an earlier try; the job's row is found by the message."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        return {}

    def also(self, type_: EntryType, outcome: Outcome) -> Also | None:
        """The job's row, and with the release the set's: in the same commit as the entry, or not at all."""

        def write(connection: Connection, index: int) -> None:
            if type_ is EntryType.DISCLOSURE_RELEASED and self._made is not None:
                sets.add_set(connection, self._made)
            if not jobs.change_job(connection, self._mine, **self._noted(type_, outcome, index)):
                raise Abandoned

        return write

    def _noted(self, type_: EntryType, outcome: Outcome, index: int) -> dict[str, object]:
        now = int(self._clock().timestamp())
        if type_ is EntryType.DISCLOSURE_INTENDED:
            return {"intent": index, "changed": now}
        if type_ is EntryType.DISCLOSURE_FAILED:
            return {"state": JobState.FAILED, "entry": index, "changed": now}
        said = canonical_record(outcome.decision.as_dict()).decode()
        state = JobState.READY if type_ is EntryType.DISCLOSURE_RELEASED else JobState.REFUSED
        return {"state": state, "entry": index, "decision": said, "rows": outcome.released.count, "changed": now}

    def release(self, session: Any, plan: Plan, decision: Decision, offer: Offer, intent: int) -> Released:
        """Stream the rows into files and name them all in the manifest, whose digest stands for the answer."""
        writing_to = _Parts(self._host, self._mine, self._folder, self._clock)
        with writing_to:
            made = release_rows(session, plan, writing_to.take)
        with writing(self._host.engine) as connection:
            version = sets.next_version(connection, decision.recipient, decision.agreement_id, decision.share)
        self._made = sets.Made(
            id=self._mine.message,
            agreement=decision.agreement,
            agreement_id=decision.agreement_id,
            share=decision.share,
            recipient=decision.recipient,
            version=version,
            at=int(self._clock().timestamp() * 1000),
            schema=writing_to.schema,
            files=tuple(writing_to.files),
            intent=intent,
        )
        return replace(made, sha256=sha256_hex(manifest_of(self._made)))

    def deliver(self, outcome: Outcome) -> Outcome:
        """Nothing is sent: whoever asked comes for it."""
        self._host.ledger.checkpoint()
        return outcome

    def forget(self) -> None:
        """Remove the files."""
        shutil.rmtree(self._folder, ignore_errors=True)


class _Parts:
    """The files of a set while it is made."""

    def __init__(self, host: Host, mine: Job, folder: Path, clock: Callable[[], datetime]) -> None:
        self._host, self._mine, self._folder, self._clock = host, mine, folder, clock
        self._part: _Part | None = None
        self._rows, self._noted = 0, time.monotonic()
        self.files: list[File] = []
        self.schema = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._part is not None and kind is None:
            self.files.append(self._part.end())
        elif self._part is not None:
            self._part.drop()

    def take(self, batch: pa.RecordBatch) -> None:
        """Write some rows; the first batch says what columns there are, even where it holds none."""
        if self._part is None or self._part.rows >= PART_ROWS:
            if self._part is not None:
                self.files.append(self._part.end())
            self.schema = self.schema or schema_string(batch.schema)
            number = len(self.files)
            key = sets.file_key(self._host.master_key, self._mine.message, number)
            self._part = _Part(sets.file_path(self._host.home, self._mine.message, number), key, number, batch)
        self._part.write(batch)
        self._rows += batch.num_rows
        if time.monotonic() - self._noted >= NOTED_SECONDS:
            self._noted = time.monotonic()
            self._note()

    def _note(self) -> None:
        """Say how far it is, and that somebody works on it; raises `Abandoned` where it was taken away."""
        now = int(self._clock().timestamp())
        with writing(self._host.engine) as connection:
            if not jobs.change_job(connection, self._mine, rows=self._rows, lease=now + LEASE_SECONDS, changed=now):
                raise Abandoned


class _Hashing:
    """Passes on what is written, and knows its SHA-256."""

    closed = False

    def __init__(self, sink: SealedWriter) -> None:
        self.sink, self.sha256 = sink, hashlib.sha256()

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return self.sink.write(data)

    def tell(self) -> int:
        return self.sink.tell()

    def flush(self) -> None:
        return

    def close(self) -> None:
        return


class _Part:
    """One file of a set while it is written."""

    def __init__(self, path: Path, key: bytes, number: int, first: pa.RecordBatch) -> None:
        self.rows, self._number = 0, number
        self._sealed = SealedWriter(path, key)
        self._hashing = _Hashing(self._sealed)
        self._writer = pq.ParquetWriter(pa.PythonFile(self._hashing, mode="w"), first.schema, compression="zstd")

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)
        self.rows += batch.num_rows

    def end(self) -> File:
        self._writer.close()
        size = self._sealed.tell()
        self._sealed.close()
        return File(self._number, size, self.rows, self._hashing.sha256.hexdigest())

    def drop(self) -> None:
        """Let go of the file without making it whole."""
        self._sealed.__exit__(Abandoned, Abandoned(), None)
