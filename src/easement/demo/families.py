"""Families: who lives together, how old they are, and how names run in them."""

from bisect import bisect
from collections.abc import Callable
from datetime import date
from random import Random
from typing import NamedTuple

from easement.demo.lexicon import Culture, lexicon

__all__ = ["KINDS", "Member", "draw_family"]

YEAR = 365.25
YOUNGEST_MOTHER, OLDEST_MOTHER = 18, 38
"""Years of age at the birth of the first child."""

TWINS = 0.03
JUNIOR = 0.06
"""How often a second child is the first one's twin; how often a first son has his father's name."""

KEEPS_NAME, DOUBLE_NAME = 0.35, 0.08
"""How often a wife keeps her name, and how often a couple bears both with a hyphen."""


class Member(NamedTuple):
    """A person before numbers are given; `parents` are places in the family's list."""

    given: str
    middle: str
    family: str
    former: str
    female: bool
    born: date
    birthplace: str
    ethnicity: str
    parents: tuple[int, ...] = ()


def draw_family(rng: Random, today: date) -> list[Member]:
    """One household's members, grown-ups first."""
    share = rng.random()
    kind = next(kind for kind, most in KINDS if share < most)
    return kind(rng, today)


def _culture(rng: Random) -> Culture:
    words = lexicon()
    return words.cultures[bisect(words.steps, rng.random() * words.steps[-1])]


def _pick(rng: Random, options: tuple[str, ...]) -> str:
    return options[int(rng.random() * len(options))]


def _back(today: date, years: float) -> date:
    """The day so many years ago, and never a coming one."""
    return date.fromordinal(max(1, today.toordinal() - int(max(0.0, years) * YEAR)))


def _surname(rng: Random, culture: Culture) -> str:
    name = _pick(rng, culture.family)
    return f"{name} {_pick(rng, culture.family)}" if culture.both_surnames else name


def _person(rng: Random, culture: Culture, born: date, *, female: bool | None = None, family: str = "",
            former: str = "", parents: tuple[int, ...] = ()) -> Member:  # fmt: skip
    is_female = rng.random() < 0.51 if female is None else female
    names = culture.girls if is_female else culture.boys
    given, middle = _pick(rng, names), _pick(rng, names) if rng.random() < 0.55 else ""
    return Member(
        given,
        middle if middle != given else "",
        family or _surname(rng, culture),
        former,
        is_female,
        born,
        _pick(rng, culture.born),
        culture.ethnicity,
        parents,
    )


def _alone(rng: Random, today: date) -> list[Member]:
    return [_person(rng, _culture(rng), _back(today, 19 + rng.random() * 73))]


def _shared(rng: Random, today: date) -> list[Member]:
    """People who share a house and nothing else."""
    return [_person(rng, _culture(rng), _back(today, 19 + rng.random() * 16)) for _ in range(2 + int(rng.random() * 3))]


def _couple(rng: Random, today: date) -> list[Member]:
    return _pair(rng, _back(today, 23 + rng.random() * 65))


def _pair(rng: Random, hers: date) -> list[Member]:
    """A mother and a father to be, near in age; one in eight couples is of two cultures."""
    culture = _culture(rng)
    other = _culture(rng) if rng.random() < 0.12 else culture
    own, his = _surname(rng, culture), _surname(rng, other)
    family, her_name = his, his
    how = rng.random()
    if how < DOUBLE_NAME and not (" " in own + his or "-" in own + his):
        family = her_name = f"{own}-{his}"
    elif how < DOUBLE_NAME + KEEPS_NAME or culture.both_surnames:
        her_name = own
    born = date.fromordinal(max(1, hers.toordinal() - int((rng.random() * 10 - 4) * YEAR)))
    wife = _person(rng, culture, hers, female=True, family=her_name, former=own if her_name != own else "")
    return [wife, _person(rng, other, born, female=False, family=family, former=his if family != his else "")]


def _births(rng: Random, today: date) -> list[date]:
    """Birthdays of one mother's children, eldest first; the eldest lives at home and is under 19."""
    days = [today.toordinal() - int(rng.random() * 18.9 * YEAR)]
    for _ in range(int(rng.random() ** 1.6 * 4)):
        gap = 0 if len(days) == 1 and rng.random() < TWINS else 420 + int(rng.random() * 1300)
        if days[-1] + gap <= today.toordinal():
            days.append(days[-1] + gap)
    return [date.fromordinal(day) for day in days]


def _with_children(rng: Random, today: date) -> list[Member]:
    births = _births(rng, today)
    age = YOUNGEST_MOTHER + rng.random() * (OLDEST_MOTHER - YOUNGEST_MOTHER)
    mother, father = _pair(rng, _back(births[0], age))
    if _years(father.born, births[0]) < 17:
        father = father._replace(born=_back(births[0], 18 + rng.random() * 4))
    return [mother, father, *_children(rng, births, mother, father)]


def _lone_parent(rng: Random, today: date) -> list[Member]:
    """Nine in ten are mothers; the children bear either parent's name."""
    mother, father, *children = _with_children(rng, today)
    staying = mother if rng.random() < 0.9 else father
    if staying is mother and mother.former and rng.random() < 0.4:
        staying = mother._replace(family=mother.former, former=mother.family)
    return [staying, *(child._replace(parents=(0,)) for child in children)]


def _three_generations(rng: Random, today: date) -> list[Member]:
    mother, father, *children = _with_children(rng, today)
    elder = _person(rng, _culture_of(mother), _back(mother.born, 19 + rng.random() * 15), female=rng.random() < 0.7,
                    family=mother.former or mother.family)  # fmt: skip
    return [mother._replace(parents=(2,)), father, elder, *children]


def _culture_of(person: Member) -> Culture:
    return next(each for each in lexicon().cultures if person.given in each.girls)


def _children(rng: Random, births: list[date], mother: Member, father: Member) -> list[Member]:
    family = _family_name(rng, mother, father)
    culture = next(each for each in lexicon().cultures if father.given in each.boys)
    children: list[Member] = []
    for place, born in enumerate(births):
        child = _person(rng, culture, born, family=family, parents=(0, 1))
        if place == 0 and not child.female and rng.random() < JUNIOR:
            child = child._replace(given=father.given, family=father.family)
        elif any(child.given == sibling.given for sibling in children):
            child = child._replace(given=_another(culture, child, children))
        children.append(child)
    return children


def _another(culture: Culture, child: Member, siblings: list[Member]) -> str:
    taken = {sibling.given for sibling in siblings}
    return next(name for name in (culture.girls if child.female else culture.boys) if name not in taken)


def _family_name(rng: Random, mother: Member, father: Member) -> str:
    """Mostly the father's; where the parents' names differ, sometimes both with a hyphen, or the mother's."""
    if " " in father.family and " " in mother.family:
        return f"{father.family.split(' ')[0]} {mother.family.split(' ')[0]}"
    how = rng.random()
    if mother.family == father.family or how < 0.7:
        return father.family
    single = not set(" -") & set(mother.family + father.family)
    return f"{mother.family}-{father.family}" if single and how < 0.85 else mother.family


def _years(earlier: date, later: date) -> float:
    return (later - earlier).days / YEAR


KINDS: tuple[tuple[Callable[[Random, date], list[Member]], float], ...] = (
    (_alone, 0.26),
    (_couple, 0.51),
    (_with_children, 0.77),
    (_lone_parent, 0.88),
    (_three_generations, 0.92),
    (_shared, 1.0),
)
"""Kinds of household, each with the share of households up to and with it."""
