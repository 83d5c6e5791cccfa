"""Lookups from an index (R3.2): the same answers as from the data itself, never from an older state of it."""

import json
import os
import random
import stat
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from easement.agreement.model import Mode
from easement.base import stamps
from easement.base.errors import EasementError, UsageError
from easement.gate import indexes, service
from easement.gate.ask import Answer
from easement.gate.decide import decide
from easement.gate.index_file import About, NotIndexed, Row, write_index
from easement.gate.keys import PseudonymKey
from easement.gate.release import MAX_FOUND
from easement.node.home import Node, open_node

from .conftest import facts
from .world import COLUMNS, DIRTY, MAPPING, NOW, TERMS, World, plain_rows, signed

ASH = {"family_name": "Ash", "date_of_birth": "2015-02-01"}
ALLOWED = facts(training=frozenset({"information-governance"}))
Person = dict[str, str]


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files have rested."""
    real = time.time_ns
    monkeypatch.setattr(stamps.time, "time_ns", lambda: real() + 3_600_000_000_000)


@pytest.fixture
def node(world: World) -> Any:
    with open_node(world.node) as opened:
        yield opened


class Asking:
    """Asks one open node, each time by a new message; with and without its index."""

    def __init__(self, world: World, node: Node) -> None:
        self.world, self.node, self.number = world, node, 0

    def ask(self, share: str, person: Person, **changes: Any) -> Answer:
        self.number += 1
        message = self.world.message(share, Mode.LOOKUP, f"{self.number:032x}", person=person, **changes)
        return service.answer(self.node, message, now=NOW, clock=lambda: NOW)

    def make(self) -> bool:
        standard = self.node.shelf.get("school-meals", NOW.date()).prepared.offers["entitled"].standard
        return self.node.indexes.make(standard)


@pytest.fixture
def asking(world: World, node: Node) -> Asking:
    return Asking(world, node)


def told(answer: Answer) -> Any:
    """What an answer says, its records in one order: the data has none."""
    reasons = [reason.code for reason in answer.outcome.decision.unmet]
    if not answer.body:
        return reasons
    said = json.loads(answer.body)
    said["records"] = sorted(said["records"], key=lambda record: json.dumps(record))
    return said, answer.outcome.released.count, list(said["fields"])


class NotRead(Exception):
    """The data was read where an index should have answered."""


def only_by_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any, **__: Any) -> Any:
        raise NotRead

    monkeypatch.setattr("easement.gate.disclosure.Disclosure._read", read)


def both(asking: Asking, monkeypatch: pytest.MonkeyPatch, share: str, person: Person) -> Any:
    """What is told by the index, held against what is told by the data itself."""
    with monkeypatch.context() as patched:
        patched.setattr(asking.node.indexes, "_on", False)
        by_data = asking.ask(share, person)
    with monkeypatch.context() as patched:
        only_by_index(patched)
        by_index = asking.ask(share, person)
    assert told(by_index) == told(by_data), (share, person)
    return told(by_index)


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
    outcomes = [both(asking, monkeypatch, draw.choice(["entitled", "forms"]), people(draw)) for _ in range(25)]
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


def wish(asking: Asking) -> indexes.Lookup:
    """A lookup as a disclosure makes it."""
    made: list[indexes.Lookup] = []
    real = asking.node.indexes.look_up

    def seen(asked: indexes.Lookup, chosen: Any) -> Any:
        made.append(asked)
        return real(asked, chosen)

    asking.node.indexes.look_up = seen  # type: ignore[method-assign]
    try:
        asking.ask("entitled", ASH)
    except EasementError:
        pass
    finally:
        asking.node.indexes.look_up = real  # type: ignore[method-assign]
    return made[0]


def test_the_query_of_a_receipt_is_the_same_whether_an_index_answered(asking: Asking) -> None:
    asking.ask("entitled", ASH)
    asking.node.indexes.wait()
    asking.ask("entitled", ASH)
    ledger = asking.node.ledger
    queries = {ledger.private(index)["answer"].value()["query"] for index in (2, 4)}
    assert len(queries) == 1


def test_the_first_lookup_reads_the_data_and_an_index_is_made_meanwhile(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asking.ask("entitled", ASH)
    asking.node.indexes.wait()
    only_by_index(monkeypatch)
    assert asking.ask("entitled", ASH).body == first.body


def test_changed_data_is_never_answered_from_an_older_index(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        world.hold([("C1", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", str(100 + number), "", "")])
        by_data = asking.ask("entitled", ASH)
        asking.node.indexes.wait()
        with monkeypatch.context() as patched:
            only_by_index(patched)
            assert asking.ask("entitled", ASH).body == by_data.body


def test_a_changed_mapping_is_never_answered_from_an_older_index(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.make()
    (world.node / "datasets" / "awards.yaml").write_text(
        MAPPING.replace("claim_reference: claim", "claim_reference: nino")
    )
    with monkeypatch.context() as patched:
        only_by_index(patched)
        with pytest.raises(NotRead):
            asking.ask("entitled", ASH)
    asking.node.indexes.wait()
    only_by_index(monkeypatch)
    answer = asking.ask("entitled", ASH)
    assert json.loads(answer.body)["records"][0]["claim_reference"] == "AB123456C"


def test_data_that_was_just_written_is_not_indexed_yet(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "REST_NS", 10**18)
    world.hold(DIRTY)
    assert not asking.make()
    assert asking.ask("entitled", ASH).outcome.released.count == 1


def test_data_that_changes_while_an_index_is_made_leaves_none(
    world: World, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = indexes.write_index

    def meanwhile(*given: Any) -> None:
        world.hold(plain_rows(3))
        real(*given)

    monkeypatch.setattr(indexes, "write_index", meanwhile)
    assert not asking.make()
    assert list((world.node / "indexes").iterdir()) == []


def test_another_process_finds_the_index_that_one_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_node(world.node) as node:
        assert Asking(world, node).make()
    with open_node(world.node) as node, monkeypatch.context() as patched:
        only_by_index(patched)
        assert Asking(world, node).ask("entitled", ASH).outcome.released.count == 1


@pytest.mark.parametrize("spoil", ["cut", "garbage", "key", "format", "empty"])
def test_an_index_that_cannot_be_read_is_as_good_as_none(
    world: World, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    with open_node(world.node) as node:
        if spoil == "format":
            monkeypatch.setattr(indexes, "FORMAT", 0)
            monkeypatch.setattr("easement.gate.index_file.About.__init__.__defaults__", (0,))
        assert Asking(world, node).make()
        monkeypatch.undo()
    (path,) = (world.node / "indexes").iterdir()
    match spoil:
        case "cut":
            os.truncate(path, 5_000)
        case "garbage":
            path.write_bytes(os.urandom(20_000))
        case "empty":
            path.write_bytes(b"")
        case "key":
            monkeypatch.setattr(indexes, "SEALING", b"another")
    with open_node(world.node) as node:
        assert Asking(world, node).ask("entitled", ASH).outcome.released.count == 1


def test_an_index_damaged_behind_its_beginning_goes_and_the_data_answers(world: World) -> None:
    """Each page has its own seal: what was changed in it is an error, and never another answer."""
    world.hold(plain_rows(500))
    with open_node(world.node) as node:
        assert Asking(world, node).make()
    (path,) = (world.node / "indexes").iterdir()
    data = bytearray(path.read_bytes())
    for at in range(9_000, len(data), 100):
        data[at] ^= 1
    path.write_bytes(bytes(data))
    with open_node(world.node) as node:
        asking = Asking(world, node)
        answer = asking.ask("forms", {"family_name": "Name200", "date_of_birth": "2014-01-01"})
        assert answer.outcome.released.count == 1
        assert not path.exists()
        asking.ask("forms", {"family_name": "Name201", "date_of_birth": "2014-01-01"})
        node.indexes.wait()
        assert path.exists()


def test_an_index_that_another_thread_closed_is_no_answer(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.make()
    (opened,) = asking.node.indexes._open.values()
    opened.file.close()
    asking.node.indexes._open.clear()
    monkeypatch.setattr(asking.node.indexes, "_current", lambda *_: opened)
    assert asking.ask("entitled", ASH).outcome.released.count == 1
    assert (asking.world.node / "indexes" / "awards.db").exists()


def test_the_index_is_encrypted_and_only_its_owner_may_read_it(world: World, asking: Asking) -> None:
    assert asking.make()
    (path,) = (world.node / "indexes").iterdir()
    data = path.read_bytes()
    assert b"Ash" not in data
    assert b"ash" not in data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_node_set_to_have_no_indexes_makes_none(world: World) -> None:
    settings = world.node / "easement.toml"
    settings.write_text(settings.read_text().replace("index = true", "index = false"))
    with open_node(world.node) as node:
        asking = Asking(world, node)
        assert asking.ask("entitled", ASH).outcome.released.count == 1
        node.indexes.wait()
    assert list((world.node / "indexes").iterdir()) == []


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


def test_many_threads_look_up_while_the_data_changes(world: World, node: Node) -> None:
    """Whoever asks gets the data as it stands, old or new, and never a mixture; no lookup fails."""
    wrong: list[Any] = []
    allowed = {"0 to under 300", "300 to under 616.67"}

    def work(name: int) -> None:
        for number in range(15):
            message = f"{name * 1_000 + number:032x}"
            asked = world.message("entitled", Mode.LOOKUP, message, person=ASH)
            try:
                answer = service.answer(node, asked, now=NOW, clock=lambda: NOW)
                bands = {record["net_monthly_earnings"] for record in json.loads(answer.body)["records"]}
                if len(bands) != 1 or not bands <= allowed:
                    wrong.append(bands)
            except EasementError as error:
                if "changed while" not in str(error) and "empty" not in str(error):
                    wrong.append(error)

    def put(money: str) -> None:
        rows = [(f"C{n}", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", money, "", "") for n in range(3)]
        aside = replace(world, node=world.node)
        path = aside.node / "datasets" / "awards.csv"
        text = "\n".join(",".join(row) for row in (COLUMNS, *rows)) + "\n"
        new = path.with_suffix(".new")
        new.write_text(text)
        new.replace(path)

    put("100")
    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 4)]
    for thread in threads:
        thread.start()
    for money in ("400", "100", "400", "100"):
        put(money)
        node.indexes.wait()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_closing_stops_what_is_being_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hold(plain_rows(50))
    begun, go = threading.Event(), threading.Event()
    real = indexes.write_index

    def slow(*given: Any) -> None:
        begun.set()
        go.wait(30)
        real(*given)

    monkeypatch.setattr(indexes, "write_index", slow)
    with open_node(world.node) as node:
        Asking(world, node).ask("forms", ASH)
        assert begun.wait(30)
        node.indexes._closed = True
        go.set()
    assert list((world.node / "indexes").iterdir()) == []


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


def test_a_table_in_a_database_is_asked_in_its_place(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There it is the database that has an index; a copy of it would stand in the way of reading it as it is."""
    known = asking.node.indexes.dataset(wish(asking).standard, None)
    asking.node.indexes.wait()
    there: Any = object()
    monkeypatch.setattr(indexes, "dataset_for", lambda *_: replace(known, connection=there))
    asking.node.indexes._datasets.clear()
    assert not asking.make()
    assert asking.node.indexes.look_up(wish_of(asking, known), None) is None
    assert asking.node.indexes._making == {}


