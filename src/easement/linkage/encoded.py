"""Matching two tables of keyed encodings: who may be whom by equal blocking keys, how alike their filters are (R4.4).

Nothing here needs the key. A pair is linked where its filters are alike enough, neither side has another candidate that
comes near, and the keys say what a filter cannot: that given name and birthday, or both names and year of birth, agree.
Twins agree in all but the given name, a parent and child of one name in all but the birthday, and neither is linked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from easement.base.errors import BadData
from easement.linkage.assign import assigned_at
from easement.linkage.encode import BITS, COLUMNS, DIFFUSED, FORMAT, GIVEN_BITS, KEYS, Hardening, Made

__all__ = [
    "MOST_EACH",
    "REPEATED",
    "UNLIKELY",
    "Likeness",
    "check_list",
    "list_rows",
    "matching",
    "measures",
]

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

REPEATED = """select row as listed_row from (
    select row, number, count(*) over (partition by number) as of_number,
      count(distinct given_birth) over (partition by names_place) as births, names_place
    from {listed}
  ) where (number is not null and of_number > 1) or (names_place is not null and births > 1)"""
"""Rows of a list that give one number twice, or like names at one place several birthdays: whoever tries values until
one fits would learn them, so such rows are not linked."""

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
    hardening: Hardening, likeness: Likeness, held: str = "held_encoded", listed: str = "listed_encoded"
) -> tuple[tuple[str, str], ...]:
    """Tables to make, in order, as name and query: from two tables that `encode.encoding_steps` or `list_rows` made.

    `scored`, `linked` and `doubtful` stand afterwards, as after a match by a model; `probability` is the likeness.
    """
    sides = {"held": held, "listed": listed}
    found = "\n  union ".join(_CANDIDATES.format(key=key, most=MOST_EACH, **sides) for key in ("number", *KEYS))
    floor = likeness.hold - likeness.margin - BONUS
    return (
        ("repeated", REPEATED.format(**sides)),
        ("candidates", found),
        ("compared", _COMPARED.format(likeness=_likeness(hardening), alike=ALIKE_GIVEN, same_all=SAME_ALL, **sides)),
        ("scored", _SCORED.format(hold=likeness.hold, floor=floor - 0.06, same=0.9, sure=0.92, bonus=0.06)),
        *assigned_at(disclose=likeness.disclose, hold=likeness.hold, margin=likeness.margin),
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


def list_rows(relation: str) -> str:
    """The query of an encoded list's rows as `matching` takes them, from the list as it was read."""
    keys = ", ".join(KEYS)
    return (
        f"select row_number() over () as row, reference, unhex(substr(filter, 2))::bit as filter, "  # noqa: S608
        f"unhex(substr(given, 2))::bit as given, number, {keys} "
        f"from {relation}"
    )


def measures(relation: str) -> str:
    """The query whose rows `check_list` judges: each header that rows have, how many have it, how many are sound."""
    shapes = {"number": "k[0-9a-f]{32}", "given": f"f[0-9a-f]{{{GIVEN_BITS // 4}}}"} | dict.fromkeys(
        KEYS, "k[0-9a-f]{8}"
    )
    sound = " and ".join(f"({name} is null or regexp_full_match({name}, '{shape}'))" for name, shape in shapes.items())
    return (
        f"select easement_encoded, count(*), count(*) filter (where reference is not null "  # noqa: S608
        f"and coalesce(regexp_full_match(filter, 'f[0-9a-f]{{{BITS // 4}}}'), false) and {sound}) "
        f"from {relation} group by all order by 2 desc limit 5"
    )


def check_list(columns: Sequence[str], found: Sequence[tuple[Any, ...]], headers: Mapping[str, Made]) -> Made:
    """How an encoded list was made, by its columns and `measures`; `headers` are those of the provider's own key.

    Raises `BadData` where it is no encoded list, one made with another key or other parameters, or is damaged.
    """
    if lacking := [name for name in COLUMNS if name not in columns]:
        what = f"the list lacks the columns of encodings: {', '.join(f'`{name}`' for name in lacking)}"
        raise BadData(what, remedy="make it with: easement link encode")
    if len(found) != 1:
        what = "the list is empty" if not found else "the list holds rows of several encodings"
        raise BadData(what, remedy="make it anew with: easement link encode")
    header, rows, sound = found[0]
    known = headers.get(str(header))
    if known is None:
        what, remedy = _foreign(str(header), headers)
        raise BadData(what, remedy=remedy)
    if sound != rows:
        raise BadData(f"{rows - sound:,} rows of the list are damaged", remedy="send the list anew, whole")
    return known


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
