"""People as several organisations see them: asked at once, put side by side, each value with its source (R3.7)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.problems import Kind, Problem
from easement.api.strict import StrictRoute
from easement.api.v1.describe import PREFIX, Answers, errors
from easement.api.v1.shapes import Short, Slug, Why, example, taken
from easement.base.errors import UsageError
from easement.exchange.model import Asker
from easement.picture.model import Picture
from easement.picture.service import MOST_PEOPLE, Question, Wanted, entitled, see
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["PeopleSeen", "PeopleWanted", "router"]

router = APIRouter(prefix=PREFIX, tags=["asking"], route_class=StrictRoute)
"""Pictures, put together."""

Asks = Annotated[Identity, allowed(Permission.DISCLOSURE_PERSON_ASK)]
ANSWERS: Answers = errors(Kind.CONFLICT, Kind.INVALID)


class PeopleWanted(BaseModel):
    """Who a picture is of, what it is for, and whom to ask: every source that the key may look up, or those named."""

    model_config = taken(
        people=[{"family_name": "Ash", "given_name": "Jo", "date_of_birth": "2015-02-01"}],
        purpose="safeguarding-children",
        sources=[],
        why="Referral 2026-118",
    )

    people: Annotated[
        list[Annotated[dict[str, Short], Field(min_length=1)]], Field(min_length=1, max_length=MOST_PEOPLE)
    ] = Field(description="Each by parts such as `family_name`, `date_of_birth` or `nhs-number`.")
    purpose: Slug
    sources: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}/[a-z][a-z0-9-]{0,62}$")]] = Field(
        [], max_length=20, description="`agreement/share`; empty for all that the key may look up for the purpose."
    )
    why: Why = Field("", description="The reason, kept in the private records alone.")
    consented: bool = Field(False, description="Whether the people consented, where consent is the basis.")


class PeopleSeen(BaseModel):
    """What was said of each person: sources, rows with every value, conflicts, dates, and what is withheld and why."""

    model_config = example(
        format="easement-picture/1",
        at="2026-11-22T09:30:00Z",
        people=[
            {
                "named": {"family_name": "Ash", "date_of_birth": "2015-02-01"},
                "sources": [],
                "rows": [],
                "timeline": [],
                "withheld": [
                    {
                        "provider": "police",
                        "agreement": "safeguarding",
                        "share": "police-contact",
                        "name": None,
                        "why": "not-answered",
                        "text": "the node of `police` cannot be reached",
                        "remedy": "ask again later",
                        "entry": None,
                    }
                ],
            }
        ],
    )

    format: str
    at: str
    people: list[dict[str, Any]]


@router.post("/pictures/people", operation_id="seePeople", response_model=PeopleSeen, responses=ANSWERS)
def see_people(request: Request, who: Asks, wanted: PeopleWanted, key: IdempotencyKey = "") -> Response:
    """Ask every source about everybody named, and put what they say side by side.

    Nothing of it is kept at this node, unless an idempotency key asks for it: then the answer stays, sealed, for as
    long as it may be asked for again.
    """
    state = request.app.state
    question = b"people\n" + wanted.model_dump_json().encode()
    return once(state.node, who.id, key, question, state.clock(), partial(_seen, request, who, wanted))


def _seen(request: Request, who: Identity, wanted: PeopleWanted) -> Response:
    state = request.app.state
    now = state.clock()
    ids = {each.prepared.id for each in state.node.shelf.all(now.date())}
    roles = {id_: sorted(who.roles_for(id_)) for id_ in ids}
    sources = entitled(state.node, roles, wanted.purpose, now)
    question = Question(
        tuple(wanted.people), _chosen(sources, wanted.sources), wanted.purpose, wanted.why, wanted.consented
    )
    try:
        picture: Picture = see(state.node, question, Asker(who.id, who.training), now)
    except UsageError as error:
        raise Problem(Kind.INVALID, error.what, error.remedy) from None
    shown = PeopleSeen.model_validate(picture.as_dict())
    return Response(shown.model_dump_json(), media_type="application/json", headers={"cache-control": "no-store"})


def _chosen(sources: tuple[Wanted, ...], named: list[str]) -> tuple[Wanted, ...]:
    """The sources named, of those that may be asked; raises `Problem` for another, and where there is none."""
    unknown = sorted(set(named) - {each.key for each in sources})
    if unknown:
        what = f"you may not look up `{', '.join(unknown)}` for this purpose"
        raise Problem(Kind.FORBIDDEN, what, "ask whoever keeps the staff to grant a role under it")
    if not sources:
        what = "you hold no role under any agreement for this purpose"
        raise Problem(Kind.FORBIDDEN, what, "ask whoever keeps the staff to grant one, or name another purpose")
    return tuple(each for each in sources if not named or each.key in named)
