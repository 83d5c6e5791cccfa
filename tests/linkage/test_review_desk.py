"""R4.4: one or two reviewers say of a pair what it is, neither knowing the other's word, and whatever comes between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from easement.base.database import writing
from easement.base.errors import Refused, UsageError
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.service import Ledger
from easement.linkage import review_desk
from easement.linkage.review import KEPT_DECIDED, MatchMade, destroy_overdue, erase_match, keep_doubtful, review_key
from easement.linkage.review_desk import Changed, Done, Reviewer, Wanted, settle, take_back
from easement.linkage.review_log import decided
from easement.linkage.review_queues import Shown, ids_of, left_for, next_pair, pairs_in, queue, queues, shown
from easement.linkage.review_turns import Opinion, Turn, Verdict, decided_by, turn_of
from tests.ledger.makers import MASTER, SIGNER, clock

from .test_review import ADA, BEA, NOW, SCOPE

ANN, BO = Reviewer("1", "Ann Lee"), Reviewer("2", "Bo Cox")
LEAD = Reviewer("3", "Cy Day", leads=True)
SAME, DIFFERENT, CANNOT_TELL = Verdict


@dataclass(frozen=True)
class Room:
    """A node as reviews see it, with a match that held Ada and Bea."""

    master_key: bytes
    ledger: Ledger

    def match(self, *pairs: Any, scope: Any = SCOPE, **facts: Any) -> int:
        parties = {"provider": "dwp", "recipient": scope.recipient}
        said = Entry(
            time=minute(NOW), type=EntryType.DISCLOSURE_INTENDED, parties=parties, agreement="a" * 64,
            agreement_id=scope.agreement_id, version="1.0.0", share=scope.share, purpose="care", mode="match",
        )  # fmt: skip
        intent = self.ledger.append(said)
        with writing(self.ledger.engine) as connection:
            made = MatchMade(pairs, **facts)
            keep_doubtful(connection, review_key(MASTER), scope, made, intent=intent, now=NOW)
        return intent

    def id(self, held: str) -> str:
        return ids_of(self, queue(self, SCOPE.queue), [("P7", held)])["P7", held]

    def say(self, reviewer: Reviewer, verdict: Verdict, held: str = "C07", **more: Any) -> Done:
        return settle(self, [Wanted(self.id(held), verdict, **more)], reviewer, now=NOW)

    def next(self, reviewer: Reviewer, after: str = "") -> Shown | None:
        return next_pair(self, SCOPE.queue, reviewer, after=after)

    def decided(self) -> dict[str, bool]:
        return {each.held: each.same for each in decided(self.ledger, SCOPE)}

    def shown(self, held: str, reviewer: Reviewer = ANN) -> Shown:
        return shown(self, self.id(held), reviewer)


@pytest.fixture
def room(engine: Engine, tmp_path: Path) -> Room:
    made = Room(MASTER, Ledger.create(engine, tmp_path / "ledger", signer=SIGNER, master_key=MASTER, clock=clock))
    made.match(ADA, BEA)
    return made


@pytest.fixture
def double(room: Room) -> Room:
    room.match(ADA, BEA, reviewers=2)
    return room


def test_one_pair_comes_at_a_time_and_the_first_again_behind_the_last(room: Room) -> None:
    first = room.next(ANN)
    assert first is not None
    second = room.next(ANN, after=first.id)
    assert second is not None
    assert (first.pair, second.pair, first.turn) == (ADA, BEA, Turn.FIRST)
    assert room.next(ANN, after=second.id) == first


def test_what_one_person_says_decides_where_one_is_enough(room: Room) -> None:
    assert room.say(ANN, SAME).decided == 1
    assert room.decided() == {"C07": True}
    assert (queue(room, SCOPE.queue).open, left_for(room, SCOPE.queue, BO), room.next(ANN)) == (0, 0, None)


def test_of_two_reviewers_the_second_is_another_person_and_does_not_see_what_the_first_said(double: Room) -> None:
    """R4.4"""
    assert double.say(ANN, SAME, why="one NHS number") == Done((), 0, 1)
    assert double.decided() == {}
    upon = double.next(ANN)
    assert upon is not None
    assert upon.pair == BEA
    unseen = double.next(BO)
    assert unseen is not None
    assert (unseen.pair, unseen.turn, unseen.said, unseen.decision) == (ADA, Turn.SECOND, (), None)
    assert double.say(BO, SAME).decided == 1
    assert double.decided() == {"C07": True}
    assert [each.who for each in double.shown("C07").said] == ["Ann Lee", "Bo Cox"]


def test_where_two_disagree_who_leads_decides_and_sees_what_they_said(double: Room) -> None:
    double.say(ANN, SAME, why="one number")
    assert double.say(BO, DIFFERENT, why="twins").waiting == 1
    other = Reviewer("4", "Di Ely")
    assert double.shown("C07", other).said == ()
    assert [each.pair for each in [double.next(other)] if each] == [BEA]
    with pytest.raises(Refused, match="two reviewers disagree"):
        double.say(other, SAME)
    first = double.next(LEAD)
    assert first is not None
    assert (first.turn, [each.why for each in first.said]) == (Turn.THIRD, ["one number", "twins"])
    assert double.say(LEAD, DIFFERENT).decided == 1
    assert double.decided() == {"C07": False}


def test_who_agreed_that_it_cannot_be_told_leaves_it_in_doubt(double: Room) -> None:
    double.say(ANN, CANNOT_TELL)
    double.say(BO, CANNOT_TELL)
    assert (double.decided(), double.shown("C07").decision) == ({}, "cannot-tell")


def test_a_reviewer_may_say_otherwise_before_it_is_decided(double: Room) -> None:
    double.say(ANN, SAME)
    double.say(ANN, DIFFERENT)
    assert double.say(BO, DIFFERENT).decided == 1


def test_the_same_form_sent_twice_does_once_what_it_says(room: Room) -> None:
    seen = room.shown("C07").seen
    assert room.say(ANN, SAME, seen=seen).entries
    assert room.say(ANN, SAME, seen=seen) == Done()
    assert len(list(room.ledger.entries(type=EntryType.MATCH_SETTLED))) == 1


def test_a_form_that_is_stale_decides_nothing(room: Room) -> None:
    seen = room.shown("C07").seen
    room.match(replace(ADA, fields={"family": ("twin", "ash")}))
    with pytest.raises(Changed, match="other values"):
        room.say(ANN, SAME, seen=seen)
    seen = room.shown("C07").seen
    room.say(BO, DIFFERENT)
    with pytest.raises(Changed, match="somebody else decided"):
        room.say(ANN, SAME, seen=seen)
    assert room.decided() == {"C07": False}


def test_a_pair_whose_list_was_erased_cannot_be_decided(room: Room) -> None:
    id_, match = room.id("C07"), room.shown("C07").match
    with writing(room.ledger.engine) as connection:
        erase_match(connection, match)
    with pytest.raises(Changed, match="not held any more"):
        settle(room, [Wanted(id_, SAME)], ANN, now=NOW)


def test_a_record_that_is_somebody_settles_its_other_pairs_and_taking_that_back_opens_them(room: Room) -> None:
    room.say(ANN, SAME)
    assert room.shown("C08").decision == "moot"
    with pytest.raises(UsageError, match="settled as somebody else already"):
        room.say(ANN, SAME, "C08")
    assert take_back(room, SCOPE.queue, ANN, now=NOW) == room.id("C07")
    assert [room.shown(held).decision for held in ("C07", "C08")] == [None, None]
    assert room.decided() == {}
    room.say(ANN, SAME, "C08")
    assert room.decided() == {"C08": True}


def test_one_takes_back_what_one_said_last_and_no_more(double: Room) -> None:
    double.say(BO, SAME)
    double.say(ANN, DIFFERENT)
    assert take_back(double, SCOPE.queue, ANN, now=NOW) == double.id("C07")
    assert double.shown("C07").turn is Turn.SECOND
    with pytest.raises(UsageError, match="nothing of yours"):
        take_back(double, SCOPE.queue, ANN, now=NOW)
    double.say(ANN, SAME)
    take_back(double, SCOPE.queue, ANN, now=NOW)
    assert (double.decided(), double.shown("C07", BO).turn) == ({}, Turn.MINE)


def test_what_was_destroyed_is_taken_back_no_more(room: Room) -> None:
    room.say(ANN, SAME)
    with writing(room.ledger.engine) as connection:
        destroy_overdue(connection, NOW + KEPT_DECIDED + timedelta(seconds=1))
    with pytest.raises(UsageError, match="nothing of yours"):
        take_back(room, SCOPE.queue, ANN, now=NOW)


def test_a_decision_of_two_is_not_replaced_by_one(double: Room) -> None:
    double.say(ANN, SAME)
    double.say(BO, SAME)
    with pytest.raises(UsageError, match="decided by two reviewers"):
        double.say(LEAD, DIFFERENT)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What came of acts that begin together."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return act()
        except UsageError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_who_decide_at_once_on_what_they_saw_one_is_told_that_it_was_decided(room: Room) -> None:
    seen = room.shown("C07").seen
    found = at_once(lambda: room.say(ANN, SAME, seen=seen), lambda: room.say(BO, DIFFERENT, seen=seen))
    assert sorted(type(each).__name__ for each in found) == ["Changed", "Done"]
    assert len(room.decided()) == 1


def test_two_reviewers_at_once_are_first_and_second(double: Room) -> None:
    found = at_once(lambda: double.say(ANN, SAME), lambda: double.say(BO, SAME))
    assert sorted((each.decided, each.waiting) for each in found) == [(0, 1), (1, 0)]
    assert double.decided() == {"C07": True}


def test_of_two_at_once_who_make_one_record_two_people_one_is_refused(room: Room) -> None:
    found = at_once(lambda: room.say(ANN, SAME, "C07"), lambda: room.say(BO, SAME, "C08"))
    assert sorted(type(each).__name__ for each in found) == ["Done", "UsageError"]
    assert list(room.decided().values()) == [True]


def test_many_pairs_are_settled_by_few_entries(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_desk, "MOST_LOGGED", 4)
    room.match(*(replace(ADA, listed=f"L{n}", held=f"H{n}") for n in range(6)))
    everything = pairs_in(room, SCOPE.queue, ANN, only_open=True)
    done = settle(room, [Wanted(each.id, DIFFERENT) for each in everything], ANN, now=NOW)
    assert (done.decided, len(done.entries), queue(room, SCOPE.queue).open) == (8, 3, 0)


@pytest.mark.parametrize("why", ["x" * 1_001])
def test_a_reason_has_an_end(room: Room, why: str) -> None:
    with pytest.raises(UsageError, match="longer than 1,000"):
        room.say(ANN, SAME, why=why)


def test_queues_stand_in_the_order_in_which_they_wait(room: Room) -> None:
    room.match(scope=SCOPE._replace(share="idle"))
    room.match(ADA, scope=SCOPE._replace(share="busy"))
    assert [each.scope.share for each in queues(room)] == ["busy", "entitled", "idle"]
    assert queues(room)[-1].as_dict()["oldest"] is None


@pytest.mark.parametrize(("said", "reviewers", "comes_to"), [
    ([], 1, None), ([SAME], 1, SAME), ([SAME], 2, None), ([SAME, SAME], 2, SAME), ([SAME, DIFFERENT], 2, None),
    ([CANNOT_TELL, SAME], 2, None), ([SAME, DIFFERENT, CANNOT_TELL], 2, CANNOT_TELL),
    ([CANNOT_TELL] * 2, 2, CANNOT_TELL),
])  # fmt: skip
def test_what_opinions_come_to(said: list[Verdict], reviewers: int, comes_to: Verdict | None) -> None:
    opinions = [Opinion(str(number), "", verdict) for number, verdict in enumerate(said)]
    assert decided_by(opinions, reviewers) == comes_to
    assert turn_of(opinions, reviewers, "0") is (Turn.MINE if said else Turn.FIRST)
