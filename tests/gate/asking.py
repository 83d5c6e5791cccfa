"""Who asks one node about people, with and without its index."""

import json
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import EasementError
from easement.gate import indexes, service
from easement.gate.ask import Answer
from easement.node.home import Node

from .world import NOW, World

ASH = {"family_name": "Ash", "date_of_birth": "2015-02-01"}
Person = dict[str, str]


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
    """From here on a lookup that reads the data fails."""

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
