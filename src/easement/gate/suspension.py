"""Suspending an agreement, and taking that back: in force from the next decision on, and in the ledger for good.

Another process that is running meanwhile takes note within half a second (`gate.suspended`).

It holds for the agreement, whatever its version, until somebody takes it back: a version signed meanwhile does not
open by itself what was closed.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from easement.base.errors import UsageError
from easement.gate import tables
from easement.gate.marks import ended
from easement.gate.ports import Holder
from easement.gate.shelf import Shelved
from easement.gate.suspended import changed
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.ledger.tables import Also

__all__ = ["resume", "suspend"]

Stays = Callable[[str], Sequence[str]]
"""Why an agreement of an id stays suspended."""


def suspend(holder: Holder, ref: str, reason: str, *, now: datetime, by: str = "") -> int:
    """Suspend the agreement of an id or digest; the index of the entry that says so.

    Whoever asks is told the `reason`; `by` stays in the private record. Raises `UsageError` for an agreement that is
    not known, or suspended already.
    """
    now = now.astimezone(UTC)
    shelved = holder.shelf.get(ref, now.date())
    id_, reason = shelved.prepared.id, " ".join(reason.split())
    if not reason:
        raise UsageError("an agreement is suspended for a reason", remedy="say why: --reason TEXT")

    def also(connection: Connection, index: int) -> None:
        if (known := tables.why_suspended(connection, id_)) is not None:
            raise UsageError(f"`{id_}` is suspended already: {known}", remedy=f"easement agreement resume {id_}")
        tables.suspend(connection, id_, reason, int(now.timestamp()), index)

    private = PrivateRecord({"suspension": {"reason": reason, "by": by}})
    return _logged(holder, _entry(EntryType.VERSION_SUSPENDED, holder, shelved, now), private, also)


def resume(
    holder: Holder, ref: str, reason: str = "", *, now: datetime, by: str = "", stays: Stays = lambda _: ()
) -> int:
    """Take a suspension back; the index of the entry that says so. Raises `UsageError` where there is none.

    `stays` says, of an agreement's id, for which reasons it stays suspended whatever is done here.
    """
    now = now.astimezone(UTC)
    shelved = holder.shelf.get(ref, now.date())
    id_ = shelved.prepared.id

    def also(connection: Connection, index: int) -> None:
        if (why := ended(connection, id_)) is not None:
            raise UsageError(f"`{id_}` was ended for good: {why}", remedy="propose a new agreement, under another id")
        why, others = tables.why_suspended(connection, id_), stays(id_)
        if why is None:
            raise UsageError(f"`{id_}` is not suspended", remedy="see where it stands: easement agreement status FILE")
        if why in others:
            remedy = "whoever suspended it takes that back: easement proposal resume"
            raise UsageError(f"`{id_}` is suspended by a party: {why}", remedy=remedy)
        tables.resume(connection, id_)
        if others:
            tables.suspend(connection, id_, others[0], int(now.timestamp()), index)

    private = PrivateRecord({"suspension": {"reason": " ".join(reason.split()), "by": by}})
    return _logged(holder, _entry(EntryType.VERSION_RESUMED, holder, shelved, now), private, also)


def _logged(holder: Holder, entry: Entry, private: PrivateRecord, also: Also) -> int:
    try:
        return holder.ledger.append(entry, private, also=also)
    finally:  # whatever came of it, nobody goes on by what was known before
        changed()


def _entry(type_: EntryType, holder: Holder, shelved: Shelved, now: datetime) -> Entry:
    return Entry(
        time=minute(now),
        type=type_,
        organisation=holder.organisation,
        agreement=shelved.prepared.digest,
        agreement_id=shelved.prepared.id,
        version=shelved.prepared.version,
    )
