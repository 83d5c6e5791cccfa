"""Stopping at this node alone, and going on: by hand, beside what the parties of a proposal say to each other.

Whoever suspends is not made to wait for another's node. And what a party suspended is taken back by that party: nobody
else's hand opens it again.
"""

from contextlib import suppress
from datetime import datetime

from easement.base.database import reading
from easement.base.errors import Refused, UsageError
from easement.gate import suspension
from easement.permission import tables
from easement.permission.carrying import Away
from easement.permission.dossier import Dossier
from easement.permission.keeping import read, reason_of
from easement.permission.ports import Host

__all__ = ["resume", "stopped_here", "suspended_by"]


def suspended_by(host: Host, agreement_id: str) -> tuple[str, ...]:
    """Why the parties of proposals suspended an agreement that binds this organisation, each as the gate has it."""
    with reading(host.engine) as connection:
        rows = tables.all_rows(connection, agreement_id=agreement_id)
    found = (read(host, row.id) for row in rows if row.agreed is not None and row.over is None)
    bound = (each for each in found if host.organisation in each.bound)
    return tuple(reason_of(author, words) for each in bound for author, words in each.suspended.items())


def resume(host: Host, ref: str, reason: str = "", *, now: datetime, by: str = "") -> int:
    """Take back what was suspended here by hand; the index of the entry that says so.

    What a party suspended through its proposal stays so. Raises `UsageError` where nothing else is suspended.
    """
    return suspension.resume(
        host, ref, reason, now=now, by=by, stays=lambda agreement_id: suspended_by(host, agreement_id)
    )


def stopped_here(host: Host, dossier: Dossier, words: str, by: str, now: datetime, error: Refused | Away) -> Exception:
    """Suspend at this node what the proposal's home did not let end or be suspended; the error that tells of both."""
    assert dossier.agreed is not None  # only what is in force is stopped
    with suppress(UsageError):  # it is suspended already
        suspension.suspend(host, dossier.agreed.id, reason_of(host.organisation, words), now=now, by=by)
    what = f"{error.what}; at this node nothing crosses under it any more"
    kind = Away if isinstance(error, Away) else Refused
    return kind(what, remedy=error.remedy)
