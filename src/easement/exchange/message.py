"""Signed messages between nodes: RFC 9421 with Ed25519, RFC 9530 digests, in exactly one form each way.

    Content-Digest: sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:
    Signature-Input: easement=("@method" "@target-uri" "content-type" "content-digest");created=1795262400;…
    Signature: easement=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:

A general reader of structured fields understands many forms, and every form it understands is one more that an attacker
may choose. Here each header has one form, which a pattern holds from end to end; what the general library signs in that
form is accepted, and what is signed here it accepts. The answer's signature covers the question's, so that no answer
fits another question.
"""

import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from easement.base.errors import ProofFailed
from easement.ledger.note import Key, Signer
from easement.ledger.verifier import base64_text

__all__ = [
    "LIFE_SECONDS",
    "Answered",
    "Fault",
    "Genuine",
    "Headers",
    "NotGenuine",
    "Question",
    "bound_question",
    "content_digest",
    "keyid_of",
    "sign_answer",
    "sign_question",
    "signature_base",
    "verify_answer",
    "verify_question",
]

LABEL, TAG, OK = "easement", "easement-exchange/1", 200
JSON, PROBLEM = "application/json", "application/problem+json"

LIFE_SECONDS = 300
"""How old a message may be: nonces are kept no longer, and a clock that is further off is a fault to mend."""

_QUESTION = ("@method", "@target-uri", "content-type", "content-digest")
_ANSWER = ("@status", "content-type", "content-digest")
_BOUND = ("@method", "@target-uri", "content-digest", "signature")
"""Of the question, what its answer's signature covers again (RFC 9421 section 2.4)."""

_KEYID = r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,199}"
_TIMES = r"created=(?P<created>[1-9][0-9]{0,11})"
_REST = rf';keyid="(?P<keyid>{_KEYID})";alg="ed25519";expires=(?P<expires>[1-9][0-9]{{0,11}})'
_BASE64 = r"[A-Za-z0-9+/]+={0,2}"


def _components(names: Iterable[str], bound: Iterable[str] = ()) -> str:
    listed = [f'"{name}"' for name in names] + [f'"{name}";req' for name in bound]
    return f"({' '.join(listed)})"


_ASKED, _TOLD = _components(_QUESTION), _components(_ANSWER, _BOUND)
_QUESTION_INPUT = re.compile(
    rf'{LABEL}=(?P<all>{re.escape(_ASKED)};{_TIMES}{_REST};nonce="(?P<nonce>[0-9a-f]{{32}})";tag="{TAG}")'
)
_ANSWER_INPUT = re.compile(rf'{LABEL}=(?P<all>{re.escape(_TOLD)};{_TIMES}{_REST};tag="{TAG}")')
_SIGNATURE = re.compile(rf"{LABEL}=:({_BASE64}):")
_DIGEST = re.compile(rf"sha-256=:({_BASE64}):")

Headers = Sequence[tuple[str, str]]
"""The fields of a message as they came, one by one, names in lower case."""

KeyOf = Callable[[str], Key]
"""The key that a `keyid` names at this moment; raises `NotGenuine` where it names none that may be used."""


class Fault(StrEnum):
    """Why a message is not taken: `message.finding`."""

    ANSWER_DOES_NOT_FIT = "message.answer-does-not-fit"
    BODY_CHANGED = "message.body-changed"
    EXPIRED = "message.expired"
    FROM_THE_FUTURE = "message.from-the-future"
    HEADER_REPEATED = "message.header-repeated"
    KEY_UNKNOWN = "message.key-unknown"
    MALFORMED = "message.malformed"
    MISDIRECTED = "message.misdirected"
    NOT_SIGNED = "message.not-signed"
    REPLAYED = "message.replayed"
    SENDER_WRONG = "message.sender-wrong"
    SIGNATURE_WRONG = "message.signature-wrong"
    TOO_LONG = "message.too-long"


