"""How often an organisation may be refused: some refusals a minute are logged one by one, of the rest how many.

So nobody grows another's log without end by asking what is never given. Whoever is over the limit is told so, and is
counted durably before that; one entry a minute says how many it were.
"""

import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, String, Table, select, update

from easement.base.database import METADATA, Whole, reading, writing
from easement.exchange.ports import Host
from easement.exchange.upsert import insert_new
from easement.ledger.model import Entry, EntryType, minute

__all__ = ["TOO_OFTEN", "is_over", "look", "note_refused", "seconds_to_wait", "sum_up"]

TOO_OFTEN = "asked.too-often"
"""The reason that an entry gives for requests which were refused undecided."""

_refusals = Table(
    "exchange_refusals",
    METADATA,
    Column("organisation", String(63), primary_key=True),
    Column("minute", Whole, nullable=False),
    Column("logged", Integer, nullable=False),
    Column("unsaid", Whole, nullable=False),
)
"""Of each organisation: how many refusals were logged in which minute since 1970, and how many were only counted."""

_lock = threading.Lock()
_over: dict[tuple[Path, str], int] = {}
"""Who is over the limit, and in which minute: so that whoever is not costs no look at the database."""


def note_refused(host: Host, organisation: str, now: datetime) -> None:
    """Count a refusal that was logged; the one that reaches the limit lets no more in before the minute is over."""
    this = _minute(now)
    mine = _refusals.c.organisation == organisation
    with writing(host.engine) as connection:
        insert_new(connection, _refusals, {"organisation": organisation, "minute": this, "logged": 0, "unsaid": 0})
        connection.execute(update(_refusals).where(mine, _refusals.c.minute != this).values(minute=this, logged=0))
        connection.execute(update(_refusals).where(mine).values(logged=_refusals.c.logged + 1))
        logged = connection.scalar(select(_refusals.c.logged).where(mine)) or 0
    _remember(host, organisation, this, logged)


def look(host: Host, organisation: str, now: datetime) -> None:
    """Learn what other processes counted of an organisation."""
    mine = (_refusals.c.organisation == organisation, _refusals.c.minute == _minute(now))
    with reading(host.engine) as connection:
        logged = connection.scalar(select(_refusals.c.logged).where(*mine)) or 0
    _remember(host, organisation, _minute(now), logged)


def _remember(host: Host, organisation: str, this: int, logged: int) -> None:
    if logged >= host.settings.exchange.refusals_a_minute:
        with _lock:
            _over[host.home, organisation] = this


def is_over(host: Host, organisation: str, now: datetime) -> bool:
    """Whether an organisation is over the limit, so that it is counted again and not answered."""
    return _over.get((host.home, organisation)) == _minute(now)


def seconds_to_wait(host: Host, organisation: str, now: datetime) -> int:
    """In how many seconds an organisation may ask again; 0 for now. That it asked too early is counted durably."""
    with _lock:
        over = _over.get((host.home, organisation))
        if over is None:
            return 0
        if over != _minute(now):
            del _over[host.home, organisation]
            return 0
    with writing(host.engine) as connection:
        mine = _refusals.c.organisation == organisation
        connection.execute(update(_refusals).where(mine).values(unsaid=_refusals.c.unsaid + 1))
    return 60 - int(now.timestamp()) % 60


def sum_up(host: Host, now: datetime) -> int:
    """Write to the ledger how often each organisation was turned away in minutes that are over; how many entries."""
    with reading(host.engine) as connection:
        over = (_refusals.c.unsaid > 0, _refusals.c.minute != _minute(now))
        found = connection.execute(select(_refusals.c.organisation, _refusals.c.unsaid).where(*over)).all()
    for organisation, unsaid in found:
        with suppress(_SaidBefore):
            _say(host, organisation, unsaid, now)
    return len(found)


class _SaidBefore(Exception):
    """Another process has said it."""


def _say(host: Host, organisation: str, unsaid: int, now: datetime) -> None:
    told = Entry(
        time=minute(now),
        type=EntryType.REQUEST_REFUSED,
        parties={"provider": host.organisation, "recipient": organisation},
        count=unsaid,
        reasons=(TOO_OFTEN,),
    )

    def said(connection: Connection, _: int) -> None:
        mine = (_refusals.c.organisation == organisation, _refusals.c.unsaid >= unsaid)
        less = update(_refusals).where(*mine).values(unsaid=_refusals.c.unsaid - unsaid)
        if connection.execute(less).rowcount != 1:
            raise _SaidBefore

    host.ledger.append(told, also=said)


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
