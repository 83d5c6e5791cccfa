"""Sets that this node asked others for: how each stands, and whether its deletion was certified."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole
from easement.exchange.duties_tables import certificates

__all__ = ["Bulk", "BulkState", "add_bulk", "awaited", "bulk", "bulks", "change_bulk", "end_bulk"]


class BulkState(StrEnum):
    """How it stands with a set that was asked for; `asked` is not yet known to have reached the provider."""

    ASKED = "asked"
    WAITING = "waiting"
    RUNNING = "running"
    RECEIVED = "received"
    REFUSED = "refused"
    FAILED = "failed"
    DELETED = "deleted"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self not in (BulkState.ASKED, BulkState.WAITING, BulkState.RUNNING)


_bulks = Table(
    "exchange_bulk",
    METADATA,
    Column("message", String(32), primary_key=True),
    Column("provider", String(63), nullable=False),
    Column("agreement", String(64), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("since", Whole, nullable=False),
    Column("changed", Whole, nullable=False),
    Column("rows", Whole, nullable=False),
    Column("entry", Whole),
    Column("peer_entry", Whole),
    Column("problem", Text, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("exchange_bulk_by_state", "state", "since"),
    Index("exchange_bulk_by_entry", "entry"),
)


@dataclass(frozen=True, slots=True)
class Bulk:
    """One set asked of another node. Instants are in seconds since 1970; `sealed` holds the question until it ends.

    `entry` is what this ledger says of it, `met` that it is deleted; `peer_entry` and `certified` are the provider's.
    """

    message: str
    provider: str
    agreement: str
    agreement_id: str
    share: str
    mode: str
    state: BulkState
    since: int
    changed: int
    rows: int = 0
    entry: int | None = None
    peer_entry: int | None = None
    problem: str = ""
    manifest: str = ""
    receipt: str = ""
    met: int | None = None
    certified: int | None = None
    sealed: bytes = b""

    def as_dict(self) -> dict[str, object]:
        """The set as `--json` shows it."""
        shown = [each.name for each in fields(self) if each.name not in ("sealed", "manifest", "receipt")]
        return {name: getattr(self, name) for name in shown}


def add_bulk(connection: Connection, made: Bulk) -> None:
    """Keep that a set is asked for, before the question leaves."""
    connection.execute(insert(_bulks).values({column.name: getattr(made, column.name) for column in _bulks.c}))


def _whole() -> Select[Any]:
    """Every set, with what its certificate of deletion says, where it has one."""
    of = certificates.c
    certificate = of.entry == _bulks.c.entry
    said = (of.met, of.certified, of.problem.label("uncertified"))
    return select(*_bulks.c, *said).join(certificates, certificate, isouter=True)


def _read(row: RowMapping) -> Bulk:
    said: dict[str, Any] = {str(name): value for name, value in row.items() if name != "uncertified"}
    said |= {"state": BulkState(said["state"]), "problem": row["uncertified"] or said["problem"]}
    return Bulk(**said)


def bulk(connection: Connection, message: str) -> Bulk | None:
    """One set that was asked for."""
    row = connection.execute(_whole().where(_bulks.c.message == message)).mappings().one_or_none()
    return _read(row) if row else None


def bulks(connection: Connection, *, states: Iterable[BulkState] = BulkState) -> list[Bulk]:
    """The sets that were asked for and stand in one of some states, the newest first."""
    query = _whole().where(_bulks.c.state.in_(list(states)))
    rows = connection.execute(query.order_by(_bulks.c.since.desc(), _bulks.c.message))
    return [_read(row) for row in rows.mappings()]


def awaited(connection: Connection, provider: str) -> set[str]:
    """The messages of the sets asked of a provider that have not ended."""
    open_ = [state for state in BulkState if not state.ended]
    query = select(_bulks.c.message).where(_bulks.c.provider == provider, _bulks.c.state.in_(open_))
    return set(connection.scalars(query))


def change_bulk(connection: Connection, seen: Bulk, **said: object) -> bool:
    """Note how it stands now; false where somebody else noted something in the meantime.

    Once it ended, what was asked goes, and the list with it.
    """
    if isinstance(state := said.get("state"), BulkState) and state.ended:
        said["sealed"] = b""
    same = (_bulks.c.message == seen.message, _bulks.c.state == seen.state)
    return connection.execute(update(_bulks).where(*same).values(said)).rowcount == 1


def end_bulk(connection: Connection, entry: int, now: int) -> None:
    """Note that the set which came in by an entry is deleted; nothing where that entry is of no set."""
    received = (_bulks.c.entry == entry, _bulks.c.state == BulkState.RECEIVED)
    connection.execute(update(_bulks).where(*received).values(state=BulkState.DELETED, changed=now))
