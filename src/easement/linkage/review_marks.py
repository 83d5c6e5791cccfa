"""Two values side by side, with what differs marked character by character, and nothing in them that hides or moves."""

import unicodedata
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Compared", "Found", "Piece", "compared"]

MOST = 200
"""Characters of a value that are compared and shown: what is longer is no name."""


class Found(StrEnum):
    """How two values stand to each other."""

    SAME = "same"
    DIFFERENT = "different"
    ONE_SIDE = "one-side"


class Piece(NamedTuple):
    """A run of characters, and whether the other side has them in the same place."""

    text: str
    differs: bool


class Compared(NamedTuple):
    """A field's two values in pieces, the list's first."""

    name: str
    found: Found
    listed: tuple[Piece, ...]
    held: tuple[Piece, ...]


def compared(name: str, listed: str, held: str) -> Compared:
    """Hold two values of a field against each other; characters that cannot be seen are named instead."""
    if listed == held:
        return Compared(name, Found.SAME, _whole(listed, differs=False), _whole(held, differs=False))
    if not listed or not held:
        return Compared(name, Found.ONE_SIDE, _whole(listed, differs=False), _whole(held, differs=False))
    ours, theirs = list[Piece](), list[Piece]()
    for kind, a, b, c, d in SequenceMatcher(None, listed[:MOST], held[:MOST], autojunk=False).get_opcodes():
        if b > a:
            ours.append(Piece(_seen(listed[a:b]), kind != "equal"))
        if d > c:
            theirs.append(Piece(_seen(held[c:d]), kind != "equal"))
    return Compared(name, Found.DIFFERENT, tuple(ours), tuple(theirs))


def _whole(value: str, *, differs: bool) -> tuple[Piece, ...]:
    return (Piece(_seen(value[:MOST]), differs),) if value else ()


def _seen(text: str) -> str:
    """The text with every control, every mark of direction and every unpaired surrogate named."""
    return "".join(f"‹{ord(each):04X}›" if unicodedata.category(each).startswith("C") else each for each in text)
