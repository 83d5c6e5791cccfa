"""How an operator answers what members say: it joins them, changes what they offer, their key, or takes them out.

Everything is held against the very version that is changed, within the commit that publishes the next one: a key that
is revoked while it announces its successor leaves none.
"""

import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from easement.base.database import reading
from easement.base.errors import BadData, Refused
from easement.exchange import directory_tables as tables
from easement.exchange import operator_versions as versions
from easement.exchange.directory import Directory, Published
from easement.exchange.directory_changes import Change, admit, offer, replace_key, replace_log_key, without
from easement.exchange.directory_handover import reached
from easement.exchange.directory_parts import Member, key_id
from easement.exchange.directory_statement import (
    Joining,
    NewKey,
    Offer,
    Said,
    Statement,
    parse_said,
    proof_of,
    signed_by_all,
)
from easement.exchange.operator_service import code_secret
from easement.exchange.ports import Host
from easement.ledger.note import Key, parse_key

__all__ = ["SKEW", "take_statement"]

SKEW = timedelta(minutes=10)
"""How far the time of a statement may be from ours; within it, each is remembered and taken once."""


def take_statement(host: Host, data: bytes, now: datetime, *, kind: str, organisation: str | None = None) -> Published:
    """Do what a member says, once, where it is of the kind and by whom it was sent as; the directory as it then stands.

    The same said again changes nothing and gets the same answer, so that whoever lost the answer may ask again.
    Raises `BadData` for what is no statement, `Refused` with the reason for one that is not followed.
    """
    statement, said = parse_said(data)
    if statement.kind != kind or organisation not in (None, statement.organisation):
        raise BadData("this was sent to where something else is said", remedy="let `easement` send it")
    directory = versions.latest(host)
    if statement.cluster != directory.cluster:
        raise Refused(f"this is the operator of `{directory.cluster}`", remedy="ask your operator for its address")
    if isinstance(statement, Joining):
        invitation = _invited(host, statement, said, now)
        if not _stands(directory, statement, invitation):
            change, row = admit(statement, invitation.body_class, now), _taking_up(invitation, statement, now)
            versions.publish(host, change, now, _once(statement, row, now))
    elif not _taken(host, statement):
        _in_time(statement, now)
        versions.publish(host, _from_member(statement, said, now), now, _once(statement, _new_key(statement), now))
    return versions.current(host)


def _taken(host: Host, statement: Statement) -> bool:
    with reading(host.engine) as connection:
        return tables.has_statement(connection, statement.digest)


def _once(statement: Statement, row: versions.Row | None, now: datetime) -> versions.Row:
    def both(connection: Connection, version: Directory) -> None:
        if tables.has_statement(connection, statement.digest):
            raise Refused("this was said before", remedy="nothing is left to do: easement directory refresh")
        tables.add_statement(connection, statement.digest, _seconds(now), _seconds(now - 2 * SKEW))
        if row is not None:
            row(connection, version)

    return both


def _new_key(statement: Statement) -> versions.Row | None:
    """A key that was ever revoked comes back in no way."""
    if not isinstance(statement, NewKey):
        return None
    key = parse_key(statement.key)

    def row(connection: Connection, _version: Directory) -> None:
        _never_revoked(connection, key)

    return row


def _never_revoked(connection: Connection, key: Key) -> None:
    if tables.is_revoked(connection, key.public.hex()):
        raise Refused("this key was revoked", remedy="make a new one: easement keys rotate organisation")


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _in_time(statement: Statement, now: datetime) -> None:
    if abs(statement.at - now) > SKEW:
        raise Refused(
            f"this was said on {statement.at:%Y-%m-%d %H:%M} UTC, and it is {now:%Y-%m-%d %H:%M} here",
            remedy="set the clock of your machine, then say it again",
        )


# Joining


def _invited(host: Host, said: Joining, sent: Said, now: datetime) -> tables.Invitation:
    """The invitation on which one joins.

    Who does not know its secret learns nothing of it, not even whether it was ever given.
    """
    proved = hmac.compare_digest(proof_of(said, code_secret(host, said.invitation)).encode(), sent.proof.encode())
    with reading(host.engine) as connection:
        invitation = tables.invitation(connection, said.invitation)
    if not proved or invitation is None:
        raise Refused("this code is not good here", remedy="ask the operator for a new one")
    if invitation.organisation != said.organisation:
        raise Refused(
            f"this code invites `{invitation.organisation}`, not `{said.organisation}`",
            remedy="ask the operator for a code of your own",
        )
    if not signed_by_all(said, sent, [said.key]):
        raise Refused("what was sent is not signed by the key that it names", remedy="join with the node's own key")
    if invitation.used_key not in (None, said.key):
        raise _used(invitation)
    if invitation.used_key is None and _seconds(now) >= invitation.expires:
        raise Refused("this code has expired", remedy="ask the operator for a new one")
    _in_time(said, now)
    return invitation


def _stands(directory: Directory, said: Joining, invitation: tables.Invitation) -> bool:
    """Whether who says it joined before, by this very code and key, and only lost the answer."""
    member = directory.find(said.organisation)
    held = [each.key for each in member.keys if each.revoked is None] if member else []
    return invitation.used_key == said.key and said.key in held


def _taking_up(invitation: tables.Invitation, said: Joining, now: datetime) -> versions.Row:
    def row(connection: Connection, _version: Directory) -> None:
        _never_revoked(connection, parse_key(said.key))
        if not tables.use_invitation(connection, invitation.id, _seconds(now), said.key):
            raise _used(tables.invitation(connection, invitation.id) or invitation)

    return row


def _used(invitation: tables.Invitation) -> Refused:
    """Said to who knows the code's secret: the one invited, who must hear of it when somebody else was first."""
    key = key_id(parse_key(invitation.used_key)) if invitation.used_key else ""
    return Refused(
        f"this code was used already, with the key `{key}`" if key else "this code was withdrawn",
        remedy="if that is not your key, tell the operator at once: somebody else has joined in your name",
    )


# Members


def _from_member(said: Statement, sent: Said, now: datetime) -> Change:
    def change(version: Directory) -> dict[str, Any]:
        member = version.find(said.organisation)
        keys = tuple(each.parsed for each in member.present_keys(now)) if member else ()
        if isinstance(said, NewKey) and said.of == "organisation":
            keys = tuple(each for each in reached(said.handovers, keys) if str(each) == said.key and each not in keys)
        if member is None or not any(signed_by_all(said, sent, [each]) for each in keys):
            raise Refused(
                f"this is not signed by a key that `{said.organisation}` has in the directory",
                remedy="ask the operator for a joining code",
            )
        return _change_of(said, member, now)(version)

    return change


def _change_of(said: Statement, member: Member, now: datetime) -> Change:
    if isinstance(said, Offer):
        return offer(said)
    if not isinstance(said, NewKey):
        return without(member.id)
    if said.of == "organisation":
        return replace_key(member.id, said.key, now)
    if parse_key(said.key) not in reached(said.handovers, [member.log_key]):
        raise Refused("the log's old key does not vouch for the new one", remedy="ask the operator for a joining code")
    return replace_log_key(member.id, said.key)
