"""What only the town's maker knows: who is who. It serves to find a person to tell of, and to score; no node has it."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from easement.base.errors import EasementError
from easement.demo.town import FILES, TRUTH
from easement.demo.world import HOLDERS
from easement.meaning.model import Key
from easement.meaning.normalise import normalise

__all__ = ["Meals", "Worry", "find_shared", "find_twins", "find_worry", "score_meals"]

LOOK = 20_000
"""How many lines of the truth are looked through for somebody to tell of."""

KEYS = {
    "benefit_awards": "claim_no",
    "school_roll": "pupil_ref",
    "health_contacts": "mrn",
    "police_contacts": "nominal",
    "referred_families": "ref",
}
"""The column that holds each register's own reference."""

NAMES = {
    "benefit_awards": ("full_name", "date_of_birth", "postcode"),
    "school_roll": ("forename", "surname", "dob", "post_code"),
    "health_contacts": ("family_name", "given_name", "birth_date", "pc"),
    "police_contacts": ("name", "born", "last_known_postcode"),
    "referred_families": ("first_names", "last_name", "birthday", "postcode"),
}
"""The columns that say who somebody is."""

Row = Mapping[str, Any]


class Worry(NamedTuple):
    """Somebody whom police and trust both have under one name: what a social worker would say of them."""

    family_name: str
    given_name: str
    date_of_birth: str


class Meals(NamedTuple):
    """How well the match did, by the truth: records `given`, of them `right`; `entitled` on the roll; `new` ones."""

    given: int
    right: int
    entitled: int
    new: int


def _rows(register: str) -> Iterator[Row]:
    path = Path(HOLDERS[register]) / "datasets" / FILES[register]
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(path).iter_batches():
            yield from batch.to_pylist()
        return
    encoding, delimiter = ("cp1252", ";") if register == "police_contacts" else ("utf-8", ",")
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def _truth(town: Path) -> Iterator[tuple[int, str, str]]:
    with (town / TRUTH).open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from ((int(person), register, record) for person, register, record in rows)


def _first_people(town: Path) -> dict[int, dict[str, str]]:
    """The first people of the truth, each with their reference in every register that has them."""
    people: dict[int, dict[str, str]] = defaultdict(dict)
    for person, register, record in islice(_truth(town), LOOK):
        people[person][register] = record
    return people


def find_shared(town: Path) -> list[tuple[str, str]]:
    """Somebody whom many registers have, each a little differently: the file, and what it says of who they are."""
    people = _first_people(town).values()
    most = max(map(len, people))
    known = [registers for registers in people if len(registers) == most]
    rows = {name: _by_reference(name, {held[name] for held in known if name in held}) for name in FILES}
    said = [[(FILES[name], _who(name, rows[name][record])) for name, record in held.items()] for held in known]
    return max(said, key=_differences)


def _differences(said: list[tuple[str, str]]) -> int:
    """How many different names and postcodes stand for one person."""
    words = " ".join(who for _, who in said).casefold().replace(",", "").split()
    return len({word for word in words if any("a" <= letter <= "z" for letter in word)})


def _who(register: str, row: Row) -> str:
    return " | ".join(str(row[name] or "(nothing)") for name in NAMES[register])


def find_worry(town: Path) -> Worry:
    """Somebody for a social worker to ask about, whom police and trust have alike and no one else is called; the
    young and those with contacts first.
    """
    people = _first_people(town)
    both = {p: r for p, r in people.items() if {"police_contacts", "health_contacts"} <= r.keys()}
    police = _by_reference("police_contacts", {r["police_contacts"] for r in both.values()})
    health = _by_reference("health_contacts", {r["health_contacts"] for r in both.values()})
    pairs = [(police[r["police_contacts"]], health[r["health_contacts"]]) for r in both.values()]
    alike = [(one, other) for one, other in pairs if _same(one, other)]
    if not alike:
        what = "nobody in this town is known to police and trust by the same name"
        raise EasementError(what, remedy="make a larger town, or another one: --people 2000 --seed 2")
    _, other = max(
        alike, key=lambda pair: (pair[0]["incidents_12m"] > "0", pair[1]["service"] != "none", pair[1]["birth_date"])
    )
    return _worry(other)


def find_twins(town: Path) -> Worry | None:
    """One of two whom the trust has with the same family name and birthday; `None` where the first people had none."""
    wanted = {r["health_contacts"] for r in _first_people(town).values() if "health_contacts" in r}
    met: dict[tuple[str, str], Row] = {}
    for row in _by_reference("health_contacts", wanted).values():
        other = met.setdefault((row["family_name"], row["birth_date"] or row["mrn"]), row)
        if other["given_name"] != row["given_name"]:
            return _worry(row)
    return None


def _worry(health: Row) -> Worry:
    born = health["birth_date"]
    return Worry(str(health["family_name"]).title(), health["given_name"], f"{born[:4]}-{born[4:6]}-{born[6:]}")


def _by_reference(register: str, wanted: set[str]) -> dict[str, Row]:
    found = (row for row in _rows(register) if row[KEYS[register]] in wanted)
    return {row[KEYS[register]]: row for row in islice(found, len(wanted))}


_MONTHS = {
    name: n
    for n, name in enumerate(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)
}


def _same(police: Row, health: Row) -> bool:
    """Whether both have the same names and, for sure, the same day of birth."""
    if not (police["born"] and health["birth_date"]):
        return False
    family, _, given = police["name"].partition(", ")
    day, month, year = police["born"].split("-")
    return (
        f"{year}{_MONTHS[month]:02d}{day}" == health["birth_date"]
        and normalise(Key.FAMILY_NAME, family) == normalise(Key.FAMILY_NAME, health["family_name"])
        and normalise(Key.GIVEN_NAME, given) == normalise(Key.GIVEN_NAME, health["given_name"])
    )


def score_meals(town: Path, answer: Path) -> Meals:
    """Hold the answer of the match for free school meals against the truth."""
    entitled = {row["claim_no"] for row in _rows("benefit_awards") if _gives_meals(row)}
    people = {
        person for person, register, record in _truth(town) if register == "benefit_awards" and record in entitled
    }
    pupils = {record for person, register, record in _truth(town) if register == "school_roll" and person in people}
    with answer.open(newline="") as file:
        given = [row["your_reference"] for row in csv.DictReader(file)]
    unregistered = {row["pupil_ref"] for row in _rows("school_roll") if row["fsm_registered"] == "N"}
    return Meals(len(given), len(pupils.intersection(given)), len(pupils), len(unregistered.intersection(given)))


def _gives_meals(row: Row) -> bool:
    earns = float(row["net_monthly_earnings"])
    return row["award_code"] in ("UC", "IS") and earns <= 616.67 and not row["award_end"]
