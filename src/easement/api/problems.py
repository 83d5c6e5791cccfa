"""Errors as problem details (RFC 9457): one shape for whatever goes wrong, on whichever route.

`type` leads to the reference of errors, `instance` is the request's id, `remedy` says what to do next, `reasons` is
every reason of a refusal, and `problems` names each thing that is wrong with what was sent.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from easement.base import errors
from easement.base.errors import BadFile, EasementError
from easement.gate.model import Decision

__all__ = ["KINDS", "Kind", "Problem", "Said", "of_decision", "of_error", "of_status", "of_validation", "type_of"]

REFERENCE = "/docs/reference/errors.md"
"""Where `type` leads: the page of the documentation, below wherever a reader has it."""


class Kind(StrEnum):
    """What went wrong, as the last word of a problem's `type`."""

    BAD_DATA = "bad-data"
    BAD_FILE = "bad-file"
    BAD_REQUEST = "bad-request"
    CONFLICT = "conflict"
    FAILED = "failed"
    FORBIDDEN = "forbidden"
    HEADERS_TOO_LARGE = "headers-too-large"
    INVALID = "invalid"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    MISDIRECTED = "misdirected"
    NOT_ACCEPTABLE = "not-acceptable"
    NOT_FOUND = "not-found"
    NOT_IN_FORCE = "not-in-force"
    OVERLOADED = "overloaded"
    PROOF_FAILED = "proof-failed"
    REFUSED = "refused"
    SOURCE_UNREACHABLE = "source-unreachable"
    STORAGE_FAILED = "storage-failed"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    TOO_SLOW = "too-slow"
    UNAUTHENTICATED = "unauthenticated"
    UNFORESEEN = "unforeseen"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    WITHOUT_LENGTH = "length-needed"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of every problem of a kind: its status, its title, what it means and what to do next."""

    status: int
    title: str
    remedy: str


KINDS: Mapping[Kind, Said] = {
    Kind.BAD_REQUEST: Said(400, "the request was put wrongly", "mend what is named and send it again"),
    Kind.UNAUTHENTICATED: Said(401, "nobody is signed in", "send a program's key: Authorization: Bearer KEY"),
    Kind.FORBIDDEN: Said(403, "this key or account may not do this", "ask whoever keeps the staff for the permission"),
    Kind.REFUSED: Said(403, "a decision said no", "read the reasons: they say what would make it lawful"),
    Kind.NOT_FOUND: Said(404, "there is nothing here that you may see", "check the address and the id in it"),
    Kind.METHOD_NOT_ALLOWED: Said(405, "this cannot be done here", "use a method that `Allow` names"),
    Kind.NOT_ACCEPTABLE: Said(406, "the answer does not come in that format", "ask for application/json or text/csv"),
    Kind.TOO_SLOW: Said(408, "the request took too long to arrive", "send it again, in one go"),
    Kind.CONFLICT: Said(409, "this contradicts what was done before", "use a new idempotency key for a new request"),
    Kind.NOT_IN_FORCE: Said(409, "the agreement is not in force", "see what it lacks: GET /api/v1/agreements/ID"),
    Kind.WITHOUT_LENGTH: Said(411, "the length of the message is missing", "send Content-Length"),
    Kind.TOO_LARGE: Said(413, "the message is too long", "send less at once"),
    Kind.UNSUPPORTED_MEDIA_TYPE: Said(415, "the message is in another format", "send application/json"),
    Kind.MISDIRECTED: Said(421, "this node does not go by that name", "use the address that the directory names"),
    Kind.BAD_DATA: Said(422, "the data fails its checks", "mend the data and send it again"),
    Kind.BAD_FILE: Said(422, "a file has problems", "mend each problem where it is named"),
    Kind.INVALID: Said(422, "the message does not have the right shape", "mend each problem named and send it again"),
    Kind.TOO_MANY: Said(429, "too many requests", "wait as long as Retry-After says"),
    Kind.HEADERS_TOO_LARGE: Said(431, "the headers are too long", "send shorter headers"),
    Kind.FAILED: Said(500, "it could not be done", "read what is said; the node's log has the request's id"),
    Kind.UNFORESEEN: Said(500, "something that nobody foresaw", "tell whoever runs the node the id in `instance`"),
    Kind.PROOF_FAILED: Said(
        502, "a proof or a signature does not hold", "trust nothing of it, and tell whoever sent it"
    ),
    Kind.SOURCE_UNREACHABLE: Said(502, "where the data lives cannot be reached", "try again later"),
    Kind.OVERLOADED: Said(503, "the node has too much in hand", "wait as long as Retry-After says, then try again"),
    Kind.STORAGE_FAILED: Said(503, "the node takes no entries, so it discloses nothing", "wait until it was mended"),
}
"""Every kind of problem, by status."""

_OF_ERRORS: Mapping[type[EasementError], Kind] = {
    errors.Refused: Kind.REFUSED,
    errors.NotInForce: Kind.NOT_IN_FORCE,
    errors.BadFile: Kind.BAD_FILE,
    errors.BadData: Kind.BAD_DATA,
    errors.ProofFailed: Kind.PROOF_FAILED,
    errors.SourceUnreachable: Kind.SOURCE_UNREACHABLE,
    errors.StorageFailed: Kind.STORAGE_FAILED,
    errors.UsageError: Kind.BAD_REQUEST,
}

_OF_STATUS = {said.status: kind for kind, said in reversed(list(KINDS.items()))} | {
    422: Kind.INVALID,
    500: Kind.UNFORESEEN,
}

_OURS = re.compile(r"[a-z_]{1,40}|\d{1,6}|Idempotency-Key|\[key\]")

INWARD = frozenset({Kind.STORAGE_FAILED, Kind.SOURCE_UNREACHABLE, Kind.BAD_FILE, Kind.FAILED})
"""Kinds whose errors name files and addresses of the node's own: callers are told the title alone."""

