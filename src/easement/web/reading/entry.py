"""Getting in and out through the staff room, and what waits for whoever is in."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from easement.base.errors import EasementError
from easement.node.home import Node
from easement.permission import emergency
from easement.staff import service as staff
from easement.staff.model import Enrolled, Identity, SignedIn
from easement.staff.permissions import Permission
from easement.web.reading import corrections, proposals, records
from easement.web.reading.names import names_of
from easement.web.states import States
from easement.web.views.entry import Enrol, Home, Waiting
from easement.web.views.records import Kind, Sought

__all__ = ["change_password", "enrol", "enrolment", "home", "leave", "sign_in", "who_is"]

CORRECTIONS = (Permission.DATA_CORRECTION_MANAGE, Permission.DISCLOSURE_PERSON_ASK)
"""Whose corrections may be: who answers for the data, and who works with it."""

SOON = timedelta(days=30)
"""How long before its day a duty, a review or a course begins to wait for somebody."""


def who_is(node: Node, token: str, now: datetime) -> Identity | None:
    """Who holds a session, or nobody."""
    return staff.identity_of_session(node, token, now)


def sign_in(
    node: Node, name: str, password: str, code: str, *, now: datetime, source: str, device: str, earlier: str
) -> SignedIn | None:
    """A new session for whoever knows password and code; nothing tells why there is none."""
    return staff.sign_in_local(node, name, password, code, now=now, source=source, device=device, earlier=earlier)


def leave(node: Node, states: States, token: str) -> None:
    """End a session, and forget what its pages had gathered."""
    states.forget_all(token)
    staff.sign_out(node, token)


def enrolment(node: Node, invitation: str, now: datetime) -> Enrol | None:
    """What somebody with an invitation is shown; nothing where it does not work (any more)."""
    shown = staff.begin_enrolment(node, invitation, now)
    if shown is None:
        return None
    return Enrol(
        invitation=invitation,
        name=shown.name,
        secret=shown.secret,
        uri=shown.uri,
        second_factor=node.settings.staff.second_factor,
        local=node.settings.staff.local_accounts,
        openid=bool(node.settings.staff.oidc_issuer),
    )


def enrol(
    node: Node, invitation: str, password: str, code: str, *, now: datetime, source: str, earlier: str
) -> Enrolled:
    """Set the password and the authenticator; raises `UsageError` or `Refused` with words for the person."""
    return staff.finish_enrolment(node, invitation, password, code, now=now, source=source, earlier=earlier)


def change_password(
    node: Node, identity: Identity, password: str, wanted: str, *, now: datetime, source: str, device: str
) -> SignedIn | None:
    """Another password for whoever knows theirs; a new session, or nothing where the old one was wrong."""
    return staff.change_password(node, identity.id, password, wanted, now=now, source=source, device=device)


def home(node: Node, identity: Identity, now: datetime) -> Home:
    """What waits for this person, and the roles they hold."""
    names = names_of(node, now)
    return Home(
        name=identity.name,
        waiting=tuple(each for each in _waiting(node, identity, now) if each.count),
        roles=tuple(
            (names.agreement(id_), role) for id_ in sorted(identity.grants) for role in sorted(identity.grants[id_])
        ),
        stopped=node.ledger.refusal is not None,
        courses=tuple(_courses(node, identity, now)),
    )


def _waiting(node: Node, identity: Identity, now: datetime) -> Iterator[Waiting]:
    if identity.may(Permission.DISCLOSURE_RECORD_READ):
        for kind in (Kind.OPEN, Kind.LOST):
            lines = records.disclosures(node, identity, Sought(kind=kind.value), now).lines
            yield Waiting(kind.value, len(lines), f"/disclosures?kind={kind.value}")
        owed = records.duties(node, identity, now, within=SOON).lines
        yield Waiting("duties", len(owed), "/duties")
        yield Waiting("review", _reviews(node, identity, now), "/agreements")
    for what, count in proposals.waiting_for(node, identity, now).items():
        yield Waiting(what, count, f"/proposals?waits={'review' if what == 'reviews' else 'me'}")
    if any(identity.may(each) for each in CORRECTIONS):
        for what, count in corrections.waiting(node, identity, now).items():
            yield Waiting(what, count, "/corrections")
    if identity.may(Permission.AGREEMENT_VERSION_SUSPEND):
        unseen = sum(each.row.reviewed is None for each in emergency.emergencies(node, now))
        yield Waiting("emergencies", unseen, "/emergencies")
    if identity.may(Permission.STAFF_ACCOUNT_MANAGE):
        invited = sum(account.state == "invited" for account in staff.list_people(node))
        yield Waiting("invited", invited, "/staff")
    if identity.may(Permission.STAFF_KEY_MANAGE):
        ending = sum(key.works(now) and not key.works(now + SOON) for key in staff.list_keys(node))
        yield Waiting("keys", ending, "/keys")


def _reviews(node: Node, identity: Identity, now: datetime) -> int:
    """Agreements of this person that are not in force, or whose review or end is near."""
    today, near = now.date(), (now + SOON).date()
    count = 0
    for id_ in {each.prepared.id for each in node.shelf.all(today)}:
        if records.may_see(identity, id_):
            shelved = node.shelf.get(id_, today)
            standing = shelved.standing(today)
            review = standing.next_review
            ends = shelved.prepared.terms.term.ends
            count += not standing.in_force or ends <= near or (review is not None and review <= near)
    return count


def _courses(node: Node, identity: Identity, now: datetime) -> Iterator[tuple[str, date]]:
    """The person's own courses that run out soon: each with the day."""
    try:
        account = staff.find_person(node, identity.id)
    except EasementError:  # a program's key has no account
        return
    near = (now + SOON).date()
    for course in account.training:
        if course.counts(now.date()) and course.expires is not None and course.expires <= near:
            yield course.code, course.expires
