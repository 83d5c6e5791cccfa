"""Entries of the ledger as the API tells them."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from easement.api.problems import Kind, Problem
from easement.api.v1.shapes_ledger import DisclosureLine, DisclosureShown, EntryLine, RefusalLine
from easement.base.errors import ProofFailed
from easement.ledger.model import EntryType, Logged
from easement.ledger.service import Ledger
from easement.ledger.verifier import Receipt, receipt_bytes

__all__ = ["bare_proof", "disclosure", "entry_line", "found", "refusal", "whole"]

Said = dict[str, Any]
"""What an entry says."""


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


def entry_line(logged: Logged) -> EntryLine:
    """An entry as it is."""
    return EntryLine(index=logged.index, **json.loads(logged.body))


def disclosure(logged: Logged) -> DisclosureLine:
    """An entry as a disclosure."""
    return DisclosureLine.model_validate(_disclosed(logged.index, json.loads(logged.body)))


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


def refusal(logged: Logged, organisation: str) -> RefusalLine:
    """An entry as a refusal; `organisation` is whose ledger it stands in."""
    said, by = json.loads(logged.body), organisation
    if said["type"] == EntryType.REQUEST_REFUSED and "peer_entry" in said:
        by = said["parties"]["provider"]
    kept = {name: said.get(name) for name in ("version", "share", "purpose", "mode", "message")}
    return RefusalLine(
        entry=logged.index,
        time=said["time"],
        by=by,
        agreement=said.get("agreement_id"),
        reasons=said["reasons"],
        **kept,
    )
