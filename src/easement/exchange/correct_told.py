"""Putting right what rests on another's wrong link or value: a duty with a clock, done by staff and certified."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from easement.agreement.model import Mode
from easement.base.database import reading, writing
from easement.base.errors import EasementError, UsageError
from easement.exchange import correct_tables as tables
from easement.exchange.correct_bodies import About, CorrectionBody, MadeBody, TakenBody
from easement.exchange.correct_cases import case_entry
from easement.exchange.correct_parts import CORRECT_WITHIN, answered, opened, sealed, stamp
from easement.exchange.correct_tables import Told
from easement.exchange.message_carry import NoAnswer, Silence, WrongAnswer
from easement.exchange.ports import Host
from easement.exchange.tables import Duty, add_duties, end_duty
from easement.ledger.model import Entry, EntryType, PrivateRecord
from easement.ledger.verifier import Receipt, receipt_bytes

__all__ = ["DUTY", "ToldSeen", "certify_corrections", "make", "seen_told", "seen_tolds", "take_told"]

DUTY = "correct"
"""The duty as the table of duties has it, by the entry that this node was told."""


@dataclass(frozen=True, slots=True)
class ToldSeen:
    """A correction as staff see it: its row, and what the provider said.

    `of_sets` says that it is of a set that holds everybody: the newest is named, and older ones may hold it too.
    """

    row: Told
    said: Mapping[str, Any] = field(repr=False)
    of_sets: bool = False

    @property
    def due(self) -> datetime:
        """By when it is to be made."""
        return datetime.fromtimestamp(self.row.due, UTC)

    def overdue(self, now: datetime) -> bool:
        """Whether it is late."""
        return self.row.met is None and self.row.due < now.timestamp()

    def as_dict(self) -> dict[str, Any]:
        """The correction as `--json` shows it."""
        row = self.row
        return {
            "id": row.id,
            "message": row.message,
            "provider": row.provider,
            "received": row.received,
            "agreement": row.agreement_id,
            "share": row.share,
            "about": row.about,
            "element": row.element,
            "through": row.through,
            "entry": row.entry,
            "due": self.due.date().isoformat(),
            "reminded": row.reminded,
            "made": row.met,
            "certified": row.certified,
            "problem": row.problem,
            "said": dict(self.said),
        }


class _Before(Exception):
    """It is kept already."""


def seen_tolds(host: Host) -> tuple[ToldSeen, ...]:
    """Every correction that others told of, those yet to be made first."""
    with reading(host.engine) as connection:
        rows = tables.tolds(connection)
    return tuple(_seen(host, row) for row in rows)


def _seen(host: Host, row: Told) -> ToldSeen:
    said = opened(host, row.sealed, row.id + row.message)
    many = host.ledger.entry(row.received).entry.mode != Mode.LOOKUP
    return ToldSeen(row, said, of_sets=many and row.about == About.VALUE and not said["reference"])


def seen_told(host: Host, id_: str, message: str = "") -> ToldSeen:
    """One of them, by the beginning of its id, and by the message where it is of several disclosures.

    Raises `UsageError` for none, or several.
    """
    if (row := _known(host, id_, message)) is not None:
        return _seen(host, row)
    found = [each for each in seen_tolds(host) if id_ and each.row.id.startswith(id_)]
    found = [each for each in found if not message or each.row.message == message]
    if len(found) != 1:
        remedy = "see which there are: easement correction received"
        raise UsageError(f"no correction `{id_}`, or several: name its message too", remedy=remedy)
    return found[0]


def take_told(
    host: Host, provider: str, body: CorrectionBody, received: tuple[int, Entry], now: datetime
) -> Told | None:
    """Keep what a provider told, once, and start its clock; `None` where the id stands for another correction.

    Told again, it is a reminder.
    """
    index, disclosure = received
    said = {"why": body.why, "reference": body.reference}
    facts = {"intent": index, "peer_entry": body.entry}
    entry = case_entry(EntryType.CORRECTION_TOLD, disclosure, body.id, now, **facts)
    due = stamp(now + CORRECT_WITHIN)

    def also(connection: Connection, at: int) -> None:
        row = Told(
            body.id, body.message, provider, index, entry.agreement_id or "", entry.share or "", body.through.value,
            stamp(now), due, at, 0, None, None, "", sealed(host, said, body.id + body.message), body.about.value,
            body.element or None,
        )  # fmt: skip
        if not tables.add_told(connection, row):
            raise _Before
        add_duties(connection, [Duty(at, DUTY, provider, entry.agreement_id or "", due, None)])

    known = _known(host, body.id, body.message)
    if known is None:
        with suppress(_Before):
            host.ledger.append(entry, also=also)
        known = _known(host, body.id, body.message)
        assert known is not None  # entries and corrections are never taken away
        return known if _same(host, known, provider, body) else None
    if not _same(host, known, provider, body):
        return None
    if known.due < stamp(now):
        with writing(host.engine) as connection:
            tables.change_told(connection, (body.id, body.message), reminded=known.reminded + 1)
    return _known(host, body.id, body.message)


def _same(host: Host, known: Told, provider: str, body: CorrectionBody) -> bool:
    said = opened(host, known.sealed, known.id + known.message)
    kept = (known.provider, known.about, known.element or "", known.through, said["why"], said["reference"])
    return kept == (provider, body.about.value, body.element, body.through.value, body.why, body.reference)


def _known(host: Host, id_: str, message: str) -> Told | None:
    with reading(host.engine) as connection:
        return tables.told(connection, id_, message)


def make(host: Host, id_: str, now: datetime, *, message: str = "", by: str = "") -> ToldSeen:
    """Log that this node's copy is put right, which ends the duty, and certify that to the provider.

    Done again, it logs nothing anew. A provider that does not answer is told later. Raises `UsageError` where there is
    no such correction.
    """
    now, row = now.astimezone(UTC), seen_told(host, id_, message).row
    disclosure = host.ledger.entry(row.received).entry
    entry = case_entry(EntryType.CORRECTION_MADE, disclosure, row.id, now, intent=row.entry)

    def also(connection: Connection, at: int) -> None:
        new = tables.corrections.c.met.is_(None)
        if not tables.change_told(connection, (row.id, row.message), new, met=at):
            raise _Before
        end_duty(connection, row.entry, DUTY, at)

    if row.met is None:
        with suppress(_Before):
            host.ledger.append(entry, PrivateRecord({"who": {"asked_by": by}}) if by else None, also=also)
    with suppress(NoAnswer, WrongAnswer):
        _certify(host, seen_told(host, row.id, row.message).row, now)
    return seen_told(host, row.id, row.message)


def certify_corrections(host: Host, now: datetime) -> int:
    """Certify to providers what could not be certified before; how many were told."""
    silent: set[str] = set()
    done = 0
    with reading(host.engine) as connection:
        rows = [row for row in tables.tolds(connection) if row.met is not None and row.certified is None]
    for row in rows:
        if row.provider in silent:
            continue
        try:
            _certify(host, row, now.astimezone(UTC))
            done += 1
        except (NoAnswer, WrongAnswer) as error:
            if error.why is not Silence.NOT_TAKEN:
                silent.add(row.provider)
    return done


def _certify(host: Host, row: Told, now: datetime) -> None:
    if row.met is None or row.certified is not None:
        return
    place = (row.id, row.message)
    try:
        taken = answered(host, row.provider, "made", _proved(host, row, row.met), TakenBody, now)
    except EasementError as error:
        problem = f"the certificate has yet to reach `{row.provider}`: {error.what}"
        with writing(host.engine) as connection:
            tables.change_told(connection, place, problem=problem)
        raise
    with writing(host.engine) as connection:
        tables.change_told(connection, place, certified=taken.entry, problem="")


def _proved(host: Host, row: Told, met: int) -> MadeBody:
    host.ledger.checkpoint()
    said = Receipt(host.ledger.entry(met).body.decode())  # who says so stays closed
    proof = host.ledger.prove(met, extra=receipt_bytes(said))
    return MadeBody(id=row.id, to=row.provider, message=row.message, entry=met, proof=proof)
