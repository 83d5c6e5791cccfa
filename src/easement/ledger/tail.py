"""The growing end of the tree, in memory: proofs of what was just logged, without waiting for it to be published.

A proof needs the hashes to the left of its entry, and these are all at hand here: of each height, the last tiles. What
is proved here is durable in the database, and the next publication writes the very same tree.
"""

from collections.abc import Iterable

from easement.base.errors import ProofFailed
from easement.ledger.tiles import WIDTH, Edge
from easement.ledger.tree import leaf_hash, node_hash

__all__ = ["Tail"]

KEPT = 4
"""Tiles kept at each height: the growing one, and those that entries logged at the same time may still stand in."""


class Tail:
    """The end of a tree of `size` entries; grows by `extend`, is read by `read`. Not safe for many threads."""

    def __init__(self, edge: Edge) -> None:
        self.size = edge.size
        self._counts: list[int] = []
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}
        for height, hashes in enumerate(edge.levels):
            self._counts.append(edge.size >> 8 * (height + 1) << 8)
            for each in hashes:
                self._add(height, each)

    def extend(self, bodies: Iterable[bytes]) -> None:
        """Add entries, each by its exact bytes."""
        for body in bodies:
            self._add(0, leaf_hash(body))
            self.size += 1

    def read(self, level: int, index: int) -> bytes:
        """The hash of the full subtree of 2**level entries from entry `index * 2**level`; raises `ProofFailed`."""
        height, within = divmod(level, 8)
        try:
            return self._tiles[height, index >> (8 - within)][within][index & ((1 << (8 - within)) - 1)]
        except (KeyError, IndexError):
            raise ProofFailed("this part of the tree is not at hand", remedy="publish, then ask again") from None

    def _add(self, height: int, value: bytes) -> None:
        if height == len(self._counts):
            self._counts.append(0)
        tile = self._counts[height] >> 8
        rows = self._tiles.setdefault((height, tile), [[]])
        self._counts[height] += 1
        rows[0].append(value)
        level = 0
        while len(rows[level]) % 2 == 0:
            if level + 1 == len(rows):
                rows.append([])
            rows[level + 1].append(node_hash(*rows[level][-2:]))
            level += 1
        if len(rows[0]) == WIDTH:
            self._tiles.pop((height, tile - KEPT), None)
            self._add(height + 1, rows[8][0])
