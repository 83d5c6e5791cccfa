"""What the bodies of messages say: one model each, unknown keys refused, in canonical JSON and in no other form.

A body is read into its model, written again and compared: a key given twice, a number written otherwise, or a text in
another escape is not the same bytes, so that no two readers can understand one message differently.
"""

from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Held

from easement.agreement.model import Level, Mode
from easement.base.canonical import canonical_record
from easement.exchange.message import Fault, NotGenuine
from easement.gate.model import Code, Decision, Reason
from easement.gate.told import KEPT, told

__all__ = [
    "MAX_ASK",
    "MAX_PAGE",
    "MAX_TOLD",
    "AnswerBody",
    "AskBody",
    "DecisionSaid",
    "Digest",
    "Element",
    "EntriesBody",
    "EntryBody",
    "MessageBody",
    "Name",
    "Organisation",
    "ProblemBody",
    "ReasonSaid",
    "ReceiptBody",
    "Said",
    "Short",
    "Token",
    "Whole",
    "decision_said",
    "read_body",
]

MAX_ASK = 1 << 16
"""Longest question in bytes: the longest reason, person and list of fields together stay under half of it."""

MAX_TOLD = 32 << 20
"""Longest answer in bytes: a page of the longest entries, and 1,000 records of one person, stay under it."""

MAX_PAGE = 256
"""Most entries in one page of an audit: a page of the longest entries is 16 MB."""

_CODE = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$"
_ELEMENT = r"^[A-Za-z][A-Za-z0-9_]{0,99}$"

Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""128 random bits in hexadecimal: the id of a message."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""

Organisation = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""An organisation's id, as agreements write it."""

Name = Annotated[str, StringConstraints(pattern=_CODE)]
"""A code: a share, a purpose, a role, a training."""

Element = Annotated[str, StringConstraints(pattern=_ELEMENT)]
"""The name of an element of a standard."""

Said = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Words of a person, on several lines, without characters that cannot be seen."""

Short = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A few words on one line."""

Whole = Annotated[int, Held(ge=0, lt=1 << 53, strict=True)]
"""A whole number that every JSON reader keeps exact."""

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class MessageBody(BaseModel):
    """One body; every key stands in it, so that there is one form of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def encode(self) -> bytes:
        """The canonical bytes."""
        return canonical_record(self.model_dump(mode="json"))


Body = TypeVar("Body", bound=MessageBody)


def read_body(kind: type[Body], data: bytes, longest: int) -> Body:
    """Read a body; raises `NotGenuine` unless it is exactly what its model would write, and not too long."""
    if len(data) > longest:
        what = f"the message is {len(data):,} bytes long, and at most {longest:,} are taken"
        raise NotGenuine(Fault.TOO_LONG, what, "ask for less at once")
    try:
        body = kind.model_validate_json(data)
    except ValidationError as error:
        places = ", ".join(sorted({".".join(map(str, each["loc"])) or "the whole" for each in error.errors()})[:5])
        what = f"the message cannot be read as {_what(kind)}: {_shown(places)}"
        raise NotGenuine(Fault.MALFORMED, what, "send what the protocol describes, and nothing else") from None
    if body.encode() != data:
        raise NotGenuine(Fault.MALFORMED, "the message is not canonical JSON", "write it as RFC 8785 says")
    return body


def _what(kind: type[MessageBody]) -> str:
    form = kind.model_fields.get("format")
    return f"`{form.default}`" if form else "a problem"


def _shown(text: str) -> str:
    """Text of a stranger's choosing, made fit for a message and a log."""
    return "".join(each if each.isascii() and each.isprintable() else "?" for each in text)[:300]


class AskBody(MessageBody):
    """One question about one person, or for one table. Who asks is whoever signed it: no key here says so."""

    format: Literal["easement-ask/1"] = "easement-ask/1"
    message: Token
    to: Organisation
    agreement: Digest
    share: Name
    purpose: Name
    mode: Literal[Mode.LOOKUP, Mode.AGGREGATE]
    role: Name
    fields: Annotated[tuple[Element, ...], Held(max_length=500)]
    person: Annotated[dict[Element, Short], Held(max_length=50)]
    asked_by: Short
    why: Said
    training: Annotated[tuple[Name, ...], Held(max_length=100)]
    consented: bool


