"""What a sample of one column's values could be: types, dates, identifiers, names, patterns. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from easement.meaning.identifiers import SHAPES, Identifier, Kind, check, tidy
from easement.meaning.profile import DateReading, NameShape, TypeChange

__all__ = ["PLACEHOLDERS", "Judged", "is_placeholder", "judge", "shape"]

_STAND_INS = (
    "unknown|not known|notknown|n/a|na|n.a.|not applicable|null|nil|tbc|tba|tbd|test|missing|blank|not recorded|"
    "not stated|not available|-|--|.|?|??|x|xx|xxx|xxxx|99999|999999|9999999999|0000000000|9999|"
    "1900-01-01|01/01/1900|01-01-1900|01.01.1900|19000101|1753-01-01|01/01/1753|1970-01-01|01/01/1970|9999-12-31|"
    "31/12/9999|99991231|1800-01-01|01/01/1800|zz99 3vz|zz99 3wz|zz993vz|zz993wz|qq123456a|qq123456c|"
    "noname|no name|anon|anonymous|baby|do not use"
)
PLACEHOLDERS = frozenset(_STAND_INS.split("|"))
"""What people and systems put where they know nothing, in small letters."""

MOST_PATTERNS = 5
MOST_COMMON = 10
LEAST_SHARE = 0.02
"""A reading that fewer values bear than this is chance, and is not told."""

_LONG = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTHS = {month[:3]: number for number, month in enumerate(_LONG, 1)}

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_TRUTHS = frozenset({"true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"})
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/. ]?)([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")
_CLOSE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_NAMED = re.compile(r"([0-9]{1,2})([-/. ])([A-Za-z]{3,9})\2([0-9]{4})")
_TIMED = re.compile(r"(.{8,10}?)[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9:]{2,6})?")
_LETTERS = r"[^\W\d_]"
_WORD = rf"{_LETTERS}(?:{_LETTERS}|['’.-])*"
_NAME = re.compile(rf"{_WORD}(?: {_WORD})*")
_COMMA = re.compile(rf"{_WORD}(?: {_WORD})*, ?{_WORD}(?: {_WORD})*")
_PREFIXES = frozenset(
    {
        "de",
        "van",
        "der",
        "von",
        "la",
        "le",
        "du",
        "st",
        "mac",
        "mc",
        "o",
        "ap",
        "al",
        "el",
        "bin",
        "ben",
        "di",
        "da",
        "dos",
    }
)
_DIALLED = re.compile(r"(?:[+]|[(]?0|7)[0-9 ().-]{8,18}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sample of values came to; see `ColumnProfile` for each."""

    judged: int
    distinct: int
    common: tuple[tuple[str, int], ...]
    patterns: tuple[tuple[str, float], ...]
    types: Mapping[str, float]
    dates: tuple[DateReading, ...]
    moments: bool
    identifiers: Mapping[Kind, float]
    tidy: Mapping[Kind, float]
    formats: Mapping[str, float]
    names: NameShape
    placeholders: tuple[tuple[str, int], ...]
    change: TypeChange | None


def is_placeholder(value: str) -> bool:
    """Whether a value says that nothing is known, whatever the column is for."""
    return value.strip().casefold() in PLACEHOLDERS


def shape(value: str) -> str:
    """Its pattern: A for a capital, a for a small letter, 9 for a digit; runs of more than four say how many."""
    letters = "".join(
        "9" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign for sign in value[:60]
    )
    return re.sub(r"(.)\1{4,}", lambda run: f"{run[1]}{{{len(run[0])}}}", letters)


def judge(rows: Sequence[tuple[int, str]], formats: Iterable[str] = ()) -> Judged:
    """A sample of a column: its row numbers and texts, blanks left out. `formats` are patterns of standards to try."""
    held = Counter(value.strip() for _, value in rows)
    stand_ins = Counter({value: count for value, count in held.items() if is_placeholder(value)})
    real = held if len(stand_ins) == len(held) else held - stand_ins
    total = sum(real.values())

    def part(test: Callable[[str], bool]) -> float:
        return sum(count for value, count in real.items() if test(value)) / total if total else 0.0

    identifiers, tidied = _identifiers(real, part)
    dates, moments = _dates(real, total)
    return Judged(
        judged=total,
        distinct=len(real),
        common=tuple(held.most_common(MOST_COMMON)),
        patterns=_patterns(real, total),
        types=_types(part, dates),
        dates=dates,
        moments=moments,
        identifiers=identifiers,
        tidy=tidied,
        formats={each: part(re.compile(each).fullmatch) for each in formats},  # type: ignore[arg-type]
        names=_names(part),
        placeholders=tuple(stand_ins.most_common(MOST_COMMON)),
        change=_change(rows),
    )


Part = Callable[[Callable[[str], bool]], float]


def _types(part: Part, dates: Sequence[DateReading]) -> dict[str, float]:
    found = {
        "integer": part(lambda v: _WHOLE.fullmatch(v) is not None),
        "number": part(lambda v: _NUMBER.fullmatch(v) is not None),
        "boolean": part(lambda v: v.casefold() in _TRUTHS),
        "date": max((reading.share for reading in dates), default=0.0),
        "email": part(lambda v: _MAIL.fullmatch(v) is not None),
    }
    return {name: share for name, share in found.items() if share >= LEAST_SHARE}


def _patterns(real: Counter[str], total: int) -> tuple[tuple[str, float], ...]:
    found: Counter[str] = Counter()
    for value, count in real.items():
        found[shape(value)] += count
    return tuple((pattern, count / total) for pattern, count in found.most_common(MOST_PATTERNS))


