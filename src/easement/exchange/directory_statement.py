"""What a member says to its operator: that it joins, has a new key, offers something else, or leaves.

A statement is canonical JSON under a C2SP signed note of the organisation's key, as agreements and directories are.
It says its time, and each is taken once, so that nobody can say it again in the member's place.

    easement-statement/1
    northshire northtown
    Zx1mW5dLk0Jr4bVq0n9y8c3T7f2a6s1u5e4w8q3z0pA=

    — northtown 1a2b3c4d…
"""

import binascii
import hmac
from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from easement.base.canonical import canonical_record, sha256_hex
from easement.base.errors import BadData, ProofFailed
from easement.exchange.directory_parts import (
    Handovers,
    Id,
    Instant,
    Line,
    NodeUrl,
    OfferedDataset,
    Part,
    PublicKey,
    Service,
    in_words,
)
from easement.ledger.note import Key, Signer, parse_key, sign_text, verify
from easement.ledger.verifier import json_object

__all__ = [
    "MAX_STATEMENT",
    "Joining",
    "Leaving",
    "NewKey",
    "Offer",
    "Said",
    "Statement",
    "parse_said",
    "proof_of",
    "say",
    "signed_by_all",
]

FORMAT = "easement-statement/1"

MAX_STATEMENT = 256 << 10
"""Longest statement taken, in bytes: 500 datasets with their titles fit."""


class _Statement(Part):
    format: Literal["easement-statement/1"] = "easement-statement/1"
    cluster: Id
    organisation: Id
    at: Instant

    @property
    def text(self) -> bytes:
        """The canonical JSON (RFC 8785)."""
        return canonical_record(self.model_dump(mode="json", exclude_none=True))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return sha256_hex(self.text)


class _Offered(_Statement):
    name: Line = ""
    url: NodeUrl
    datasets: tuple[OfferedDataset, ...] = Field(default=(), max_length=500)
    services: tuple[Service, ...] = ()


class Offer(_Offered):
    """What a member offers from now on, and where its node stands; signed by its present key."""

    kind: Literal["offer"] = "offer"


class Joining(_Offered):
    """All that an organisation says of itself when it joins on an invitation; signed by the key that it names."""

    kind: Literal["join"] = "join"
    invitation: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
    key: PublicKey
    log: PublicKey


class NewKey(_Statement):
    """The key that a member or its log has now, to which handovers lead from one that the directory has.

    Signed by the member's new key, or for its log by the present one.
    """

    kind: Literal["key"] = "key"
    of: Literal["organisation", "log"] = "organisation"
    key: PublicKey
    handovers: Handovers


class Leaving(_Statement):
    """That a member leaves; signed by its present key."""

    kind: Literal["leave"] = "leave"


Statement = Joining | NewKey | Offer | Leaving
"""Anything that a member says to its operator."""

_any = TypeAdapter[Statement](Annotated[Statement, Field(discriminator="kind")])


class Said(NamedTuple):
    """A statement as it is sent: its JSON, the note that signs it, and when joining the proof of the invitation."""

    text: bytes
    note: str
    proof: str = ""

    def encode(self) -> bytes:
        """The statement as one JSON record."""
        return canonical_record({"note": self.note, "proof": self.proof, "statement": self.text.decode()})


def say(statement: Statement, signers: Iterable[Signer], secret: bytes = b"") -> Said:
    """A statement, signed; `secret` is that of the invitation on which one joins."""
    return Said(statement.text, sign_text(_signing_text(statement), signers), proof_of(statement, secret))


def proof_of(statement: Statement, secret: bytes) -> str:
    """Shows that who made a statement knew the invitation's secret, and is of no use for any other statement."""
    return hmac.digest(secret, _signing_text(statement).encode(), "sha256").hex() if secret else ""


def _signing_text(statement: Statement) -> str:
    digest = binascii.b2a_base64(bytes.fromhex(statement.digest), newline=False).decode()
    return f"{FORMAT}\n{statement.cluster} {statement.organisation}\n{digest}\n"


def parse_said(data: bytes) -> tuple[Statement, Said]:
    """Read a statement without trusting it; raises `BadData` unless it is in its one form."""
    if len(data) > MAX_STATEMENT:
        raise BadData(f"the statement is longer than {MAX_STATEMENT:,} bytes", remedy="offer fewer datasets")
    try:
        record = json_object(data, "statement")
        text, note, proof = (record.get(name, "") for name in ("statement", "note", "proof"))
        statement = _any.validate_python(json_object(text, "statement"))
        said = Said(text.encode(), note, proof)
        same = statement.text == said.text and said.encode() == data
    except ValidationError as error:
        raise BadData(f"this is not a statement: {in_words(error)}", remedy=_REMEDY) from None
    except (ProofFailed, AttributeError, TypeError, ValueError) as error:
        what = error.what if isinstance(error, ProofFailed) else "a part of it is missing"
        raise BadData(f"this is not a statement: {what}", remedy=_REMEDY) from None
    if not same:
        raise BadData("the statement is not written in its one form (RFC 8785)", remedy=_REMEDY)
    return statement, said


_REMEDY = "see the reference of the directory, or let `easement` make it"


def signed_by_all(statement: Statement, said: Said, keys: Iterable[str | Key]) -> bool:
    """Whether every one of some keys signed the statement."""
    wanted = [parse_key(key) if isinstance(key, str) else key for key in keys]
    try:
        text, signed = verify(said.note, wanted)
    except ProofFailed:
        return False
    return text == _signing_text(statement) and set(wanted) <= set(signed)
