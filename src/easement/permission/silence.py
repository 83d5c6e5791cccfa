"""Who does not answer in time: their silence is said, logged at every party, and goes to their named senior (R1.5)."""

from contextlib import suppress
from datetime import UTC, date, datetime

from easement.base.database import reading
from easement.base.errors import EasementError
from easement.permission import model as m
from easement.permission import tables
from easement.permission.actor import Actor
from easement.permission.clock import working_days_after
from easement.permission.dossier import Dossier, Stage
from easement.permission.holidays import holidays
from easement.permission.keeping import read
from easement.permission.ports import Host
from easement.permission.service import done
from easement.staff.permissions import NodeRole, Permission

__all__ = ["CLOCK", "GRACE", "escalate_all"]

GRACE = 1
"""Working days that a silent organisation's own node has to say so, before the proposal's home says it."""

CLOCK = Actor("clock", NodeRole.GOVERNANCE_LEAD.value, frozenset({Permission.AGREEMENT_PROPOSAL_DECIDE}))
"""Who acts when nobody does."""


def escalate_all(host: Host, now: datetime) -> int:
    """Say of every answer that is overdue that it is, once; how many.

    A node says it of its own organisation, and names the senior. The home of a proposal says it of another that did
    not, a working day later.
    """
    with reading(host.engine) as connection:
        rows = tables.all_rows(connection, state=Stage.PROPOSED.value)
    today, said = now.astimezone(UTC).date().isoformat(), 0
    for row in rows:
        if today <= row.answer_by:
            continue
        dossier = read(host, row.id)
        for of in _due(host, dossier, now):
            with suppress(EasementError):  # the home does not answer, or somebody did meanwhile: the next time
                done(host, read(host, row.id), _escalated(host, of), CLOCK, now)
                said += 1
    return said


def _due(host: Host, dossier: Dossier, now: datetime) -> tuple[str, ...]:
    today = now.astimezone(UTC).date()
    told = {each.of for each in dossier.escalations}
    silent = [each for each in dossier.overdue(today) if each not in told]
    own = [each for each in silent if each == host.organisation]
    if dossier.home != host.organisation or today <= working_days_after(dossier.answer_by, GRACE, _holidays(host)):
        return tuple(own)
    return tuple(silent)


def _holidays(host: Host) -> frozenset[date]:
    rules = host.settings.permission
    return holidays(rules.calendar, rules.days_off)


def _escalated(host: Host, of: str) -> m.Told:
    to = host.settings.permission.senior if of == host.organisation else f"the named senior of {of}"
    return m.Escalated(of=of, to=to)
