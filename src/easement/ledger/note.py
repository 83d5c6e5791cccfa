"""Signed notes (C2SP signed-note): text that one or more keys sign; used for checkpoints and for agreements."""

import binascii
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from easement.base.errors import ProofFailed
from easement.ledger.verifier import ED25519, Key, Note, Signature, base64_text, parse_key, parse_note, verify_note

__all__ = ["Key", "Note", "Signature", "Signer", "add_signature", "parse", "parse_key", "sign_text", "verify"]

PREFIX = "PRIVATE+KEY"


class Signer(NamedTuple):
    """A private Ed25519 key under a name: 32 bytes of seed. Its text form is a secret; never log it."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """Read `PRIVATE+KEY+name+id+base64`; raises `ProofFailed` without repeating the secret."""
        prefix, _, rest = text.strip().rpartition(f"{PREFIX}+")
        parts = rest.split("+", 2)
        try:
            raw = binascii.a2b_base64(parts[2], strict_mode=True)
            signer = cls(parts[0], raw[1:])
            fits = not prefix and str(signer.key).split("+")[1] == parts[1] and signer.encode() == text.strip()
        except (IndexError, ValueError):
            fits = False
        if not fits:
            raise ProofFailed("this is not a signing key", remedy="restore the key file from where you keep it")
        return signer

    def encode(self) -> str:
        """The signer key as text, to be kept in a file that only its owner reads."""
        return f"{PREFIX}+{self.name}+{self.key.id.hex()}+{base64_text(bytes([ED25519]) + self.seed)}"

    @property
    def key(self) -> Key:
        """The public key; checks the name, so that no signer signs under a name that notes cannot carry."""
        return _key(self.name, self.seed)

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""
        return Signature(self.name, self.key.id, _private(self.seed).sign(text.encode()))


@lru_cache(64)
def _private(seed: bytes) -> Ed25519PrivateKey:
    """Reading a key costs as much as signing with it, and a node signs with few."""
    return Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(64)
def _key(name: str, seed: bytes) -> Key:
    return parse_key(str(Key(name, ED25519, _private(seed).public_key().public_bytes_raw())))


def sign_text(text: str, signers: Iterable[Signer]) -> str:
    """A signed note: `text`, ending in a newline, under the signature of each signer."""
    note = text + "\n" + "".join(_line(signer.sign(text)) for signer in signers)
    if parse_note(note).text != text:
        raise ProofFailed("this text cannot be signed as a note", remedy="end it with one newline")
    return note


def add_signature(note: str, signature: Signature) -> str:
    """The note with one more signature line, as a witness or another party adds it."""
    longer = note + _line(signature)
    parse_note(longer)
    return longer


def _line(signature: Signature) -> str:
    return f"— {signature.name} {base64_text(signature.id + signature.signature)}\n"


def parse(data: bytes | str) -> Note:
    """Read a note without trusting it; raises `ProofFailed`."""
    return parse_note(data)


def verify(data: bytes | str, keys: Iterable[Key]) -> tuple[str, tuple[Key, ...]]:
    """The text of a note and which of `keys` signed it; raises `ProofFailed` when none did or one did wrongly."""
    note = parse_note(data)
    return note.text, verify_note(note, keys)
