"""Checkpoints (C2SP tlog-checkpoint): how many entries a log holds and their root, signed by the log."""

from easement.ledger import note
from easement.ledger.verifier import Checkpoint, parse_checkpoint, verified_checkpoint

__all__ = ["Checkpoint", "parse_checkpoint", "sign_checkpoint", "verified_checkpoint"]


def sign_checkpoint(size: int, root: bytes, signer: note.Signer) -> str:
    """The signed note of a checkpoint; its origin is the signer's name. The same tree always gives the same bytes."""
    return note.sign_text(str(Checkpoint(signer.name, size, root)), [signer])
