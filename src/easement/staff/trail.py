"""The trail of administration: who did what to which account or key, and when. It is only ever added to.

Each line's seal is an HMAC, under a key derived from the node's master key, over the line and the seal before it: a
line that was changed, moved or taken out of the middle is seen by whoever holds that key.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from easement.base.canonical import canonical_record
from easement.base.database import reading, take_turn
from easement.base.sealed import derived_key
from easement.staff import tables
from easement.staff.model import Act, Done
from easement.staff.ports import Keeper

__all__ = ["check_trail", "note", "trail"]

LABEL = "staff-trail"
MOST = 10_000
"""Lines read at once."""


def note(
    connection: Connection, keeper: Keeper, act: Act, about: str, *, by: str, now: datetime, **detail: Any
) -> None:
    """Add a line, in the transaction of what it is about. `detail` holds ids and codes, and nobody's name."""
    take_turn(connection, LABEL)
    last = connection.execute(
        select(tables.trail.c.number, tables.trail.c.seal).order_by(tables.trail.c.number.desc()).limit(1)
    ).one_or_none()
    number, before = (last.number + 1, last.seal) if last else (0, "")
    line = {
        "number": number,
        "at": int(now.timestamp()),
        "by": by,
        "act": act.value,
        "about": about,
        "detail": canonical_record(detail).decode(),
    }
    tables.add(connection, tables.trail, **line, seal=_seal(keeper.master_key, line, before))


def _seal(master: bytes, line: Mapping[str, Any], before: str) -> str:
    said = canonical_record({**line, "before": before})
    return hmac.digest(derived_key(master, LABEL), said, "sha256").hex()


def trail(keeper: Keeper, *, about: str = "", before: int | None = None, most: int = 100) -> list[Done]:
    """The newest lines first, at most `most`: about one account or key where one is named, below a number if given."""
    table = tables.trail
    query = select(table).order_by(table.c.number.desc()).limit(most)
    query = query.where(table.c.about == about) if about else query
    query = query.where(table.c.number < before) if before is not None else query
    with reading(keeper.engine) as connection:
        return [_read(row) for row in connection.execute(query)]


def _read(row: tables.Found) -> Done:
    at = datetime.fromtimestamp(row.at, UTC)
    return Done(row.number, at, row.by, Act(row.act), row.about, json.loads(row.detail))


def check_trail(keeper: Keeper) -> int | None:
    """The number of the first line that does not fit the one before it; `None` where all do.

    Lines cut off at the end cannot be seen from what is left.
    """
    before = ""
    with reading(keeper.engine) as connection:
        for expected, row in enumerate(_all(connection)):
            line = {name: row[name] for name in ("number", "at", "by", "act", "about", "detail")}
            fits = hmac.compare_digest(_seal(keeper.master_key, line, before), row["seal"])
            if row["number"] != expected or not fits:
                return expected
            before = row["seal"]
    return None


def _all(connection: Connection) -> Iterator[Mapping[str, Any]]:
    table, start = tables.trail, -1
    last = connection.execute(select(func.max(table.c.number))).scalar_one()
    while last is not None and start < last:
        page = select(table).where(table.c.number > start).order_by(table.c.number).limit(MOST)
        for row in connection.execute(page).mappings():
            start = row["number"]
            yield dict(row)
