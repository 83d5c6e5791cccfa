"""What was disclosed and what was refused, by the ledger; each seen by whoever holds a role under its agreement."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from easement.api.access import allowed, sees
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.v1 import entries
from easement.api.v1.describe import PREFIX, lists, reads
from easement.api.v1.shapes import Slug
from easement.api.v1.shapes_ledger import DisclosureLine, DisclosureShown, RefusalLine
from easement.api.v1.shapes_quality import QualityShown
from easement.base.errors import UsageError
from easement.gate.disclosures import CROSSED, REFUSED, Newest, Sought, newest
from easement.ledger.model import EntryType
from easement.linkage.quality_desk import quality_of_entry
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["disclosures"])
"""Disclosures and refusals."""

Reads = Annotated[Identity, allowed(Permission.DISCLOSURE_RECORD_READ)]
Index = Annotated[int, Path(ge=0, lt=1 << 53, description="The entry's index in the ledger.")]


DIRECTIONS = {
    "": CROSSED,
    "given": frozenset({EntryType.DISCLOSURE_RELEASED}),
    "received": frozenset({EntryType.DISCLOSURE_RECEIVED}),
}
"""Which entries tell of what this node gave, and of what it received."""


class Wanted(Page):
    """Which page, of what."""

    agreement: Annotated[Slug | None, Field(description="Only under this agreement.")] = None
    organisation: Annotated[Slug | None, Field(description="Only with this organisation.")] = None


class WantedDisclosures(Wanted):
    """Which page, of which disclosures."""

    direction: Annotated[
        Literal["given", "received", ""], Field(description="Only what this node gave, or received.")
    ] = ""


@router.get("/disclosures", operation_id="listDisclosures", response_model=Listing[DisclosureLine], responses=lists())
def list_disclosures(request: Request, who: Reads, page: Annotated[WantedDisclosures, Query()]) -> Response:
    """What crossed, the newest first. A page may hold fewer than `limit` and yet have a next."""

    found, after = _newest(request, who, page, DIRECTIONS[page.direction])
    return listed(request, page, DisclosureLine, list(map(entries.disclosure, found)), after)


@router.get("/disclosures/{entry}", operation_id="getDisclosure", response_model=DisclosureShown, responses=reads())
def get_disclosure(request: Request, who: Reads, entry: Index) -> Response:
    """One disclosure with its proof."""
    ledger = request.app.state.node.ledger
    logged = entries.found(ledger, entry, CROSSED, partial(sees, who))
    return shown(request, entries.whole(logged, entries.bare_proof(ledger, logged)))


@router.get("/disclosures/{entry}/quality", operation_id="getQuality", response_model=QualityShown, responses=reads())
def get_quality(request: Request, who: Reads, entry: Index) -> Response:
    """How good the links of a disclosed match are: what its recipient was told, and how it stands now."""
    node = request.app.state.node
    entries.found(node.ledger, entry, CROSSED, partial(sees, who))
    try:
        told, now = quality_of_entry(node, entry)
    except UsageError as error:
        raise Problem(Kind.NOT_FOUND, error.what, error.remedy) from None
    return shown(request, QualityShown.model_validate({"entry": entry, "told": told, "now": now and now.as_dict()}))


@router.get("/refusals", operation_id="listRefusals", response_model=Listing[RefusalLine], responses=lists())
def list_refusals(request: Request, who: Reads, page: Annotated[Wanted, Query()]) -> Response:
    """What was refused, here and by providers, with the codes of all reasons; the newest first."""
    found, after = _newest(request, who, page, REFUSED)
    organisation = request.app.state.node.organisation
    return listed(request, page, RefusalLine, [entries.refusal(each, organisation) for each in found], after)


def _newest(request: Request, who: Identity, page: Wanted, kinds: frozenset[EntryType]) -> Newest:
    sought = Sought(kinds, partial(sees, who), page.agreement or "", page.organisation or "")
    return newest(request.app.state.node.ledger, sought, before=place_of(page.cursor, int), limit=page.limit)
