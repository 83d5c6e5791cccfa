"""Who lives in the town: people in households, with homes, numbers and, for some, a benefit."""

from datetime import date
from typing import NamedTuple

__all__ = ["Address", "Award", "Household", "Person"]


class Address(NamedTuple):
    """Where a household lives, or lived."""

    line: str
    postcode: str


class Person(NamedTuple):
    """One person. `former` is a family name given up, else empty; `parents` are numbers of people in the household.

    `nino` stands from 16 on, `upn` while at school; else they are empty.
    """

    number: int
    given: str
    middle: str
    family: str
    former: str
    female: bool
    born: date
    birthplace: str
    ethnicity: str
    parents: tuple[int, ...]
    nhs: str
    nino: str
    upn: str


class Award(NamedTuple):
    """A benefit paid to a household; `ended` is `None` while it runs, earnings are pounds a month after tax."""

    code: str
    earnings: float
    started: date
    ended: date | None

    @property
    def gives_meals(self) -> bool:
        """Whether children of the household can have free school meals: the rule of the demo's agreement."""
        return self.code in ("UC", "IS") and self.earnings <= 616.67 and self.ended is None


class Household(NamedTuple):
    """People at one address. `before` is where they lived until they moved here, `None` for those who stayed."""

    number: int
    home: Address
    before: Address | None
    members: tuple[Person, ...]
    award: Award | None
