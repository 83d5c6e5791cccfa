"""Pairs of records that may be one person: the queues, one pair at a time, and what a reviewer says of it (R4.4)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.reviewing import reviewer_of, sees_pairs
from easement.api.v1.describe import PREFIX, Answers, errors, lists, reads
from easement.api.v1.shapes import example, taken
from easement.base.errors import UsageError
from easement.linkage import review_queues
from easement.linkage.review_desk import MOST_WHY, Wanted, settle, take_back
from easement.linkage.review_models import explanation
from easement.linkage.review_queues import Shown, next_pair, pairs_in, queues
from easement.linkage.review_turns import Verdict
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = [
    "PAIR",
    "QUEUE",
    "SHAPES",
    "PairExplained",
    "PairShown",
    "QueueLine",
    "VerdictKept",
    "VerdictWanted",
    "router",
]

router = APIRouter(prefix=f"{PREFIX}/matches", tags=["matches"])
"""Pairs in doubt, for whoever may review those of an agreement."""

Reviews = Annotated[Identity, allowed(Permission.LINKAGE_PAIR_REVIEW, Permission.LINKAGE_PAIR_LEAD)]
QueueId = Annotated[str, Path(alias="queue", pattern="^[0-9a-f]{12}$", description="The queue.")]
PairId = Annotated[str, Path(alias="pair", pattern="^[0-9a-f]{16}$", description="The pair.")]
AfterPair = Annotated[str, Query(alias="after", pattern="^([0-9a-f]{16})?$", description="The pair left out just now.")]
FAILS: Answers = errors(Kind.CONFLICT, Kind.REFUSED)

QUEUE, PAIR = "1c3ba4cd0201", "5f0c2a71be9400d1"
"""What a queue's id and a pair's look like."""


class QueueLine(BaseModel):
    """The pairs in doubt of an agreement's share and recipient."""

    model_config = example(
        queue=QUEUE, agreement="free-school-meals", share="entitled-children", recipient="northtown", open=12,
        oldest="2026-11-20T09:12:00Z", decided=30, beyond=0, reviewers=1, lasting=True,
        last_match="2026-11-22T08:00:00Z",
    )  # fmt: skip

    queue: str
    agreement: str
    share: str
    recipient: str
    open: int
    oldest: str | None = Field(description="Since when the oldest open pair waits.")
    decided: int
    beyond: int = Field(description="Pairs of the last match for which there was no room.")
    reviewers: int = Field(description="How many people look at a pair, each without seeing what another said.")
    lasting: bool = Field(description="False where the last match named records by their rows: nothing can be settled.")
    last_match: str


class FieldCompared(BaseModel):
    """One field of both records, as matching reads it; empty where it is not known."""

    name: str
    listed: str
    held: str


class PairShown(BaseModel):
    """Two records that may be one person. What other reviewers said is not told before the pair is decided."""

    model_config = example(
        id=PAIR, queue=QUEUE, match=41, list_reference="P5", held_reference="C1001", kind="doubt",
        rule="no given name", weight=None, probability=None,
        fields=[{"name": "family", "listed": "ash", "held": "ash"}], since="2026-11-20T09:12:00Z", turn="first",
        decision=None, decided=None, entry=None, seen="5e" * 32,
    )  # fmt: skip

    id: str
    queue: str
    match: int = Field(description="The entry of the match that held it last.")
    list_reference: str
    held_reference: str
    kind: str | None = Field(
        description="`doubt`, or `sample`: linked by itself, and looked at to see how often that is wrong. While links"
        " of a sample are open in its queue it is null for every open pair, and so are `rule` and chance left out."
    )
    rule: str
    weight: float | None
    probability: float | None
    fields: list[FieldCompared]
    since: str
    turn: str = Field(
        description="In what part you look at it: `first`, `second`, `third`, `mine`, `late`, or"
        " `people`: two people must look at it, and a program stands for neither."
    )
    decision: str | None
    decided: str | None
    entry: int | None
    seen: str = Field(description="To be sent with what you say of it.")


