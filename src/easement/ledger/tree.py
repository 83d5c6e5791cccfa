"""Merkle trees as RFC 6962 has them: proofs made from stored subtree hashes, and proofs held against roots."""

from collections.abc import Callable, Sequence

from easement.base.errors import ProofFailed
from easement.ledger.verifier import leaf_hash, node_hash, root_of, verify_inclusion

__all__ = [
    "Read",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root_at",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
]

Read = Callable[[int, int], bytes]
"""Gives the hash of the full subtree of 2**level entries that begins at entry `index * 2**level`."""


def _subtree(start: int, stop: int, read: Read) -> bytes:
    """The hash over entries `start` to `stop`, where `start` is a multiple of a power of two not below their number."""
    hashes = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        hashes.append(read(level, start >> level))
        start += 1 << level
    value = hashes.pop()
    while hashes:
        value = node_hash(hashes.pop(), value)
    return value


def root_at(size: int, read: Read) -> bytes:
    """The root of the first `size` entries."""
    return _subtree(0, size, read) if size else root_of([])


def _split(start: int, stop: int) -> int:
    """Where RFC 6962 splits a range: at the largest power of two below its length."""
    return start + (1 << ((stop - start - 1).bit_length() - 1))


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """The hashes from the leaf's sibling up to the root's child (RFC 6962 2.1.1); raises `ProofFailed`."""
    if not 0 <= index < size:
        raise ProofFailed(f"entry {index} is not in a log of {size} entries", remedy="ask for an entry that is there")
    start, stop, path = 0, size, []
    while stop - start > 1:
        middle = _split(start, stop)
        if index < middle:
            path.append(_subtree(middle, stop, read))
            stop = middle
        else:
            path.append(_subtree(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: Read) -> list[bytes]:
    """The hashes that show the first `old` entries unchanged among `new` (RFC 6962 2.1.2); raises `ProofFailed`."""
    if not 0 < old <= new:
        raise ProofFailed(f"there is no proof from {old} to {new} entries")
    start, stop, path = 0, new, []
    while stop != old:
        middle = _split(start, stop)
        if old <= middle:
            path.append(_subtree(middle, stop, read))
            stop = middle
        else:
            path.append(_subtree(start, middle, read))
            start = middle
    if start:
        path.append(_subtree(start, stop, read))
    return path[::-1]


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Hold that a tree of `old` entries is the beginning of one of `new` (RFC 9162 2.1.4.2); raises `ProofFailed`.

    `old` of 0 is refused: every tree extends the empty one, so such a proof would show nothing.
    """
    if not 0 < old <= new:
        raise ProofFailed(f"there is no proof from {old} to {new} entries")
    path = list(proof) if old & (old - 1) and old < new else [old_root, *proof]
    if not path:
        raise ProofFailed("the consistency proof is too short")
    at, last = (old - 1, new - 1) if old < new else (0, 0)
    while at % 2:
        at, last = at >> 1, last >> 1
    before, after = _climb(path, at, last)
    if before != old_root or after != new_root:
        raise ProofFailed(
            "the consistency proof does not lead from the old root to the new one",
            remedy="the log was rewritten, or shows different people different histories; keep both checkpoints",
        )


def _climb(path: Sequence[bytes], at: int, last: int) -> tuple[bytes, bytes]:
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofFailed("the consistency proof is too long")
        if at % 2 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofFailed("the consistency proof is too short")
    return before, after
