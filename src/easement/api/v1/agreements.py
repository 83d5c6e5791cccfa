"""The agreements a node works by: which there are, where each stands, and the document that people signed."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from easement.agreement.render import to_html, to_markdown
from easement.api.access import allowed, sees
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, also, lists, reads
from easement.api.v1.shapes import AgreementLine, AgreementShown, Id, ShareShown
from easement.base.errors import UsageError
from easement.gate.prepare import Offer
from easement.gate.shelf import Shelved
from easement.law.catalogue import catalogue
from easement.staff.model import Identity

__all__ = ["router"]

router = APIRouter(prefix=f"{PREFIX}/agreements", tags=["agreements"])
"""Agreements, each seen by whoever holds a role under it or reads the ledger."""

Known = Annotated[Identity, allowed()]
KINDS = {"text/markdown": to_markdown, "text/html": to_html}


@router.get("", operation_id="listAgreements", response_model=Listing[AgreementLine], responses=lists())
def list_agreements(request: Request, who: Known, page: Annotated[Page, Query()]) -> Response:
    """The agreements that you may see, by id, every version of each."""
    today, after = request.app.state.clock().date(), place_of(page.cursor, int) or 0
    seen = [each for each in request.app.state.node.shelf.all(today) if sees(who, each.prepared.id)]
    lines = [_line(each, today) for each in seen[after : after + page.limit]]
    following = after + page.limit
    return listed(request, page, AgreementLine, lines, following if following < len(seen) else None)


@router.get("/{agreement}", operation_id="getAgreement", response_model=AgreementShown, responses=reads())
def get_agreement(request: Request, who: Known, agreement: Id) -> Response:
    """One agreement by its id (the version that holds today, else the newest) or by the digest of a version."""
    today = request.app.state.clock().date()
    return shown(request, _whole(_found(request, who, agreement), today))


@router.get(
    "/{agreement}/document",
    operation_id="getAgreementDocument",
    response_class=Response,
    responses=also(
        reads(Kind.NOT_ACCEPTABLE),
        {
            "text/markdown": {"schema": {"type": "string"}, "example": "# Free school meals auto-enrolment\n"},
            "text/html": {"schema": {"type": "string"}, "example": "<!doctype html>"},
        },
    ),
)
def get_document(request: Request, who: Known, agreement: Id) -> Response:
    """The document that people sign, as Markdown, or as HTML where `Accept` asks for it."""
    shelved = _found(request, who, agreement)
    standards = {offer.terms.standard: offer.standard for offer in shelved.prepared.offers.values()}
    media = _media(request.headers.get("accept", "*/*"))
    headers = {"vary": "accept, authorization", "cache-control": "private, no-cache"}
    return Response(KINDS[media](shelved.file, catalogue(), standards), media_type=media, headers=headers)


def _media(accept: str) -> str:
    kinds = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    for each in kinds:
        if each in KINDS:
            return each
        if each in ("*/*", "text/*"):
            return "text/markdown"
    raise Problem(Kind.NOT_ACCEPTABLE, remedy="ask for text/markdown or text/html")


def _found(request: Request, who: Identity, agreement: str) -> Shelved:
    try:
        shelved: Shelved = request.app.state.node.shelf.get(agreement, request.app.state.clock().date())
    except UsageError:
        raise Problem(Kind.NOT_FOUND) from None
    if not sees(who, shelved.prepared.id):
        raise Problem(Kind.NOT_FOUND)
    return shelved


def _line(shelved: Shelved, today: date) -> AgreementLine:
    terms, standing = shelved.prepared.terms, shelved.standing(today)
    return AgreementLine(
        id=terms.id,
        version=terms.version,
        digest=shelved.prepared.digest,
        title=terms.title,
        state=standing.state.value,
        parties={name: party.role for name, party in terms.parties.items()},
        purpose=terms.purpose.code,
        shares=list(terms.shares),
        starts=terms.term.starts.isoformat(),
        ends=terms.term.ends.isoformat(),
        next_review=standing.next_review.isoformat() if standing.next_review else None,
        public=bool(terms.transparency and terms.transparency.public),
    )


def _whole(shelved: Shelved, today: date) -> AgreementShown:
    terms, standing = shelved.prepared.terms, shelved.standing(today)
    return AgreementShown(
        **_line(shelved, today).model_dump(),
        summary=terms.summary or "",
        signed=sorted(shelved.signed),
        missing=list(standing.missing),
        because=list(standing.reasons),
        problems=list(shelved.problems),
        gaps=list(shelved.gaps(today)),
        suspended=shelved.suspended,
        superseded=shelved.superseded,
        offers=[_offer(each) for each in shelved.prepared.offers.values()],
        terms=shelved.file.document.data,
    )


def _offer(offer: Offer) -> ShareShown:
    fields = {name: form.written for forms in offer.forms.values() for name, form in forms.items()}
    return ShareShown(
        id=offer.id,
        provider=offer.provider,
        recipients=sorted(offer.recipients),
        standard=offer.terms.standard,
        level=offer.level.value,
        modes=sorted(mode.value for mode in offer.modes),
        fields=fields,
        measures=dict(offer.measures),
        roles={party: sorted(roles) for party, roles in offer.entitled.items()},
        training={party: sorted(courses) for party, courses in offer.training.items()},
    )
