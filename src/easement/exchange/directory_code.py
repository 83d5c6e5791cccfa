"""The joining code: one line that an operator gives to an organisation, with all that it needs to join.

It says where the operator is and by which keys it is known, so whoever passes the code on must be trusted; it is good
once, for one organisation, until it expires.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from easement.base.errors import UsageError
from easement.base.moments import instant_text
from easement.exchange.directory import Trust
from easement.exchange.directory_parts import Id, Instant, NodeUrl, Part, PublicKey
from easement.ledger.note import parse_key

__all__ = ["JoiningCode", "parse_code"]

HEAD = "easement-join-1."

Hex16 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]


class JoiningCode(Part):
    """What a joining code says; `secret` is known to the operator and to whoever has the code."""

    url: NodeUrl
    cluster: Id
    organisation: Id
    expires: Instant
    invitation: Hex16
    secret: Hex16 = Field(repr=False)
    operator: PublicKey
    log: PublicKey

    def encode(self) -> str:
        """The code as one line of ASCII without blanks, its last bytes a sum that shows a mistyped one."""
        said = [
            *(self.url, self.cluster, self.organisation, instant_text(self.expires)),
            *(self.invitation, self.secret, self.operator, self.log),
        ]
        raw = json.dumps(said, separators=(",", ":")).encode()
        return HEAD + urlsafe_b64encode(raw + _sum(raw)).decode().rstrip("=")

    @property
    def trust(self) -> Trust:
        """Whom the first directory is held against."""
        key = parse_key(self.operator)
        return Trust(self.cluster, key.name, self.url, (key,), parse_key(self.log))


def _sum(raw: bytes) -> bytes:
    return hashlib.sha256(HEAD.encode() + raw).digest()[:6]


def parse_code(text: str) -> JoiningCode:
    """Read a code, however a letter or a screen broke its line; raises `UsageError` without repeating the secret."""
    line = "".join(text.split())
    try:
        coded = line.removeprefix(HEAD).encode("ascii")
        whole = urlsafe_b64decode(coded + b"=" * (-len(coded) % 4))
        raw = whole[:-6]
        values = json.loads(raw) if line.startswith(HEAD) and whole[-6:] == _sum(raw) else None
        code = JoiningCode.model_validate(dict(zip(_FIELDS, values, strict=True)) if values else {})
        same = code.encode() == line
    except (ValueError, ValidationError, TypeError):
        same = False
    if not same:
        raise UsageError(
            "this is not a joining code, or a part of it is missing",
            remedy=f"copy the whole line that the operator sent; it begins with `{HEAD}`",
        )
    return code


_FIELDS = tuple(JoiningCode.model_fields)
