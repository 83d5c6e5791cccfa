"""How a key changes hands: the old one signs for the new one, so that who knows the old one comes to know the new one.

The note is made while both keys are there and holds by itself: it may be told the operator days later, the operator's
own stand in its directory, and a member that slept through several changes follows them one after the other.

    easement-key/1
    northtown
    northtown+5d6e7f80+AQ…

    — northtown 1a2b3c4d…
    — northtown 5d6e7f80…
"""

from collections.abc import Iterable

from easement.base.errors import ProofFailed
from easement.ledger.note import Key, Signer, parse, parse_key, sign_text, verify

__all__ = ["MOST", "hand_over", "reached"]

FORMAT = "easement-key/1"

MOST = 16
"""Handovers kept and followed: at one a year, nobody sleeps longer."""


def hand_over(old: Signer, new: Signer) -> str:
    """The note by which the holder of the old key puts the new one in its place."""
    return sign_text(f"{FORMAT}\n{old.name}\n{new.key}\n", [old, new])


def reached(handovers: Iterable[str], keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys given, and those to which handovers lead from them, in the order of the notes; others lead nowhere."""
    known = list(keys)
    for note in handovers:
        try:
            text = parse(note).text
            key = parse_key(text.split("\n")[2])
            _, signed = verify(note, [*known, key])
        except (ProofFailed, IndexError):
            continue
        before = [each for each in signed if each in known and each.name == key.name]
        if key in signed and key not in known and before and text == f"{FORMAT}\n{key.name}\n{key}\n":
            known.append(key)
    return tuple(known)
