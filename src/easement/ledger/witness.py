"""Witnessing (C2SP tlog-witness, tlog-cosignature): what a witness is asked, and what it may answer. Pure.

A witness remembers the largest tree of a log that it has seen, and cosigns a checkpoint only when that tree is the
beginning of the new one. So a log that shows two histories, or goes back to an old one, finds nobody to cosign.
"""

from binascii import Error, a2b_base64
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from easement.base.errors import ProofFailed
from easement.ledger.checkpoint import Checkpoint, parse_checkpoint, verified_checkpoint
from easement.ledger.note import Key, Signature, parse, parse_key
from easement.ledger.tree import verify_consistency
from easement.ledger.verifier import COSIGNATURE, base64_text

__all__ = [
    "MAX_HASHES",
    "AddCheckpoint",
    "Cosigner",
    "NotCosigned",
    "Seen",
    "judge",
    "origin_of",
    "parse_request",
    "request_text",
]

MAX_HASHES = 63
"""Most hashes of a consistency proof (tlog-witness): a log of 2**63 entries has no longer one."""


class NotCosigned(Exception):
    """Why a witness does not cosign: the status that tlog-witness gives it, and the size it holds for a 409."""

    def __init__(self, status: int, what: str, size: int = 0) -> None:
        super().__init__(what)
        self.status, self.size = status, size


class Cosigner(NamedTuple):
    """A witness's private Ed25519 key, used for nothing else: a cosignature does not bind the name of who makes it."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Cosigner({self.name!r})"

    @property
    def key(self) -> Key:
        """The public key, of type 4."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return parse_key(str(Key(self.name, COSIGNATURE, public)))

    def cosign(self, text: str, time: int) -> Signature:
        """Cosign a checkpoint's text as seen at `time`, in seconds since 1970."""
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        made = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        return Signature(self.name, self.key.id, time.to_bytes(8, "big") + made)


class Seen(NamedTuple):
    """The largest tree of a log that a witness has cosigned."""

    size: int
    root: bytes


class AddCheckpoint(NamedTuple):
    """What a log asks of a witness: to go on from `old` entries, by this proof, to the checkpoint in this note."""

    old: int
    proof: tuple[bytes, ...]
    note: str


def request_text(asked: AddCheckpoint) -> str:
    """The body of an `add-checkpoint` request; `parse_request` reads it back."""
    return "\n".join([f"old {asked.old}", *map(base64_text, asked.proof), "", asked.note])


def parse_request(body: str) -> AddCheckpoint:
    """Read the body of an `add-checkpoint` request; raises `NotCosigned` with status 400."""
    head, blank, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, number = first.partition(" ")
    try:
        proof = tuple(a2b_base64(line, strict_mode=True) for line in lines)
    except (Error, ValueError):
        proof = (b"",)
    plain = number.isascii() and number.isdigit() and str(int(number)) == number and len(number) < 19
    if not (blank and word == "old" and plain and len(proof) <= MAX_HASHES and all(len(h) == 32 for h in proof)):
        raise NotCosigned(400, "the request is not `old N`, hashes, a blank line and a checkpoint")
    return AddCheckpoint(int(number), proof, note)


def judge(asked: AddCheckpoint, seen: Seen | None, keys: Sequence[Key]) -> Checkpoint:
    """The checkpoint to cosign, held against what was seen before; raises `NotCosigned` with the status of the spec.

    `keys` are those of the log that the checkpoint names; none of them means that the log is not known here.
    """
    checkpoint = _checkpoint(asked.note, keys)
    before = seen or Seen(0, b"")
    if asked.old > checkpoint.size:
        raise NotCosigned(400, f"a log of {checkpoint.size} entries cannot go on from {asked.old}")
    if asked.old != before.size:
        raise NotCosigned(409, f"this witness holds {before.size} entries", before.size)
    if before.size and not _goes_on(asked, before, checkpoint):
        raise NotCosigned(422, "the log does not go on from what this witness has seen of it")
    if not before.size and asked.proof:
        raise NotCosigned(422, "there is no proof from an empty log")
    return checkpoint


def origin_of(note: str) -> str:
    """The log that a checkpoint names, before anything of it is trusted; raises `NotCosigned` with status 400."""
    try:
        return parse_checkpoint(parse(note).text).origin
    except ProofFailed as error:
        raise NotCosigned(400, error.what) from None


def _checkpoint(note: str, keys: Sequence[Key]) -> Checkpoint:
    origin = origin_of(note)
    if not keys:
        raise NotCosigned(404, "this log is not known here")
    try:
        checkpoint = verified_checkpoint(note, keys)
    except ProofFailed:
        raise NotCosigned(403, f"the checkpoint is not signed by the log `{origin}`") from None
    return checkpoint


def _goes_on(asked: AddCheckpoint, before: Seen, checkpoint: Checkpoint) -> bool:
    if checkpoint.size == before.size:
        return checkpoint.root == before.root and not asked.proof
    try:
        verify_consistency(before.size, checkpoint.size, asked.proof, before.root, checkpoint.root)
    except ProofFailed:
        return False
    return True
