"""The register's own tables: its entries, the counts of what was shared under them, and what is left out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole
from easement.exchange.upsert import insert_new, put
from easement.register.counting import Event, Place, Sums
from easement.register.model import LeftOut, Redaction

__all__ = [
    "add_redaction",
    "add_sums",
    "cards_of",
    "drop_redaction",
    "entries",
    "events",
    "first_uses",
    "forget_stamps",
    "head",
    "keep_head",
    "mapped",
    "put_entry",
    "reasons",
    "redactions",
    "rows",
    "set_entry",
    "uses",
]

entries = Table(
    "register_entries",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("agreement_id", String(63), nullable=False),
    Column("version", String(20), nullable=False),
    Column("path", Text, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("not_public", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("purpose", String(63), nullable=False),
    Column("parties", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("supersedes", String(64), nullable=False),
    Column("starts", String(10), nullable=False),
    Column("ends", String(10), nullable=False),
    Column("next_review", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("newest", Boolean, nullable=False),
    Column("since", Whole, nullable=False),
    Index("register_entries_by_agreement", "agreement_id"),
    Index("register_entries_by_list", "newest", "public", "title"),
)
"""Every version that all its parties signed, for good: where its file stands and how that was when it was read.

`stamp` is how the file was; `parties` and `words` are what it is found by, without what is left out; `newest` is the
version that its agreement's entry shows. Times are seconds since 1970."""

cards = Table(
    "register_cards",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("card", Text, nullable=False),
)
"""What the register says of each version, as JSON; apart, so that looking through entries does not read it all."""

