"""The secret that two parties agree on for encodings, as a file that its owner alone may read.

    easement-encoding-secret/1
    64 hexadecimal digits

It travels by hand, or by whatever the parties trust with names: whoever has it can try every name on an encoded list.
"""

import os
import re
import secrets
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import BadFile, UsageError
from easement.linkage.encode import SECRET

__all__ = ["new_secret", "node_secret", "read_secret"]

FORMAT = "easement-encoding-secret/1"


def new_secret(path: Path) -> bytes:
    """Draw a secret and write it to `path`, for its owner alone; raises `UsageError` where something stands there."""
    if os.path.lexists(path):
        remedy = "name another file: a secret that is replaced is lost, and with it every encoding under it"
        raise UsageError(f"`{path}` is there already", remedy=remedy)
    secret = secrets.token_bytes(SECRET)
    write_whole(path, f"{FORMAT}\n{secret.hex()}\n", mode=0o600)
    return secret


def read_secret(path: Path) -> bytes:
    """The secret in a file; raises `UsageError` where it is not there or others may read it, else `BadFile`."""
    try:
        found = path.stat()
        text = path.read_bytes()[:1000].decode("ascii", errors="replace")
    except OSError as error:
        remedy = "name the file of the secret that both parties have; make one: easement link encode-key new FILE"
        raise UsageError(f"cannot read `{path}`: {error.strerror}", remedy=remedy) from None
    if found.st_mode & 0o077:
        raise UsageError(f"others may read the secret in `{path}`", remedy=f"keep it to yourself: chmod 600 {path}")
    match = re.fullmatch(rf"{FORMAT}\n([0-9a-f]{{{2 * SECRET}}})\n?", text.replace("\r\n", "\n"))
    if match is None:
        raise BadFile(f"`{path}` holds no secret of encodings", remedy="copy the file anew, whole")
    return bytes.fromhex(match[1])


def node_secret(home: Path, agreement_id: str) -> Path:
    """Where a node keeps the secret for the lists that come under an agreement."""
    return home / "keys" / f"encoding-{agreement_id}.key"
