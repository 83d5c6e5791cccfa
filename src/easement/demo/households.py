"""The town's households, one after another: the same for the same seed, number of people and day."""

from collections.abc import Iterator
from datetime import date
from itertools import count

from easement.demo.chance import chance
from easement.demo.families import Member, draw_family
from easement.demo.lexicon import lexicon
from easement.demo.model import Address, Award, Household, Person
from easement.demo.numbers import DISTRICTS, nhs_numbers, nino, postcode, upn

__all__ = ["households", "school_year"]

PER_POSTCODE = 14
"""Homes that share a postcode, as in most streets."""

PER_DISTRICT = 700
"""People for each postcode district, while there are districts left."""

MOVED = 0.16
MOVED_FROM_AFAR = 0.3
"""Households that moved in the last years, and how many of those came from elsewhere."""


def households(people: int, *, seed: int, today: date) -> Iterator[Household]:
    """Households that hold exactly so many people, without holding them all in memory."""
    maker = _Maker(people, seed, today)
    left = people
    while left:
        family = draw_family(maker.rng, today)
        if len(family) <= left:
            left -= len(family)
            yield maker.household(family)


class _Maker:
    """Gives out homes and numbers in order; everything drawn comes from one generator."""

    def __init__(self, people: int, seed: int, today: date) -> None:
        self.rng = chance("town", seed)
        self.today = today
        self.districts = max(2, min(DISTRICTS, people // PER_DISTRICT))
        self.nhs = nhs_numbers()
        self.people, self.homes, self.ninos = count(), count(), count()
        self.pupils: dict[int, int] = {}

    def household(self, family: list[Member]) -> Household:
        number = next(self.homes)
        first = next(self.people)
        numbers = [first, *(next(self.people) for _ in family[1:])]
        members = tuple(self._person(member, numbers, at) for at, member in enumerate(family))
        return Household(number, self._home(number), self._before(number), members, self._award(members))

    def _person(self, member: Member, numbers: list[int], at: int) -> Person:
        age = self.today.year - member.born.year
        grown = age > 16 or (age == 16 and (self.today.month, self.today.day) >= (member.born.month, member.born.day))
        return Person(
            number=numbers[at],
            given=member.given,
            middle=member.middle,
            family=member.family,
            former=member.former,
            female=member.female,
            born=member.born,
            birthplace=member.birthplace,
            ethnicity=member.ethnicity,
            parents=tuple(numbers[parent] for parent in member.parents),
            nhs=next(self.nhs),
            nino=nino(next(self.ninos)) if grown else "",
            upn=self._upn(member.born),
        )

    def _upn(self, born: date) -> str:
        year = school_year(born, self.today)
        if not 0 <= year <= 12:
            return ""
        started = _year_starts(self.today) - year
        self.pupils[started] = self.pupils.get(started, -1) + 1
        return upn(self.pupils[started], started)

    def _home(self, number: int) -> Address:
        """Homes fill one postcode after another, a street for every three postcodes."""
        block, house = divmod(number, PER_POSTCODE)
        places = lexicon().places
        street, part = divmod(block, 3)
        name = places.streets[street % len(places.streets)]
        kind = places.kinds[street // len(places.streets) % len(places.kinds)]
        return Address(f"{part * PER_POSTCODE + house + 1} {name} {kind}", postcode(places.area, block, self.districts))

    def _before(self, number: int) -> Address | None:
        draw = self.rng.random
        if draw() >= MOVED:
            return None
        if draw() >= MOVED_FROM_AFAR:
            return self._home(int(draw() * (number + 1)))
        return self._home(int(draw() * 100_000))._replace(
            postcode=postcode(lexicon().places.elsewhere, int(draw() * 100_000), DISTRICTS)
        )

    def _award(self, members: tuple[Person, ...]) -> Award | None:
        """A benefit by what the household looks like: pensions credit for the old, more for those with children."""
        draw = self.rng.random
        oldest = self.today.year - min(person.born.year for person in members)
        children = any(person.parents and not person.nino for person in members)
        if draw() >= (0.2 if oldest >= 67 else 0.34 if children else 0.13):
            return None
        code = "PC" if oldest >= 67 else _WORKING_AGE[int(draw() * len(_WORKING_AGE))]
        earnings = 0.0 if draw() < 0.3 else round(draw() ** 1.3 * 1900, 2)
        started = date.fromordinal(self.today.toordinal() - 40 - int(draw() * 2000))
        ended = date.fromordinal(self.today.toordinal() - 1 - int(draw() * 39)) if draw() < 0.07 else None
        return Award(code, earnings, started, ended)


_WORKING_AGE = ("UC",) * 16 + ("IS", "ESA", "JSA", "HB")


def school_year(born: date, today: date) -> int:
    """The school year somebody is in, counted from 0 for reception (England: the year starts on 1 September)."""
    return _year_starts(today) - born.year - (5 if (born.month, born.day) >= (9, 1) else 4)


def _year_starts(today: date) -> int:
    return today.year if today.month >= 9 else today.year - 1
