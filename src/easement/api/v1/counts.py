"""Raw counts of what happened, for whoever publishes how sharing goes (R5.5)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from easement.api.access import allowed, sees
from easement.api.paging import Listing, Page, listed, place_of
from easement.api.v1.describe import PREFIX, lists
from easement.api.v1.shapes import Slug
from easement.api.v1.shapes_ledger import CountLine
from easement.node.tally import Counts, Place
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["counts"])
"""Counts."""

Reads = Annotated[Identity, allowed(Permission.DISCLOSURE_RECORD_READ)]


class Wanted(Page):
    """Which page, of which counts."""

    agreement: Annotated[Slug | None, Field(description="Only under this agreement.")] = None
    since: Annotated[date | None, Field(description="From this UTC day on.")] = None
    until: Annotated[date | None, Field(description="Up to this UTC day, itself included.")] = None


@router.get("/counts", operation_id="listCounts", response_model=Listing[CountLine], responses=lists())
def list_counts(request: Request, who: Reads, page: Annotated[Wanted, Query()]) -> Response:
    """What was asked, answered, refused and waits, and the minutes that took: by agreement, day and side."""
    tally = request.app.state.tally
    tally.catch_up(request.app.state.node.ledger)
    rows = [row for row in tally.rows() if _fits(who, page, row[0])]
    start = place_of(page.cursor, int) or 0
    lines = [_line(*row) for row in rows[start : start + page.limit]]
    end = start + page.limit
    return listed(request, page, CountLine, lines, end if end < len(rows) else None)


def _fits(who: Identity, page: Wanted, place: Place) -> bool:
    agreement, day, _ = place
    since, until = page.since, page.until
    within = (since is None or since.isoformat() <= day) and (until is None or day <= until.isoformat())
    return within and page.agreement in (None, agreement) and sees(who, agreement)


def _line(place: Place, counts: Counts) -> CountLine:
    agreement, day, side = place
    return CountLine(
        agreement=agreement,
        day=day,
        side=side,
        asked=counts.asked,
        answered=counts.answered,
        refused=counts.refused,
        failed=counts.failed,
        waiting=counts.waiting,
        records=counts.records,
        minutes={str(many): times for many, times in sorted(counts.minutes.items())},
    )
