"""What was just made durable is at hand once, as far as it was, and never more than is of use."""

from easement.base.errors import UsageError
from easement.ledger import fresh as module
from easement.ledger.commitment import Sealed
from easement.ledger.fresh import Fresh
from easement.ledger.receipt import new_receipt
from easement.ledger.tables import Draft
from tests.ledger.makers import new_ledger, private, released

SEALED = Sealed(b"c" * 32, b"record", b"wrapped")
PLACE = ("meals", "forms", "2026-11-22")


def draft(body: bytes, *, released: bool = False) -> Draft:
    return Draft((body, "type", None, None), SEALED if released else None, PLACE if released else None, 0)


def test_bytes_are_given_in_order_up_to_a_gap_and_once():
    kept = Fresh()
    kept.note([5, 6, UsageError("left out"), 7], [draft(b"5"), draft(b"6"), draft(b"x"), draft(b"7")])
    assert kept.bodies(range(4, 8)) == []
    assert kept.bodies(range(5, 7)) == [b"5", b"6"]
    assert kept.bodies(range(5, 8)) == []
    assert kept.bodies(range(7, 9)) == [b"7"]


def test_only_an_answer_with_its_record_is_given_whole_and_once():
    kept = Fresh()
    kept.note([1, 2, 3], [draft(b"1"), draft(b"2", released=True), draft(b"3")._replace(place=PLACE)])
    assert (kept.take(1), kept.take(3)) == (None, None)
    assert kept.take(2) == (b"2", b"record", b"wrapped")
    assert kept.take(2) is None


def test_what_nobody_asks_for_is_let_go_of(monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    kept = Fresh()
    for index in range(10):
        kept.note([index], [draft(b"%d" % index, released=True)])
    assert (kept.take(0), kept.bodies(range(9, 10))) == (None, [b"9"])


def test_a_receipt_from_memory_is_the_one_from_the_database(home):
    ledger = new_ledger(home)
    indexes = [ledger.append(released(), private()) for _ in range(5)]
    first = [new_receipt(ledger, index) for index in indexes]
    assert [new_receipt(ledger, index) for index in indexes] == first
    ledger.engine.dispose()


def test_what_is_erased_is_not_at_hand_any_more(home):
    ledger = new_ledger(home)
    index = ledger.append(released(), private())
    ledger.erase(index)
    assert ledger.stored(index)[1:] == (None, None)
    ledger.engine.dispose()
