"""What a reviewer does: say of a pair what it is, and take that back.

A decision is made in the commit of its ledger entry, on a pair that stands there as it was looked at. So of two people
who act at once each does so on what the other left, and a form that is stale decides nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from easement.base.database import reading, take_turn, writing
from easement.base.errors import Refused, UsageError
from easement.linkage import tables
from easement.linkage.review import DoubtfulPair, Kind, Scope, opened, review_key, token
from easement.linkage.review_kept import keep_opinion, opinions_by_pair
from easement.linkage.review_log import MOST_LOGGED, Settling, log_settled
from easement.linkage.review_ports import Keeper
from easement.linkage.review_turns import Opinion, Turn, Verdict, decided_by, turn_of

__all__ = ["MOOT", "MOST_WHY", "Changed", "Done", "Reviewer", "Wanted", "settle", "take_back"]

MOOT = "moot"
"""What stands as the decision on a pair while one of its records is somebody else by the decision on another pair."""

MOST_WHY = 1_000
"""Most characters of a reason."""

TRIES = 5
"""How often a decision is worked out anew where somebody else decided meanwhile."""


class Changed(UsageError):
    """A pair is not as it was when it was looked at."""


class _Meanwhile(Exception):
    """Somebody else acted between the look and the commit."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who looks at pairs: an id that is theirs alone, their name for the record, and whether they lead the review.

    A program's word stands for nobody where the agreement wants two people.
    """

    id: str
    name: str
    leads: bool = False
    program: bool = False

    def may_look(self, reviewers: int) -> bool:
        """Whether their word counts on a pair that so many must look at."""
        return reviewers == 1 or not self.program

    def token(self, key: bytes) -> str:
        """The keyed digest under which what they said is kept."""
        return token(key, Scope("", "", ""), "reviewer", self.id)


class Wanted(NamedTuple):
    """What a reviewer says of a pair. `seen` is the `content` of what they looked at; without it, the last word counts,
    also over what somebody else decided."""

    pair: str
    verdict: Verdict
    why: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: the entries that say so, and how many pairs are decided, or wait for somebody else.

    `wrong` are links that were disclosed and found to be of two people, by the list's key and the holder's.
    """

    entries: tuple[int, ...] = ()
    decided: int = 0
    waiting: int = 0
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """What becomes of one pair: what was said of it before that counts, what is said now, and what that comes to."""

    row: Row[Any]
    pair: DoubtfulPair
    before: tuple[Opinion, ...]
    opinion: Opinion
    verdict: Verdict | None

    @property
    def said(self) -> tuple[Opinion, ...]:
        return (*self.before, self.opinion)


def settle(keeper: Keeper, wanted: Sequence[Wanted], reviewer: Reviewer, *, now: datetime) -> Done:
    """Say of pairs what they are; those that one match held are settled together or not at all.

    Saying the same of a pair again changes nothing. Raises `Changed` where a pair is gone, or is not as it was seen,
    `Refused` where somebody else must look at it, and `UsageError` where one record would be two people.
    """
    if not reviewer.name.strip():
        raise UsageError("a person decides, and the record says who", remedy="say who: --by WHO")
    if any(len(each.why) > MOST_WHY for each in wanted):
        raise UsageError(f"a reason is longer than {MOST_WHY:,} characters", remedy="say it in fewer words")
    entries: list[int] = []
    for _ in range(TRIES):
        try:
            return _settle(keeper, wanted, reviewer, now, entries)
        except _Meanwhile:
            continue
    raise Changed("others decide on this at this very moment", remedy="look at it again, and decide once more")


def _settle(keeper: Keeper, wanted: Sequence[Wanted], reviewer: Reviewer, now: datetime, entries: list[int]) -> Done:
    key = review_key(keeper.master_key)
    with reading(keeper.ledger.engine) as connection:
        steps = [step for each in wanted if (step := _step(connection, key, each, reviewer)) is not None]
    final = [step for step in steps if step.verdict is not None]
    waiting = [step for step in steps if step.verdict is None]
    for intent, together in _together(final):
        told = [_settling(step) for step in together]

        def also(connection: Connection, index: int, together: Sequence[_Step] = together) -> None:
            _write(connection, key, together, now, index)

        entries.append(log_settled(keeper.ledger, intent, told, now=now, also=also))
    if waiting:
        with writing(keeper.ledger.engine) as connection:
            _write(connection, key, waiting, now, None)
    return Done(tuple(entries), len(final), len(waiting), _wrong(final))


