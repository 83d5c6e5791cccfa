"""Asking about a person, or for a table: one provider, or several at once."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from easement.agreement.model import Mode
from easement.api.access import allowed, needs
from easement.api.guard import tell
from easement.api.idempotency import IdempotencyKey, once
from easement.api.problems import Kind, Problem
from easement.api.strict import StrictRoute
from easement.api.v1.describe import PREFIX, Answers, errors
from easement.api.v1.shapes import ReasonShown
from easement.api.v1.shapes_asks import Answer, AskWanted, PictureShown, PictureWanted, RefusedBy, Silent
from easement.base.errors import UsageError
from easement.base.moments import instant_text
from easement.exchange import service
from easement.exchange.message_carry import NoAnswer, WrongAnswer
from easement.exchange.model import Answered, Asker, Wish
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["asking"], route_class=StrictRoute)
"""Asking: everything that crosses, crosses here or by a job."""

Asks = Annotated[Identity, allowed(Permission.DISCLOSURE_PERSON_ASK, Permission.DATA_JOB_RUN)]
NEEDED = {Mode.LOOKUP: Permission.DISCLOSURE_PERSON_ASK, Mode.AGGREGATE: Permission.DATA_JOB_RUN}
FAILS = (Kind.REFUSED, Kind.CONFLICT, Kind.INVALID, Kind.SOURCE_UNREACHABLE)
REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` where this answer was given before under the same key.",
        "schema": {"type": "string"},
    }
}
ANSWERS: Answers = {200: {"headers": REPLAYED}, **errors(*FAILS)}


@router.post("/asks", operation_id="ask", response_model=Answer, responses=ANSWERS)
def ask_one(request: Request, who: Asks, wanted: AskWanted, key: IdempotencyKey = "") -> Response:
    """Ask one provider, under one agreement. A refusal is a problem with all its reasons; both ledgers have it."""
    wish, state = _wish(who, wanted), request.app.state
    tell(request.scope, agreement=wish.agreement)  # a role is held under it, so nobody made it up
    question = b"asks\n" + wanted.model_dump_json().encode()
    return once(state.node, who.id, key, question, state.clock(), partial(_one, request, wish, who))


@router.post(
    "/pictures",
    operation_id="askSeveral",
    response_model=PictureShown,
    responses=ANSWERS,
)
def ask_several(request: Request, who: Asks, wanted: PictureWanted, key: IdempotencyKey = "") -> Response:
    """Ask several providers at once, each under its own agreement. What some answer is an answer."""
    wishes, state = [_wish(who, each) for each in wanted.asks], request.app.state
    question = b"pictures\n" + wanted.model_dump_json().encode()
    return once(state.node, who.id, key, question, state.clock(), partial(_several, request, wishes, who))


def _wish(who: Identity, wanted: AskWanted) -> Wish:
    """The wish, by somebody who may ask in that way and in that role; raises `Problem`."""
    if not who.may(NEEDED[wanted.mode]):
        raise needs(NEEDED[wanted.mode])
    held = who.roles_for(wanted.agreement)
    role = wanted.role or min(held, default=None)
    if role is None or role not in held:
        what = f"you hold no such role under `{wanted.agreement}`"
        raise Problem(Kind.FORBIDDEN, what, "ask whoever keeps the staff to grant it")
    return Wish(
        provider=wanted.provider,
        agreement=wanted.agreement,
        share=wanted.share,
        purpose=wanted.purpose,
        mode=wanted.mode,
        role=role,
        fields=tuple(wanted.fields),
        person=dict(wanted.person),
        why=wanted.why,
        consented=wanted.consented,
    )


def _one(request: Request, wish: Wish, who: Identity) -> Response:
    state = request.app.state
    try:
        answered = service.ask(state.node, wish, Asker(who.id, who.training), state.clock())
    except UsageError as error:
        raise Problem(Kind.INVALID, error.what, error.remedy) from None
    except (NoAnswer, WrongAnswer) as error:
        kind = Kind.PROOF_FAILED if isinstance(error, WrongAnswer) else Kind.SOURCE_UNREACHABLE
        raise Problem(kind, error.what, error.remedy or "ask again, with the same idempotency key") from None
    if not answered.allowed:
        unmet = [each.as_dict() for each in _unmet(answered)]
        raise Problem(Kind.REFUSED, unmet[0]["text"] if unmet else "", reasons=tuple(unmet))
    return _sent(_answer(answered))


def _several(request: Request, wishes: list[Wish], who: Identity) -> Response:
    state = request.app.state
    try:
        picture = service.ask_many(state.node, wishes, Asker(who.id, who.training), state.clock())
    except UsageError as error:
        raise Problem(Kind.INVALID, error.what, error.remedy) from None
    shown = PictureShown(
        answers=[_answer(each) for each in picture.answers],
        refused=[_refused(each.refusal) for each in picture.silent if each.refusal],
        silent=[
            Silent(provider=each.provider, why=each.why, text=each.text, remedy=each.remedy)
            for each in picture.silent
            if not each.refusal
        ],
    )
    return _sent(shown)


def _sent(shown: Answer | PictureShown) -> Response:
    return Response(shown.model_dump_json(), media_type="application/json", headers={"cache-control": "no-store"})


def _unmet(answered: Answered) -> list[Any]:
    return list(answered.decision.unmet)


def _refused(answered: Answered) -> RefusedBy:
    reasons = [ReasonShown(**each.as_dict()) for each in _unmet(answered)]
    return RefusedBy(provider=answered.provider, by=answered.refused_by, entry=answered.entry, reasons=reasons)


def _answer(answered: Answered) -> Answer:
    said = answered.decision.model_dump(mode="json")
    kept = {name: said[name] for name in ("share", "purpose", "basis", "fields", "measures", "withheld", "duties")}
    return Answer(
        provider=answered.provider,
        message=answered.message,
        entry=answered.entry,
        peer_entry=answered.peer_entry,
        at=instant_text(answered.at),
        agreement=said["agreement"],
        records=[dict(each) for each in answered.records],
        receipt=answered.receipt,
        **kept,
    )
