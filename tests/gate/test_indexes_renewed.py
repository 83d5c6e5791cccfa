"""An index follows the data (R3.2): it is made in the background, and never answers from an older state."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base import stamps
from easement.base.errors import EasementError
from easement.gate import indexes, service
from easement.node.home import Node, open_node

from .asking import ASH, Asking, NotRead, only_by_index
from .world import COLUMNS, DIRTY, MAPPING, NOW, World, plain_rows

pytestmark = pytest.mark.usefixtures("rested")


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
