"""The mapping studio for programs: look at a table, have a mapping proposed, list the rows to mend.

Nothing is confirmed here: a person stands for a mapping, at a terminal or on the pages.
"""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from easement.api.access import allowed
from easement.api.idempotency import IdempotencyKey, once
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, Answers, errors, lists, reads
from easement.api.v1.shapes import Slug, example, taken
from easement.base.errors import BadData, BadFile, EasementError, SourceUnreachable
from easement.gate.drafting import Desk, Table
from easement.meaning import studio
from easement.meaning.mapping import DatasetMapping
from easement.meaning.profile import ColumnProfile, hidden
from easement.meaning.studio_file import in_words
from easement.meaning.studio_words import could_be
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["SHAPES", "ColumnSeen", "MappingDraft", "MappingWanted", "RowToMend", "TableAt", "TableSeen", "router"]

router = APIRouter(prefix=f"{PREFIX}/mappings", tags=["datasets"])
"""Tables and the drafts of their mappings."""

Item = TypeVar("Item", bound=BaseModel)
Reads = Annotated[Identity, allowed(Permission.DATA_DATASET_READ, Permission.DATA_DATASET_MANAGE)]
Manages = Annotated[Identity, allowed(Permission.DATA_DATASET_MANAGE)]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
UNREAD = (Kind.CONFLICT, Kind.BAD_DATA, Kind.BAD_FILE, Kind.SOURCE_UNREACHABLE, Kind.FAILED)
FAILS: Answers = errors(*UNREAD)


class TableAt(BaseModel):
    """Which table: a file of the node's datasets folder, or a table of one of its connections."""

    model_config = ConfigDict(extra="forbid")

    file: Name = Field("", description="A file of the node's datasets folder.")
    database: Name = Field("", description="A connection of the node, in the place of a file.")
    table: Name = Field("", description="Its table there.")

    def place(self) -> Table:
        """The table's address."""
        return Table(self.file, self.database, self.table)


class ColumnSeen(BaseModel):
    """One column: counts of all rows, and what its values could be by those judged."""

    name: str
    filled: int
    distinct: int
    could_be: list[str]
    patterns: list[str]
    common: list[str] = Field(description="Commonest values; empty for whoever may not manage datasets.")
    unique: bool


class FitSeen(BaseModel):
    """How well a standard fits, from 0 to 1."""

    standard: str
    fit: float
    reason: str


class TableSeen(BaseModel):
    """What a table looks like, and the standards that fit it, the best first."""

    model_config = example(
        called="pupils.csv", rows=5, sampled=5, values=False,
        columns=[{"name": "post code", "filled": 5, "distinct": 5, "could_be": ["postcode"], "patterns": ["AA9 9AA"],
                  "common": [], "unique": True}],
        fits=[{"standard": "school-roll/1", "fit": 0.76, "reason": "8 of its 12 elements found"}],
    )  # fmt: skip

    called: str
    rows: int
    sampled: int = Field(description="How many rows were judged.")
    values: bool = Field(description="Whether values are shown.")
    columns: list[ColumnSeen]
    fits: list[FitSeen]


class MappingWanted(TableAt):
    """A table to be led to a standard, and what the dataset is to be called."""

    model_config = taken(file="pupils.csv", standard="school-roll/1", id="pupils", title="Pupils on the roll")

    standard: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}/[1-9][0-9]{0,5}$")]
    id: Slug
    title: Name = ""


class WayProposed(BaseModel):
    """One element as it is proposed, or was decided: how it is had, how sure that is, why, and what it asks first."""

    element: str
    had: str = Field(description="As the mapping's file writes it.")
    sure: float | None = Field(description="From 0 to 0.99; null where nothing is proposed any more.")
    why: str
    asks: str


class MappingDraft(BaseModel):
    """A mapping that nobody has confirmed: it answers no request."""

    model_config = example(
        id="pupils", title="Pupils on the roll", standard="school-roll/1", record_key=["ref"], unconfirmed=1,
        elements=[{"element": "family_name", "had": "surname", "sure": 0.99, "why": "`surname` is a usual name for it",
                   "asks": ""}],
    )  # fmt: skip

    id: str
    title: str
    standard: str
    record_key: list[str]
    unconfirmed: int
    elements: list[WayProposed]


class RowToMend(BaseModel):
    """One value that does not map, by its row."""

    model_config = example(
        row=4, column="post code", element="postcode", fault="not-valid", value=None
    )  # fmt: skip

    row: int = Field(description="From 1 below the header.")
    column: str
    element: str
    fault: str
    value: str | None = Field(description="Null for whoever may not manage datasets.")


SHAPES = (TableSeen, MappingWanted, MappingDraft, RowToMend)
"""The shapes that bring an example."""


