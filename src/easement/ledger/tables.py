"""Where entries get their index and become durable. Nothing here is SQLite's alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole
from easement.base.statements import Statement
from easement.ledger.commitment import Sealed
from easement.ledger.model import Entry, EntryType, Logged

__all__ = [
    "Also",
    "DaySums",
    "Draft",
    "Row",
    "add_released",
    "all_days",
    "append",
    "bodies",
    "counted",
    "create",
    "draft",
    "erase",
    "read",
    "recent",
    "rows",
    "sealed",
    "size",
    "stored",
    "whole",
]

entries = Table(
    "ledger_entries",
    METADATA,
    Column("index", Whole, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("type", String, nullable=False),
    Column("agreement", String),
    Column("intent", Whole),
    Index("ledger_entries_by_agreement", "agreement", "index"),
    Index("ledger_entries_by_intent", "intent", "index"),
)

records = Table(
    "ledger_private_records",
    METADATA,
    Column("index", Whole, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
)

keys = Table(
    "ledger_private_keys",
    METADATA,
    Column("index", Whole, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)

head = Table(
    "ledger_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Whole, nullable=False),
)

days = Table(
    "ledger_day_counts",
    METADATA,
    Column("agreement_id", String, primary_key=True),
    Column("share", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("count", Whole, nullable=False),
)

_OF_DAY = (
    days.c.agreement_id == bindparam("of_agreement"),
    days.c.share == bindparam("of_share"),
    days.c.day == bindparam("on_day"),
)
_GROW = Statement(update(head).values(size=head.c.size + bindparam("added")).returning(head.c.size))
_ADD = Statement(update(days).where(*_OF_DAY).values(count=days.c.count + bindparam("added")))
_COUNTED = select(days.c.count).where(*_OF_DAY)
_ENTRY, _RECORD, _KEY = (Statement(insert(table), *table.columns.keys()) for table in (entries, records, keys))

PAGE = 4_096
"""Entries read from the database at once: a few megabytes."""


DaySums = dict[tuple[str, str, str], int]
"""Records released, by agreement id, share and day: a version signed anew does not begin a new day."""


_TYPES = {each: each.value for each in EntryType}
"""Types as plain text, which drivers bind faster."""


Also = Callable[[Connection, int], object]
"""What goes into the same commit as an entry: it gets the transaction, and the entry's index."""


class Draft(NamedTuple):
    """An entry ready to be written: its row without the index, its private record, what it adds to a day's sum, and
    what is written with it."""

    row: tuple[Any, ...]
    sealed: Sealed | None
    place: tuple[str, str, str] | None
    adds: int
    also: Also | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as stored: its row without the index, its private record and the key to it, absent once erased."""

    index: int
    row: tuple[Any, ...]
    record: bytes | None
    wrapped: bytes | None


def draft(entry: Entry, body: bytes, private: Sealed | None, also: Also | None = None) -> Draft:
    """An entry as the row that is stored of it, whose columns repeat what it is looked up by.

    A released answer counts as one record at least: that nobody was found is told too.
    """
    row = (body, _TYPES[entry.type], entry.agreement, entry.intent)
    if entry.type != EntryType.DISCLOSURE_RELEASED:
        return Draft(row, private, None, 0, also)
    place = (entry.agreement_id or "", entry.share or "", entry.time[:10])
    return Draft(row, private, place, max(entry.count or 0, 1), also)


def create(engine: Engine) -> None:
    """Make the tables, and the head that counts the entries."""
    METADATA.create_all(engine, tables=[entries, records, keys, head, days])
    with engine.begin() as connection:
        if connection.scalar(select(func.count()).select_from(head)) == 0:
            connection.execute(insert(head).values(id=1, size=0))


def size(connection: Connection) -> int:
    """How many entries are durable."""
    return int(connection.execute(select(head.c.size)).scalar_one())


def append(connection: Connection, drafts: Sequence[Draft]) -> int:
    """Write drafts in order within the transaction given; returns the index of the first.

    The head is taken first: its row's lock puts the appends of all processes into one order.
    """
    ((size,),) = _GROW.run(connection, {"added": len(drafts)}).fetchall()
    first = int(size) - len(drafts)
    _ENTRY.run_rows(connection, [(first + at, *each.row) for at, each in enumerate(drafts)])
    private = [(first + at, each.sealed) for at, each in enumerate(drafts) if each.sealed is not None]
    if private:
        _RECORD.run_rows(connection, [(index, each.record) for index, each in private])
        _KEY.run_rows(connection, [(index, each.wrapped) for index, each in private])
    _tally(connection, drafts)
    return first


def _tally(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Add the released counts of a group to their days' sums."""
    sums: DaySums = {}
    for each in drafts:
        add_released(sums, each)
    for (agreement_id, share, day), count in sums.items():
        place = {"of_agreement": agreement_id, "of_share": share, "on_day": day}
        if not _ADD.run(connection, place | {"added": count}).rowcount:
            connection.execute(insert(days).values(agreement_id=agreement_id, share=share, day=day, count=count))


