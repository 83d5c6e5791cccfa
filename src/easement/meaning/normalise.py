"""Values put into one spelling so that they can be compared; `meaning.keys` says the same in SQL.

Only a copy is normalised: what people are called stays as they wrote it. Accents are folded in the Latin, Greek and
Cyrillic scripts alone; elsewhere a mark is part of the letter (a vowel sign in Hindi or Tamil), and stays.
"""

import re
import unicodedata
from datetime import date

from easement.meaning.identifiers import Kind, tidy, without_spaces
from easement.meaning.model import Key

__all__ = ["FOLDABLE", "LETTERS", "TITLES", "normalise", "normalise_name"]

FOLDABLE = "\x00-\u0487\u048a-\u052f\u1e00-\u1fff\u2010-\u2027"
"""The scripts whose accents are folded, as a class of characters: Latin, Greek, Cyrillic, and dashes and quotes."""

LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ς": "σ"}
"""Letters that hold no separable accent, and how names that have them are commonly written without."""

APOSTROPHES = "'’‘ʼ`"
"""Signs that stand inside a name and vanish from it: `O'Brien` is `obrien`."""

TITLES = ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame", "lord", "lady", "master", "hon")
"""Words that stand before a name and are no part of it."""

_FOLDABLE = re.compile(f"[{FOLDABLE}]*")
_TITLES = re.compile(f"(?:(?:{'|'.join(TITLES)}) )+")


def normalise_name(name: str, *, given: bool = False) -> str | None:
    """A name in small letters without accents, signs or leading titles; `None` where nothing is left.

    A title alone is kept as a family name (`Lord` is one) and is nothing as a given name.
    """
    folded = re.sub(f"[{APOSTROPHES}]", "", _fold(name))
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in folded).split(" ")
    plain = " ".join(word for word in words if word)
    untitled = _TITLES.sub("", plain + " ", count=1).strip(" ") if _TITLES.match(plain + " ") else plain
    return (untitled if given else untitled or plain) or None


def _fold(name: str) -> str:
    small = "".join(sign.lower() if len(sign.lower()) == 1 else "i" for sign in name)
    if small.isascii() or not _FOLDABLE.fullmatch(name):
        return small
    bare = "".join(sign for sign in unicodedata.normalize("NFD", small) if unicodedata.category(sign)[0] != "M")
    return "".join(LETTERS.get(sign, sign) for sign in bare)


def normalise(kind: Key | Kind, value: str | date | None) -> str | date | None:
    """A value as it is compared when persons are matched: names folded, identifiers tidied, dates as they are."""
    if value is None or isinstance(value, date):
        return value
    match kind:
        case Key.FAMILY_NAME | Key.GIVEN_NAME:
            return normalise_name(value, given=kind is Key.GIVEN_NAME)
        case Key.POSTCODE:
            return tidy(Kind.POSTCODE, value) or None
        case Key.IDENTIFIER:
            return without_spaces(value) or None
        case Kind():
            return tidy(kind, value) or None
        case _:
            return value.strip(" ") or None
