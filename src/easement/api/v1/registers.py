"""Who the node is for a program, which datasets it holds, and who belongs to its cluster."""

from collections.abc import Iterable, Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from easement.api.access import allowed
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, lists, reads
from easement.api.v1.shapes import DatasetLine, MemberLine, Slug, Who
from easement.api.v1.shapes_ledger import Comparison
from easement.base.errors import Refused
from easement.base.moments import instant_text
from easement.exchange.audit import audit
from easement.exchange.directory_parts import Member
from easement.exchange.message_carry import NoAnswer
from easement.exchange.service import current_directory
from easement.gate.register import Entry, entries
from easement.meaning.mapping import DatasetMapping
from easement.node.home import Node
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX)
"""Registers."""

Item = TypeVar("Item", bound=BaseModel)

Anybody = Annotated[Identity, allowed()]
ReadsDatasets = Annotated[Identity, allowed(Permission.DATA_DATASET_READ)]
Compares = Annotated[Identity, allowed(Permission.EXCHANGE_PEER_AUDIT)]
ReadsMembers = Annotated[Identity, allowed(Permission.EXCHANGE_MEMBER_READ)]


@router.get("/me", operation_id="whoAmI", tags=["access"], response_model=Who, responses=reads())
def who_am_i(request: Request, who: Anybody) -> Response:
    """Who your key belongs to, what it may do, and in which roles."""
    me = Who(
        id=who.id,
        name=who.name,
        kind=who.kind.value,
        organisation=request.app.state.node.organisation,
        permissions=sorted(who.permissions),
        roles={agreement: sorted(roles) for agreement, roles in sorted(who.grants.items())},
        training=sorted(who.training),
    )
    return shown(request, me)


@router.get(
    "/datasets", operation_id="listDatasets", tags=["datasets"], response_model=Listing[DatasetLine], responses=lists()
)
def list_datasets(request: Request, who: ReadsDatasets, page: Annotated[Page, Query()]) -> Response:
    """The datasets that this node holds, by id."""
    return _page(request, page, DatasetLine, _datasets(request.app.state.node))


@router.get(
    "/datasets/{dataset}", operation_id="getDataset", tags=["datasets"], response_model=DatasetLine, responses=reads()
)
def get_dataset(request: Request, who: ReadsDatasets, dataset: Slug) -> Response:
    """One dataset."""
    return shown(request, _one(each for each in _datasets(request.app.state.node) if each.id == dataset))


@router.get(
    "/members",
    operation_id="listMembers",
    tags=["members"],
    response_model=Listing[MemberLine],
    responses=lists(),
)
def list_members(request: Request, who: ReadsMembers, page: Annotated[Page, Query()]) -> Response:
    """The members of the cluster, by the directory that this node holds."""
    return _page(request, page, MemberLine, _members(request))


@router.get(
    "/members/{member}",
    operation_id="getMember",
    tags=["members"],
    response_model=MemberLine,
    responses=reads(),
)
def get_member(request: Request, who: ReadsMembers, member: Slug) -> Response:
    """One member of the cluster."""
    return shown(request, _one(each for each in _members(request) if each.id == member))


@router.get(
    "/members/{member}/comparison",
    operation_id="compareLedgers",
    tags=["members"],
    response_model=Comparison,
    responses=reads(Kind.SOURCE_UNREACHABLE),
)
def compare(request: Request, who: Compares, member: Slug) -> Response:
    """This node's ledger held against a member's, entry by entry, each proved; the member's node is asked."""
    _one(each for each in _members(request) if each.id == member)
    try:
        told = audit(request.app.state.node, member, now=request.app.state.clock())
    except NoAnswer as error:
        raise Problem(Kind.SOURCE_UNREACHABLE, error.what, error.remedy) from None
    return shown(request, Comparison.model_validate(told.as_dict()))


def _one(found: Iterable[Item]) -> Item:
    item = next(iter(found), None)
    if item is None:
        raise Problem(Kind.NOT_FOUND)
    return item


def _page(request: Request, page: Page, kind: type[Item], items: Sequence[Item]) -> Response:
    start = place_of(page.cursor, int) or 0
    end = start + page.limit
    return listed(request, page, kind, items[start:end], end if end < len(items) else None)


def _datasets(node: Node) -> list[DatasetLine]:
    """What the mappings say that can be read; `easement doctor` tells of the others."""
    found = [_dataset(each, each.mapping) for each in entries(node.home) if each.mapping is not None]
    return sorted(found, key=lambda each: each.id)


def _dataset(entry: Entry, mapping: DatasetMapping) -> DatasetLine:
    return DatasetLine(
        id=mapping.id,
        title=mapping.title,
        standard=mapping.standard,
        organisation=mapping.organisation,
        elements=list(mapping.elements),
        source=entry.source,
        about=entry.about.model_dump(mode="json"),
        missing=list(entry.missing),
    )


def _members(request: Request) -> list[MemberLine]:
    now = request.app.state.clock()
    try:
        directory = current_directory(request.app.state.node, now)
    except Refused as error:
        raise Problem(Kind.NOT_FOUND, error.what, "ask whoever keeps the node") from None
    return [_member(each, [key.id for key in each.present_keys(now)]) for each in directory.members]


def _member(member: Member, keys: list[str]) -> MemberLine:
    return MemberLine(
        id=member.id,
        name=member.name,
        body_class=member.body_class,
        url=member.url,
        joined=instant_text(member.joined),
        keys=keys,
        log=member.log,
        datasets=[each.id for each in member.datasets],
        services=list(member.services),
    )
