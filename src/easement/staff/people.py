"""What administrators do: let people in, give and take what they hold, shut them out. Each leaves a line in the trail.

`by` is the id of whoever does it, or `CONSOLE` on the node's own machine. Nobody gives anything to themselves.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, delete, select

from easement.base.database import reading, take_turn, writing
from easement.base.errors import Refused, UsageError
from easement.staff import tables
from easement.staff.model import Account, Act, Grant, Invitation, Training, checked_name
from easement.staff.permissions import NodeRole
from easement.staff.ports import Keeper
from easement.staff.reading import account_of, found_account, name_index, words
from easement.staff.sealing import Sealer
from easement.staff.tokens import digest, is_id, new_factor, new_id, new_token
from easement.staff.trail import note

__all__ = [
    "accept_external",
    "add_person",
    "disable",
    "enable",
    "find_person",
    "grant",
    "link_external",
    "list_people",
    "record_training",
    "reset_password",
    "revoke_grant",
    "set_roles",
    "unlink_external",
]

INVITED = timedelta(hours=72)
"""How long an invitation can be used: over a weekend, and no longer."""

TURN = "staff-names"


def add_person(
    keeper: Keeper, name: str, *, by: str, now: datetime, roles: Iterable[NodeRole] = (), email: str = ""
) -> Invitation:
    """Make an account and a way in to it, once; raises `UsageError` for a name that somebody has."""
    plain, roles = checked_name(name), frozenset(roles)
    email = checked_name(email, "an e-mail address") if email else ""
    sealer, id_ = Sealer(keeper.master_key), new_id("p")
    with writing(keeper.engine) as connection:
        take_turn(connection, TURN)
        index = name_index(sealer, plain)
        if tables.account_by_name(connection, index) is not None:
            raise UsageError(f"somebody is called `{plain}` already", remedy="add what tells the two apart")
        tables.add(
            connection,
            tables.accounts,
            id=id_,
            name_index=index,
            person=sealer.seal_record({"name": plain, "email": email}, "person", id_),
            roles=words(roles),
            factor_step=0,
            disabled=False,
            created=int(now.timestamp()),
        )
        note(connection, keeper, Act.ACCOUNT_ADDED, id_, by=by, now=now, roles=words(roles))
        return _invite(connection, keeper, id_, now)


def _invite(connection: Connection, keeper: Keeper, id_: str, now: datetime) -> Invitation:
    """A new way in; one given before stops working."""
    token, expires = new_token(), now + INVITED
    factor = Sealer(keeper.master_key).seal(new_factor().encode(), "factor", id_)
    connection.execute(delete(tables.enrolments).where(tables.enrolments.c.account_id == id_))
    tables.add(
        connection,
        tables.enrolments,
        token_hash=digest(token),
        account_id=id_,
        factor=factor,
        expires=int(expires.timestamp()),
    )
    return Invitation(id_, token, expires)


def reset_password(keeper: Keeper, account_id: str, *, by: str, now: datetime) -> Invitation:
    """Take away password, authenticator and recovery codes, end every session, and give a new way in."""
    with writing(keeper.engine) as connection:
        row = found_account(connection, account_id)
        if row.disabled:
            raise UsageError("the account is disabled", remedy="enable it first: easement staff enable")
        tables.change_account(connection, account_id, password=None, factor=None)
        connection.execute(delete(tables.recovery).where(tables.recovery.c.account_id == account_id))
        tables.end_sessions(connection, account_id)
        note(connection, keeper, Act.ACCOUNT_PASSWORD_RESET, account_id, by=by, now=now)
        return _invite(connection, keeper, account_id, now)


def disable(keeper: Keeper, account_id: str, *, by: str, now: datetime) -> None:
    """Shut somebody out at once: every session ends, and an invitation that was not used stops working."""
    with writing(keeper.engine) as connection:
        found_account(connection, account_id)
        tables.change_account(connection, account_id, disabled=True)
        tables.end_sessions(connection, account_id)
        connection.execute(delete(tables.enrolments).where(tables.enrolments.c.account_id == account_id))
        note(connection, keeper, Act.ACCOUNT_DISABLED, account_id, by=by, now=now)


def enable(keeper: Keeper, account_id: str, *, by: str, now: datetime) -> None:
    """Let somebody sign in again, with what they had."""
    _not_oneself(account_id, by)
    with writing(keeper.engine) as connection:
        found_account(connection, account_id)
        tables.change_account(connection, account_id, disabled=False)
        note(connection, keeper, Act.ACCOUNT_ENABLED, account_id, by=by, now=now)


def set_roles(keeper: Keeper, account_id: str, roles: Iterable[NodeRole], *, by: str, now: datetime) -> None:
    """Say what somebody is at the node; where that changes, their sessions end. Raises `Refused` for oneself."""
    _not_oneself(account_id, by)
    wanted = words(frozenset(roles))
    with writing(keeper.engine) as connection:
        row = found_account(connection, account_id)
        if row.roles == wanted:
            return
        tables.change_account(connection, account_id, roles=wanted)
        tables.end_sessions(connection, account_id)
        note(connection, keeper, Act.ACCOUNT_ROLES_SET, account_id, by=by, now=now, roles=wanted, before=row.roles)


def _not_oneself(holder: str, by: str) -> None:
    if holder == by:
        raise Refused("nobody gives themselves a role", remedy="ask another administrator")


def grant(
    keeper: Keeper,
    holder: str,
    agreement_id: str,
    role: str,
    *,
    by: str,
    now: datetime,
    expires: datetime | None = None,
) -> Grant:
    """Give a person or a program a role under an agreement; given again, the new end counts. `Refused` for oneself."""
    _not_oneself(holder, by)
    given = Grant(holder, agreement_id, role, now, expires)
    end = int(expires.timestamp()) if expires else None
    with writing(keeper.engine) as connection:
        _check_holder(connection, holder, by)
        take_turn(connection, f"staff-holds-{holder}")
        key = {"holder": holder, "agreement_id": agreement_id, "role": role}
        tables.put(connection, tables.grants, key, granted=int(now.timestamp()), expires=end)
        ends = {"expires": expires.isoformat(timespec="seconds")} if expires else {}
        note(connection, keeper, Act.GRANT_GIVEN, holder, by=by, now=now, agreement=agreement_id, role=role, **ends)
    return given


def revoke_grant(keeper: Keeper, holder: str, agreement_id: str, role: str, *, by: str, now: datetime) -> None:
    """Take a role under an agreement away; the holder's sessions end. Raises `UsageError` where it was not held."""
    held = tables.grants.c
    one = (held.holder == holder) & (held.agreement_id == agreement_id) & (held.role == role)
    with writing(keeper.engine) as connection:
        _check_holder(connection, holder)
        if not connection.execute(delete(tables.grants).where(one)).rowcount:
            remedy = "see what is held: easement staff list --json"
            raise UsageError(f"the role `{role}` under `{agreement_id}` was not granted to them", remedy=remedy)
        tables.end_sessions(connection, holder)
        note(connection, keeper, Act.GRANT_REVOKED, holder, by=by, now=now, agreement=agreement_id, role=role)


