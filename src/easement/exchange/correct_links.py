"""Breaking a wrong link, and carrying that to everybody who was given something through it (R4.4, R6.2).

That a link is broken, and who is to hear of it, is one commit; each is told by a signed message, once in effect, and
again by the housekeeping until it is put right there. A pair of a match is decided to be two people, so that no later
match makes the link again.
"""

import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from easement.base.database import reading, take_turn, writing
from easement.base.errors import EasementError, UsageError
from easement.base.sealed import derived_key
from easement.exchange import correct_tables as tables
from easement.exchange.correct_bodies import CorrectionBody, CorrectionTakenBody, Through
from easement.exchange.correct_cases import case_entry
from easement.exchange.correct_parts import (
    CORRECT_WITHIN,
    REMIND_EVERY,
    answered,
    checked_words,
    is_final,
    opened,
    sealed,
    stamp,
)
from easement.exchange.correct_reach import reach, through
from easement.exchange.correct_tables import Broken, Letter
from easement.exchange.incoming import TELL
from easement.exchange.message_carry import NoAnswer, Silence, WrongAnswer
from easement.exchange.ports import Host
from easement.ledger.model import Entry, EntryType, Logged, PrivateRecord, minute
from easement.linkage.review_log import Settling, log_settled
from easement.linkage.review_turns import Opinion, Verdict

__all__ = ["BrokenSeen", "WrongLink", "break_link", "note_made", "seen_broken", "seen_brokens", "tell_corrections"]

_TURN = "exchange-links-broken"


