"""What the ledger holds: public entries without personal data, and the private records they commit to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from easement.base.canonical import canonical_record
from easement.base.errors import BadData, ProofFailed
from easement.ledger.verifier import json_object

__all__ = ["Entry", "EntryType", "Form", "Logged", "PrivateRecord", "answer_part", "minute"]


class EntryType(StrEnum):
    """What happened, as `room:subject:action`."""

    LOG_OPENED = "ledger:log:opened"
    RECORD_ERASED = "ledger:record:erased"
    VERSION_SIGNED = "agreement:version:signed"
    DISCLOSURE_INTENDED = "gate:disclosure:intended"
    DISCLOSURE_RELEASED = "gate:disclosure:released"
    DISCLOSURE_REFUSED = "gate:disclosure:refused"
    DISCLOSURE_FAILED = "gate:disclosure:failed"
    DISCLOSURE_ABANDONED = "gate:disclosure:abandoned"


class Form(StrEnum):
    """How far a share lets people be known."""

    IDENTIFIABLE = "identifiable"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"
    AGGREGATE = "aggregate"


REQUIRED: Mapping[str, tuple[str, ...]] = {
    EntryType.LOG_OPENED: (),
    EntryType.RECORD_ERASED: ("erased",),
    EntryType.VERSION_SIGNED: ("agreement", "agreement_id", "version"),
    EntryType.DISCLOSURE_INTENDED: ("parties", "agreement", "share", "purpose"),
    EntryType.DISCLOSURE_RELEASED: ("parties", "agreement", "share", "purpose", "count", "intent"),
    EntryType.DISCLOSURE_REFUSED: ("reasons",),
    EntryType.DISCLOSURE_FAILED: ("intent",),
    EntryType.DISCLOSURE_ABANDONED: ("intent",),
}
"""What an entry of each type must say; the rest it may say."""

MAX_ENTRY = 65_535
"""Longest entry in bytes: tlog-tiles gives its length two bytes."""

MAX_INDEX = 1 << 53
"""Numbers stay below what every JSON reader keeps exact (RFC 8785 section 3.2.2.3)."""

_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
_FORM = re.compile(r"[ -~]{1,500}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


_remembered = lru_cache(maxsize=8192)
"""A ledger meets the same few codes again and again; remembering them takes three quarters off an entry's cost."""


@_remembered
def _is_minute(value: str) -> bool:
    try:
        return bool(_MINUTE.fullmatch(value) and datetime.fromisoformat(value))
    except ValueError:
        return False


@_remembered
def _is_code(value: str) -> bool:
    return bool(_CODE.fullmatch(value))


@_remembered
def _is_digest(value: str) -> bool:
    return bool(_DIGEST.fullmatch(value))


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < MAX_INDEX


def _is_pair(value: Any) -> bool:
    return len(value) == 2 and _is_code(value["provider"]) and _is_code(value["recipient"])


def _are_codes(value: Any) -> bool:
    return type(value) is tuple and all(map(_is_code, value))


def _are_forms(value: Any) -> bool:
    return _are_form_items(tuple(value.items()))


@_remembered
def _are_form_items(items: tuple[tuple[str, str], ...]) -> bool:
    return all(_NAME.fullmatch(name) and _FORM.fullmatch(form) for name, form in items)


