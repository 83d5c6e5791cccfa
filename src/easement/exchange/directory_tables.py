"""What an operator keeps: its cluster, its invitations, every version published, and what it will not take again.

Nothing here is secret: an invitation's secret is worked out anew from the node's master key. Instants are whole
seconds since 1970.
"""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole

__all__ = [
    "Cluster",
    "Invitation",
    "Version",
    "add_invitation",
    "add_statement",
    "add_version",
    "cluster",
    "drop_invitations",
    "found_cluster",
    "has_statement",
    "invitation",
    "invitations",
    "is_revoked",
    "remember_revoked",
    "use_invitation",
    "version",
]

clusters = Table(
    "exchange_clusters",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("cluster", String(63), nullable=False),
    Column("life", Whole, nullable=False),
)

given = Table(
    "exchange_invitations",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("organisation", String(63), nullable=False),
    Column("body_class", String(100), nullable=False),
    Column("made", Whole, nullable=False),
    Column("expires", Whole, nullable=False),
    Column("used", Whole),
    Column("used_key", String(400)),
)

versions = Table(
    "exchange_directory_versions",
    METADATA,
    Column("sequence", Whole, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("entry", Whole, nullable=False),
)

revoked = Table(
    "exchange_revoked_keys",
    METADATA,
    Column("public", String(64), primary_key=True),
    Column("organisation", String(63), nullable=False),
)

statements = Table(
    "exchange_statements",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("at", Whole, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster that a node operates, and the life in seconds of each version of its directory."""

    cluster: str
    life: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation: for whom, as what class of body, until when; `used` and `used_key` once it was taken up."""

    id: str
    organisation: str
    body_class: str
    made: int
    expires: int
    used: int | None = None
    used_key: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: its JSON, the operator's note, and the index of its entry in the operator's ledger."""

    sequence: int
    text: str
    note: str
    entry: int


def found_cluster(connection: Connection, made: Cluster) -> None:
    """Begin a cluster; a node operates one."""
    connection.execute(insert(clusters).values(id=1, cluster=made.cluster, life=made.life))


def cluster(connection: Connection) -> Cluster | None:
    """The cluster that this node operates, if it does."""
    row = connection.execute(select(clusters.c.cluster, clusters.c.life)).first()
    return Cluster(row.cluster, row.life) if row else None


def add_invitation(connection: Connection, made: Invitation) -> None:
    """Keep an invitation, in place of any that the organisation has not taken up yet."""
    connection.execute(delete(given).where(given.c.organisation == made.organisation, given.c.used.is_(None)))
    connection.execute(
        insert(given).values(
            id=made.id,
            organisation=made.organisation,
            body_class=made.body_class,
            made=made.made,
            expires=made.expires,
        )
    )


def invitation(connection: Connection, identity: str) -> Invitation | None:
    """One invitation by its id."""
    row = connection.execute(select(given).where(given.c.id == identity)).first()
    return Invitation(*row) if row else None


def invitations(connection: Connection) -> list[Invitation]:
    """Every invitation, the oldest first."""
    return [Invitation(*row) for row in connection.execute(select(given).order_by(given.c.made, given.c.id))]


def use_invitation(connection: Connection, identity: str, at: int, key: str) -> bool:
    """Take an invitation up with a key; whether it was still there to be taken."""
    free = given.c.used.is_(None)
    taken = connection.execute(update(given).where(given.c.id == identity, free).values(used=at, used_key=key))
    return taken.rowcount == 1


def drop_invitations(connection: Connection, organisation: str) -> int:
    """Withdraw what an organisation has not taken up; how many that was."""
    gone = connection.execute(delete(given).where(given.c.organisation == organisation, given.c.used.is_(None)))
    return gone.rowcount


def add_version(connection: Connection, made: Version) -> None:
    """Keep a version."""
    connection.execute(
        insert(versions).values(sequence=made.sequence, text=made.text, note=made.note, entry=made.entry)
    )


def version(connection: Connection, sequence: int | None = None) -> Version | None:
    """One version by its number, or the last."""
    query = select(versions)
    if sequence is None:
        query = query.order_by(versions.c.sequence.desc()).limit(1)
    else:
        query = query.where(versions.c.sequence == sequence)
    row = connection.execute(query).first()
    return Version(*row) if row else None


def remember_revoked(connection: Connection, organisation: str, publics: list[str]) -> None:
    """Remember revoked keys, in hexadecimal, also after their member has left."""
    for public in publics:
        if not is_revoked(connection, public):
            connection.execute(insert(revoked).values(public=public, organisation=organisation))


def is_revoked(connection: Connection, public: str) -> bool:
    """Whether a key was ever revoked."""
    return connection.execute(select(revoked.c.public).where(revoked.c.public == public)).first() is not None


def add_statement(connection: Connection, digest: str, at: int, keep: int) -> None:
    """Remember that a statement was taken, and forget those from before `keep`."""
    connection.execute(delete(statements).where(statements.c.at < keep))
    connection.execute(insert(statements).values(digest=digest, at=at))


def has_statement(connection: Connection, digest: str) -> bool:
    """Whether a statement was taken already."""
    return connection.execute(select(statements.c.digest).where(statements.c.digest == digest)).first() is not None
