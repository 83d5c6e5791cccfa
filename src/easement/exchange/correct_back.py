"""What was taken back here: wrong links and values that were put right, each kept with everybody who is to hear of it.

The entry, its row and the letters are one commit. What was released while they were looked for is found by looking
through the entries up to that one once more, so that nobody is left out however busy the node is.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from easement.base.database import reading, take_turn, writing
from easement.base.errors import UsageError
from easement.base.sealed import derived_key
from easement.exchange import correct_tables as tables
from easement.exchange.correct_bodies import About, Through
from easement.exchange.correct_parts import opened, sealed, stamp
from easement.exchange.correct_reach import Changed, Pair, Reached, Span, reach_link, reach_value
from easement.exchange.correct_tables import Broken, Letter
from easement.exchange.ports import Host
from easement.ledger.model import Entry, EntryType, Logged, PrivateRecord, minute

__all__ = ["Back", "BrokenSeen", "catch_up", "digest_of", "keep", "kept", "released", "seen_broken", "seen_brokens"]

_TURN = "exchange-links-broken"
_LOGGED = {About.LINK: EntryType.LINK_BROKEN, About.VALUE: EntryType.VALUE_CORRECTED}


@dataclass(frozen=True, slots=True)
class BrokenSeen:
    """Something taken back as staff see it: its row, why it was, and who is to hear of it."""

    row: Broken
    said: Mapping[str, Any] = field(repr=False)
    letters: tuple[Letter, ...]

    @property
    def open(self) -> int:
        """How many have yet to put it right."""
        return sum(each.made_entry is None and each.closed is None for each in self.letters)

    @property
    def unknown(self) -> int:
        """How many older disclosures may have given the value, and cannot be looked into."""
        return int(self.said.get("unknown", 0))

    def late(self, now: datetime) -> tuple[Letter, ...]:
        """Those who were told, and are late with putting it right."""
        at = now.timestamp()
        waiting = (each for each in self.letters if each.made_entry is None and each.closed is None)
        return tuple(each for each in waiting if each.due is not None and each.due < at)

    def as_dict(self) -> dict[str, Any]:
        """What was taken back as `--json` shows it."""
        row, said = self.row, self.said
        return {
            "id": row.id,
            "about": row.about,
            "element": row.element,
            "through": row.through,
            "agreement": row.agreement_id,
            "share": row.share,
            "opened": datetime.fromtimestamp(row.opened, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "entry": row.entry,
            "decided": row.decided,
            "by_hand": row.outside,
            "unknown": self.unknown,
            "open": self.open,
            "said": {name: said[name] for name in ("why", "by", "listed", "held")},
            "recipients": [_letter_dict(each) for each in self.letters],
        }


def _letter_dict(each: Letter) -> dict[str, Any]:
    state = "made" if each.made_entry else "closed" if each.closed else "told" if each.told else "waiting"
    due = datetime.fromtimestamp(each.due, UTC).date().isoformat() if each.due else None
    said = {"organisation": each.organisation, "message": each.message, "state": state, "due": due}
    return {**said, "entry": each.told_entry, "made": each.made_entry, "problem": each.problem}


def seen_brokens(host: Host) -> tuple[BrokenSeen, ...]:
    """Everything that was taken back, the newest first."""
    with reading(host.engine) as connection:
        rows, letters = tables.brokens(connection), tables.letters(connection)
    return tuple(_seen(host, row, tuple(each for each in letters if each.id == row.id)) for row in rows)


def seen_broken(host: Host, id_: str) -> BrokenSeen:
    """One of them by its id or the beginning of it; raises `UsageError` for none, or several."""
    with reading(host.engine) as connection:
        row, letters = tables.broken(connection, id_), tables.letters(connection, id_)
    if row is not None:
        return _seen(host, row, tuple(letters))
    found = [each for each in seen_brokens(host) if id_ and each.row.id.startswith(id_)]
    if len(found) != 1:
        remedy = "see which there are: easement correction list"
        raise UsageError(f"nothing was taken back as `{id_}`, or several", remedy=remedy)
    return found[0]


def _seen(host: Host, row: Broken, letters: tuple[Letter, ...]) -> BrokenSeen:
    return BrokenSeen(row, opened(host, row.sealed, row.id), letters)


# Keeping


@dataclass(frozen=True, slots=True)
class Back:
    """Something to be taken back: from which disclosure, what it is by its digest, and what is said of it in words."""

    found: Logged
    about: About
    through: Through
    digest: str
    said: Mapping[str, Any] = field(repr=False)
    element: str = ""
    decided: int | None = None
    dispute: str = ""


class _Before(Exception):
    """It was taken back before."""


def released(host: Host, message: str) -> Logged:
    """The entry by which something was given under a message; raises `UsageError` for none."""
    for each in host.ledger.entries(type=EntryType.DISCLOSURE_RELEASED):
        if each.entry.message == message:
            return each
    what = f"nothing was given to another node under the message `{message}`"
    raise UsageError(what, remedy="the case names it, and so does the entry of the disclosure")


def digest_of(host: Host, *parts: str) -> str:
    """A keyed digest of what is taken back, so that it is taken back once."""
    key = derived_key(host.master_key, "exchange links broken")
    return hmac.digest(key, "\x1f".join(parts).encode("utf-8", "surrogatepass"), "sha256").hex()


def keep(host: Host, back: Back, reached: Sequence[Reached], looked: int, now: datetime, *, by: str) -> Broken:
    """Log it and keep everybody who is to hear of it, once; the row, by this commit or the one before.

    `looked` is how many entries the log had when `reached` was looked for.
    """
    id_ = secrets.token_hex(16)
    entry = _entry(back, id_, len(reached), now)

    def also(connection: Connection, index: int) -> None:
        take_turn(connection, _TURN)
        if tables.broken_of(connection, back.digest) is not None:
            raise _Before
        outside = sum(each.released.entry.message is None for each in reached)
        said = back.found.entry
        row = Broken(
            id_, back.digest, back.through.value, said.agreement_id or "", said.share or "", stamp(now), index,
            said.intent or 0, back.decided, outside, back.dispute, sealed(host, back.said, id_), back.about.value,
            back.element or None, looked,
        )  # fmt: skip
        tables.add_broken(connection, row, _letters(host, connection, row, reached))

    with suppress(_Before):
        if kept(host, back.digest) is None:
            host.ledger.append(entry, PrivateRecord({"who": {"asked_by": by}}) if by else None, also=also)
    known = kept(host, back.digest)
    assert known is not None
    return known


def kept(host: Host, digest: str) -> Broken | None:
    """What was taken back already."""
    with reading(host.engine) as connection:
        return tables.broken_of(connection, digest)


def _entry(back: Back, id_: str, count: int, now: datetime) -> Entry:
    said = back.found.entry
    fields = {back.element: (said.fields or {})[back.element]} if back.element else None
    return Entry(
        time=minute(now),
        type=_LOGGED[back.about],
        agreement=said.agreement,
        agreement_id=said.agreement_id,
        version=said.version,
        share=said.share,
        mode=said.mode,
        fields=fields,
        count=count,
        intent=back.found.index,
        concern=id_,
    )


def _letters(host: Host, connection: Connection, row: Broken, reached: Sequence[Reached]) -> list[Letter]:
    """Who is to hear; by whom a lookup's link was told of once need not hear of it again."""
    known: set[str] = set()
    if (row.about, row.through) == (About.LINK, Through.LOOKUP):
        links = {each.id for each in tables.brokens(connection) if each.about == About.LINK}
        known = {each.message for each in tables.letters(connection) if each.id in links}
    letters = []
    for each in reached:
        message = each.released.entry.message
        if message and message not in known:  # an id that somebody drew after another stands for the first alone
            known.add(message)
            letters.append(_letter(host, row.id, each))
    return letters


