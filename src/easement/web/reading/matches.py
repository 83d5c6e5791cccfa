"""Queues of pairs in doubt, and one pair at a time, for somebody who may look at them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from easement.api.reviewing import reviewer_of, sees_pairs
from easement.linkage.explain import Explained, Leg, Way
from easement.linkage.quality_desk import quality_of
from easement.linkage.quality_report import Report
from easement.linkage.review_desk import Changed, Wanted, settle, take_back
from easement.linkage.review_marks import compared
from easement.linkage.review_models import explanation
from easement.linkage.review_queues import PAGE, Queue, Shown, left_for, next_pair, pairs_in, queues, shown
from easement.linkage.review_turns import Verdict
from easement.node.home import Node
from easement.staff.model import Identity
from easement.web.reading.names import Names, names_of
from easement.web.views.matches import (
    DecidedLine,
    GroupLine,
    Matches,
    MatchLine,
    MatchPage,
    NoPair,
    PairPage,
    Step,
    Waterfall,
    WayShown,
    Word,
)

__all__ = ["decide", "line_of", "matches", "page", "pair_page", "queue_page", "undo"]

WIDE = 400
"""Units of the picture from left to right."""


def matches(node: Node, identity: Identity, now: datetime) -> Matches:
    """The queues that somebody sees."""
    names = names_of(node, now)
    return Matches(lines=tuple(_line(node, identity, each, names) for each in _seen(node, identity)))


def _seen(node: Node, identity: Identity) -> tuple[Queue, ...]:
    return tuple(each for each in queues(node) if sees_pairs(identity, each.scope))


def _line(node: Node, identity: Identity, queue: Queue, names: Names) -> MatchLine:
    scope = queue.scope
    return MatchLine(
        id=queue.id,
        agreement_id=scope.agreement_id,
        agreement=names.agreement(scope.agreement_id),
        share=scope.share,
        recipient=names.organisation(scope.recipient),
        open=queue.open,
        mine=left_for(node, queue.id, reviewer_of(identity)) if queue.open else 0,
        oldest=_at(queue.oldest),
        decided=queue.decided,
        beyond=queue.beyond,
        reviewers=queue.reviewers,
        lasting=queue.lasting,
    )


def _at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def line_of(node: Node, identity: Identity, id_: str, now: datetime) -> MatchLine | None:
    """One queue, where somebody sees it."""
    found = next((each for each in _seen(node, identity) if each.id == id_), None)
    return _line(node, identity, found, names_of(node, now)) if found else None


def queue_page(node: Node, identity: Identity, id_: str, number: int, now: datetime) -> MatchPage | None:
    """One queue with a page of its pairs, none of which is shown with what its records say."""
    line = line_of(node, identity, id_, now)
    if line is None:
        return None
    found = pairs_in(node, id_, reviewer_of(identity), offset=number * PAGE, most=PAGE + 1)
    pairs = tuple(
        DecidedLine(each.id, each.pair.rule, _when(each.since), each.decision or "", _at(each.decided), each.entry)
        for each in found[:PAGE]
    )
    found_good = quality_of(node, id_)
    good = found_good.quality
    return MatchPage(
        line=line,
        pairs=pairs,
        precision=good.precision.words,
        recall=good.recall.words,
        groups=tuple(_grouped(found_good)),
        left_out=sum(found_good.left_out.values()),
        older=f"?page={number + 1}" if len(found) > PAGE else "",
    )


def _grouped(report: Report) -> Iterator[GroupLine]:
    for kind, of in report.groups.items():
        for name, each in of.items():
            good = each.quality
            expected = ", ".join(f"{value:.3f}" for value in good.by_model.values() if value is not None)
            yield GroupLine(kind, name, good.links, good.precision.words, good.recall.words, expected)


def _when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def page(
    node: Node, identity: Identity, id_: str, now: datetime, *, after: str = "", told: str = ""
) -> PairPage | NoPair | None:
    """The next pair for somebody, or that none waits for them; nothing where they do not see the queue."""
    line = line_of(node, identity, id_, now)
    if line is None:
        return None
    found = next_pair(node, id_, reviewer_of(identity), after=after)
    return _page(node, line, found, told) if found else NoPair(line=line, told=told)


def pair_page(node: Node, identity: Identity, id_: str, pair: str, now: datetime, told: str = "") -> PairPage | None:
    """One pair by its id; nothing where it is not of a queue that they see."""
    line = line_of(node, identity, id_, now)
    found = shown(node, pair, reviewer_of(identity)) if line else None
    return _page(node, line, found, told) if line and found and found.queue == id_ else None


def _page(node: Node, line: MatchLine, found: Shown, told: str) -> PairPage:
    pair = found.pair
    why = explanation(node, found)
    return PairPage(
        line=line,
        id=found.id,
        seen=found.seen,
        kind=pair.kind.value,
        rule=pair.rule,
        since=_when(found.since),
        turn=found.turn.value,
        unseen=found.unseen,
        fields=tuple(compared(name, listed, held) for name, (listed, held) in pair.fields.items()),
        references=(pair.listed, pair.held),
        alone=_waterfall(why) if why else None,
        ways=tuple(_way(each) for each in why.ways) if why else (),
        tied=why.tied if why else False,
        percent=_percent(pair.probability),
        said=tuple(Word(each.verdict.value, each.why) for each in found.said),
        decision=found.decision or "",
        told=told,
    )


def _percent(probability: float | None) -> str:
    """A chance in percent; never 0 or 100, for nothing is certain."""
    if probability is None:
        return ""
    return f"{min(max(probability * 100, 0.1), 99.9):.1f}"


def _way(way: Way) -> WayShown:
    return WayShown(way.register, way.record, _percent(way.chance), _leg(way.listed), _leg(way.held))


def _leg(leg: Leg) -> Waterfall:
    return _waterfall(leg.why, model=leg.model, chance=leg.chance)


def _waterfall(why: Explained, *, model: str = "", chance: float | None = None) -> Waterfall:
    steps, zero = _steps(why)
    return Waterfall(steps, zero, _percent(why.probability if chance is None else chance), model, why.unsure)


def _steps(why: Explained) -> tuple[tuple[Step, ...], int]:
    """The parts as bars, and where nothing stands in the picture."""
    ends = [0.0, *(part.before for part in why.parts), *(part.after for part in why.parts)]
    low, span = min(ends), max(max(ends) - min(ends), 1.0)

    def place(at: float) -> int:
        return round((at - low) / span * WIDE)

    steps = tuple(
        Step(
            words=part.words,
            bits=part.bits,
            start=place(min(part.before, part.after)),
            width=max(place(max(part.before, part.after)) - place(min(part.before, part.after)), 1),
            against=part.bits < 0,
        )
        for part in why.parts
    )
    return steps, place(0.0)


def decide(node: Node, identity: Identity, pair: str, verdict: str, why: str, seen: str, now: datetime) -> None:
    """Keep what somebody says of a pair; raises as `review_desk.settle` does, and `Changed` where no page was seen."""
    if not seen:  # without it the last word would count, also over what somebody else decided
        raise Changed("the form does not say what was looked at", remedy="look at it again, then decide")
    settle(node, [Wanted(pair, Verdict(verdict), why, seen)], reviewer_of(identity), now=now)


def undo(node: Node, identity: Identity, id_: str, now: datetime) -> str:
    """Take back what somebody said last in a queue; the pair. Raises `UsageError` where there is nothing."""
    return take_back(node, id_, reviewer_of(identity), now=now)
