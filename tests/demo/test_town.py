"""Five registers of one town: each in its own ways, each with its errors, and a truth that says who is who."""

import csv
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from easement.demo.dirt import slip
from easement.demo.town import FILES, TRUTH, write_town
from easement.meaning.identifiers import Identifier, check

from .conftest import PEOPLE, SEED, TODAY, rows_of, truth_of

KEYS = {
    "benefit_awards": "claim_no",
    "school_roll": "pupil_ref",
    "health_contacts": "mrn",
    "police_contacts": "nominal",
    "referred_families": "ref",
}
FORMATS = {
    "benefit_awards": ("date_of_birth", "%d/%m/%Y"),
    "school_roll": ("dob", "%Y-%m-%d"),
    "health_contacts": ("birth_date", "%Y%m%d"),
    "police_contacts": ("born", "%d-%b-%Y"),
    "referred_families": ("birthday", "%d %B %Y"),
}
POSTCODES = {"benefit_awards": "postcode", "school_roll": "post_code", "health_contacts": "pc"} | {
    "police_contacts": "last_known_postcode",
    "referred_families": "postcode",
}


@pytest.fixture(scope="module")
def people(families):
    return {person.number: (person, household) for household in families for person in household.members}


@pytest.fixture(scope="module")
def truth(folder):
    return truth_of(folder)


def owner(people, truth, register, row):
    return people[truth[register, row[KEYS[register]]]]


def day(text: str, pattern: str) -> date:
    return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()


def bare(name: str) -> str:
    """Letters alone, without accents, as two spellings of one name are compared."""
    plain = unicodedata.normalize("NFKD", name.translate(str.maketrans("łŁıİ", "lLii"))).lower()
    return "".join(letter for letter in plain if "a" <= letter <= "z")


def test_the_same_seed_writes_the_same_files(folder, tmp_path):
    write_town(tmp_path, PEOPLE, seed=SEED, today=TODAY)
    for name in (*FILES.values(), TRUTH):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_what_is_counted_is_what_is_written(tmp_path):
    town = write_town(tmp_path, 500, seed=1, today=TODAY)
    assert town.people == 500
    assert town.records == {register: len(rows_of(tmp_path, register)) for register in FILES}
    assert sum(town.records.values()) == len(truth_of(tmp_path))


@pytest.mark.parametrize("register", FILES)
def test_every_record_has_one_owner_and_its_own_reference(folder, truth, register):
    references = [row[KEYS[register]] for row in rows_of(folder, register)]
    assert len(set(references)) == len(references)
    assert all((register, reference) in truth for reference in references)


def test_registers_are_of_sizes_that_such_offices_have(folder):
    sizes = {register: len(rows_of(folder, register)) / PEOPLE for register in FILES}
    assert 0.18 < sizes["benefit_awards"] < 0.34
    assert 0.12 < sizes["school_roll"] < 0.24
    assert 0.55 < sizes["health_contacts"] < 0.68
    assert 0.03 < sizes["police_contacts"] < 0.09
    assert 0.01 < sizes["referred_families"] < 0.06


def test_the_same_people_stand_in_several_registers(truth):
    held = Counter(truth.values())
    assert sum(count > 1 for count in held.values()) > PEOPLE / 5
    assert max(held.values()) >= 4


@pytest.mark.parametrize("register", FILES)
def test_each_office_writes_dates_in_its_own_way(folder, register):
    column, pattern = FORMATS[register]
    dates = [row[column] for row in rows_of(folder, register) if row[column]]
    assert len(dates) > 100
    assert all(day(text, pattern).strftime(pattern) == text for text in dates)


@pytest.mark.parametrize("register", FILES)
def test_dates_of_birth_are_missing_or_swapped_now_and_then(folder, people, truth, register):
    column, pattern = FORMATS[register]
    rows = rows_of(folder, register)
    missing = swapped = 0
    for row in rows:
        person, _ = owner(people, truth, register, row)
        if not row[column]:
            missing += 1
            continue
        said = day(row[column], pattern)
        if said != person.born:
            assert said == date(person.born.year, person.born.day, person.born.month)
            swapped += 1
    assert 0 < missing / len(rows) < 0.08
    assert swapped / len(rows) < 0.02
    assert swapped or len(rows) < 1_000


