"""What remains owed for what came in, and saying that it is gone (R2.9)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, Answers, errors, lists
from easement.api.v1.shapes import example
from easement.base.errors import UsageError
from easement.exchange import duties
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["CertificateShown", "DutyLine", "router"]

router = APIRouter(prefix=f"{PREFIX}/duties", tags=["duties"])
"""Duties, each seen and met by whoever holds a role under its agreement."""

Works = Annotated[Identity, allowed(Permission.DISCLOSURE_RECORD_READ)]
Index = Annotated[int, Path(ge=0, lt=1 << 53, description="The entry of this ledger by which it came in.")]
FAILS: Answers = errors(Kind.CONFLICT)


class DutyLine(BaseModel):
    """Something that is owed by a day."""

    model_config = example(
        entry=41, duty="delete", provider="dwp", agreement="free-school-meals", due="2027-11-22", overdue=False
    )

    entry: int = Field(description="The entry by which it came in.")
    duty: str = Field(description="`delete`, `return`, `anonymise`, `certificate` or `correct`.")
    provider: str
    agreement: str
    due: str
    overdue: bool


class CertificateShown(BaseModel):
    """That what came in is gone; the provider is told at once, or later where it does not answer."""

    model_config = example(entry=41, met=57, provider="dwp", message="5e" * 16, certified=98, problem="")

    entry: int
    met: int = Field(description="The entry that says so.")
    provider: str
    message: str
    certified: int | None = Field(description="The provider's own entry; null while it has yet to be told.")
    problem: str


@router.get("", operation_id="listDuties", response_model=Listing[DutyLine], responses=lists())
def list_duties(request: Request, who: Works, page: Annotated[Page, Query()]) -> Response:
    """What is owed for what came in under agreements in which you hold a role, the soonest first."""
    state = request.app.state
    found = [each for each in duties.owed(state.node, state.clock()) if who.roles_for(each.duty.agreement_id)]
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    lines = [DutyLine.model_validate(each.as_dict()) for each in found[start:end]]
    return listed(request, page, DutyLine, lines, end if end < len(found) else None)


@router.post("/{entry}/met", operation_id="meetDuty", response_model=CertificateShown, responses=FAILS)
def meet_duty(request: Request, who: Works, entry: Index, key: IdempotencyKey = "") -> Response:
    """Say that what came in by an entry is deleted, given back or made anonymous. Said again, it is logged once."""
    state = request.app.state
    _check_theirs(request, who, entry)
    question = f"duties\n{entry}".encode()
    return once(state.node, who.id, key, question, state.clock(), partial(_met, request, who, entry))


def _check_theirs(request: Request, who: Identity, entry: int) -> None:
    """Raise `Problem` where there is no such entry, for all that somebody can tell."""
    logged = next(request.app.state.node.ledger.entries(entry, entry + 1), None)
    agreement = logged.entry.agreement_id if logged else None
    if agreement is None or not who.roles_for(agreement):
        raise Problem(Kind.NOT_FOUND)


def _met(request: Request, who: Identity, entry: int) -> Response:
    state = request.app.state
    try:
        seen = duties.meet(state.node, entry, state.clock(), by=who.id)
    except UsageError as error:
        raise Problem(
            Kind.CONFLICT, error.what, "see what is owed, and for which entries: GET /api/v1/duties"
        ) from None
    told = CertificateShown.model_validate(seen._asdict())
    return Response(told.model_dump_json(), media_type="application/json")