def record_training(
    keeper: Keeper,
    holder: str,
    code: str,
    passed: date,
    *,
    by: str,
    now: datetime,
    expires: date | None = None,
) -> Training:
    """Record a course that somebody passed, and the last day on which that counts; recorded again, the new days count.

    Raises `UsageError` for a day to come, and `Refused` for oneself.
    """
    _not_oneself(holder, by)
    record = Training(holder, code, passed, expires)
    if passed > now.astimezone(UTC).date():
        raise UsageError("the day on which it was passed is still to come", remedy="give the day it was passed")
    with writing(keeper.engine) as connection:
        _check_holder(connection, holder, by)
        take_turn(connection, f"staff-holds-{holder}")
        days = {"passed": passed.isoformat(), "expires": expires.isoformat() if expires else None}
        tables.put(connection, tables.training, {"holder": holder, "code": code}, **days)
        said = {name: day for name, day in days.items() if day}
        note(connection, keeper, Act.TRAINING_RECORDED, holder, by=by, now=now, code=code, **said)
    return record


def _check_holder(connection: Connection, holder: str, by: str = "") -> None:
    """Raises `UsageError` unless there is such an account or key, `Refused` for a key that an account's owner made.

    Who made a key has seen its text: a role for it is a role for themselves.
    """
    known = select(tables.keys.c.made_by).where(tables.keys.c.id == holder)
    row = connection.execute(known).one_or_none() if is_id(holder) else None
    if row is None:
        found_account(connection, holder)
    elif is_id(by):
        _not_oneself(str(row.made_by), by)


