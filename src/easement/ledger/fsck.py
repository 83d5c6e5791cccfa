"""Hold the whole ledger together: database against tiles, bundles, checkpoint and private records, all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from easement.base.database import reading
from easement.base.errors import EasementError, Problem, ProofFailed
from easement.ledger import tables
from easement.ledger.model import Logged
from easement.ledger.tiles import WIDTH, Edge, Tile
from easement.ledger.verifier import leaf_hash, read_bundle, read_tile, tile_path

if TYPE_CHECKING:
    from easement.ledger.service import Ledger

__all__ = ["examine"]

FROM_COPY = "restore it from any copy of the log, then run `easement ledger fsck` again"
FROM_BACKUP = "restore the database from its newest backup, then run `easement ledger fsck` again"


def examine(ledger: Ledger) -> list[Problem]:
    """Everything that does not fit together, each damaged thing named by file or by entry."""
    found: list[Problem] = []
    try:
        with reading(ledger.engine) as connection:
            for problem in _examine(ledger, connection):
                found.append(problem)  # noqa: PERF402 - what was found before an error is kept
    except EasementError as error:
        found.append(Problem(error.where or "database", error.what, error.remedy))
    return found


def _examine(ledger: Ledger, connection: Connection) -> Iterator[Problem]:
    size, stored = tables.size(connection), tables.stored(connection)
    if stored != size:
        yield Problem("database", f"{size} entries were taken but {stored} are there", FROM_BACKUP)
    try:
        yield from _published(ledger, connection, size)
    except ProofFailed as error:
        yield Problem("checkpoint", error.what, error.remedy or FROM_COPY)
    yield from _stored(ledger, connection)


def _published(ledger: Ledger, connection: Connection, size: int) -> Iterator[Problem]:
    """Recompute the published tree from the database and compare it with every file."""
    checkpoint = ledger.published
    if checkpoint.size > size:
        what = f"{checkpoint.size} entries were published but the database holds {size}"
        yield Problem("database", what, "this database is an older copy: restore the newest one")
    edge, entries, directory = Edge(), tables.read(connection, 0, checkpoint.size), str(ledger.directory)
    while bundle := list(islice(entries, WIDTH)):
        yield from _bundle(directory, bundle, edge.size // WIDTH)
        for tile in edge.extend(leaf_hash(each.body) for each in bundle):
            yield from _tile(directory, tile)
    for tile in edge.partial():
        yield from _tile(directory, tile)
    if edge.size == checkpoint.size and edge.root() != checkpoint.root:
        yield Problem("checkpoint", "the signed root is not the root of the entries in the database", FROM_COPY)


def _tile(directory: str, tile: Tile) -> Iterator[Problem]:
    """A tile as it should be against the file; leaf hashes are judged with their entries."""
    if not isinstance(tile.level, int) or tile.level == 0:
        return
    try:
        if read_tile(directory, tile.level, tile.index, tile.width) != tile.data:
            yield Problem(tile.path, "the tile does not hold the hashes of what is below it", FROM_COPY)
    except ProofFailed as error:
        yield Problem(tile.path, error.what, FROM_COPY)


def _bundle(directory: str, stored: Sequence[Logged], index: int) -> Iterator[Problem]:
    """Judge each entry of a bundle by three witnesses: the database, the bundle and the leaf hash."""
    width = len(stored)
    files = tile_path(0, index, width), tile_path("entries", index, width)
    try:
        leaves = read_tile(directory, 0, index, width)
    except ProofFailed as error:
        yield Problem(files[0], error.what, FROM_COPY)
        leaves = b"".join(leaf_hash(each.body) for each in stored)
    try:
        bundle = read_bundle(directory, index, width)
    except ProofFailed as error:
        yield Problem(files[1], error.what, FROM_COPY)
        bundle = [each.body for each in stored]
    for at, each in enumerate(stored):
        yield from _judge(each, bundle[at], leaves[at * 32 : at * 32 + 32], *files)


def _judge(stored: Logged, bundled: bytes, leaf: bytes, tile: str, bundle: str) -> Iterator[Problem]:
    in_database, in_bundle = leaf_hash(stored.body) == leaf, leaf_hash(bundled) == leaf
    if in_database and in_bundle:
        return
    where = f"entry {stored.index}"
    if stored.body == bundled:
        yield Problem(tile, f"the tile does not hold the hash of {where}", FROM_COPY)
        return
    if not in_bundle:
        yield Problem(bundle, f"the bundle does not hold {where} as it was published", FROM_COPY)
    if not in_database:
        yield Problem(f"database, {where}", "the entry is not the one that was published", FROM_BACKUP)


def _stored(ledger: Ledger, connection: Connection) -> Iterator[Problem]:
    """Each row must repeat what its entry says, each commitment open to its record, and the days' sums be sums."""
    sums: tables.DaySums = {}
    erased: set[int | None] = set()
    closed: dict[int, Problem] = {}
    for each in tables.rows(connection):
        where = f"entry {each.index}"
        try:
            entry = Logged(each.index, each.row[0]).entry
        except ProofFailed as error:
            yield Problem(f"database, {where}", error.what, FROM_BACKUP)
            continue
        draft = tables.draft(entry, each.row[0], None)
        if draft.row != each.row:
            yield Problem(f"database, {where}", "the columns do not say what the entry says", FROM_BACKUP)
        tables.add_released(sums, draft)
        erased.add(entry.erased)
        try:
            if entry.commitment:
                ledger.unseal(entry.commitment, each.record, each.wrapped)
        except ProofFailed as error:
            closed[each.index] = Problem(f"private record of {where}", error.what, error.remedy or FROM_BACKUP)
    if sums != tables.all_days(connection):
        yield Problem("database, counts of days", "the sums are not those of the released entries", FROM_BACKUP)
    yield from (problem for index, problem in closed.items() if index not in erased)
    for index in sorted(index for index in erased if index is not None):
        if any(tables.sealed(connection, index)):
            what = "it was erased, but its key or its text is there again"
            yield Problem(f"private record of entry {index}", what, f"erase it again: easement ledger erase {index}")
