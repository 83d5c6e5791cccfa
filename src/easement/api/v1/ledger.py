"""The ledger as programs read it: its state, its entries with proofs, and receipts checked."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from easement.api.access import allowed
from easement.api.paging import Listing, Page, listed, place_of, shown
from easement.api.problems import Kind, Problem
from easement.api.strict import StrictRoute
from easement.api.v1 import entries
from easement.api.v1.describe import PREFIX, also, errors, lists, reads
from easement.api.v1.shapes_ledger import CheckWanted, EntryLine, LedgerShown, Proved
from easement.base.errors import ProofFailed, Refused
from easement.exchange.service import current_directory
from easement.gate.disclosures import Sought, newest
from easement.ledger.model import EntryType
from easement.ledger.note import Key, parse_key
from easement.ledger.receipt import check_receipt
from easement.ledger.verifier import base64_text
from easement.node.home import Node
from easement.staff.model import Identity
from easement.staff.permissions import Permission

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["ledger"], route_class=StrictRoute)
"""The ledger, for auditors' programs."""

Reads = Annotated[Identity, allowed(Permission.AUDIT_LEDGER_READ)]
Index = Annotated[int, Path(ge=0, lt=1 << 53, description="The entry's index in the ledger.")]


class Wanted(Page):
    """Which page, of which entries."""

    type: Annotated[EntryType | None, Field(description="Only entries of this type.")] = None


@router.get("/ledger", operation_id="getLedger", response_model=LedgerShown, responses=reads())
def get_ledger(request: Request, who: Reads) -> Response:
    """Where the ledger stands. Its public files are at `/ledger/checkpoint` and `/ledger/tile/…`."""
    ledger = request.app.state.node.ledger
    checkpoint = ledger.published
    state = LedgerShown(
        origin=checkpoint.origin,
        key=str(ledger.key),
        size=ledger.size,
        published=checkpoint.size,
        root=base64_text(checkpoint.root),
        takes_entries=ledger.refusal is None,
    )
    return shown(request, state)


@router.get("/ledger/entries", operation_id="listEntries", response_model=Listing[EntryLine], responses=lists())
def list_entries(request: Request, who: Reads, page: Annotated[Wanted, Query()]) -> Response:
    """The entries, the newest first."""
    sought = Sought(frozenset(EntryType) if page.type is None else {page.type})
    found, after = newest(request.app.state.node.ledger, sought, before=place_of(page.cursor, int), limit=page.limit)
    return listed(request, page, EntryLine, list(map(entries.entry_line, found)), after)


@router.get("/ledger/entries/{entry}", operation_id="getEntry", response_model=EntryLine, responses=reads())
def get_entry(request: Request, who: Reads, entry: Index) -> Response:
    """One entry."""
    logged = entries.found(request.app.state.node.ledger, entry, EntryType, lambda _: True)
    return shown(request, entries.entry_line(logged))


@router.get(
    "/ledger/entries/{entry}/proof",
    operation_id="getProof",
    response_class=Response,
    responses=also(reads(), {"text/plain": {"schema": {"type": "string"}, "example": "c2sp.org/tlog-proof@v1\n…"}}),
)
def get_proof(request: Request, who: Reads, entry: Index) -> Response:
    """The proof of one entry as C2SP tlog-proof text, the answer's digest closed."""
    ledger = request.app.state.node.ledger
    proof = entries.bare_proof(ledger, entries.found(ledger, entry, EntryType, lambda _: True))
    if proof is None:
        raise Problem(Kind.NOT_FOUND, "the entry is not published yet", "ask again in some seconds")
    return Response(proof, media_type="text/plain", headers={"cache-control": "private, no-cache"})


@router.post("/receipts/check", operation_id="checkReceipt", response_model=Proved, responses=errors())
def check(request: Request, who: Annotated[Identity, allowed()], wanted: CheckWanted) -> Proved:
    """Check a receipt against the key of a log; that it does not hold is an answer, with the reason."""
    try:
        holds = check_receipt(wanted.receipt, [_key(request, wanted)], wanted.sha256 or "")
    except ProofFailed as error:
        nothing = {"index": None, "size": None, "origin": None, "entry": None}
        return Proved(holds=False, why=error.what, proves_answer=False, **nothing)
    return Proved(
        holds=True,
        why="",
        index=holds.index,
        size=holds.size,
        origin=holds.origin,
        entry=holds.entry,
        proves_answer=bool(wanted.sha256),
    )


def _key(request: Request, wanted: CheckWanted) -> Key:
    """The key of the log that the receipt should be of; raises `ProofFailed` for a text that is no key."""
    node: Node = request.app.state.node
    if wanted.organisation is None and wanted.key is not None:
        return parse_key(wanted.key)
    if wanted.organisation in (None, node.organisation):
        return node.ledger.key
    try:
        member = current_directory(node, request.app.state.clock()).find(str(wanted.organisation))
    except Refused:
        member = None
    if member is None:
        raise Problem(Kind.NOT_FOUND, f"`{wanted.organisation}` is no member of this node's cluster")
    return member.log_key