@pytest.mark.parametrize("register", FILES)
def test_postcodes_are_missing_or_of_an_old_address_now_and_then(folder, people, truth, register):
    rows = rows_of(folder, register)
    missing = old = 0
    for row in rows:
        _, household = owner(people, truth, register, row)
        said = (row[POSTCODES[register]] or "").replace(" ", "").upper()
        if not said:
            missing += 1
        elif said != household.home.postcode.replace(" ", ""):
            assert said == household.before.postcode.replace(" ", "")
            old += 1
        else:
            assert isinstance(check("postcode", said), Identifier)
    assert 0 < missing / len(rows) < 0.2
    assert 0.005 < old / len(rows) < 0.12


def test_names_are_mistaken_shortened_or_old_within_bounds(folder, people, truth):
    rows = rows_of(folder, "school_roll")
    other = [
        (row, person)
        for row in rows
        if (row["forename"], row["surname"])
        != ((person := owner(people, truth, "school_roll", row)[0]).given, person.family)
    ]
    assert 0.01 < len(other) / len(rows) < 0.08
    police = rows_of(folder, "police_contacts")
    short = sum(
        bare(row["name"].partition(",")[2]) != bare(owner(people, truth, "police_contacts", row)[0].given)
        for row in police
    )
    assert 0.02 < short / len(police) < 0.2


def test_identifiers_are_the_persons_own_and_pass_their_checks(folder, people, truth):
    for register, column, kind, field in (
        ("benefit_awards", "ni_number", "nino", "nino"),
        ("school_roll", "upn", "upn", "upn"),
        ("health_contacts", "nhs_number", "nhs-number", "nhs"),
    ):
        given = [row for row in rows_of(folder, register) if row[column]]
        assert len(given) > 500
        for row in given:
            found = check(kind, row[column])
            assert isinstance(found, Identifier)
            assert found.value == getattr(owner(people, truth, register, row)[0], field)


def test_one_office_has_full_names_and_another_capitals(folder):
    assert any(" " in row["full_name"] for row in rows_of(folder, "benefit_awards"))
    assert all(row["family_name"] == row["family_name"].upper() for row in rows_of(folder, "health_contacts"))
    assert all(", " in row["name"] for row in rows_of(folder, "police_contacts"))


def test_the_police_file_is_of_an_older_character_set(folder):
    raw = (folder / FILES["police_contacts"]).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "Ł" not in raw.decode("cp1252")


def test_one_entitled_child_in_ten_is_not_registered_for_meals(folder, people, truth):
    entitled = [
        row
        for row in rows_of(folder, "school_roll")
        if (award := owner(people, truth, "school_roll", row)[1].award) and award.gives_meals
    ]
    without = sum(row["fsm_registered"] == "N" for row in entitled)
    assert 0.04 < without / len(entitled) < 0.2


def test_a_benefit_long_gone_maps_to_nothing(folder):
    codes = Counter(row["award_code"] for row in rows_of(folder, "benefit_awards"))
    assert {"UC", "PCG", "SF"} <= codes.keys()
    assert codes["SF"] / codes.total() < 0.01


def test_the_truth_says_nothing_but_whose_a_record_is(folder):
    with (folder / TRUTH).open(newline="") as file:
        assert next(csv.reader(file)) == ["person", "register", "record"]


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("how", [0.1, 0.5, 0.9])
def test_a_slip_of_the_pen_changes_a_name_by_one_letter(at, how):
    draws = iter((at, how))
    slipped = slip("Katarzyna", lambda: next(draws))
    assert slipped[0] == "K"
    assert abs(len(slipped) - len("Katarzyna")) <= 1