def _wrong(final: Sequence[_Step]) -> tuple[tuple[str, str], ...]:
    false = (step.pair for step in final if step.verdict is Verdict.DIFFERENT and step.pair.kind is Kind.SAMPLE)
    return tuple((pair.listed, pair.held) for pair in false)


def _together(steps: Sequence[_Step]) -> Iterator[tuple[int, list[_Step]]]:
    """What is settled by one entry: pairs of one match, and no more than one record holds."""
    ordered = sorted(steps, key=lambda step: (step.row.intent, step.row.number))
    for intent, found in groupby(ordered, key=lambda step: step.row.intent):
        several = list(found)
        for start in range(0, len(several), MOST_LOGGED):
            yield intent, several[start : start + MOST_LOGGED]


def _settling(step: _Step) -> Settling:
    same = None if step.verdict is Verdict.CANNOT_TELL else step.verdict is Verdict.SAME
    pair = step.pair
    return Settling(pair.listed, pair.held, pair.rule, pair.weight, same, step.said)


def _step(connection: Connection, key: bytes, wanted: Wanted, reviewer: Reviewer) -> _Step | None:
    """What is to be done about a pair; `None` where it was said before."""
    row = tables.pair(connection, wanted.pair)
    if row is None or row.sealed is None:
        raise Changed("this pair is not held any more", remedy="go on with the next")
    if not reviewer.may_look(row.reviewers):
        remedy = "let two people look at it, or agree on one reviewer: `match: {reviewers: 1}`"
        raise Refused("two people must look at this pair, and a program stands for neither", remedy=remedy)
    me, before = reviewer.token(key), opinions_by_pair(connection, key, [row.id]).get(row.id, ())
    if any((each.reviewer, each.verdict) == (me, wanted.verdict) for each in before):
        return None
    if _open(row.decision) is not None:
        _check_again(row, wanted)
        before = ()
    elif wanted.seen not in ("", row.content):
        raise Changed("a later match brought other values of this pair", remedy="look at it again, then decide")
    before = tuple(each for each in before if each.reviewer != me)
    if turn_of(before, row.reviewers, me) is Turn.THIRD and not reviewer.leads:
        raise Refused("two reviewers disagree on this pair", remedy="leave it to somebody who leads the review")
    opinion = Opinion(me, reviewer.name.strip(), wanted.verdict, wanted.why.strip())
    return _Step(row, opened(key, row), before, opinion, decided_by((*before, opinion), row.reviewers))


def _open(decision: str | None) -> str | None:
    """A decision; nothing where it only follows from another pair's."""
    return None if decision == MOOT else decision


def _check_again(row: Row[Any], wanted: Wanted) -> None:
    """Only who need not ask what others think may decide over what was decided."""
    if wanted.seen:
        raise Changed("somebody else decided on this pair meanwhile", remedy="go on with the next")
    if row.reviewers > 1:
        raise UsageError("this pair was decided by two reviewers", remedy="let one of them take it back first")


def _write(connection: Connection, key: bytes, steps: Sequence[_Step], now: datetime, entry: int | None) -> None:
    """Keep what was said, and what it comes to, if every pair is still as it was looked at.

    Who is taken for nobody comes first, for that may leave a record to be somebody else.
    """
    take_turn(connection, f"linkage:{steps[0].row.queue}")
    for step in sorted(steps, key=lambda step: step.verdict is Verdict.SAME):
        _check_still(connection, step)
        _reopen(connection, step.row)
        if _open(step.row.decision) is not None:
            tables.drop_opinions(connection, [step.row.id])
        keep_opinion(connection, key, step.row.id, step.opinion, now)
        if step.verdict is Verdict.SAME:
            _check_one_to_one(connection, step)
        if step.verdict is not None:
            facts = {"decision": step.verdict.value, "decided": int(now.timestamp()), "entry": entry}
            tables.change_pair(connection, step.row.id, **facts)
        if step.verdict is Verdict.SAME:
            _close(connection, step.row, now, entry)