def wish_of(asking: Asking, known: Any) -> indexes.Lookup:
    """A lookup over a dataset, made without asking."""
    prepared = asking.node.shelf.get("school-meals", NOW.date()).prepared
    offer = prepared.offers["entitled"]
    key = PseudonymKey(bytes(32))
    decision = decide(asking.world.message("entitled", Mode.LOOKUP, person=ASH).request, prepared, ALLOWED)
    return indexes.Lookup(decision, offer.terms, offer.standard, ASH, key, NOW.date())


def test_few_wishes_are_remembered(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.make()
    monkeypatch.setattr(indexes, "WISHES_KEPT", 2)
    for fields in (("award",), ("family_name",), ("given_name",), ("award",), ("award",)):
        said = json.loads(asking.ask("entitled", ASH, fields=fields).body)
        assert list(said["fields"]) == list(fields)
    (opened,) = asking.node.indexes._open.values()
    assert 1 <= len(opened.wishes) <= 2


def test_kinds_that_would_not_come_back_exactly_are_not_indexed() -> None:
    moments = pa.record_batch({"v0": pa.array([NOW], pa.timestamp("us"))})
    with pytest.raises(NotIndexed, match="a column of timestamp"):
        list(indexes._kinds(moments))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes"])
def test_values_that_would_not_come_back_exactly_leave_no_index(tmp_path: Path, asking: Asking, value: Any) -> None:
    standard = wish_of(asking, None).standard
    about = About(stamps.Stamp(1, 1, 1, 1, 1), "", (), {"net_monthly_earnings": "number"})
    with pytest.raises(NotIndexed):
        write_index(tmp_path / "i.db", bytes(32), about, standard, [Row([value], [None], "", "")])
    assert list(tmp_path.glob("*.db")) == []
