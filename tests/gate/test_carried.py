"""Answers to other nodes (R5.2): once and no more, the same bytes for the same message, whatever dies or comes late."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from easement.agreement.model import Mode
from easement.base.canonical import sha256_hex
from easement.base.database import reading
from easement.base.errors import EasementError, ProofFailed, SourceUnreachable, StorageFailed, UsageError
from easement.gate import carried, service, tables
from easement.gate.carried import Erased
from easement.gate.erasing import erase
from easement.gate.model import Code, Decision
from easement.gate.recovery import Abandoned
from easement.gate.service import InHand, OtherContent
from easement.ledger.model import EntryType
from easement.ledger.verifier import check_receipt
from easement.node.home import open_node

from .world import NOW, World, plain_rows, read

ASH = {"family_name": "Ash", "date_of_birth": "2015-02-01"}
OTHER = "a7" * 16
TWO = [(*row[:2], "Ash", given, *row[4:]) for given, row in zip(("Ada", "Bea"), plain_rows(2), strict=True)]
"""Two people of one name and birthday."""


def rows_of(world: World) -> list[Any]:
    with open_node(world.node) as node, reading(node.ledger.engine) as connection:
        return list(connection.execute(select(tables.answers)))


def checked(world: World, answer: Any) -> Any:
    with open_node(world.node) as node:
        return check_receipt(answer.receipt, [node.ledger.key], sha256_hex(answer.body))


def test_a_lookup_is_answered_with_bytes_and_a_receipt_for_them(world: World) -> None:
    answer = world.answer("entitled", Mode.LOOKUP, person=ASH)
    said = json.loads(answer.body)
    assert [record["claim_reference"] for record in said["records"]] == ["C01"]
    assert said["format"] == "easement-answer/1"
    assert world.types() == ["intended", "released"]
    assert [logged.entry.message for logged in world.entries()] == ["5e" * 16] * 2
    assert checked(world, answer).entry["count"] == 1
    assert world.staged() == world.delivered() == []


@pytest.mark.parametrize(("share", "mode", "person"), [("entitled", Mode.LOOKUP, ASH), ("counted", Mode.AGGREGATE, {})])
def test_what_is_carried_is_what_a_file_would_hold(world: World, share: str, mode: Mode, person: Any) -> None:
    world.hold([*plain_rows(30), ("C01", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", "120", "", "")])
    carried_ = json.loads(world.answer(share, mode, person=person).body)
    world.share(share, mode, "answer.json", person=person)
    assert carried_ == json.loads((world.out / "answer.json").read_text())
    assert read(world.out / "answer.json")


def test_the_same_message_gets_the_same_bytes_and_nothing_crosses_twice(world: World) -> None:
    first = world.answer("entitled", Mode.LOOKUP, person=ASH)
    world.share("forms", Mode.BULK)
    world.hold(plain_rows(3))
    again = world.answer("entitled", Mode.LOOKUP, person=ASH, now=NOW + timedelta(hours=3))
    assert (again.body, again.receipt) == (first.body, first.receipt)
    assert again.outcome.decision.as_dict() == first.outcome.decision.as_dict()
    assert replace(again.outcome, decision=first.outcome.decision) == first.outcome
    assert world.types() == ["intended", "released"] * 2


def test_what_is_kept_can_be_asked_for_without_asking_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = world.message("entitled", Mode.LOOKUP, person=ASH)
    with open_node(world.node) as node:
        place = carried.place_of(asked, node)
        assert carried.kept_answer(node, place, now=NOW) is None
        given = service.answer(node, asked, now=NOW, clock=lambda: NOW)
        kept = carried.kept_answer(node, place, now=NOW)
        assert kept is not None
        assert (kept.body, kept.receipt) == (given.body, given.receipt)
    assert world.types() == ["intended", "released"]


def test_the_same_id_with_other_content_is_refused(world: World) -> None:
    world.answer("entitled", Mode.LOOKUP, person=ASH)
    for change in (
        {"person": ASH | {"family_name": "Elm"}},
        {"person": ASH, "why": "other"},
        {"person": ASH, "fields": ("award",)},
    ):
        with pytest.raises(OtherContent):
            world.answer("entitled", Mode.LOOKUP, **change)
    assert world.types() == ["intended", "released"]


def test_one_id_of_two_organisations_is_two_messages(world: World) -> None:
    world.answer("entitled", Mode.LOOKUP, person=ASH)
    refused = world.answer("entitled", Mode.LOOKUP, person=ASH, recipient="southtown")
    assert not refused.outcome.decision.allowed
    assert len(rows_of(world)) == 2


def test_a_refusal_is_kept_like_an_answer_and_logged_once(world: World) -> None:
    first = world.answer("entitled", Mode.LOOKUP, person=ASH, role="teacher")
    again = world.answer("entitled", Mode.LOOKUP, person=ASH, role="teacher")
    assert first.body == again.body == b""
    assert first.receipt == again.receipt == ""
    assert first.outcome == again.outcome
    assert [reason.code for reason in again.outcome.decision.unmet] == [Code.ROLE_NOT_ENTITLED]
    assert world.types() == ["refused"]
    assert world.last(EntryType.DISCLOSURE_REFUSED).entry.message == "5e" * 16


def test_what_is_refused_while_answering_is_kept_too(world: World) -> None:
    world.hold(TWO)
    person = {"family_name": "Ash", "date_of_birth": "2014-01-01"}
    first = world.answer("entitled", Mode.LOOKUP, person=person)
    again = world.answer("entitled", Mode.LOOKUP, person=person)
    assert first.outcome == again.outcome
    assert first.body == b""
    assert [reason.code for reason in first.outcome.decision.unmet] == [Code.PERSON_AMBIGUOUS]
    assert world.types() == ["intended", "refused"]


def test_what_failed_may_be_asked_again_by_the_same_message(world: World) -> None:
    data = world.node / "datasets" / "awards.csv"
    kept = data.read_text()
    data.unlink()
    with pytest.raises(SourceUnreachable):
        world.answer("entitled", Mode.LOOKUP, person=ASH)
    assert [row.state for row in rows_of(world)] == ["failed"]
    data.write_text(kept)
    assert world.answer("entitled", Mode.LOOKUP, person=ASH).outcome.released.count == 1
    assert world.types() == ["intended", "failed", "intended", "released"]
    with pytest.raises(OtherContent):
        world.answer("entitled", Mode.LOOKUP, person=ASH, why="another")


def dies(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed right after its intent: nothing it would do afterwards happens."""

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("easement.gate.disclosure.Disclosure._release", killed)
        patched.setattr("easement.gate.disclosure.Disclosure._fail", lambda *_: None)
        with pytest.raises(Killed):
            world.answer("entitled", Mode.LOOKUP, person=ASH)


