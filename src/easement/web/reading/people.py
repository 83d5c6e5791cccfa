"""Staff and keys, read from the staff room and changed through it."""

from collections.abc import Iterable
from datetime import datetime

from easement.base.errors import UsageError
from easement.node.home import Node
from easement.staff import service as staff
from easement.staff.model import Account, Identity, ProgramKey
from easement.staff.permissions import EXPLAINED, ROLES_EXPLAINED, NodeRole, Permission
from easement.staff.tokens import is_id
from easement.web.reading.names import names_of
from easement.web.views.people import (
    Course,
    Grant,
    KeyLine,
    KeyPage,
    Keys,
    NewKey,
    NewPerson,
    PersonLine,
    PersonPage,
    Picked,
    Staff,
)

__all__ = ["courses_known", "key", "keys", "line_of_key", "new_key", "new_person", "offers", "people", "person"]


def people(node: Node, identity: Identity) -> Staff:
    """Everybody who has an account."""
    lines = tuple(_line(account) for account in staff.list_people(node))
    return Staff(lines=lines, keys=identity.may(Permission.STAFF_KEY_MANAGE))


def _line(account: Account) -> PersonLine:
    return PersonLine(
        id=account.id,
        name=account.name,
        state=account.state,
        roles=tuple(sorted(role.value for role in account.roles)),
        under=len({grant.agreement_id for grant in account.grants}),
        signed_in=account.signed_in,
    )


def new_person(chosen: Iterable[str] = (), name: str = "") -> NewPerson:
    """The form to let somebody in."""
    return NewPerson(roles=_roles(chosen), name=name)


def _roles(chosen: Iterable[str]) -> tuple[Picked, ...]:
    held = set(chosen)
    return tuple(Picked(role.value, role.value, ROLES_EXPLAINED[role], role.value in held) for role in NodeRole)


def person(node: Node, identity: Identity, id_: str, now: datetime) -> PersonPage | None:
    """One account; nothing where there is none. It is found by its id alone, never by a name in an address."""
    if not is_id(id_):
        return None
    try:
        account = staff.find_person(node, id_)
    except UsageError:
        return None
    return PersonPage(
        line=_line(account),
        roles=_roles(role.value for role in account.roles),
        grants=_grants(node, account, now),
        courses=_courses(account, now),
        offers=offers(node, now),
        oneself=account.id == identity.id,
        has_factor=account.has_factor,
        known_courses=courses_known(node, now),
    )


def _grants(node: Node, holder: Account | ProgramKey, now: datetime) -> tuple[Grant, ...]:
    names = names_of(node, now)
    return tuple(
        Grant(each.agreement_id, names.agreement(each.agreement_id), each.role, each.expires, not each.holds(now))
        for each in holder.grants
    )


def _courses(holder: Account | ProgramKey, now: datetime) -> tuple[Course, ...]:
    return tuple(Course(each.code, each.passed, each.expires, not each.counts(now.date())) for each in holder.training)


def offers(node: Node, now: datetime) -> tuple[Picked, ...]:
    """The roles that agreements entitle in this organisation, as `agreement/role`."""
    found = []
    for id_ in sorted({each.prepared.id for each in node.shelf.all(now.date())}):
        prepared = node.shelf.get(id_, now.date()).prepared
        roles = {role for offer in prepared.offers.values() for role in offer.entitled.get(node.organisation, ())}
        found += [Picked(f"{id_}/{role}", role, prepared.terms.title) for role in sorted(roles)]
    return tuple(found)


def courses_known(node: Node, now: datetime) -> tuple[str, ...]:
    """The courses that agreements ask of this organisation's staff."""
    found: set[str] = set()
    for shelved in node.shelf.all(now.date()):
        for offer in shelved.prepared.offers.values():
            found |= offer.training.get(node.organisation, frozenset())
    return tuple(sorted(found))


def keys(node: Node, now: datetime) -> Keys:
    """Every key that was ever made, those that work first."""
    lines = [line_of_key(each, now) for each in staff.list_keys(node)]
    return Keys(lines=tuple(sorted(lines, key=lambda line: (line.state != "works", line.name.lower()))))


def line_of_key(made: ProgramKey, now: datetime) -> KeyLine:
    """One key as lists show it."""
    scopes = tuple(sorted(scope.value for scope in made.scopes))
    return KeyLine(made.id, made.name, made.state(now), scopes, made.made, made.expires, made.used)


def new_key(chosen: Iterable[str] = (), name: str = "", days: str = "90") -> NewKey:
    """The form to make a key."""
    return NewKey(scopes=_scopes(chosen), name=name, days=days)


def _scopes(chosen: Iterable[str]) -> tuple[Picked, ...]:
    held = set(chosen)
    return tuple(Picked(each.value, each.value, EXPLAINED[each], each.value in held) for each in Permission)


def key(node: Node, id_: str, now: datetime) -> KeyPage | None:
    """One key; nothing where there is none."""
    made = next((each for each in staff.list_keys(node) if each.id == id_), None)
    if made is None:
        return None
    return KeyPage(
        line=line_of_key(made, now),
        scopes=tuple(each for each in _scopes(scope.value for scope in made.scopes) if each.chosen),
        grants=_grants(node, made, now),
        courses=_courses(made, now),
        offers=offers(node, now),
        made_by=_name(node, made.made_by),
    )


def _name(node: Node, id_: str) -> str:
    """The name of whoever did something; the console is the node's own machine."""
    try:
        return staff.find_person(node, id_).name
    except UsageError:
        return ""
