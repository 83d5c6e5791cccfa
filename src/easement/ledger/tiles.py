"""Tiles and entry bundles (C2SP tlog-tiles): the tree as static files of at most 256 hashes or entries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from easement.ledger.tree import Read, node_hash
from easement.ledger.verifier import read_tile, root_of, tile_path

__all__ = ["WIDTH", "Edge", "Tile", "TileReader", "encode_bundle", "read_edge", "tile_path", "widths"]

WIDTH = 256
"""Hashes in a full tile, and entries in a full bundle."""

KEPT = 1024
"""Full tiles whose inner hashes a reader keeps at hand: under 20 MB."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the tree: its level (or `entries`), its number within the level, its width, and its bytes."""

    level: int | str
    index: int
    width: int
    data: bytes

    @property
    def path(self) -> str:
        """Where it stands below the log's directory."""
        return tile_path(self.level, self.index, self.width)


def widths(size: int) -> list[int]:
    """How many hashes the last, partial tile of each level holds in a tree of `size`; 0 where there is none."""
    found = []
    while size:
        found.append(size % WIDTH)
        size //= WIDTH
    return found


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries of at most 65,535 bytes as a bundle: each behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


class Edge:
    """The right edge of a growing tree: the hashes of each level's last, partial tile."""

    def __init__(self, size: int = 0, levels: Iterable[list[bytes]] = ()) -> None:
        self.size = size
        self.levels = list(levels)

    def extend(self, hashes: Iterable[bytes]) -> Iterator[Tile]:
        """Add leaf hashes; gives every tile that becomes full."""
        for each in hashes:
            self.size += 1
            yield from self._add(0, each)

    def _add(self, level: int, value: bytes) -> Iterator[Tile]:
        if level == len(self.levels):
            self.levels.append([])
        hashes = self.levels[level]
        hashes.append(value)
        if len(hashes) == WIDTH:
            yield Tile(level, (self.size - 1) >> 8 * (level + 1), WIDTH, b"".join(hashes))
            self.levels[level] = []
            yield from self._add(level + 1, root_of(hashes))

    def partial(self) -> Iterator[Tile]:
        """The partial tiles as they stand."""
        for level, hashes in enumerate(self.levels):
            if hashes:
                yield Tile(level, self.size >> 8 * (level + 1), len(hashes), b"".join(hashes))

    def root(self) -> bytes:
        """The root of the whole tree."""
        tail: list[bytes] = []
        for hashes in self.levels:
            if hashes or tail:
                tail = [root_of([*hashes, *tail])]
        return root_of(tail)


def _cut(data: bytes) -> list[bytes]:
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def read_edge(directory: Path, size: int) -> Edge:
    """The right edge of a published tree of `size`, from its tiles; raises `ProofFailed` where one is missing."""
    levels = [
        _cut(read_tile(str(directory), level, size >> 8 * (level + 1), width)) if width else []
        for level, width in enumerate(widths(size))
    ]
    return Edge(size, levels)


class TileReader:
    """Reads subtree hashes from published tiles; what it has worked out of full tiles it keeps."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._kept: dict[tuple[int, int], list[list[bytes]]] = {}

    def at(self, size: int) -> Read:
        """A reader of the tree of `size`, for `tree.inclusion_proof` and its kin."""

        def read(level: int, index: int) -> bytes:
            height, within = divmod(level, 8)
            tile, place = index >> (8 - within), index & ((1 << (8 - within)) - 1)
            return self._rows(height, tile, min(WIDTH, (size >> 8 * height) - tile * WIDTH))[within][place]

        return read

    def _rows(self, level: int, index: int, width: int) -> list[list[bytes]]:
        """The hashes of one tile and of the full subtrees above them, row by row."""
        rows = self._kept.get((level, index))
        if rows is None:
            rows = [_cut(read_tile(str(self.directory), level, index, width))]
            while len(rows[-1]) > 1:
                row = rows[-1]
                rows.append([node_hash(*pair) for pair in zip(row[::2], row[1::2], strict=False)])
            if width == WIDTH:
                self._keep((level, index), rows)
        return rows

    def _keep(self, place: tuple[int, int], rows: list[list[bytes]]) -> None:
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[place] = rows