def _check_still(connection: Connection, step: _Step) -> None:
    row, before = tables.pair(connection, step.row.id), step.row
    if row is None or (row.content, _open(row.decision)) != (before.content, _open(before.decision)):
        raise _Meanwhile
    if _open(row.decision) is not None:
        return
    said = tables.opinions_of(connection, tables.opinions.c.pair == row.id)
    if {each.reviewer for each in said} - {step.opinion.reviewer} != {each.reviewer for each in step.before}:
        raise _Meanwhile


def _rivals(row: Row[Any]) -> Any:
    """The other pairs of the same records."""
    c = tables.pairs.c
    return (
        (c.queue == row.queue)
        & (c.id != row.id)
        & ((c.listed_token == row.listed_token) | (c.held_token == row.held_token))
    )


def _check_one_to_one(connection: Connection, step: _Step) -> None:
    """One record is one person: on neither side may it be the same as two of the other."""
    if tables.pairs_of(connection, _rivals(step.row), tables.pairs.c.decision == Verdict.SAME.value, newest=1):
        listed, held = step.pair.listed, step.pair.held
        what = f"`{listed}` and `{held}` cannot be one person: one of them is settled as somebody else already"
        raise UsageError(what, remedy="say first of the other pair that it is different")


def _close(connection: Connection, row: Row[Any], now: datetime, entry: int | None) -> None:
    """The open pairs of either record are settled with it, for nobody is two people."""
    facts = {"decision": MOOT, "decided": int(now.timestamp()), "entry": entry}
    for rival in tables.pairs_of(connection, _rivals(row), tables.pairs.c.decision.is_(None)):
        tables.change_pair(connection, rival.id, **facts)


def _reopen(connection: Connection, row: Row[Any]) -> None:
    """What was settled only with an earlier decision on a pair is open again."""
    c = tables.pairs.c
    if _open(row.decision) is None:
        return
    for rival in tables.pairs_of(connection, _rivals(row), c.decision == MOOT, c.entry == row.entry):
        tables.change_pair(connection, rival.id, decision=None, decided=None, entry=None)


def take_back(keeper: Keeper, queue: str, reviewer: Reviewer, *, now: datetime) -> str:
    """Take back what a reviewer said last in a queue, whatever it came to; the pair, which is open again.

    Raises `UsageError` where there is nothing that can be taken back.
    """
    key = review_key(keeper.master_key)
    me = reviewer.token(key)
    with reading(keeper.ledger.engine) as connection:
        last = tables.last_opinion(connection, queue, me)
        row = tables.pair(connection, last.pair) if last is not None else None
        said = opinions_by_pair(connection, key, [row.id])[row.id] if row is not None else ()
    if row is None or row.sealed is None:
        raise UsageError("there is nothing of yours to take back here", remedy="go on with the next pair")
    mine = tuple(each for each in said if each.reviewer == me)

    def undo(connection: Connection, _index: int = 0) -> None:
        _undo(connection, row, me)

    id_: str = row.id
    if _open(row.decision) is None:
        with writing(keeper.ledger.engine) as connection:
            undo(connection)
        return id_
    pair = opened(key, row)
    told = Settling(pair.listed, pair.held, pair.rule, pair.weight, None, mine)
    log_settled(keeper.ledger, row.intent, [told], now=now, also=undo)
    return id_


def _undo(connection: Connection, row: Row[Any], me: str) -> None:
    take_turn(connection, f"linkage:{row.queue}")
    still = tables.pair(connection, row.id)
    gone = tables.drop_opinions(connection, [row.id], tables.opinions.c.reviewer == me)
    if still is None or not gone or still.entry != row.entry:
        raise Changed("this was taken back, or decided anew, meanwhile", remedy="look at it again")
    if _open(row.decision) is not None:
        _reopen(connection, row)
        tables.change_pair(connection, row.id, decision=None, decided=None, entry=None)
