"""The joint audit (R5.2): both sides' logs agree, or each entry that one of them lacks is named."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.model import Mode
from easement.base.database import writing
from easement.base.errors import ProofFailed
from easement.exchange import bulk, jobs, seen, tables
from easement.exchange.audit import audit
from easement.exchange.bulk_tables import BulkState
from easement.exchange.compared import SAID_ALIKE, Held, compare
from easement.exchange.service import ask
from easement.ledger.checkpoint import sign_checkpoint
from easement.ledger.model import Entry, EntryType, Form
from easement.node.home import Node

from .pair import ASKER, NOW, Pair, paired

TWINS = {"family_name": "Twin", "date_of_birth": "2010-07-07"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Pair]:
    """A pair whose logs a test may damage."""
    with paired(tmp_path) as made:
        yield made


def both(pair: Pair) -> list[Any]:
    """The audit from either side."""
    return [audit(pair.northtown, "dwp", now=NOW), audit(pair.dwp, "northtown", now=NOW)]


def test_two_logs_that_tell_the_same_agree_from_either_side(pair: Pair):
    for _ in range(3):
        assert ask(pair.northtown, pair.wish(), ASKER, NOW).allowed
    assert not ask(pair.northtown, pair.wish("forms", person=TWINS), ASKER, NOW).allowed
    assert not ask(pair.northtown, pair.wish(role="caretaker"), ASKER, NOW).allowed
    for found in both(pair):
        assert found.differences == ()
        assert found.agrees
        said = {"disclosures": 3, "refusals": 1, "lost": 0, "in_hand": 0, "outside": 0, "cases": 0, "corrections": 0}
        assert found.counts == said


def test_a_file_that_was_handed_over_is_counted_and_no_difference(pair: Pair):
    from easement.gate import service as gate

    asked = pair.world.ask("forms", Mode.BULK)
    gate.share(pair.dwp, asked, now=NOW, clock=lambda: NOW)
    assert [found.counts["outside"] for found in both(pair)] == [1, 1]


def test_many_pages_are_read_as_one(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("easement.exchange.entries.MAX_PAGE", 2)
    ask(pair.northtown, pair.wish(), ASKER, NOW)
    assert all(found.agrees for found in both(pair))


def entry(type_: EntryType, **said: Any) -> Entry:
    usual: dict[str, Any] = {
        "time": "2026-11-21T12:30Z",
        "type": type_,
        "parties": {"provider": "dwp", "recipient": "northtown"},
        "agreement": "a" * 64,
        "agreement_id": "school-meals",
        "version": "1.0.0",
        "share": "entitled",
        "purpose": "benefit-eligibility",
        "message": "f" * 32,
    }
    return Entry(**usual | said)


def released(**said: Any) -> Entry:
    return entry(EntryType.DISCLOSURE_RELEASED, **{"count": 1, "intent": 1} | said)


def received(**said: Any) -> Entry:
    return entry(EntryType.DISCLOSURE_RECEIVED, **{"count": 1, "peer_entry": 2} | said)


def kinds(*held: Held, in_hand: frozenset[str] = frozenset()) -> list[str]:
    ours = [each for each in held if each.side == "here"]
    theirs = [each for each in held if each.side == "there"]
    found = compare(ours, theirs, in_hand=in_hand)[1]
    assert all(each.what and each.remedy for each in found)
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("given_", "taken", "kind"),
    [
        (released(), received(), []),
        (released(), received(peer_entry=3), ["other-entry"]),
        (released(), received(count=2), ["other-count"]),
        (released(), received(agreement="b" * 64), ["other-agreement"]),
        (released(fields={"award": "plain"}), received(fields={"award": "year"}), ["other-fields"]),
        (released(risk="recipient"), received(risk="provider"), ["other-risk"]),
        (released(form=Form.IDENTIFIABLE), received(), ["other-form"]),
        (released(), received(time="2026-11-21T12:36Z"), []),
        (released(), received(time="2026-11-21T12:23Z"), ["other-time"]),
        (released(), received(time="2026-12-21T12:23Z"), ["other-time"]),
        (released(), entry(EntryType.DISCLOSURE_LOST, peer_entry=2, time="2027-01-01T00:00Z"), []),
        (released(), entry(EntryType.DISCLOSURE_LOST, peer_entry=2, share="other"), ["other-share"]),
    ],
)
def test_whatever_two_entries_of_one_disclosure_do_not_say_alike_is_named(given_: Entry, taken: Entry, kind: list[str]):
    assert kinds(Held("there", 2, given_), Held("here", 9, taken)) == kind
    assert kinds(Held("here", 2, given_), Held("there", 9, taken)) == kind


def test_what_only_one_side_has_is_named_with_its_index_unless_it_is_in_hand():
    one, other = Held("there", 2, released()), Held("here", 9, received())
    assert kinds(one) == ["not-received-here"]
    assert kinds(replace(one, side="here")) == ["not-received-there"]
    assert kinds(other) == ["not-released-there"]
    assert kinds(replace(other, side="there")) == ["not-released-here"]
    assert kinds(one, in_hand=frozenset({"f" * 32})) == []
    (found,) = compare([], [one], in_hand=frozenset())[1]
    assert (found.there, found.here) == (2, None)


def test_a_message_that_crossed_twice_or_was_refused_too_is_named():
    denied = Held("there", 3, entry(EntryType.DISCLOSURE_REFUSED, reasons=("x.y",)))
    refused = Held("here", 4, entry(EntryType.REQUEST_REFUSED, reasons=("x.y",), peer_entry=3))
    assert kinds(denied, refused) == []
    assert kinds(denied) == ["refused-on-one-side"]
    assert kinds(refused) == ["refused-on-one-side"]
    assert kinds(denied, in_hand=frozenset({"f" * 32})) == []
    assert kinds(denied, replace(refused, entry=entry(EntryType.REQUEST_REFUSED, reasons=("z",)))) == ["other-reasons"]
    one, other = Held("there", 2, released()), Held("here", 9, received())
    assert kinds(one, replace(one, index=5), other) == ["twice"]
    assert kinds(one, other, denied) == ["refused-and-crossed"]
    assert kinds(one, replace(other, side="there")) == ["one-side"]


@given(st.sampled_from(SAID_ALIKE), st.data())
def test_a_value_changed_on_one_side_is_always_found(name: str, data: st.DataObject):
    values: dict[str, Any] = {
        "agreement": "b" * 64, "agreement_id": "other", "version": "2.0.0", "share": "other", "purpose": "other",
        "mode": "lookup", "fields": {"x": "plain"}, "withheld": ("x",), "form": Form.AGGREGATE, "count": 7,
        "basis": {"provider": "a", "recipient": "b"}, "risk": "shared",
    }  # fmt: skip
    one, other = released(), received()
    if data.draw(st.booleans()):
        one = released(**{name: values[name]})
    else:
        other = received(**{name: values[name]})
    assert kinds(Held("there", 2, one), Held("here", 9, other)) == [f"other-{name.replace('_', '-')}"]


# Logs that lie


def log_into(node: Node, entry_: Entry) -> int:
    return node.ledger.append(replace(entry_, commitment=None))


def test_an_entry_that_one_side_made_up_is_named_from_either_side(fresh: Pair):
    told = ask(fresh.northtown, fresh.wish(), ASKER, NOW)
    true = fresh.northtown.ledger.entry(told.entry).entry
    at = log_into(fresh.northtown, replace(true, message="e" * 32, peer_entry=1, commitment=None))
    here, there = both(fresh)
    assert [(each.kind, each.here) for each in here.differences] == [("not-released-there", at)]
    assert [(each.kind, each.there) for each in there.differences] == [("not-released-here", at)]


def test_an_entry_that_one_side_lacks_is_named(fresh: Pair):
    told = ask(fresh.northtown, fresh.wish(), ASKER, NOW)
    true = fresh.dwp.ledger.entry(told.peer_entry or 0).entry
    at = log_into(fresh.dwp, replace(true, message="e" * 32, commitment=None))
    later = audit(fresh.northtown, "dwp", now=NOW)
    assert [(each.kind, each.there) for each in later.differences] == [("not-received-here", at)]


def test_what_is_in_hand_is_no_difference(fresh: Pair):
    told = ask(fresh.northtown, fresh.wish(), ASKER, NOW)
    true = fresh.dwp.ledger.entry(told.peer_entry or 0).entry
    log_into(fresh.dwp, replace(true, message="e" * 32, commitment=None))
    with writing(fresh.northtown.engine) as connection:
        tables.put_out(connection, tables.Out("e" * 32, "dwp", 1, 1, b""))
    assert [(found.agrees, found.counts["in_hand"]) for found in both(fresh)] == [(True, 1), (True, 1)]


def test_a_set_that_is_made_and_not_yet_received_is_in_hand(fresh: Pair):
    wish = fresh.wish("forms", mode=Mode.BULK, person={})
    message = bulk.ask_set(fresh.northtown, wish, ASKER, fresh.clock()).bulk.message
    assert jobs.run_next(fresh.dwp, fresh.clock) is not None
    assert [(found.agrees, found.counts["in_hand"]) for found in both(fresh)] == [(True, 1), (True, 1)]
    assert bulk.look(fresh.northtown, message, fresh.clock()).state is BulkState.RECEIVED
    assert [(found.agrees, found.counts["in_hand"]) for found in both(fresh)] == [(True, 0), (True, 0)]


def test_a_log_that_goes_back_or_forks_is_caught(fresh: Pair):
    ask(fresh.northtown, fresh.wish(), ASKER, NOW)
    audit(fresh.northtown, "dwp", now=NOW)
    real = fresh.dwp.ledger.size
    log = fresh.dwp.ledger.signer
    for size, said in ((real + 50, "rolled back"), (real - 1, "forked")):
        with writing(fresh.northtown.engine) as connection:
            connection.execute(tables.peers.delete())
            seen.see(connection, "dwp", sign_checkpoint(size, b"x" * 32, log))
        with pytest.raises(ProofFailed, match=said) as caught:
            audit(fresh.northtown, "dwp", now=NOW)
        assert "evidence" in caught.value.remedy


def test_a_receipt_under_another_history_of_the_same_size_is_not_taken(fresh: Pair):
    told = ask(fresh.northtown, fresh.wish(), ASKER, NOW)
    size = (told.peer_entry or 0) + 1
    with writing(fresh.northtown.engine) as connection:
        connection.execute(tables.peers.delete())
        seen.see(connection, "dwp", sign_checkpoint(size + 2, b"x" * 32, fresh.dwp.ledger.signer))
    with pytest.raises(ProofFailed, match="two histories"):
        ask(fresh.northtown, fresh.wish(), ASKER, NOW)


def test_another_organisations_audit_shows_only_what_concerns_it(fresh: Pair):
    ask(fresh.northtown, fresh.wish(), ASKER, NOW)
    from easement.exchange.concern import concerning

    size = fresh.dwp.ledger.size
    assert concerning(fresh.dwp, "police", 0, size, 100) == []
    assert len(concerning(fresh.dwp, "northtown", 0, size, 100)) == 2
