"""Random secrets that people and programs carry, and what is kept of them: a hash, and nothing else.

A token has 256 random bits, so a plain SHA-256 of it can be neither guessed nor reversed. A program's key says what it
is (`easement_`), which one it is, and ends in a checksum, so that a scanner knows a leaked one without asking anybody.
"""

import base64
import hashlib
import re
import secrets
import zlib
from typing import NamedTuple

__all__ = ["KeyParts", "digest", "is_id", "key_text", "new_factor", "new_id", "new_token", "read_key", "recovery_codes"]

SECRET_BYTES = 32
FACTOR_BYTES = 20
ID_CHARACTERS = 12
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
"""Ten codes of 80 bits: as many as fit a card in a wallet, and far beyond guessing."""

LONGEST_TOKEN = 200
ID = re.compile(r"[kp][a-z2-7]{12}")
KEY = re.compile(r"easement_(k[a-z2-7]{12})_([a-z2-7]{52})([a-z2-7]{7})")


class KeyParts(NamedTuple):
    """A program's key taken apart."""

    id: str
    secret: str


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def is_id(text: str) -> bool:
    """Whether text has the shape of an account's or a key's id."""
    return ID.fullmatch(text) is not None


def new_id(prefix: str) -> str:
    """A new id: a letter that says what it names, and 60 random bits."""
    return prefix + _base32(secrets.token_bytes(8))[:ID_CHARACTERS]


def new_token() -> str:
    """A new secret of 256 random bits, 52 characters fit for cookies and addresses."""
    return _base32(secrets.token_bytes(SECRET_BYTES))


def new_factor() -> str:
    """A new secret for an authenticator: 160 random bits in base32 (RFC 4226, section 4)."""
    return base64.b32encode(secrets.token_bytes(FACTOR_BYTES)).decode()


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal. Text that is too long to be one has the hash of nothing."""
    text = token if len(token) <= LONGEST_TOKEN else ""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def key_text(id_: str, secret: str) -> str:
    """A program's key as the program sends it."""
    return f"easement_{id_}_{secret}{_checksum(id_, secret)}"


def _checksum(id_: str, secret: str) -> str:
    """CRC-32 in seven characters: it finds typing errors and tells a key from other text; it proves nothing."""
    return _base32(zlib.crc32(f"{id_}_{secret}".encode()).to_bytes(4, "big"))


def read_key(text: str) -> KeyParts | None:
    """The parts of a program's key; `None` for what cannot be one."""
    found = KEY.fullmatch(text) if len(text) <= LONGEST_TOKEN else None
    if found is None or found.group(3) != _checksum(found.group(1), found.group(2)):
        return None
    return KeyParts(found.group(1), found.group(2))


def recovery_codes() -> tuple[str, ...]:
    """New recovery codes, each `xxxx-xxxx-xxxx-xxxx`."""
    texts = (_base32(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    return tuple("-".join(text[start : start + 4] for start in range(0, 16, 4)) for text in texts)