RETRY_SECONDS = 30
"""How long callers wait before they ask a node again that could not keep an entry, or had too much in hand."""


def type_of(kind: Kind) -> str:
    """The `type` of a problem: a reference relative to where the documentation stands."""
    return f"{REFERENCE}#{kind.value}"


@dataclass(eq=False)
class Problem(Exception):
    """One problem as it is sent; raised by a route, it ends the request."""

    kind: Kind
    detail: str = ""
    remedy: str = ""
    reasons: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The status it is sent with."""
        return KINDS[self.kind].status

    def as_dict(self, request_id: str = "") -> dict[str, Any]:
        """The problem as RFC 9457 writes it; lists that are empty are left out."""
        said = KINDS[self.kind]
        more = {"reasons": list(self.reasons), "problems": list(self.problems)}
        return {
            "type": type_of(self.kind),
            "title": said.title,
            "status": said.status,
            "detail": self.detail or said.title,
            "remedy": self.remedy or said.remedy,
            "instance": f"urn:uuid:{request_id}" if request_id else "",
        } | {name: value for name, value in more.items() if value}

    def without(self, place: str) -> "Problem":
        """The same problem without a place of the node's own, which a command would name in full."""
        detail, remedy = (text.replace(place, "DIR") for text in (self.detail, self.remedy))
        problems = tuple({name: text.replace(place, "DIR") for name, text in each.items()} for each in self.problems)
        return replace(self, detail=detail, remedy=remedy, problems=problems)

    def encode(self, request_id: str = "") -> bytes:
        """The problem as JSON."""
        return json.dumps(self.as_dict(request_id), ensure_ascii=False).encode("utf-8", "backslashreplace")

    def all_headers(self) -> dict[str, str]:
        """The headers that go with it."""
        usual = {"content-type": "application/problem+json", "cache-control": "no-store"}
        if self.status == 503:
            usual["retry-after"] = str(RETRY_SECONDS)
        if self.kind is Kind.UNAUTHENTICATED:
            usual["www-authenticate"] = 'Bearer realm="easement"'
        return usual | dict(self.headers)


def of_error(error: EasementError) -> Problem:
    """The problem that an error of ours is told as; what names the node's own files stays in the node."""
    kind = next((_OF_ERRORS[each] for each in type(error).__mro__ if each in _OF_ERRORS), Kind.FAILED)
    if kind in INWARD:
        return Problem(kind)
    problems = error.problems if isinstance(error, BadFile) else ()
    named = tuple({"where": each.where, "what": each.what, "mend": each.mend} for each in problems)
    return Problem(kind, error.what, error.remedy, problems=named)


def of_decision(decision: Decision) -> Problem:
    """The problem that a refusal is told as, with the reasons that were not met."""
    reasons = tuple(reason.as_dict() for reason in decision.unmet)
    return Problem(Kind.REFUSED, decision.unmet[0].text if decision.unmet else "", reasons=reasons)


def of_status(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Problem:
    """The problem for a bare status, as the framework gives it; a status that has no kind is its family's first."""
    kind = _OF_STATUS.get(status, Kind.BAD_REQUEST if status < 500 else Kind.UNFORESEEN)
    return Problem(kind, detail, headers=headers or {})


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _place(part: object) -> str:
    """One step on the way to what is wrong; a key that somebody made up is not said back, for it may be a name."""
    text = str(part)
    return text if _OURS.fullmatch(text) else "…"


def of_validation(found: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem of a message that has the wrong shape: where and what, never the value that was sent."""
    problems = tuple(
        {"where": ".".join(map(_place, each["loc"])), "what": _lower(str(each["msg"])), "mend": ""} for each in found
    )
    return Problem(Kind.INVALID, f"{problems[0]['where']}: {problems[0]['what']}", problems=problems)
