"""The steps from an empty or an older database to what this program works with.

A step is written out in full and never changed afterwards; that all of them together make what every room puts on
`METADATA` is held by a test, so that nothing here needs to know the rooms.
"""

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, delete, insert, inspect, select

from easement.base.database import METADATA, take_turn, writing
from easement.base.errors import EasementError

__all__ = ["HEAD", "STEPS", "backup_of", "check_version", "stamp", "upgrade", "version"]

STEPS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""The steps in `migrations/versions`, oldest first."""

HEAD = STEPS[-1]
"""What a database is after the newest step: what this program works with."""

FOLDER = Path(__file__).parent / "migrations"

_versions = Table("node_schema", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table under a name of ours, apart from `METADATA` as Alembic wants it."""


def stamp(connection: Connection, step: str) -> None:
    """Say that a database is as a step left it."""
    _versions.create(connection, checkfirst=True)
    connection.execute(delete(_versions))
    connection.execute(insert(_versions).values(version_num=step))


def version(connection: Connection) -> str | None:
    """The last step that a database took; `None` for an empty one.

    A ledger without this note was made before there was one, when the first step was all there is.
    """
    names = inspect(connection).get_table_names()
    if _versions.name in names:
        return connection.scalar(select(_versions.c.version_num))
    return "0001" if "ledger_head" in names else None


def backup_of(home: Path, dialect: str) -> str:
    """How a node is backed up before its database takes a step: of another step, our own backup reads only the file."""
    return f"pg_dump, and a copy of {home}" if dialect == "postgresql" else f"easement backup {home} --out FILE"


def check_version(connection: Connection, home: Path) -> None:
    """Raise `EasementError` for a database of an older or a newer program, with what to do."""
    found = version(connection)
    if found == HEAD:
        return
    if found is None:
        raise EasementError("the database holds no node", remedy="restore it from where you keep it")
    if found in STEPS:
        how = backup_of(home, connection.dialect.name)
        remedy = f"back it up and upgrade it: {how}, then easement node upgrade {home}"
        raise EasementError(f"the node's database is of an older easement: at {found}, {HEAD} is needed", remedy=remedy)
    what = f"the node's database is of a newer easement: at {found}, this one knows {HEAD}"
    raise EasementError(what, remedy="use the newer easement, or restore the backup from before it was upgraded")


def upgrade(engine: Engine) -> tuple[str, ...]:
    """Take the steps that a database has not taken yet, all or none; which. Raises `StorageFailed`."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    steps = ScriptDirectory(str(FOLDER))
    with writing(engine) as connection:
        take_turn(connection, "node:upgrade")
        found = version(connection)
        context = MigrationContext.configure(connection, opts={"target_metadata": METADATA})
        taken = list(reversed(list(steps.iterate_revisions(HEAD, found or "base"))))
        with Operations.context(context):
            for step in taken:
                step.module.upgrade()
        stamp(connection, HEAD)
    return tuple(step.revision for step in taken)
