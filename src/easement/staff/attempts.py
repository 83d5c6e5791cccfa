"""Counts of wrong passwords, kept between processes; how long each makes one wait is told in `easement.staff.waits`.

An attempt is counted before the password is looked at, and taken back when it was right: however many come at the
same moment, no more are looked at than the counts allow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from easement.base.database import take_turn, writing
from easement.staff import tables
from easement.staff.ports import Keeper
from easement.staff.sealing import Sealer
from easement.staff.tokens import digest, new_token
from easement.staff.waits import ADDRESS, KNOWN_SECONDS, MEMORY_SECONDS, NAME, PAIR, Growing, place

__all__ = ["Attempt", "begin", "right"]

TURN = "staff-attempts"

_ROWS = select(tables.attempts).where(tables.attempts.c.bucket.in_(bindparam("buckets", expanding=True)))
_FORGET = delete(tables.attempts).where(tables.attempts.c.expires <= bindparam("at"))
# Made once: a flood of tries asks for them again and again.


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what it counts towards, and `wait`, the seconds left before one may be made at all.

    `device` is the token of the browser that it comes from: the one it showed, where this name signed in with it
    before, else a new one for it to keep when the try is right. `known` are the counts that remember that.
    """

    counted: Mapping[str, Growing]
    known: tuple[str, ...]
    wait: int
    device: str = field(repr=False)


def begin(keeper: Keeper, name: str, source: str, device: str, now: datetime) -> Attempt:
    """Count a try of somebody who says they are `name`, at an address and with a browser, unless they must wait."""
    at, index, where = int(now.timestamp()), Sealer(keeper.master_key).index, place(source)
    pair, shown = index("attempt", "pair", name, where), index("attempt", "device", name, digest(device))
    wide = {index("attempt", "name", name): NAME, index("attempt", "address", where): ADDRESS}
    with writing(keeper.engine) as connection:
        take_turn(connection, TURN)
        rows = _rows(connection, [shown, pair, *wide])
        signed_in = [each for each in (shown, pair) if each in rows and rows[each].known > at - KNOWN_SECONDS]
        counted = {signed_in[0]: PAIR} if signed_in else {pair: PAIR, **wide}
        wait = max((rows[bucket].until - at for bucket in counted if bucket in rows), default=0)
        if wait <= 0:
            connection.execute(_FORGET, {"at": at})
            for bucket, growing in counted.items():
                _count(connection, bucket, growing, rows.get(bucket), at)
    if shown not in signed_in:
        device = new_token()
        shown = index("attempt", "device", name, digest(device))
    return Attempt(counted, (shown, pair), max(0, wait), device)


def right(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Take a try back that was right, and remember that this name signs in from there."""
    at = int(now.timestamp())
    take_turn(connection, TURN)
    for bucket, row in _rows(connection, list(attempt.counted)).items():
        if bucket not in attempt.known:
            tables.put(connection, tables.attempts, {"bucket": bucket}, failures=max(0, row.failures - 1), until=0)
    fresh = {"failures": 0, "until": 0, "known": at, "expires": at + KNOWN_SECONDS}
    for bucket in attempt.known:
        tables.put(connection, tables.attempts, {"bucket": bucket}, **fresh)


def _rows(connection: Connection, buckets: list[str]) -> dict[str, Any]:
    return {row.bucket: row for row in connection.execute(_ROWS, {"buckets": buckets})}


def _count(connection: Connection, bucket: str, growing: Growing, row: Any, at: int) -> None:
    """One failure more; those before it are forgotten when the last wait ended a day ago."""
    failures = (row.failures if row is not None and row.until + MEMORY_SECONDS > at else 0) + 1
    known = row.known if row is not None else 0
    until = at + growing.wait(failures)
    expires = max(until + MEMORY_SECONDS, known + KNOWN_SECONDS if known else 0)
    tables.put(
        connection, tables.attempts, {"bucket": bucket}, failures=failures, until=until, known=known, expires=expires
    )
