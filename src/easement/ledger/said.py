"""What each key of an entry may hold, and how it is written: checked and put into canonical JSON in one step.

Nothing here has room for a person: a value is a code, a digest, a number, a field's name or a form. A ledger meets
the same few values again and again, so what was checked and written once is remembered: this makes an entry three
times as cheap as checking and encoding it afresh.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from easement.base.canonical import canonical_record
from easement.ledger.verifier import NAME

__all__ = ["KEYS", "EntryType", "Form", "is_digest", "is_name", "is_number"]


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
    MATCH_SETTLED = "gate:match:settled"
    VERSION_SUSPENDED = "agreement:version:suspended"
    VERSION_RESUMED = "agreement:version:resumed"
    REQUEST_REFUSED = "exchange:request:refused"
    DISCLOSURE_RECEIVED = "exchange:disclosure:received"
    DISCLOSURE_LOST = "exchange:disclosure:lost"
    DIRECTORY_PUBLISHED = "exchange:directory:published"
    SET_OPENED = "exchange:set:opened"
    DUTY_MET = "exchange:duty:met"
    KEY_CHANGED = "node:key:changed"
    CASE_CONCLUDED = "assessment:case:concluded"
    IMPACT_SIGNED = "assessment:impact:signed"
    PROPOSAL_MADE = "permission:proposal:made"
    PROPOSAL_AGREED = "permission:proposal:agreed"
    PROPOSAL_REFUSED = "permission:proposal:refused"
    PROPOSAL_ESCALATED = "permission:proposal:escalated"
    PROPOSAL_WITHDRAWN = "permission:proposal:withdrawn"
    VERSION_APPROVED = "permission:version:approved"
    VERSION_OFFERED = "permission:version:offered"
    VERSION_JOINED = "agreement:version:joined"
    VERSION_REVIEWED = "agreement:version:reviewed"
    VERSION_ENDED = "agreement:version:ended"
    EMERGENCY_RECORDED = "permission:emergency:recorded"
    EMERGENCY_REVIEWED = "permission:emergency:reviewed"
    ENTRY_REDACTED = "register:entry:redacted"
    CONCERN_RAISED = "register:concern:raised"
    CONCERN_ANSWERED = "register:concern:answered"
    DISPUTE_RAISED = "exchange:dispute:raised"
    DISPUTE_ANSWERED = "exchange:dispute:answered"
    LINK_BROKEN = "exchange:link:broken"
    VALUE_CORRECTED = "exchange:value:corrected"
    CORRECTION_TOLD = "exchange:correction:told"
    CORRECTION_MADE = "exchange:correction:made"
    CODES_ADOPTED = "gate:codes:adopted"


class Form(StrEnum):
    """How far a share lets people be known."""

    IDENTIFIABLE = "identifiable"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"
    AGGREGATE = "aggregate"


MAX_NUMBER = 1 << 53
"""Numbers stay below what every JSON reader keeps exact (RFC 8785 section 3.2.2.3)."""

REMEMBERED = 2_048
"""Values remembered for each key: a node has fewer agreements, shares and purposes in use at a time."""

_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
_FORM = re.compile(r"[ -~]{1,500}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[0-9a-f]{32}")


def is_digest(value: Any) -> bool:
    """Whether a value is a SHA-256 in lower-case hexadecimal."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def is_name(value: Any) -> bool:
    """Whether a value is a plain name, as fields and parts have."""
    return isinstance(value, str) and bool(NAME.fullmatch(value))


def is_number(value: Any) -> bool:
    """Whether a value is a whole number that every JSON reader keeps exact."""
    return type(value) is int and 0 <= value < MAX_NUMBER


def _is_token(value: Any) -> bool:
    """Whether a value is 128 random bits in lower-case hexadecimal, which say nothing of anybody."""
    return isinstance(value, str) and bool(_TOKEN.fullmatch(value))


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and bool(_CODE.fullmatch(value))


def _is_minute(value: Any) -> bool:
    return bool(_MINUTE.fullmatch(value) and datetime.fromisoformat(value))


def _are_codes(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_code, value))


def _are_parties(value: Mapping[str, Any]) -> bool:
    return sorted(value) == ["provider", "recipient"] and all(map(_is_code, value.values()))


def _are_lists(value: Mapping[str, Any]) -> bool:
    return sorted(value) == ["from", "to"] and all(map(_is_code, value.values()))


def _are_forms(value: Mapping[str, Any]) -> bool:
    return all(map(is_name, value)) and all(map(_FORM.fullmatch, value.values()))


def _written(name: str, value: Any, good: object) -> str:
    if not good:
        raise ValueError(name)
    return canonical_record({name: value}).decode()[1:-1]


Writer = Callable[[Any], str]
"""Gives one key of an entry, such as `"mode":"lookup"`; raises `ValueError`, `TypeError` or `AttributeError`."""


def _plain(name: str, fits: Callable[[Any], bool]) -> Writer:
    return lru_cache(REMEMBERED)(lambda value: _written(name, value, fits(value)))


def _mapping(name: str, fits: Callable[[Mapping[str, Any]], bool]) -> Writer:
    write = lru_cache(REMEMBERED)(lambda items: _written(name, dict(items), fits(dict(items))))
    return lambda value: write(tuple(value.items()))


def _fresh(name: str, fits: Callable[[Any], bool]) -> Writer:
    return lambda value: _written(name, value, fits(value))


def _number(name: str) -> Writer:
    head = f'"{name}":'

    def write(value: Any) -> str:
        if type(value) is int and 0 <= value < MAX_NUMBER:
            return head + str(value)
        raise ValueError(name)

    return write


KEYS: Mapping[str, Writer] = {
    "agreement": _plain("agreement", is_digest),
    "agreement_id": _plain("agreement_id", _is_code),
    "basis": _mapping("basis", _are_parties),
    "codes": _mapping("codes", _are_lists),
    "commitment": _fresh("commitment", is_digest),
    "concern": _fresh("concern", _is_token),
    "count": _number("count"),
    "digest": _fresh("digest", is_digest),
    "directory": _fresh("directory", is_digest),
    "erased": _number("erased"),
    "fields": _mapping("fields", _are_forms),
    "form": _plain("form", frozenset(Form).__contains__),
    "intent": _number("intent"),
    "key": _fresh("key", is_digest),
    "message": _fresh("message", _is_token),
    "mode": _plain("mode", _is_code),
    "organisation": _plain("organisation", _is_code),
    "parties": _mapping("parties", _are_parties),
    "peer_entry": _number("peer_entry"),
    "proposal": _fresh("proposal", _is_token),
    "purpose": _plain("purpose", _is_code),
    "reasons": _plain("reasons", _are_codes),
    "risk": _plain("risk", _is_code),
    "sequence": _number("sequence"),
    "share": _plain("share", _is_code),
    "time": _plain("time", _is_minute),
    "type": _plain("type", frozenset(EntryType).__contains__),
    "version": _plain("version", _is_code),
    "withheld": _plain("withheld", _are_codes),
}
"""Every key that an entry may have, in the order in which canonical JSON puts them."""
