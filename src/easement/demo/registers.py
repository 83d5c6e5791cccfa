"""Five registers of five offices: whom each has, in its own columns, codes and ways to write a date, with its dirt."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple, Protocol

from easement.demo.chance import chance
from easement.demo.dirt import Dirt, Seen, seen
from easement.demo.households import school_year
from easement.demo.model import Household, Person

__all__ = ["Record", "Register", "registers"]

MEALS_NOT_CLAIMED = 0.11
"""Children who could have free school meals and are not registered: about 11% in England (DfE, 2013)."""

CP1252_WITHOUT = str.maketrans("łŁ", "lL")
"""Letters that hold no separable accent and that the police system's character set does not have."""


class Record(NamedTuple):
    """One row of a register: whose it is (for the truth alone), its own reference, and its values by column."""

    person: int
    reference: str
    values: tuple[Any, ...]


class Register(Protocol):
    """A register: its columns, and the rows that it has of a household."""

    @property
    def name(self) -> str:
        """Its name among `town.FILES`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns, as the office calls them."""

    def rows(self, household: Household) -> Iterator[Record]:
        """The register's records of a household's members."""


class _Base:
    name: str
    columns: tuple[str, ...]
    dirt = Dirt()

    def __init__(self, seed: int, today: date) -> None:
        self.today = today
        self.rng = chance(self.name, seed)
        self.count = 0

    def see(self, person: Person, household: Household) -> Seen:
        return seen(person, household, self.dirt, self.rng.random)

    def reference(self, pattern: str) -> str:
        self.count += 1
        return pattern.format(self.count * 7_919 % 10_000_000)

    def pick(self, options: tuple[str, ...]) -> str:
        return options[int(self.rng.random() * len(options))]

    def ago(self, days: int) -> date:
        return date.fromordinal(self.today.toordinal() - int(self.rng.random() * days))


class Awards(_Base):
    """The department's benefit awards: one line for each person on a claim, one full name, dd/mm/yyyy."""

    dirt = Dirt(slip=0.01, nickname=0.01, no_date=0.005, no_postcode=0.01)
    name = "benefit_awards"
    columns = ("claim_no", "full_name", "ni_number", "date_of_birth", "postcode", "sex", "award_code",
               "net_monthly_earnings", "award_start", "award_end")  # fmt: skip

    def rows(self, household: Household) -> Iterator[Record]:
        award = household.award
        if award is None:
            return
        claim = self.reference("C{:08d}")
        for line, person in enumerate(household.members, 1):
            view = self.see(person, household)
            middle = f" {person.middle[0]}." if person.middle and self.rng.random() < 0.3 else ""
            reference = f"{claim}-{line:02d}"
            yield Record(person.number, reference, (
                reference, f"{view.given}{middle} {view.family}", _spaced(person.nino), _slashed(view.born),
                view.postcode, "F" if person.female else "M", self._code(award.code), f"{award.earnings:.2f}",
                _slashed(award.started), _slashed(award.ended),
            ))  # fmt: skip

    def _code(self, code: str) -> str:
        """The department's own code; now and then one of a benefit long gone, which maps to nothing."""
        return "SF" if self.rng.random() < 0.004 else "PCG" if code == "PC" else code


class SchoolRoll(_Base):
    """The council's school roll: pupils from reception to year 11, split names, ISO dates, school census codes."""

    dirt = Dirt(slip=0.015, nickname=0.04, old_address=0.25)
    name = "school_roll"
    columns = ("pupil_ref", "upn", "forename", "surname", "dob", "post_code", "gender", "school_urn",
               "fsm_registered", "ethnicity", "sen")  # fmt: skip

    def rows(self, household: Household) -> Iterator[Record]:
        entitled = household.award is not None and household.award.gives_meals
        claimed = self.rng.random() >= MEALS_NOT_CLAIMED
        for person in household.members:
            if person.upn and school_year(person.born, self.today) <= 11 and self.rng.random() < 0.95:
                yield self._row(person, household, entitled and claimed)

    def _row(self, person: Person, household: Household, meals: bool) -> Record:
        view, reference, draw = self.see(person, household), self.reference("P{:07d}"), self.rng.random
        sen = "K" if draw() < 0.13 else "E" if draw() < 0.05 else "N"
        gender = "9" if draw() < 0.01 else "2" if person.female else "1"
        school = str(900_100 + household.number % 40)
        return Record(person.number, reference, (
            reference, person.upn, view.given, view.family, view.born.isoformat() if view.born else "",
            _odd_case(view.postcode, draw()), gender, school, "Y" if meals else "N",
            person.ethnicity if draw() < 0.97 else "REFU", sen,
        ))  # fmt: skip


