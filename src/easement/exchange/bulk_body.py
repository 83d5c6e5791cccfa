"""What messages about bulk disclosures say: a set is asked for, watched, opened, and its deletion certified."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from easement.agreement.model import Mode
from easement.exchange.message_body import (
    DecisionSaid,
    Digest,
    Element,
    MessageBody,
    Name,
    Organisation,
    Said,
    Short,
    Token,
    Whole,
)

__all__ = ["MAX_BULK", "MAX_LIST", "BulkBody", "CertificateBody", "CertifiedBody", "FileSaid", "ListSaid", "SetBody"]

MAX_LIST = 12 << 20
"""Longest list in bytes: some 100,000 people with name, birthday and postcode, or 30,000 encoded."""

MAX_BULK = MAX_LIST * 4 // 3 + (1 << 17)
"""Longest question that asks for a set: a list in base64, its mapping, and all else that a question says."""


class ListSaid(BaseModel):
    """The recipient's own list: a file's kind by its suffix, its bytes in base64, and its mapping to a standard.

    A list of encodings has no mapping, and says itself how it was made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    suffix: Annotated[str, StringConstraints(pattern=r"^\.(csv|tsv|json|jsonl|parquet|xlsx)$")]
    mapping: Annotated[str, StringConstraints(max_length=65_536)]
    data: Annotated[str, StringConstraints(max_length=MAX_BULK)]

    @property
    def encoded(self) -> bool:
        """Whether it holds encodings in place of names."""
        return not self.mapping

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.encoded and self.suffix not in (".csv", ".parquet"):
            raise ValueError("encodings come as .csv or .parquet")
        return self


class BulkBody(MessageBody):
    """A question that a set of files answers, when it is ready. Who asks is whoever signed it."""

    format: Literal["easement-ask-set/1"] = "easement-ask-set/1"
    message: Token
    to: Organisation
    agreement: Digest
    share: Name
    purpose: Name
    mode: Literal[Mode.BULK, Mode.MATCH]
    role: Name
    fields: Annotated[tuple[Element, ...], Field(max_length=500)]
    asked_by: Short
    why: Said
    training: Annotated[tuple[Name, ...], Field(max_length=100)]
    consented: bool
    list: ListSaid | None


class FileSaid(BaseModel):
    """One file of a set: its size in bytes, its records and the SHA-256 of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Whole
    size: Whole
    rows: Whole
    sha256: Digest


class SetBody(MessageBody):
    """How it stands with a set. `manifest` is what the receipt proves, byte for byte; it names every file.

    `token` opens the set by Delta Sharing at `endpoint` until `expires` (seconds since 1970); it is given when it is
    asked for, and the tokens before it end. What is not known yet is empty or 0.
    """

    format: Literal["easement-set-said/1"] = "easement-set-said/1"
    message: Token
    state: Literal["waiting", "running", "ready", "refused", "failed"]
    rows: Whole
    problem: str
    decision: DecisionSaid | None
    entry: Whole
    manifest: str
    receipt: str
    endpoint: str
    token: str
    expires: Whole


class CertificateBody(MessageBody):
    """The recipient certifies that what it got under a message is deleted; `entry` is in its own log, with `proof`."""

    format: Literal["easement-certificate/1"] = "easement-certificate/1"
    message: Token
    to: Organisation
    entry: Whole
    proof: str


class CertifiedBody(MessageBody):
    """The provider took a certificate; `entry` is in its log."""

    format: Literal["easement-certified/1"] = "easement-certified/1"
    message: Token
    entry: Whole
