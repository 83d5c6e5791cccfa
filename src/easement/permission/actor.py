"""Who acts for an organisation, and what they may do. Pure.

Events carry the role and a commitment to the name; the name stays at the organisation's own node, sealed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from easement.base.errors import Refused, UsageError
from easement.base.words import listed
from easement.permission.model import Kind
from easement.staff.model import Identity
from easement.staff.permissions import BUNDLES, NodeRole, Permission, permissions_of

__all__ = ["CONSOLE", "NEEDED", "Actor", "at_console", "checked", "commitment", "of_identity"]

NEEDED: Mapping[Kind, Permission] = {
    Kind.PROPOSE: Permission.AGREEMENT_DRAFT_WRITE,
    Kind.WITHDRAW: Permission.AGREEMENT_DRAFT_WRITE,
    Kind.DRAFT: Permission.AGREEMENT_DRAFT_WRITE,
    Kind.SUBMIT: Permission.AGREEMENT_DRAFT_WRITE,
    Kind.COMMENT: Permission.AGREEMENT_PROPOSAL_READ,
    Kind.VARY: Permission.AGREEMENT_DRAFT_WRITE,
    Kind.AGREE: Permission.AGREEMENT_PROPOSAL_DECIDE,
    Kind.REFUSE: Permission.AGREEMENT_PROPOSAL_DECIDE,
    Kind.ESCALATE: Permission.AGREEMENT_PROPOSAL_DECIDE,
    Kind.REQUEST_CHANGES: Permission.AGREEMENT_VERSION_APPROVE,
    Kind.APPROVE: Permission.AGREEMENT_VERSION_APPROVE,
    Kind.SIGN: Permission.AGREEMENT_VERSION_SIGN,
    Kind.SUSPEND: Permission.AGREEMENT_VERSION_SUSPEND,
    Kind.RESUME: Permission.AGREEMENT_VERSION_SUSPEND,
    Kind.REVIEW: Permission.AGREEMENT_VERSION_SUSPEND,
    Kind.END: Permission.AGREEMENT_VERSION_SUSPEND,
}
"""What somebody must be allowed to do at their own node to do each thing."""

CONSOLE = "console"
"""The id of everybody who acts by a command: the node knows them by the name alone that they give."""

NAMED = frozenset({Kind.AGREE, Kind.REFUSE, Kind.APPROVE, Kind.SIGN})
"""What only somebody with a name does (R1.5); the name stays at their node."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: the id that this node knows them by, their name, and the roles that they hold at it.

    `role` is the one in which they act.
    """

    id: str
    role: str
    permissions: frozenset[Permission]
    roles: frozenset[str] = frozenset()
    name: str = field(default="", repr=False)


def of_identity(identity: Identity, role: str = "") -> Actor:
    """Who is signed in, in one of their roles: the one named, else the first that they hold.

    Raises `Refused` for a role that is not theirs.
    """
    roles = frozenset(each.value for each in identity.organisation_roles)
    if role and role not in roles:
        mine = listed(sorted(roles) or ["none"])
        raise Refused(f"the role `{role}` is not yours", remedy=f"your roles at this node: {mine}")
    acting = role or min(roles, default="program")
    return Actor(identity.id, acting, identity.permissions, roles, identity.name)


def at_console(role: str, name: str = "") -> Actor:
    """Whoever runs a command on the node's own machine, in a role that they name; raises `UsageError`."""
    try:
        known = NodeRole(role)
    except ValueError:
        raise UsageError(f"there is no role `{role}`", remedy=f"the roles are {', '.join(NodeRole)}") from None
    return Actor(CONSOLE, role, permissions_of([known]), frozenset({role}), name)


def checked(actor: Actor, kind: Kind) -> Actor:
    """The actor, where they may do this; raises `Refused` for who may not, and `UsageError` for who gives no name."""
    needed = NEEDED[kind]
    if needed not in actor.permissions:
        holders = sorted(role.value for role, bundle in BUNDLES.items() if needed in bundle)
        what = f"as {actor.role} you cannot {kind.value.replace('-', ' ')} for your organisation"
        raise Refused(what, remedy=f"ask somebody who may: {listed(holders, 'or')}")
    if kind in NAMED and not actor.name.strip():
        what = f"whoever would {kind.value} gives their name; it stays at this node"
        raise UsageError(what, remedy="say who decides: --by NAME")
    return actor


def commitment(salt: bytes, name: str) -> str:
    """What an event says of who acted: SHA-256 of 32 random bytes and the name, in hexadecimal."""
    return hashlib.sha256(salt + name.encode()).hexdigest()
