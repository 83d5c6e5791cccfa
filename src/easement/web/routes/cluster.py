"""Members of the cluster, datasets and jobs."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from easement.staff.permissions import Permission
from easement.web.lists import FORMATS, as_file
from easement.web.reading import cluster
from easement.web.route import pages
from easement.web.visit import SECTIONS, Posted, Visit, posted, there, visitor

__all__ = ["router"]

router = pages()
"""`/members…`, `/datasets…` and `/jobs…`."""

MemberReader = Annotated[Visit, Depends(visitor(*SECTIONS["members"]))]
Comparer = Annotated[Visit, Depends(visitor(Permission.EXCHANGE_PEER_AUDIT))]
DatasetReader = Annotated[Visit, Depends(visitor(*SECTIONS["datasets"]))]
JobReader = Annotated[Visit, Depends(visitor(*SECTIONS["jobs"]))]
Format = Annotated[str, Query(alias="format")]
Word = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9_-]{0,99}$")]


@router.get("/members")
def members(visit: MemberReader, format_: Format = "") -> Response:
    """The members of the cluster."""
    view = cluster.members(visit.node, visit.now)
    if format_ in FORMATS:
        return as_file("members", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/members/{id_}")
def member(visit: MemberReader, id_: Word) -> Response:
    """One member."""
    return visit.show(there(cluster.member(visit.node, visit.identity, id_, visit.now)))


@router.post("/members/{id_}/compare")
def compare(visit: Comparer, id_: Word, form: Annotated[Posted, Depends(posted)]) -> Response:
    """Hold this node's ledger against a member's. It is a form because another node is asked."""
    return visit.show(there(cluster.compared(visit.node, id_, visit.now)))


@router.get("/datasets")
def datasets(visit: DatasetReader, format_: Format = "") -> Response:
    """The ownership register."""
    view = cluster.datasets(visit.node)
    if format_ in FORMATS:
        return as_file("datasets", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/datasets/{id_}")
def dataset(visit: DatasetReader, id_: Word, check: str = "") -> Response:
    """One dataset, its table held against its mapping where that is asked for."""
    return visit.show(there(cluster.dataset(visit.node, visit.identity, id_, visit.now, check=check == "now")))


@router.get("/jobs")
def jobs(visit: JobReader, format_: Format = "") -> Response:
    """Bulk disclosures in hand and done."""
    view = cluster.jobs(visit.node, visit.identity, visit.now)
    if format_ in FORMATS:
        return as_file("jobs", [line.as_row() for line in view.lines], format_)
    return visit.show(view)


@router.get("/jobs/{id_}")
def job(visit: JobReader, id_: Word) -> Response:
    """One bulk disclosure and how far it is."""
    return visit.show(there(cluster.job(visit.node, visit.identity, id_, visit.now)))
