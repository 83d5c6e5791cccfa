"""Sessions over one table of a database, kept by this process from one lookup to the next.

To open a session takes 20 ms, and a lookup by an index a few. So a session that was used stays open for the next
lookup in the same table, with its connection; each begins by seeing the table anew. None is used by two at once, and
none again after an error.
"""

import atexit
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from easement.sources.model import DatabaseTable
from easement.sources.session import Session
from easement.sources.streams import Stream

__all__ = ["MOST_KEPT", "close_standing", "standing"]

MOST_KEPT = 4
"""Sessions kept for one table: as many as can look at once without another being made."""


class _Kept(NamedTuple):
    session: Session
    stream: Stream
    stack: ExitStack


_lock = threading.Lock()
_kept: dict[tuple[DatabaseTable, str], deque[_Kept]] = {}


@contextmanager
def standing(table: DatabaseTable, *, memory: str, seconds: float) -> Iterator[Session]:
    """A session over a table, opened or taken up again; it sees the table as it is now, and can write nowhere."""
    key = (table, memory)
    kept = _taken(key) or _made(table, memory, seconds)
    whole = False
    try:
        yield kept.session
        whole = kept.stream.rest()
    finally:
        with _lock:
            again = whole and len(_kept.setdefault(key, deque())) < MOST_KEPT
            if again:
                _kept[key].append(kept)
        if not again:
            kept.stack.close()


def _taken(key: tuple[DatabaseTable, str]) -> _Kept | None:
    while True:
        with _lock:
            waiting = _kept.get(key)
            kept = waiting.pop() if waiting else None
        if kept is None or kept.stream.wake():
            return kept
        kept.stack.close()


def _made(table: DatabaseTable, memory: str, seconds: float) -> _Kept:
    from easement.sources.files import open_sources

    with ExitStack() as stack:
        session = stack.enter_context(open_sources(table, memory=memory, seconds=seconds))
        stream = session.sources[table.name].stream
        assert stream is not None
        return _Kept(session, stream, stack.pop_all())


@atexit.register
def close_standing() -> None:
    """Close every session that is kept, as when a node ends."""
    with _lock:
        closing = [kept for waiting in _kept.values() for kept in waiting]
        _kept.clear()
    for kept in closing:
        kept.stack.close()
