"""Entries of the ledger as the API tells them: newest first, page by page, each seen by who may."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from easement.api.problems import Kind, Problem
from easement.api.v1.shapes_ledger import DisclosureLine, DisclosureShown, EntryLine, RefusalLine
from easement.base.errors import ProofFailed
from easement.ledger.model import EntryType, Logged
from easement.ledger.service import Ledger
from easement.ledger.verifier import Receipt, receipt_bytes

__all__ = ["DISCLOSED", "REFUSED", "bare_proof", "disclosure", "entry_line", "found", "newest", "refusal", "whole"]

DISCLOSED = frozenset({EntryType.DISCLOSURE_RELEASED, EntryType.DISCLOSURE_RECEIVED})
"""Entries that say that data crossed."""

REFUSED = frozenset({EntryType.DISCLOSURE_REFUSED, EntryType.REQUEST_REFUSED})
"""Entries that say that a request was refused."""

AT_ONCE = 1_024
"""Entries read from the database at once, from the newest on."""

MOST_LOOKED_AT = 20_000
"""Entries looked at for one page: a page may hold fewer than asked for, and the next goes on where it ended."""

Said = dict[str, Any]
"""What an entry says."""
Line = TypeVar("Line")


def newest(
    ledger: Ledger, before: int | None, limit: int, wanted: Callable[[Said], bool], told: Callable[[int, Said], Line]
) -> tuple[list[Line], int | None]:
    """The newest entries below `before` that are wanted, and below which index the next page begins."""
    upper = min(ledger.size, before) if before is not None else ledger.size
    floor, lines = max(0, upper - MOST_LOOKED_AT), list[Line]()
    while upper > floor:
        lower = max(floor, upper - AT_ONCE)
        for logged in reversed(list(ledger.entries(lower, upper))):
            said = json.loads(logged.body)
            if wanted(said):
                lines.append(told(logged.index, said))
            if len(lines) == limit and logged.index:
                return lines, logged.index
        upper = lower
    return lines, upper or None


def found(ledger: Ledger, index: int, kinds: Iterable[EntryType], may: Callable[[str | None], bool]) -> Logged:
    """One entry of some kinds that somebody may see; raises `Problem`: there is none, for all that they can tell."""
    logged = next(ledger.entries(index, index + 1), None)
    if logged is None or logged.entry.type not in kinds or not may(logged.entry.agreement_id):
        raise Problem(Kind.NOT_FOUND)
    return logged


def bare_proof(ledger: Ledger, logged: Logged) -> str | None:
    """The proof of an entry, the answer's digest closed; `None` until it is published."""
    try:
        return ledger.prove(logged.index, extra=receipt_bytes(Receipt(logged.body.decode())))
    except ProofFailed:
        return None


def entry_line(index: int, said: Said) -> EntryLine:
    """An entry as it is."""
    return EntryLine(index=index, **said)


def disclosure(index: int, said: Said) -> DisclosureLine:
    """An entry as a disclosure."""
    return DisclosureLine.model_validate(_disclosed(index, said))


def whole(logged: Logged, proof: str | None) -> DisclosureShown:
    """A disclosure with everything said of it."""
    said = json.loads(logged.body)
    more = {"basis": said.get("basis", {}), "form": said.get("form"), "digest": said.get("agreement"), "proof": proof}
    return DisclosureShown.model_validate(_disclosed(logged.index, said) | more)


def _disclosed(index: int, said: Said) -> Said:
    kept = {name: said.get(name) for name in ("time", "version", "share", "purpose", "mode", "count", "message")}
    return kept | {
        "entry": index,
        "direction": "received" if said["type"] == EntryType.DISCLOSURE_RECEIVED else "given",
        "agreement": said["agreement_id"],
        "provider": said["parties"]["provider"],
        "recipient": said["parties"]["recipient"],
        "fields": said.get("fields", {}),
        "withheld": said.get("withheld", []),
        "peer_entry": said.get("peer_entry"),
    }


def refusal(index: int, said: Said, organisation: str) -> RefusalLine:
    """An entry as a refusal; `organisation` is whose ledger it stands in."""
    by = organisation
    if said["type"] == EntryType.REQUEST_REFUSED and "peer_entry" in said:
        by = said["parties"]["provider"]
    kept = {name: said.get(name) for name in ("version", "share", "purpose", "mode", "message")}
    return RefusalLine(
        entry=index, time=said["time"], by=by, agreement=said.get("agreement_id"), reasons=said["reasons"], **kept
    )
