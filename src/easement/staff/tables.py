"""Where accounts, sessions, grants, training and keys stand, and the queries on them. Works on SQLite and PostgreSQL.

Instants are seconds since 1970, days are ISO dates. Names, e-mail addresses, passwords' hashes and authenticators'
secrets are sealed; of tokens and keys only a hash is kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    null,
    select,
    union_all,
    update,
)

from easement.base.database import METADATA, Whole

__all__ = [
    "Found",
    "account",
    "account_by_name",
    "account_of_external",
    "accounts",
    "add",
    "all_accounts",
    "all_keys",
    "attempts",
    "change_account",
    "end_sessions",
    "enrolment",
    "enrolments",
    "external",
    "externals_of",
    "grants",
    "held",
    "keys",
    "program_key",
    "put",
    "recovery",
    "session",
    "sessions",
    "take_step",
    "trail",
    "training",
]


def _of_account(**more: Any) -> Column[str]:
    return Column("account_id", String, ForeignKey("staff_accounts.id"), nullable=False, **more)


accounts = Table(
    "staff_accounts",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name_index", String, nullable=False, unique=True),
    Column("person", LargeBinary, nullable=False),
    Column("roles", Text, nullable=False),
    Column("password", LargeBinary),
    Column("factor", LargeBinary),
    Column("factor_step", Whole, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created", Whole, nullable=False),
    Column("signed_in", Whole),
)
"""People who may sign in. `roles` are words apart by blanks; without `password` nobody signs in here."""

external = Table(
    "staff_external_identities",
    METADATA,
    Column("subject_index", String, primary_key=True),
    _of_account(index=True),
    Column("issuer", Text, nullable=False),
    Column("linked", Whole, nullable=False),
)
"""Who somebody is at an OpenID Connect provider; `subject_index` is an HMAC of the issuer and the subject."""

sessions = Table(
    "staff_sessions",
    METADATA,
    Column("token_hash", String, primary_key=True),
    _of_account(index=True),
    Column("opened", Whole, nullable=False),
    Column("seen", Whole, nullable=False),
    Column("ends", Whole, nullable=False, index=True),
)
"""Who is signed in, by the hash of their browser's token."""

enrolments = Table(
    "staff_enrolments",
    METADATA,
    Column("token_hash", String, primary_key=True),
    _of_account(unique=True),
    Column("factor", LargeBinary, nullable=False),
    Column("expires", Whole, nullable=False),
)
"""Invitations that were not used yet, one for each account, by the hash of their token."""

recovery = Table(
    "staff_recovery_codes",
    METADATA,
    _of_account(primary_key=True),
    Column("code_index", String, primary_key=True),
)
"""Codes for the day that an authenticator is lost, each by its HMAC, until it is used."""

