"""A node's secrets and public keys, as they stand in files.

A secret is for its owner alone (0600). `organisation.vkey` and `log.vkey` hold every public key a node has had that
still counts, one a line, the one in use first: so what was signed before a key was changed still verifies.
"""

from pathlib import Path

from easement.base.errors import BadFile, EasementError, ProofFailed
from easement.ledger.note import Key, Signer, parse_key

__all__ = ["SECRET", "own_public_keys", "public_keys", "read_password", "read_secret", "read_signer", "read_text"]

SECRET = 0o600
"""How a secret file stands: for its owner alone."""


def read_text(path: Path) -> str:
    """What a secret file holds; raises `EasementError` where others can read it, or it cannot be read."""
    try:
        loose = path.stat().st_mode & 0o077
        text = path.read_text().strip()
    except OSError as error:
        raise EasementError(
            f"cannot read the key `{path}`: {error.strerror}", remedy="restore it from where you keep it"
        ) from error
    if loose:
        raise EasementError(f"others can read the key `{path}`", remedy=f"chmod 600 {path}")
    return text


def read_secret(home: Path, stem: str) -> bytes:
    """The 32 bytes in `keys/STEM.key`; raises `EasementError`, never repeating what is in it."""
    try:
        secret = bytes.fromhex(read_text(home / "keys" / f"{stem}.key"))
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise EasementError(f"`keys/{stem}.key` is not a key of 32 bytes", remedy="restore it from where you keep it")
    return secret


def read_signer(home: Path, stem: str, name: str) -> Signer:
    """The signing key in `keys/STEM.key`, which must be of that name; raises `EasementError`."""
    where = f"`keys/{stem}.key`"
    try:
        signer = Signer.parse(read_text(home / "keys" / f"{stem}.key"))
    except (ProofFailed, UnicodeDecodeError):
        raise EasementError(f"{where} is not a signing key", remedy="restore it from where you keep it") from None
    if signer.name != name:
        remedy = "restore the right key, or the settings it was made with"
        raise EasementError(f"{where} signs for `{signer.name}`, and the settings say `{name}`", remedy=remedy)
    return signer


def read_password(home: Path) -> str:
    """The password in `keys/database.password`, empty where there is none; raises `EasementError`."""
    path = home / "keys" / "database.password"
    return read_text(path) if path.exists() else ""


def public_keys(path: Path, name: str) -> tuple[Key, ...]:
    """The public keys in a file, the one in use first, all of that name; raises `BadFile`."""
    try:
        keys = tuple(parse_key(line.strip()) for line in path.read_text().splitlines() if line.strip())
    except (ProofFailed, UnicodeDecodeError):
        keys = ()
    if not keys:
        remedy = "ask the organisation for its `organisation.vkey` and copy it whole"
        raise BadFile("this is not a public key", where=str(path), remedy=remedy)
    for key in keys:
        if key.name != name:
            remedy = f"name the file `{key.name}.vkey`, or ask for the right key"
            raise BadFile(f"the key is named `{key.name}`", where=str(path), remedy=remedy)
    return keys


def own_public_keys(home: Path, stem: str, name: str) -> tuple[Key, ...]:
    """The node's own public keys in `keys/STEM.vkey`, the one in use first; none where the file is lost."""
    path = home / "keys" / f"{stem}.vkey"
    return public_keys(path, name) if path.exists() else ()