def link_external(keeper: Keeper, account_id: str, issuer: str, subject: str, *, by: str, now: datetime) -> None:
    """Say that somebody at an OpenID Connect provider is this person; raises `UsageError` where they are another.

    `subject` is the `sub` that the provider gives them. Raises `Refused` for oneself.
    """
    _not_oneself(account_id, by)
    with writing(keeper.engine) as connection:
        found_account(connection, account_id)
        _link(connection, keeper, account_id, issuer, subject, by=by, now=now)


def accept_external(keeper: Keeper, token: str, issuer: str, subject: str, *, now: datetime) -> str:
    """Link whoever holds an invitation to their account, which uses it up; the account's id. Raises `Refused`."""
    table = tables.enrolments
    with writing(keeper.engine) as connection:
        found = tables.enrolment(connection, digest(token))
        if found is None or now.timestamp() >= found.expires or found_account(connection, found.account_id).disabled:
            raise Refused("this invitation does not work any more", remedy="ask an administrator for a new one")
        id_ = str(found.account_id)
        if not connection.execute(delete(table).where(table.c.token_hash == found.token_hash)).rowcount:
            raise Refused("this invitation does not work any more", remedy="ask an administrator for a new one")
        _link(connection, keeper, id_, issuer, subject, by=id_, now=now)
    return id_


def _link(
    connection: Connection, keeper: Keeper, account_id: str, issuer: str, subject: str, *, by: str, now: datetime
) -> None:
    take_turn(connection, TURN)
    index = Sealer(keeper.master_key).index("external", issuer, subject)
    if tables.account_of_external(connection, index) is not None:
        raise UsageError("this external identity is linked already", remedy="unlink the other account first")
    row = {"subject_index": index, "account_id": account_id, "issuer": issuer, "linked": int(now.timestamp())}
    tables.add(connection, tables.external, **row)
    note(connection, keeper, Act.ACCOUNT_LINKED, account_id, by=by, now=now, issuer=issuer)


def unlink_external(keeper: Keeper, account_id: str, *, by: str, now: datetime) -> None:
    """Forget who somebody is at providers; their sessions end."""
    with writing(keeper.engine) as connection:
        found_account(connection, account_id)
        connection.execute(delete(tables.external).where(tables.external.c.account_id == account_id))
        tables.end_sessions(connection, account_id)
        note(connection, keeper, Act.ACCOUNT_UNLINKED, account_id, by=by, now=now)


def list_people(keeper: Keeper) -> list[Account]:
    """Everybody who has an account, by name."""
    sealer = Sealer(keeper.master_key)
    with reading(keeper.engine) as connection:
        people = [account_of(connection, sealer, row) for row in tables.all_accounts(connection)]
    return sorted(people, key=lambda each: each.name.casefold())


def find_person(keeper: Keeper, who: str) -> Account:
    """An account by its id or by the person's name; raises `UsageError` where there is none."""
    sealer = Sealer(keeper.master_key)
    with reading(keeper.engine) as connection:
        row = tables.account(connection, who) if is_id(who) else None
        row = row or tables.account_by_name(connection, name_index(sealer, who))
        if row is None:
            raise UsageError("nobody of that name or id has an account", remedy="see who has: easement staff list")
        return account_of(connection, sealer, row)