@router.get("/profile", operation_id="lookAtTable", response_model=TableSeen, responses=reads(Kind.INVALID, *UNREAD))
def look(request: Request, who: Reads, at: Annotated[TableAt, Query()]) -> Response:
    """What a table looks like, column by column, and the standards that fit it."""
    desk, manages = _desk(request), who.may(Permission.DATA_DATASET_MANAGE)
    try:
        seen = desk.look(at.place())
        fits = studio.fits(seen, request.app.state.clock().date(), desk.folders)
    except EasementError as error:
        raise _problem(error) from None
    told = seen if manages else hidden(seen)
    return shown(
        request,
        TableSeen(
            called=at.place().called,
            rows=told.rows,
            sampled=told.sampled,
            values=told.values,
            columns=[_column(each) for each in told.columns],
            fits=[FitSeen(standard=each.standard, fit=round(each.fit, 3), reason=each.reason) for each in fits],
        ),
    )


@router.get("/drafts", operation_id="listMappingDrafts", response_model=Listing[MappingDraft], responses=lists())
def list_drafts(request: Request, who: Reads, page: Annotated[Page, Query()]) -> Response:
    """The mappings that nobody has confirmed, by id."""
    return _page(request, page, MappingDraft, [_draft(each) for each in _desk(request).drafts()])


@router.post("/drafts", operation_id="proposeMapping", response_model=MappingDraft, responses=FAILS)
def begin(request: Request, who: Manages, wanted: MappingWanted, key: IdempotencyKey = "") -> Response:
    """Have a mapping proposed. It is in force nowhere until a person confirms it."""
    state = request.app.state
    question = f"mappings\n{wanted.model_dump_json()}".encode()
    return once(state.node, who.id, key, question, state.clock(), partial(_begun, request, wanted))


def _begun(request: Request, wanted: MappingWanted) -> Response:
    state = request.app.state
    try:
        made = _desk(request).begin(
            wanted.place(), wanted.standard, wanted.id, wanted.title, state.node.organisation, state.clock().date()
        )
    except EasementError as error:
        raise _problem(error) from None
    return Response(_draft(made).model_dump_json(), media_type="application/json")


@router.get("/drafts/{dataset}", operation_id="getMappingDraft", response_model=MappingDraft, responses=reads(*UNREAD))
def get_draft(request: Request, who: Reads, dataset: Slug) -> Response:
    """One draft, with what is proposed for each element."""
    return shown(request, _draft(_held(request, dataset)))


@router.get(
    "/drafts/{dataset}/to-mend",
    operation_id="listRowsToMend",
    response_model=Listing[RowToMend],
    responses=lists(*UNREAD),
)
def to_mend(request: Request, who: Reads, dataset: Slug, page: Annotated[Page, Query()]) -> Response:
    """The rows whose values do not map by a draft, at most 1,000 of each fault of each element."""
    desk, held = _desk(request), _held(request, dataset)
    manages = who.may(Permission.DATA_DATASET_MANAGE)
    try:
        found = studio.rows_to_mend(desk.place_of(held), held, desk.standard_of(held), values=manages)
    except EasementError as error:
        raise _problem(error) from None
    return _page(request, page, RowToMend, [RowToMend.model_validate(each, from_attributes=True) for each in found])


def _desk(request: Request) -> Desk:
    return Desk(request.app.state.node.home)


def _held(request: Request, dataset: str) -> DatasetMapping:
    try:
        found = _desk(request).draft(dataset)
    except EasementError as error:
        raise _problem(error) from None
    if found is None:
        raise Problem(Kind.NOT_FOUND)
    return found


def _problem(error: EasementError) -> Problem:
    kinds: dict[type[EasementError], Kind] = {
        BadData: Kind.BAD_DATA,
        BadFile: Kind.BAD_FILE,
        SourceUnreachable: Kind.SOURCE_UNREACHABLE,
    }
    kind = next((kind for known, kind in kinds.items() if isinstance(error, known)), Kind.CONFLICT)
    return Problem(kind, error.what, error.remedy)


def _page(request: Request, page: Page, kind: type[Item], items: Sequence[Item]) -> Response:
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    return listed(request, page, kind, items[start:end], end if end < len(items) else None)


def _column(column: ColumnProfile) -> ColumnSeen:
    told: dict[str, Any] = {
        "name": column.name,
        "filled": column.filled,
        "distinct": column.distinct,
        "unique": column.unique,
        "could_be": list(could_be(column)),
        "patterns": [pattern for pattern, _ in column.patterns],
        "common": [value for value, _ in column.common],
    }
    return ColumnSeen(**told)


def _draft(mapping: DatasetMapping) -> MappingDraft:
    return MappingDraft(
        id=mapping.id,
        title=mapping.title,
        standard=mapping.standard,
        record_key=list(mapping.record_key),
        unconfirmed=len(mapping.unconfirmed),
        elements=[
            WayProposed(
                element=name,
                had=in_words(way),
                sure=way.proposed.sure if way.proposed else None,
                why=way.proposed.why if way.proposed else "",
                asks=way.proposed.asks if way.proposed else "",
            )
            for name, way in mapping.elements.items()
        ],
    )