class PartShown(BaseModel):
    """One thing that a model met in two records: in words, its bits, and the weight before and after."""

    name: str
    words: str
    bits: float
    before: float
    after: float


class StepShown(BaseModel):
    """One step of a way: by which signed model a record is taken for one of a third register, and why."""

    model: str
    chance: float = Field(description="What the step counts for; less where others there are as likely, or in doubt.")
    weight: float
    probability: float
    words: str
    unsure: str
    doubt: float | None
    parts: list[PartShown]


class WayShown(BaseModel):
    """How a third register ties two records: through which record of its own, with both steps."""

    through: str = Field(description="The third register by its id.")
    record: str
    chance: float
    listed: StepShown
    held: StepShown


class Why(BaseModel):
    """Why two records are a pair in doubt: what a model met in them, and which third registers tie them."""

    weight: float
    probability: float
    words: str
    unsure: str = Field(description="What speaks against linking it, or nothing.")
    doubt: float | None = Field(description="The share of strong pairs of which that is right, where it is known.")
    parts: list[PartShown]
    tied: bool = Field(description="Whether third registers, and not the two records by themselves, made the pair.")
    by_ways: float | None = Field(description="The chance by third registers of their being one person.")
    ways: list[WayShown]


_PARTS = [{"name": "start", "words": "any two records of these registers", "bits": -11.3, "before": 0, "after": -11.3}]
_WHY: dict[str, Any] = {"weight": -11.3, "probability": 0.0004, "words": "", "unsure": "", "doubt": None}
_STEP = _WHY | {"chance": 0.97, "parts": _PARTS}


class PairExplained(BaseModel):
    """A pair with why it is one; `why` is empty where exact rules paired it, and while links of a sample are open."""

    model_config = example(
        pair=PAIR,
        why=_WHY | {
            "parts": _PARTS, "tied": True, "by_ways": 0.9409,
            "ways": [{"through": "health-index", "record": "N1", "chance": 0.9409,
                      "listed": _STEP | {"model": "entitled-children-health-index-listed/1"},
                      "held": _STEP | {"model": "entitled-children-health-index-held/1"}}],
        },
    )  # fmt: skip

    pair: str
    why: Why | None


class VerdictWanted(BaseModel):
    """What you say of a pair."""

    model_config = taken(verdict="same", why="one NHS number", seen="5e" * 32)

    verdict: Verdict
    why: str = Field("", max_length=MOST_WHY)
    seen: str = Field(pattern="^[0-9a-f]{64}$", description="`seen` of the pair as you looked at it.")


class VerdictKept(BaseModel):
    """What came of it: the pair as it stands now."""

    model_config = example(pair=PAIR, decision="same", entry=57, waiting=False)

    pair: str
    decision: str | None
    entry: int | None
    waiting: bool = Field(description="Whether it waits for another reviewer.")


SHAPES = (QueueLine, PairShown, PairExplained, VerdictWanted, VerdictKept)
"""The shapes that bring an example."""


@router.get("", operation_id="listMatches", response_model=Listing[QueueLine], responses=lists())
def list_matches(request: Request, who: Reviews, page: Annotated[Page, Query()]) -> Response:
    """The queues of pairs in doubt that you may look at, the one that waits longest first."""
    found = [each for each in queues(request.app.state.node) if sees_pairs(who, each.scope)]
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    lines = [QueueLine.model_validate(each.as_dict()) for each in found[start:end]]
    return listed(request, page, QueueLine, lines, end if end < len(found) else None)


@router.get("/{queue}/pairs", operation_id="listPairs", response_model=Listing[PairShown], responses=lists())
def list_pairs(request: Request, who: Reviews, queue: QueueId, page: Annotated[Page, Query()]) -> Response:
    """The pairs of a queue, in the order in which they are looked at."""
    _check_sees(request, who, queue)
    start = place_of(page.cursor, int) or 0
    found = pairs_in(request.app.state.node, queue, reviewer_of(who), offset=start, most=page.limit + 1)
    lines = [PairShown.model_validate(each.as_dict()) for each in found[: page.limit]]
    return listed(request, page, PairShown, lines, start + page.limit if len(found) > page.limit else None)


