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
    "holdings",
    "key_of",
    "name_index",
    "password_of",
    "person_identity",
    "person_of",
    "program_identity",
    "roles_of",
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


def holdings(connection: Connection, holder: str) -> tuple[tuple[Grant, ...], tuple[Training, ...]]:
    """The grants and the training of an account or a key, whether they still count or not, in order."""
    rows = tables.held(connection, holder)
    grants = sorted(
        (_grant(row) for row in rows if row.passed is None), key=lambda each: (each.agreement_id, each.role)
    )
    return tuple(grants), tuple(sorted((_training(row) for row in rows if row.passed), key=lambda each: each.code))


def _grant(row: tables.Found) -> Grant:
    expires = at(row.expires) if row.expires is not None else None
    return Grant(row.holder, row.agreement_id, row.role, at(row.granted), expires)


def _training(row: tables.Found) -> Training:
    last = date.fromisoformat(row.last) if row.last else None
    return Training(row.holder, row.role, date.fromisoformat(row.passed), last)


def account_of(connection: Connection, sealer: Sealer, row: tables.Found) -> Account:
    """An account from its row, with what it holds, whether that still counts or not."""
    name, email = person_of(sealer, row)
    grants, training = holdings(connection, row.id)
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
        grants=grants,
        training=training,
    )


def key_of(connection: Connection, sealer: Sealer, row: tables.Found) -> ProgramKey:
    """A program's key from its row, with what it holds."""
    grants, training = holdings(connection, row.id)
    return ProgramKey(
        id=row.id,
        name=sealer.open(row.program, "program", row.id).decode(),
        scopes=frozenset(scope for scope in Permission if scope.value in row.scopes.split()),
        made=at(row.made),
        made_by=row.made_by,
        expires=at(row.expires),
        used=at(row.used) if row.used is not None else None,
        revoked=at(row.revoked) if row.revoked is not None else None,
        grants=grants,
        training=training,
    )


def person_identity(connection: Connection, sealer: Sealer, row: tables.Found, now: datetime) -> Identity:
    """What the person of an account's row holds at a moment."""
    (name, _), roles = person_of(sealer, row), roles_of(row)
    return _identity(row.id, name, Kind.PERSON, permissions_of(roles), roles, holdings(connection, row.id), now)


def program_identity(key: ProgramKey, now: datetime) -> Identity:
    """What a program holds at a moment."""
    return _identity(key.id, key.name, Kind.PROGRAM, key.scopes, frozenset(), (key.grants, key.training), now)


def _identity(
    id_: str,
    name: str,
    kind: Kind,
    permissions: frozenset[Permission],
    roles: frozenset[NodeRole],
    held: tuple[tuple[Grant, ...], tuple[Training, ...]],
    now: datetime,
) -> Identity:
    """Grants and training that ended are not in it."""
    counting = [grant for grant in held[0] if grant.holds(now)]
    agreements = {grant.agreement_id for grant in counting}
    grants = {id_: frozenset(each.role for each in counting if each.agreement_id == id_) for id_ in agreements}
    today = now.astimezone(UTC).date()
    trained = frozenset(each.code for each in held[1] if each.counts(today))
    return Identity(id_, name, kind, permissions, roles, grants, trained)


def found_account(connection: Connection, id_: str, *, lock: bool = True) -> tables.Found:
    """An account's row, held until the transaction ends where it writes; raises `UsageError` where there is none."""
    row = tables.account(connection, id_, lock=lock) if is_id(id_) else None
    if row is None:
        raise UsageError("there is no such account", remedy="see who has one: easement staff list")
    return row
