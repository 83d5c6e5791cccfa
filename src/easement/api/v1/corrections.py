"""What is wrong: saying so, answering others who do, breaking wrong links, and putting things right (R4.4, R6.2)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of
from easement.api.problems import Kind as Wrongly
from easement.api.problems import Problem
from easement.api.strict import StrictRoute
from easement.api.v1.describe import PREFIX, Answers, errors, lists
from easement.api.v1.shapes import MESSAGE, Element, Short, Slug, Why, example, taken
from easement.base.errors import UsageError
from easement.exchange.correct import decide_case
from easement.exchange.correct_back import seen_brokens
from easement.exchange.correct_bodies import About, Kind, Outcome
from easement.exchange.correct_cases import Wrong, report, seen_cases
from easement.exchange.correct_links import WrongLink, break_link
from easement.exchange.correct_parts import disclosed
from easement.exchange.correct_told import make, seen_tolds
from easement.exchange.correct_values import Mended, mend_value
from easement.ledger.model import EntryType
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["SHAPES", "router"]

router = APIRouter(prefix=f"{PREFIX}/corrections", tags=["corrections"], route_class=StrictRoute)
"""Cases, broken links and corrections, each seen by whoever works under the agreement, or answers for the data."""

Works = Annotated[Identity, allowed(Permission.DISCLOSURE_PERSON_ASK, Permission.DATA_CORRECTION_MANAGE)]
Steward = Annotated[Identity, allowed(Permission.DATA_CORRECTION_MANAGE)]
HEX = "^[0-9a-f]{32}$"
CaseId = Annotated[str, Path(alias="case", pattern=HEX, description="The case.")]
CorrectionId = Annotated[str, Path(alias="correction", pattern=HEX, description="The correction.")]
MessageId = Annotated[str, Path(alias="message", pattern=HEX, description="The message of the disclosure.")]
FAILS: Answers = errors(Wrongly.CONFLICT, Wrongly.INVALID)

Item = TypeVar("Item", bound=BaseModel)


class CaseLine(BaseModel):
    """Something said to be wrong: by us (`mine`) of what another gave, or by another of what we gave."""

    model_config = example(
        id=MESSAGE, mine=False, organisation="northtown", message="5e" * 16, agreement="free-school-meals",
        share="entitled-children", element="postcode", kind="wrong-value", why="She moved in May.", value="NT1 1AA",
        reference="", opened="2026-11-22T09:30:00Z", due="2026-12-22", entry=44, peer_entry=57, outcome=None,
        answer=None, told=False, problem="",
    )  # fmt: skip

    id: str
    mine: bool
    organisation: str = Field(description="The other side.")
    message: str
    agreement: str
    share: str
    element: str | None = Field(description="Null for the whole record.")
    kind: Kind
    why: str
    value: str
    reference: str = Field(description="Of a match: the recipient's own key of the record.")
    opened: str
    due: str = Field(description="By when the source is to answer.")
    entry: int
    peer_entry: int | None
    outcome: Outcome | None
    answer: str | None
    told: bool = Field(description="Whether the other side knows the last of it.")
    problem: str = Field(description="Why it does not, where it does not.")


class LinkLine(BaseModel):
    """A wrong link that was broken here, or a value put right (`about`), and how many have yet to put theirs right."""

    model_config = example(
        id=MESSAGE, about="link", element=None, through="lookup", agreement="safeguarding", share="police-contact",
        opened="2026-11-22T09:30:00Z", entry=45, decided=None, by_hand=0, unknown=0, recipients=3, open=1,
    )  # fmt: skip

    id: str
    about: About
    element: str | None = Field(description="Of a value: which element; null for the whole record.")
    through: str = Field(description="`lookup` or `match`.")
    agreement: str
    share: str
    opened: str
    entry: int
    decided: int | None = Field(description="Of a match: the entry by which no later match makes the link.")
    by_hand: int = Field(description="Who got it as a file, and must be told by hand.")
    unknown: int = Field(description="Of a value: older disclosures that may hold it, and cannot be looked into.")
    recipients: int
    open: int


class CorrectionLine(BaseModel):
    """Something to put right here, because another organisation broke a link or put a value right."""

    model_config = example(
        id=MESSAGE, message="5e" * 16, provider="police", received=41, agreement="safeguarding",
        share="police-contact", about="link", element=None, through="lookup", why="Two people share a name.",
        reference="", entry=58, due="2026-11-27", reminded=0, made=None, certified=None, problem="",
    )  # fmt: skip

    id: str
    message: str
    provider: str
    received: int = Field(description="The entry by which it came in.")
    agreement: str
    share: str
    about: About
    element: str | None = Field(description="Of a value: which element; null for the whole record.")
    through: str
    why: str
    reference: str = Field(description="Of a match: your own key of the record that is meant.")
    entry: int
    due: str
    reminded: int
    made: int | None = Field(description="The entry that says that it is put right.")
    certified: int | None = Field(description="The provider's own entry of that.")
    problem: str


class WrongWanted(BaseModel):
    """What is wrong with something that came in."""

    model_config = taken(
        provider="police", message="5e" * 16, kind="wrong-value", why="She moved in May.", element="postcode",
        value="NT1 1AA", person={"family_name": "Ash", "date_of_birth": "2015-02-01"},
    )  # fmt: skip

    provider: Slug
    message: str = Field(pattern=HEX, description="The message that it came under.")
    kind: Kind
    why: Why
    element: Element | None = Field(None, description="Without one, the whole record.")
    record: int = Field(0, ge=0, lt=1 << 31)
    value: Why = Field("", description="What you were told.")
    reference: Short = Field("", description="Of a match: your own key of the record.")
    person: dict[Element, Short] = Field({}, max_length=50, json_schema_extra={"additionalProperties": False})


class AnswerWanted(BaseModel):
    """What came of a case. With `corrected` and `link-broken` everybody who was given it is told, in these words."""

    model_config = taken(outcome="corrected", text="Put right today.", listed="", held="")

    outcome: Outcome
    text: Why
    listed: Short = Field("", description="Of a match: the recipient's own key.")
    held: Short = Field("", description="A wrong link of a match: your own key.")


class LinkWanted(BaseModel):
    """A wrong link that you found yourself."""

    model_config = taken(message="5e" * 16, why="A cousin of the same name.", listed="P7", held="C01")

    message: str = Field(pattern=HEX, description="The message of an answer that rests on it.")
    why: Why = Field(description="Told to everybody who got something through it: name nobody.")
    listed: Short = Field("", description="Of a match: the recipient's own key.")
    held: Short = Field("", description="Of a match: your own key.")


class ValueWanted(BaseModel):
    """A value that you put right yourself."""

    model_config = taken(message="5e" * 16, element="postcode", why="It was another street of that name.", listed="")

    message: str = Field(pattern=HEX, description="The message of an answer that gave it.")
    element: Element | None = Field(None, description="Without one, the whole record.")
    why: Why = Field(description="Told to everybody who was given it: name nobody.")
    listed: Short = Field("", description="Of a match: the recipient's own key of the record.")


SHAPES = (CaseLine, LinkLine, CorrectionLine, WrongWanted, AnswerWanted, LinkWanted, ValueWanted)
"""The shapes with examples."""


def _sees(who: Identity, agreement: str) -> bool:
    return who.may(Permission.DATA_CORRECTION_MANAGE) or bool(who.roles_for(agreement))


def _case(said: dict[str, Any]) -> CaseLine:
    told = said.pop("said")
    return CaseLine(**said, why=told["why"], value=told["value"], reference=told["reference"])


def _link(said: dict[str, Any]) -> LinkLine:
    said.pop("said")
    return LinkLine(**said | {"recipients": len(said["recipients"])})


def _correction(said: dict[str, Any]) -> CorrectionLine:
    told = said.pop("said")
    return CorrectionLine(**said, why=told["why"], reference=told["reference"])


def _page(request: Request, page: Page, kind: type[Item], lines: Sequence[Item]) -> Response:
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    return listed(request, page, kind, lines[start:end], end if end < len(lines) else None)


@router.get("/cases", operation_id="listCases", response_model=Listing[CaseLine], responses=lists())
def list_cases(request: Request, who: Works, page: Annotated[Page, Query()]) -> Response:
    """What is said to be wrong, the open cases first; what others say, to whoever answers for the data."""
    steward = who.may(Permission.DATA_CORRECTION_MANAGE)
    found = [each for each in seen_cases(request.app.state.node) if _sees(who, each.row.agreement_id)]
    lines = [_case(each.as_dict()) for each in found if steward or each.row.mine]
    return _page(request, page, CaseLine, lines)


@router.get("/links", operation_id="listBrokenLinks", response_model=Listing[LinkLine], responses=lists())
def list_links(request: Request, who: Steward, page: Annotated[Page, Query()]) -> Response:
    """The wrong links that were broken here, the newest first."""
    lines = [_link(each.as_dict()) for each in seen_brokens(request.app.state.node)]
    return _page(request, page, LinkLine, lines)


@router.get("/received", operation_id="listCorrections", response_model=Listing[CorrectionLine], responses=lists())
def list_corrections(request: Request, who: Works, page: Annotated[Page, Query()]) -> Response:
    """What others told us to put right, the soonest first, under agreements in which you hold a role."""
    found = [each for each in seen_tolds(request.app.state.node) if _sees(who, each.row.agreement_id)]
    return _page(request, page, CorrectionLine, [_correction(each.as_dict()) for each in found])


def _once(
    request: Request, who: Identity, key: str, question: str, do: Callable[[], BaseModel]
) -> Response:  # fmt: skip
    """Do it at most once under a key; what cannot be is a conflict with the reason."""

    def answer() -> Response:
        try:
            done = do()
        except UsageError as error:
            raise Problem(Wrongly.CONFLICT, error.what, error.remedy) from None
        return Response(done.model_dump_json(), media_type="application/json")

    state = request.app.state
    return once(state.node, who.id, key, question.encode(), state.clock(), answer)


@router.post("/cases", operation_id="sayWrong", response_model=CaseLine, responses=FAILS)
def say_wrong(request: Request, who: Works, wanted: WrongWanted, key: IdempotencyKey = "") -> Response:
    """Tell the source of something that it is wrong. One that does not answer now is told later."""
    state = request.app.state
    found = disclosed(state.node, wanted.provider, wanted.message, EntryType.DISCLOSURE_RECEIVED)
    if found is None or not _sees(who, found[1].agreement_id or ""):
        raise Problem(Wrongly.NOT_FOUND)
    said = wanted.model_dump() | {"element": wanted.element or ""}

    def do() -> CaseLine:
        return _case(report(state.node, Wrong(**said), state.clock(), by=who.id).as_dict())

    return _once(request, who, key, f"cases\n{wanted.model_dump_json()}", do)


@router.post("/cases/{case}/answer", operation_id="answerCase", response_model=CaseLine, responses=FAILS)
def answer(request: Request, who: Steward, case: CaseId, wanted: AnswerWanted, key: IdempotencyKey = "") -> Response:
    """Answer a case; a wrong link is broken, and everybody who was given something through it is told."""
    state = request.app.state
    more = {"by": who.id, "listed": wanted.listed, "held": wanted.held}

    def do() -> CaseLine:
        return _case(decide_case(state.node, case, wanted.outcome, wanted.text, state.clock(), **more).as_dict())

    return _once(request, who, key, f"answer\n{case}\n{wanted.model_dump_json()}", do)


@router.post("/links", operation_id="breakLink", response_model=LinkLine, responses=FAILS)
def break_wrong_link(request: Request, who: Steward, wanted: LinkWanted, key: IdempotencyKey = "") -> Response:
    """Break a wrong link, and tell everybody who was given something through it. Broken twice, it is broken once."""
    state = request.app.state
    wrong = WrongLink(wanted.message, wanted.listed, wanted.held)

    def do() -> LinkLine:
        return _link(break_link(state.node, wrong, wanted.why, state.clock(), by=who.id).as_dict())

    return _once(request, who, key, f"links\n{wanted.model_dump_json()}", do)


@router.post("/values", operation_id="mendValue", response_model=LinkLine, responses=FAILS)
def mend(request: Request, who: Steward, wanted: ValueWanted, key: IdempotencyKey = "") -> Response:
    """Tell everybody who was given a value that you put right. Said twice in the same words, it is told once."""
    state = request.app.state
    mended = Mended(wanted.message, wanted.element or "", wanted.listed)

    def do() -> LinkLine:
        seen = mend_value(state.node, mended, wanted.why, state.clock(), by=who.id)
        if seen is None:
            raise UsageError("nobody was given this value, or all certified that it is deleted", remedy="nothing to do")
        return _link(seen.as_dict())

    return _once(request, who, key, f"values\n{wanted.model_dump_json()}", do)


@router.post(
    "/received/{correction}/{message}/made",
    operation_id="makeCorrection",
    response_model=CorrectionLine,
    responses=FAILS,
)
def made(
    request: Request, who: Works, correction: CorrectionId, message: MessageId, key: IdempotencyKey = ""
) -> Response:
    """Say that your copy is put right; the provider gets a certificate, at once or later."""
    state = request.app.state
    found = [each for each in seen_tolds(state.node) if (each.row.id, each.row.message) == (correction, message)]
    if not found or not _sees(who, found[0].row.agreement_id):
        raise Problem(Wrongly.NOT_FOUND)
    do = partial(_made, request, who, correction, message)
    return _once(request, who, key, f"made\n{correction}\n{message}", do)


def _made(request: Request, who: Identity, correction: str, message: str) -> CorrectionLine:
    state = request.app.state
    return _correction(make(state.node, correction, state.clock(), message=message, by=who.id).as_dict())
