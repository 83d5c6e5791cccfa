"""How long people worked on a proposal, as they say it: a number for the figures, never a person (R5.5)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from easement.base.database import reading, writing
from easement.base.errors import Refused, UsageError
from easement.base.words import did_you_mean
from easement.permission import effort_tables as tables
from easement.permission.actor import Actor
from easement.permission.effort_tables import Effort
from easement.permission.ports import Host
from easement.permission.service import find
from easement.staff.permissions import Permission

__all__ = ["WORK", "Spent", "record_effort", "spent"]

WORK: Mapping[str, str] = {
    "assessing": "Asking whether it may be shared, and assessing its impact",
    "drafting": "Writing and reading the text",
    "negotiating": "Talking with the other side",
    "approving": "Approving and signing",
    "technical": "Making the data ready",
    "other": "Anything else",
}
"""What time is spent on, by code."""

MOST = Decimal(1_000)
"""Hours in one record: half a year's work of one person."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was recorded on a proposal."""

    proposal: str
    records: tuple[Effort, ...]

    @property
    def minutes(self) -> int:
        """All of it together."""
        return sum(each.minutes for each in self.records)

    def as_dict(self) -> dict[str, Any]:
        """The effort as `--json` shows it."""
        rows = [{"day": e.day, "minutes": e.minutes, "on": e.what, "role": e.role} for e in self.records]
        return {"proposal": self.proposal, "minutes": self.minutes, "records": rows}


def spent(host: Host, ref: str) -> Spent:
    """What was recorded on a proposal here; raises `UsageError` for one that is not known."""
    proposal = find(host, ref).id
    with reading(host.engine) as connection:
        return Spent(proposal, tuple(tables.of_proposal(connection, proposal)))


def record_effort(
    host: Host, ref: str, hours: Decimal, what: str, actor: Actor, now: datetime, *, day: date | None = None
) -> Spent:
    """Record hours that somebody in the actor's role worked on a proposal, on a day (default: today, in UTC).

    Raises `UsageError` for hours that cannot be, work that is not listed and a day yet to come; `Refused` for who may
    not read proposals.
    """
    if Permission.AGREEMENT_PROPOSAL_READ not in actor.permissions:
        raise Refused(f"as {actor.role} you cannot record effort on proposals", remedy="ask the governance lead")
    today = now.astimezone(UTC).date()
    if not hours.is_finite() or not 0 < hours <= MOST or round(hours * 60) == 0:
        raise UsageError(f"`{hours}` hours cannot be", remedy=f"say how many, such as 1.5, up to {MOST:,}")
    if what not in WORK:
        raise UsageError(f"`{what}` is no work that is counted", remedy=did_you_mean(what, WORK, ", ".join(WORK)))
    if day is not None and day > today:
        raise UsageError(f"{day} is yet to come", remedy="say on which day the work was done")
    proposal = find(host, ref).id
    row = Effort(secrets.token_hex(16), proposal, (day or today).isoformat(), round(hours * 60), actor.role, what)
    with writing(host.engine) as connection:
        tables.add(connection, row)
    return spent(host, proposal)
