"""When two values of one thing are not the same: put into one spelling first, and as fine as the coarser of the two.

Only what can be compared is: a pseudonym or a shifted date says nothing of another source's, and a band nothing of
another's bands. Where one says less than the other, a year against a day or a first name against all of them, they do
not contradict each other.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from easement.agreement.forms import Form, FormKind
from easement.meaning.model import Element, Key
from easement.meaning.normalise import normalise
from easement.meaning.syntax import Type

__all__ = ["Reading", "agree", "apart", "hint", "reading", "readings"]

_NAMES = frozenset({Key.FAMILY_NAME, Key.GIVEN_NAME})
_DATED = frozenset({FormKind.PLAIN, FormKind.YEAR, FormKind.MONTH})


class Reading(NamedTuple):
    """A value as it is compared: what kind of reading it is, and its text in one spelling."""

    kind: str
    text: str


def reading(value: Any, element: Element, form: Form) -> Reading | None:
    """How a value is compared with others of the same meaning; nothing where it is empty or cannot be."""
    if value is None or value == "":
        return None
    text = str(value)
    if element.type is Type.DATE:
        return Reading("date", text) if form.kind in _DATED else None
    if element.key is Key.POSTCODE and form.kind in (FormKind.PLAIN, FormKind.OUTWARD):
        tidy = str(normalise(Key.POSTCODE, text) or "")
        return _reading("outward" if form.kind is FormKind.OUTWARD else "postcode", tidy)
    if form.kind is FormKind.BAND:
        return Reading(form.written, text)
    if form.kind is not FormKind.PLAIN:
        return None
    if element.key in _NAMES:
        return _reading(element.key.value, str(normalise(element.key, text) or ""))
    if element.identifier:
        return _reading(element.identifier.value, str(normalise(element.identifier, text) or ""))
    if element.codes:
        return Reading("code:" + " ".join(sorted(element.codes)), text)
    return Reading(element.type.value, " ".join(text.casefold().split()))


def _reading(kind: str, text: str) -> Reading | None:
    return Reading(kind, text) if text else None


def agree(one: Reading, other: Reading) -> bool:
    """Whether two readings can both be true; where they cannot be compared, they do not contradict each other."""
    kinds = {one.kind, other.kind}
    if kinds == {"postcode", "outward"}:
        whole, part = (one, other) if one.kind == "postcode" else (other, one)
        return whole.text[:-3] == part.text
    if len(kinds) > 1:
        return True
    if one.kind == "date":
        return one.text.startswith(other.text) or other.text.startswith(one.text)
    if one.kind == Key.GIVEN_NAME.value:
        few, many = sorted((one.text.split(), other.text.split()), key=len)
        return many[: len(few)] == few
    return one.text == other.text


def apart(said: Sequence[Sequence[Reading]]) -> bool:
    """Whether sources do not agree: one says something that nothing another says can be true beside."""
    told = [each for each in said if each]
    return any(
        not any(agree(one, other) for other in others)
        for here in told
        for others in told
        if others is not here
        for one in here
    )


def readings(said: Sequence[Sequence[Reading]]) -> list[tuple[str, tuple[int, ...]]]:
    """Every reading once, with the places of the sources that have it, in the order in which they were told."""
    found: dict[str, list[int]] = {}
    for place, told in enumerate(said):
        for each in dict.fromkeys(told):
            found.setdefault(each.text, []).append(place)
    return [(text, tuple(places)) for text, places in found.items()]


def hint(said: Sequence[Sequence[Reading]]) -> str:
    """What may be behind a conflict, where two readings show it: day and month in the wrong order, a slip of a key."""
    pairs = [
        (one, other) for here in said for there in said for one in here for other in there if one.text < other.text
    ]
    if any(_swapped(one, other) for one, other in pairs):
        return "day and month may be swapped"
    if any(one.kind == other.kind != "date" and _one_letter(one.text, other.text) for one, other in pairs):
        return "they differ by one letter"
    return ""


def _swapped(one: Reading, other: Reading) -> bool:
    if {one.kind, other.kind} != {"date"} or not len(one.text) == len(other.text) == len("2015-02-01"):
        return False
    return (one.text[:4], one.text[5:7], one.text[8:]) == (other.text[:4], other.text[8:], other.text[5:7])


def _one_letter(one: str, other: str) -> bool:
    """Whether one letter was changed, left out or put in, or two beside each other changed places."""
    if len(one) > len(other):
        one, other = other, one
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    rest, more = one[start:], other[start:]
    return more[1:] in (rest, rest[1:]) or (
        len(rest) == len(more) and more[:2] == rest[:2][::-1] and more[2:] == rest[2:]
    )
