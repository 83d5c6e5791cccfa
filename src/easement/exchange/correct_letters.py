"""Telling everybody who is to hear of what was taken back, until it is put right there; each message once in effect."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Connection

from easement.base.database import reading, writing
from easement.base.errors import EasementError
from easement.exchange import correct_tables as tables
from easement.exchange.correct_back import catch_up
from easement.exchange.correct_bodies import About, CorrectionBody, CorrectionTakenBody, Through
from easement.exchange.correct_cases import case_entry
from easement.exchange.correct_parts import CORRECT_WITHIN, REMIND_EVERY, answered, is_final, opened, stamp
from easement.exchange.correct_tables import Letter
from easement.exchange.incoming import TELL
from easement.exchange.message_carry import NoAnswer, Silence, WrongAnswer
from easement.exchange.ports import Host
from easement.ledger.model import EntryType

__all__ = ["note_made", "tell_corrections"]


class _Before(Exception):
    """It is logged already."""


def tell_corrections(host: Host, now: datetime, *, only: str = "") -> int:
    """Tell everybody who has yet to hear or is late; how many were told.

    Who does not answer is left alone until the next time; who left the cluster is kept for when it is back.
    """
    now = now.astimezone(UTC)
    with reading(host.engine) as connection:
        rows = [each for each in tables.brokens(connection) if only in ("", each.id)]
    for row in rows:
        catch_up(host, row, now)
    at = stamp(now)
    with reading(host.engine) as connection:
        waiting = tables.waiting_letters(connection, at, at - round(REMIND_EVERY.total_seconds()))
    silent: set[str] = set()
    done = 0
    for each in waiting:
        if each.organisation in silent or only not in ("", each.id):
            continue
        try:
            _tell(host, each, now)
            done += 1
        except (NoAnswer, WrongAnswer) as error:
            if error.why is not Silence.NOT_TAKEN:
                silent.add(each.organisation)
    return done


def _tell(host: Host, each: Letter, now: datetime) -> None:
    at, place = stamp(now), (each.id, each.message)
    try:
        taken = answered(host, each.organisation, "told", _body(host, each), CorrectionTakenBody, now)
        if (taken.id, taken.message) != place:
            raise WrongAnswer(f"the answer of `{each.organisation}` is of another correction", remedy=TELL)
    except EasementError as error:
        final = is_final(error)
        problem = f"`{each.organisation}` {'has nothing to put right' if final else 'has yet to hear'}: {error.what}"
        with writing(host.engine) as connection:
            tables.change_letter(connection, place, tried=at, problem=problem, closed=at if final else None)
        raise
    if each.told is None:
        _log_told(host, each, taken.entry, now)
    with writing(host.engine) as connection:
        tables.change_letter(connection, place, tried=at, problem="")


def _body(host: Host, each: Letter) -> CorrectionBody:
    with reading(host.engine) as connection:
        row = tables.broken(connection, each.id)
    assert row is not None  # letters are kept in one commit with it
    said = opened(host, row.sealed, row.id)
    own = opened(host, each.sealed, f"{each.id} {each.message}")
    old = said["listed"] if row.about == About.LINK else ""  # kept before each letter had its own
    return CorrectionBody(
        id=each.id,
        to=each.organisation,
        message=each.message,
        about=About(row.about),
        element=row.element or "",
        through=Through(row.through),
        reference=own.get("reference", old),
        why=said["why"],
        entry=row.entry,
    )


def _log_told(host: Host, each: Letter, peer_entry: int, now: datetime) -> None:
    disclosure = host.ledger.entry(each.released).entry
    facts = {"intent": each.released, "peer_entry": peer_entry}
    entry = case_entry(EntryType.CORRECTION_TOLD, disclosure, each.id, now, **facts)

    def also(connection: Connection, index: int) -> None:
        new = tables.carried.c.told.is_(None)
        changed = {"told": stamp(now), "due": stamp(now + CORRECT_WITHIN), "peer_entry": peer_entry}
        if not tables.change_letter(connection, (each.id, each.message), new, told_entry=index, **changed):
            raise _Before

    with suppress(_Before):
        host.ledger.append(entry, also=also)


def note_made(host: Host, each: Letter, made: int, now: datetime) -> int:
    """Log that a recipient put its copy right, once; the entry that says so."""
    if each.told is None:  # its answer came before this node had noted that it was told
        _log_told(host, each, made, now)
    disclosure = host.ledger.entry(each.released).entry
    facts = {"intent": each.released, "peer_entry": made}
    entry = case_entry(EntryType.CORRECTION_MADE, disclosure, each.id, now, **facts)

    def also(connection: Connection, index: int) -> None:
        new = tables.carried.c.made_entry.is_(None)
        changed = {"made": made, "made_entry": index, "problem": ""}
        if not tables.change_letter(connection, (each.id, each.message), new, **changed):
            raise _Before

    with suppress(_Before):
        if each.made_entry is None:
            return host.ledger.append(entry, also=also)
    with reading(host.engine) as connection:
        known = tables.letter(connection, each.id, each.message)
    assert known is not None
    assert known.made_entry is not None  # by the commit before
    return known.made_entry
