"""The keys of programs: made, shown once, checked and revoked."""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from easement.base.database import reading, writing
from easement.base.errors import UsageError
from easement.staff import tables
from easement.staff.model import Act, Identity, MadeKey, ProgramKey, checked_name
from easement.staff.permissions import Permission
from easement.staff.ports import Keeper
from easement.staff.reading import key_of, program_identity, words
from easement.staff.sealing import Sealer
from easement.staff.tokens import digest, is_id, key_text, new_id, new_token, read_key
from easement.staff.trail import note

__all__ = ["LONGEST", "identity_of_key", "list_keys", "make_key", "revoke_key"]

LONGEST = timedelta(days=366)
"""A key works for a year at most; then a new one is made, and whatever holds the old one is found."""

USED_SECONDS = 60
"""A key's last use is written down at most so often."""

NOBODYS = digest("")


def make_key(
    keeper: Keeper, name: str, scopes: Iterable[Permission], *, expires: datetime, by: str, now: datetime
) -> MadeKey:
    """Make a key for a program; its text is in the answer and nowhere else. Raises `UsageError` for what cannot be."""
    plain, held = checked_name(name, "the name of a program"), frozenset(scopes)
    if not held:
        raise UsageError("the key may do nothing", remedy="name at least one scope")
    if not now < expires <= now + LONGEST:
        raise UsageError(f"a key ends after now and within {LONGEST.days} days", remedy="give another end")
    id_, secret = new_id("k"), new_token()
    with writing(keeper.engine) as connection:
        tables.add(
            connection,
            tables.keys,
            id=id_,
            program=Sealer(keeper.master_key).seal(plain.encode(), "program", id_),
            secret_hash=digest(secret),
            scopes=words(held),
            made=int(now.timestamp()),
            made_by=by,
            expires=int(expires.timestamp()),
        )
        said = {"scopes": words(held), "expires": expires.isoformat(timespec="seconds")}
        note(connection, keeper, Act.KEY_MADE, id_, by=by, now=now, **said)
    return MadeKey(ProgramKey(id_, plain, held, now, by, expires), key_text(id_, secret))


def revoke_key(keeper: Keeper, key_id: str, *, by: str, now: datetime) -> None:
    """Stop a key from working, from this moment; raises `UsageError` where there is none. Again, it changes nothing."""
    table = tables.keys
    with writing(keeper.engine) as connection:
        query = select(table.c.revoked).where(table.c.id == key_id).with_for_update()
        row = connection.execute(query).one_or_none() if is_id(key_id) else None
        if row is None:
            raise UsageError("there is no such key", remedy="see which there are: easement staff key list")
        if row.revoked is None:
            connection.execute(update(table).where(table.c.id == key_id).values(revoked=int(now.timestamp())))
            note(connection, keeper, Act.KEY_REVOKED, key_id, by=by, now=now)


def list_keys(keeper: Keeper) -> list[ProgramKey]:
    """Every key that was ever made, without its secret, by the program's name, the oldest of a name first."""
    sealer = Sealer(keeper.master_key)
    with reading(keeper.engine) as connection:
        found = [key_of(connection, sealer, row) for row in tables.all_keys(connection)]
    return sorted(found, key=lambda each: (each.name.casefold(), each.made))


def identity_of_key(keeper: Keeper, key: str, now: datetime) -> Identity | None:
    """Which program sent a key, with all that it may do at this moment; `None` where the key opens nothing."""
    parts, table, seconds = read_key(key), tables.keys, int(now.timestamp())
    if parts is None:
        return None
    with reading(keeper.engine) as connection:
        row = tables.program_key(connection, parts.id)
        fits = hmac.compare_digest(row.secret_hash if row else NOBODYS, digest(parts.secret))
        if row is None or not fits or row.revoked is not None or seconds >= row.expires:
            return None
        program = key_of(connection, Sealer(keeper.master_key), row)
    if row.used is None or seconds - row.used >= USED_SECONDS:
        with writing(keeper.engine) as connection:
            this = (table.c.id == parts.id) & (table.c.used.is_(None) | (table.c.used < seconds))
            connection.execute(update(table).where(this).values(used=seconds))
    return program_identity(program, now)