@dataclass(frozen=True, slots=True)
class WrongLink:
    """A link that is wrong: the message that it was found in; of a match, both sides' keys of the two records."""

    message: str
    listed: str = field(default="", repr=False)
    held: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BrokenSeen:
    """A broken link as staff see it: its row, why it was broken, and who is to hear of it."""

    row: Broken
    said: Mapping[str, Any] = field(repr=False)
    letters: tuple[Letter, ...]

    @property
    def open(self) -> int:
        """How many have yet to put it right."""
        return sum(each.made_entry is None and each.closed is None for each in self.letters)

    def late(self, now: datetime) -> tuple[Letter, ...]:
        """Those who were told, and are late with putting it right."""
        at = now.timestamp()
        waiting = (each for each in self.letters if each.made_entry is None and each.closed is None)
        return tuple(each for each in waiting if each.due is not None and each.due < at)

    def as_dict(self) -> dict[str, Any]:
        """The link as `--json` shows it."""
        row = self.row
        return {
            "id": row.id,
            "through": row.through,
            "agreement": row.agreement_id,
            "share": row.share,
            "opened": datetime.fromtimestamp(row.opened, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "entry": row.entry,
            "decided": row.decided,
            "by_hand": row.outside,
            "open": self.open,
            "said": dict(self.said),
            "recipients": [_letter_dict(each) for each in self.letters],
        }


def _letter_dict(each: Letter) -> dict[str, Any]:
    state = "made" if each.made_entry else "closed" if each.closed else "told" if each.told else "waiting"
    due = datetime.fromtimestamp(each.due, UTC).date().isoformat() if each.due else None
    said = {"organisation": each.organisation, "message": each.message, "state": state, "due": due}
    return {**said, "entry": each.told_entry, "made": each.made_entry, "problem": each.problem}


def seen_brokens(host: Host) -> tuple[BrokenSeen, ...]:
    """Every broken link, the newest first."""
    with reading(host.engine) as connection:
        rows, letters = tables.brokens(connection), tables.letters(connection)
    return tuple(_seen(host, row, tuple(each for each in letters if each.id == row.id)) for row in rows)


def seen_broken(host: Host, id_: str) -> BrokenSeen:
    """A broken link by its id or the beginning of it; raises `UsageError` for none, or several."""
    with reading(host.engine) as connection:
        row, letters = tables.broken(connection, id_), tables.letters(connection, id_)
    if row is not None:
        return _seen(host, row, tuple(letters))
    found = [each for each in seen_brokens(host) if id_ and each.row.id.startswith(id_)]
    if len(found) != 1:
        raise UsageError(f"no broken link `{id_}`, or several", remedy="see which there are: easement correction list")
    return found[0]


def _seen(host: Host, row: Broken, letters: tuple[Letter, ...]) -> BrokenSeen:
    return BrokenSeen(row, opened(host, row.sealed, row.id), letters)


# Breaking


class _Before(Exception):
    """It was broken before."""


def break_link(host: Host, wrong: WrongLink, why: str, now: datetime, *, by: str = "", dispute: str = "") -> BrokenSeen:
    """Break a wrong link and tell everybody who was given something through it; done again, it changes nothing.

    Raises `UsageError` where nothing was given under that message, and for a match without both records' keys.
    """
    now, why = now.astimezone(UTC), checked_words(why, "reason")
    found = _released(host, wrong.message)
    kind = through(found.entry)
    _check(wrong, kind)
    link = _link(host, wrong, found, kind)
    id_, said = secrets.token_hex(16), {"why": why, "by": by, "listed": wrong.listed, "held": wrong.held}
    reached = reach(host, found, now.date())
    entry = Entry(
        time=minute(now),
        type=EntryType.LINK_BROKEN,
        agreement=found.entry.agreement,
        agreement_id=found.entry.agreement_id,
        version=found.entry.version,
        share=found.entry.share,
        mode=found.entry.mode,
        count=len(reached),
        intent=found.index,
        concern=id_,
    )

    def also(connection: Connection, index: int) -> None:
        take_turn(connection, _TURN)
        if tables.broken_of(connection, link) is not None:
            raise _Before
        known = {each.message for each in tables.letters(connection)} if kind is Through.LOOKUP else set()
        letters = [_letter(id_, each) for each in reached if each.entry.message and each.entry.message not in known]
        outside = sum(each.entry.message is None for each in reached)
        row = Broken(
            id_, link, kind.value, found.entry.agreement_id or "", found.entry.share or "", stamp(now), index,
            found.entry.intent or 0, None, outside, dispute, sealed(host, said, id_),
        )  # fmt: skip
        tables.add_broken(connection, row, letters)

    with suppress(_Before):
        if _known(host, link) is None:
            host.ledger.append(entry, PrivateRecord({"who": {"asked_by": by}}) if by else None, also=also)
    known = _known(host, link)
    assert known is not None  # by this commit, or by one before
    tell_corrections(host, now, only=known.id)
    return seen_broken(host, known.id)


def _known(host: Host, link: str) -> Broken | None:
    with reading(host.engine) as connection:
        return tables.broken_of(connection, link)


def _released(host: Host, message: str) -> Logged:
    for each in host.ledger.entries(type=EntryType.DISCLOSURE_RELEASED):
        if each.entry.message == message:
            return each
    what = f"nothing was given to another node under the message `{message}`"
    raise UsageError(what, remedy="the case names it, and so does the entry of the disclosure")


def _check(wrong: WrongLink, kind: Through) -> None:
    if kind is Through.MATCH and not (wrong.listed and wrong.held):
        what = "a link of a match is between two records, and both must be named"
        raise UsageError(what, remedy="name the recipient's own key and yours: --listed-key KEY --held-key KEY")
    if kind is Through.LOOKUP and (wrong.listed or wrong.held):
        raise UsageError(
            "this was about one person, not a match of lists", remedy="leave out --listed-key and --held-key"
        )


def _link(host: Host, wrong: WrongLink, found: Logged, kind: Through) -> str:
    """A keyed digest of the link: of a match its two records for that recipient, of a lookup the question itself."""
    said = found.entry
    parts = [kind.value, wrong.message]
    if kind is Through.MATCH:
        recipient = (said.parties or {}).get("recipient", "")
        parts = [kind.value, said.agreement_id or "", said.share or "", recipient, wrong.listed, wrong.held]
    key = derived_key(host.master_key, "exchange links broken")
    return hmac.digest(key, "\x1f".join(parts).encode("utf-8", "surrogatepass"), "sha256").hex()


def _letter(id_: str, released: Logged) -> Letter:
    said = released.entry
    recipient = (said.parties or {}).get("recipient", "")
    return Letter(id_, said.message or "", recipient, released.index, said.agreement_id or "")


# Telling


def tell_corrections(host: Host, now: datetime, *, only: str = "") -> int:
    """Decide what is yet undecided, and tell everybody who has yet to hear or is late; how many were told.

    Who does not answer is left alone until the next time; who left the cluster is kept for when it is back.
    """
    now = now.astimezone(UTC)
    with reading(host.engine) as connection:
        undecided = [each for each in tables.brokens(connection) if each.decided is None]
        at = stamp(now)
        waiting = tables.waiting_letters(connection, at, at - round(REMIND_EVERY.total_seconds()))
    for row in undecided:
        if row.through == Through.MATCH.value and only in ("", row.id):
            _keep_apart(host, row, now)
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


def _keep_apart(host: Host, row: Broken, now: datetime) -> None:
    """Decide that the two records are two people, so that no later match pairs them; once."""
    said = opened(host, row.sealed, row.id)
    opinion = Opinion("correction", said["by"] or "correction", Verdict.DIFFERENT, said["why"])
    pair = Settling(said["listed"], said["held"], "correction", None, False, (opinion,))

    def also(connection: Connection, index: int) -> None:
        if not tables.change_broken(connection, row.id, decided=index):
            raise _Before

    with suppress(_Before):
        log_settled(host.ledger, row.intent, (pair,), now=now, also=also)


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
    return CorrectionBody(
        id=each.id,
        to=each.organisation,
        message=each.message,
        through=Through(row.through),
        reference=said["listed"],
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
