"""Commitments to private records: openable part by part, sealed under a key of their own, erasable for good."""

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from easement.base.canonical import canonical_record
from easement.base.errors import BadData, ProofFailed
from easement.ledger.model import PrivateRecord
from easement.ledger.verifier import commitment_of, json_object, part_hash

__all__ = ["OpenPart", "Sealed", "open_sealed", "parts_commitment", "seal"]

SALT = KEY = 32
NONCE = 12

_ZERO_NONCE = bytes(NONCE)
"""Safe, because each record's key encrypts once (NIST SP 800-38D section 8 asks for unique pairs of key and nonce)."""

WRAP_TAG = b"easement-private-key/1\n"


class OpenPart(NamedTuple):
    """One part of a private record with the salt that opens it; `text` is its exact canonical JSON."""

    salt: bytes
    text: str

    def value(self) -> dict[str, object]:
        """What the part says."""
        return json_object(self.text, "private part")


class Sealed(NamedTuple):
    """A private record as stored: the commitment to it, its ciphertext, and its key wrapped by the master key."""

    commitment: bytes
    record: bytes
    wrapped: bytes


def parts_commitment(parts: dict[str, OpenPart]) -> bytes:
    """The 32-byte commitment to opened parts."""
    return commitment_of((name, part_hash(name, part.salt, part.text)) for name, part in parts.items())


def seal(private: PrivateRecord, master: AESGCM) -> Sealed:
    """Commit to a private record and encrypt it under a fresh key; raises `BadData` for what JSON cannot hold."""
    random = os.urandom(KEY + NONCE + SALT * len(private.parts))
    key, nonce = random[:KEY], random[KEY : KEY + NONCE]
    salts = (random[at : at + SALT] for at in range(KEY + NONCE, len(random), SALT))
    try:
        parts = {
            name: OpenPart(salt, canonical_record(dict(value)).decode())
            for (name, value), salt in zip(private.parts.items(), salts, strict=True)
        }
    except (TypeError, ValueError, RecursionError):
        raise BadData("a private record holds what JSON cannot", remedy="use text, whole numbers and lists") from None
    commitment = parts_commitment(parts)
    plain = "\n".join(f"{name} {part.salt.hex()} {part.text}" for name, part in parts.items()).encode()
    record = AESGCM(key).encrypt(_ZERO_NONCE, plain, commitment)
    return Sealed(commitment, record, nonce + master.encrypt(nonce, key, WRAP_TAG + commitment))


def open_sealed(sealed: Sealed, master: AESGCM) -> dict[str, OpenPart]:
    """The parts of a sealed record; raises `ProofFailed` when it is not the one the entry committed to."""
    nonce, wrapped = sealed.wrapped[:NONCE], sealed.wrapped[NONCE:]
    try:
        key = master.decrypt(nonce, wrapped, WRAP_TAG + sealed.commitment)
        plain = AESGCM(key).decrypt(_ZERO_NONCE, sealed.record, sealed.commitment).decode()
    except (InvalidTag, ValueError):
        raise ProofFailed(
            "the private record cannot be opened", remedy="the master key is another one, or the record was changed"
        ) from None
    lines = (line.split(" ", 2) for line in plain.split("\n"))  # canonical JSON holds no bare newline
    parts = {name: OpenPart(bytes.fromhex(salt), text) for name, salt, text in lines}
    if parts_commitment(parts) != sealed.commitment:
        raise ProofFailed("the private record is not the one its entry commits to")
    return parts
