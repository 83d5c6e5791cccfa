"""How people get in and stay in: invitations, signing in with a password and a code, sessions.

Whatever is wrong with a sign-in (an unknown name, a wrong password, a code used before, an account disabled, too many
tries), the answer is the same and takes the same steps, so that nobody learns who has an account.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from easement.base.database import reading, writing
from easement.base.errors import Refused, UsageError
from easement.staff import attempts, tables
from easement.staff.model import Act, Enrolled, Enrolment, Identity, SignedIn
from easement.staff.passwords import RFC_9106, Hashing, checked_password, hashed, is_stale, verified
from easement.staff.ports import Keeper
from easement.staff.reading import at, found_account, name_index, password_of, person_identity, person_of
from easement.staff.sealing import Sealer
from easement.staff.second_factor import fitting_step, otpauth
from easement.staff.tokens import digest, new_token, recovery_codes
from easement.staff.trail import note

__all__ = [
    "NOT_LET_IN",
    "begin_enrolment",
    "change_password",
    "finish_enrolment",
    "identity_of_session",
    "open_session",
    "sign_in_local",
    "sign_out",
]

NOT_LET_IN = (
    "the name, the password or the code is not right. Codes work once: wait for the next one. "
    "After several wrong tries you must wait before the next"
)
"""What everybody is told who is not let in, whatever the reason."""

SEEN_SECONDS = 60
"""A session's last use is written down at most so often; it can end that much before its idle time is over."""


def sign_in_local(
    keeper: Keeper,
    name: str,
    password: str,
    code: str,
    *,
    now: datetime,
    source: str = "",
    device: str = "",
    earlier: str = "",
    hashing: Hashing = RFC_9106,
) -> SignedIn | None:
    """Open a session for whoever knows the password and has the authenticator (or a recovery code); else `None`.

    `source` is the address they come from, `device` what this browser was given at an earlier sign-in, and `earlier`
    the token of a session in it, which ends.
    """
    sealer = Sealer(keeper.master_key)
    index = name_index(sealer, name)
    attempt = attempts.begin(keeper, index, source, device, now)
    if attempt.wait or not keeper.settings.staff.local_accounts:
        return None
    with reading(keeper.engine) as connection:
        row = tables.account_by_name(connection, index)
        spare = _recovery_index(sealer, row.id if row else "", code)
        has_spare = _spare(connection, row.id if row else "", spare)
    kept = password_of(sealer, row) if row else None
    fits = verified(kept, password, hashing)
    step = fitting_step(_factor_of(sealer, row), code, int(now.timestamp()))
    by_code = step is not None or has_spare
    without = row is not None and row.factor is None and not keeper.settings.staff.second_factor
    if row is None or kept is None or not (fits & (by_code | without)):
        return None
    renewed = hashed(password, hashing) if is_stale(kept, hashing) else kept
    with writing(keeper.engine) as connection:
        current = tables.account(connection, row.id, lock=True)
        if current is None or current.disabled or current.password != row.password:
            return None
        if by_code and not _use_up(connection, keeper, row.id, step, spare, now):
            return None
        attempts.right(connection, attempt, now)
        tables.change_account(connection, row.id, password=sealer.seal(renewed.encode(), "password", row.id))
        return _open(connection, keeper, row.id, now, earlier=earlier, device=attempt.device)


def _factor_of(sealer: Sealer, row: tables.Found | None) -> str | None:
    if row is None or row.factor is None:
        return None
    return sealer.open(row.factor, "factor", row.id).decode()


def _recovery_index(sealer: Sealer, account_id: str, code: str) -> str:
    return sealer.index("recovery", account_id, "".join(code.lower().replace("-", " ").split()))


def _spare(connection: Connection, account_id: str, index: str) -> bool:
    where = (tables.recovery.c.account_id == account_id) & (tables.recovery.c.code_index == index)
    return connection.execute(select(tables.recovery.c.account_id).where(where)).one_or_none() is not None


