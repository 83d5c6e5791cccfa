"""From rows to people, and back: accounts, grants, training, and what somebody holds at a moment."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from easement.base.errors import UsageError
from easement.staff import tables
from easement.staff.model import Account, Grant, Identity, Kind, ProgramKey, Training, checked_name
from easement.staff.permissions import NodeRole, Permission, permissions_of
from easement.staff.sealing import Sealer
from easement.staff.tokens import is_id

__all__ = [
    "account_of",
    "at",
    "found_account",
    "grant_of",
    "identity_of",
    "key_of",
    "name_index",
    "password_of",
    "person_of",
    "roles_of",
    "training_record",
    "words",
]


def at(seconds: int) -> datetime:
    """An instant as tables hold it."""
    return datetime.fromtimestamp(seconds, UTC)


def words(roles: Iterable[NodeRole | Permission]) -> str:
    """Roles or scopes as tables hold them."""
    return " ".join(sorted(each.value for each in roles))


def roles_of(row: tables.Found) -> frozenset[NodeRole]:
    """The roles of an account's row; one that this program does not know gives nothing."""
    return frozenset(role for role in NodeRole if role.value in row.roles.split())


def name_index(sealer: Sealer, name: str) -> str:
    """What a name is looked up by, however it was typed: letters' case and blanks make no difference."""
    try:
        plain = checked_name(name)
    except UsageError:
        plain = ""
    return sealer.index("name", plain.casefold())


def person_of(sealer: Sealer, row: tables.Found) -> tuple[str, str]:
    """The name and the e-mail address of an account's row."""
    person = sealer.open_record(row.person, "person", row.id)
    return str(person["name"]), str(person["email"])


def password_of(sealer: Sealer, row: tables.Found) -> str | None:
    """The password's hash of an account's row."""
    return sealer.open(row.password, "password", row.id).decode() if row.password is not None else None


def grant_of(row: tables.Found) -> Grant:
    """A grant from its row."""
    expires = at(row.expires) if row.expires is not None else None
    return Grant(row.holder, row.agreement_id, row.role, at(row.granted), expires)


def training_record(row: tables.Found) -> Training:
    """A training record from its row."""
    expires = date.fromisoformat(row.expires) if row.expires else None
    return Training(row.holder, row.code, date.fromisoformat(row.passed), expires)


def account_of(connection: Connection, sealer: Sealer, row: tables.Found) -> Account:
    """An account from its row, with what it holds, whether that still counts or not."""
    name, email = person_of(sealer, row)
    return Account(
        id=row.id,
        name=name,
        email=email,
        roles=roles_of(row),
        disabled=row.disabled,
        has_password=row.password is not None,
        has_factor=row.factor is not None,
        external=tuple(tables.externals_of(connection, row.id)),
        created=at(row.created),
        signed_in=at(row.signed_in) if row.signed_in is not None else None,
        grants=tuple(map(grant_of, tables.grants_of(connection, row.id))),
        training=tuple(map(training_record, tables.training_of(connection, row.id))),
    )


def key_of(connection: Connection, sealer: Sealer, row: tables.Found) -> ProgramKey:
    """A program's key from its row, with what it holds."""
    return ProgramKey(
        id=row.id,
        name=sealer.open(row.program, "program", row.id).decode(),
        scopes=frozenset(scope for scope in Permission if scope.value in row.scopes.split()),
        made=at(row.made),
        made_by=row.made_by,
        expires=at(row.expires),
        used=at(row.used) if row.used is not None else None,
        revoked=at(row.revoked) if row.revoked is not None else None,
        grants=tuple(map(grant_of, tables.grants_of(connection, row.id))),
        training=tuple(map(training_record, tables.training_of(connection, row.id))),
    )


def identity_of(holder: Account | ProgramKey, now: datetime) -> Identity:
    """What somebody holds at a moment: grants and training that ended are not in it."""
    held: dict[str, frozenset[str]] = {}
    for grant in holder.grants:
        if grant.holds(now):
            held[grant.agreement_id] = held.get(grant.agreement_id, frozenset()) | {grant.role}
    today = now.astimezone(UTC).date()
    trained = frozenset(each.code for each in holder.training if each.counts(today))
    if isinstance(holder, ProgramKey):
        return Identity(holder.id, holder.name, Kind.PROGRAM, holder.scopes, grants=held, training=trained)
    allowed = permissions_of(holder.roles)
    return Identity(holder.id, holder.name, Kind.PERSON, allowed, holder.roles, grants=held, training=trained)


def found_account(connection: Connection, id_: str, *, lock: bool = True) -> tables.Found:
    """An account's row, held until the transaction ends where it writes; raises `UsageError` where there is none."""
    row = tables.account(connection, id_, lock=lock) if is_id(id_) else None
    if row is None:
        raise UsageError("there is no such account", remedy="see who has one: easement staff list")
    return row
