"""Pairs of records that may be one person: the queues, one pair after the other, and taking back what was said last."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.base.errors import EasementError, Refused, UsageError
from easement.linkage.review_desk import MOST_WHY, Changed
from easement.linkage.review_turns import Verdict
from easement.web.language import say
from easement.web.lists import FORMATS, as_file
from easement.web.reading import matches as reading
from easement.web.route import pages, see
from easement.web.views.page import Wrong
from easement.web.visit import SECTIONS, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/matches…`."""

Reviewing = Annotated[Visit, Depends(visitor(*SECTIONS["matches"]))]
Form = Annotated[Posted, Depends(posted)]
Format = Annotated[str, Query(alias="format")]
Queue = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
Pair = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Number = Annotated[int, Query(alias="page", ge=0, le=1_000)]
After = Annotated[str, Query(pattern="^([0-9a-f]{16})?$")]
Told = Annotated[str, Query(max_length=20)]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
CHANGED, UNDONE = "changed", "undone"


@router.get("/matches")
def queues(visit: Reviewing, format_: Format = "") -> Response:
    """The queues."""
    view = reading.matches(visit.node, visit.identity, visit.now)
    if format_ in FORMATS:
        return as_file("matches", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/matches/{queue}")
def queue(visit: Reviewing, queue: Queue, number: Number = 0, format_: Format = "") -> Response:
    """One queue."""
    view = there(reading.queue_page(visit.node, visit.identity, queue, number, visit.now))
    if format_ in FORMATS:
        more = f"/matches/{queue}{view.older}&format={format_}" if view.older else ""
        return as_file("pairs", [each.as_row() for each in view.pairs], format_, more=more)
    return visit.show(view)


@router.get("/matches/{queue}/next")
def following(visit: Reviewing, queue: Queue, after: After = "", told: Told = "") -> Response:
    """The next pair."""
    return visit.show(there(reading.page(visit.node, visit.identity, queue, visit.now, after=after, told=_known(told))))


def _known(told: str) -> str:
    return told if told in {*Verdict, CHANGED, UNDONE} else ""


@router.get("/matches/{queue}/pairs/{pair}")
def one(visit: Reviewing, queue: Queue, pair: Pair, told: Told = "") -> Response:
    """One pair."""
    try:
        return visit.show(
            there(reading.pair_page(visit.node, visit.identity, queue, pair, visit.now, told=_known(told)))
        )
    except UsageError:  # it is held no more: the next one is
        return see(f"/matches/{queue}/next?told={CHANGED}")


@router.post("/matches/{queue}/pairs/{pair}")
def decide(visit: Reviewing, queue: Queue, pair: Pair, form: Form) -> Response:
    """Keep what somebody says of a pair, then the next; a form that is stale decides nothing."""
    try:
        page = there(reading.pair_page(visit.node, visit.identity, queue, pair, visit.now))
    except UsageError:
        return see(f"/matches/{queue}/next?told={CHANGED}")
    verdict, why = form.text("verdict"), "\n".join(form.text("why").splitlines())
    if verdict not in set(Verdict):
        wrong = Wrong("verdict-same", say("Say whether they are the same person"))
    elif len(why) > MOST_WHY:
        wrong = Wrong("why", say("Write at most 1,000 characters"))
    else:
        try:
            reading.decide(visit.node, visit.identity, pair, verdict, why, form.text("seen"), visit.now)
            return see(f"/matches/{queue}/next?after={pair}&told={verdict}")
        except Changed:
            return see(f"/matches/{queue}/next?after={pair}&told={CHANGED}")
        except (UsageError, Refused) as error:
            wrong = Wrong("verdict-same", _told(error))
    return visit.show(replace(page, why=why[:MOST_WHY], errors=(wrong,)), status=WRONG)


def _told(error: EasementError) -> str:
    text = f"{error.what}. {error.remedy[:1].upper()}{error.remedy[1:]}".replace("`", "")
    return text[:1].upper() + text[1:]


@router.post("/matches/{queue}/undo")
def undo(visit: Reviewing, queue: Queue, form: Form) -> Response:
    """Take back what somebody said last, and look at that pair again."""
    there(reading.line_of(visit.node, visit.identity, queue, visit.now))
    try:
        pair = reading.undo(visit.node, visit.identity, queue, visit.now)
    except UsageError:
        return see(f"/matches/{queue}/next")
    return see(f"/matches/{queue}/pairs/{pair}?told={UNDONE}")
