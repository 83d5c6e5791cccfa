"""Finishing what a kill cut off. The ledger alone says what became of an answer, so that this can be done twice.

What the ledger has as released is delivered; what it has as intended and nothing more is logged as abandoned; all else
crossed already or never began. A kill while this runs leaves the same question for the next run.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from easement.base.durable import write_whole
from easement.base.errors import EasementError
from easement.gate.held import keep_held
from easement.gate.ports import Holder
from easement.gate.staging import Note, Staged, left_behind
from easement.ledger.model import Entry, EntryType, Logged, minute
from easement.ledger.receipt import make_receipt

__all__ = ["INTENT_PART", "finish_left_behind", "intent_part"]

INTENT_PART = "release"
"""The part of an intent's private record that says which staged answer it is for."""


def intent_part(answer: Staged) -> dict[str, str]:
    """What an intent keeps in private, so that it is found again where a kill came before anything else was kept."""
    return {"answer": answer.id}


def finish_left_behind(holder: Holder, *, now: datetime) -> tuple[Path, ...]:
    """Finish every answer that no living process works on; returns the targets delivered to.

    What cannot be finished now (its destination is full, or gone) stays for the next time and holds up nobody.
    """
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
            doubtful = answer.folder / f"{intent}.csv"
            if doubtful.exists():
                keep_held(doubtful, holder.home / "held")
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


def _log_abandoned(holder: Holder, intent: int, now: datetime) -> None:
    said: Entry = holder.ledger.entry(intent).entry
    told = replace(said, type=EntryType.DISCLOSURE_ABANDONED, time=minute(now), intent=intent, commitment=None)
    holder.ledger.append(told)
    holder.ledger.checkpoint()