def test_while_a_message_is_in_hand_it_is_told_to_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dies(world, monkeypatch)
    with pytest.raises(InHand, match="being answered already"):
        world.answer("entitled", Mode.LOOKUP, person=ASH)
    assert world.types() == ["intended"]


def test_when_the_time_of_a_worker_that_died_runs_out_the_message_is_answered_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies(world, monkeypatch)
    late = NOW + timedelta(seconds=40)
    assert world.answer("entitled", Mode.LOOKUP, person=ASH, now=late).outcome.released.count == 1
    assert world.types() == ["intended", "abandoned", "intended", "released"]
    assert [logged.entry.intent for logged in world.entries()] == [None, 1, None, 3]
    assert {logged.entry.message for logged in world.entries()} == {"5e" * 16}
    assert world.fsck() == []


def test_recovery_abandons_what_nobody_settled_in_time_and_only_that(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies(world, monkeypatch)
    with open_node(world.node) as node:
        service.finish_left_behind(node, now=NOW + timedelta(seconds=20))
        assert node.ledger.size == 2
        service.finish_left_behind(node, now=NOW + timedelta(seconds=40))
        service.finish_left_behind(node, now=NOW + timedelta(seconds=60))
    assert world.types() == ["intended", "abandoned"]
    assert world.last(EntryType.DISCLOSURE_ABANDONED).entry.intent == 1
    assert [row.state for row in rows_of(world)] == ["abandoned"]


def test_an_answer_that_a_late_worker_releases_while_it_is_given_up_is_given_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, real, seen = world.answer("entitled", Mode.LOOKUP, person=ASH), tables.answer, []

    def late(engine, organisation, message):
        row = real(engine, organisation, message)
        seen.append(row)
        return row._replace(state=tables.State.IN_HAND, lease=0, outcome=None, sealed=None) if len(seen) == 1 else row

    monkeypatch.setattr("easement.gate.tables.answer", late)
    assert world.answer("entitled", Mode.LOOKUP, person=ASH).body == given.body
    assert len(seen) == 2
    assert world.types() == ["intended", "released"]


@pytest.mark.parametrize("ends_in", ["released", "refused", "failed"])
def test_a_worker_that_was_given_up_can_release_nothing_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch, ends_in: str
) -> None:
    """Recovery and the late worker meet in one row: whoever comes first to its state decides."""
    real = service.Disclosure._release

    def late(self: Any, now: Any, intent: int) -> Any:
        service.finish_left_behind(self.holder, now=NOW + timedelta(minutes=1))
        if ends_in == "failed":
            raise SourceUnreachable("gone")
        return real(self, now, intent)

    monkeypatch.setattr("easement.gate.disclosure.Disclosure._release", late)
    if ends_in == "refused":
        world.hold(TWO)
    person = {"family_name": "Ash", "date_of_birth": "2014-01-01" if ends_in == "refused" else "2015-02-01"}
    with pytest.raises(SourceUnreachable if ends_in == "failed" else Abandoned):
        world.answer("entitled", Mode.LOOKUP, person=person)
    assert world.types() == ["intended", "abandoned"]
    (row,) = rows_of(world)
    assert (row.state, row.sealed) == ("abandoned", None)


