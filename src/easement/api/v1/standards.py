"""Standards and code lists as programs read them: no key is asked for, because they are there to be used by others."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path as File
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, lists, reads
from easement.api.v1.register import Day
from easement.api.v1.shapes import Slug
from easement.api.v1.shapes_standards import (
    CodeLine,
    CodeListLine,
    CodesName,
    PairLine,
    StandardLine,
    StandardShown,
)
from easement.base.errors import EasementError
from easement.meaning.catalogue import lists_with, search
from easement.meaning.codes import CodeList
from easement.meaning.codes_csv import codes_as_rows
from easement.meaning.codes_shelf import code_list, code_lists, list_refs
from easement.meaning.crosswalk_shelf import crosswalk, walks_from
from easement.meaning.jsonschema import json_schema
from easement.meaning.model import Standard
from easement.meaning.odcs import contract_of
from easement.meaning.standards import refs, standard, standards

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["standards"])
"""Standards, code lists, and the ways between lists."""

Item = TypeVar("Item", bound=BaseModel)

Edition = Annotated[int, Path(ge=1, le=999_999)]


class Wanted(Page):
    """Which page, of what says which words."""

    words: Annotated[str, Field(max_length=200, description="Only what says every one of these words.")] = ""


class WantedCodes(Wanted):
    """Which page, of which codes."""

    on: Annotated[Day | None, Field(description="Only codes that stood on that day.")] = None


def _folders(request: Request) -> tuple[File, ...]:
    return (request.app.state.node.home / "standards",)


def _page(request: Request, page: Page, kind: type[Item], items: Sequence[Item]) -> Response:
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    return listed(request, page, kind, items[start:end], end if end < len(items) else None)


@router.get(
    "/standards", operation_id="listStandards", response_model=Listing[StandardLine], responses=lists(keyed=False)
)
def list_standards(request: Request, page: Annotated[Wanted, Query()]) -> Response:
    """The standards that mappings and agreements can name; those that say the words best come first."""
    hits = search(standards(_folders(request)), page.words)
    return _page(request, page, StandardLine, [StandardLine(**_standard(hit.standard)) for hit in hits])


def _standard(found: Standard) -> dict[str, object]:
    return {
        "ref": found.ref,
        "title": found.title,
        "description": found.description,
        "source": found.source,
        "record_key": list(found.record_key),
        "elements": list(found.elements),
        "retired": found.retired.on.isoformat() if found.retired else None,
        "successor": found.retired.successor if found.retired else None,
    }


@router.get(
    "/standards/{standard}/{edition}",
    operation_id="getStandard",
    response_model=StandardShown,
    responses=reads(keyed=False),
)
def get_standard(request: Request, standard_: Annotated[Slug, Path(alias="standard")], edition: Edition) -> Response:
    """One standard, also as JSON Schema and as a data contract."""
    ref = f"{standard_}/{edition}"
    if ref not in refs(_folders(request)):
        raise Problem(Kind.NOT_FOUND)
    found = standard(ref, _folders(request))
    more = {"record_schema": json_schema(found), "contract": contract_of(found)}
    whole = {"standard": found.model_dump(mode="json"), **more}
    return shown(request, StandardShown.model_validate(_standard(found) | whole))


@router.get(
    "/code-lists", operation_id="listCodeLists", response_model=Listing[CodeListLine], responses=lists(keyed=False)
)
def list_code_lists(request: Request, page: Annotated[Wanted, Query()]) -> Response:
    """The code lists that standards can name, by name."""
    found = lists_with(code_lists(_folders(request)), page.words)
    return _page(request, page, CodeListLine, [_line(request, each) for each, _ in found])


def _line(request: Request, found: CodeList) -> CodeListLine:
    ways = walks_from(found.ref, _folders(request))
    return CodeListLine(
        name=_name(found.ref),
        title=found.title,
        source=found.source,
        checked=found.checked.isoformat() if found.checked else None,
        codes=len(found.codes),
        leads_to=[_name(way.to) for way in ways],
    )


def _name(ref: str) -> str:
    return ref.replace("/", ".v")


def _list(request: Request, name: str) -> CodeList:
    ref = name.replace(".v", "/")
    if ref not in list_refs(_folders(request)):
        raise Problem(Kind.NOT_FOUND)
    return code_list(ref, _folders(request))


@router.get(
    "/code-lists/{codes}", operation_id="listCodes", response_model=Listing[CodeLine], responses=lists(keyed=False)
)
def list_codes(request: Request, codes: CodesName, page: Annotated[WantedCodes, Query()]) -> Response:
    """The codes of a list, in its order, those of the past too unless a day is named."""
    found = _list(request, codes)
    on: date | None = page.on
    kept = found.as_at(on) if on else found.codes
    if page.words.strip():
        bare = found.model_copy(update={"codes": kept, "title": "", "about": "", "source": "", "id": ""})
        said = {code for _, hits in lists_with([bare], page.words) for code in hits}
        kept = {code: each for code, each in kept.items() if code in said}
    return _page(request, page, CodeLine, [CodeLine.model_validate(row) for row in codes_as_rows(kept)])


@router.get(
    "/code-lists/{codes}/into/{to}",
    operation_id="listCodePairs",
    response_model=Listing[PairLine],
    responses=lists(keyed=False),
)
def list_pairs(request: Request, codes: CodesName, to: CodesName, page: Annotated[Page, Query()]) -> Response:
    """What the codes of one list become in another; a way through a third list says so in `through`."""
    from_, into = _list(request, codes), _list(request, to)
    try:
        walk = crosswalk(from_.ref, into.ref, _folders(request))
    except EasementError as error:
        raise Problem(Kind.NOT_FOUND, error.what, "look at what the code list leads to") from None
    pairs = [
        PairLine(code=p.subject, relation=p.relation, there=p.object, note=p.note, through=list(p.via))
        for p in walk.pairs
    ]
    none = [PairLine(code=c, relation=None, there=None, note=why, through=[]) for c, why in walk.unlinked.items()]
    return _page(request, page, PairLine, [*pairs, *none])
