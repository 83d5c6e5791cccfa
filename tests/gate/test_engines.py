"""One meaning for every source (R3.5): the same table, in a file or in any database, gives the same answers.

Tables are generated with the dirt that tables have, and kept by each engine the way its own programs would. What a
database was asked to leave out makes no difference either.
"""

import datetime
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easement.agreement.forms import Form
from easement.agreement.model import Mode
from easement.gate.datasets import Dataset, place_of, table_of
from easement.gate.decide import decide
from easement.gate.keys import PseudonymKey
from easement.gate.narrow import Wanted, narrow
from easement.gate.plan import plan
from easement.gate.prepare import Prepared
from easement.meaning.mapping import DatasetMapping
from easement.meaning.model import Standard
from easement.sources.files import open_sources
from easement.sources.session import Session
from tests.mariadb import mariadb
from tests.often import often
from tests.sources.stores import Store, store

from .conftest import facts, request
from .world import write_rows

__all__ = ["mariadb"]

KEY = PseudonymKey(bytes(32))
TODAY = facts().now.date()
COLUMNS = ("ref", "nino", "family", "given", "born", "pc", "code", "pay")
MAPPING: dict[str, Any] = {
    "format": "easement-mapping/1",
    "id": "awards",
    "title": "Awards",
    "organisation": "dwp",
    "standard": "award/1",
    "record_key": "ref",
    "elements": {
        "reference": "ref",
        "nino": "nino",
        "family_name": "family",
        "given_name": "given",
        "date_of_birth": "born",
        "postcode": "pc",
        "award": {"column": "code", "codes": {"1": "UC", "2": "IS", "03": "PC"}},
        "earnings": "pay",
    },
}
LIST = {
    **MAPPING,
    "id": "list",
    "elements": {**MAPPING["elements"], "award": {"absent": "-"}, "earnings": {"absent": "-"}},
}
ROWS = "award in ('UC', 'IS') and earnings <= 616.5 and date_of_birth between '2010-01-01' and '2019-12-31'"
FIELDS = {name: Form.read("plain") for name in ("reference", "nino", "date_of_birth", "postcode", "award", "earnings")}

Row = tuple[Any, ...]


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, st.none())


NINOS = ["AB123456C", "ab 12 34 56 c", "AB-123456-C", " AB123456C ", "CE654321D", "ce654321d", "ÄB123456C", "none"]
PEOPLE = st.tuples(
    _maybe(st.sampled_from(NINOS)),
    _maybe(st.sampled_from(["Ash", "ASH ", "O'Neil", "o’neil", "Müller", "李", 'As"h', "A,sh"])),
    _maybe(st.sampled_from(["Jo", "jo", "Zoë", "Jo Ann"])),
    _maybe(st.sampled_from(["2015-02-01", "2009-12-31", "2010-01-01", "2019-12-31", "1900-01-01"])),
    _maybe(st.sampled_from(["NT1 1AA", "nt11aa", " NT1  1AA", "NT2 2BB"])),
    _maybe(st.sampled_from(["1", "2", "03", " 1", "3", "x", "UC"])),
    _maybe(st.sampled_from(["0.00", "616.25", "616.50", "616.75", "-3.00", "99999999.25"])),
)
TABLES = st.lists(PEOPLE, max_size=12).map(lambda rows: [(f"r{n}", *row) for n, row in enumerate(rows)])
SAID: list[dict[str, str]] = [
    {"nino": "AB123456C"},
    {"nino": "ce 65 43 21 d", "date_of_birth": "2015-02-01"},
    {"family_name": "oneil", "given_name": "Jo", "date_of_birth": "2010-01-01", "postcode": "NT1 1AA"},
    {"reference": "R1"},
    {"postcode": "nt22bb"},
    {"award": "UC", "date_of_birth": "2015-02-01"},
    {"date_of_birth": "not a day"},
]


def csv_file(rows: list[Row], name: str, folder: Path) -> Dataset:
    path = folder / f"{name}.csv"
    write_rows(path, COLUMNS, [["" if value is None else value for value in row] for row in rows])
    return Dataset(DatasetMapping.model_validate(MAPPING), path)


def parquet_file(rows: list[Row], name: str, folder: Path) -> Dataset:
    values: dict[str, Any] = {column: [row[place] for row in rows] for place, column in enumerate(COLUMNS)}
    types = dict.fromkeys(COLUMNS, pa.string()) | {"born": pa.date32(), "pay": pa.decimal128(10, 2)}
    values["born"] = [None if day is None else datetime.date.fromisoformat(day) for day in values["born"]]
    values["pay"] = [None if pay is None else Decimal(pay) for pay in values["pay"]]
    arrays = [pa.array(values[column], types[column]) for column in COLUMNS]
    pq.write_table(pa.Table.from_arrays(arrays, list(COLUMNS)), folder / f"{name}.parquet")
    return Dataset(DatasetMapping.model_validate(MAPPING), folder / f"{name}.parquet")