@router.get("/{queue}/next", operation_id="nextPair", response_model=PairShown, responses=reads())
def get_next_pair(request: Request, who: Reviews, queue: QueueId, after: AfterPair = "") -> Response:
    """The next pair that waits for you; `not-found` where none does."""
    _check_sees(request, who, queue)
    found = next_pair(request.app.state.node, queue, reviewer_of(who), after=after)
    if found is None:
        raise Problem(Kind.NOT_FOUND, "no pair waits for you in this queue", "see the others: GET /api/v1/matches")
    return shown(request, PairShown.model_validate(found.as_dict()))


@router.get("/{queue}/pairs/{pair}/why", operation_id="explainPair", response_model=PairExplained, responses=reads())
def explain_pair(request: Request, who: Reviews, queue: QueueId, pair: PairId) -> Response:
    """Why two records are a pair: every part of its weight, and both steps where a third register ties them."""
    _check_sees(request, who, queue)
    why = explanation(request.app.state.node, _pair(request, who, queue, pair))
    told = PairExplained(pair=pair, why=None if why is None else Why.model_validate(why.as_dict()))
    return shown(request, told)


@router.post("/{queue}/pairs/{pair}", operation_id="decidePair", response_model=VerdictKept, responses=FAILS)
def decide_pair(
    request: Request, who: Reviews, queue: QueueId, pair: PairId, wanted: VerdictWanted, key: IdempotencyKey = ""
) -> Response:
    """Say of a pair whether it is one person. Nothing crosses by that: the next match follows it."""
    state = request.app.state
    _check_sees(request, who, queue)
    _pair(request, who, queue, pair)
    question = f"matches\n{pair}\n{wanted.model_dump_json()}".encode()
    return once(state.node, who.id, key, question, state.clock(), partial(_decided, request, who, queue, pair, wanted))


def _decided(request: Request, who: Identity, queue: str, pair: str, wanted: VerdictWanted) -> Response:
    state = request.app.state
    try:
        said = Wanted(pair, wanted.verdict, wanted.why, wanted.seen)
        settle(state.node, [said], reviewer_of(who), now=state.clock())
    except UsageError as error:
        raise Problem(Kind.CONFLICT, error.what, error.remedy) from None
    return _kept(_pair(request, who, queue, pair))


@router.post("/{queue}/undo", operation_id="undoPair", response_model=VerdictKept, responses=FAILS)
def undo_pair(request: Request, who: Reviews, queue: QueueId) -> Response:
    """Take back what you said last in a queue; the pair is open again."""
    state = request.app.state
    _check_sees(request, who, queue)
    try:
        pair = take_back(state.node, queue, reviewer_of(who), now=state.clock())
    except UsageError as error:
        raise Problem(Kind.CONFLICT, error.what, error.remedy) from None
    return _kept(_pair(request, who, queue, pair))


def _kept(found: Shown) -> Response:
    waiting = found.decision is None and found.turn.value == "mine"
    told = VerdictKept(pair=found.id, decision=found.decision, entry=found.entry, waiting=waiting)
    return Response(told.model_dump_json(), media_type="application/json")


def _check_sees(request: Request, who: Identity, queue: str) -> None:
    """Raise `Problem` where there is no such queue, for all that somebody can tell."""
    found = next((each for each in queues(request.app.state.node) if each.id == queue), None)
    if found is None or not sees_pairs(who, found.scope):
        raise Problem(Kind.NOT_FOUND)


def _pair(request: Request, who: Identity, queue: str, pair: str) -> Shown:
    try:
        found = review_queues.shown(request.app.state.node, pair, reviewer_of(who))
    except UsageError:
        raise Problem(Kind.NOT_FOUND) from None
    if found.queue != queue:
        raise Problem(Kind.NOT_FOUND)
    return found