class NotGenuine(ProofFailed):
    """A message that is not taken, and the fault that it has."""

    def __init__(self, fault: Fault, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.fault = fault


class Question(NamedTuple):
    """What an answer is bound to: the question's method and target, and its digest and signature as they were sent."""

    method: str
    target: str
    digest: str
    signature: str


class Genuine(NamedTuple):
    """A question whose signature holds: whose key made it, when, under which nonce; and what answers bind to."""

    key: Key
    keyid: str
    created: int
    expires: int
    nonce: str
    question: Question


class Answered(NamedTuple):
    """An answer whose signature holds and that belongs to the question: its status, and who signed it when."""

    status: int
    keyid: str
    created: int


def keyid_of(key: Key) -> str:
    """What a message calls a key: its name and its number, as in `northtown+1a2b3c4d`."""
    return f"{key.name}+{key.id.hex()}"


def content_digest(body: bytes) -> str:
    """The digest of a body as its header says it (RFC 9530, SHA-256); an empty body has one too."""
    return f"sha-256=:{base64_text(hashlib.sha256(body).digest())}:"


def signature_base(values: Iterable[tuple[str, str]], parameters: str) -> bytes:
    """The bytes that are signed (RFC 9421 section 2.5): each component with its value, then the parameters."""
    return "\n".join([*(f"{name}: {value}" for name, value in values), f'"@signature-params": {parameters}']).encode()


@lru_cache(64)
def _private(seed: bytes) -> Ed25519PrivateKey:
    """Reading a key costs as much as signing with it, and a node signs with few."""
    return Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(64)
def _name_of(signer: Signer) -> str:
    return keyid_of(signer.key)


@lru_cache(4_096)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def sign_question(
    signer: Signer, *, method: str, target: str, body: bytes, now: datetime, nonce: str
) -> tuple[dict[str, str], Question]:
    """The headers to send with a question, and what its answer must be bound to; `nonce` is 32 random hex digits."""
    created, digest = int(now.timestamp()), content_digest(body)
    parameters = (
        f'{_ASKED};created={created};keyid="{_name_of(signer)}";alg="ed25519";expires={created + LIFE_SECONDS}'
        f';nonce="{nonce}";tag="{TAG}"'
    )
    base = signature_base(_question_values(method, target, digest), parameters)
    headers = _headers(parameters, _private(signer.seed).sign(base), digest)
    return headers, Question(method, target, digest, headers["signature"])


def _kind(status: int) -> str:
    """The one content type of an answer: what was asked for, or a problem (RFC 9457)."""
    return JSON if status == OK else PROBLEM


def _headers(parameters: str, signature: bytes, digest: str, kind: str = JSON) -> dict[str, str]:
    return {
        "content-type": kind,
        "content-digest": digest,
        "signature-input": f"{LABEL}={parameters}",
        "signature": f"{LABEL}=:{base64_text(signature)}:",
    }


def _question_values(method: str, target: str, digest: str) -> list[tuple[str, str]]:
    return [('"@method"', method), ('"@target-uri"', target), ('"content-type"', JSON), ('"content-digest"', digest)]


def sign_answer(signer: Signer, *, status: int, body: bytes, question: Question, now: datetime) -> dict[str, str]:
    """The headers to send with the answer to a question."""
    created, digest = int(now.timestamp()), content_digest(body)
    parameters = (
        f'{_TOLD};created={created};keyid="{_name_of(signer)}";alg="ed25519";expires={created + LIFE_SECONDS}'
        f';tag="{TAG}"'
    )
    base = signature_base(_answer_values(status, digest, question), parameters)
    return _headers(parameters, _private(signer.seed).sign(base), digest, _kind(status))


def _answer_values(status: int, digest: str, question: Question) -> list[tuple[str, str]]:
    own = [('"@status"', str(status)), ('"content-type"', _kind(status)), ('"content-digest"', digest)]
    asked = (question.method, question.target, question.digest, question.signature)
    return own + [(f'"{name}";req', value) for name, value in zip(_BOUND, asked, strict=True)]


def verify_question(
    headers: Headers, *, method: str, target: str, body: bytes, key_of: KeyOf, now: datetime, skew: int
) -> Genuine:
    """Hold a question against its headers, the clock and the sender's key; raises `NotGenuine`.

    `target` is the address by which this node knows itself, never one that the message brings. Whether the nonce was
    seen before, the replay store knows.
    """
    found, digest, signature, raw = _read(headers, _QUESTION_INPUT, JSON)
    created, expires = _in_time(found, now, skew)
    key = key_of(found["keyid"])
    _hold_body(body, digest)
    base = signature_base(_question_values(method, target, digest), found["all"])
    _hold_signature(key, raw, base, "it was changed on its way, or is meant for another address than `" + target + "`")
    question = Question(method, target, digest, signature)
    return Genuine(key, found["keyid"], created, expires, found["nonce"], question)


def bound_question(headers: Headers, *, method: str, target: str) -> Question | None:
    """What an answer to this message is bound to, genuine or not; nothing where its headers are not in their form."""
    try:
        digest, signature = _single(headers, "content-digest"), _single(headers, "signature")
    except NotGenuine:
        return None
    plain = _DIGEST.fullmatch(digest) and _SIGNATURE.fullmatch(signature)
    return Question(method, target, digest, signature) if plain else None


def verify_answer(
    headers: Headers, *, status: int, body: bytes, question: Question, key_of: KeyOf, now: datetime, skew: int
) -> Answered:
    """Hold an answer against its headers, the question, the clock and the sender's key; raises `NotGenuine`."""
    found, digest, _, raw = _read(headers, _ANSWER_INPUT, _kind(status))
    created, _ = _in_time(found, now, skew)
    key = key_of(found["keyid"])
    _hold_body(body, digest)
    base = signature_base(_answer_values(status, digest, question), found["all"])
    _hold_signature(key, raw, base, "it was changed on its way, or answers another question")
    return Answered(status, found["keyid"], created)


def _read(headers: Headers, pattern: re.Pattern[str], kind: str) -> tuple[re.Match[str], str, str, bytes]:
    """The signature's parameters, the digest and signature headers, and the signature; each in its one form."""
    if _single(headers, "content-type") != kind:
        raise NotGenuine(Fault.MALFORMED, f"the message is not `{kind}`", "send what the protocol describes")
    digest, signature = _single(headers, "content-digest"), _single(headers, "signature")
    found = pattern.fullmatch(_single(headers, "signature-input"))
    raw = _SIGNATURE.fullmatch(signature)
    if found is None or raw is None or _DIGEST.fullmatch(digest) is None:
        remedy = "sign all that the protocol names, in its order and under its label, by Ed25519"
        raise NotGenuine(Fault.MALFORMED, "the signature's headers are not in the form agreed", remedy)
    return found, digest, signature, _unbased(raw[1])


def _unbased(text: str) -> bytes:
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raw = b""
    if len(raw) != 64:
        raise NotGenuine(Fault.MALFORMED, "the signature is not 64 bytes", "sign by Ed25519")
    return raw


def _single(headers: Headers, name: str) -> str:
    """The one value of a header; a second one, which another reader might take instead, is refused."""
    values = [value for key, value in headers if key == name]
    if not values:
        raise NotGenuine(Fault.NOT_SIGNED, f"the message has no `{name}`", "sign it as the protocol says")
    if len(values) > 1:
        raise NotGenuine(Fault.HEADER_REPEATED, f"the message has `{name}` more than once", "send each header once")
    return values[0]


def _in_time(found: re.Match[str], now: datetime, skew: int) -> tuple[int, int]:
    created, expires, at = int(found["created"]), int(found["expires"]), now.timestamp()
    if created > at + skew:
        ahead = round(created - at)
        raise NotGenuine(Fault.FROM_THE_FUTURE, f"the message was made {ahead} seconds from now", "set the clocks")
    if not created < expires <= created + LIFE_SECONDS:
        raise NotGenuine(Fault.MALFORMED, f"a message lives for at most {LIFE_SECONDS} seconds", "sign it anew")
    if at > expires:
        what = f"the message expired {round(at - expires)} seconds ago"
        raise NotGenuine(Fault.EXPIRED, what, "sign it anew; where that does not help, set the clocks")
    return created, expires


def _hold_body(body: bytes, digest: str) -> None:
    if content_digest(body) != digest:
        raise NotGenuine(Fault.BODY_CHANGED, "the body is not the one that was signed", "send it again as it was")


def _hold_signature(key: Key, signature: bytes, base: bytes, else_: str) -> None:
    try:
        _public(key.public).verify(signature, base)
    except InvalidSignature:
        raise NotGenuine(Fault.SIGNATURE_WRONG, "the signature does not hold", else_) from None
