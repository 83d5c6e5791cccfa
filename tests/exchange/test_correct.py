"""R4.4, R6.2: what is wrong is said, answered and put right everywhere, once in effect, and both logs have it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.database import METADATA, reading
from easement.base.errors import UsageError
from easement.exchange import bulk, correct_letters, correct_links, correct_parts, correct_told, jobs, tables
from easement.exchange.audit import audit
from easement.exchange.correct import decide_case
from easement.exchange.correct_back import seen_broken, seen_brokens
from easement.exchange.correct_bodies import (
    CaseBody,
    CorrectionBody,
    CorrectionTakenBody,
    Kind,
    MadeBody,
    Outcome,
    TakenBody,
)
from easement.exchange.correct_cases import Wrong, answer_case, report, seen_case, seen_cases, take_case
from easement.exchange.correct_keeping import carry_all
from easement.exchange.correct_letters import tell_corrections
from easement.exchange.correct_links import WrongLink, break_link
from easement.exchange.correct_parts import CORRECT_WITHIN, answered
from easement.exchange.correct_told import make, seen_told, seen_tolds
from easement.exchange.message_carry import NoAnswer, Problem, Silence
from easement.exchange.model import Answered
from easement.exchange.service import ask
from easement.gate.suspension import resume, suspend
from easement.ledger.model import EntryType, PrivateRecord
from easement.linkage.review import Scope
from easement.linkage.review_log import decided
from easement.node.home import open_node
from easement.node.housekeeping import TASKS
from tests.gate.world import copied, furnish

from .pair import ASKER, JO, NOW, Pair, paired

RAISED, ANSWERED = EntryType.DISPUTE_RAISED, EntryType.DISPUTE_ANSWERED
BROKEN, TOLD, MADE = EntryType.LINK_BROKEN, EntryType.CORRECTION_TOLD, EntryType.CORRECTION_MADE
HOSTILE = "<script>alert('Jo Ash')</script>\u202e'; drop table exchange_disputes; --"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def pair(world, tmp_path_factory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    with paired(folder, copied(world, folder / "world"), life=timedelta(days=30)) as both:
        yield both


@pytest.fixture
def own(world, tmp_path) -> Iterator[Pair]:
    with paired(tmp_path, copied(world, tmp_path / "world")) as both:
        yield both


def received(pair: Pair, **changes: Any) -> Answered:
    return ask(pair.northtown, pair.wish(**changes), ASKER, NOW)


def wrong(answer: Answered, **changes: Any) -> Wrong:
    usual = {"kind": Kind.WRONG_VALUE, "why": "Jo spells it otherwise", "element": "family_name", "value": "Ash"}
    return Wrong(**{"provider": "dwp", "message": answer.message, "person": JO} | usual | changes)


def told_of(pair: Pair, answer: Answered) -> str:
    """The id of a link that was broken, of which the council was told."""
    return break_link(pair.dwp, WrongLink(answer.message), "two people share a number", NOW, by="steward").row.id


def logged(pair: Pair, case: str, *types: EntryType) -> list[tuple[str, EntryType]]:
    """Which log has which entries about a case."""
    sides = {"dwp": pair.dwp, "northtown": pair.northtown}
    return [(side, e.type) for side, node in sides.items() for e in pair.entries(node, *types) if e.concern == case]


def cut_off(monkeypatch: pytest.MonkeyPatch, why: Silence = Silence.DOWN) -> None:
    def silent(*_: object) -> None:
        raise NoAnswer(why, "nobody answers", "ask later")

    monkeypatch.setattr(correct_parts, "line_to", silent)


# A value that is wrong


def test_a_wrong_value_is_a_case_at_its_source_in_both_logs(pair: Pair):
    seen = report(pair.northtown, wrong(received(pair)), NOW, by="officer 7")
    there = seen_case(pair.dwp, seen.row.id)
    assert (there.row.organisation, there.row.kind, there.row.element) == ("northtown", "wrong-value", "family_name")
    assert there.said == {
        "value": "Ash", "person": JO, "reference": "", "record": 0, "why": "Jo spells it otherwise",
    }  # fmt: skip
    assert (there.due - NOW.replace(microsecond=0)).days == 30
    assert logged(pair, seen.row.id, RAISED) == [("dwp", RAISED), ("northtown", RAISED)]
    assert seen.row.peer_entry == there.row.entry
    assert there.row.peer_entry == seen.row.entry


def test_the_answer_comes_back_to_who_asked(pair: Pair):
    id_ = report(pair.northtown, wrong(received(pair)), NOW, by="officer 7").row.id
    done = answer_case(pair.dwp, id_[:8], Outcome.CORRECTED, "It is Ashe from today.", NOW, by="steward")
    back = seen_case(pair.northtown, id_)
    assert (done.row.told is not None, back.row.outcome) == (True, "corrected")
    assert back.answer["text"] == "It is Ashe from today."
    assert logged(pair, id_, ANSWERED) == [("dwp", ANSWERED), ("northtown", ANSWERED)]
    with pytest.raises(UsageError):
        answer_case(pair.dwp, id_, Outcome.NOT_WRONG, "It is right.", NOW)
    with pytest.raises(UsageError):
        answer_case(pair.northtown, id_, Outcome.NOT_WRONG, "It is right.", NOW)
    assert audit(pair.northtown, "dwp", now=NOW).agrees


def test_no_words_about_anybody_stand_in_a_log_or_plainly_in_a_database(pair: Pair):
    id_ = report(
        pair.northtown, wrong(received(pair), why=HOSTILE.replace("\u202e", ""), value="Ashe-Marker"), NOW
    ).row.id
    answer_case(pair.dwp, id_, Outcome.NOT_WRONG, "Marker of the answer", NOW)
    for node in (pair.dwp, pair.northtown):
        bodies = b"".join(each.body for each in node.ledger.entries())
        cells = "".join(str(cell) for row in everything(node) for cell in row)
        for text in ("script", "Marker", "AB123456C"):
            assert text.encode() not in bodies
            assert text not in cells
    assert seen_case(pair.dwp, id_).said["why"].startswith("<script>")


def everything(node: Any) -> Iterator[tuple[Any, ...]]:
    with reading(node.engine) as connection:
        for table in METADATA.sorted_tables:
            yield from (tuple(row) for row in connection.execute(table.select()))


@pytest.mark.parametrize(
    "changes",
    [{"why": ""}, {"why": " \n "}, {"why": "x" * 2_001}, {"why": HOSTILE}, {"why": "a\x00b"}, {"element": "shoe_size"},
     {"message": "0" * 32}, {"provider": "police"}],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_before_anything_is_kept(pair: Pair, changes):
    answer = received(pair)
    before = pair.northtown.ledger.size, len(seen_cases(pair.northtown))
    with pytest.raises(UsageError) as caught:
        report(pair.northtown, replace(wrong(answer), **changes), NOW)
    assert caught.value.remedy
    assert (pair.northtown.ledger.size, len(seen_cases(pair.northtown))) == before


def test_a_source_that_is_away_hears_of_it_later_and_once(pair: Pair, monkeypatch):
    answer = received(pair)
    with monkeypatch.context() as patched:
        cut_off(patched)
        seen = report(pair.northtown, wrong(answer), NOW)
        assert (seen.row.told, "yet to hear" in seen.row.problem) == (None, True)
        assert carry_all(pair.northtown, NOW) == 0
    (task,) = [each for each in TASKS if each.name == "correct"]
    assert task.run(pair.northtown, NOW) == 1
    assert task.run(pair.northtown, NOW) == 0
    assert logged(pair, seen.row.id, RAISED) == [("dwp", RAISED), ("northtown", RAISED)]


def test_the_same_message_again_changes_nothing_and_another_under_its_id_is_refused(pair: Pair):
    answer = received(pair)
    seen = report(pair.northtown, wrong(answer), NOW)
    body = CaseBody(
        id=seen.row.id, to="dwp", message=answer.message, entry=seen.row.entry, kind=Kind.WRONG_VALUE,
        element="family_name", record=0, reference="", value="Ash", person=JO, why="Jo spells it otherwise",
    )  # fmt: skip
    size = pair.dwp.ledger.size
    again = answered(pair.northtown, "dwp", "cases", body, TakenBody, NOW)
    assert (again.entry, pair.dwp.ledger.size) == (seen.row.peer_entry, size)
    with pytest.raises(Problem) as caught:
        answered(pair.northtown, "dwp", "cases", body.model_copy(update={"why": "otherwise"}), TakenBody, NOW)
    assert caught.value.body.status == 409
    assert pair.dwp.ledger.size == size


@pytest.mark.parametrize("change", [{"message": "0" * 32}, {"element": "award_end"}, {"to": "police"}])
def test_a_case_about_what_was_never_given_is_not_taken(pair: Pair, change):
    said = {
        "id": "5e" * 16, "to": "dwp", "message": received(pair).message, "entry": 1, "kind": Kind.WRONG_VALUE,
        "element": "", "record": 0, "reference": "", "value": "", "person": {}, "why": "so",
    }  # fmt: skip
    size = pair.dwp.ledger.size
    with pytest.raises(Problem) as caught:
        answered(pair.northtown, "dwp", "cases", CaseBody(**said | change), TakenBody, NOW)
    assert caught.value.body.status in (404, 422)
    assert pair.dwp.ledger.size == size


def test_no_more_cases_are_taken_about_one_answer_than_people_could_look_at(pair: Pair, monkeypatch):
    monkeypatch.setattr("easement.exchange.correct_desk.MOST_OPEN", 2)
    answer = received(pair)
    seen = [report(pair.northtown, wrong(answer), NOW).row for _ in range(3)]
    assert [row.told is not None for row in seen] == [True, True, False]
    assert "open already" in seen[2].problem


# A wrong link


def test_a_broken_link_is_carried_to_everybody_who_was_given_something_through_it(pair: Pair):
    one, other = received(pair), received(pair, share="forms")
    stranger = received(pair, person={"family_name": "Yew", "date_of_birth": "2011-06-06"}, share="forms")
    before = pair.dwp.ledger.size
    id_ = told_of(pair, one)
    seen = seen_broken(pair.dwp, id_)
    messages = {each.message for each in seen.letters}
    assert {one.message, other.message} <= messages
    assert stranger.message not in messages
    assert pair.dwp.ledger.entry(before).entry.count == len(messages)
    assert {row.row.message for row in seen_tolds(pair.northtown) if row.row.id == id_} == messages
    assert all(each.told_entry is not None for each in seen.letters)


def test_it_is_a_duty_with_a_clock_until_staff_say_it_is_done(pair: Pair):
    answer = received(pair)
    id_ = told_of(pair, answer)
    told = seen_told(pair.northtown, id_, answer.message)
    assert told.said == {"why": "two people share a number", "reference": ""}
    assert duty(pair, told.row.entry) == [("correct", "dwp")]
    done = make(pair.northtown, id_, NOW, message=answer.message, by="officer 7")
    assert (done.row.certified is not None, duty(pair, told.row.entry)) == (True, [])
    (letter,) = [each for each in seen_broken(pair.dwp, id_).letters if each.message == answer.message]
    assert (letter.made, letter.made_entry) == (done.row.met, done.row.certified)
    assert {("dwp", MADE), ("northtown", MADE)} <= set(logged(pair, id_, MADE))
    sizes = pair.northtown.ledger.size, pair.dwp.ledger.size
    assert make(pair.northtown, id_, NOW, message=answer.message) == done
    assert (pair.northtown.ledger.size, pair.dwp.ledger.size) == sizes
    assert audit(pair.northtown, "dwp", now=NOW).agrees


def duty(pair: Pair, entry: int) -> list[tuple[str, str]]:
    with reading(pair.northtown.engine) as connection:
        return [(each.duty, each.provider) for each in tables.due(connection) if each.entry == entry]


def test_two_who_break_it_at_once_break_it_once(pair: Pair):
    answer = received(pair)
    before = len(pair.entries(pair.dwp, BROKEN))
    with ThreadPoolExecutor(4) as threads:
        ids = set(threads.map(lambda _: told_of(pair, answer), range(4)))
    assert len(ids) == 1
    assert len(pair.entries(pair.dwp, BROKEN)) == before + 1
    assert (
        len([each for each in seen_tolds(pair.northtown) if each.row.id in ids and each.row.message == answer.message])
        == 1
    )


def test_a_recipient_that_is_away_hears_later_and_one_that_left_when_it_is_back(pair: Pair, monkeypatch):
    answer = received(pair)
    for why in (Silence.DOWN, Silence.NOT_A_MEMBER):
        with monkeypatch.context() as patched:
            cut_off(patched, why)
            id_ = told_of(pair, answer)
            (letter,) = [each for each in seen_broken(pair.dwp, id_).letters if each.message == answer.message]
            assert (letter.told, letter.closed, "yet to hear" in letter.problem) == (None, None, True)
    assert tell_corrections(pair.dwp, NOW) >= 1
    (letter,) = [each for each in seen_broken(pair.dwp, id_).letters if each.message == answer.message]
    assert (letter.told is not None, letter.problem) == (True, "")


def test_no_more_corrections_of_one_answer_are_taken_than_people_could_make(pair: Pair, monkeypatch):
    monkeypatch.setattr("easement.exchange.correct_desk.MOST_OPEN", 2)
    answer = received(pair)
    usual = {
        "to": "northtown",
        "message": answer.message,
        "through": "lookup",
        "reference": "",
        "why": "so",
        "entry": 1,
    }
    usual |= {"about": "link", "element": ""}
    bodies = [CorrectionBody(id=f"{number:032x}", **usual) for number in range(3)]
    for body in (*bodies[:2], bodies[0]):
        answered(pair.dwp, "northtown", "told", body, CorrectionTakenBody, NOW)
    size = pair.northtown.ledger.size
    with pytest.raises(Problem) as caught:
        answered(pair.dwp, "northtown", "told", bodies[2], CorrectionTakenBody, NOW)
    assert (caught.value.body.status, pair.northtown.ledger.size) == (429, size)
    make(pair.northtown, bodies[0].id, NOW, message=answer.message)
    answered(pair.dwp, "northtown", "told", bodies[2], CorrectionTakenBody, NOW)


def test_who_copies_the_id_of_anothers_message_has_nothing_of_the_other_taken_back(pair: Pair):
    """Ids of messages stand in the public log, and each organisation draws its own."""
    victim, parties = received(pair), {"provider": "dwp", "recipient": "westtown"}
    every = pair.dwp.ledger.entries(type=EntryType.DISCLOSURE_RELEASED)
    (given,) = [each for each in every if each.entry.message == victim.message]
    copied_id = replace(given.entry, parties=parties, commitment=None)
    who = pair.dwp.ledger.private(given.index)["who"].value()
    index = pair.dwp.ledger.append(copied_id, PrivateRecord({"who": who}))
    said = {"to": "dwp", "kind": "wrong-person", "element": "", "record": 0, "reference": "", "value": "", "person": {}}
    body = CaseBody(id="ab" * 16, message=victim.message, entry=1, why="it is another", **said)
    take_case(pair.dwp, "westtown", body, (index, copied_id), NOW)
    for outcome in (Outcome.LINK_BROKEN, Outcome.CORRECTED):
        with pytest.raises(UsageError, match="another organisation's before"):
            decide_case(pair.dwp, body.id, outcome, "so", NOW)
    assert victim.message not in {each.row.message for each in seen_tolds(pair.northtown)}
    assert told_of(pair, victim)
    assert [each.organisation for each in letters_of(pair, victim.message)] == ["northtown"]


def test_a_case_cannot_name_a_person_whom_the_answer_was_not_about(pair: Pair):
    yew = {"family_name": "Yew", "date_of_birth": "2011-06-06"}
    stranger, answer = received(pair, person=yew, share="forms"), received(pair, share="forms")
    case = report(pair.northtown, wrong(answer, person=yew), NOW).row.id
    decide_case(pair.dwp, case, Outcome.CORRECTED, "It was put right.", NOW)
    told = {each.message for link in seen_brokens(pair.dwp) if link.row.dispute == case for each in link.letters}
    assert stranger.message not in told


def letters_of(pair: Pair, message: str):
    """Who is to hear of what was taken back under a message."""
    return [each for link in seen_brokens(pair.dwp) for each in link.letters if each.message == message]


def test_it_is_told_also_where_the_agreement_is_suspended_since(pair: Pair):
    answer = received(pair)
    suspend(pair.dwp, "school-meals", "a fault is looked into", now=NOW)
    suspend(pair.northtown, "school-meals", "a fault is looked into", now=NOW)
    id_ = told_of(pair, answer)
    for node in (pair.dwp, pair.northtown):
        resume(node, "school-meals", now=NOW)
    assert seen_told(pair.northtown, id_, answer.message).row.met is None


def test_who_is_late_is_told_again_once_a_day(pair: Pair):
    answer = received(pair)
    id_ = told_of(pair, answer)
    late = NOW + CORRECT_WITHIN + timedelta(hours=1)
    assert [each.message for each in seen_broken(pair.dwp, id_).late(late) if each.message == answer.message]
    pair.clock.now = late
    try:
        assert tell_corrections(pair.dwp, late, only=id_) >= 1
        assert tell_corrections(pair.dwp, late, only=id_) == 0
    finally:
        pair.clock.now = NOW
    row = seen_told(pair.northtown, id_, answer.message).row
    assert row.reminded == 1
    assert seen_told(pair.northtown, id_, answer.message).overdue(late)


def test_a_correction_for_what_never_came_is_not_taken(pair: Pair):
    size = pair.northtown.ledger.size
    body = CorrectionBody(
        id="5e" * 16, to="northtown", message="0" * 32, about="link", element="", through="lookup", reference="",
        why="so", entry=1,
    )  # fmt: skip
    with pytest.raises(Problem) as caught:
        answered(pair.dwp, "northtown", "told", body, TakenBody, NOW)
    assert (caught.value.body.status, pair.northtown.ledger.size) == (404, size)


def test_who_was_not_told_cannot_certify_and_nobody_without_proof(pair: Pair):
    answer = received(pair)
    id_ = told_of(pair, answer)
    told = seen_told(pair.northtown, id_, answer.message)
    pair.northtown.ledger.checkpoint()
    from easement.ledger.verifier import Receipt, receipt_bytes

    said = Receipt(pair.northtown.ledger.entry(told.row.entry).body.decode())
    other = pair.northtown.ledger.prove(told.row.entry, extra=receipt_bytes(said))
    size = pair.dwp.ledger.size
    for change, status in [({"proof": "none"}, 422), ({"proof": other}, 422), ({"id": "0" * 32}, 404)]:
        usual = {"id": id_, "to": "dwp", "message": answer.message, "entry": told.row.entry, "proof": other}
        with pytest.raises(Problem) as caught:
            answered(pair.northtown, "dwp", "made", MadeBody(**usual | change), TakenBody, NOW)
        assert caught.value.body.status == status
    assert pair.dwp.ledger.size == size


class Killed(BaseException):
    """As a kill, it passes every `except`."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["reach_link", "keep", "tell_corrections", "catch_up", "_tell", "_log_told"])
