"""Concerns: anybody raises one on an entry, staff look at its words and answer it, and both are public (R2.7).

What is raised and what is answered stand in the ledger with a commitment to the words, so that neither can be changed
afterwards. The words are sealed in the database; those that nobody has looked at are shown to staff alone. A way to
reach who raised it is kept until the answer, for staff alone, and is in no ledger.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from easement.base.database import reading, take_turn, writing
from easement.base.errors import Refused, UsageError
from easement.base.sealed import derived_key, open_text, seal_text
from easement.base.words import did_you_mean
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute
from easement.register import concern_tables as tables
from easement.register.concern import (
    LONGEST,
    LONGEST_ANSWER,
    LONGEST_CONTACT,
    SHORTEST,
    Concern,
    HeldBack,
    clean,
)
from easement.register.ports import Publisher
from easement.register.reading import entry as entry_of
from easement.staff.waits import place

__all__ = ["answer", "concern", "concerns", "look", "raise_concern", "waiting"]

TURN = SEALED = "register-concerns"
HOUR = 3_600
EVERYBODY = "all"

_C = tables.concerns.c


def raise_concern(
    publisher: Publisher, agreement_id: str, text: str, *, now: datetime, contact: str = "", source: str = ""
) -> Concern:
    """Raise a concern on an agreement's entry; `source` is the address it comes from, which is not kept.

    Raises `UsageError` for an agreement that is not on the register, and for words that are too short or too long;
    `Refused` where too many came within the hour.
    """
    now = now.astimezone(UTC)
    text, contact = _words(text, SHORTEST, LONGEST, "concern"), _words(contact, 0, LONGEST_CONTACT, "contact")
    found = entry_of(publisher, agreement_id, now)
    if found is None:
        raise UsageError(f"`{agreement_id}` is not on the register", remedy="see which are: easement register list")
    id_, hour = secrets.token_hex(16), int(now.timestamp()) // HOUR
    bucket = _bucket(publisher, source)
    raised = [Concern(id_, agreement_id, now, 0)]
    with reading(publisher.engine) as connection:  # a flood costs no turn to write
        _refuse_floods(publisher, connection, bucket, hour)

    def also(connection: Connection, index: int) -> None:
        take_turn(connection, TURN)
        _hold_back_floods(publisher, connection, bucket, hour)
        row = {"id": id_, "agreement_id": agreement_id, "raised": int(now.timestamp()), "entry": index}
        sealed = {"text": _seal(publisher, text, id_, "text")}
        sealed |= {"contact": _seal(publisher, contact, id_, "contact")} if contact else {}
        tables.add(connection, row | sealed)
        raised[0] = Concern(id_, agreement_id, now, index)

    entry = _entry(publisher, EntryType.CONCERN_RAISED, now, id_, found.card.id, found.card.digest)
    publisher.ledger.append(entry, PrivateRecord({"concern": {"text": text}}), also=also)
    return raised[0]


def _hold_back_floods(publisher: Publisher, connection: Connection, bucket: str, hour: int) -> None:
    tables.forget_hours(connection, hour)
    _refuse_floods(publisher, connection, bucket, hour)
    for name in (bucket, EVERYBODY):
        tables.count_raised(connection, name, hour)


def _refuse_floods(publisher: Publisher, connection: Connection, bucket: str, hour: int) -> None:
    rules = publisher.settings.public_register
    for name, most in ((bucket, rules.concerns_an_hour_each), (EVERYBODY, rules.concerns_an_hour)):
        if tables.raised_within(connection, name, hour) >= most:
            raise Refused("too many concerns were raised within the hour", remedy="try again in an hour")


def look(publisher: Publisher, id_: str, *, role: str, now: datetime, held_back: str = "") -> Concern:
    """Acknowledge a concern: publish its words, or hold them back for a reason; it may be changed until the answer.

    Raises `UsageError` where there is none, or a reason that there is none of.
    """
    reason = _reason(held_back) if held_back else None
    stamp = int(now.timestamp())
    concern(publisher, id_, now)
    with writing(publisher.engine) as connection:
        tables.change(connection, id_, _C.looked.is_(None), looked=stamp)
        said = {"held_back": reason.value if reason else "", "looked_by": role}
        tables.change(connection, id_, **said)
    return concern(publisher, id_, now)


def answer(publisher: Publisher, id_: str, text: str, *, role: str, now: datetime, by: str = "") -> Concern:
    """Answer a concern that was looked at, for everybody to read; the way to reach who raised it is then forgotten.

    Raises `UsageError` where there is none, where nobody looked at it, or where it is answered already.
    """
    now = now.astimezone(UTC)
    text = _words(text, 1, LONGEST_ANSWER, "answer")
    known = concern(publisher, id_, now)
    if known.looked is None:
        raise UsageError(
            f"nobody has looked at the concern `{id_}` yet",
            remedy=f"publish its words or hold them back first: easement register concerns look {id_}",
        )

    def also(connection: Connection, index: int) -> None:
        sealed = _seal(publisher, text, id_, "answer")
        said = {"answered": int(now.timestamp()), "answered_by": role, "answer_entry": index, "answer": sealed}
        if not tables.change(connection, id_, _C.answered.is_(None), contact=None, **said):
            raise UsageError(
                f"the concern `{id_}` is answered already", remedy="see it: easement register concerns list"
            )

    entry = _entry(publisher, EntryType.CONCERN_ANSWERED, now, id_, known.agreement_id)
    publisher.ledger.append(entry, PrivateRecord({"reply": {"text": text, "by": by}}), also=also)
    return concern(publisher, id_, now)


def concern(publisher: Publisher, id_: str, now: datetime, *, staff: bool = False) -> Concern:
    """One concern as the public sees it, or as staff do; raises `UsageError` where there is none."""
    with reading(publisher.engine) as connection:
        found = tables.find(connection, _C.id == id_)
    if not found:
        raise UsageError(
            f"there is no concern `{id_[:40]}`", remedy="see which there are: easement register concerns list"
        )
    return _read(publisher, found[0], staff=staff)


def concerns(
    publisher: Publisher, *, agreement_id: str = "", newest: int | None = None, offset: int = 0
) -> tuple[Concern, ...]:
    """Concerns as the public sees them, the newest first: all, or those on one agreement's entry."""
    where = [_C.agreement_id == agreement_id] if agreement_id else []
    with reading(publisher.engine) as connection:
        rows = tables.find(connection, *where, newest=newest, offset=offset)
    return _all(publisher, rows, staff=False)


