"""What a column's name says of what it holds: its words, spelt out, against those of an element. Pure but its list."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from easement.base.located import read_file, validate
from easement.meaning.model import Element

__all__ = [
    "FULL_NAME",
    "ColumnNames",
    "Phrases",
    "column_names",
    "full_name_phrases",
    "likeness",
    "phrases_of",
    "words_of",
]

FULL_NAME = "full_name"
"""What stands for a column that holds given and family name together."""

_BUILT_IN = Path(__file__).parent / "data" / "names" / "columns.yaml"
_PIECES = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_DOTTED = re.compile(r"\b(?:[A-Za-z][._]){2,}(?:[A-Za-z](?![A-Za-z]))?")
"""Letters that stand alone, with points or low lines between them: `D.O.B.`, `N_I_NO`."""
_SPAN = re.compile(r"([0-9]+)\s*(?:m|mth|mths|month|months)(?![a-z])", re.IGNORECASE)
_GENERIC = frozenset(
    {"number", "reference", "date", "name", "code", "12", "monthly", "month"}
    | {"count", "type", "status", "group", "category", "person"}
)
"""Words that many elements share: to have them in common says little."""

_SMALL, _EXTRA, _LESSER, _ELSEWHERE = 0.12, 0.6, 0.35, 0.3
SHORTEST_SPLIT, LONGEST_SPLIT = 5, 40
SHORTEST_ABBREVIATION = 3

Phrases = tuple[frozenset[str], ...]
"""The names of one thing, each as the set of its words."""


class ColumnNames(BaseModel):
    """The list of what columns are called (`data/names/columns.yaml`); its comments say what each part is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["easement-column-names/1"]
    title: str
    source: str
    words: dict[str, str]
    names: dict[str, tuple[str, ...]]
    fillers: frozenset[str]
    others: frozenset[str]
    values: dict[str, dict[str, str]]

    def of(self, element: Element) -> Iterator[str]:
        """Every name that the list has for an element: its own, and those of its key and its identifier."""
        for place in _places(element):
            yield from self.names.get(place, ())

    def codes(self, element: Element) -> dict[str, str]:
        """What other bodies' codes mean in the element's list, in small letters."""
        found: dict[str, str] = {}
        for place in _places(element):
            found |= self.values.get(place, {})
        return {code: to for code, to in found.items() if to in element.codes}


def _places(element: Element) -> Iterator[str]:
    yield element.name
    if element.key is not None and element.key != "identifier":
        yield f"key:{element.key}"
    if element.identifier is not None:
        yield f"identifier:{element.identifier}"


@lru_cache(maxsize=1)
def column_names() -> ColumnNames:
    """The list that comes with Easement."""
    return validate(ColumnNames, read_file(_BUILT_IN, what="list of column names"), what="list of column names")


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    known = column_names()
    texts: list[str] = [*known.words, *known.words.values(), *known.fillers, *known.others, *_GENERIC]
    texts += [phrase for phrases in known.names.values() for phrase in phrases]
    return frozenset(word for text in texts for word in text.split() if len(word) > 1)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name, spelt out: `custDOB` is customer, date, birth."""
    plain = _DOTTED.sub(
        lambda dotted: re.sub(r"[._]", "", dotted[0]), name.replace("e-mail", "email").replace("E-mail", "email")
    )
    plain = _SPAN.sub(r" \1 months ", re.sub(r"\bD[oO][bBdD]\b", lambda short: short[0].lower(), plain))
    found: list[str] = []
    for piece in _PIECES.findall(plain):
        for word in _split(piece.lower()):
            found += _spelt_out(word)
    return tuple(found)


def _spelt_out(word: str) -> list[str]:
    return [_singular(each) for each in column_names().words.get(word, word).split()]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


@lru_cache(maxsize=8192)
def _split(word: str) -> tuple[str, ...]:
    """A run of letters as the fewest known words, or abbreviations of them, that make it up; else itself."""
    if word in _vocabulary() or len(word) < SHORTEST_SPLIT or len(word) > LONGEST_SPLIT or not word.isascii():
        return (word,)
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if before is None or (found := _meant(piece)) is None:
                continue
            cost, here = before[0] + found[0], best[end]
            if here is None or cost < here[0]:
                best[end] = (cost, (*before[1], found[1]))
    whole = best[-1]
    return whole[1] if whole is not None else (word,)


def _meant(piece: str) -> tuple[float, str] | None:
    """The word that a piece is or shortens, with what that costs: a word 1, an abbreviation more."""
    if piece in _vocabulary():
        return 1.0, piece
    if len(piece) < SHORTEST_ABBREVIATION:
        return None
    likely = [word for word in _by_first().get(piece[0], ()) if _shortens(piece, word)]
    return (1.6, min(likely, key=lambda word: (len(word), word))) if likely else None


def _shortens(piece: str, word: str) -> bool:
    """Whether a piece is a word with some letters left out: `srnm` is `surname`, `clm` is `claim`."""
    letters = iter(word)
    return len(piece) < len(word) <= 2 * len(piece) and all(letter in letters for letter in piece)


@lru_cache(maxsize=1)
def _by_first() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(_vocabulary()):
        if word.isalpha() and len(word) > SHORTEST_ABBREVIATION:
            found.setdefault(word[0], []).append(word)
    return {letter: tuple(words) for letter, words in found.items()}


def phrases_of(element: Element) -> Phrases:
    """Every way in which an element may be called, as sets of words."""
    return _phrases([element.name.replace("_", " "), *column_names().of(element)])


def full_name_phrases() -> Phrases:
    """Every way in which a column of whole names may be called."""
    return _phrases(column_names().names[FULL_NAME])


def _phrases(texts: Iterable[str]) -> Phrases:
    return tuple(dict.fromkeys(frozenset(words_of(text)) for text in texts))


def reference_phrases() -> Phrases:
    """What a column of an organisation's own numbers is called where it says no more than that."""
    return _phrases(["reference", "reference number", "number"])


def likeness(words: Iterable[str], phrases: Phrases) -> float:
    """How far a column's words say what an element is, from 0 to 1; 1 is one of its names, whatever fills it up."""
    return _likest(frozenset(words), phrases)


@lru_cache(maxsize=1 << 16)
def _likest(words: frozenset[str], phrases: Phrases) -> float:
    return max((_alike(words, phrase) for phrase in phrases), default=0.0)


def _alike(words: frozenset[str], phrase: frozenset[str]) -> float:
    known = column_names()
    shared = words & phrase
    abbreviated = {
        (short, long)
        for short in words - phrase
        for long in phrase - words
        if len(short) >= 3 and long.startswith(short)
    }
    shared_long = {long for _, long in abbreviated}
    extra = words - phrase - {short for short, _ in abbreviated}
    gained = sum(_LESSER if word in _GENERIC else 1.0 for word in shared) + 0.8 * len(shared_long)
    lacking = sum(_LESSER if word in _GENERIC else 1.0 for word in phrase - shared - shared_long)
    more = sum(_SMALL if word in known.fillers or word == "1" else _EXTRA for word in extra)
    if not gained:
        return 0.0
    score = gained / (gained + lacking + more)
    telling = any(word not in _GENERIC for word in shared) or shared_long or shared == phrase
    if not telling:
        score *= _ELSEWHERE
    if extra & _others() or any(word.isdigit() and word not in ("1", "12") for word in extra):
        score *= _ELSEWHERE
    return 1.0 if shared == phrase and more <= 2 * _SMALL else score


@lru_cache(maxsize=1)
def _others() -> frozenset[str]:
    return frozenset(_singular(word) for word in column_names().others)
