"""How a group of drafts becomes durable, with what else belongs into the commit of each.

Nearly always everything is written at once. Where what goes with one entry cannot be written, all is undone and
written again draft by draft, each behind a savepoint, so that only that one is left out: indexes stay dense, and
nobody else notices. What the disk refuses is not one draft's affair: it fails them all.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from easement.base.database import writing
from easement.base.errors import StorageFailed
from easement.ledger import tables
from easement.ledger.grouping import Outcomes

__all__ = ["Unwritten", "commit_all", "commit_apart"]


class Unwritten(Exception):
    """What goes with one entry could not be written, for a reason that is its own."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


def commit_all(engine: Engine, drafts: Sequence[tables.Draft]) -> Outcomes:
    """Write all drafts and what goes with them, or nothing; raises `Unwritten` and `StorageFailed`."""
    with writing(engine) as connection:
        first = tables.append(connection, drafts)
        for index, each in enumerate(drafts, first):
            if each.also is not None:
                _write_also(connection, each.also, index)
    return range(first, first + len(drafts))


def commit_apart(engine: Engine, drafts: Sequence[tables.Draft]) -> Outcomes:
    """Write each draft that can be written; for the others, why not. Raises `StorageFailed`."""
    outcomes: list[int | Exception] = []
    with writing(engine) as connection:
        for also, run in groupby(drafts, attrgetter("also")):
            if also is None:
                alone = list(run)
                first = tables.append(connection, alone)
                outcomes += range(first, first + len(alone))
            else:
                outcomes += [_apart(connection, each, also) for each in run]
    return outcomes


def _apart(connection: Connection, draft: tables.Draft, also: tables.Also) -> int | Exception:
    try:
        with connection.begin_nested():
            index = tables.append(connection, [draft])
            _write_also(connection, also, index)
            return index
    except Unwritten as unwritten:
        return unwritten.cause


def _write_also(connection: Connection, also: tables.Also, index: int) -> None:
    try:
        also(connection, index)
    except StorageFailed:
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError | ProgrammingError):
            raise  # the disk or the database itself, which nobody else's entry would survive either
        raise Unwritten(error) from error