def _identifiers(real: Counter[str], part: Part) -> tuple[dict[Kind, float], dict[Kind, float]]:
    """For each kind the share that could be one, and the share that is written in its one spelling."""
    found: dict[Kind, float] = {}
    tidied: dict[Kind, float] = {}
    for kind in Kind:
        if kind is Kind.DATE or (kind is Kind.E164 and part(lambda v: _DIALLED.fullmatch(v) is not None) < 0.5):
            continue
        if kind is not Kind.E164 and not any(re.fullmatch(SHAPES[kind], tidy(kind, value)) for value in real):
            continue
        share = part(lambda v, kind=kind: isinstance(check(kind, v), Identifier))  # type: ignore[misc]
        if share >= LEAST_SHARE:
            found[kind] = share
            tidied[kind] = part(lambda v, kind=kind: _spelt(kind, v))  # type: ignore[misc]
    return found, tidied


def _spelt(kind: Kind, value: str) -> bool:
    found = check(kind, value)
    return isinstance(found, Identifier) and found.value == value


def _dates(real: Counter[str], total: int) -> tuple[tuple[DateReading, ...], bool]:
    """The readings that most values bear, best first, and whether the values carry a time of day."""
    days: dict[str, list[tuple[date, int]]] = {}
    timed = 0
    for value, count in real.items():
        match = _TIMED.fullmatch(value)
        timed += count if match else 0
        for form, day in _readings(match[1] if match else value):
            days.setdefault(form, []).append((day, count))
    readings = [
        DateReading(
            form,
            sum(count for _, count in found) / total,
            min(day for day, _ in found).isoformat(),
            max(day for day, _ in found).isoformat(),
        )
        for form, found in days.items()
    ]
    kept = sorted((each for each in readings if each.share >= 0.01), key=lambda each: (-each.share, each.format))
    return tuple(kept), bool(total) and timed / total > 0.5


def _readings(value: str) -> Iterable[tuple[str, date]]:
    """Every way in which a text is a day of the calendar."""
    if match := _YEAR_FIRST.fullmatch(value):
        year, sign, month, day = match.groups()
        if sign or len(value) == 8:
            yield from _day(sign.join(("yyyy", "mm", "dd")), year, month, day)
    if match := _YEAR_LAST.fullmatch(value):
        first, sign, second, year = match.groups()
        yield from _day(sign.join(("dd", "mm", "yyyy")), year, second, first)
        yield from _day(sign.join(("mm", "dd", "yyyy")), year, first, second)
    if match := _CLOSE.fullmatch(value):
        first, second, year = match.groups()
        yield from _day("ddmmyyyy", year, second, first)
        yield from _day("mmddyyyy", year, first, second)
    if match := _NAMED.fullmatch(value):
        day, sign, month, year = match.groups()
        number = _MONTHS.get(month[:3].lower())
        word = "mon" if len(month) == 3 else "month"
        if number and (len(month) == 3 or _LONG[number - 1] == month.lower()):
            yield from _day(sign.join(("dd", word, "yyyy")), year, str(number), day)
        if month.lower() == "may":
            yield from _day(sign.join(("dd", "month", "yyyy")), year, "5", day)


def _day(form: str, year: str, month: str, day: str) -> Iterable[tuple[str, date]]:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return
    if found.year >= 1000:
        yield form, found


def _names(part: Part) -> NameShape:
    return NameShape(
        single=part(lambda v: _NAME.fullmatch(v) is not None and not _several(v)),
        full=part(lambda v: (_NAME.fullmatch(v) is not None and _several(v)) or _COMMA.fullmatch(v) is not None),
        comma=part(lambda v: _COMMA.fullmatch(v) is not None),
        family_first=part(_family_first),
    )


def _several(value: str) -> bool:
    """Whether a name is of several words, where `van der Berg` and `St John` are one."""
    return len([word for word in value.split() if word.casefold().rstrip(".") not in _PREFIXES]) > 1


def _family_first(value: str) -> bool:
    words = value.split()
    return "," not in value and len(words) > 1 and words[0].isupper() and len(words[0]) > 1 and not words[-1].isupper()


def _change(rows: Sequence[tuple[int, str]]) -> TypeChange | None:
    """Where the kind of value changes for good, if it does: nearly all before are of one kind, nearly all after not."""
    kinds = [(row, _kind(value.strip())) for row, value in sorted(rows) if not is_placeholder(value)]
    if len(kinds) < 20:
        return None
    first = Counter(kind for _, kind in kinds[: len(kinds) // 10 or 1]).most_common(1)[0][0]
    last = Counter(kind for _, kind in kinds[-(len(kinds) // 10 or 1) :]).most_common(1)[0][0]
    if first == last:
        return None
    cut, wrong = _cut([kind == last for _, kind in kinds], [kind == first for _, kind in kinds])
    return TypeChange(kinds[cut][0], first, last) if wrong <= len(kinds) * 0.05 else None


def _cut(after: Sequence[bool], before: Sequence[bool]) -> tuple[int, int]:
    """The place that parts two kinds with the fewest values on the wrong side, and how many these are."""
    wrong = sum(not each for each in after)
    best, place = wrong, 0
    for at, (is_after, is_before) in enumerate(zip(after, before, strict=True), 1):
        wrong += (not is_before) - (not is_after)
        if wrong < best and at < len(after):
            best, place = wrong, at
    return place, best


def _kind(value: str) -> str:
    if _NUMBER.fullmatch(value) and not (_YEAR_FIRST.fullmatch(value) and any(_readings(value))):
        return "numbers"
    form = next((form for form, _ in _readings(value)), "")
    return f"dates written {form}" if form else "text"
