"""Proposals for programs: see where each stands, propose, put a text, comment. What a person decides, a person does."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem, of_error
from easement.api.strict import StrictRoute
from easement.api.v1.describe import PREFIX, Answers, errors, lists, reads
from easement.api.v1.shapes_proposals import (
    ActWanted,
    DraftWanted,
    ProposalLine,
    ProposalShown,
    TextShown,
    WishWanted,
)
from easement.base.errors import EasementError, Refused, UsageError
from easement.base.moments import instant_text
from easement.permission import service
from easement.permission.actor import of_identity
from easement.permission.carrying import Away
from easement.permission.dossier import Dossier
from easement.permission.rows import Row
from easement.permission.transitions import Illegal, possible
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=f"{PREFIX}/proposals", tags=["proposals"], route_class=StrictRoute)
"""Proposals, seen by whoever may read them."""

Reads = Annotated[Identity, allowed(Permission.AGREEMENT_PROPOSAL_READ)]
Writes = Annotated[Identity, allowed(Permission.AGREEMENT_DRAFT_WRITE)]
Acts = Annotated[Identity, allowed(Permission.AGREEMENT_PROPOSAL_READ, Permission.AGREEMENT_VERSION_SUSPEND)]
Ref = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="The proposal's id.")]
DOES: Answers = errors(Kind.REFUSED, Kind.CONFLICT, Kind.NOT_IN_FORCE, Kind.BAD_FILE, Kind.SOURCE_UNREACHABLE)


@router.get("", operation_id="listProposals", response_model=Listing[ProposalLine], responses=lists())
def list_proposals(request: Request, who: Reads, page: Annotated[Page, Query()]) -> Response:
    """The proposals that this node knows, where each stands and whose turn it is; the latest first."""
    rows, start = service.proposals(request.app.state.node), place_of(page.cursor, int) or 0
    today, end = request.app.state.clock().date().isoformat(), start + page.limit
    lines = [_line(each, today) for each in rows[start:end]]
    return listed(request, page, ProposalLine, lines, end if end < len(rows) else None)


@router.get("/{proposal}", operation_id="getProposal", response_model=ProposalShown, responses=reads())
def get_proposal(request: Request, who: Reads, proposal: Ref) -> Response:
    """One proposal with all that happened to it."""
    return shown(request, _whole(request, _found(request, proposal)))


@router.get("/{proposal}/text", operation_id="getProposalText", response_model=TextShown, responses=reads())
def get_text(request: Request, who: Reads, proposal: Ref) -> Response:
    """The text as it stands, and how it differs from what is in force."""
    dossier = _found(request, proposal)
    if dossier.text is None:
        raise Problem(Kind.NOT_FOUND, "there is no text yet", "put one: PUT /api/v1/proposals/ID/text")
    changes = service.changes_since(request.app.state.node, proposal) if dossier.agreed else None
    text = dossier.text
    told = TextShown(id=text.id, version=text.version, digest=text.digest, text=text.source, changes=changes)
    return shown(request, told)


@router.post("", operation_id="propose", response_model=ProposalShown, responses=DOES)
def propose(request: Request, who: Writes, wanted: WishWanted, key: IdempotencyKey = "") -> Response:
    """Propose to share; the other parties are told, and have a day by which to answer."""
    wish = service.Wish(
        title=wanted.title,
        why=wanted.why,
        harm_if_not_shared=wanted.harm_if_not_shared,
        parties=dict(wanted.parties),
        as_=wanted.part,
        text=wanted.text,
        answer_days=wanted.answer_days,
    )
    return _done(request, who, key, b"propose\n" + wanted.model_dump_json().encode(), partial(_propose, wish))


def _propose(wish: service.Wish, node: Any, actor: Any, now: datetime) -> Dossier:
    return service.propose(node, wish, actor, now)


@router.put("/{proposal}/text", operation_id="putProposalText", response_model=ProposalShown, responses=DOES)
def put_text(request: Request, who: Writes, proposal: Ref, wanted: DraftWanted, key: IdempotencyKey = "") -> Response:
    """Put a text in place of the one that you worked on; another text meanwhile is a conflict, and nothing is lost."""
    _found(request, proposal)
    question = f"draft\n{proposal}\n".encode() + wanted.model_dump_json().encode()

    def act(node: Any, actor: Any, now: datetime) -> Dossier:
        return service.draft(node, proposal, wanted.text, actor, now, words=wanted.words, replaces=wanted.replaces)

    return _done(request, who, key, question, act)


@router.post("/{proposal}/acts", operation_id="actOnProposal", response_model=ProposalShown, responses=DOES)
def act_on(request: Request, who: Acts, proposal: Ref, wanted: ActWanted, key: IdempotencyKey = "") -> Response:
    """Do something to a proposal. To agree, refuse, approve and sign is for people, in the pages or by command."""
    _found(request, proposal)
    question = f"act\n{proposal}\n".encode() + wanted.model_dump_json().encode()
    return _done(request, who, key, question, partial(_act, proposal, wanted))


def _act(proposal: str, wanted: ActWanted, node: Any, actor: Any, now: datetime) -> Dossier:
    do = getattr(service, wanted.act.replace("-", "_"))
    said: dict[str, Any] = {} if wanted.act == "submit" else {"words": wanted.words}
    said |= {"clause": wanted.clause} if wanted.act in ("comment", "request-changes") else {}
    said |= {"outcome": wanted.outcome} if wanted.act == "review" else {}
    done: Dossier = do(node, proposal, actor, now, **said)
    return done


def _done(
    request: Request, who: Identity, key: str, question: bytes, act: Callable[[Any, Any, datetime], Dossier]
) -> Response:
    state = request.app.state

    def answer() -> Response:
        try:
            dossier = act(state.node, of_identity(who), state.clock())
        except EasementError as error:
            raise _problem(error) from None
        return Response(_whole(request, dossier).model_dump_json(), media_type="application/json")

    return once(state.node, who.id, key, question, state.clock(), answer)


def _problem(error: EasementError) -> Problem:
    """What is told of a refusal: every reason; that something changed meanwhile is a conflict."""
    if isinstance(error, Illegal):
        kind = Kind.CONFLICT if error.stale else Kind.REFUSED
        reasons = tuple(
            {"code": each.code.value, "met": False, "clause": "", "text": each.text, "remedy": each.remedy}
            for each in error.reasons
        )
        return Problem(kind, error.what, error.remedy, reasons=reasons)
    if isinstance(error, Away):
        return Problem(Kind.SOURCE_UNREACHABLE, error.what, error.remedy)
    if isinstance(error, Refused):
        return Problem(Kind.REFUSED, error.what, error.remedy)
    if isinstance(error, UsageError):
        return Problem(Kind.INVALID, error.what, error.remedy)
    return of_error(error)


def _found(request: Request, proposal: str) -> Dossier:
    try:
        return service.find(request.app.state.node, proposal)
    except UsageError:
        raise Problem(Kind.NOT_FOUND) from None


def _line(row: Row, today: str) -> ProposalLine:
    return ProposalLine(
        id=row.id,
        title=row.title,
        state=row.state,
        since=instant_text(row.since),
        home=row.home,
        parties=row.parties,
        waiting_for=list(row.waiting),
        opened=instant_text(row.opened),
        answer_by=row.answer_by,
        overdue=row.state == "proposed" and today > row.answer_by,
        agreement=row.agreement_id,
        version=row.version,
    )


def _whole(request: Request, dossier: Dossier) -> ProposalShown:
    own = request.app.state.node.organisation
    return ProposalShown(
        proposal=dossier.as_dict(),
        possible=[kind.value for kind in possible(dossier, own)],
        events=[each.as_dict() | {"digest": each.digest} for each in dossier.events],
    )
