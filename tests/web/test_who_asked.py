"""Who asked, as a page names them: our own staff by name, another organisation's by the id that it gave."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from easement.staff.tokens import new_id
from easement.web.reading import records


@pytest.mark.parametrize(("organisation", "shown"), [("northtown", "Sam Carter"), ("police", "")])
def test_another_organisation_cannot_put_the_name_of_our_staff_to_its_question(
    monkeypatch: pytest.MonkeyPatch, organisation: str, shown: str
) -> None:
    id_ = new_id("p")
    said = {"asked_by": id_, "organisation": organisation, "role": "clerk", "why": "a form came in"}
    monkeypatch.setattr(records.staff, "find_person", lambda _node, _id: SimpleNamespace(name="Sam Carter"))
    kept = {"who": SimpleNamespace(text=json.dumps(said))}
    node: Any = SimpleNamespace(organisation="northtown", ledger=SimpleNamespace(private=lambda _: kept))
    identity: Any = SimpleNamespace(roles_for=lambda _: {"clerk"}, may=lambda _: True)
    entry = SimpleNamespace(agreement_id="meals", commitment="c")
    seen: Any = SimpleNamespace(entry=entry, logged=SimpleNamespace(index=1))
    private, gone = records._private(node, identity, seen)
    assert private is not None
    assert not gone
    assert private.asked_by == (shown or id_)
