"""Matching two tables of keyed encodings: who may be whom by equal blocking keys, how alike their filters are (R4.4).

Nothing here needs the key. A pair is linked where its filters are alike enough, neither side has another candidate that
comes near, and the keys say what a filter cannot: that given name and birthday, or both names and year of birth, agree.
Twins agree in all but the given name, a parent and child of one name in all but the birthday, and neither is linked.
"""

from dataclasses import dataclass

from easement.linkage.assign import assigned_at
from easement.linkage.encode import BITS, DIFFUSED, KEYS, Hardening
from easement.linkage.tried import FEW, TIMES

__all__ = ["MOST_EACH", "TRIED", "UNLIKELY", "Likeness", "matching", "repeated"]

MOST_EACH = 10_000
"""Most pairs of one blocking key's value: two hundred namesakes among a million people are fewer, and a list built of
one value many times is bounded."""

TYPICAL = 283
"""Bits that one person sets before a filter is diffused, on average; after it nobody can count them."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """From which Dice coefficient on a pair is linked, from which it is in doubt, and how far others must be behind.

    One wrong letter or digit costs about 0.1, another postcode 0.15, another given name 0.25.
    """

    disclose: float = 0.86
    hold: float = 0.76
    margin: float = 0.04


SAME_ALL = 0.95
"""Alike enough that nothing else need agree, as of one who swapped given and family name: twins are below it."""

SAME_GIVEN, ALIKE_GIVEN = 0.9, 0.6
"""From which Dice coefficient of given names they are one name, and a slip of the pen at most."""

SURE = 0.92
"""What a pair weighs that has given name, birthday and place in common, whatever the family name: people marry."""

BONUS = 0.06
"""What it adds that birthday and given name agree: the rest then has to bear less."""


UNLIKELY = (
    "the numbers differ",
    "the number is the same and hardly anything else",
    "given name and birthday, or names and year of birth, do not agree",
)
"""What forbids to link a pair, by its place from 1."""

TRIED: tuple[tuple[str, str, int, int], ...] = (
    ("names_place", "coalesce(given_birth, family_birth)", 1, 0),
    ("given_birth, family_birth", "birth_place", 1, 1),
    ("birth_place", "names_place", 3, 1),
    ("given_birth", "family_birth", FEW, TIMES),
    ("family_birth", "given_birth", FEW, TIMES),
    ("names_year", "names_day", FEW, TIMES),
    ("names_day", "names_year", FEW, TIMES),
)
"""What rows agree in by keys, what they then go through, and how many different ones are no sign of trying: so many, or
so many times what the register has of it. Birthdays, postcodes, names, family names and given names are tried."""

_NUMBERS = """select row as listed_row from (select row, number, count(*) over (partition by number) as n from {listed})
  where number is not null and n > 1"""

_TRIES = """select row as listed_row from {listed} where {tried} is not null and hash({fixed}) in (
    with tries as (
      select hash({fixed}) as alike, count(distinct {tried}) as many from {listed} where {filled}
      group by alike having many > {few}
    ), known as (
      select hash({fixed}) as alike, count(distinct {tried}) as known from {held}
      where {filled} and hash({fixed}) in (select alike from tries) group by alike
    )
    select alike from tries left join known using (alike) where many > {times} * coalesce(known, 0))"""


def repeated(held: str, listed: str) -> str:
    """The query of rows of a list that give one number twice or try values until one fits: they are not linked.

    Honest encodings are told so; whoever builds keys by hand may hide it, and meets the agreement's limits alone.
    """
    found = [_NUMBERS.format(listed=listed)]
    for fixed, tried, few, times in TRIED:
        filled = " and ".join(f"{each} is not null" for each in fixed.split(", "))
        named = {"fixed": fixed, "tried": tried, "few": few, "times": times, "filled": filled}
        found.append(_TRIES.format(held=held, listed=listed, **named))
    return " union ".join(found)


_CANDIDATES = """select h.row as held_row, l.row as listed_row from {held} as h join {listed} as l using ({key})
  where {key} in (
    select {key} from (select {key}, count(*) as n from {held} group by all)
    join (select {key}, count(*) as n_listed from {listed} group by all) using ({key})
    where n * n_listed <= {most})"""

_COMPARED = """select *,
    likeness >= {same_all} or case when birthday then coalesce(given >= {alike}, false) else names end as agree
  from (
    select held_row, listed_row, {likeness} as likeness, h.number = l.number as same_number,
      2 * bit_count(h.given & l.given) / nullif(bit_count(h.given) + bit_count(l.given), 0) as given,
      coalesce(h.given_birth = l.given_birth, false) or coalesce(h.family_birth = l.family_birth, false)
        or coalesce(h.birth_place = l.birth_place, false) as birthday,
      coalesce(h.names_year = l.names_year, false) or coalesce(h.names_day = l.names_day, false) as names,
      coalesce(h.birth_place = l.birth_place, false) as place
    from candidates join {held} as h on h.row = held_row join {listed} as l on l.row = listed_row)"""

_SCORED = """select held_row, listed_row, likeness as probability,
    case when same_number then 1 + likeness when birthday and place and given >= {same} then greatest(likeness, {sure})
      when birthday and agree then likeness + {bonus} else likeness end as weight,
    case when not same_number then 1 when same_number and not (birthday or likeness >= {floor}) then 2
      when same_number is null and not agree then 3 end::tinyint as unsure
  from compared where likeness >= {floor} or same_number or (birthday and place and given >= {same})"""


def matching(
    hardening: Hardening,
    likeness: Likeness,
    held: str = "held_encoded",
    listed: str = "listed_encoded",
    *,
    settled: bool = False,
) -> tuple[tuple[str, str], ...]:
    """Tables to make, in order, as name and query: from two tables that `encode.encoding_steps` or `list_rows` made.

    `scored`, `linked` and `doubtful` stand afterwards, as after a match by a model; `probability` is the likeness.
    `settled` says that the table of that name holds what people decided on some pairs.
    """
    sides = {"held": held, "listed": listed}
    found = "\n  union ".join(_CANDIDATES.format(key=key, most=MOST_EACH, **sides) for key in ("number", *KEYS))
    floor = likeness.hold - likeness.margin - BONUS
    return (
        ("repeated", repeated(**sides)),
        ("candidates", found),
        ("compared", _COMPARED.format(likeness=_likeness(hardening), alike=ALIKE_GIVEN, same_all=SAME_ALL, **sides)),
        ("scored", _SCORED.format(hold=likeness.hold, floor=floor - 0.06, same=0.9, sure=0.92, bonus=0.06)),
        *assigned_at(disclose=likeness.disclose, hold=likeness.hold, margin=likeness.margin, settled=settled),
    )


def _likeness(hardening: Hardening) -> str:
    """The Dice coefficient of two filters; of diffused ones, what it was before, as the bits that differ tell.

    If a share d of the bits of two filters differs, a share (1 - (1 - 2d)^8) / 2 does of sums of eight bits each.
    """
    if hardening is Hardening.PLAIN:
        return "2 * bit_count(h.filter & l.filter) / (bit_count(h.filter) + bit_count(l.filter))"
    differ = f"bit_count(xor(h.filter, l.filter)) / {BITS}"
    before = f"(1 - power(greatest(1 - 2 * {differ}, 0), 1 / {DIFFUSED})) / 2"
    return f"1 - {before} * {BITS} / {2 * TYPICAL}"
