"""Sharing in an emergency: nobody waits for a form, but it is written down within 24 hours, and looked at by another.

The agreement's `emergency` section says for what, by when and by when again; without an agreement the usual times hold.
What happened is always taken down, also when it was not allowed or comes late: it says so then.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Connection

from easement.agreement.duration import Duration
from easement.agreement.model import Emergency
from easement.base.database import reading
from easement.base.errors import EasementError, Refused, UsageError
from easement.base.moments import instant_of, instant_text
from easement.base.sealed import open_record, seal_record
from easement.law.catalogue import catalogue
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.permission import emergency_letters as letters
from easement.permission import emergency_tables as tables
from easement.permission.actor import CONSOLE, Actor
from easement.permission.bodies import EmergencyBody
from easement.permission.emergency_letters import Letter
from easement.permission.emergency_tables import Row
from easement.permission.ports import Host
from easement.staff.permissions import Permission

__all__ = [
    "RECORD_WITHIN",
    "REVIEW_WITHIN",
    "Found",
    "Happened",
    "Seen",
    "emergencies",
    "one",
    "record",
    "review",
    "take_told",
]

RECORD_WITHIN = Duration(hours=24)
"""By when it is written down, where no agreement says so."""

REVIEW_WITHIN = Duration(days=7)
"""By when somebody else has looked at it, where no agreement says so."""

_SEAL = "permission emergencies"
_RECORDERS = (
    Permission.DISCLOSURE_PERSON_ASK,
    Permission.AGREEMENT_DRAFT_WRITE,
    Permission.AGREEMENT_VERSION_SUSPEND,
)
LONGEST = 4_000
AHEAD = timedelta(minutes=5)
"""How far the clock of the other side may be ahead."""


class Found(StrEnum):
    """What the review of an emergency found."""

    RIGHT = "right"
    LESSONS = "right-with-lessons"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Happened:
    """What was shared in an emergency: with whom or from whom, what for, what and why it could not wait.

    `direction` is `gave` or `received`; `agreement` the id of the agreement whose emergency section it rests on.
    """

    direction: Literal["gave", "received"]
    other: str
    purpose: str
    what: str = field(repr=False)
    why: str = field(repr=False)
    at: datetime
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """An emergency as it stands: what was said of it, whether it was allowed and in time, and what is overdue.

    `by` is the name of whoever recorded it, which others may have too, and `by_id` by what this node knows them;
    where the other side recorded it, `told_by` is that organisation. `letter` says whether the other side has heard.
    """

    row: Row
    what: str = field(repr=False)
    why: str = field(repr=False)
    by: str = field(repr=False)
    by_id: str = field(repr=False)
    words: str = field(repr=False)
    outside: bool
    late: bool
    overdue: bool
    told_by: str = ""
    letter: Letter | None = None

    def as_dict(self) -> dict[str, Any]:
        """The emergency as `--json` shows it."""
        row = self.row
        return {
            "id": row.id,
            "direction": row.direction,
            "other": row.other,
            "purpose": row.purpose,
            "agreement": row.agreement_id,
            "what": self.what,
            "why": self.why,
            "by": self.by,
            "happened": instant_text(row.happened),
            "recorded": instant_text(row.recorded),
            "late": self.late,
            "outside_agreement": self.outside,
            "review_by": instant_text(row.review_by),
            "reviewed": instant_text(row.reviewed) if row.reviewed else None,
            "outcome": row.outcome,
            "words": self.words or None,
            "overdue": self.overdue,
            "told_by": self.told_by or None,
            "other_told": instant_text(self.letter.told) if self.letter and self.letter.told else None,
            "other_entry": self.letter.peer_entry if self.letter else None,
            "not_told_because": self.letter.problem or None if self.letter else None,
            "entry": row.entry,
            "review_entry": row.review_entry,
        }


def record(host: Host, happened: Happened, actor: Actor, now: datetime) -> Seen:
    """Write down what was shared in an emergency, in the ledger too; by when somebody else must look at it follows.

    Raises `UsageError` for what says too little or is yet to come, `Refused` for who may not.
    """
    if not any(each in actor.permissions for each in _RECORDERS):
        raise Refused(f"as {actor.role} you cannot record an emergency", remedy="ask a caseworker or governance lead")
    now = now.astimezone(UTC)
    _check(host, happened, actor, now)
    if happened.agreement:  # it may be named by a version's digest
        happened = replace(happened, agreement=host.shelf.get(happened.agreement, now.date()).prepared.id)
    rules, known = _rules(host, happened, now)
    outside = (rules is not None and happened.purpose not in rules.allowed_for) or (known and rules is None)
    row = _row(happened, rules, now)
    said = {"what": happened.what, "why": happened.why, "by": actor.name, "id": actor.id, "outside": bool(outside)}
    sealed = seal_record(host.master_key, _SEAL, said, row.id)

    def also(connection: Connection, index: int) -> None:
        tables.add(connection, row._replace(entry=index, sealed=sealed))
        letters.start_letter(connection, row.id, row.other)

    entry = Entry(**_facts(host, row, outside=bool(outside), now=now))
    host.ledger.append(entry, PrivateRecord({"emergency": said}), also=also)
    return one(host, row.id, now)


def take_told(host: Host, sender: str, told: EmergencyBody, now: datetime) -> int:
    """Keep what the other side recorded of an emergency between the two; the entry that says so, once for each.

    Somebody here looks at it too, in the usual time. Raises `Refused` for what is yet to come, and for an id that
    another organisation used.
    """
    with reading(host.engine) as connection:
        known = tables.one(connection, told.id)
    if known is not None and known.other == sender:
        return known.entry
    at = instant_of(told.happened)
    if known is not None or at > now + AHEAD:
        raise Refused("this emergency cannot be taken down here", remedy="look at its id, and at that machine's clock")
    seen_here: Literal["gave", "received"] = "received" if told.direction == "gave" else "gave"
    happened = Happened(seen_here, sender, told.purpose, told.what, told.why, at, told.agreement)
    rules = None
    with suppress(EasementError):  # what it rests on may not be on the shelf here
        rules, _ = _rules(host, happened, now)
    row = _row(happened, rules, now)._replace(id=told.id, recorded=int(instant_of(told.recorded).timestamp()))
    said = {"what": told.what, "why": told.why, "by": "", "id": "", "outside": told.outside, "told_by": sender}
    sealed = seal_record(host.master_key, _SEAL, said, row.id)

    def also(connection: Connection, index: int) -> None:
        tables.add(connection, row._replace(entry=index, sealed=sealed))

    facts = _facts(host, row, outside=told.outside, now=now)
    entry = Entry(**facts, organisation=sender, peer_entry=told.entry)
    return host.ledger.append(entry, PrivateRecord({"emergency": said}), also=also)


def _check(host: Host, happened: Happened, actor: Actor, now: datetime) -> None:
    if happened.other == host.organisation:
        raise UsageError("your own organisation is no other", remedy="name the other organisation")
    for name, text in (("what was shared", happened.what), ("why it could not wait", happened.why)):
        if not text.strip() or len(text) > LONGEST:
            raise UsageError(f"say {name}, in at most {LONGEST:,} characters", remedy="name nobody whom it is about")
    if not actor.name.strip():
        raise UsageError("whoever records it gives their name; it stays at this node", remedy="say who: --by NAME")
    if happened.at > now:
        raise UsageError("it is said to have happened later than now", remedy="give the time with its zone, or in UTC")
    if catalogue().find_purpose(happened.purpose) is None:
        raise UsageError(f"`{happened.purpose}` is no purpose", remedy="see: easement law list --kind purpose")


def _rules(host: Host, happened: Happened, now: datetime) -> tuple[Emergency | None, bool]:
    """What an agreement says of emergencies, and whether one was named."""
    if not happened.agreement:
        return None, False
    said = host.shelf.get(happened.agreement, now.date()).prepared.terms.emergency
    return (None if isinstance(said, str) else said), True


def _row(happened: Happened, rules: Emergency | None, now: datetime) -> Row:
    record_within = rules.record_within if rules else RECORD_WITHIN
    review_within = rules.review_within if rules else REVIEW_WITHIN
    at = int(happened.at.timestamp())
    return Row(
        id=secrets.token_hex(16),
        direction=happened.direction,
        other=happened.other,
        purpose=happened.purpose,
        agreement_id=happened.agreement or None,
        happened=at,
        recorded=int(now.timestamp()),
        record_by=_after(happened.at, record_within),
        review_by=_after(happened.at, review_within),
    )


def _after(moment: datetime, within: Duration) -> int:
    """Hours to the second; days, months and years to the same time of that day."""
    day = Duration(within.months, within.days).after(moment.date()) if within.months or within.days else moment.date()
    same = moment.replace(year=day.year, month=day.month, day=day.day)
    return int(same.timestamp()) + within.hours * 3_600


def _facts(host: Host, row: Row, *, outside: bool, now: datetime) -> dict[str, Any]:
    """What an entry says of an emergency, in the log of either side."""
    late = row.recorded > row.record_by
    marks = tuple(name for name, is_so in (("late", late), ("outside-agreement", outside)) if is_so)
    gave = row.direction == "gave"
    provider, recipient = (host.organisation, row.other) if gave else (row.other, host.organisation)
    return {
        "time": minute(now),
        "type": EntryType.EMERGENCY_RECORDED,
        "parties": {"provider": provider, "recipient": recipient},
        "purpose": row.purpose,
        "proposal": row.id,
        "agreement_id": row.agreement_id,
        "reasons": marks or None,
    }


def review(host: Host, emergency: str, found: str, words: str, actor: Actor, now: datetime) -> Seen:
    """Record what somebody else than the recorder found when they looked at an emergency; in the ledger too.

    Raises `Refused` for who may not, or recorded it themselves, and `UsageError` for one that is not known or was
    reviewed.
    """
    if Permission.AGREEMENT_VERSION_SUSPEND not in actor.permissions:
        raise Refused(f"as {actor.role} you cannot review an emergency", remedy="ask the governance lead")
    if not words.strip() or not actor.name.strip():
        raise UsageError("a review says what was found, and by whom", remedy="give --words TEXT and --by NAME")
    outcome, seen = _outcome(found), one(host, _id(host, emergency), now)
    if seen.by.casefold() == actor.name.casefold() or seen.by_id == actor.id != CONSOLE:
        raise Refused("whoever recorded it does not review it", remedy="ask somebody else to look at it")
    said = {"words": words, "by": actor.name, "id": actor.id}
    sealed, at = seal_record(host.master_key, _SEAL, said, f"{seen.row.id}:review"), int(now.timestamp())
    late = at > seen.row.review_by

    def also(connection: Connection, index: int) -> None:
        if not tables.reviewed(connection, seen.row.id, at, outcome.value, index, sealed):
            raise UsageError("it was reviewed already", remedy="see: easement proposal emergency list")

    entry = Entry(
        time=minute(now),
        type=EntryType.EMERGENCY_REVIEWED,
        intent=seen.row.entry,
        proposal=seen.row.id,
        reasons=(outcome.value, *(("late",) if late else ())),
    )
    host.ledger.append(entry, PrivateRecord({"review": said}), also=also)
    return one(host, seen.row.id, now)


def _outcome(found: str) -> Found:
    try:
        return Found(found)
    except ValueError:
        raise UsageError(f"`{found}` is not what a review finds", remedy=f"one of: {', '.join(Found)}") from None


def emergencies(host: Host, now: datetime, *, overdue: bool = False) -> tuple[Seen, ...]:
    """What was shared in emergencies, the latest first; with `overdue`, only what should have been reviewed by now."""
    with reading(host.engine) as connection:
        rows = tables.rows(connection)
    seen = tuple(_seen(host, row, now) for row in rows)
    return tuple(each for each in seen if each.overdue) if overdue else seen


def _id(host: Host, ref: str) -> str:
    with reading(host.engine) as connection:
        found = [row.id for row in tables.rows(connection) if len(ref) >= 6 and row.id.startswith(ref)]
    if len(found) != 1:
        raise UsageError(f"no emergency `{ref[:64]}` is known here", remedy="see: easement proposal emergency list")
    return found[0]


def one(host: Host, id_: str, now: datetime) -> Seen:
    """One emergency as it stands, by its whole id, which is known here."""
    with reading(host.engine) as connection:
        row = tables.one(connection, id_)
    assert row is not None  # it was kept just now, or found by its id
    return _seen(host, row, now)


def _seen(host: Host, row: Row, now: datetime) -> Seen:
    said = open_record(host.master_key, _SEAL, row.sealed, row.id)
    after = open_record(host.master_key, _SEAL, row.review_sealed, f"{row.id}:review") if row.review_sealed else {}
    with reading(host.engine) as connection:
        letter = letters.letter_of(connection, row.id)
    return Seen(
        row=row,
        what=said["what"],
        why=said["why"],
        by=said["by"],
        by_id=said["id"],
        words=after.get("words", ""),
        outside=said["outside"],
        late=row.recorded > row.record_by,
        overdue=row.reviewed is None and int(now.timestamp()) > row.review_by,
        told_by=said.get("told_by", ""),
        letter=letter,
    )