class HealthContacts(_Base):
    """The health trust's contacts: surnames in capitals, yyyymmdd, postcodes without a space; twins come together."""

    dirt = Dirt(nickname=0.02, old_address=0.5, no_date=0.02)
    name = "health_contacts"
    columns = ("mrn", "nhs_number", "family_name", "given_name", "birth_date", "pc", "stated_gender", "service",
               "contacts_12m", "last_contact")  # fmt: skip

    def rows(self, household: Household) -> Iterator[Record]:
        seen_together: dict[date, bool] = {}
        for person in household.members:
            if seen_together.setdefault(person.born, self.rng.random() < 0.62):
                yield self._row(person, household)

    def _row(self, person: Person, household: Household) -> Record:
        view, reference, draw = self.see(person, household), self.reference("M{:07d}"), self.rng.random
        service = _SERVICES[int(draw() * len(_SERVICES))]
        contacts = 0 if service == "none" else 1 + int(draw() ** 2 * 14)
        nhs = f"{person.nhs[:3]} {person.nhs[3:6]} {person.nhs[6:]}" if draw() < 0.93 else None
        return Record(person.number, reference, (
            reference, nhs, view.family.upper(), view.given, f"{view.born:%Y%m%d}" if view.born else None,
            view.postcode.replace(" ", "") or None, "u" if draw() < 0.02 else "f" if person.female else "m",
            service, contacts, self.ago(365) if contacts else None,
        ))  # fmt: skip


_SERVICES = ("none",) * 11 + ("outpatient",) * 5 + ("community",) * 2 + ("inpatient", "crisis-team")


class PoliceContacts(_Base):
    """The force's contacts: `SURNAME, Given` in one column, an old character set, semicolons, dd-mon-yyyy."""

    dirt = Dirt(slip=0.04, nickname=0.15, swapped=0.02, no_date=0.04, no_postcode=0.15, old_address=0.6)
    name = "police_contacts"
    columns = ("nominal", "name", "born", "birth_place", "last_known_postcode", "incidents_12m", "contact_type")

    def rows(self, household: Household) -> Iterator[Record]:
        if self.rng.random() >= 0.11:
            return
        for person in household.members:
            if self.today.year - person.born.year > 10 and self.rng.random() < 0.6:
                yield self._row(person, household)

    def _row(self, person: Person, household: Household) -> Record:
        view, reference = self.see(person, household), self.reference("N/{:06d}")
        incidents = int(self.rng.random() ** 2 * 6)
        name = _cp1252(f"{view.family.upper()}, {view.given}")
        return Record(person.number, reference, (
            reference, name, _dashed(view.born), _cp1252(person.birthplace), view.postcode.lower(), str(incidents),
            self.pick(("R", "E", "O")) if incidents else "-",
        ))  # fmt: skip


class Referrals(_Base):
    """The council's list of families referred for help: everyone in the family, dates in words, how to reach them."""

    dirt = Dirt(slip=0.03, nickname=0.08, old_address=0.1)
    name = "referred_families"
    columns = ("ref", "first_names", "last_name", "birthday", "postcode", "telephone", "email", "worker_notes")

    def rows(self, household: Household) -> Iterator[Record]:
        children = any(person.upn for person in household.members)
        if not children or (self.count and self.rng.random() >= 0.07):
            return
        family = self.reference("R{:07d}")
        for line, person in enumerate(household.members, 1):
            view, reference = self.see(person, household), f"{family}-{line}"
            born = f"{view.born.day:02d} {_MONTHS[view.born.month - 1]} {view.born.year}" if view.born else ""
            grown = bool(person.nino)
            phone = f"07700 900{int(self.rng.random() * 1000):03d}" if grown and self.rng.random() < 0.9 else ""
            email = f"person{person.number}@post.example" if grown and self.rng.random() < 0.6 else ""
            yield Record(person.number, reference, (
                reference, view.given, view.family, born, view.postcode, phone, email, self.pick(_NOTES),
            ))  # fmt: skip


_NOTES = ("Prefers mornings", "Call before visiting", "Referred by school", "Interpreter helpful", "")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
"""Spelt out here, so that a machine's locale cannot change a file."""


def _slashed(day: date | None) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else ""


def _dashed(day: date | None) -> str:
    return f"{day.day:02d}-{_MONTHS[day.month - 1][:3]}-{day.year}" if day else ""


def _spaced(number: str) -> str:
    return f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:8]} {number[8:]}" if number else ""


def _odd_case(postcode: str, how: float) -> str:
    """One in ten is written in small letters, one in ten without its space."""
    return postcode.lower() if how < 0.1 else postcode.replace(" ", "") if how < 0.2 else postcode


def _cp1252(text: str) -> str:
    """A name as a system of the last century holds it: letters outside its character set lose their accents."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", text.translate(CP1252_WITHOUT))
        return plain.encode("ascii", "ignore").decode()
    return text


_REGISTERS: tuple[Callable[[int, date], Register], ...] = (
    Awards,
    SchoolRoll,
    HealthContacts,
    PoliceContacts,
    Referrals,
)
"""Every register, in the order in which they are told of."""


def registers(seed: int, today: date) -> tuple[Register, ...]:
    """Every register of a town."""
    return tuple(kind(seed, today) for kind in _REGISTERS)
