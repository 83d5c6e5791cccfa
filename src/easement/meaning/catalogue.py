"""The catalogue of standards and code lists: looked through by words, and by where a standard stands."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from easement.base.errors import UsageError
from easement.meaning.codes import CodeList
from easement.meaning.model import Standard

__all__ = [
    "LONGEST_WORDS",
    "MOST_HITS",
    "Hit",
    "Place",
    "lists_with",
    "newest",
    "refuse_retired",
    "retired_words",
    "search",
]

LONGEST_WORDS = 200
"""Signs of what is looked for that are read."""

MOST_HITS = 200
"""Hits shown at once: past that, another word is of more help than another page."""

_MOST_CODES_NAMED = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a standard the words stand: an element, with the codes that say them."""

    element: str
    definition: str
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A standard in which what was looked for stands, and where; the best first."""

    standard: Standard
    score: int
    places: tuple[Place, ...]


def search(standards: Iterable[Standard], words: str) -> tuple[Hit, ...]:
    """The standards that say every word, in their names, definitions or codes; all of them where no word is given.

    A word is found at the beginning of a word: `tax` finds `taxes` and not `syntax`.
    """
    wanted = _words(words[:LONGEST_WORDS])
    hits = [hit for each in standards if (hit := _hit(each, wanted)) is not None]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.standard.ref)))[:MOST_HITS]


def _hit(standard: Standard, wanted: Sequence[str]) -> Hit | None:
    if not wanted:
        return Hit(standard, 0, ())
    head = _words(f"{standard.id} {standard.title} {standard.description} {standard.source}")
    title = _words(f"{standard.id} {standard.title}")
    missing, score, places = set(wanted), 0, []
    for word in wanted:
        if _says(head, word):
            missing.discard(word)
            score += 10 if _says(title, word) else 3
    for element in standard.elements.values():
        said = _words(f"{element.name} {element.definition} {element.identifier or ''} {element.code_list}")
        coded = [(code, label) for code, label in element.codes.items() if _all(_words(f"{code} {label}"), wanted)]
        here = {word for word in wanted if _says(said, word)}
        spoken = {word for word in wanted if any(_says(_words(f"{c} {t}"), word) for c, t in element.codes.items())}
        if here or coded:
            places.append(Place(element.name, element.definition, tuple(coded[:_MOST_CODES_NAMED])))
            score += len(here) + bool(coded)
        missing -= here | spoken
    return Hit(standard, score, tuple(places)) if not missing else None


def lists_with(lists: Iterable[CodeList], words: str) -> tuple[tuple[CodeList, tuple[str, ...]], ...]:
    """The code lists that say every word, and the codes that do; all of them where no word is given."""
    wanted = _words(words[:LONGEST_WORDS])
    found = []
    for each in lists:
        codes = [c for c, said in each.codes.items() if _all(_words(" ".join((c, said.label, *said.also))), wanted)]
        about = _all(_words(f"{each.id} {each.title} {each.about} {each.source}"), wanted)
        if about or (wanted and codes):
            found.append((each, tuple(codes) if wanted else ()))
    return tuple(found)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign if sign.isalnum() else "" if unicodedata.combining(sign) else " " for sign in folded)
    return plain.split()


def _says(said: Sequence[str], word: str) -> bool:
    return any(each.startswith(word) for each in said)


def _all(said: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(_says(said, word) for word in wanted)


def newest(standards: Iterable[Standard]) -> dict[str, Standard]:
    """The newest version of each standard, by id."""
    found: dict[str, Standard] = {}
    for each in standards:
        if each.id not in found or found[each.id].version < each.version:
            found[each.id] = each
    return found


def retired_words(standard: Standard) -> str:
    """That a standard is retired and what to do, in a sentence; empty where it is not."""
    if standard.retired is None:
        return ""
    return f"`{standard.ref}` is {standard.retired.told}; {standard.retired.remedy}"


def refuse_retired(standard: Standard, on: date) -> None:
    """Let nothing new be made on a standard that was retired; raises `UsageError` with what to use instead."""
    if standard.retired is not None and standard.is_retired(on):
        raise UsageError(f"`{standard.ref}` is {standard.retired.told}", remedy=standard.retired.remedy)
