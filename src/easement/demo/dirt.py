"""How registers go wrong: the same person, written down by people in a hurry, years apart.

Each rate is the share of records in which the error is made where it can be made at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from easement.demo.lexicon import lexicon
from easement.demo.model import Household, Person

__all__ = ["Dirt", "Seen", "seen"]

Draw = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Dirt:
    """The rates of one register: slips of the pen in a name, short names, days and months swapped, what is missing.

    `old_address` is the share of those who moved whose old postcode stands; `old_name` the same for family names.
    """

    slip: float = 0.02
    nickname: float = 0.05
    swapped: float = 0.01
    no_date: float = 0.01
    no_postcode: float = 0.02
    old_address: float = 0.4
    old_name: float = 0.15


class Seen(NamedTuple):
    """A person as one register has them; `born` is `None` and `postcode` empty where missing."""

    given: str
    family: str
    born: date | None
    postcode: str


def seen(person: Person, household: Household, dirt: Dirt, draw: Draw) -> Seen:
    """What a register has of a person; `draw` gives numbers from 0 to under 1."""
    given, family = person.given, person.family
    if draw() < dirt.nickname:
        given = _shortened(given, draw)
    if person.former and draw() < dirt.old_name:
        family = person.former
    if draw() < dirt.slip:
        if draw() < 0.5:
            given = slip(given, draw)
        else:
            family = slip(family, draw)
    return Seen(given, family, _born(person.born, dirt, draw), _postcode(household, dirt, draw))


def _shortened(given: str, draw: Draw) -> str:
    short = lexicon().nicknames.get(given)
    return short[int(draw() * len(short))] if short else given


def _born(born: date, dirt: Dirt, draw: Draw) -> date | None:
    if draw() < dirt.no_date:
        return None
    swaps = born.day <= 12 and born.day != born.month
    return date(born.year, born.day, born.month) if swaps and draw() < dirt.swapped else born


def _postcode(household: Household, dirt: Dirt, draw: Draw) -> str:
    if draw() < dirt.no_postcode:
        return ""
    moved = household.before is not None and draw() < dirt.old_address
    return household.before.postcode if moved and household.before else household.home.postcode


def slip(name: str, draw: Draw) -> str:
    """A name with one slip of the pen: two letters swapped, one left out, or one doubled; the first letter stands."""
    at, how = 1 + int(draw() * (len(name) - 1)), draw()
    if len(name) < 3:
        return name + name[-1]
    if how < 0.4 and at < len(name) - 1:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if how < 0.75:
        return name[:at] + name[at + 1 :]
    return name[:at] + name[at] + name[at:]
