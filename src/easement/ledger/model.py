"""What the ledger holds: public entries without personal data, and the private records they commit to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from easement.base.errors import BadData, ProofFailed
from easement.ledger.said import KEYS, EntryType, Form, is_digest, is_name, is_number
from easement.ledger.verifier import json_object

__all__ = ["Entry", "EntryType", "Form", "Logged", "PrivateRecord", "answer_part", "clock_set_back", "minute"]


REQUIRED: Mapping[str, tuple[str, ...]] = {
    EntryType.LOG_OPENED: (),
    EntryType.RECORD_ERASED: ("erased",),
    EntryType.VERSION_SIGNED: ("agreement", "agreement_id", "version"),
    EntryType.DISCLOSURE_INTENDED: ("parties", "agreement", "agreement_id", "share", "purpose"),
    EntryType.DISCLOSURE_RELEASED: ("parties", "agreement", "agreement_id", "share", "purpose", "count", "intent"),
    EntryType.DISCLOSURE_REFUSED: ("reasons",),
    EntryType.DISCLOSURE_FAILED: ("intent",),
    EntryType.DISCLOSURE_ABANDONED: ("intent",),
    EntryType.MATCH_SETTLED: ("parties", "agreement", "agreement_id", "share", "count", "intent"),
    EntryType.VERSION_SUSPENDED: ("agreement", "agreement_id", "version"),
    EntryType.VERSION_RESUMED: ("agreement", "agreement_id", "version"),
    EntryType.REQUEST_REFUSED: ("reasons",),
    EntryType.DISCLOSURE_RECEIVED: ("parties", "agreement", "agreement_id", "share", "count", "message", "peer_entry"),
    EntryType.DISCLOSURE_LOST: ("parties", "message", "peer_entry"),
    EntryType.DIRECTORY_PUBLISHED: ("directory", "sequence"),
    EntryType.SET_OPENED: ("parties", "agreement", "agreement_id", "share", "intent"),
    EntryType.DUTY_MET: ("intent",),
    EntryType.KEY_CHANGED: ("key",),
    EntryType.CASE_CONCLUDED: ("proposal",),
    EntryType.IMPACT_SIGNED: ("proposal",),
    EntryType.PROPOSAL_MADE: ("proposal", "organisation"),
    EntryType.PROPOSAL_AGREED: ("proposal", "organisation"),
    EntryType.PROPOSAL_REFUSED: ("proposal", "organisation", "reasons"),
    EntryType.PROPOSAL_ESCALATED: ("proposal", "organisation"),
    EntryType.PROPOSAL_WITHDRAWN: ("proposal", "organisation"),
    EntryType.VERSION_APPROVED: ("proposal", "organisation", "agreement", "agreement_id", "version"),
    EntryType.VERSION_OFFERED: ("agreement", "agreement_id", "version"),
    EntryType.VERSION_JOINED: ("organisation", "agreement", "agreement_id", "version"),
    EntryType.VERSION_REVIEWED: ("agreement", "agreement_id", "version"),
    EntryType.VERSION_ENDED: ("agreement", "agreement_id", "version"),
    EntryType.EMERGENCY_RECORDED: ("parties", "purpose", "proposal"),
    EntryType.EMERGENCY_REVIEWED: ("intent",),
    EntryType.ENTRY_REDACTED: ("agreement_id", "reasons"),
    EntryType.CONCERN_RAISED: ("concern",),
    EntryType.CONCERN_ANSWERED: ("concern",),
    EntryType.DISPUTE_RAISED: ("parties", "concern", "message", "intent", "reasons"),
    EntryType.DISPUTE_ANSWERED: ("parties", "concern", "message", "reasons"),
    EntryType.LINK_BROKEN: ("concern", "agreement_id", "share", "count"),
    EntryType.VALUE_CORRECTED: ("concern", "agreement_id", "share", "count"),
    EntryType.CORRECTION_TOLD: ("parties", "concern", "message", "intent"),
    EntryType.CORRECTION_MADE: ("parties", "concern", "message", "intent"),
    EntryType.CODES_ADOPTED: ("codes", "digest", "count"),
}
"""What an entry of each type must say; the rest it may say."""

MAX_ENTRY = 65_535
"""Longest entry in bytes: tlog-tiles gives its length two bytes."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One public entry. Every value is a code, a digest, a number or a field's name: there is no room for a person.

    `time` is UTC to the minute (`minute` makes it); `fields` maps each field to its form as the agreement writes it;
    `intent` and `erased` are indexes of earlier entries, and `peer_entry` is one of the other party's log. `message` is
    the random id of a request between nodes, `proposal` of a wish to share, `concern` of what somebody raised on the
    register, of what was said to be wrong, or of what was taken back. `directory`, `key` and `digest` are SHA-256
    digests, and `sequence` counts versions of the directory. `codes` names a code list and what took its
    place. Raises `BadData` for anything an entry cannot hold.
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
    message: str | None = None
    proposal: str | None = None
    concern: str | None = None
    peer_entry: int | None = None
    codes: Mapping[str, str] | None = None
    digest: str | None = None
    directory: str | None = None
    sequence: int | None = None
    key: str | None = None
    risk: str | None = None
    reasons: tuple[str, ...] | None = None
    commitment: str | None = None

    _said: list[str] = field(init=False, repr=False, compare=False)

    # The one that is generated sets every field one by one, at twice the cost of an entry.
    if not TYPE_CHECKING:  # pragma: no branch

        def __init__(self, **given: Any) -> None:
            facts = {name: value for name, value in given.items() if value is not None}
            self.__dict__.update(facts, _said=_written(facts))

    def as_dict(self) -> dict[str, Any]:
        """What the entry says, without what it leaves unsaid."""
        return {name: value for name in KEYS if (value := getattr(self, name)) is not None}

    def encode(self, commitment: str | None = None) -> bytes:
        """The entry as canonical JSON, at most 65,535 bytes, with the commitment given if it has none of its own.

        Raises `BadData` when it would be longer.
        """
        said = self._said if commitment is None else sorted([*self._said, KEYS["commitment"](commitment)])
        body = f"{{{','.join(said)}}}".encode()
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
            record["type"], record["form"] = EntryType(record["type"]), record.get("form") and Form(record["form"])
            entry = cls(**record)
            same = entry.encode() == body
        except (TypeError, KeyError, ValueError, BadData):
            same = False
        if not same:
            raise ProofFailed("this is not a ledger entry in its one form")
        return entry