def test_a_kill_at_any_step_of_breaking_leaves_it_broken_once(pair: Pair, monkeypatch, step, after):
    place = correct_links if hasattr(correct_links, step) else correct_letters
    answer, real = received(pair), getattr(place, step)

    def killed(*given, **named):
        if after:
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, step, killed)
        with suppress(Killed):
            told_of(pair, answer)
    with open_node(pair.dwp.home) as anew:
        id_ = break_link(anew, WrongLink(answer.message), "two people share a number", NOW).row.id
        tell_corrections(anew, NOW)
        carry_all(anew, NOW)
    assert [side for side, _ in logged(pair, id_, BROKEN)] == ["dwp"]
    mine = [e for e in pair.entries(pair.northtown, TOLD) if (e.concern, e.message) == (id_, answer.message)]
    theirs = [e for e in pair.entries(pair.dwp, TOLD) if (e.concern, e.message) == (id_, answer.message)]
    assert (len(mine), len(theirs)) == (1, 1)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["end_duty", "_certify", "_proved", "answered"])
def test_a_kill_at_any_step_of_putting_it_right_leaves_it_done_once(request, monkeypatch, step, after):
    pair: Pair = request.getfixturevalue("own" if step == "end_duty" else "pair")  # a kill within a commit ends the log
    answer = received(pair)
    id_, real = told_of(pair, answer), getattr(correct_told, step)

    def killed(*given, **named):
        if after:
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(correct_told, step, killed)
        with pytest.raises(Killed):
            make(pair.northtown, id_, NOW, message=answer.message)
    with open_node(pair.northtown.home) as anew:
        make(anew, id_, NOW, message=answer.message)
        carry_all(anew, NOW)
        assert seen_told(anew, id_, answer.message).row.certified is not None
    for node in (pair.dwp, pair.northtown):
        assert len([e for e in pair.entries(node, MADE) if (e.concern, e.message) == (id_, answer.message)]) == 1


