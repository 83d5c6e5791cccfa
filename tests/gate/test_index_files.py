"""An index as a file: encrypted, found by other processes, and as good as none where it cannot be read (R3.2)."""

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from easement.agreement.model import Mode
from easement.base import stamps
from easement.gate import indexes
from easement.gate.decide import decide
from easement.gate.index_file import About, NotIndexed, Row, write_index
from easement.gate.keys import PseudonymKey
from easement.node.home import open_node

from .asking import ASH, Asking, only_by_index, wish
from .conftest import facts
from .world import DIRTY, NOW, World, plain_rows

pytestmark = pytest.mark.usefixtures("rested")

ALLOWED = facts(training=frozenset({"information-governance"}))


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
    values = {value for row in DIRTY for value in row if len(value) > 5}
    assert len(values) > 10
    assert not [each for each in values if each.encode() in data or each.lower().encode() in data]
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
