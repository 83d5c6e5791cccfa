"""Holding a list of keyed encodings that another organisation sent against what encodings can be (R3.9, R4.4).

What is refused: encodings by another key or in another way, rows that no encoding gives, one encoding twice, and a
list that tries values until one fits. Nothing here needs more of the key than the headers that it gives.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from easement.base.errors import BadData
from easement.linkage.encode import BITS, COLUMNS, FORMAT, GIVEN_BITS, KEYS, Made

__all__ = ["MOST_BIRTHDAYS", "Finding", "ListRefused", "check_list", "list_rows", "measures"]

LIKELY_BITS = (32, BITS // 2 + 112)
"""Bits that a diffused filter may have set: one letter leaves some 90, a whole person half of all, by chance 16 more
or less. Seven times that is an encoding of nobody."""

LIKELY_GIVEN = (8, GIVEN_BITS - 2)
"""The same of the filter of the given name, whose bits are not added up: one letter sets some 30."""

MOST_BIRTHDAYS = 10
"""Most birthdays that like names at one place may have on one list: more is somebody trying which is right."""


class Finding(StrEnum):
    """Why a list of encodings is not taken, by the code of the refusal."""

    OTHERWISE = "list.encoded-otherwise"
    IMPOSSIBLE = "list.no-encodings"
    TWICE = "list.encoded-twice"
    FISHING = "list.fishing"


class ListRefused(BadData):
    """A list of encodings is not taken; `finding` says why, in one word for the log."""

    def __init__(self, finding: Finding, what: str, remedy: str) -> None:
        super().__init__(what, remedy=remedy)
        self.finding = finding


def _as_text(relation: str) -> str:
    """The columns of an encoded list as text, whatever a file holds: a column of nulls alone is of no type."""
    return f"(select {', '.join(f'{name}::varchar as {name}' for name in COLUMNS)} from {relation})"  # noqa: S608


def list_rows(relation: str) -> str:
    """The query of an encoded list's rows as `encoded.matching` takes them, from the list as it was read."""
    keys = ", ".join(KEYS)
    return (
        f"select row_number() over () as row, reference, unhex(substr(filter, 2))::bit as filter, "  # noqa: S608
        f"unhex(substr(given, 2))::bit as given, number, {keys} "
        f"from {_as_text(relation)}"
    )


_SHAPES = {
    "filter": f"f[0-9a-f]{{{BITS // 4}}}",
    "given": f"f[0-9a-f]{{{GIVEN_BITS // 4}}}",
    "number": "k[0-9a-f]{32}",
} | dict.fromkeys(KEYS, "k[0-9a-f]{8}")

_SHAPED = " and ".join(f"({name} is null or regexp_full_match({name}, '{shape}'))" for name, shape in _SHAPES.items())

_TOGETHER = """(given is null) = (given_birth is null)
  and (given_birth is null and family_birth is null) = (names_day is null)
  and (names_day is null) = (names_year is null)
  and (names_day is null or names_place is not null)
  and (filter is not null)"""
"""What one encoding has and lacks goes together: whoever has a birthday and a name has every key that is of both."""


def _set_bits(column: str, likely: tuple[int, int]) -> str:
    """Whether a filter that is well written has as many bits set as any can have."""
    counted = f"bit_count(unhex(substr({column}, 2))::bit)"
    return f"({column} is null or {counted} between {likely[0]} and {likely[1]})"


def measures(relation: str) -> str:
    """The query whose rows `check_list` judges, one for each header that rows have.

    How many have it, how many are well written and have a reference, how many of these can be encodings, how many are
    different, and the most birthdays that like names at one place have.
    """
    every = ", ".join(_SHAPES)
    possible = f"{_TOGETHER} and {_set_bits('filter', LIKELY_BITS)} and {_set_bits('given', LIKELY_GIVEN)}"
    return f"""with said as (
        select easement_encoded, {every}, names_place as place,
          coalesce(reference is not null and filter is not null and {_SHAPED}, false) as sound from {_as_text(relation)}
      ), judged as (
        select *, case when sound then {possible} else false end as possible,
          hash({every}) as alike, coalesce(given_birth, family_birth) as birth from said
      ), tried as (
        select max(births) as births from (
          select count(distinct birth) as births from judged where birth_place is not null group by place)
      )
      select easement_encoded, count(*), count(*) filter (where sound), count(*) filter (where possible),
        count(distinct alike), (select births from tried)
      from judged group by all order by 2 desc limit 5"""  # noqa: S608 - names of ours


def check_list(columns: Sequence[str], found: Sequence[tuple[Any, ...]], headers: Mapping[str, Made]) -> Made:
    """How an encoded list was made, by its columns and `measures`; `headers` are those of the provider's own key.

    Raises `ListRefused` with the first thing that is wrong with it.
    """
    if lacking := [name for name in COLUMNS if name not in columns]:
        names = ", ".join(f"`{name}`" for name in lacking)
        what = f"the list lacks the columns of encodings: {names}"
        raise ListRefused(Finding.IMPOSSIBLE, what, "make it with: easement link encode")
    if len(found) != 1:
        what = "the list is empty" if not found else "the list holds rows of several encodings"
        raise ListRefused(Finding.IMPOSSIBLE, what, "make it anew with: easement link encode")
    header, *counts = found[0]
    known = headers.get(str(header))
    if known is None:
        raise ListRefused(Finding.OTHERWISE, *_foreign(str(header), headers))
    _check_rows(*counts)
    return known


def _check_rows(rows: int, sound: int, possible: int, different: int, births: int | None) -> None:
    if sound != rows:
        what = f"{rows - sound:,} rows of the list are damaged"
        raise ListRefused(Finding.IMPOSSIBLE, what, "send the list anew, whole")
    if possible != rows:
        what = f"{rows - possible:,} rows of the list are what no encoding gives"
        raise ListRefused(Finding.IMPOSSIBLE, what, "make the list with: easement link encode")
    if different != rows:
        what = f"{rows - different:,} encodings stand on the list more than once"
        raise ListRefused(
            Finding.TWICE, what, "make the list with: easement link encode, which leaves out who is twice"
        )
    if births is not None and births > MOST_BIRTHDAYS:
        what = f"the list tries {births:,} birthdays for like names at one place"
        raise ListRefused(Finding.FISHING, what, "send a list of people whom you know")


def _foreign(header: str, headers: Mapping[str, Made]) -> tuple[str, str]:
    """Why rows of this header are not taken, and what to do."""
    format_, hardening, *_ = [*header.split(" "), "", ""]
    if format_ != FORMAT:
        return f"the list is of the format `{format_[:40]}`, and not `{FORMAT}`", "use the same version of Easement"
    taken = sorted({made.hardening.value for made in headers.values()})
    if hardening not in taken:
        names = " or ".join(f"`{each}`" for each in taken)
        return f"the list is hardened by `{hardening[:40]}`, and only {names} is taken", "encode it anew"
    what = "the list was encoded under another key, or for another agreement, version, share or recipient"
    return what, "compare the fingerprints of the key files, then encode it for this agreement: easement link encode"
