"""Personal data and secrets sealed before they reach a table, and found again without being opened.

AES-256-GCM under a key derived from the node's master key; what a value is and whose it is goes into the seal, so that
one row's value opens in no other. What must be looked up has an HMAC beside it, under another derived key.
"""

import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from easement.base.canonical import canonical_record
from easement.base.errors import ProofFailed
from easement.base.sealed import derived_key

__all__ = ["Sealer"]

NONCE = 12
"""Bytes of a nonce drawn at random: safe for 2**32 values under one key (NIST SP 800-38D, section 8.3)."""


class Sealer:
    """Seals under one node's master key (32 bytes)."""

    __slots__ = ("_cipher", "_index")

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(derived_key(master_key, "staff-seal"))
        self._index = derived_key(master_key, "staff-index")

    def seal(self, value: bytes, what: str, whose: str) -> bytes:
        """A value sealed as what it is, for whose it is."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, value, _label(what, whose))

    def open(self, sealed: bytes, what: str, whose: str) -> bytes:
        """The value again; raises `ProofFailed` where it was changed, moved, or sealed under another key."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _label(what, whose))
        except (InvalidTag, ValueError):
            remedy = "the database belongs to another node, or was changed: restore the two together"
            raise ProofFailed("a value of the staff's tables does not open", remedy=remedy) from None

    def seal_record(self, record: dict[str, Any], what: str, whose: str) -> bytes:
        """A record of plain values, sealed."""
        return self.seal(canonical_record(record), what, whose)

    def open_record(self, sealed: bytes, what: str, whose: str) -> dict[str, Any]:
        """The record again."""
        record: dict[str, Any] = json.loads(self.open(sealed, what, whose))
        return record

    def index(self, what: str, *parts: str) -> str:
        """What a value is looked up by: 64 hexadecimal characters that say nothing without the key."""
        return hmac.digest(self._index, _label(what, *parts), "sha256").hex()


def _label(*parts: str) -> bytes:
    """Parts bound together so that no two lists of parts give the same bytes."""
    return json.dumps(parts).encode()
