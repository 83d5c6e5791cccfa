"""The public side of a ledger: a directory of tiles, bundles and one signed checkpoint, served as static files."""

import fcntl
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from easement.base.database import take_turn, writing
from easement.base.durable import flush_directory, write_whole
from easement.base.errors import ProofFailed, StorageFailed
from easement.ledger.checkpoint import Checkpoint, sign_checkpoint, verified_checkpoint
from easement.ledger.model import Logged
from easement.ledger.note import Key, Signer
from easement.ledger.tiles import WIDTH, Edge, Tile, encode_bundle, read_edge
from easement.ledger.verifier import leaf_hash, read_tile, read_whole

__all__ = ["grow", "hold_last", "locked", "publish", "published", "sound_edge"]


TURN = "ledger:publish"
"""Whoever publishes from a shared database takes this turn, on whichever machine."""


@contextmanager
def locked(directory: Path, engine: Engine) -> Iterator[None]:
    """Hold the directory against other processes that publish to it, and the log against other machines that do."""
    try:
        lock = (directory / ".lock").open("w")
    except OSError as error:
        raise StorageFailed(
            f"cannot publish to `{directory}`: {error.strerror}", remedy="check the folder and who may write to it"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if engine.dialect.name == "sqlite":  # a file is of one machine, and its one write lock is for the appends
            yield
            return
        with writing(engine) as connection:
            take_turn(connection, TURN)
            yield


def published(directory: Path, keys: Iterable[Key]) -> Checkpoint:
    """The checkpoint that was published last; raises `ProofFailed` when it is absent or not this log's own."""
    try:
        data = read_whole(str(directory / "checkpoint"))
    except OSError as error:
        raise ProofFailed(
            f"the published checkpoint cannot be read: {error.strerror}",
            where=str(directory / "checkpoint"),
            remedy="restore it from any copy of the log; without it nobody can tell what was promised",
        ) from error
    return verified_checkpoint(data, keys)


def sound_edge(directory: Path, checkpoint: Checkpoint) -> Edge:
    """The right edge of the published tree, held against its signed root; raises `ProofFailed`."""
    edge = read_edge(directory, checkpoint.size)
    if edge.root() != checkpoint.root:
        raise ProofFailed(
            "the published tiles do not lead to the published root",
            where=str(directory),
            remedy="run `easement ledger fsck` to see which, and restore them from any copy of the log",
        )
    return edge


def hold_last(directory: Path, size: int, logged: Iterable[Logged]) -> None:
    """Hold the entries of the last published bundle against their published hashes; raises `ProofFailed`."""
    start = max(0, size - 1) // WIDTH * WIDTH
    tile = read_tile(str(directory), 0, start // WIDTH, size - start) if size else b""
    if b"".join(leaf_hash(each.body) for each in logged if start <= each.index < size) != tile:
        raise _changed(start)


def _changed(start: int) -> ProofFailed:
    return ProofFailed(
        f"entries from {start} on are not those that were published",
        remedy="the database was changed, or an older copy was restored; run `easement ledger fsck`",
    )


def grow(edge: Edge, logged: Iterable[Logged]) -> Iterator[Tile]:
    """The tiles and bundles that change when entries are added; `logged` begins at the last bundle's first entry.

    Raises `ProofFailed` when entries that were published before are not what they were.
    """
    entries, before = iter(logged), edge.size
    while bundle := [each.body for each in islice(entries, WIDTH)]:
        start = edge.size - edge.size % WIDTH
        hashes = [leaf_hash(body) for body in bundle]
        known = edge.levels[0] if edge.levels and start < before else []
        if hashes[: len(known)] != known:
            raise _changed(start)
        yield Tile("entries", start // WIDTH, len(bundle), encode_bundle(bundle))
        yield from edge.extend(hashes[len(known) :])
    yield from edge.partial()


def publish(directory: Path, edge: Edge, logged: Iterable[Logged], signers: Sequence[Signer]) -> Checkpoint:
    """Write what changed, then sign and write the checkpoint; durable when this returns.

    A kill at any point leaves the old checkpoint with all that it needs, and publishing again writes the same files.
    """
    full: list[str] = []
    for tile in grow(edge, logged):
        _write(directory, tile)
        full += [tile.path] if tile.width == WIDTH else []
    for path in full:
        shutil.rmtree(directory / f"{path}.p", ignore_errors=True)
    note = sign_checkpoint(edge.size, edge.root(), *signers)
    write_whole(directory / "checkpoint", note)
    return Checkpoint(signers[0].name, edge.size, edge.root())


def _write(directory: Path, tile: Tile) -> None:
    target = directory / tile.path
    try:
        if target.read_bytes() == tile.data:
            return
    except OSError:
        _make_folders(target.parent)
    write_whole(target, tile.data)


def _make_folders(folder: Path) -> None:
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_directory(folder.parent)
