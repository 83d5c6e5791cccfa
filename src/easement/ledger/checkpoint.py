"""Checkpoints (C2SP tlog-checkpoint): how many entries a log holds and their root, signed by the log."""

from easement.ledger import note
from easement.ledger.verifier import Checkpoint, base64_text, parse_checkpoint, verified_checkpoint

__all__ = ["Checkpoint", "checkpoint_text", "parse_checkpoint", "sign_checkpoint", "verified_checkpoint"]


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """A checkpoint as the text that is signed; `parse_checkpoint` reads it back."""
    root = base64_text(checkpoint.root)
    return "\n".join([checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions, ""])


def sign_checkpoint(size: int, root: bytes, signer: note.Signer, *retiring: note.Signer) -> str:
    """The signed note of a checkpoint; its origin is the signer's name. The same tree always gives the same bytes.

    While a log's key is being changed, the key that `retiring` is signs as well, for those who know only that one.
    """
    return note.sign_text(checkpoint_text(Checkpoint(signer.name, size, root)), [signer, *retiring])
