"""The public register as programs read it: no key is asked for, because all of it is public."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema

from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, also, lists, reads
from easement.api.v1.shapes import Slug
from easement.api.v1.shapes_register import ConcernLine, NumberLine, RegisterLine, RegisterShown
from easement.base.errors import ProofFailed
from easement.register import service
from easement.register.entries import Entry
from easement.register.kpis import reckoned
from easement.register.reading import Sought

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["register"])
"""The register, its figures and the concerns on it."""

RECEIPT = {"text/plain": {"schema": {"type": "string"}, "example": "c2sp.org/tlog-proof@v1\n"}}


def _day(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return date.fromisoformat(value)
    raise ValueError("it is not a day, such as 2026-11-01")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar day, written as 2026-11-01: a bare number would else be read as seconds since 1970."""


class Wanted(Page):
    """Which page, of which entries."""

    words: Annotated[str, Field(max_length=200, description="Only entries with every one of these words.")] = ""
    organisation: Annotated[Slug | None, Field(description="Only entries of this organisation.")] = None
    purpose: Annotated[Slug | None, Field(description="Only entries for this purpose.")] = None
    state: Annotated[Slug | None, Field(description="Only entries that stand so: `in-force`, `ended` …")] = None


class Period(Page):
    """Which page, of which days."""

    since: Annotated[Day | None, Field(description="From this UTC day on; a year before the last.")] = None
    until: Annotated[Day | None, Field(description="Up to this UTC day, itself included; today.")] = None


@router.get(
    "/register", operation_id="listRegister", response_model=Listing[RegisterLine], responses=lists(keyed=False)
)
def list_register(request: Request, page: Annotated[Wanted, Query()]) -> Response:
    """The entries of the public register, by title, in the version that holds."""
    start = place_of(page.cursor, int) or 0
    sought = Sought(page.words, page.organisation or "", page.purpose or "", page.state or "")
    state = request.app.state
    found = service.search(state.node, sought, state.clock(), start=start, size=page.limit)
    end = start + page.limit
    return listed(
        request, page, RegisterLine, [_line(each) for each in found.entries], end if end < found.count else None
    )


@router.get(
    "/register/{agreement}", operation_id="getRegisterEntry", response_model=RegisterShown, responses=reads(keyed=False)
)
def get_entry(request: Request, agreement: Slug) -> Response:
    """One entry of the public register whole; what is left out of it is named, with the reason."""
    found = _found(request, agreement)
    return shown(request, RegisterShown(**_line(found).model_dump(), entry=found.as_dict()))


@router.get(
    "/register/{agreement}/proof",
    operation_id="getRegisterProof",
    response_class=Response,
    responses=also(reads(keyed=False), RECEIPT),
)
def get_proof(request: Request, agreement: Slug) -> Response:
    """The receipt of the ledger's entry by which this organisation signed: anybody checks it offline."""
    found = _found(request, agreement)
    if found.signed is None:
        raise Problem(Kind.NOT_FOUND, "no entry of this ledger says that it was signed")
    try:
        receipt = service.proof_of(request.app.state.node, found.signed)
    except ProofFailed as error:
        raise Problem(Kind.NOT_FOUND, error.what) from None
    return Response(receipt, media_type="text/plain; charset=utf-8", headers={"cache-control": "no-cache"})


@router.get("/numbers", operation_id="listNumbers", response_model=Listing[NumberLine], responses=lists(keyed=False))
def list_numbers(request: Request, page: Annotated[Period, Query()]) -> Response:
    """How sharing goes, in numbers; a count that could point at a person is hidden or rounded."""
    now = request.app.state.clock()
    until = reckoned(page.until or now.date())
    since = min(reckoned(page.since or until - timedelta(days=365)), until)
    rows = service.numbers(request.app.state.node, since, until, now).as_rows()
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    lines = [NumberLine(**row) for row in rows[start:end]]
    return listed(request, page, NumberLine, lines, end if end < len(rows) else None)


@router.get("/concerns", operation_id="listConcerns", response_model=Listing[ConcernLine], responses=lists(keyed=False))
def list_concerns(request: Request, page: Annotated[Page, Query()]) -> Response:
    """The concerns that the public raised, and the answers, the newest first; only words that somebody looked at."""
    start, today = place_of(page.cursor, int) or 0, request.app.state.clock().date()
    found = service.concerns(request.app.state.node, newest=page.limit + 1, offset=start)
    lines = [ConcernLine(**each.as_dict(today)) for each in found[: page.limit]]
    return listed(request, page, ConcernLine, lines, start + page.limit if len(found) > page.limit else None)


def _found(request: Request, agreement: str) -> Entry:
    found = service.entry(request.app.state.node, agreement, request.app.state.clock())
    if found is None:
        raise Problem(Kind.NOT_FOUND)
    return found


def _line(entry: Entry) -> RegisterLine:
    card = entry.card
    use: Any = entry.use
    return RegisterLine(
        id=card.id,
        version=card.version,
        digest=card.digest,
        title=card.title,
        state=entry.state.value,
        in_plain_words=card.in_plain_words or "",
        purpose=card.purpose,
        parties={each.id: each.role for each in card.parties or ()},
        starts=card.starts.isoformat(),
        ends=card.ends.isoformat(),
        times=use.all_times.count if use else None,
        records=use.all_records.count if use else None,
        left_out=[each.field for each in card.left_out],
    )
