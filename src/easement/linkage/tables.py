"""The tables of clerical review: matches made, their pairs in doubt, and what reviewers said of each."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from easement.base.database import METADATA, Whole

__all__ = [
    "add_match",
    "add_opinion",
    "add_pairs",
    "change_pair",
    "count_open",
    "drop_opinions",
    "drop_pairs",
    "last_opinion",
    "matches",
    "matches_of",
    "opinions",
    "opinions_of",
    "pair",
    "pairs",
    "pairs_of",
    "renew_pair",
    "tokens_of",
]

matches = Table(
    "linkage_matches",
    METADATA,
    Column("intent", Whole, primary_key=True, autoincrement=False),
    Column("queue", String(12), nullable=False),
    Column("agreement_id", String(200), nullable=False),
    Column("share", String(200), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("made", Whole, nullable=False),
    Column("kept", Whole, nullable=False),
    Column("beyond", Whole, nullable=False),
    Column("lasting", Boolean, nullable=False),
    Column("reviewers", Whole, nullable=False),
    Column("model", String(64), nullable=False),
    Column("tally", Text, nullable=False),
    Index("linkage_matches_by_queue", "queue", "made"),
)
"""Every match that was made, by its intent: how many pairs were kept, how many were beyond what is kept, and `tally`,
the links counted by stratum (JSON). Nobody is in it. Times are seconds since 1970."""

pairs = Table(
    "linkage_pairs",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("queue", String(12), nullable=False),
    Column("token", String(64), nullable=False),
    Column("listed_token", String(64), nullable=False),
    Column("held_token", String(64), nullable=False),
    Column("intent", Whole, nullable=False),
    Column("number", Whole, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("rule", String(200), nullable=False),
    Column("weight", Float),
    Column("probability", Float),
    Column("content", String(64), nullable=False),
    Column("reviewers", Whole, nullable=False),
    Column("sealed", LargeBinary),
    Column("since", Whole, nullable=False),
    Column("decision", String(12)),
    Column("decided", Whole),
    Column("entry", Whole),
    UniqueConstraint("queue", "token"),
    Index("linkage_pairs_by_turn", "queue", "decision", "since", "number"),
    Index("linkage_pairs_by_intent", "intent"),
    Index("linkage_pairs_by_listed", "queue", "listed_token"),
    Index("linkage_pairs_by_held", "queue", "held_token"),
)
"""Pairs for a person to look at. The tokens are keyed digests of either side's own key and of both; `content` is one of
the values compared, which are `sealed` until they are destroyed. `decision` is null while it is open, and then `entry`
is the ledger's that says so."""

opinions = Table(
    "linkage_opinions",
    METADATA,
    Column("pair", String(16), primary_key=True),
    Column("reviewer", String(64), primary_key=True),
    Column("said", Whole, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("linkage_opinions_by_reviewer", "reviewer", "said"),
)
"""What each reviewer said of a pair, sealed so that no other reviewer learns it, and when; `reviewer` is a keyed
digest of who they are. `said` is in milliseconds since 1970."""


def add_match(connection: Connection, row: dict[str, Any]) -> None:
    """Keep that a match was made."""
    connection.execute(insert(matches).values(**row))


def add_pairs(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep new pairs."""
    if rows:
        connection.execute(insert(pairs), list(rows))


def renew_pair(connection: Connection, id_: str, facts: dict[str, Any], *, anew: bool) -> None:
    """Keep what a later match says of a pair; `anew`, what was said of it before counts no more."""
    connection.execute(update(pairs).where(pairs.c.id == id_).values(**facts))
    if anew:
        drop_opinions(connection, [id_])


def tokens_of(connection: Connection, queue: str) -> dict[str, Any]:
    """The pairs of a queue by their token."""
    c = pairs.c
    query = select(c.token, c.id, c.content, c.rule, c.decision, c.since).where(c.queue == queue)
    return {row.token: row for row in connection.execute(query)}


def matches_of(connection: Connection, *where: Any) -> Sequence[Row[Any]]:
    """Matches that fit, the newest first."""
    return connection.execute(select(matches).where(*where).order_by(matches.c.intent.desc())).all()


def pair(connection: Connection, id_: str) -> Row[Any] | None:
    """A pair by its id."""
    return connection.execute(select(pairs).where(pairs.c.id == id_)).first()


def pairs_of(connection: Connection, *where: Any, newest: int | None = None, offset: int = 0) -> Sequence[Row[Any]]:
    """Pairs that fit, in the order in which they are looked at: those held longest first, of one match the best."""
    query = select(pairs).where(*where).order_by(pairs.c.since, pairs.c.number, pairs.c.id)
    return connection.execute(query.limit(newest).offset(offset)).all()


def change_pair(connection: Connection, id_: str, *unless: Any, **facts: Any) -> bool:
    """Change some columns of a pair; whether it was there, and as wanted."""
    return bool(connection.execute(update(pairs).where(pairs.c.id == id_, *unless).values(**facts)).rowcount)


def drop_pairs(connection: Connection, *where: Any) -> int:
    """Remove pairs that fit with what was said of them; how many."""
    gone = select(pairs.c.id).where(*where)
    connection.execute(delete(opinions).where(opinions.c.pair.in_(gone)))
    return connection.execute(delete(pairs).where(*where)).rowcount


def add_opinion(connection: Connection, row: dict[str, Any]) -> None:
    """Keep what a reviewer said; raises `IntegrityError` where they said something before."""
    connection.execute(insert(opinions).values(**row))


def opinions_of(connection: Connection, *where: Any) -> Sequence[Row[Any]]:
    """What was said, the oldest first."""
    return connection.execute(select(opinions).where(*where).order_by(opinions.c.said, opinions.c.reviewer)).all()


def last_opinion(connection: Connection, queue: str, reviewer: str) -> Row[Any] | None:
    """What a reviewer said last of a pair of a queue."""
    where = (pairs.c.queue == queue, opinions.c.reviewer == reviewer)
    query = select(opinions).join(pairs, pairs.c.id == opinions.c.pair).where(*where)
    return connection.execute(query.order_by(opinions.c.said.desc()).limit(1)).first()


def drop_opinions(connection: Connection, ids: Iterable[str], *where: Any) -> int:
    """Forget what was said of pairs; how many opinions."""
    return connection.execute(delete(opinions).where(opinions.c.pair.in_(list(ids)), *where)).rowcount


def count_open(connection: Connection, queue: str) -> int:
    """How many pairs of a queue are open."""
    where = (pairs.c.queue == queue, pairs.c.decision.is_(None))
    return connection.scalar(select(func.count()).select_from(pairs).where(*where)) or 0
