"""Indexes by which lookups are answered: one of each dataset that is a file, made beside the answers and never stale.

An index is used only while the data, the mapping and the standard are those that it was made from. Where it is not
there, or not of this state, the data is read in its place, and a new index is made meanwhile by a thread of its own.

Making one reads every row, as a disclosure does, so this module may pass the wall to the rows. Nothing leaves by it:
what it writes stays in the node, encrypted, and a lookup reads it only after its intent is durable.
"""

import hmac
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow

from easement.agreement.model import Share
from easement.base.canonical import canonical_json, sha256_hex
from easement.base.stamps import Kept, Stamp, rested, stamp
from easement.gate.datasets import Dataset, dataset_for, place_of, table_of
from easement.gate.found import Found, Wish, found_among
from easement.gate.index_file import FORMAT, About, IndexFile, NotIndexed, Row, write_index
from easement.gate.keys import PseudonymKey
from easement.gate.model import Decision
from easement.gate.plan import Table, given, plan, records_query
from easement.gate.release import MAX_FOUND
from easement.meaning.expression import parse, typed
from easement.meaning.model import Standard
from easement.meaning.project import project
from easement.sources.files import open_sources
from easement.sources.model import Column, quote
from easement.sources.rows import stream

if TYPE_CHECKING:
    from easement.gate.ports import Holder

__all__ = ["Indexes", "Lookup"]

SEALING = b"easement-gate-indexes/1"
"""Sets the key of indexes apart from everything else that is derived from the node's master key."""

HELD = "held_data"
"""What the data is called in a query over it."""

WISHES_KEPT = 1_024
"""Ready wishes remembered for each index: one for each share, set of fields and way of naming a person, for a day."""

_KINDS: tuple[tuple[Any, str], ...] = (
    (pyarrow.types.is_string, "text"),
    (pyarrow.types.is_large_string, "text"),
    (pyarrow.types.is_boolean, "boolean"),
    (pyarrow.types.is_integer, "number"),
    (pyarrow.types.is_floating, "number"),
    (pyarrow.types.is_date32, "date"),
    (pyarrow.types.is_decimal, "decimal"),
)
"""The kinds of value that an index gives back exactly as the engine does; other tables are read in their place."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One lookup: what was decided under which share, of whom, on which day, with the recipient's key."""

    decision: Decision
    share: Share
    standard: Standard
    person: Mapping[str, str]
    key: PseudonymKey
    today: date


@dataclass(frozen=True, slots=True)
class _Open:
    """An index that is in use, and the wishes that were made ready over it."""

    file: IndexFile
    wishes: dict[tuple[Any, ...], tuple[str, Wish]]


