"""Inclusion proofs as text (C2SP tlog-proof), made from published tiles."""

from collections.abc import Sequence

from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.note import Signer
from easement.ledger.tree import Read, inclusion_proof, root_at
from easement.ledger.verifier import PROOF_HEADER, Proof, base64_text, parse_proof

__all__ = ["Proof", "make_proof", "parse_proof", "proof_text", "signed_proof"]


def make_proof(index: int, size: int, read: Read, signers: Sequence[Signer], extra: bytes = b"") -> Proof:
    """Prove that the entry at `index` is among the first `size`; raises `ProofFailed` when it is not published.

    `read` reads a tree that may be larger than `size`: where several entries were published at once, no tile was ever
    written that ends at the ones between. The checkpoint is signed anew: an Ed25519 signature of the same tree is
    always the same bytes (RFC 8032), so this is the very checkpoint that was published at that size, or one that would
    have been under the keys of today.
    """
    return signed_proof(index, size, root_at(size, read), inclusion_proof(index, size, read), signers, extra)


def signed_proof(
    index: int, size: int, root: bytes, hashes: Sequence[bytes], signers: Sequence[Signer], extra: bytes = b""
) -> Proof:
    """The proof that consists of these hashes, under the checkpoint of a tree of `size` with this root."""
    return Proof(index, tuple(hashes), sign_checkpoint(size, root, *signers), extra)


def proof_text(proof: Proof) -> str:
    """A proof as text; `parse_proof` reads it back."""
    extra = [f"extra {base64_text(proof.extra)}"] if proof.extra else []
    hashes = map(base64_text, proof.hashes)
    return "\n".join([PROOF_HEADER, *extra, f"index {proof.index}", *hashes, "", proof.checkpoint])
