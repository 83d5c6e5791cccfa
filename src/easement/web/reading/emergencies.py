"""What was shared in emergencies: who may read how much of it, recording it, and looking at it after."""

from datetime import UTC, datetime

from easement.law.catalogue import catalogue
from easement.law.model import Purpose
from easement.node.home import Node
from easement.permission import emergency as room
from easement.permission.actor import CONSOLE, of_identity
from easement.permission.emergency import Found, Happened, Seen
from easement.permission.model import Kind
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.web.reading.names import Names, names_of, purpose_name
from easement.web.reading.proposals import roles_for
from easement.web.times import typed
from easement.web.views.offers import Emergencies, EmergencyLine, NewEmergency, ReviewEmergency

__all__ = ["RECORDERS", "emergencies", "new_emergency", "record", "review", "review_page"]

RECORDERS = (
    Permission.DISCLOSURE_PERSON_ASK,
    Permission.AGREEMENT_DRAFT_WRITE,
    Permission.AGREEMENT_VERSION_SUSPEND,
)
"""Whoever may have to share before there is time to write it down."""


def emergencies(node: Node, identity: Identity, now: datetime) -> Emergencies:
    """What this person may see of emergencies: reviewers all, who recorded one theirs, auditors nobody's words."""
    names = names_of(node, now)
    listed = identity.may(Permission.AGREEMENT_PROPOSAL_READ) or identity.may(Permission.AGREEMENT_VERSION_SUSPEND)
    seen = [each for each in room.emergencies(node, now) if listed or _own(each, identity)]
    return Emergencies(
        lines=tuple(_line(each, identity, names) for each in seen),
        recording=any(identity.may(each) for each in RECORDERS),
    )


def _own(seen: Seen, identity: Identity) -> bool:
    return seen.by_id == identity.id or (seen.by_id == CONSOLE and seen.by == identity.name)


def _line(seen: Seen, identity: Identity, names: Names) -> EmergencyLine:
    reviewer = identity.may(Permission.AGREEMENT_VERSION_SUSPEND)
    row, reads = seen.row, reviewer or _own(seen, identity)
    return EmergencyLine(
        id=row.id,
        gave=row.direction == "gave",
        other=names.organisation(row.other),
        purpose=purpose_name(row.purpose),
        agreement=row.agreement_id or "",
        at=_at(row.happened),
        recorded=_at(row.recorded),
        review_by=_at(row.review_by),
        late=seen.late,
        outside=seen.outside,
        overdue=seen.overdue,
        entry=row.entry,
        reviewed=_at(row.reviewed) if row.reviewed else None,
        outcome=row.outcome or "",
        what=seen.what if reads else "",
        why=seen.why if reads else "",
        by=(names.organisation(seen.told_by) if seen.told_by else seen.by) if reads else "",
        words=seen.words if reads else "",
        reviewable=reviewer and row.reviewed is None and not _own(seen, identity),
    )


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def new_emergency(node: Node, now: datetime) -> NewEmergency:
    """The form that records one."""
    names = names_of(node, now)
    others = {id_: name for id_, name in names.organisations.items() if id_ != node.organisation}
    agreements = {each.prepared.id: each.prepared.terms.title for each in node.shelf.all(now.date())}
    return NewEmergency(
        organisations=tuple(sorted(others.items(), key=lambda pair: pair[1].casefold())),
        purposes=tuple(
            sorted(((each.id, each.label) for each in catalogue().all(Purpose)), key=lambda pair: pair[1].casefold())
        ),
        agreements=tuple(sorted(agreements.items(), key=lambda pair: pair[1].casefold())),
        latest=typed(now),
    )


def record(node: Node, identity: Identity, happened: Happened, now: datetime) -> None:
    """Record what was shared; raises what the room of proposals raises."""
    room.record(node, happened, of_identity(identity), now)


def review_page(node: Node, identity: Identity, id_: str, now: datetime) -> ReviewEmergency | None:
    """The form of whoever looks at one after somebody else recorded it; `None` where there is none."""
    found = next((each for each in room.emergencies(node, now) if each.row.id == id_), None)
    if found is None:
        return None
    return ReviewEmergency(
        line=_line(found, identity, names_of(node, now)), outcomes=tuple(each.value for each in Found)
    )


def review(node: Node, identity: Identity, id_: str, outcome: str, words: str, now: datetime) -> None:
    """Record what was found; raises what the room of proposals raises."""
    actor = of_identity(identity, next(iter(roles_for(node, identity, Kind.REVIEW, None)), ""))
    room.review(node, id_, outcome, words, actor, now)
