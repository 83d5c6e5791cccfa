"""Names matched to the labels of a code list: proposals for a person to confirm, each with how and how surely.

A name that reads as one label does, whatever its capitals, accents and signs, is `exact`; without the words that the
list says make no difference it is `normalised`; what is only much alike is `similar` (Jaro-Winkler, 1990, as is common
for names) and never taken without a person. Where several codes fit as well, none is chosen.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from easement.base.errors import UsageError
from easement.meaning.codes import CodeList, Standing

__all__ = ["LEAST_ALIKE", "MOST_NAMES", "How", "LabelMatch", "jaro_winkler", "match_labels"]

LEAST_ALIKE = 0.9
"""Least Jaro-Winkler similarity of a proposal: below it, more wrong names come in than right ones."""

CLEARLY_AHEAD = 0.02
"""How far the best must be ahead of the next to be proposed at all."""

MOST_NAMES = 10_000
"""Different names matched at once; a column of more is not one of codes."""

_LONGEST = 200
_WINKLER, _PREFIX = 0.1, 4
_SURE = {"exact": 1.0, "normalised": 0.98, "reordered": 0.95}


class How(StrEnum):
    """How a name was matched."""

    EXACT = "exact"
    NORMALISED = "normalised"
    SIMILAR = "similar"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """A name and the code proposed for it; `others` are the next likely, each with its similarity."""

    name: str
    code: str | None
    how: How
    confidence: float
    others: tuple[tuple[str, float], ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it reads as the label does; all else is for a person to confirm."""
        return self.how in (How.EXACT, How.NORMALISED)


def match_labels(
    names: Iterable[str], codes: CodeList, *, on: date | None = None, least: float = LEAST_ALIKE
) -> tuple[LabelMatch, ...]:
    """The code proposed for each different name, in the order in which the names come.

    `on` is the day of the names: codes that stood then go before others of the same label. A code itself is its own
    name. Raises `UsageError` for more than `MOST_NAMES`.
    """
    wanted = list(dict.fromkeys(names))
    if len(wanted) > MOST_NAMES:
        what = f"{len(wanted):,} different names are more than can be codes"
        raise UsageError(what, remedy=f"name a column of at most {MOST_NAMES:,} different values")
    labels = _Labels(codes, on)
    return tuple(labels.match(name, least) for name in wanted)