def _written(facts: Mapping[str, Any]) -> list[str]:
    """Each fact of an entry checked and written, in the order of canonical JSON."""
    said = []
    try:
        for name, write in KEYS.items():
            if name in facts:
                said.append(write(facts[name]))
    except (TypeError, ValueError, AttributeError):
        remedy = "use codes, digests, counts and the names of fields"  # never the value itself: it may be a person
        raise BadData(f"a ledger entry cannot hold what was given as its {name}", remedy=remedy) from None
    for name in ("type", "time", *REQUIRED.get(facts.get("type", ""), ())):
        if name not in facts:
            raise BadData(f"an entry `{facts.get('type', '')}` must say its {name}", remedy=f"give the {name}")
    if len(said) < len(facts):
        raise TypeError(f"an entry has no room for {sorted(facts.keys() - KEYS.keys())}")
    return said


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
        if not self.parts or not all(map(is_name, self.parts)):
            raise BadData("a private record needs parts with plain names", remedy="name them `answer` and `who`")


def answer_part(*, query: str, data: str, rows: int, linkage: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The part a receipt opens: SHA-256 of the query and of the answer file in hexadecimal, and the count of rows.

    `linkage` tells, of a match, how people were found and how good that is; it may name nobody.
    """
    if not (is_digest(query) and is_digest(data) and is_number(rows)):
        raise BadData("an answer is two digests and a count", remedy="give SHA-256 in hexadecimal and a whole number")
    return {"query": query, "data": data, "rows": rows, **({"linkage": dict(linkage)} if linkage else {})}


def minute(now: datetime) -> str:
    """A moment as entries say it: UTC, to the minute. The seconds are left out so that they point at nobody."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


SET_BACK = timedelta(minutes=2)
"""How far a clock may go back, as when it is set right by its time server: entries tell minutes alone."""


def clock_set_back(latest: str, now: str) -> str:
    """What to say of a clock that shows a minute well before the latest disclosure's; empty where it does not."""
    if not latest or datetime.fromisoformat(latest) - datetime.fromisoformat(now) <= SET_BACK:
        return ""
    return f"the clock was set back: it shows {now}, and the latest disclosure was at {latest}"