def test_recovery_that_comes_too_late_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dies(world, monkeypatch)
    with open_node(world.node) as node:
        with reading(node.ledger.engine) as connection:
            overdue = tables.overdue(connection, int(NOW.timestamp()) + 100)
        monkeypatch.setattr(tables, "overdue", lambda *_: overdue * 2)
        assert service.finish_left_behind(node, now=NOW) == ()
    assert world.types() == ["intended", "abandoned"]


def test_two_at_once_with_one_message_disclose_once(world: World) -> None:
    world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH)
    barrier, got = threading.Barrier(6), []

    def work(node: Any) -> None:
        barrier.wait()
        try:
            got.append(service.answer(node, asked, now=NOW, clock=lambda: NOW))
        except InHand as told:
            got.append(told)

    asked = world.message("entitled", Mode.LOOKUP, person=ASH)
    with open_node(world.node) as node:
        threads = [threading.Thread(target=work, args=(node,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answers = [each for each in got if not isinstance(each, InHand)]
    assert len(got) == 6
    assert len({(each.body, each.receipt) for each in answers}) == 1
    assert world.types(3) == ["intended", "released"]


@pytest.mark.parametrize("settled", [False, True])
def test_one_that_begins_just_before_us_is_waited_for_or_its_answer_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, settled: bool
) -> None:
    """Between our look at the row and our intent, another process begins the same message."""
    real, calls = carried.before, []

    def blind_once(*given: Any, **named: Any) -> Any:
        calls.append(1)
        return False if len(calls) == 1 else real(*given, **named)

    if settled:
        world.answer("entitled", Mode.LOOKUP, person=ASH)
    else:
        dies(world, monkeypatch)
    monkeypatch.setattr(service, "before", blind_once)
    if settled:
        assert world.answer("entitled", Mode.LOOKUP, person=ASH).outcome.released.count == 1
        assert world.types() == ["intended", "released"]
    else:
        with pytest.raises(InHand):
            world.answer("entitled", Mode.LOOKUP, person=ASH)
        assert world.types() == ["intended"]


def test_one_that_ends_just_while_we_begin_is_asked_for_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.answer("entitled", Mode.LOOKUP, person=ASH)
    monkeypatch.setattr(service, "before", lambda *_, **__: True)
    with pytest.raises(InHand):
        world.answer("entitled", Mode.LOOKUP, person=ASH)


def test_one_that_is_answered_just_while_we_begin_is_told_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = world.answer("entitled", Mode.LOOKUP, person=ASH)
    real, looks = service.before, []

    def late(*given: Any, **named: Any) -> Any:
        looks.append(given)
        return real(*given, **named) if len(looks) > 1 else False

    monkeypatch.setattr(service, "before", late)
    again = world.answer("entitled", Mode.LOOKUP, person=ASH)
    assert (again.body, again.receipt, len(looks)) == (first.body, first.receipt, 2)
    assert world.types() == ["intended", "released"]


def test_a_kept_answer_is_sealed_and_bound_to_its_place(world: World) -> None:
    world.answer("entitled", Mode.LOOKUP, person=ASH)
    world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH)
    first, second = rows_of(world)
    assert b"Ash" not in first.sealed + second.sealed
    (own,) = (row.sealed for row in (first, second) if row.message != OTHER)
    with open_node(world.node) as node, node.ledger.engine.begin() as connection:
        connection.execute(tables.answers.update().where(tables.answers.c.message == OTHER).values(sealed=own))
    with pytest.raises(ProofFailed, match="cannot be opened"):
        world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH)


