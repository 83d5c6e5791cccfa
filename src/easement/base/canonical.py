"""Canonical bytes and digests, so that two machines always sign and hash the same thing."""

import hashlib
import json
from typing import Any

import rfc8785

__all__ = ["canonical_json", "canonical_record", "sha256_hex"]


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value; raises `rfc8785.CanonicalizationError` for what JSON cannot hold."""
    return rfc8785.dumps(value)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical_record(record: dict[str, Any]) -> bytes:
    """The RFC 8785 bytes of a record whose keys are ASCII and whose numbers are integers below 2**53.

    For such records the standard library's encoder, sorted and without spaces, already gives RFC 8785's bytes, at a
    sixth of the time; a generated test holds the two together. Use `canonical_json` for anything else.
    """
    return _encode(record).encode()


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of bytes in lower-case hexadecimal, 64 characters."""
    return hashlib.sha256(data).hexdigest()
