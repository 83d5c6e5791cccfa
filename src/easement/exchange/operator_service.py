"""What the operator of a cluster can do: begin one, invite, admit, revoke, remove, and change its own key."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection

from easement.base.database import reading, writing
from easement.base.errors import UsageError
from easement.base.words import did_you_mean
from easement.exchange import directory_tables as tables
from easement.exchange import operator_versions as versions
from easement.exchange.directory import Directory, Operator
from easement.exchange.directory_changes import SLACK, nothing, revoke, without
from easement.exchange.directory_code import JoiningCode
from easement.exchange.directory_parts import MemberKey, Part, in_words
from easement.exchange.ports import Host, own_url
from easement.law.catalogue import catalogue

__all__ = [
    "LIFE",
    "code_secret",
    "found",
    "invitations",
    "invite",
    "remove",
    "renew",
    "revoke_keys",
    "withdraw",
]

LIFE = timedelta(hours=24)
"""How long a version is good for: a revoked key is refused everywhere within half of it, or nothing is exchanged."""

INVITATION = timedelta(days=7)
"""How long a joining code is good for."""

_SECRETS = b"easement-invitations/1"


def found(host: Host, cluster: str, name: str, now: datetime, *, life: timedelta = LIFE) -> Directory:
    """Begin a cluster, operated by this node; its first version has no members. Raises `UsageError` for a second."""
    with reading(host.engine) as connection:
        known = tables.cluster(connection)
    if known is not None:
        raise UsageError(f"this node operates the cluster `{known.cluster}`", remedy="make another node for another")
    key = MemberKey(key=str(host.organisation_key.key), since=now - SLACK)
    facts: dict[str, Any] = {"id": host.organisation, "url": own_url(host), "keys": (key,), "log": str(host.ledger.key)}
    operator = _stated(Operator, facts)
    facts = {"cluster": cluster, "name": name or cluster, "sequence": 1, "issued": now, "expires": now + life}
    first = _stated(Directory, facts | {"operator": operator})

    def row(connection: Connection, _version: Directory) -> None:
        tables.found_cluster(connection, tables.Cluster(cluster, int(life.total_seconds())))

    return versions.begin(host, first, now, row)


Stated = TypeVar("Stated", bound=Part)


def _stated(kind: type[Stated], facts: dict[str, Any]) -> Stated:
    """What the operator typed, held to the form; raises `UsageError` naming what cannot be."""
    try:
        return kind.model_validate(facts)
    except ValidationError as error:
        raise UsageError(
            f"this cannot stand in a directory: {in_words(error)}", remedy="see the reference of the directory"
        ) from None


def invite(
    host: Host, organisation: str, body_class: str, now: datetime, *, good_for: timedelta = INVITATION
) -> JoiningCode:
    """Make the joining code for an organisation, in place of one it has not used; the operator vouches for its class.

    Raises `UsageError` for a class that the law catalogue does not know, and for who is a member already.
    """
    _known_class(body_class)
    directory = versions.latest(host)
    member = directory.find(organisation)
    if member is not None and member.lasting_keys:
        what = f"`{organisation}` is a member already"
        raise UsageError(what, remedy=f"if it lost its key: easement operator revoke {organisation}, then invite again")
    identity = secrets.token_hex(16)
    made = tables.Invitation(identity, organisation, body_class, _seconds(now), _seconds(now + good_for))
    facts: dict[str, Any] = {"url": own_url(host), "cluster": directory.cluster, "organisation": organisation}
    facts |= {"expires": now + good_for, "invitation": identity, "secret": code_secret(host, identity).hex()}
    facts |= {"operator": str(host.organisation_key.key), "log": str(host.ledger.key)}
    code = _stated(JoiningCode, facts)
    with writing(host.engine) as connection:
        tables.add_invitation(connection, made)
    return code


def _known_class(code: str) -> None:
    known = [each.id for each in catalogue().body_classes]
    if code not in known:
        remedy = did_you_mean(code, known, "see the classes: easement law list --kind class")
        raise UsageError(f"`{code}` is not a class of body", remedy=remedy)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def code_secret(host: Host, identity: str) -> bytes:
    """An invitation's secret: worked out anew each time, so that no table holds it."""
    return hmac.digest(hmac.digest(host.master_key, _SECRETS, "sha256"), identity.encode(), "sha256")[:16]


def invitations(host: Host) -> list[tables.Invitation]:
    """Every invitation given, taken up or not."""
    versions.cluster_of(host)
    with reading(host.engine) as connection:
        return tables.invitations(connection)


def withdraw(host: Host, organisation: str) -> int:
    """Withdraw an organisation's unused invitations; how many there were."""
    versions.cluster_of(host)
    with writing(host.engine) as connection:
        return tables.drop_invitations(connection, organisation)


def renew(host: Host, now: datetime) -> Directory:
    """Publish the directory again as it stands, with a new life."""
    return versions.publish(host, nothing, now)


def revoke_keys(host: Host, organisation: str, now: datetime, keyid: str = "") -> Directory:
    """Revoke one key of a member or all, for good; raises `UsageError` where there is none to revoke."""

    def row(connection: Connection, version: Directory) -> None:
        dead = [each for each in version.member(organisation).keys if each.revoked is not None]
        tables.remember_revoked(connection, organisation, [each.parsed.public.hex() for each in dead])

    return versions.publish(host, revoke(organisation, now, keyid), now, row)


def remove(host: Host, organisation: str, now: datetime) -> Directory:
    """Take a member out, and withdraw what invites it; raises `UsageError` for who is none."""

    def row(connection: Connection, _version: Directory) -> None:
        tables.drop_invitations(connection, organisation)

    return versions.publish(host, without(organisation), now, row)