def test_a_pair_of_a_match_that_is_broken_is_never_linked_again(pair: Pair):
    message = matched(pair, [("1", "Ash", "Jo", "2015-02-01", "NT1 1AA")])
    seen = break_link(pair.dwp, WrongLink(message, "1", "C01"), "a cousin of the same name", NOW, by="steward")
    assert seen.row.decided is not None
    (settled,) = decided(pair.dwp.ledger, Scope("school-meals", "entitled", "northtown"))
    assert (settled.listed, settled.held, settled.same) == ("1", "C01", False)
    told = seen_told(pair.northtown, seen.row.id, message)
    assert told.said["reference"] == "1"
    again = matched(pair, [("1", "Ash", "Jo", "2015-02-01", "NT1 1AA")])
    assert counted(pair, message) == 1
    assert counted(pair, again) == 0


def matched(pair: Pair, rows: list[Any]) -> str:
    """The message of a match that came in as a set."""
    roll, mapping = pair.world.listed(rows)
    wish = replace(pair.wish(), mode=Mode.MATCH, person={})
    message = bulk.ask_set(pair.northtown, wish, ASKER, NOW, bulk.listed(roll, mapping)).bulk.message
    assert jobs.run_next(pair.dwp, pair.clock) is not None
    assert bulk.look(pair.northtown, message, NOW).entry is not None
    return message


def counted(pair: Pair, message: str) -> int:
    (entry,) = [e for e in pair.entries(pair.dwp, EntryType.DISCLOSURE_RELEASED) if e.message == message]
    return entry.count


def test_a_match_needs_both_records_and_a_lookup_neither(pair: Pair):
    with pytest.raises(UsageError):
        break_link(pair.dwp, WrongLink(received(pair).message, "1", "C01"), "so", NOW)
    with pytest.raises(UsageError):
        break_link(pair.dwp, WrongLink("0" * 32), "so", NOW)


def test_what_was_certified_to_be_deleted_is_not_corrected_any_more(pair: Pair):
    from easement.exchange.duties import meet

    answer = received(pair)
    meet(pair.northtown, answer.entry, NOW)
    id_ = told_of(pair, received(pair))
    assert answer.message not in {each.message for each in seen_broken(pair.dwp, id_).letters}
