"""How an operator changes its key: the old one signs for the new one, and the note stays in the directory.

Members that slept through the change still find their way from the key they know to the one in use, and the old
private key is not needed again.

    easement-operator-key/1
    northshire
    northshire-operator+5d6e7f80+AQ…

    — northshire-operator 1a2b3c4d…
    — northshire-operator 5d6e7f80…
"""

from collections.abc import Iterable

from easement.base.errors import ProofFailed
from easement.ledger.note import Key, Signer, parse, parse_key, sign_text, verify

__all__ = ["hand_over", "reached"]

FORMAT = "easement-operator-key/1"


def hand_over(cluster: str, old: Signer, new: Signer) -> str:
    """The note by which the holder of the old key makes the new one the operator's."""
    return sign_text(f"{FORMAT}\n{cluster}\n{new.key}\n", [old, new])


def reached(cluster: str, handovers: Iterable[str], keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys given, and those to which handovers lead from them, in the order of the notes; others lead nowhere."""
    known = list(keys)
    for note in handovers:
        try:
            head, named, new, *rest = parse(note).text.split("\n")
            key = parse_key(new)
            _, signed = verify(note, [*known, key])
        except (ProofFailed, ValueError):
            continue
        vouched = key in signed and any(each in known and each != key for each in signed)
        if vouched and (head, named, rest) == (FORMAT, cluster, [""]) and key.name == known[0].name:
            known.append(key)
    return tuple(known)
