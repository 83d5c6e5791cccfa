"""Evidence for an auditor's programs: the pack with which the log is checked without the node (R5.3)."""

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from easement.api.access import allowed, sees
from easement.api.problems import Kind, Problem
from easement.api.v1.describe import PREFIX, Answers, errors
from easement.api.v1.shapes import Slug
from easement.base.errors import UsageError
from easement.gate.disclosures import Sought
from easement.gate.evidence import NothingFits, pack
from easement.ledger.model import EntryType
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["ledger"])
"""Evidence."""

MOST = 10_000
"""Entries of one pack: some 20 MB, made in about ten seconds. Larger ones are made by `easement evidence`."""

ZIP = "application/zip"
PACKED: Answers = {
    **errors(Kind.INVALID, Kind.NOT_FOUND),
    200: {
        "content": {ZIP: {"schema": {"type": "string", "format": "binary"}, "example": "PK…"}},
        "description": "The pack: its README tells how to check everything by hand.",
    },
}


class Wanted(BaseModel):
    """Which entries."""

    model_config = ConfigDict(extra="forbid")

    agreement: Annotated[Slug | None, Field(description="Only under this agreement, whatever its version.")] = None
    since: Annotated[date | None, Field(description="From this UTC day on.")] = None
    until: Annotated[date | None, Field(description="Up to this UTC day, itself included.")] = None


@router.get("/evidence", operation_id="packEvidence", response_class=Response, responses=PACKED)
def pack_evidence(
    request: Request,
    who: Annotated[Identity, allowed(Permission.AUDIT_EVIDENCE_READ)],
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """Up to 10,000 entries that you may see in one zip, with proofs, agreement texts, keys and the verifier."""
    sought = Sought(
        frozenset(EntryType),
        partial(sees, who),
        wanted.agreement or "",
        since=wanted.since.isoformat() if wanted.since else "",
        until=wanted.until.isoformat() if wanted.until else "",
    )
    with TemporaryDirectory(prefix="easement-") as folder:
        out = Path(folder) / "evidence.zip"
        try:
            pack(request.app.state.node, out, sought=sought, most=MOST)
        except NothingFits as error:
            raise Problem(Kind.NOT_FOUND, error.what, error.remedy) from None
        except UsageError as error:
            raise Problem(Kind.INVALID, error.what, error.remedy) from None
        body = out.read_bytes()
    headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="evidence.zip"'}
    return Response(body, media_type=ZIP, headers=headers)