def waiting(publisher: Publisher) -> tuple[Concern, ...]:
    """Concerns that have no answer yet, as staff see them, the oldest first."""
    with reading(publisher.engine) as connection:
        rows = tables.find(connection, _C.answered.is_(None), oldest_first=True)
    return _all(publisher, rows, staff=True)


def _all(publisher: Publisher, rows: Sequence[Any], *, staff: bool) -> tuple[Concern, ...]:
    return tuple(_read(publisher, row, staff=staff) for row in rows)


def _read(publisher: Publisher, row: Any, *, staff: bool) -> Concern:
    seen = staff or (row.looked is not None and not row.held_back)
    return Concern(
        id=row.id,
        agreement_id=row.agreement_id,
        raised=_moment(row.raised),
        entry=row.entry,
        text=_open(publisher, row.text, row.id, "text") if seen else "",
        looked=_moment(row.looked) if row.looked is not None else None,
        looked_by=row.looked_by,
        held_back=HeldBack(row.held_back) if row.held_back else None,
        answered=_moment(row.answered) if row.answered is not None else None,
        answered_by=row.answered_by,
        answer=_open(publisher, row.answer, row.id, "answer") if row.answer is not None else "",
        answer_entry=row.answer_entry,
        contact=_open(publisher, row.contact, row.id, "contact") if staff and row.contact is not None else "",
    )


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _words(text: str, least: int, most: int, what: str) -> str:
    """What somebody wrote, held against its length; a little more than is kept is read, and never a whole flood."""
    kept = clean(text[: 2 * most + 1])
    if len(kept) > most:
        raise UsageError(f"the {what} is longer than {most:,} characters", remedy="shorten it, and send it again")
    if len(kept) < least:
        raise UsageError(f"the {what} is shorter than {least} characters", remedy="say a little more")
    return kept


def _reason(code: str) -> HeldBack:
    known = [each.value for each in HeldBack]
    if code not in known:
        what = f"there is no reason `{code}` to hold a concern back"
        raise UsageError(what, remedy=did_you_mean(code, known, f"the reasons are {', '.join(known)}"))
    return HeldBack(code)


def _entry(
    publisher: Publisher, type_: EntryType, now: datetime, id_: str, agreement_id: str, digest: str | None = None
) -> Entry:
    return Entry(
        time=minute(now),
        type=type_,
        organisation=publisher.organisation,
        agreement=digest,
        agreement_id=agreement_id,
        concern=id_,
    )


def _bucket(publisher: Publisher, source: str) -> str:
    key = derived_key(publisher.master_key, "register-raising")
    return hmac.digest(key, place(source).encode(), "sha256").hex()


def _seal(publisher: Publisher, text: str, id_: str, what: str) -> bytes:
    return seal_text(publisher.master_key, SEALED, text, f"{id_}/{what}")


def _open(publisher: Publisher, sealed: bytes, id_: str, what: str) -> str:
    return open_text(publisher.master_key, SEALED, sealed, f"{id_}/{what}")