class _Agreement(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    version: Name
    digest: Digest


class _Reason(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    met: bool
    clause: str
    text: str
    remedy: str


class DecisionSaid(BaseModel):
    """A decision as it crosses: what `Decision.as_dict` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed: bool
    agreement: _Agreement
    share: str
    provider: str
    recipient: str
    purpose: str
    mode: Mode
    level: Level | None
    basis: dict[Element | Organisation, str]
    fields: dict[Element, str]
    measures: dict[Element, str]
    withheld: dict[Element, str]
    duties: dict[Element, Any] | None
    reasons: tuple[_Reason, ...]

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """Every reason for refusal; empty when allowed."""
        return tuple(Reason(r.code, r.met, r.clause, r.text, r.remedy) for r in self.reasons if not r.met)


def decision_said(decision: Decision) -> DecisionSaid:
    """A decision as it crosses."""
    return DecisionSaid.model_validate(decision.as_dict())


@lru_cache(KEPT)
def _decision_text(said: str) -> str:
    """A decision as it stands in canonical JSON, from what it was told as; checked as one that came would be."""
    return canonical_record(DecisionSaid.model_validate_json(said).model_dump(mode="json")).decode()


class AnswerBody(MessageBody):
    """What came of a question: the decision, its entry in the provider's log, and what crossed, under its receipt.

    `answer` is the disclosed JSON byte for byte, whose SHA-256 the receipt proves; both are empty on a refusal.
    """

    format: Literal["easement-told/1"] = "easement-told/1"
    message: Token
    provider: Organisation
    recipient: Organisation
    decision: DecisionSaid
    entry: Whole
    answer: str
    receipt: str

    @classmethod
    def written(
        cls, message: str, decision: Decision, recipient: str, provider: str, *, entry: int, answer: str, receipt: str
    ) -> bytes:
        """The canonical bytes for a decision of ours; what it says was checked when it was first written."""
        texts = (answer, message, provider, receipt, recipient)
        quoted_answer, quoted_message, quoted_provider, quoted_receipt, quoted_recipient = map(_quoted, texts)
        return (
            f'{{"answer":{quoted_answer},"decision":{_decision_text(told(decision).text)},"entry":{entry},'
            f'"format":"easement-told/1","message":{quoted_message},"provider":{quoted_provider},'
            f'"receipt":{quoted_receipt},"recipient":{quoted_recipient}}}'
        ).encode()


class ReasonSaid(BaseModel):
    """Why something was not done, as a problem says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[a-z-]+\.[a-z-]+$")]
    text: str
    remedy: str


class ProblemBody(MessageBody):
    """Why a message was not answered (RFC 9457 problem details). `retry_after` is in seconds, 0 for never."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: Annotated[int, Held(ge=400, le=599)]
    reasons: tuple[ReasonSaid, ...]
    retry_after: Annotated[int, Held(ge=0, le=3_600)]


class ReceiptBody(MessageBody):
    """The receipt of what was answered to one message."""

    format: Literal["easement-receipt-of/1"] = "easement-receipt-of/1"
    message: Token
    entry: Whole
    receipt: str


class EntryBody(BaseModel):
    """One entry of a log, byte for byte, with the hashes that prove it (hexadecimal, leaf to root)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: Whole
    entry: str
    proof: Annotated[tuple[Hash, ...], Held(max_length=63)]


class EntriesBody(MessageBody):
    """A page of the entries that concern who asks, under one signed checkpoint.

    `checkpoint` is a signed note; `consistency` shows it to go on from the size that was asked about. `next` is where
    the next page begins: the checkpoint's size when this is the last. `waiting` are the messages to who asks that have
    no outcome here yet.
    """

    format: Literal["easement-entries/1"] = "easement-entries/1"
    checkpoint: str
    consistency: Annotated[tuple[Hash, ...], Held(max_length=63)]
    entries: Annotated[tuple[EntryBody, ...], Held(max_length=MAX_PAGE)]
    next: Whole
    waiting: tuple[Token, ...]
