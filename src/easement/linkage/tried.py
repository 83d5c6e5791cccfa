"""Lists made to try values out: rows that agree in some things, and go through the values of one more (R4.4).

Whoever knows somebody's name and birthday must not learn where they live by a list of one name at every postcode, of
which one row is linked. Such rows are held for a person, whichever thing is tried and whatever stands beside it.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

__all__ = ["FEW", "FEW_ALIKE", "THINGS", "TIMES", "TRIED", "not_linked", "tried_rows"]

THINGS = ("family", "given", "birth", "place")
"""What a person is known by besides a number."""

FEW_ALIKE: Mapping[str, int] = {"family": 1, "given": 3, "birth": 1, "place": 1}
"""Most values of one thing that rows may have that agree in the three others: of the given name three, for there are
twins and triplets. As many as the register has for those three are no more than what it knows itself."""

FEW = 5
"""Most values of one thing among rows that agree in two others, where what is left says nothing: namesakes are more."""

TIMES = 3
"""How many times as many namesakes as the register a list may have; it is what the provider holds that tells common
names, for a list could be padded until any name looks common."""


def tried_rows(held: str, listed: str, row: str, columns: Mapping[str, str]) -> str:
    """The query of rows of a list that try values, as `tried_row` and `without`; `columns` has those of `THINGS`.

    A row stands there with the thing whose agreement clears a pair of it, or with nothing where none does.
    """
    return " union ".join(_found(held, listed, row, columns))


def _found(held: str, listed: str, row: str, columns: Mapping[str, str]) -> Iterator[str]:
    for many in (3, 2):
        for fixed in combinations(THINGS, many):
            for tried in (each for each in THINGS if each not in fixed):
                rest = [each for each in THINGS if each not in (*fixed, tried)]
                few, times = (FEW, TIMES) if rest else (FEW_ALIKE[tried], 1)
                yield _TRIED.format(
                    fixed=", ".join(columns[each] for each in fixed),
                    filled=" and ".join(f"{columns[each]} is not null" for each in fixed),
                    tried=columns[tried],
                    without=rest[0] if rest else "",
                    held=held,
                    listed=listed,
                    row=row,
                    few=few,
                    times=times,
                )


_TRIED = """select {row} as tried_row, '{without}' as without from {listed}
  where {tried} is not null and hash({fixed}) in (
    with often as (
      select hash({fixed}) as alike from {listed} where {filled} group by alike having count(*) > {few}
    ), counted as (
      select hash({fixed}) as alike, count(distinct {tried}) as many from {listed}
      where {filled} and hash({fixed}) in (select alike from often) group by alike having many > {few}
    ), known as (
      select hash({fixed}) as alike, count(distinct {tried}) as known from {held}
      where {filled} and hash({fixed}) in (select alike from counted) group by alike
    )
    select alike from counted left join known using (alike) where many > {times} * coalesce(known, 0))"""
"""Rows are held together by a digest of what they agree in, which is some times quicker than by the words."""

_SOUNDS = {name: f"coalesce({name}_sound, {name})" for name in ("family", "given")} | {
    "birth": "birth",
    "place": "place",
}

TRIED = tried_rows("held_people", "listed_people", "unique_id", _SOUNDS)
"""The same of the tables that a model compares, names as they sound."""

_CLEARS = " ".join(f"when '{name}' then h.{name} = l.{name}" for name in _SOUNDS)


def not_linked(scored: str, disclose: float) -> str:
    """The query of rows that a model may link to nobody, for they try values out, as `listed_row`.

    Such a row's best pair could be linked, by its match weight, and neither what was not tried nor a number clears it.
    """
    return (
        f"select listed_row from repeated_rows union select listed_row from (select * from {scored} "  # noqa: S608
        f"qualify weight = max(weight) over (partition by listed_row)) join tried on tried_row = listed_row "
        f"join held_people as h on h.unique_id = held_row join listed_people as l on l.unique_id = listed_row "
        f"where weight >= {disclose} "
        f"and not coalesce(case without {_CLEARS} else false end or (without <> '' and h.number = l.number), false)"
    )