class Indexes:
    """The indexes of a node. Safe for many threads; several processes may make the same one, and the last stays."""

    def __init__(self, holder: "Holder") -> None:
        self._home, self._memory = holder.home, f"{holder.memory_mb}MB"
        self._key = hmac.digest(holder.master_key, SEALING, "sha256")
        self._lock = threading.Lock()
        self._on = holder.indexed
        self._listed: Kept[tuple[Path, ...]] = Kept()
        self._datasets: dict[tuple[str, Path | None], Kept[tuple[Dataset, str]]] = {}
        self._standards: dict[str, tuple[Standard, str]] = {}
        self._open: dict[Path, _Open] = {}
        self._making: dict[Path, threading.Thread] = {}
        self._hopeless: dict[Path, tuple[Stamp | None, str]] = {}
        self._closed = False

    def dataset(self, standard: Standard, chosen: Path | None) -> Dataset:
        """The node's dataset for a standard, read again when a file in `datasets/` changes; see `dataset_for`."""
        return self._known(standard, chosen)[0]

    def look_up(self, asked: Lookup, chosen: Path | None) -> tuple[str, Found] | None:
        """What is found of one person, and the digest of the query that would find it in the data itself.

        `None` where no index of the data as it stands is at hand: then one is being made. Raises `UsageError` for a
        person named by what the table does not have.
        """
        if not self._on:
            return None
        dataset, shape = self._known(asked.standard, chosen)
        opened = self._current(dataset, shape)
        if opened is None:
            self._make_meanwhile(dataset, asked.standard, shape)
            return None
        digest, wish = self._ready(opened, dataset, asked)
        elements = asked.standard.elements
        tokens = {name: given(elements[name], value) for name, value in asked.person.items()}
        try:
            records = opened.file.find(tokens, MAX_FOUND)
        except Exception:  # damaged, or closed by another thread that saw newer data: the data itself answers
            self._drop(self._path(dataset), opened)
            return None
        return digest, found_among(records, wish, asked.decision, key=asked.key, today=asked.today)

    def _drop(self, path: Path, opened: _Open) -> None:
        """Let go of an index that failed; where it is still the one in use, its file goes too."""
        with self._lock:
            if self._open.get(path) is opened:
                del self._open[path]
                path.unlink(missing_ok=True)
        opened.file.close()

    def make(self, standard: Standard, chosen: Path | None = None) -> bool:
        """Make the index of a dataset now; whether one of the data as it stands is there afterwards."""
        dataset, shape = self._known(standard, chosen)
        self._make(dataset, standard, shape)
        return self._current(dataset, shape) is not None

    def wait(self) -> None:
        """Wait for the indexes that are being made."""
        with self._lock:
            threads = list(self._making.values())
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Stop what is being made, and let go of all files."""
        self._closed = True
        self.wait()
        with self._lock:
            for opened in self._open.values():
                opened.file.close()
            self._open.clear()

    def _known(self, standard: Standard, chosen: Path | None) -> tuple[Dataset, str]:
        """A dataset, and a digest of what decides how its rows are read: where they are, the mapping, the standard."""
        folder = self._home / "datasets"
        listed = self._listed.get([folder], lambda: tuple(sorted(folder.glob("*.yaml"))))
        kept = self._datasets.setdefault((standard.ref, chosen), Kept())

        def read() -> tuple[Dataset, str]:
            dataset = dataset_for(self._home, standard.ref, chosen)
            said = [dataset.mapping.model_dump(mode="json"), str(dataset.data.absolute())]
            return dataset, sha256_hex(canonical_json(said))

        dataset, digest = kept.get((folder, *listed), read)
        return dataset, f"{digest}-{self._digest(standard)}"

    def _digest(self, standard: Standard) -> str:
        known = self._standards.get(standard.ref)
        if known is None or known[0] is not standard:
            known = self._standards[standard.ref] = standard, sha256_hex(standard.model_dump_json().encode())
        return known[1]

    def _path(self, dataset: Dataset) -> Path:
        return self._home / "indexes" / f"{dataset.mapping.id}.db"

    def _current(self, dataset: Dataset, shape: str) -> _Open | None:
        """The index of exactly this state of the data, where there is one."""
        if dataset.connection is not None:
            return None
        path, now = self._path(dataset), stamp(dataset.data)
        with self._lock:
            opened = self._open.get(path)
            if opened is None or not _is_of(opened.file.about, now, shape):
                opened = self._reopened(path, now, shape)
            return opened

    def _reopened(self, path: Path, now: Stamp | None, shape: str) -> _Open | None:
        """Open what stands at the path now, another process may have put it there; keep it only if it is current."""
        old = self._open.pop(path, None)
        if old is not None:
            old.file.close()
        if not path.exists():
            return None
        try:
            file = IndexFile(path, self._key)
        except Exception:  # damaged, of another key, or of another format: as good as none, and made anew
            return None
        if not _is_of(file.about, now, shape):
            file.close()
            return None
        opened = self._open[path] = _Open(file, {})
        return opened

    def _make_meanwhile(self, dataset: Dataset, standard: Standard, shape: str) -> None:
        path = self._path(dataset)
        with self._lock:
            hopeless = self._hopeless.get(path) == (stamp(dataset.data), shape)
            if hopeless or dataset.connection is not None or path in self._making or self._closed:
                return
            thread = threading.Thread(target=self._make, args=(dataset, standard, shape), daemon=True)
            self._making[path] = thread
            thread.start()  # while nobody else who waits can see it

    def _make(self, dataset: Dataset, standard: Standard, shape: str) -> None:
        """Make an index; whatever stands in the way, the data itself still answers, and tells what is wrong with it."""
        path, now = self._path(dataset), stamp(dataset.data)
        try:
            if now is not None and rested([now], time.time_ns()):
                self._written(path, dataset, standard, now, shape)
        except Exception:
            self._hopeless[path] = (now, shape)
        finally:
            self._making.pop(path, None)

    def _written(self, path: Path, dataset: Dataset, standard: Standard, now: Stamp, shape: str) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with open_sources(place_of(dataset, HELD), memory=self._memory) as session:
            source = session.sources[HELD]
            table = table_of(source, dataset, standard)
            names = [name for name in table.elements if name in table.filled]
            batches = stream(session, records_query(table))
            first = next(batches, None)
            kinds = dict.fromkeys(names, "text") if first is None else dict(zip(names, _kinds(first), strict=False))
            columns = tuple((each.name, each.type, each.original) for each in source.columns)
            about = About(now, shape, columns, kinds)
            whole = chain(() if first is None else (first,), batches)
            write_index(path, self._key, about, standard, self._rows(whole, len(names)))

    def _rows(self, batches: Iterable[pyarrow.RecordBatch], many: int) -> Iterator[Row]:
        for batch in batches:
            if self._closed:
                raise NotIndexed("the node is closing")
            columns = [column.to_pylist() for column in batch.columns]
            values, tokens = zip(*columns[:many], strict=True), zip(*columns[many : 2 * many], strict=True)
            for row in zip(values, tokens, *columns[2 * many :], strict=True):
                yield Row(*row)

    def _ready(self, opened: _Open, dataset: Dataset, asked: Lookup) -> tuple[str, Wish]:
        """What a lookup wants of a record, and the digest of its query over the data itself."""
        decision, share = asked.decision, asked.share
        place = (decision.agreement, decision.share, tuple(decision.fields), tuple(asked.person), asked.today)
        known = opened.wishes.get(place)
        if known is None:
            table = _table(opened.file.about, dataset, asked.standard)
            query = plan(decision, share, table, key=asked.key, today=asked.today, person=asked.person)
            condition = typed(parse(share.rows), asked.standard.types) if share.rows else None
            if len(opened.wishes) >= WISHES_KEPT:
                opened.wishes.clear()
            known = opened.wishes[place] = query.digest, Wish(decision.fields, condition)
        return known


def _is_of(about: About, now: Stamp | None, shape: str) -> bool:
    return about.format == FORMAT and about.stamp == now and about.shape == shape


def _kinds(batch: pyarrow.RecordBatch) -> Iterator[str]:
    """How the values of each column are written; raises `NotIndexed` for a kind that would not come back exactly."""
    for column in batch.schema:
        kind = next((kind for fits, kind in _KINDS if fits(column.type)), None)
        if kind is None:
            raise NotIndexed(f"a column of {column.type}")
        yield kind


def _table(about: About, dataset: Dataset, standard: Standard) -> Table:
    """The data as a plan sees it, by what was remembered of its columns."""
    elements = project(dataset.mapping, standard, columns=[Column(*each) for each in about.columns])
    filled = frozenset(name for name, way in dataset.mapping.elements.items() if way.absent is None)
    return Table(quote(HELD), elements, filled, standard)