@pytest.mark.parametrize("entry", [1, 2])
def test_erasing_either_entry_of_a_disclosure_destroys_the_answer_that_is_kept(world: World, entry: int) -> None:
    """R5.4"""
    world.answer("entitled", Mode.LOOKUP, person=ASH)
    world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH)
    with open_node(world.node) as node:
        erase(node, entry)
        with pytest.raises(ProofFailed, match="the private record is gone"):
            node.ledger.private(entry)
    assert [row.sealed is None for row in sorted(rows_of(world), key=lambda row: row.intent)] == [True, False]
    with pytest.raises(Erased, match="was erased"):
        world.answer("entitled", Mode.LOOKUP, person=ASH)
    assert world.types() == ["intended", "released", "intended", "released", "erased"]
    assert world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH).body


def test_what_is_erased_twice_is_erased_once(world: World) -> None:
    world.answer("entitled", Mode.LOOKUP, person=ASH)
    with open_node(world.node) as node:
        assert erase(node, 2) == erase(node, 2) == 3


def test_kept_answers_go_when_their_time_is_over_and_those_in_hand_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH)
    with open_node(world.node) as node:
        service.finish_left_behind(node, now=NOW + timedelta(hours=23))
        assert len(rows_of(world)) == 1
        service.finish_left_behind(node, now=NOW + timedelta(hours=25))
    assert rows_of(world) == []


@pytest.mark.parametrize(
    "change",
    [
        {"message": ""}, {"message": "AB" * 16}, {"message": "ab" * 15}, {"mode": Mode.BULK}, {"mode": Mode.MATCH},
        {"listed": True},
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_not_begun(world: World, change: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"share": "entitled", "mode": Mode.LOOKUP, "message": "5e" * 16}
    with pytest.raises(UsageError):
        world.answer(**usual | change)
    assert world.types() == []


def test_an_agreement_is_found_by_its_digest_as_well(world: World) -> None:
    digest = world.answer("entitled", Mode.LOOKUP, person=ASH).outcome.decision.agreement
    assert world.answer("entitled", Mode.LOOKUP, OTHER, person=ASH, agreement=digest).outcome.released.count == 1
    with pytest.raises(UsageError, match="works by no agreement"):
        world.answer("entitled", Mode.LOOKUP, "11" * 16, person=ASH, agreement="nothing")
    with pytest.raises(UsageError, match="works by no agreement"):
        world.answer("entitled", Mode.LOOKUP, "11" * 16, person=ASH, agreement="ab" * 32)


def test_a_ledger_that_cannot_log_the_outcome_lets_nothing_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise StorageFailed("the disk is full")

    with open_node(world.node) as node:
        asked = world.message("entitled", Mode.LOOKUP, person=ASH)
        monkeypatch.setattr(tables, "settle_answer", full)
        with pytest.raises(EasementError):
            service.answer(node, asked, now=NOW, clock=lambda: NOW)
    assert world.types() == ["intended"]
    assert [(row.state, row.sealed) for row in rows_of(world)] == [("in-hand", None)]


def test_the_days_limit_holds_for_answers_to_nodes_too(world: World) -> None:
    world.hold([("C1", "", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "IS", "1", "", "")])
    messages = [f"{number:032x}" for number in range(12)]
    answers = [world.answer("limited", Mode.LOOKUP, each, person=ASH) for each in messages]
    assert [each.outcome.decision.allowed for each in answers] == [True] * 10 + [False] * 2


def test_a_decision_that_was_kept_says_the_same_again(world: World) -> None:
    decisions = [
        world.answer("forms", Mode.LOOKUP, person=ASH).outcome.decision,
        world.answer("counted", Mode.AGGREGATE, OTHER).outcome.decision,
        world.answer("nothing", Mode.LOOKUP, "11" * 16).outcome.decision,
    ]
    for decision in decisions:
        assert Decision.from_dict(json.loads(json.dumps(decision.as_dict()))) == decision
