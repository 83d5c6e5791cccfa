"""What was disclosed and what was refused, by the ledger; each seen by whoever holds a role under its agreement."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from easement.api.access import allowed, sees
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.v1 import entries
from easement.api.v1.describe import PREFIX, lists, reads
from easement.api.v1.entries import DISCLOSED, REFUSED, Said
from easement.api.v1.shapes import Slug
from easement.api.v1.shapes_ledger import DisclosureLine, DisclosureShown, RefusalLine
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["disclosures"])
"""Disclosures and refusals."""

Reads = Annotated[Identity, allowed(Permission.DISCLOSURE_RECORD_READ)]
Index = Annotated[int, Path(ge=0, lt=1 << 53, description="The entry's index in the ledger.")]


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

    def wanted(said: Said) -> bool:
        given = "received" if said["type"].endswith(":received") else "given"
        return said["type"] in DISCLOSED and page.direction in ("", given) and _fits(who, page, said)

    ledger, before = request.app.state.node.ledger, place_of(page.cursor, int)
    lines, after = entries.newest(ledger, before, page.limit, wanted, entries.disclosure)
    return listed(request, page, DisclosureLine, lines, after)


@router.get("/disclosures/{entry}", operation_id="getDisclosure", response_model=DisclosureShown, responses=reads())
def get_disclosure(request: Request, who: Reads, entry: Index) -> Response:
    """One disclosure with its proof."""
    ledger = request.app.state.node.ledger
    logged = entries.found(ledger, entry, DISCLOSED, partial(sees, who))
    return shown(request, entries.whole(logged, entries.bare_proof(ledger, logged)))


@router.get("/refusals", operation_id="listRefusals", response_model=Listing[RefusalLine], responses=lists())
def list_refusals(request: Request, who: Reads, page: Annotated[Wanted, Query()]) -> Response:
    """What was refused, here and by providers, with the codes of all reasons; the newest first."""
    node = request.app.state.node
    lines, after = entries.newest(
        node.ledger,
        place_of(page.cursor, int),
        page.limit,
        lambda said: said["type"] in REFUSED and _fits(who, page, said),
        partial(entries.refusal, organisation=node.organisation),
    )
    return listed(request, page, RefusalLine, lines, after)


def _fits(who: Identity, page: Wanted, said: Said) -> bool:
    agreement, parties = said.get("agreement_id"), said.get("parties", {})
    return (
        sees(who, agreement)
        and page.agreement in (None, agreement)
        and (page.organisation is None or page.organisation in parties.values())
    )
