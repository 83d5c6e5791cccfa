"""What a database is asked to leave out (R3.4): only what follows from the mapping, and nothing that could matter."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.gate.datasets import Dataset
from easement.gate.narrow import Wanted, about_person, covered, narrow
from easement.meaning.identifiers import Kind
from easement.meaning.mapping import DatasetMapping
from easement.meaning.model import Standard
from easement.sources.conditions import All, Compared, Condition, Either, Holding, OneOf, Tidied
from easement.sources.model import Column

TODAY = date(2026, 11, 21)
DAY = date(2015, 2, 1)
COLUMNS = (
    Column("ref", "VARCHAR", "REF"),
    Column("nino", "VARCHAR", "nino"),
    Column("family", "VARCHAR", "family"),
    Column("born", "DATE", "born"),
    Column("pc", "VARCHAR", "pc"),
    Column("code", "VARCHAR", "code"),
    Column("pay", "BIGINT", "pay"),
)
ELEMENTS: dict[str, Any] = {
    "reference": "ref",
    "nino": "nino",
    "family_name": "family",
    "date_of_birth": "born",
    "postcode": "pc",
    "award": {"column": "code", "codes": {"1": "UC", "2": "IS", "one": "UC"}},
    "earnings": "pay",
}


def dataset(**changes: Any) -> Dataset:
    said = {
        "format": "easement-mapping/1",
        "id": "awards",
        "title": "Awards",
        "organisation": "dwp",
        "standard": "award/1",
        "elements": ELEMENTS | changes,
    }
    return Dataset(DatasetMapping.model_validate(said), Path("x"))


def typed_as(name: str, kind: str) -> tuple[Column, ...]:
    return tuple(Column(c.name, kind if c.name == name else c.type, c.original) for c in COLUMNS)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("award = 'UC'", OneOf("code", ("1", "one"), trimmed=True)),
        ("award in ('UC', 'IS')", OneOf("code", ("1", "2", "one"), trimmed=True)),
        ("earnings <= 616.67", Compared("pay", "<=", 616.67)),
        ("616.67 > earnings", Compared("pay", "<", 616.67)),
        ("date_of_birth >= '2015-02-01'", Compared("born", ">=", DAY)),
        ("date_of_birth < today()", Compared("born", "<", TODAY)),
        ("earnings between 1 and 9", All((Compared("pay", ">=", 1), Compared("pay", "<=", 9)))),
        ("family_name = 'Ash'", OneOf("family", ("Ash",))),
        ("award = 'UC' and family_name != 'x'", OneOf("code", ("1", "one"), trimmed=True)),
        (
            "award = 'IS' or earnings = 1",
            Either((OneOf("code", ("2",), trimmed=True), Compared("pay", "=", 1))),
        ),
        ("award = 'IS' or family_name != 'x'", None),
        ("award != 'UC'", None),
        ("not award = 'UC'", None),
        ("award not in ('UC')", None),
        ("earnings is null", None),
        ("earnings * 2 > 3", None),
        ("award = 'PC'", None),
    ],
)
def test_of_a_condition_only_what_is_sure_is_asked(standard: Standard, rows: str, expected: Condition | None) -> None:
    assert covered(dataset(), standard, COLUMNS, rows, TODAY) == expected


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"nino": "ab 12-34 56 c"}, Tidied("nino", "AB123456C", " \u00a0-")),
        ({"reference": "r 1"}, Tidied("REF", "R1", " \u00a0")),
        ({"postcode": "nt1 1aa"}, Tidied("pc", "NT11AA", " \u00a0-")),
        ({"date_of_birth": " 2015-02-01 "}, Compared("born", "=", DAY)),
        ({"date_of_birth": "1 February 2015"}, None),
        ({"family_name": "Ash"}, None),
        ({"award": "uc"}, OneOf("code", ("1", "one"), trimmed=True)),
        ({"nothing": "x"}, None),
        ({"earnings": "100"}, None),
        ({"nino": "  "}, None),
        (
            {"family_name": "Ash", "date_of_birth": "2015-02-01", "nino": "AB123456C"},
            All((Compared("born", "=", DAY), Tidied("nino", "AB123456C", " \u00a0-"))),
        ),
    ],
)
def test_of_a_person_only_what_is_sure_is_asked(
    standard: Standard, person: dict[str, str], expected: Condition | None
) -> None:
    assert about_person(dataset(), standard, COLUMNS, person) == expected


def test_a_day_in_a_column_of_text_is_found_by_its_year(standard: Standard) -> None:
    found = about_person(dataset(), standard, typed_as("born", "VARCHAR"), {"date_of_birth": "2015-02-01"})
    assert found == Holding("born", "2015")


def test_where_a_spelling_is_promised_an_index_can_answer(standard: Standard) -> None:
    exact = dataset(
        nino={"column": "nino", "exact": True},
        postcode={"column": "pc", "exact": True},
        date_of_birth={"column": "born", "dates": ["dd/mm/yyyy", "yyyymmdd"], "exact": True},
    )
    asked = {"nino": "ab 12 34 56 c", "postcode": "nt11aa", "date_of_birth": "2015-02-01"}
    assert about_person(exact, standard, typed_as("born", "VARCHAR"), asked) == All(
        (OneOf("nino", ("AB123456C",)), OneOf("pc", ("NT11AA", "NT1 1AA")), OneOf("born", ("01/02/2015", "20150201")))
    )


@pytest.mark.parametrize(
    "way", [{"expression": "upper(nino)"}, {"constant": "AB123456C"}, {"absent": "-"}, {"column": "elsewhere"}]
)
def test_what_is_no_plain_column_is_not_asked_by(standard: Standard, way: dict[str, str]) -> None:
    assert about_person(dataset(nino=way), standard, COLUMNS, {"nino": "AB123456C"}) is None


def test_part_of_a_name_and_codes_into_numbers_are_not_asked_by(standard: Standard) -> None:
    part = dataset(family_name={"column": "family", "part": "family"})
    assert covered(part, standard, COLUMNS, "family_name = 'Ash'", TODAY) is None
    assert covered(dataset(), standard, typed_as("pay", "BIGINT"), "earnings = 1", TODAY) == Compared("pay", "=", 1)


def test_a_day_in_a_column_of_numbers_is_not_asked_by(standard: Standard) -> None:
    assert about_person(dataset(), standard, typed_as("born", "BIGINT"), {"date_of_birth": "2015-02-01"}) is None


def test_a_property_is_asked_by_its_number_where_no_text_may_begin_with_noughts(standard: Standard) -> None:
    place = standard.elements["nino"].model_copy(update={"identifier": Kind.UPRN})
    places, person = standard.model_copy(update={"elements": {"nino": place}}), {"nino": "000012345678"}
    assert about_person(dataset(), places, COLUMNS, person) is None
    found = about_person(dataset(), places, typed_as("nino", "BIGINT"), person)
    assert isinstance(found, Tidied)
    assert found.value == "12345678"


class Source:
    """A source that notes what it is asked to leave out."""

    columns = COLUMNS

    def __init__(self, *, database: bool = True) -> None:
        self.stream: Any = object() if database else None
        self.asked: list[Condition | None] = []

    def narrow(self, condition: Condition | None) -> None:
        self.asked.append(condition)


IS = OneOf("code", ("2",), trimmed=True)


@pytest.mark.parametrize(
    ("database", "wanted", "asked"),
    [
        (True, Wanted(Mode.BULK, "award = 'IS'", TODAY), [IS]),
        (True, Wanted(Mode.AGGREGATE, "award = 'IS'", TODAY), [IS]),
        (True, Wanted(Mode.BULK, None, TODAY), []),
        (True, Wanted(Mode.BULK, "award = 'IS'", TODAY, listed=True), []),
        (True, Wanted(Mode.MATCH, "award = 'IS'", TODAY), []),
        (
            True,
            Wanted(Mode.LOOKUP, "award = 'IS'", TODAY, {"date_of_birth": "2015-02-01"}),
            [Compared("born", "=", DAY)],
        ),
        (True, Wanted(Mode.LOOKUP, None, TODAY), [None]),
        (False, Wanted(Mode.BULK, "award = 'IS'", TODAY), []),
    ],
)
def test_a_source_leaves_out_only_what_a_disclosure_cannot_need(
    standard: Standard, database: bool, wanted: Wanted, asked: list[Condition | None]
) -> None:
    source: Any = Source(database=database)
    narrow(source, dataset(), standard, wanted)
    assert source.asked == asked