_MAY_HOLD: Mapping[str, Callable[[Any], Any]] = {
    "time": _is_minute,
    "type": REQUIRED.__contains__,
    "parties": _is_pair,
    "organisation": _is_code,
    "agreement": _is_digest,
    "agreement_id": _is_code,
    "version": _is_code,
    "share": _is_code,
    "purpose": _is_code,
    "basis": _is_pair,
    "mode": _is_code,
    "fields": _are_forms,
    "withheld": _are_codes,
    "form": frozenset(Form).__contains__,
    "count": _is_number,
    "intent": _is_number,
    "erased": _is_number,
    "risk": _is_code,
    "reasons": _are_codes,
    "commitment": _is_digest,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One public entry. Every value is a code, a digest, a number or a field's name: there is no room for a person.

    `time` is UTC to the minute (`minute` makes it); `fields` maps each field to its form as the agreement writes it;
    `intent` and `erased` are indexes of earlier entries. Raises `BadData` for anything an entry cannot hold.
    """

    time: str
    type: EntryType
    parties: Mapping[str, str] | None = None
    organisation: str | None = None
    agreement: str | None = None
    agreement_id: str | None = None
    version: str | None = None
    share: str | None = None
    purpose: str | None = None
    basis: Mapping[str, str] | None = None
    mode: str | None = None
    fields: Mapping[str, str] | None = None
    withheld: tuple[str, ...] | None = None
    form: Form | None = None
    count: int | None = None
    intent: int | None = None
    erased: int | None = None
    risk: str | None = None
    reasons: tuple[str, ...] | None = None
    commitment: str | None = None

    def __post_init__(self) -> None:
        for name, fits in _MAY_HOLD.items():
            value = getattr(self, name)
            if value is None and name not in ("time", "type"):
                continue
            try:
                good = fits(value)
            except (TypeError, KeyError, AttributeError):
                good = False
            if not good:
                raise BadData(
                    f"a ledger entry cannot hold `{value}` as its {name}", remedy="use codes, digests and counts only"
                )
        for name in REQUIRED[self.type]:
            if getattr(self, name) is None:
                raise BadData(f"an entry `{self.type}` must say its {name}", remedy=f"give the {name}")

    def as_dict(self) -> dict[str, Any]:
        """What the entry says, without what it leaves unsaid."""
        return {name: value for name in _MAY_HOLD if (value := getattr(self, name)) is not None}

    def encode(self, commitment: str | None = None) -> bytes:
        """The entry as canonical JSON, at most 65,535 bytes; raises `BadData` when it would be longer."""
        record = self.as_dict()
        if commitment is not None:
            record["commitment"] = commitment
        body = canonical_record(record)
        if len(body) > MAX_ENTRY:
            raise BadData(f"a ledger entry of {len(body):,} bytes is too long", remedy="share fewer fields at once")
        return body

    @classmethod
    def parse(cls, body: bytes) -> "Entry":
        """Read an entry; raises `ProofFailed` unless it is exactly what `encode` would write."""
        record = json_object(body, "entry")
        for name in ("withheld", "reasons"):
            if isinstance(record.get(name), list):
                record[name] = tuple(record[name])
        try:
            record["type"] = EntryType(record["type"])
            entry = cls(**record)
            same = entry.encode() == body
        except (TypeError, KeyError, ValueError, BadData):
            same = False
        if not same:
            raise ProofFailed("this is not a ledger entry in its one form")
        return entry


assert tuple(field.name for field in fields(Entry)) == tuple(_MAY_HOLD), "every key of an entry has its check"


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as it stands in the ledger: its index and its exact bytes."""

    index: int
    body: bytes

    @property
    def entry(self) -> Entry:
        """What it says; raises `ProofFailed` when the bytes are no entry."""
        return Entry.parse(self.body)


@dataclass(frozen=True, slots=True)
class PrivateRecord:
    """What an entry commits to without showing it: named parts, each of which can be opened without the others.

    `answer` holds what `answer_part` makes; `who` holds who asked, their role and reason, and the subjects' tokens.
    """

    parts: Mapping[str, Mapping[str, Any]]

    def __post_init__(self) -> None:
        if not self.parts or not all(_NAME.fullmatch(name) for name in self.parts):
            raise BadData("a private record needs parts with plain names", remedy="name them `answer` and `who`")


def answer_part(*, query: str, data: str, rows: int) -> dict[str, Any]:
    """The part a receipt opens: SHA-256 of the query and of the answer file in hexadecimal, and the count of rows."""
    if not (_is_digest(query) and _is_digest(data) and _is_number(rows)):
        raise BadData("an answer is two digests and a count", remedy="give SHA-256 in hexadecimal and a whole number")
    return {"query": query, "data": data, "rows": rows}


def minute(now: datetime) -> str:
    """A moment as entries say it: UTC, to the minute. The seconds are left out so that they point at nobody."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
