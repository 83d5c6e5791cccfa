"""Pseudonym keys: one per agreement and recipient, so that two recipients cannot join what they hold (R4.9)."""

import hmac
from dataclasses import dataclass

__all__ = ["PseudonymKey", "pseudonym_key"]

_BLOCK = 64
"""SHA-256 works on blocks of 64 bytes (RFC 2104 pads the key to one)."""


@dataclass(frozen=True, slots=True, repr=False)
class PseudonymKey:
    """A 32-byte HMAC-SHA-256 key; never shown, never logged, bound to queries as two padded blocks."""

    secret: bytes

    @property
    def inner(self) -> bytes:
        """The key block XORed with RFC 2104's inner pad."""
        return bytes(byte ^ 0x36 for byte in self.secret.ljust(_BLOCK, b"\0"))

    @property
    def outer(self) -> bytes:
        """The key block XORed with RFC 2104's outer pad."""
        return bytes(byte ^ 0x5C for byte in self.secret.ljust(_BLOCK, b"\0"))

    def pseudonym(self, element: str, value: str) -> str:
        """The pseudonym of a normalised value: 128 bits of the HMAC, 32 hexadecimal characters."""
        return hmac.digest(self.secret, f"{element}\x1f{value}".encode(), "sha256").hex()[:32]


def pseudonym_key(master: bytes, agreement_id: str, recipient: str) -> PseudonymKey:
    """The key for one agreement and one recipient, from the provider's master key (32 bytes).

    It follows the agreement's id and not its digest, so that a renewed version keeps its pseudonyms.
    """
    label = f"easement-pseudonym/1\x1f{agreement_id}\x1f{recipient}".encode()
    return PseudonymKey(hmac.digest(master, label, "sha256"))