grants = Table(
    "staff_grants",
    METADATA,
    Column("holder", String, primary_key=True),
    Column("agreement_id", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("granted", Whole, nullable=False),
    Column("expires", Whole),
    Index("staff_grants_by_agreement", "agreement_id"),
)
"""Roles under agreements; `holder` is the id of an account or of a program's key."""

training = Table(
    "staff_training",
    METADATA,
    Column("holder", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("passed", String, nullable=False),
    Column("expires", String),
)
"""Courses passed; `holder` as for grants."""

keys = Table(
    "staff_program_keys",
    METADATA,
    Column("id", String, primary_key=True),
    Column("program", LargeBinary, nullable=False),
    Column("secret_hash", String, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made", Whole, nullable=False),
    Column("made_by", String, nullable=False),
    Column("expires", Whole, nullable=False),
    Column("used", Whole),
    Column("revoked", Whole),
)
"""Keys of programs. Rows stay when a key is revoked, so that its id means the same for ever."""

attempts = Table(
    "staff_attempts",
    METADATA,
    Column("bucket", String, primary_key=True),
    Column("failures", Whole, nullable=False),
    Column("until", Whole, nullable=False),
    Column("known", Whole, nullable=False),
    Column("expires", Whole, nullable=False, index=True),
)
"""Wrong passwords by what is counted; `bucket` is an HMAC, so neither names nor addresses stand here."""

trail = Table(
    "staff_trail",
    METADATA,
    Column("number", Whole, primary_key=True, autoincrement=False),
    Column("at", Whole, nullable=False),
    Column("by", String, nullable=False, quote=True),
    Column("act", String, nullable=False),
    Column("about", String, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("seal", String, nullable=False),
)
"""What was done by administrators; rows are only ever added."""

Found = Row[Any]
"""A row as it was read."""


def add(connection: Connection, table: Table, **values: Any) -> None:
    """Add one row."""
    connection.execute(insert(table).values(**values))


def put(connection: Connection, table: Table, key: Mapping[str, Any], **values: Any) -> None:
    """Set the row that a key names, whether it is there or not; only within a turn, where two might at once."""
    where = [table.c[name] == value for name, value in key.items()]
    if not connection.execute(update(table).where(*where).values(**values)).rowcount:
        add(connection, table, **key, **values)


_ACCOUNT = select(accounts).where(accounts.c.id == bindparam("id_"))
_LOCKED = _ACCOUNT.with_for_update()
_SESSION = (
    select(accounts, sessions.c.opened, sessions.c.seen, sessions.c.ends)
    .join_from(sessions, accounts)
    .where(sessions.c.token_hash == bindparam("hash"))
)
_KEY = select(keys).where(keys.c.id == bindparam("id_"))
_HELD = union_all(
    select(
        grants.c.holder, grants.c.agreement_id, grants.c.role, grants.c.granted, grants.c.expires,
        null().cast(String).label("passed"), null().cast(String).label("last"),
    ).where(grants.c.holder == bindparam("holder")),
    select(
        training.c.holder, null().cast(String), training.c.code, null().cast(Whole), null().cast(Whole),
        training.c.passed, training.c.expires,
    ).where(training.c.holder == bindparam("holder")),
)  # fmt: skip
# Made once: these are asked for each request, and putting them together anew would cost more than running them.


def account(connection: Connection, id_: str, *, lock: bool = False) -> Found | None:
    """An account by its id; `lock` holds it until the transaction ends."""
    return connection.execute(_LOCKED if lock else _ACCOUNT, {"id_": id_}).one_or_none()


def program_key(connection: Connection, id_: str) -> Found | None:
    """A program's key by its id."""
    return connection.execute(_KEY, {"id_": id_}).one_or_none()


def account_by_name(connection: Connection, name_index: str) -> Found | None:
    """An account by what its name is looked up by."""
    return connection.execute(select(accounts).where(accounts.c.name_index == name_index)).one_or_none()


def all_accounts(connection: Connection) -> Iterable[Found]:
    """Every account; their names are sealed, so whoever opens them puts them in order."""
    return connection.execute(select(accounts)).all()


def change_account(connection: Connection, id_: str, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(accounts).where(accounts.c.id == id_).values(**values))


def take_step(connection: Connection, id_: str, step: int) -> bool:
    """Use up an authenticator's step; whether it, and no later one, had been used before."""
    earlier = (accounts.c.id == id_) & (accounts.c.factor_step < step)
    return bool(connection.execute(update(accounts).where(earlier).values(factor_step=step)).rowcount)


def end_sessions(connection: Connection, account_id: str) -> int:
    """End all sessions of an account; how many there were."""
    return connection.execute(delete(sessions).where(sessions.c.account_id == account_id)).rowcount


def session(connection: Connection, token_hash: str) -> Found | None:
    """A session by its token's hash, with the columns of its account."""
    return connection.execute(_SESSION, {"hash": token_hash}).one_or_none()


def enrolment(connection: Connection, token_hash: str) -> Found | None:
    """An invitation by its token's hash."""
    return connection.execute(select(enrolments).where(enrolments.c.token_hash == token_hash)).one_or_none()


def account_of_external(connection: Connection, subject_index: str) -> str | None:
    """The id of the account that an external identity is linked to."""
    query = select(external.c.account_id).where(external.c.subject_index == subject_index)
    return connection.execute(query).scalar_one_or_none()


def externals_of(connection: Connection, account_id: str) -> list[str]:
    """The issuers at which an account is linked."""
    query = select(external.c.issuer).where(external.c.account_id == account_id).order_by(external.c.linked)
    return list(connection.execute(query).scalars())


def held(connection: Connection, holder: str) -> list[Found]:
    """What a holder was given, ended or not: grants, and training, whose code stands under `role`, with `passed`."""
    return list(connection.execute(_HELD, {"holder": holder}))


def all_keys(connection: Connection) -> Iterable[Found]:
    """Every program's key, in no order."""
    return connection.execute(select(keys)).all()
