"""What is kept of what is wrong, on both databases: once each, told and answered once, the late ones found."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from easement.base.database import reading, writing
from easement.base.errors import StorageFailed
from easement.exchange import correct_tables as tables
from easement.exchange.correct_tables import Broken, Case, Letter, Told

ID, OTHER, MESSAGE = "5e" * 16, "6f" * 16, "7a" * 16


def case(**changes: Any) -> Case:
    usual: dict[str, Any] = {
        "id": ID, "mine": 0, "organisation": "northtown", "message": MESSAGE, "disclosure": 3, "agreement_id": "meals",
        "share": "entitled", "element": "postcode", "kind": "wrong-value", "opened": 100, "due": 200, "entry": 4,
        "peer_entry": None, "outcome": None, "answered": None, "answer_entry": None, "told": None, "closed": None,
        "tried": 0, "problem": "", "sealed": b"s", "sealed_answer": None,
    }  # fmt: skip
    return Case(**usual | changes)


def broken(**changes: Any) -> Broken:
    usual: dict[str, Any] = {
        "id": ID, "link": "ab" * 32, "through": "lookup", "agreement_id": "meals", "share": "entitled", "opened": 100,
        "entry": 5, "intent": 2, "decided": None, "outside": 0, "dispute": "", "sealed": b"s",
    }  # fmt: skip
    return Broken(**usual | changes)


def told(**changes: Any) -> Told:
    usual = {"id": ID, "message": MESSAGE, "provider": "dwp", "received": 3, "agreement_id": "meals",
             "share": "entitled", "through": "lookup", "came": 100, "due": 200, "entry": 6, "reminded": 0, "met": None,
             "certified": None, "problem": "", "sealed": b"s"}  # fmt: skip
    return Told(**usual | changes)


@dataclass
class Kept:
    engine: Engine

    def write(self, do: Any, *given: Any, **more: Any) -> Any:
        with writing(self.engine) as connection:
            return do(connection, *given, **more)

    def read(self, do: Any, *given: Any) -> Any:
        with reading(self.engine) as connection:
            return do(connection, *given)


@pytest.fixture
def kept(engine: Engine) -> Kept:
    return Kept(engine)


def test_a_case_is_kept_once_and_answered_once(kept: Kept):
    assert kept.write(tables.add_case, case())
    assert not kept.write(tables.add_case, case(organisation="police"))
    assert kept.read(tables.case, ID) == case()
    assert (kept.read(tables.case, OTHER), kept.read(tables.cases_about, "northtown", MESSAGE)) == (None, 1)
    open_ = tables.disputes.c.outcome.is_(None)
    assert kept.write(tables.change_case, ID, open_, outcome="corrected", answered=150)
    assert not kept.write(tables.change_case, ID, open_, outcome="not-wrong", answered=160)
    assert kept.read(tables.case, ID).outcome == "corrected"
    assert kept.read(tables.cases_about, "northtown", MESSAGE) == 0


def test_what_the_other_side_has_yet_to_hear_waits(kept: Kept):
    rows = [
        case(),  # theirs, and not answered: nothing to tell
        case(id="1" * 32, outcome="corrected", tried=9),
        case(id="2" * 32, mine=1),
        case(id="3" * 32, mine=1, told=120),
        case(id="4" * 32, mine=1, closed=120),
    ]
    for row in rows:
        kept.write(tables.add_case, row)
    assert [row.id[0] for row in kept.read(tables.waiting_cases)] == ["2", "1"]
    assert [row.id[0] for row in kept.read(tables.cases)] == ["2", "3", "4", "5", "1"], "the open ones first"


def test_a_link_is_broken_once_with_everybody_who_must_hear(kept: Kept):
    who = [Letter(ID, MESSAGE, "northtown", 3, "meals"), Letter(ID, OTHER, "harbour", 4, "meals")]
    kept.write(tables.add_broken, broken(), who)
    with pytest.raises(StorageFailed):
        kept.write(tables.add_broken, broken(id=OTHER), [])
    assert kept.read(tables.broken_of, "ab" * 32) == kept.read(tables.broken, ID) == broken()
    assert kept.read(tables.letters, ID) == who == kept.read(tables.letters)
    assert kept.read(tables.letter, ID, OTHER) == who[1]
    assert kept.write(tables.change_broken, ID, decided=8)
    assert not kept.write(tables.change_broken, ID, decided=9)
    kept.write(tables.add_broken, broken(id=OTHER, link="cd" * 32), [])
    assert {row.id for row in kept.read(tables.brokens)} == {ID, OTHER}


def test_who_is_late_is_found_again_once_a_while(kept: Kept):
    letters = [
        Letter(ID, "1" * 32, "a", 1, "meals"),
        Letter(ID, "2" * 32, "b", 2, "meals", told=50, due=100, tried=50),
        Letter(ID, "3" * 32, "c", 3, "meals", told=50, due=900, tried=50),
        Letter(ID, "4" * 32, "d", 4, "meals", told=50, due=100, made_entry=7),
        Letter(ID, "5" * 32, "e", 5, "meals", closed=60),
    ]
    kept.write(tables.add_broken, broken(), letters)
    assert [row.organisation for row in kept.read(tables.waiting_letters, 200, 100)] == ["a", "b"]
    assert kept.write(tables.change_letter, (ID, "2" * 32), tried=150)
    assert [row.organisation for row in kept.read(tables.waiting_letters, 200, 100)] == ["a"]
    new = tables.carried.c.told.is_(None)
    assert kept.write(tables.change_letter, (ID, "1" * 32), new, told=60)
    assert not kept.write(tables.change_letter, (ID, "1" * 32), new, told=70)


def test_a_correction_is_kept_once_for_each_disclosure_and_made_once(kept: Kept):
    assert kept.write(tables.add_told, told())
    assert not kept.write(tables.add_told, told(provider="police"))
    assert kept.write(tables.add_told, told(message=OTHER, due=150))
    assert [row.message for row in kept.read(tables.tolds)] == [OTHER, MESSAGE]
    new = tables.corrections.c.met.is_(None)
    assert kept.write(tables.change_told, (ID, OTHER), new, met=9)
    assert not kept.write(tables.change_told, (ID, OTHER), new, met=10)
    assert [row.message for row in kept.read(tables.tolds)] == [MESSAGE, OTHER], "what is done stands last"
    assert (kept.read(tables.told, ID, OTHER).met, kept.read(tables.told, OTHER, ID)) == (9, None)
