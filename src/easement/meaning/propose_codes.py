"""One list of codes put into another: by the codes themselves, their labels, and what others are known to write."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from easement.meaning.crosswalk_shelf import crosswalks
from easement.meaning.model import Element
from easement.meaning.propose_names import column_names

__all__ = ["Walk", "walk"]

_DIGIT = re.compile(r"\(([0-9]+)\)\s*$")
_SIGNS = re.compile(r"[^\w]+")

Reading = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Walk:
    """Which values mean which codes, which mean none that is known, and in what share of rows a code was found.

    `same` is set where the values are the standard's codes themselves, so that nothing needs to be said.
    """

    codes: Mapping[str, str]
    unknown: tuple[tuple[str, int], ...]
    share: float
    same: bool
    how: str = ""


def walk(values: Sequence[tuple[str, int]], element: Element) -> Walk:
    """A column's values, each with its count, put into an element's codes as far as they can be."""
    total = sum(count for _, count in values)
    ways = _ways(element, [value for value, _ in values])
    found: dict[str, str] = {}
    how: dict[str, int] = {}
    for value, _ in values:
        if not value.isprintable():
            continue  # no file that people read can hold it
        for words, table, key in ways:
            if (code := table.get(key(value))) is not None:
                found[value] = code
                how[words] = how.get(words, 0) + 1
                break
    unknown = tuple((value, count) for value, count in values if value not in found)
    mapped = total - sum(count for _, count in unknown)
    return Walk(
        found,
        unknown,
        mapped / total if total else 0.0,
        all(value == code for value, code in found.items()),
        " and ".join(sorted(how, key=lambda each: -how[each])),
    )


def _ways(element: Element, values: Sequence[str]) -> list[tuple[str, dict[str, str], Reading]]:
    """The ways to read a value, the surest first: what each is called, its table, and how a value looks in it."""
    codes = element.codes
    ways: list[tuple[str, dict[str, str], Reading]] = [
        ("its codes", {code: code for code in codes}, str),
        ("its codes", {_plain(code): code for code in codes}, _plain),
        ("their labels", _only_once((_plain(label), code) for code, label in codes.items()), _plain),
        ("their labels", _only_once((_plain(_bare(label)), code) for code, label in codes.items()), _plain),
        ("codes that others use", column_names().codes(element), _plain),
        (
            "the numbers in their labels",
            _only_once((match[1], code) for code, label in codes.items() if (match := _DIGIT.search(label))),
            str,
        ),
    ]
    ways += _walked(element, values)
    if all(len(value) == 1 for value in values):
        ways.append(("their first letters", _only_once((code[:1].casefold(), code) for code in codes), _plain))
    return ways


def _walked(element: Element, values: Sequence[str]) -> list[tuple[str, dict[str, str], Reading]]:
    """The cross-walk into the element's list of codes from the list that most of the values are of."""
    tables = [
        (walk.from_, {_plain(code): to for code, to in walk.table.items() if to in element.codes})
        for walk in (crosswalks() if element.code_list else ())
        if walk.to == element.code_list
    ]
    shares = [(sum(_plain(value) in table for value in values), name, table) for name, table in tables]
    best = max(shares, key=lambda each: each[0], default=None)
    if best is None or best[0] <= len(values) / 2:
        return []
    return [(f"the list `{best[1]}`", best[2], _plain)]


def _only_once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice = set()
    for key, code in pairs:
        if key in found and found[key] != code:
            twice.add(key)
        found[key] = code
    return {key: code for key, code in found.items() if key and key not in twice}


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text.casefold()).strip()


def _bare(label: str) -> str:
    """A label without what stands in brackets or after a comma."""
    return re.sub(r"\(.*?\)", "", label).partition(",")[0].partition(":")[0]