def _letter(host: Host, id_: str, each: Reached) -> Letter:
    said = each.released.entry
    recipient, message = (said.parties or {}).get("recipient", ""), said.message or ""
    reference = sealed(host, {"reference": each.reference}, f"{id_} {message}") if each.reference else None
    return Letter(id_, message, recipient, each.released.index, said.agreement_id or "", sealed=reference)


# Who was given it meanwhile


def catch_up(host: Host, row: Broken, now: datetime) -> int:
    """Look among the entries up to the one that took it back for whom nobody looked at first; how many were found."""
    if row.looked is None or row.looked >= row.entry:
        return 0
    found = host.ledger.entry(host.ledger.entry(row.entry).entry.intent or 0)
    reached = _reach(row)(host, found, opened(host, row.sealed, row.id), now, Span(row.looked, row.entry))
    with writing(host.engine) as connection:
        fresh = [each for each in reached if each.released.index != found.index]
        return tables.add_letters(connection, row.id, _letters(host, connection, row, fresh), row.entry)


Look = Callable[[Host, Logged, Mapping[str, Any], datetime, Span], tuple[Reached, ...]]


def _reach(row: Broken) -> Look:
    return _value if row.about == About.VALUE else _link


def _link(host: Host, found: Logged, said: Mapping[str, Any], now: datetime, span: Span) -> tuple[Reached, ...]:
    return reach_link(host, found, Pair(said["listed"], said["held"]), now.date(), span)


def _value(host: Host, found: Logged, said: Mapping[str, Any], now: datetime, span: Span) -> tuple[Reached, ...]:
    changed = Changed(said["element"], said["listed"], said["person"])
    return reach_value(host, found, changed, now.date(), span)[0]
