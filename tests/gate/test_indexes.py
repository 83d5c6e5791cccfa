"""Lookups from an index (R3.2) get the same answers as from the data itself."""

import json
import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from easement.base.errors import UsageError
from easement.gate import indexes
from easement.gate.release import MAX_FOUND

from .asking import ASH, Asking, Person, both, only_by_index, wish
from .world import COLUMNS, MAPPING, TERMS, World, signed

pytestmark = pytest.mark.usefixtures("rested")


def test_an_index_answers_and_the_data_is_not_read(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.make()
    only_by_index(monkeypatch)
    answer = asking.ask("entitled", ASH)
    assert [record["claim_reference"] for record in json.loads(answer.body)["records"]] == ["C01"]


PEOPLE: tuple[Person, ...] = (
    ASH,
    {"national_insurance_number": "ab 12 34 56 c"},
    {"family_name": "TWIN", "date_of_birth": "2010-07-07"},
    {"family_name": "twin", "date_of_birth": "2010-07-07", "given_name": "bea"},
    {"family_name": "Twin", "given_name": "Ada", "postcode": "nt33dd"},
    {"family_name": "Yew", "date_of_birth": "2011-06-06"},
    {"family_name": "obrien the elder", "given_name": "zoe", "postcode": "NT1 1AB"},
    {"family_name": "Elm", "date_of_birth": "2013-04-04"},
    {"family_name": "李", "date_of_birth": "2014-03-03"},
    {"family_name": "Nobody", "date_of_birth": "2014-03-03"},
    {"family_name": "=1+1", "date_of_birth": "2012-05-05"},
)


@pytest.mark.parametrize("share", ["entitled", "forms", "limited"])
def test_dirty_records_are_told_of_as_the_data_itself_tells(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, share: str
) -> None:
    assert asking.make()
    said = [both(asking, monkeypatch, share, person) for person in PEOPLE]
    assert len({json.dumps(each, default=str) for each in said}) > 3


def drawn(draw: random.Random, many: int) -> list[tuple[str, ...]]:
    """Records of few people in many spellings, with every kind of dirt."""
    families = ["Ash", "ash", " ÁSH ", "O'Brien", "OBrien", "Mr Elm", "Elm", "李", "", "Smith-Jones", "de la  Cruz"]
    givens = ["Jo", "JO", "Zoë", "Zoe", "", "Mary Ann", "x" * 40]
    days = ["01/02/2015", "1/2/2015", "31/02/2015", "", "29/02/2012", "n/a", "03/03/2014"]
    places = ["NT1 1AA", "nt11aa", "NT1-1AA", "", "not one", "EC1A 1BB"]
    numbers = ["AB123456C", "ab 12 34 56 c", "", "bad", "CE123456A"]
    money = ["", "0", "-5", "300", "299.99", "616.67", "1e3", "NaN", "inf", "n/a", " 7 ", "616.6700000000001"]
    return [
        (
            f"C{n}", draw.choice(numbers), draw.choice(families), draw.choice(givens), draw.choice(days),
            draw.choice(["F", "M", "?", ""]), draw.choice(places), draw.choice(["UC", "IS", "PC", "XX", ""]),
            draw.choice(money), draw.choice(days), draw.choice(days),
        )
        for n in range(many)
    ]  # fmt: skip


def people(draw: random.Random) -> Person:
    family = draw.choice(["Ash", "obrien", "Elm", "李", "smith jones", "De La Cruz", "zzz"])
    return draw.choice(
        [
            {"family_name": family, "date_of_birth": draw.choice(["2015-02-01", "2012-02-29", "2014-03-03"])},
            {"family_name": family, "given_name": draw.choice(["jo", "ZOË", "mary ann"]), "postcode": "nt1 1aa"},
            {"national_insurance_number": draw.choice(["AB123456C", "CE 12 34 56 A", "JG103759A"])},
            {"national_insurance_number": "ab123456c", "family_name": family},
            {"family_name": family, "date_of_birth": "2015-02-01", "postcode": "EC1A1BB", "sex": "female"},
        ]
    )


@pytest.mark.parametrize("seed", range(3))
def test_generated_tables_are_told_of_alike_by_index_and_data(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Every form stands in the share `forms`; people who are several, or not covered, and dirty values are drawn."""
    draw = random.Random(seed)
    world.hold(drawn(draw, draw.choice([0, 1, 40, 300])) if seed else drawn(draw, 400))
    assert asking.make()
    outcomes = [both(asking, monkeypatch, draw.choice(["entitled", "forms"]), people(draw)) for _ in range(12)]
    assert seed or {type(each) for each in outcomes} == {list, tuple}


def test_a_parquet_file_of_every_type_is_told_of_alike(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 20
    table = pa.table(
        {
            "claim": [f"C{n}" for n in range(many)],
            "nino": pa.array([None] * many, pa.string()),
            "surname": pa.array(["Ash", "Elm"] * (many // 2), pa.dictionary(pa.int8(), pa.string())),
            "forename": ["Jo"] * many,
            "born": pa.array([date(2015, 2, 1), date(1900, 1, 1)] * (many // 2), pa.date32()),
            "gender": ["F"] * many,
            "post_code": pa.array(["NT1 1AA"] * many, pa.large_string()),
            "award": ["UC"] * many,
            "earned": pa.array([n * 100 for n in range(many)], pa.decimal128(9, 2)),
            "since": pa.array([date(9998, 12, 31)] * many, pa.date32()),
            "until": pa.array([None] * many, pa.date32()),
        }
    )
    pq.write_table(table, world.node / "datasets" / "awards.parquet")
    mapping = MAPPING.replace('path: awards.csv, format: csv, encoding: utf-8, delimiter: ","', "path: awards.parquet")
    (world.node / "datasets" / "awards.yaml").write_text(mapping.replace(", dates: dd/mm/yyyy", ""))
    assert asking.make()
    said = both(asking, monkeypatch, "forms", ASH)
    assert said[1] == 10
    both(asking, monkeypatch, "entitled", ASH)


def test_days_that_no_calendar_here_holds_are_read_in_their_place(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = pa.array([3_000_000, 16_467], pa.int32()).cast(pa.date32())
    text = {name: ["a", "b"] for name in COLUMNS}
    table = pa.table(text | {"surname": ["Ash", "Ash"], "born": pa.array([16_467] * 2, pa.int32()).cast(pa.date32())})
    table = table.set_column(COLUMNS.index("since"), "since", far)
    pq.write_table(table, world.node / "datasets" / "awards.parquet")
    mapping = MAPPING.replace('path: awards.csv, format: csv, encoding: utf-8, delimiter: ","', "path: awards.parquet")
    (world.node / "datasets" / "awards.yaml").write_text(mapping.replace(", dates: dd/mm/yyyy", ""))
    assert not asking.make()
    assert asking.node.indexes.look_up(wish(asking), None) is None
    assert asking.node.indexes._making == {}


def test_the_query_of_a_receipt_is_the_same_whether_an_index_answered(asking: Asking) -> None:
    asking.ask("entitled", ASH)
    asking.node.indexes.wait()
    asking.ask("entitled", ASH)
    ledger = asking.node.ledger
    queries = {ledger.private(index)["answer"].value()["query"] for index in (2, 4)}
    assert len(queries) == 1


def test_a_person_named_by_what_the_table_lacks_is_told_alike(world: World, asking: Asking) -> None:
    text = MAPPING.replace("  postcode: post_code\n", "  postcode: {absent: not kept}\n")
    (world.node / "datasets" / "awards.yaml").write_text(text)
    person = {"family_name": "Ash", "given_name": "Jo", "postcode": "NT1 1AA"}
    said = []
    for _ in range(2):
        with pytest.raises(UsageError) as error:
            asking.ask("entitled", person)
        said.append(str(error.value))
        assert asking.make()
    assert said[0] == said[1]
    assert "has no `postcode`" in said[0]
    assert asking.world.types() == ["intended", "failed"] * 2


def test_more_records_than_one_person_has_are_several_people(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.hold([("C1", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", "1", "", "")] * (MAX_FOUND + 1))
    assert asking.make()
    assert both(asking, monkeypatch, "entitled", ASH)[0] == "person.ambiguous"


def test_another_agreement_over_the_same_data_has_its_own_forms(world: World, asking: Asking) -> None:
    path = world.node / "agreements" / "second.yaml"
    path.write_text(
        TERMS.replace("id: school-meals", "id: second").replace("family_name: plain", "family_name: present")
    )
    signed(path, world.keys)
    assert asking.make()
    first = json.loads(asking.ask("entitled", ASH).body)["records"][0]
    second = json.loads(asking.ask("entitled", ASH, agreement="second").body)["records"][0]
    assert (first["family_name"], second["family_name"]) == ("Ash", True)
    assert Path(asking.node.home / "indexes" / "awards.db").exists()


def test_few_wishes_are_remembered(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.make()
    monkeypatch.setattr(indexes, "WISHES_KEPT", 2)
    for fields in (("award",), ("family_name",), ("given_name",), ("award",), ("award",)):
        said = json.loads(asking.ask("entitled", ASH, fields=fields).body)
        assert list(said["fields"]) == list(fields)
    (opened,) = asking.node.indexes._open.values()
    assert 1 <= len(opened.wishes) <= 2
