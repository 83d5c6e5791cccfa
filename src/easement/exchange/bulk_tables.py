"""Sets that this node asked others for: how each stands, and whether its deletion was certified."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from sqlalchemy import Column, Connection, Index, LargeBinary, String, Table, Text, insert, select, update

from easement.base.database import METADATA
from easement.ledger.tables import Whole

__all__ = ["Bulk", "BulkState", "add_bulk", "bulk", "bulks", "change_bulk"]


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
    Column("met", Whole),
    Column("certified", Whole),
    Column("sealed", LargeBinary, nullable=False),
    Index("exchange_bulk_by_state", "state", "since"),
)


@dataclass(frozen=True, slots=True)
class Bulk:
    """One set asked of another node. Instants are in seconds since 1970; `sealed` holds the question.

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
    connection.execute(insert(_bulks).values({each.name: getattr(made, each.name) for each in fields(made)}))


def _read(row: Iterable[object]) -> Bulk:
    said = dict(zip((column.name for column in _bulks.c), row, strict=True))
    return Bulk(**said | {"state": BulkState(str(said["state"]))})  # type: ignore[arg-type]


def bulk(connection: Connection, message: str) -> Bulk | None:
    """One set that was asked for."""
    row = connection.execute(select(_bulks).where(_bulks.c.message == message)).one_or_none()
    return _read(row) if row else None


def bulks(connection: Connection, *, states: Iterable[BulkState] = BulkState) -> list[Bulk]:
    """The sets that were asked for and stand in one of some states, the newest first."""
    query = select(_bulks).where(_bulks.c.state.in_(list(states)))
    return [_read(row) for row in connection.execute(query.order_by(_bulks.c.since.desc(), _bulks.c.message))]


def change_bulk(connection: Connection, seen: Bulk, **said: object) -> bool:
    """Note how it stands now; false where somebody else noted something in the meantime."""
    same = (_bulks.c.message == seen.message, _bulks.c.state == seen.state)
    return connection.execute(update(_bulks).where(*same).values(said)).rowcount == 1
