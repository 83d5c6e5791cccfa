"""Asking for many records at once: sets, which the provider makes while you do something else, and how each stands."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError

from easement.api.access import allowed, sees
from easement.api.guard import tell
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem, of_decision
from easement.api.strict import StrictRoute
from easement.api.v1.describe import PREFIX, Answers, errors, lists, reads
from easement.api.v1.shapes_sets import ListWanted, ProfileShown, SetLine, SetWanted
from easement.base.database import reading
from easement.base.errors import UsageError
from easement.base.moments import instant_text
from easement.exchange import bulk, bulk_tables
from easement.exchange.bulk_body import ListSaid
from easement.exchange.message_carry import NoAnswer
from easement.exchange.model import Asker, Wish
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=f"{PREFIX}/sets", tags=["sets"], route_class=StrictRoute)
"""Sets, each seen by whoever holds a role under its agreement."""

Runs = Annotated[Identity, allowed(Permission.DATA_JOB_RUN)]
Message = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="The set's id.")]
FAILS: Answers = errors(Kind.REFUSED, Kind.CONFLICT, Kind.SOURCE_UNREACHABLE)


@router.get("", operation_id="listSets", response_model=Listing[SetLine], responses=lists())
def list_sets(request: Request, who: Runs, page: Annotated[Page, Query()]) -> Response:
    """The sets that were asked for under agreements in which you hold a role, the newest first."""
    with reading(request.app.state.node.engine) as connection:
        found = [each for each in bulk_tables.bulks(connection) if sees(who, each.agreement_id)]
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    lines = [_line(each) for each in found[start:end]]
    return listed(request, page, SetLine, lines, end if end < len(found) else None)


@router.get("/{message}", operation_id="getSet", response_model=SetLine, responses=reads())
def get_set(request: Request, who: Runs, message: Message) -> Response:
    """One set and how it stood last; the node asks the provider by itself, every few seconds at first."""
    return shown(request, _line(_found(request, who, message)))


@router.post("", operation_id="askForSet", response_model=SetLine, responses=FAILS)
def ask_for_set(request: Request, who: Runs, wanted: SetWanted, key: IdempotencyKey = "") -> Response:
    """Ask a provider for a set. It is decided here first, then there; the set is made meanwhile."""
    role = wanted.role or min(who.roles_for(wanted.agreement), default=None)
    if role is None or role not in who.roles_for(wanted.agreement):
        what = f"you hold no such role under `{wanted.agreement}`"
        raise Problem(Kind.FORBIDDEN, what, "ask whoever keeps the staff to grant it")
    tell(request.scope, agreement=wanted.agreement)
    question = b"sets\n" + wanted.model_dump_json().encode()
    state = request.app.state
    return once(state.node, who.id, key, question, state.clock(), partial(_asked, request, wanted, role, who))


@router.post("/{message}/profile", operation_id="openSet", response_model=ProfileShown, responses=FAILS)
def open_set(request: Request, who: Runs, message: Message) -> Response:
    """What opens a received set with a Delta Sharing client; what was had before for the same set ends."""
    _check_entitled(request, who, _found(request, who, message))
    try:
        profile = bulk.open_set(request.app.state.node, message, request.app.state.clock())
    except UsageError as error:
        raise Problem(Kind.CONFLICT, error.what, "wait until it is received") from None
    except NoAnswer as error:
        raise Problem(Kind.SOURCE_UNREACHABLE, error.what, error.remedy) from None
    told = ProfileShown(table=profile.table, profile=profile.as_dict())
    return Response(told.model_dump_json(), media_type="application/json", headers={"cache-control": "no-store"})


def _asked(request: Request, wanted: SetWanted, role: str, who: Identity) -> Response:
    wish = Wish(
        provider=wanted.provider,
        agreement=wanted.agreement,
        share=wanted.share,
        purpose=wanted.purpose,
        mode=wanted.mode,
        role=role,
        fields=tuple(wanted.fields),
        why=wanted.why,
        consented=wanted.consented,
    )
    state = request.app.state
    try:
        given = _list(wanted.people)
        asked = bulk.ask_set(state.node, wish, Asker(who.id, who.training), state.clock(), given)
    except UsageError as error:
        raise Problem(Kind.INVALID, error.what, error.remedy) from None
    if not asked.decision.allowed:
        raise of_decision(asked.decision)
    return Response(_line(asked.bulk).model_dump_json(), media_type="application/json")


def _list(given: ListWanted | None) -> ListSaid | None:
    try:
        return ListSaid(suffix=given.suffix, mapping=given.mapping or "", data=given.data) if given else None
    except ValidationError:
        raise Problem(Kind.INVALID, "body.people: this is no list that can be sent") from None


def _found(request: Request, who: Identity, message: str) -> bulk_tables.Bulk:
    with reading(request.app.state.node.engine) as connection:
        found = bulk_tables.bulk(connection, message)
    if found is None or not sees(who, found.agreement_id):
        raise Problem(Kind.NOT_FOUND)
    return found


def _check_entitled(request: Request, who: Identity, seen: bulk_tables.Bulk) -> None:
    node, today = request.app.state.node, request.app.state.clock().date()
    try:
        offer = node.shelf.get(seen.agreement, today).prepared.offers.get(seen.share)
    except UsageError:
        offer = None
    entitled = offer.entitled.get(node.organisation, frozenset()) if offer else frozenset()
    if not who.roles_for(seen.agreement_id) & entitled:
        what = f"you hold no role under `{seen.agreement_id}` that may ask for `{seen.share}`"
        raise Problem(Kind.FORBIDDEN, what, "ask whoever keeps the staff to grant it")


def _line(seen: bulk_tables.Bulk) -> SetLine:
    return SetLine(
        message=seen.message,
        provider=seen.provider,
        agreement=seen.agreement_id,
        share=seen.share,
        mode=seen.mode,
        state=seen.state.value,
        asked=instant_text(seen.since),
        changed=instant_text(seen.changed),
        rows=seen.rows,
        entry=seen.entry,
        peer_entry=seen.peer_entry,
        problem=seen.problem,
        certified=seen.certified,
    )