counts = Table(
    "register_counts",
    METADATA,
    Column("kind", String(10), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("agreement_id", String(200), primary_key=True),
    Column("share", String(200), primary_key=True),
    Column("purpose", String(200), primary_key=True),
    Column("mode", String(200), primary_key=True),
    Column("provider", String(200), primary_key=True),
    Column("recipient", String(200), primary_key=True),
    Column("times", Whole, nullable=False),
    Column("records", Whole, nullable=False),
    Index("register_counts_by_agreement", "agreement_id"),
)
"""What was shared and refused, summed up by day; see `easement.register.counting.Place`."""

refusals = Table(
    "register_refusals",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("agreement_id", String(200), primary_key=True),
    Column("reason", String(200), primary_key=True),
    Column("times", Whole, nullable=False),
)
"""How often each reason was given for a refusal; a refusal may have several."""

kept = Table(
    "register_events",
    METADATA,
    Column("entry", Whole, primary_key=True, autoincrement=False),
    Column("type", String(63), nullable=False),
    Column("time", String(17), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("version", String(200), nullable=False),
    Column("organisation", String(200), nullable=False),
    Column("proposal", String(32), nullable=False),
    Column("concern", String(32), nullable=False),
    Column("reasons", Text, nullable=False),
    Index("register_events_by_agreement", "agreement_id", "entry"),
)
"""What happened to agreements, proposals, concerns and entries, each by its index in the ledger."""

read = Table(
    "register_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("upto", Whole, nullable=False),
    Column("seen", Whole, nullable=False),
    Column("known", String(64), nullable=False),
)
"""How many of the ledger's entries are counted, when the shelf was looked at, and a digest of whom it knew then."""

left_out = Table(
    "register_redactions",
    METADATA,
    Column("agreement_id", String(63), primary_key=True),
    Column("field", String(63), primary_key=True),
    Column("reason", String(63), nullable=False),
    Column("explanation", Text, nullable=False),
    Column("role", String(63), nullable=False),
    Column("since", String(17), nullable=False),
    Column("entry", Whole, nullable=False),
)
"""The fields that are left out of an agreement's entry, whatever its version."""


def head(connection: Connection) -> tuple[int, int, str]:
    """How many of the ledger's entries are counted, when the shelf was looked at, and whom the node knew then."""
    found = connection.execute(select(read.c.upto, read.c.seen, read.c.known)).first()
    return (found.upto, found.seen, found.known) if found else (0, 0, "")


def keep_head(connection: Connection, **facts: Any) -> None:
    """Say one of them anew."""
    insert_new(connection, read, {"id": 1, "upto": 0, "seen": 0, "known": ""})
    connection.execute(update(read).values(**facts))


def add_sums(connection: Connection, sums: Sums) -> None:
    """Add what a page of entries adds, within the turn of whoever counts."""
    for place in sums.times:
        _add(connection, counts, place._asdict(), times=sums.times[place], records=sums.records[place])
    for (day, agreement_id, reason), times in sums.reasons.items():
        _add(connection, refusals, {"day": day, "agreement_id": agreement_id, "reason": reason}, times=times)
    if sums.events:
        connection.execute(insert(kept), [each._asdict() for each in sums.events])


def _add(connection: Connection, table: Table, key: dict[str, str], **more: int) -> None:
    where = [table.c[name] == value for name, value in key.items()]
    grown = {name: table.c[name] + value for name, value in more.items()}
    if not connection.execute(update(table).where(*where).values(grown)).rowcount:
        connection.execute(insert(table).values(**key, **more))


def uses(
    connection: Connection, *, agreements: Sequence[str] | None = None, since: str = "", until: str = "9999"
) -> Iterator[tuple[Place, int, int]]:
    """Counts of some agreements, or of all, from one day to another (both included): place, times and records."""
    wanted = [counts.c.day >= since, counts.c.day <= until]
    if agreements is not None:
        wanted.append(counts.c.agreement_id.in_(agreements))
    for row in connection.execute(select(counts).where(*wanted)):
        yield Place(*row[:8]), row.times, row.records


def reasons(connection: Connection, since: str, until: str) -> dict[str, int]:
    """How often each reason was given for a refusal, from one day to another."""
    wanted = (refusals.c.day >= since, refusals.c.day <= until)
    query = select(refusals.c.reason, func.sum(refusals.c.times)).where(*wanted).group_by(refusals.c.reason)
    return {reason: int(times) for reason, times in connection.execute(query)}


def first_uses(connection: Connection) -> dict[str, str]:
    """The first day on which something was given or received under each agreement."""
    crossed = counts.c.kind.in_(["gave", "received"])
    query = select(counts.c.agreement_id, func.min(counts.c.day)).where(crossed).group_by(counts.c.agreement_id)
    return {agreement_id: str(day) for agreement_id, day in connection.execute(query)}


def events(
    connection: Connection, *types: str, agreement_id: str | None = None, newest: int | None = None
) -> list[Event]:
    """What happened, the newest first: of some types, to one agreement, at most so many."""
    query = select(kept).order_by(kept.c.entry.desc())
    query = query.where(kept.c.type.in_(types)) if types else query
    query = query.where(kept.c.agreement_id == agreement_id) if agreement_id is not None else query
    return [Event(*row) for row in connection.execute(query.limit(newest))]


def forget_stamps(connection: Connection, agreements: Collection[str]) -> None:
    """Have the files of some agreements read anew, because something happened to them."""
    if agreements:
        connection.execute(update(entries).where(entries.c.agreement_id.in_(agreements)).values(stamp=""))


def rows(connection: Connection, *where: Any, columns: Iterable[str] = ()) -> Sequence[Row[Any]]:
    """Entries that fit, with all columns or with some."""
    wanted = [entries.c[name] for name in columns] or list(entries.c)
    return connection.execute(select(*wanted).where(*where)).all()


def mapped(connection: Connection, columns: Iterable[str]) -> Sequence[Mapping[str, Any]]:
    """Some columns of all entries, each by its name."""
    return connection.execute(select(*(entries.c[name] for name in columns))).mappings().all()  # type: ignore[return-value]


def cards_of(connection: Connection, digests: Sequence[str]) -> dict[str, str]:
    """What the register says of some versions, by digest."""
    found = connection.execute(select(cards.c.digest, cards.c.card).where(cards.c.digest.in_(digests)))
    return {row.digest: row.card for row in found}


def put_entry(connection: Connection, row: dict[str, Any]) -> None:
    """Put an entry with its card, or another in the place of the one with its digest."""
    put(connection, cards, {"digest": row["digest"], "card": row["card"]})
    put(connection, entries, {name: value for name, value in row.items() if name != "card"})


def set_entry(connection: Connection, digest: str, **facts: Any) -> None:
    """Change some columns of an entry."""
    connection.execute(update(entries).where(entries.c.digest == digest).values(**facts))


def redactions(connection: Connection, agreements: Sequence[str] | None = None) -> dict[str, tuple[Redaction, ...]]:
    """What is left out of some agreements' entries, or of all, by agreement."""
    query = select(left_out).order_by(left_out.c.field)
    query = query if agreements is None else query.where(left_out.c.agreement_id.in_(agreements))
    found: dict[str, tuple[Redaction, ...]] = {}
    for id_, name, reason, *rest in connection.execute(query):
        found[id_] = (*found.get(id_, ()), Redaction(name, LeftOut(reason), *rest))
    return found


def add_redaction(connection: Connection, agreement_id: str, redaction: Redaction) -> bool:
    """Leave a field out; whether it was not left out already."""
    said = {name: getattr(redaction, name) for name in ("field", "explanation", "role", "since", "entry")}
    return insert_new(connection, left_out, {"agreement_id": agreement_id, "reason": redaction.reason.value, **said})


def drop_redaction(connection: Connection, agreement_id: str, field: str) -> bool:
    """Show a field again; whether it was left out."""
    mine = (left_out.c.agreement_id == agreement_id) & (left_out.c.field == field)
    return bool(connection.execute(delete(left_out).where(mine)).rowcount)
