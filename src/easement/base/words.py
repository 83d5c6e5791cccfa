"""Plain words for dates, numbers and lists, the same wherever people read them and whatever the machine's locale."""

import difflib
from collections.abc import Iterable
from datetime import date

__all__ = ["day", "did_you_mean", "listed", "many", "number"]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Spelled out here, so that a machine's locale cannot change a signed document."""


def day(value: date) -> str:
    """A date as people write it: `2 September 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def number(value: float) -> str:
    """A number with its thousands set apart: `20,000`, `616.67`."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


def many(count: int, thing: str) -> str:
    """So many of a thing, the word in its right form: `1 finding`, `1,200 findings`."""
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


def listed(items: Iterable[str], word: str = "and") -> str:
    """Items as a sentence lists them: `a, b and c`."""
    *most, last = items
    return f"{', '.join(most)} {word} {last}" if most else last


def did_you_mean(unknown: str, known: Iterable[str], otherwise: str) -> str:
    """The mend for a word that is not known: what was perhaps meant, else `otherwise`."""
    names = list(known)
    near = difflib.get_close_matches(unknown, names, n=3) or [name for name in names if unknown and unknown in name][:3]
    return f"did you mean {listed((f'`{name}`' for name in near), 'or')}?" if near else otherwise
