"""A node's secrets sealed under a passphrase, to be kept with a backup or apart from it.

    {"format": "easement-keys/1", "salt": …, "nonce": …, "sealed": …}      all in base64

The key is made of the passphrase by Argon2id (RFC 9106, its second recommended setting), and AES-256-GCM seals.
"""

import base64
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from easement.base.errors import ProofFailed, UsageError

__all__ = ["open_box", "seal_box"]

FORMAT = "easement-keys/1"
PASSES, MEMORY_KIB, LANES = 3, 65_536, 4
SHORTEST = 12


def _key(passphrase: str, salt: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=PASSES,
        memory_cost=MEMORY_KIB,
        parallelism=LANES,
        hash_len=32,
        type=Type.ID,
    )


def seal_box(files: dict[str, str], passphrase: str) -> bytes:
    """The secrets, by file name, sealed under a passphrase of 12 characters or more; raises `UsageError`."""
    if len(passphrase) < SHORTEST:
        raise UsageError(f"the passphrase is shorter than {SHORTEST} characters", remedy="use several words")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, json.dumps(files).encode(), FORMAT.encode())
    parts = {name: base64.b64encode(value).decode() for name, value in
             (("salt", salt), ("nonce", nonce), ("sealed", sealed))}  # fmt: skip
    return json.dumps({"format": FORMAT} | parts).encode()


def open_box(data: bytes, passphrase: str) -> dict[str, str]:
    """The secrets that were sealed; raises `ProofFailed` for another passphrase, or what is no such box."""
    try:
        said = json.loads(data)
        salt, nonce, sealed = (base64.b64decode(said[name], validate=True) for name in ("salt", "nonce", "sealed"))
        known = said["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ProofFailed("these are not sealed keys", remedy="name the backup as it was written")
    try:
        files: dict[str, str] = json.loads(AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, FORMAT.encode()))
    except InvalidTag:
        raise ProofFailed("the passphrase does not open the keys", remedy="check it, letter by letter") from None
    return files
