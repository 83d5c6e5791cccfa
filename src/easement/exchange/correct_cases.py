"""Saying that something is wrong, and answering that: a case at its source with a clock, in both logs.

What is wrong, about whom and why is sealed in both nodes' databases; the logs say that it was said, of which disclosure
and of which element. The other side is told at once, or by the housekeeping once it answers again.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection

from easement.base.database import reading, writing
from easement.base.errors import EasementError, UsageError
from easement.exchange import correct_tables as tables
from easement.exchange.correct_bodies import CaseBody, Kind, Outcome, TakenBody, VerdictBody
from easement.exchange.correct_parts import (
    ANSWER_WITHIN,
    answered,
    checked_words,
    disclosed,
    is_final,
    opened,
    sealed,
    stamp,
)
from easement.exchange.correct_tables import Case
from easement.exchange.incoming import TELL
from easement.exchange.message_carry import NoAnswer, WrongAnswer
from easement.exchange.ports import Host
from easement.ledger.model import Entry, EntryType, PrivateRecord, minute

__all__ = [
    "CaseSeen",
    "Wrong",
    "answer_case",
    "case_entry",
    "report",
    "seen_case",
    "seen_cases",
    "take_answer",
    "take_case",
    "tell_case",
]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a recipient says is wrong: of whose answer, under which message, which element of which record.

    `element` is empty for the whole record. `value` is what it was told, `person` whom it asked about, by elements, and
    `reference` its own key in a list that it sent.
    """

    provider: str
    message: str
    kind: Kind
    why: str = field(repr=False)
    element: str = ""
    record: int = 0
    reference: str = field(default="", repr=False)
    value: str = field(default="", repr=False)
    person: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case as staff see it: its row, what was said, and what was answered."""

    row: Case
    said: Mapping[str, Any] = field(repr=False)
    answer: Mapping[str, Any] = field(repr=False)

    @property
    def due(self) -> datetime:
        """By when it is to be answered."""
        return datetime.fromtimestamp(self.row.due, UTC)

    def overdue(self, now: datetime) -> bool:
        """Whether the answer is late."""
        return self.row.outcome is None and self.row.due < now.timestamp()

    def as_dict(self) -> dict[str, Any]:
        """The case as `--json` shows it."""
        row = self.row
        return {
            "id": row.id,
            "mine": bool(row.mine),
            "organisation": row.organisation,
            "message": row.message,
            "agreement": row.agreement_id,
            "share": row.share,
            "element": row.element or None,
            "kind": row.kind,
            "opened": datetime.fromtimestamp(row.opened, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "due": self.due.date().isoformat(),
            "entry": row.entry,
            "peer_entry": row.peer_entry,
            "outcome": row.outcome,
            "told": row.told is not None,
            "problem": row.problem,
            "said": dict(self.said),
            "answer": self.answer.get("text"),
        }


class _Before(Exception):
    """It is kept already."""


def seen_cases(host: Host) -> tuple[CaseSeen, ...]:
    """Every case, those that wait for an answer first."""
    with reading(host.engine) as connection:
        rows = tables.cases(connection)
    return tuple(_seen(host, row) for row in rows)


def seen_case(host: Host, id_: str) -> CaseSeen:
    """A case by its id or the beginning of it; raises `UsageError` for none, or several."""
    with reading(host.engine) as connection:
        whole = tables.case(connection, id_)
        begun = () if whole else (row for row in tables.cases(connection) if id_ and row.id.startswith(id_))
        found = [whole] if whole else list(begun)
    if len(found) != 1:
        raise UsageError(f"no case `{id_}`, or several", remedy="see which there are: easement correction list")
    return _seen(host, found[0])


def _seen(host: Host, row: Case) -> CaseSeen:
    return CaseSeen(row, opened(host, row.sealed, row.id), opened(host, row.sealed_answer, f"{row.id} answer"))


def case_entry(kind: EntryType, disclosure: Entry, case: str, now: datetime, **facts: Any) -> Entry:
    """An entry of either log on a case: of which disclosure, and nothing of what was said."""
    return Entry(
        time=minute(now),
        type=kind,
        parties=disclosure.parties,
        agreement=disclosure.agreement,
        agreement_id=disclosure.agreement_id,
        version=disclosure.version,
        share=disclosure.share,
        message=disclosure.message,
        concern=case,
        **facts,
    )


# Where it was received


def report(host: Host, wrong: Wrong, now: datetime, *, by: str = "") -> CaseSeen:
    """Say that something which came in is wrong, and tell its source.

    Raises `UsageError` where nothing came in under that message, or no such element, and for words that cannot be sent.
    """
    now = now.astimezone(UTC)
    why = checked_words(wrong.why, "reason")
    found = disclosed(host, wrong.provider, wrong.message, EntryType.DISCLOSURE_RECEIVED)
    if found is None:
        what = f"nothing came from `{wrong.provider}` under the message `{wrong.message}`"
        raise UsageError(what, remedy="name the message of an answer: easement request send --json shows it")
    index, received = found
    fields = {wrong.element: (received.fields or {}).get(wrong.element, "")} if wrong.element else None
    if fields == {wrong.element: ""}:
        known = ", ".join(received.fields or {})
        raise UsageError(f"`{wrong.element}` did not come under this message", remedy=f"what came: {known}")
    id_ = secrets.token_hex(16)
    entry = case_entry(
        EntryType.DISPUTE_RAISED, received, id_, now, intent=index, reasons=(wrong.kind.value,), fields=fields
    )
    said = _content(wrong.value, wrong.person, wrong.reference, wrong.record, why) | {"by": by}

    def also(connection: Connection, at: int) -> None:
        tables.add_case(connection, _row(host, id_, wrong.provider, entry, now, at, said, mine=1))

    host.ledger.append(entry, PrivateRecord({"who": {"asked_by": by}}) if by else None, also=also)
    return tell_case(host, id_, now)


def _content(value: str, person: Mapping[str, str], reference: str, record: int, why: str) -> dict[str, Any]:
    return {"value": value, "person": dict(person), "reference": reference, "record": record, "why": why}


def _row(
    host: Host, id_: str, other: str, entry: Entry, now: datetime, index: int, said: Mapping[str, Any], *, mine: int,
    peer_entry: int | None = None,
) -> Case:  # fmt: skip
    return Case(
        id=id_, mine=mine, organisation=other, message=entry.message or "", disclosure=entry.intent or 0,
        agreement_id=entry.agreement_id or "", share=entry.share or "", element=next(iter(entry.fields or {}), ""),
        kind=(entry.reasons or ("",))[0], opened=stamp(now), due=stamp(now + ANSWER_WITHIN), entry=index,
        peer_entry=peer_entry, outcome=None, answered=None, answer_entry=None, told=None, closed=None, tried=0,
        problem="", sealed=sealed(host, said, id_), sealed_answer=None,
    )  # fmt: skip


def tell_case(host: Host, id_: str, now: datetime) -> CaseSeen:
    """Tell the other side what it has yet to hear of a case; why it could not be told is noted."""
    seen = seen_case(host, id_)
    with suppress(NoAnswer, WrongAnswer):
        _told(host, seen, now)
    return seen_case(host, id_)


def _told(host: Host, seen: CaseSeen, now: datetime) -> None:
    row, at = seen.row, stamp(now)
    try:
        taken = answered(host, row.organisation, *_letter(seen), TakenBody, now)
        if taken.id != row.id:
            raise WrongAnswer(f"the answer of `{row.organisation}` is of another case", remedy=TELL)
    except EasementError as error:
        final = is_final(error, HTTPStatus.NOT_FOUND)
        problem = f"`{row.organisation}` {'does not take it' if final else 'has yet to hear of it'}: {error.what}"
        with writing(host.engine) as connection:
            tables.change_case(connection, row.id, tried=at, problem=problem, closed=at if final else None)
        raise
    peer = {"peer_entry": taken.entry} if row.mine else {}
    with writing(host.engine) as connection:
        tables.change_case(connection, row.id, told=at, tried=at, problem="", **peer)


def _letter(seen: CaseSeen) -> tuple[str, CaseBody | VerdictBody]:
    """What the other side is to hear, and where: the case itself, or its answer."""
    row, said = seen.row, seen.said
    if not row.mine:
        assert row.outcome is not None
        assert row.answer_entry is not None
        text, outcome = seen.answer["text"], Outcome(row.outcome)
        return "answers", VerdictBody(
            id=row.id, to=row.organisation, outcome=outcome, text=text, entry=row.answer_entry
        )
    return "cases", CaseBody(
        id=row.id,
        to=row.organisation,
        message=row.message,
        entry=row.entry,
        kind=Kind(row.kind),
        element=row.element,
        record=said["record"],
        reference=said["reference"],
        value=said["value"],
        person=said["person"],
        why=said["why"],
    )


# At its source


def take_case(host: Host, sender: str, body: CaseBody, released: tuple[int, Entry], now: datetime) -> int | None:
    """Keep what a recipient says is wrong, once; its entry, or `None` where its id stands for another case."""
    index, disclosure = released
    said = _content(body.value, body.person, body.reference, body.record, body.why)
    fields = {body.element: (disclosure.fields or {})[body.element]} if body.element else None
    facts = {"intent": index, "reasons": (body.kind.value,), "fields": fields, "peer_entry": body.entry}
    entry = case_entry(EntryType.DISPUTE_RAISED, disclosure, body.id, now, **facts)

    def also(connection: Connection, at: int) -> None:
        row = _row(host, body.id, sender, entry, now, at, said, mine=0, peer_entry=body.entry)
        if not tables.add_case(connection, row):
            raise _Before

    with suppress(_Before):
        if _known(host, body.id) is None:
            return host.ledger.append(entry, also=also)
    known = _known(host, body.id)
    assert known is not None  # entries and cases are never taken away
    same = (known.mine, known.organisation, known.message, known.kind, known.element) == (
        0, sender, body.message, body.kind.value, body.element,
    )  # fmt: skip
    return known.entry if same and opened(host, known.sealed, known.id) == said else None


def _known(host: Host, id_: str) -> Case | None:
    with reading(host.engine) as connection:
        return tables.case(connection, id_)


def answer_case(host: Host, id_: str, outcome: Outcome, text: str, now: datetime, *, by: str = "") -> CaseSeen:
    """Answer what another organisation said is wrong, and tell it; raises `UsageError` for a case that is not open."""
    now, text = now.astimezone(UTC), checked_words(text, "answer")
    row = seen_case(host, id_).row
    if row.mine:
        remedy = "wait for the answer; it is overdue where the list says so"
        raise UsageError(f"`{row.organisation}` answers this case", remedy=remedy)
    if not _log_answer(host, row, outcome, {"text": text, "by": by}, now):
        raise UsageError("this case is answered already", remedy="see it: easement correction list")
    return tell_case(host, row.id, now)


def take_answer(host: Host, row: Case, body: VerdictBody, now: datetime) -> int | None:
    """Keep the answer to a case of ours, once; the entry that says so, `None` where it was answered otherwise."""
    _log_answer(host, row, body.outcome, {"text": body.text, "by": ""}, now, peer_entry=body.entry)
    known = seen_case(host, row.id)
    same = (known.row.outcome, known.answer.get("text")) == (body.outcome.value, body.text)
    return known.row.answer_entry if same else None


def _log_answer(
    host: Host, row: Case, outcome: Outcome, said: Mapping[str, Any], now: datetime, **facts: Any
) -> bool:  # fmt: skip
    """Log the answer and keep it in one commit; false where there was one."""
    disclosure = host.ledger.entry(row.disclosure).entry
    reasons, by = (outcome.value,), said["by"]
    entry = case_entry(EntryType.DISPUTE_ANSWERED, disclosure, row.id, now, intent=row.entry, reasons=reasons, **facts)
    answer = sealed(host, said, f"{row.id} answer")

    def also(connection: Connection, at: int) -> None:
        open_ = tables.disputes.c.outcome.is_(None)
        changed = {"outcome": outcome.value, "answered": stamp(now), "answer_entry": at, "sealed_answer": answer}
        if row.mine:
            changed["told"] = stamp(now)
        if not tables.change_case(connection, row.id, open_, **changed):
            raise _Before

    if row.outcome is not None:
        return False
    with suppress(_Before):
        host.ledger.append(entry, PrivateRecord({"who": {"asked_by": by}}) if by else None, also=also)
        return True
    return False
