"""Receipts: a proof that an outsider can check, with the answer's digests opened and the people in it kept closed."""

import json

from easement.base.errors import ProofFailed
from easement.ledger.service import Ledger
from easement.ledger.verifier import Holds, Receipt, check_receipt, parse_receipt, part_hash, receipt_bytes

__all__ = ["Holds", "Receipt", "check_receipt", "make_receipt", "new_receipt", "parse_receipt"]

OPENED = "answer"
"""The one part of a private record that a receipt opens."""


def make_receipt(ledger: Ledger, index: int, size: int | None = None) -> str:
    """The receipt of a published entry, as tlog-proof text: in the log as published now, or when it held `size`.

    Raises `ProofFailed` when the entry is not published yet, or when its private record was erased.
    """
    return ledger.prove(index, size, _opened(ledger, index))


def new_receipt(ledger: Ledger, index: int) -> str:
    """The receipt of an entry in the log as it was when this was its newest, published or not; the same each time.

    Raises `ProofFailed` where there is no such entry, or when its private record was erased.
    """
    return ledger.prove_new(index, _opened(ledger, index))


def _opened(ledger: Ledger, index: int) -> bytes:
    """What a receipt says of an entry beside its proof."""
    body, record, wrapped = ledger.stored(index)
    text = body.decode()
    commitment = json.loads(text).get("commitment")
    if commitment is None:
        return receipt_bytes(Receipt(text))
    parts = ledger.unseal(commitment, record, wrapped)
    if OPENED not in parts:
        raise ProofFailed(f"entry {index} holds no answer", remedy="ask for the receipt of the entry that released it")
    opened = parts.pop(OPENED)
    others = tuple((name, part_hash(name, part.salt, part.text)) for name, part in parts.items())
    return receipt_bytes(Receipt(text, opened.text, opened.salt, others))