class _Labels:
    """The labels of a list, ready to be looked up."""

    def __init__(self, codes: CodeList, on: date | None) -> None:
        self.codes, self.on = codes, on
        self.ignored = frozenset(word for each in codes.ignore for word in _plain(each).split())
        self.plain: dict[str, list[str]] = defaultdict(list)
        self.short: dict[str, list[str]] = defaultdict(list)
        self.sorted: dict[str, list[str]] = defaultdict(list)
        for code, each in codes.codes.items():
            for label in (each.label, *each.also):
                plain = _plain(label)
                short = self.shortened(plain)
                for where, form in ((self.plain, plain), (self.short, short), (self.sorted, _sorted(short))):
                    if code not in where[form]:
                        where[form].append(code)
        self.signs = {form: Counter(form) for form in self.short}

    def shortened(self, plain: str) -> str:
        """A form without the words that make no difference; as it is where nothing else is left."""
        return " ".join(word for word in plain.split() if word not in self.ignored) or plain

    def match(self, name: str, least: float) -> LabelMatch:
        if name.strip() in self.codes.codes:
            return LabelMatch(name, name.strip(), How.EXACT, 1.0)
        plain = _plain(name[:_LONGEST])
        short = self.shortened(plain)
        steps = (
            (self.plain.get(plain), How.EXACT, _SURE["exact"]),
            (self.short.get(short), How.NORMALISED, _SURE["normalised"]),
            (self.sorted.get(_sorted(short)), How.SIMILAR, _SURE["reordered"]),
        )
        for found, how, sure in steps:
            if found and plain:
                return self.chosen(name, plain, found, how, sure)
        return self.similar(name, short, least) if short else LabelMatch(name, None, How.NONE, 0.0)

    def chosen(self, name: str, plain: str, found: list[str], how: How, sure: float) -> LabelMatch:
        """One of the codes that a form stands for: the nearest in its words, then one that stood on the day."""
        ranked = sorted(found, key=lambda code: self.rank(plain, code), reverse=True)
        if len(ranked) > 1 and self.rank(plain, ranked[0]) == self.rank(plain, ranked[1]):
            return LabelMatch(name, None, How.AMBIGUOUS, 0.0, tuple((code, sure) for code in ranked))
        return LabelMatch(name, ranked[0], how, sure, tuple((code, sure) for code in ranked[1:]))

    def rank(self, plain: str, code: str) -> tuple[int, bool]:
        """How many words a label shares with a name, less those that the name has not; and whether it stands."""
        each, words = self.codes.codes[code], set(plain.split())
        labels = [set(_plain(label).split()) for label in (each.label, *each.also)]
        return max(len(label & words) - len(label - words) for label in labels), self.stands(code)

    def stands(self, code: str) -> bool:
        each = self.codes.codes[code]
        return not each.replaced if self.on is None else each.standing(self.on) is Standing.CURRENT

    def similar(self, name: str, short: str, least: float) -> LabelMatch:
        scores: dict[str, float] = {}
        signs = Counter(short)
        for form, codes in self.short.items():
            if _at_most(signs, self.signs[form]) < least:
                continue
            score = round(jaro_winkler(short, form), 4)
            for code in codes if score >= least else ():
                scores[code] = max(score, scores.get(code, 0.0))
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], not self.stands(pair[0]), pair[0]))
        if not ranked:
            return LabelMatch(name, None, How.NONE, 0.0)
        first, rest = ranked[0], tuple(ranked[1:4])
        rivals = [code for code, score in rest if first[1] - score < CLEARLY_AHEAD and self.stands(code)]
        if rivals:
            return LabelMatch(name, None, How.AMBIGUOUS, 0.0, (first, *rest))
        return LabelMatch(name, first[0], How.SIMILAR, first[1], rest)


def _plain(text: str) -> str:
    """Small letters and digits alone, words apart; accents folded, `&` read as `and`."""
    folded = unicodedata.normalize("NFKD", text.replace("&", " and ").casefold())
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign) and sign not in "'’‘ʼ`.")
    return " ".join(re.findall(r"\w+", bare))


def _sorted(form: str) -> str:
    return " ".join(sorted(form.split()))


def _at_most(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """The most that Jaro-Winkler could give two texts of these signs, so that most need not be compared."""
    longer, shorter = sum(one.values()), sum(other.values())
    shared = sum(min(count, other.get(sign, 0)) for sign, count in one.items())
    if not shared:
        return 0.0
    jaro = (shared / longer + shared / shorter + 1) / 3
    return jaro + _PREFIX * _WINKLER * (1 - jaro)


def jaro_winkler(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1 (Winkler 1990: Jaro's measure, raised for up to four first signs alike)."""
    jaro = _jaro(one, other)
    prefix = 0
    for left, right in zip(one[:_PREFIX], other[:_PREFIX], strict=False):
        if left != right:
            break
        prefix += 1
    return jaro + prefix * _WINKLER * (1 - jaro)


def _jaro(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    reach = max(max(len(one), len(other)) // 2 - 1, 0)
    taken = [False] * len(other)
    mine: list[str] = []
    for at, sign in enumerate(one):
        for there in range(max(0, at - reach), min(len(other), at + reach + 1)):
            if not taken[there] and other[there] == sign:
                taken[there] = True
                mine.append(sign)
                break
    if not mine:
        return 0.0
    theirs = [sign for sign, is_taken in zip(other, taken, strict=True) if is_taken]
    swapped = sum(left != right for left, right in zip(mine, theirs, strict=True)) / 2
    return (len(mine) / len(one) + len(mine) / len(other) + (len(mine) - swapped) / len(mine)) / 3
