"""What reviewers see: the queues, how much is open in each, and one pair at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, case, exists, func, select

from easement.base.database import reading
from easement.base.errors import UsageError
from easement.base.moments import instant_text
from easement.linkage import tables
from easement.linkage.review import DoubtfulPair, Kind, Scope, opened, review_key, token
from easement.linkage.review_desk import MOOT, Reviewer
from easement.linkage.review_kept import opinions_by_pair
from easement.linkage.review_ports import Keeper
from easement.linkage.review_turns import Opinion, Turn, turn_of

__all__ = ["PAGE", "Queue", "Shown", "ids_of", "left_for", "next_pair", "pairs_in", "queue", "queues", "shown"]

PAGE = 100
"""Pairs of one page of a list."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The pairs of an agreement's share and recipient: how many are open, since when, and how many were decided.

    `beyond` are those of its last match for which there was no room; `reviewers` is how many look at a pair now.
    """

    id: str
    scope: Scope
    open: int
    decided: int
    oldest: int | None
    beyond: int
    reviewers: int
    lasting: bool
    matched: int

    def as_dict(self) -> dict[str, Any]:
        """The queue as `--json` lists it."""
        return {
            "queue": self.id,
            "agreement": self.scope.agreement_id,
            "share": self.scope.share,
            "recipient": self.scope.recipient,
            "open": self.open,
            "oldest": instant_text(self.oldest) if self.oldest is not None else None,
            "decided": self.decided,
            "beyond": self.beyond,
            "reviewers": self.reviewers,
            "lasting": self.lasting,
            "last_match": instant_text(self.matched),
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair as a reviewer sees it: in what part they look at it, and what its form repeats as `seen`.

    `said` is what others said of it: empty but for whoever leads where two disagree, and after it was decided. `model`
    is the digest of the model that weighed it, empty where exact rules paired it. `unseen` says that links of a sample
    are among the open pairs of its queue: then why any of them is there is not told before it is decided.
    """

    id: str
    queue: str
    pair: DoubtfulPair
    turn: Turn
    seen: str
    since: int
    decision: str | None
    decided: int | None
    entry: int | None
    match: int
    said: tuple[Opinion, ...] = ()
    model: str = ""
    unseen: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The pair as `--json` and the API show it."""
        pair = self.pair
        return {
            "id": self.id,
            "queue": self.queue,
            "match": self.match,
            "list_reference": pair.listed,
            "held_reference": pair.held,
            "kind": None if self.unseen else pair.kind.value,
            "rule": pair.rule,
            "weight": pair.weight,
            "probability": pair.probability,
            "fields": [{"name": name, "listed": listed, "held": held} for name, (listed, held) in pair.fields.items()],
            "since": instant_text(self.since),
            "turn": self.turn.value,
            "decision": self.decision,
            "decided": instant_text(self.decided) if self.decided is not None else None,
            "entry": self.entry,
            "seen": self.seen,
        }


class _Counted(NamedTuple):
    open: int
    decided: int
    oldest: int | None


def queues(keeper: Keeper) -> tuple[Queue, ...]:
    """Every queue, the one with the oldest open pair first; those in which nothing is open come last."""
    with reading(keeper.ledger.engine) as connection:
        counted, newest = _counted(connection), dict[str, Row[Any]]()
        for match in tables.matches_of(connection):
            newest.setdefault(match.queue, match)
    found = [_queue(match, counted.get(id_, _Counted(0, 0, None))) for id_, match in newest.items()]
    return tuple(sorted(found, key=lambda each: (each.oldest is None, each.oldest or 0, each.scope)))


def queue(keeper: Keeper, id_: str) -> Queue:
    """One queue; raises `UsageError` where there is none of that id."""
    for each in queues(keeper):
        if each.id == id_:
            return each
    raise UsageError(f"there is no queue `{id_}`", remedy="see which there are: easement held list")


def _counted(connection: Connection) -> dict[str, _Counted]:
    c = tables.pairs.c
    is_open = c.decision.is_(None)
    ended = and_(c.decision.is_not(None), c.decision != MOOT)
    columns = (func.sum(case((is_open, 1), else_=0)), func.sum(case((ended, 1), else_=0)))
    query = select(c.queue, *columns, func.min(case((is_open, c.since)))).group_by(c.queue)
    return {
        id_: _Counted(int(open_ or 0), int(decided or 0), oldest)
        for id_, open_, decided, oldest in connection.execute(query)
    }


def _queue(match: Row[Any], counted: _Counted) -> Queue:
    return Queue(
        id=match.queue,
        scope=Scope(match.agreement_id, match.share, match.recipient),
        open=counted.open,
        decided=counted.decided,
        oldest=counted.oldest,
        beyond=match.beyond,
        reviewers=match.reviewers,
        lasting=match.lasting,
        matched=match.made,
    )


def _for(reviewer: Reviewer, key: bytes) -> tuple[Any, ...]:
    """The open pairs at which somebody may look: of which they said nothing, and which are not a lead's alone, nor of
    two people where it is a program that looks."""
    c, o = tables.pairs.c, tables.opinions.c
    mine = exists().where(o.pair == c.id, o.reviewer == reviewer.token(key))
    said = select(func.count()).select_from(tables.opinions).where(o.pair == c.id).scalar_subquery()
    turn = () if reviewer.leads else (said < c.reviewers,)
    alone = (c.reviewers == 1,) if reviewer.program else ()
    return (c.decision.is_(None), ~mine, *turn, *alone)


def next_pair(keeper: Keeper, queue_: str, reviewer: Reviewer, *, after: str = "") -> Shown | None:
    """The next pair for a reviewer, the one behind `after` where that is given; the first again behind the last."""
    key = review_key(keeper.master_key)
    c = tables.pairs.c
    where = (c.queue == queue_, *_for(reviewer, key))
    with reading(keeper.ledger.engine) as connection:
        past = tables.pair(connection, after) if after else None
        rows = tables.pairs_of(connection, *where, _behind(past), newest=1) if past is not None else ()
        rows = rows or tables.pairs_of(connection, *where, newest=1)
        return _shown(connection, key, rows[0], reviewer) if rows else None


def _behind(row: Row[Any]) -> Any:
    c = tables.pairs.c
    later = (c.number > row.number) | ((c.number == row.number) & (c.id > row.id))
    return (c.since > row.since) | ((c.since == row.since) & later)


def left_for(keeper: Keeper, queue_: str, reviewer: Reviewer) -> int:
    """How many pairs of a queue wait for a reviewer."""
    c = tables.pairs.c
    where = (c.queue == queue_, *_for(reviewer, review_key(keeper.master_key)))
    with reading(keeper.ledger.engine) as connection:
        return connection.scalar(select(func.count()).select_from(tables.pairs).where(*where)) or 0


def shown(keeper: Keeper, id_: str, reviewer: Reviewer) -> Shown:
    """One pair as a reviewer sees it; raises `UsageError` where there is none."""
    with reading(keeper.ledger.engine) as connection:
        row = tables.pair(connection, id_)
        if row is None:
            raise UsageError("there is no such pair", remedy="it may have been erased: go on with the next")
        return _shown(connection, review_key(keeper.master_key), row, reviewer)


def _shown(connection: Connection, key: bytes, row: Row[Any], reviewer: Reviewer) -> Shown:
    said = opinions_by_pair(connection, key, [row.id]).get(row.id, ())
    match = tables.matches_of(connection, tables.matches.c.intent == row.intent)
    found = _as_shown(key, row, said, reviewer, sampled=_sampled(connection, row.queue))
    return replace(found, model=match[0].model if match else "")


def _sampled(connection: Connection, queue_: str) -> bool:
    """Whether links of a sample are among the open pairs of a queue."""
    c = tables.pairs.c
    where = (c.queue == queue_, c.kind == Kind.SAMPLE.value, c.decision.is_(None))
    return connection.scalar(select(exists().where(*where))) is True


def _unseen(pair: DoubtfulPair) -> DoubtfulPair:
    """A pair without what would say whether it was linked: whoever knows that follows it."""
    hidden: dict[str, Any] = {"gammas": {}, "groups": {}, "ways": (), "tied": False}
    return replace(pair, rule="", weight=None, probability=None, kind=Kind.DOUBT, **hidden)


def _as_shown(key: bytes, row: Row[Any], said: tuple[Opinion, ...], reviewer: Reviewer, *, sampled: bool) -> Shown:
    ended = row.decision not in (None, MOOT)
    unseen = sampled and not ended
    turn = Turn.LATE if ended else turn_of(said, row.reviewers, reviewer.token(key))
    if not (ended or reviewer.may_look(row.reviewers)):
        turn = Turn.PEOPLE
    told = said if ended or (turn is Turn.THIRD and reviewer.leads) else ()
    pair = _unseen(opened(key, row)) if unseen else opened(key, row)
    return Shown(
        id=row.id,
        queue=row.queue,
        pair=pair,
        turn=turn,
        seen=row.content,
        since=row.since,
        decision=row.decision,
        decided=row.decided,
        entry=row.entry,
        match=row.intent,
        said=told,
        unseen=unseen,
    )


def ids_of(keeper: Keeper, queue_: Queue, named: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The ids of pairs by either side's own key; raises `UsageError` for one that the queue does not hold."""
    key = review_key(keeper.master_key)
    with reading(keeper.ledger.engine) as connection:
        known = tables.tokens_of(connection, queue_.id)
    found = {}
    for listed, held in named:
        row = known.get(token(key, queue_.scope, "pair", listed, held))
        if row is None:
            remedy = f"see which it holds: easement held show {queue_.id}"
            raise UsageError(f"queue {queue_.id} holds no pair `{listed}` and `{held}`", remedy=remedy)
        found[listed, held] = row.id
    return found


def pairs_in(
    keeper: Keeper, queue_: str, reviewer: Reviewer, *, only_open: bool = False, offset: int = 0, most: int = PAGE
) -> tuple[Shown, ...]:
    """The pairs of a queue in order, one page of them."""
    key, c = review_key(keeper.master_key), tables.pairs.c
    where = (c.queue == queue_, *((c.decision.is_(None),) if only_open else ()))
    with reading(keeper.ledger.engine) as connection:
        rows = tables.pairs_of(connection, *where, newest=most, offset=offset)
        said, sampled = opinions_by_pair(connection, key, [row.id for row in rows]), _sampled(connection, queue_)
        return tuple(_as_shown(key, row, said.get(row.id, ()), reviewer, sampled=sampled) for row in rows)
