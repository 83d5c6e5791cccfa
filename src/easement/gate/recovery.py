"""Finishing what a kill cut off. The ledger alone says what became of an answer, so that this can be done twice.

What the ledger has as released is delivered; what it has as intended and nothing more is logged as abandoned; all else
crossed already or never began. A kill while this runs leaves the same question for the next run.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from easement.base.database import reading, writing
from easement.base.durable import write_whole
from easement.base.errors import EasementError, Refused
from easement.gate import tables
from easement.gate.ports import Holder
from easement.gate.staging import Note, Staged, left_behind
from easement.ledger.model import Entry, EntryType, Logged, minute
from easement.ledger.receipt import make_receipt
from easement.ledger.tables import Also
from easement.linkage.review import destroy_overdue

__all__ = ["INTENT_PART", "Abandoned", "abandon_overdue", "finish_left_behind", "intent_part"]

INTENT_PART = "release"
"""The part of an intent's private record that says which staged answer it is for."""


class Abandoned(Refused):
    """Somebody else settled this answer meanwhile, so that it may not go out any more."""

    def __init__(self) -> None:
        super().__init__("this answer was given up meanwhile: it took too long", remedy="ask again")


def intent_part(answer: Staged) -> dict[str, str]:
    """What an intent keeps in private, so that it is found again where a kill came before anything else was kept."""
    return {"answer": answer.id}


def finish_left_behind(holder: Holder, *, now: datetime) -> tuple[Path, ...]:
    """Finish every answer that no living process works on; returns the targets delivered to.

    What cannot be finished now (its destination is full, or gone) stays for the next time and holds up nobody. Answers
    to other nodes that nobody settled in time are abandoned too, and those that need be kept no longer are removed, as
    are pairs in doubt.
    """
    abandon_overdue(holder, now=now)
    with writing(holder.ledger.engine) as connection:
        tables.forget_answers(connection, int(now.timestamp()))
        destroy_overdue(connection, now)
    delivered = []
    for answer, note in left_behind(holder.home / "releases"):
        try:
            if _finish(holder, answer, note, now):
                delivered.append(answer.target)
        except EasementError:
            continue
    return tuple(delivered)


def _finish(holder: Holder, answer: Staged, note: Note, now: datetime) -> bool:
    intent = _intent(holder, answer, note)
    if intent is not None:
        outcome = _outcome(holder, intent)
        if outcome is None:
            _log_abandoned(holder, intent, now)
        elif outcome.entry.type is EntryType.DISCLOSURE_RELEASED and answer.data.exists():
            holder.ledger.checkpoint()
            write_whole(answer.receipt, make_receipt(holder.ledger, outcome.index))
            answer.deliver()
            return True
    answer.forget()
    return False


def _intent(holder: Holder, answer: Staged, note: Note) -> int | None:
    """The entry that intended this answer, found by what it keeps in private; `None` where none was made."""
    for logged in holder.ledger.entries(note.after, type=EntryType.DISCLOSURE_INTENDED):
        part = holder.ledger.private(logged.index).get(INTENT_PART)
        if part is not None and part.value() == intent_part(answer):
            return logged.index
    return None


def _outcome(holder: Holder, intent: int) -> Logged | None:
    """The entry that says what became of an intent: released, refused after all, failed or abandoned."""
    return next(holder.ledger.entries(intent=intent), None)


def _log_abandoned(holder: Holder, intent: int, now: datetime, also: Also | None = None) -> None:
    said: Entry = holder.ledger.entry(intent).entry
    told = replace(said, type=EntryType.DISCLOSURE_ABANDONED, time=minute(now), intent=intent, commitment=None)
    holder.ledger.append(told, also=also)
    holder.ledger.checkpoint()


def abandon_overdue(holder: Holder, *, now: datetime) -> int:
    """Log as abandoned each answer to another node whose worker's time ran out; how many.

    From then on that worker, should it still live, can release it no more.
    """
    with reading(holder.ledger.engine) as connection:
        overdue = tables.overdue(connection, int(now.timestamp()))
    done = 0
    for row in overdue:
        mine = (row.organisation, row.message, row.worker)
        with suppress(Abandoned):
            _log_abandoned(holder, row.intent, now, also=_giving_up(mine))
            done += 1
    return done


def _giving_up(mine: tuple[str, str, str]) -> Also:
    def also(connection: Connection, index: int) -> None:
        if not tables.settle_answer(connection, mine, tables.State.ABANDONED, index):
            raise Abandoned

    return also