def add_released(sums: DaySums, draft: Draft) -> None:
    """Add what an entry released to the sums of agreement, share and day."""
    if draft.place:
        sums[draft.place] = sums.get(draft.place, 0) + draft.adds


def counted(connection: Connection, agreement_id: str, share: str, day: str) -> int:
    """The records released under one share on one UTC day (`2026-11-21`), an answer of none counted as one."""
    return connection.scalar(_COUNTED, {"of_agreement": agreement_id, "of_share": share, "on_day": day}) or 0


def all_days(connection: Connection) -> DaySums:
    """Every day's sum as it is stored."""
    return {(agreement_id, share, day): count for agreement_id, share, day, count in connection.execute(select(days))}


def stored(connection: Connection) -> int:
    """How many entries are really there."""
    return int(connection.execute(select(func.count()).select_from(entries)).scalar_one())


def rows(connection: Connection) -> Iterator[Row]:
    """Every entry in order, as stored."""
    joined = entries.outerjoin(records, records.c.index == entries.c.index)
    joined = joined.outerjoin(keys, keys.c.index == entries.c.index)
    query = select(entries, records.c.record, keys.c.wrapped).select_from(joined).order_by(entries.c.index)
    for index, *row, record, wrapped in connection.execution_options(yield_per=PAGE).execute(query):
        yield Row(index, tuple(row), record, wrapped)


def read(
    connection: Connection,
    start: int,
    stop: int,
    *,
    kind: str | None = None,
    agreement: str | None = None,
    intent: int | None = None,
) -> Iterator[Logged]:
    """Entries `start` to before `stop` in order, a page at a time; all, or those of one type, agreement or intent."""
    facts = ((entries.c.type, kind), (entries.c.agreement, agreement), (entries.c.intent, intent))
    wanted = [column == value for column, value in facts if value is not None]
    query = select(entries.c.index, entries.c.body).where(*wanted).order_by(entries.c.index).limit(PAGE)
    while True:
        page = connection.execute(query.where(entries.c.index >= start, entries.c.index < stop)).all()
        yield from (Logged(index, body) for index, body in page)
        if len(page) < PAGE:
            return
        start = page[-1][0] + 1


def chosen(connection: Connection, indexes: Sequence[int]) -> Iterator[Logged]:
    """The entries at these indexes that there are, in order, a page at a time."""
    query = select(entries.c.index, entries.c.body).order_by(entries.c.index)
    for start in range(0, len(indexes), PAGE):
        page = connection.execute(query.where(entries.c.index.in_(indexes[start : start + PAGE]))).all()
        yield from (Logged(index, body) for index, body in page)


def recent(connection: Connection, kind: EntryType, within: int) -> Iterator[Logged]:
    """The entries of one type among the newest ones, the newest first."""
    newest = entries.c.index >= size(connection) - within
    query = select(entries.c.index, entries.c.body).where(newest, entries.c.type == kind.value)
    for index, body in connection.execute(query.order_by(entries.c.index.desc())):
        yield Logged(index, body)


def sealed(connection: Connection, index: int) -> tuple[bytes | None, bytes | None]:
    """An entry's private record and the wrapped key to it, each absent once erased."""
    record = connection.scalar(select(records.c.record).where(records.c.index == index))
    return record, connection.scalar(select(keys.c.wrapped).where(keys.c.index == index))


_WHOLE = Statement(
    select(entries.c.body, records.c.record, keys.c.wrapped)
    .select_from(entries.outerjoin(records, records.c.index == entries.c.index))
    .outerjoin(keys, keys.c.index == entries.c.index)
    .where(entries.c.index == bindparam("at"))
)
_BODIES = (
    select(entries.c.body)
    .where(entries.c.index >= bindparam("start"), entries.c.index < bindparam("stop"))
    .order_by(entries.c.index)
)


def whole(engine: Engine, index: int) -> tuple[bytes, bytes | None, bytes | None] | None:
    """An entry, its private record and the wrapped key to it, each absent once erased; `None` where there is none."""
    for body, record, wrapped in _WHOLE.fetch(engine, {"at": index}):
        return body, record, wrapped
    return None


def bodies(connection: Connection, start: int, stop: int) -> Iterator[bytes]:
    """The exact bytes of entries `start` to before `stop`, in order."""
    while start < stop:
        page = connection.execute(_BODIES, {"start": start, "stop": min(stop, start + PAGE)}).scalars().all()
        yield from page
        start += PAGE


def erase(connection: Connection, index: int) -> bool:
    """Destroy an entry's wrapped key and its private record; whether there was one."""
    found = connection.execute(delete(keys).where(keys.c.index == index)).rowcount
    return bool(found + connection.execute(delete(records).where(records.c.index == index)).rowcount)