def _use_up(
    connection: Connection, keeper: Keeper, account_id: str, step: int | None, spare: str, now: datetime
) -> bool:
    """Use the code up: an authenticator's, which must be later than the last one used, or a recovery code."""
    if step is not None:
        return tables.take_step(connection, account_id, step)
    where = (tables.recovery.c.account_id == account_id) & (tables.recovery.c.code_index == spare)
    if not connection.execute(delete(tables.recovery).where(where)).rowcount:
        return False
    note(connection, keeper, Act.ACCOUNT_RECOVERY_USED, account_id, by=account_id, now=now)
    return True


def _open(
    connection: Connection, keeper: Keeper, account_id: str, now: datetime, *, earlier: str = "", device: str = ""
) -> SignedIn:
    """A new session with a token of its own; the one that the browser had before ends, and so do those out of time."""
    token, ends = new_token(), now + timedelta(hours=keeper.settings.staff.session_hours)
    seconds, table = int(now.timestamp()), tables.sessions
    gone = (table.c.ends <= seconds) | (table.c.token_hash == digest(earlier))
    connection.execute(delete(table).where(gone))
    times = {"opened": seconds, "seen": seconds, "ends": int(ends.timestamp())}
    tables.add(connection, table, token_hash=digest(token), account_id=account_id, **times)
    tables.change_account(connection, account_id, signed_in=seconds)
    row = found_account(connection, account_id)
    return SignedIn(token, person_identity(connection, Sealer(keeper.master_key), row, now), ends, device)


def open_session(keeper: Keeper, account_id: str, *, now: datetime, earlier: str = "") -> SignedIn | None:
    """Open a session for somebody whom `finish_oidc` knew; `None` where the account is disabled."""
    with writing(keeper.engine) as connection:
        if found_account(connection, account_id).disabled:
            return None
        return _open(connection, keeper, account_id, now, earlier=earlier)


def identity_of_session(keeper: Keeper, token: str, now: datetime) -> Identity | None:
    """Who holds a session's token, with all that they may do at this moment; `None` where it opens nothing."""
    seconds, hashed_token = int(now.timestamp()), digest(token)
    with reading(keeper.engine) as connection:
        found = tables.session(connection, hashed_token)
        if found is None or found.disabled or seconds >= _end(keeper, found):
            return None
        identity = person_identity(connection, Sealer(keeper.master_key), found, now)
    if seconds - found.seen >= SEEN_SECONDS:
        table = tables.sessions
        with writing(keeper.engine) as connection:
            this = (table.c.token_hash == hashed_token) & (table.c.seen < seconds)
            connection.execute(update(table).where(this).values(seen=seconds))
    return identity


def _end(keeper: Keeper, found: tables.Found) -> int:
    """When a session ends, in seconds since 1970: when it was opened for so long, or when nobody used it for so long.

    Settings that were made stricter count for sessions that are open.
    """
    rules = keeper.settings.staff
    idle, hours = found.seen + rules.idle_minutes * 60, found.opened + rules.session_hours * 3_600
    return int(min(idle, hours, found.ends))


def sign_out(keeper: Keeper, token: str) -> None:
    """End a session; ending one that is not there does nothing."""
    with writing(keeper.engine) as connection:
        connection.execute(delete(tables.sessions).where(tables.sessions.c.token_hash == digest(token)))


def begin_enrolment(keeper: Keeper, token: str, now: datetime) -> Enrolment | None:
    """What somebody with an invitation is shown; `None` where it does not work. Asking again changes nothing."""
    sealer = Sealer(keeper.master_key)
    with reading(keeper.engine) as connection:
        found = tables.enrolment(connection, digest(token))
        row = tables.account(connection, found.account_id) if found else None
    if found is None or row is None or row.disabled or now.timestamp() >= found.expires:
        return None
    secret = sealer.open(found.factor, "factor", row.id).decode()
    name, _ = person_of(sealer, row)
    return Enrolment(row.id, name, secret, otpauth(secret, name, keeper.organisation), at(found.expires))