def kept_by(database: Store) -> Callable[[list[Row], str, Path], Dataset]:
    made: list[str] = []
    days = "varchar(20)" if database.kind == "sqlite" else "date"
    pays = "varchar(20)" if database.kind == "sqlite" else "decimal(10, 2)"

    def keep(rows: list[Row], name: str, _folder: Path) -> Dataset:
        table = f"{name}_{len(made)}"
        made.append(table)
        texts = ", ".join(f"{column} varchar(40)" for column in COLUMNS if column not in ("born", "pay"))
        database.run(f"create table {table} ({texts}, born {days}, pay {pays})")
        marks = ", ".join(["%s"] * len(COLUMNS))
        if rows:
            database.fill(f"insert into {table} ({', '.join(COLUMNS)}) values ({marks})", rows)
        mapping = {**MAPPING, "source": {"database": "register", "table": table}}
        return Dataset(DatasetMapping.model_validate(mapping), database.connection.path, database.connection)

    return keep


@pytest.fixture(scope="module")
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Every way of keeping a table that there is here; a server that is not installed is left out."""
    found: dict[str, Any] = {"csv": csv_file, "parquet": parquet_file}
    for kind in ("sqlite", "postgresql", "mariadb"):
        try:
            found[kind] = kept_by(store(kind, tmp_path_factory.mktemp(kind), request))
        except pytest.skip.Exception:
            continue
    assert len(found) > 3
    return found


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        (Path(path) / "out").mkdir()
        yield Path(path)


def answers(
    agreement: Prepared, standard: Standard, dataset: Dataset, listed: Dataset, place: Path, person: dict[str, str]
) -> dict[str, Any]:
    """What each way of asking gives from one dataset, in an order of its own."""
    ways: list[tuple[str, Mode, str, dict[str, str] | None]] = [
        ("bulk", Mode.BULK, "open", None),
        ("aggregate", Mode.AGGREGATE, "counted", None),
        ("match", Mode.MATCH, "entitled", None),
        (f"lookup {person}", Mode.LOOKUP, "entitled", person),
    ]
    with open_sources(place_of(dataset, "held_data"), place_of(listed, "listed_data"), output=place / "out") as session:
        asking = Asking(agreement, standard, session, dataset, listed)
        return {name: asking.answer(mode, share, person) for name, mode, share, person in ways}


class Asking(NamedTuple):
    agreement: Prepared
    standard: Standard
    session: Session
    dataset: Dataset
    listed: Dataset

    def answer(self, mode: Mode, share: str, person: dict[str, str] | None) -> list[Any]:
        """The rows of one answer, the database asked to leave out what it may."""
        usual = {"nino": "AB123456C"} if person else {}  # a plan is made for others too, who could not be asked about
        asked = request(share=share, mode=mode, listed=mode is Mode.MATCH, person=usual)
        decision = decide(asked, self.agreement, facts())
        assert decision.allowed, decision.unmet
        if mode is not Mode.AGGREGATE:
            decision = replace(decision, fields=FIELDS)
        terms = self.agreement.offers[share].terms.model_copy(update={"rows": ROWS})
        held, listed = self.session.sources["held_data"], self.session.sources["listed_data"]
        if held.stream is not None:
            held.stream.rest()
        narrow(held, self.dataset, self.standard, Wanted(mode, terms.rows, TODAY, person, mode is Mode.MATCH))
        theirs = table_of(listed, self.listed, self.standard) if mode is Mode.MATCH else None
        table = table_of(held, self.dataset, self.standard)
        made = plan(decision, terms, table, key=KEY, today=TODAY, person=person, listed=theirs)
        for name, query in made.steps:
            self.session.make(name, query)
        rows = self.session.measure(made.sql, dict(made.parameters) or None)
        return sorted([tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in rows], key=repr)


Alike = Callable[[list[Row], list[Row], dict[str, str]], None]


@pytest.fixture(scope="module")
def check_alike(engines: Mapping[str, Any], agreement: Prepared, standard: Standard) -> Alike:
    """Holds the answers of every engine against those of the first."""

    def check(rows: list[Row], listed: list[Row], person: dict[str, str]) -> None:
        with folder() as place:
            theirs = replace(csv_file(listed, "listed", place), mapping=DatasetMapping.model_validate(LIST))
            expected: dict[str, Any] = {}
            for name, keep in engines.items():
                found = answers(agreement, standard, keep(rows, "held", place), theirs, place, person)
                assert found == (expected or found), name
                expected = found

    return check


@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(rows=TABLES, listed=TABLES, person=st.sampled_from(SAID))
def test_every_engine_gives_the_same_answers(
    check_alike: Alike, rows: list[Row], listed: list[Row], person: dict[str, str]
) -> None:
    check_alike(rows, listed, person)


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@settings(deadline=None, max_examples=often(200), suppress_health_check=[HealthCheck.too_slow])
@given(rows=TABLES, listed=TABLES, person=st.sampled_from(SAID))
def test_every_engine_gives_the_same_answers_to_hundreds_of_tables(
    check_alike: Alike, rows: list[Row], listed: list[Row], person: dict[str, str]
) -> None:
    check_alike(rows, listed, person)
