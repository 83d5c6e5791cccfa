"""Where assessments and impact assessments stand. Works on SQLite and PostgreSQL.

What was answered and written may be about people, so it is sealed; in the clear stand only what the ledger says too.
Rows are versions: they are added, and later only marked as concluded or signed. Instants are seconds since 1970.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole

__all__ = [
    "Found",
    "add",
    "cases",
    "conclude",
    "impact",
    "impact_signatures",
    "impacts",
    "latest",
    "latest_of_all",
    "one_version",
    "sign",
    "signatures",
]

cases = Table(
    "assessment_cases",
    METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("saved", Whole, nullable=False, index=True),
    Column("saved_by", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("concluded", Whole),
    Column("entry", Whole),
)
"""Assessments, each version a row. `digest` is that of the answers; `entry` the ledger's, once it is concluded."""

impacts = Table(
    "assessment_impacts",
    METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("saved", Whole, nullable=False),
    Column("saved_by", String, nullable=False),
    Column("terms", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Impact assessments by the id of their assessment. `terms` is the digest of the agreement each was made for."""

impact_signatures = Table(
    "assessment_impact_signatures",
    METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("role", String, primary_key=True),
    Column("signed", Whole, nullable=False),
    Column("entry", Whole, nullable=False),
    ForeignKeyConstraint(["id", "version"], ["assessment_impacts.id", "assessment_impacts.version"]),
)
"""Who signed which version of an impact assessment, by role; the name stands in the ledger's private record."""

Found = Row[Any]
"""A row as it was read."""


def add(connection: Connection, table: Table, **values: Any) -> None:
    """Add one row."""
    connection.execute(insert(table).values(**values))


def latest(connection: Connection, table: Table, id_: str) -> Found | None:
    """The newest version of one assessment or impact assessment."""
    of_it = select(table).where(table.c.id == id_).order_by(table.c.version.desc()).limit(1)
    return connection.execute(of_it).one_or_none()


def one_version(connection: Connection, table: Table, id_: str, version: int) -> Found | None:
    """One version."""
    return connection.execute(select(table).where(table.c.id == id_, table.c.version == version)).one_or_none()


def latest_of_all(connection: Connection, limit: int, before: tuple[int, str] | None) -> Sequence[Found]:
    """The newest version of each assessment, the last saved first; `before` is the place of the one to go on from."""
    newest = select(cases.c.id, func.max(cases.c.version).label("version")).group_by(cases.c.id).subquery()
    found = select(cases).join(newest, (cases.c.id == newest.c.id) & (cases.c.version == newest.c.version))
    if before is not None:
        saved, id_ = before
        found = found.where((cases.c.saved < saved) | ((cases.c.saved == saved) & (cases.c.id > id_)))
    return connection.execute(found.order_by(cases.c.saved.desc(), cases.c.id).limit(limit)).all()


def conclude(connection: Connection, id_: str, version: int, at: int, entry: int) -> bool:
    """Mark a version as concluded; whether it was there and open."""
    where = (cases.c.id == id_, cases.c.version == version, cases.c.entry.is_(None))
    return bool(connection.execute(update(cases).where(*where).values(concluded=at, entry=entry)).rowcount)


def impact(connection: Connection, id_: str) -> Found | None:
    """The newest version of an assessment's impact assessment."""
    return latest(connection, impacts, id_)


def sign(connection: Connection, id_: str, version: int, role: str, at: int, entry: int) -> None:
    """Note a signature."""
    add(connection, impact_signatures, id=id_, version=version, role=role, signed=at, entry=entry)


def signatures(connection: Connection, id_: str, version: int) -> Sequence[Found]:
    """Who signed a version, in the order of signing."""
    of_it = select(impact_signatures).where(impact_signatures.c.id == id_, impact_signatures.c.version == version)
    return connection.execute(of_it.order_by(impact_signatures.c.entry)).all()