def finish_enrolment(
    keeper: Keeper,
    token: str,
    password: str,
    code: str,
    *,
    now: datetime,
    source: str = "",
    earlier: str = "",
    hashing: Hashing = RFC_9106,
) -> Enrolled:
    """Set the password and the authenticator of an invited account and open its first session.

    Raises `Refused` where the invitation does not work, and `UsageError` for a password that may not be used or a code
    that is not the authenticator's. Without a second factor in the settings, an empty code sets none up.
    """
    shown, rules = begin_enrolment(keeper, token, now), keeper.settings.staff
    if shown is None or not rules.local_accounts:
        raise Refused("this invitation does not work any more", remedy="ask an administrator for a new one")
    checked_password(password, shown.name, keeper.organisation)
    step = fitting_step(shown.secret, code, int(now.timestamp()))
    if step is None and (rules.second_factor or code.strip()):
        raise UsageError("the code is not the authenticator's", remedy="type the six digits that it shows now")
    sealer, id_, kept = Sealer(keeper.master_key), shown.account_id, hashed(password, hashing)
    spare = recovery_codes() if step is not None else ()
    attempt = attempts.begin(keeper, name_index(sealer, shown.name), source, "", now)
    with writing(keeper.engine) as connection:
        _take_invitation(connection, token, id_)
        factor = sealer.seal(shown.secret.encode(), "factor", id_) if step is not None else None
        tables.change_account(connection, id_, password=sealer.seal(kept.encode(), "password", id_))
        tables.change_account(connection, id_, factor=factor, factor_step=step or 0)
        _set_recovery(connection, sealer, id_, spare)
        tables.end_sessions(connection, id_)
        attempts.right(connection, attempt, now)
        note(connection, keeper, Act.ACCOUNT_ENROLLED, id_, by=id_, now=now)
        return Enrolled(_open(connection, keeper, id_, now, earlier=earlier, device=attempt.device), spare)


def _take_invitation(connection: Connection, token: str, account_id: str) -> None:
    """Use an invitation up; raises `Refused` where somebody else did, or the account was disabled meanwhile."""
    account = found_account(connection, account_id)
    this = tables.enrolments.c.token_hash == digest(token)
    if not connection.execute(delete(tables.enrolments).where(this)).rowcount or account.disabled:
        raise Refused("this invitation does not work any more", remedy="ask an administrator for a new one")


def _set_recovery(connection: Connection, sealer: Sealer, account_id: str, codes: tuple[str, ...]) -> None:
    connection.execute(delete(tables.recovery).where(tables.recovery.c.account_id == account_id))
    for code in codes:
        index = _recovery_index(sealer, account_id, code)
        tables.add(connection, tables.recovery, account_id=account_id, code_index=index)


def change_password(
    keeper: Keeper,
    account_id: str,
    password: str,
    wanted: str,
    *,
    now: datetime,
    source: str = "",
    device: str = "",
    hashing: Hashing = RFC_9106,
) -> SignedIn | None:
    """Set another password for somebody who knows theirs; every session ends and a new one opens. Else `None`.

    Wrong passwords count as they do at sign-in. Raises `UsageError` for one that may not be used.
    """
    sealer = Sealer(keeper.master_key)
    with reading(keeper.engine) as connection:
        row = found_account(connection, account_id, lock=False)
        name, _ = person_of(sealer, row)
    checked_password(wanted, name, keeper.organisation)
    attempt = attempts.begin(keeper, name_index(sealer, name), source, device, now)
    if attempt.wait or row.disabled or not verified(password_of(sealer, row), password, hashing):
        return None
    kept = hashed(wanted, hashing)
    with writing(keeper.engine) as connection:
        if found_account(connection, account_id).password != row.password:
            return None
        attempts.right(connection, attempt, now)
        tables.change_account(connection, account_id, password=sealer.seal(kept.encode(), "password", account_id))
        tables.end_sessions(connection, account_id)
        note(connection, keeper, Act.ACCOUNT_PASSWORD_CHANGED, account_id, by=account_id, now=now)
        opened = _open(connection, keeper, account_id, now)
    return replace(opened, device=attempt.device)
