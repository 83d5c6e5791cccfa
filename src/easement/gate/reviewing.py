"""What people look at of a match, and how it is counted for whoever says how good it is (R4.4, R7.4).

Links are drawn for them by chance that nobody chooses: by a key of the node and the entry that began the disclosure, so
that the draw is another each time, and can be made again by whoever checks it.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from easement.base.sealed import derived_key
from easement.linkage.quality_groups import AGES, OLDEST
from easement.linkage.quality_tally import Decisions
from easement.meaning.expression import Type
from easement.meaning.model import Element, Key, Standard

__all__ = ["DRAWN", "Reviewing", "drawing_key", "drawn", "groups_of"]

DRAWN = "drawn"
"""The table of the links that were drawn."""

OF_EACH = 2
"""Links drawn of each stratum before the rest is drawn in proportion: one of which nothing is known may be anything."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """How a match is looked at: how many links are drawn, by which key, by what people are grouped, what is known.

    `groups` are columns of `held` as SQL, by the element that they are made of; `decided` what people decided before.
    """

    sample: int = 0
    key: str = field(default="", repr=False)
    groups: Mapping[str, str] = field(default_factory=dict)
    decided: Decisions = field(default_factory=dict, repr=False)


def drawing_key(master: bytes, intent: int) -> str:
    """The key by which the links of one disclosure are drawn, from the node's master key: 64 hexadecimal characters."""
    return hmac.digest(derived_key(master, "linkage-sample"), str(intent).encode(), "sha256").hex()


def drawn(stratum: str, most: int, *, settled: str = "") -> str:
    """The query of so many links, as `linked` has them, drawn by the parameter `key`.

    `stratum` is a column's SQL: a few of each are drawn, the rest in proportion. `settled` is the condition of a link
    on which people decided: it is not drawn, for it was looked at.
    """
    left = f" where not {settled}" if settled else ""
    return (
        "with draws as ("
        f" select linked as link, {stratum} as stratum, left(sha256($key || held_row || '/' || listed_row), 12) as draw"
        f" from linked{left}"
        "), kept as ("
        f" select count(*) as many, arg_min(link, draw, {most}) as links from draws group by stratum"
        "), placed as (select unnest(links) as link, generate_subscripts(links, 1) as place, many from kept)"
        " select unnest(link) from ("
        f" select link from placed order by place > {OF_EACH}, (place - 0.5) / many, place, many limit {most})"
    )


def groups_of(standard: Standard, filled: frozenset[str], names: Sequence[str], today: date) -> dict[str, str]:
    """By element, the SQL over `held` of the group in which somebody is, for those elements that the table has."""
    known = (standard.elements[name] for name in names if name in standard.elements and name in filled)
    return {element.name: sql for element in known for sql in _group(element, today)}


def _group(element: Element, today: date) -> Iterator[str]:
    column = f'held."{element.name}"'
    if element.key is Key.DATE_OF_BIRTH:
        yield _age(column, today)
    elif element.key is Key.POSTCODE:
        yield f"nullif(upper(regexp_extract(cast({column} as varchar), '^\\s*([A-Za-z]{{1,2}})[0-9]', 1)), '')"
    elif element.type in (Type.CODE, Type.BOOLEAN) or element.key is Key.SEX:
        yield f"cast({column} as varchar)"


def _age(column: str, today: date) -> str:
    """The band of an age, as `quality_groups.age_band` has it; the day is ours, so it may stand in the text."""
    age = f"date_sub('year', {column}, date '{today.isoformat()}')"
    bands = " ".join(f"when {age} <= {high} then '{low}–{high}'" for low, high in AGES)
    return f"case when {column} is null or {column} > date '{today.isoformat()}' then null {bands} else '{OLDEST}' end"
